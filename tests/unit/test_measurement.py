"""What points give: lengths, areas, durations, velocities and ratios, in decimals, the same on every machine."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.clip import Region, RegionKind
from corelab.domain.measurement import MOST_POINTS, Measurement, Point, Quantity, crosses_itself, exact, value_text
from corelab.domain.vocabulary import Sha256
from corelab.export.measured import points_text
from corelab.export.reread_proof import points_of
from corelab.imaging.calibration import Area, Length, Refusal, enclosed, hundredths, measure

REAL = ("0.0286", "0.0229")
SQUARE = ((0, 0), (1000, 0), (1000, 1000), (0, 1000))
coordinates = st.integers(-50, 200_000)
points = st.tuples(coordinates, coordinates)


def tissue(box: tuple[int, int, int, int] = (0, 0, 99, 99), dx: float = 0.0286, dy: float = 0.0229, **more: object) -> Region:
    return Region(RegionKind.TISSUE, box, dx, dy, "cm", "cm", **{"usable": True, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "given", "spacing", "value"),
    [
        (Quantity.LENGTH, ((0, 0), (10000, 0)), REAL, "28.6"),
        (Quantity.LENGTH, ((0, 0), (0, 10000)), REAL, "22.9"),
        (Quantity.LENGTH, ((0, 0), (300, 400)), ("0.1", "-0.1"), "5.0"),
        (Quantity.LENGTH, ((0, 0), (300, 400)), ("-0.1", "-0.1"), "5.0"),
        (Quantity.LENGTH, ((0, 0), (25, 0)), ("0.1", "0.1"), "0.2"),
        (Quantity.LENGTH, ((0, 0), (75, 0)), ("0.1", "0.1"), "0.8"),
        (Quantity.AREA, SQUARE, ("0.1", "0.2"), "200.0"),
        (Quantity.AREA, SQUARE[::-1], ("0.1", "-0.2"), "200.0"),
        (Quantity.AREA, SQUARE[:3], REAL, "3.3"),
        (Quantity.DURATION, ((0, 0), (10400, 999)), ("0.005", "-0.5"), "0.520"),
        (Quantity.VELOCITY, ((0, 0), (10400, 2460)), ("0.005", "-0.5"), "12.3"),
        (Quantity.RATIO, ((0, 0), (0, 300), (0, 0), (0, 100)), None, "33.3"),
    ],
)
def test_what_points_give(quantity: Quantity, given: tuple[Point, ...], spacing: tuple[str, str] | None, value: str) -> None:
    found = exact(quantity, given, spacing)
    assert found is not None
    assert value_text(quantity, found) == value


@pytest.mark.parametrize(
    ("quantity", "given", "spacing"),
    [
        (Quantity.LENGTH, SQUARE[:2], None),
        (Quantity.LENGTH, SQUARE[:1], REAL),
        (Quantity.AREA, SQUARE[:2], REAL),
        (Quantity.RATIO, ((5, 5), (5, 5), (0, 0), (1, 1)), None),
        (Quantity.RATIO, SQUARE[:2], None),
    ],
)
def test_what_points_cannot_give(quantity: Quantity, given: tuple[Point, ...], spacing: tuple[str, str] | None) -> None:
    assert exact(quantity, given, spacing) is None


@pytest.mark.parametrize(
    ("outline", "crosses"),
    [
        (SQUARE, False),
        (SQUARE[:3], False),
        (((0, 0), (10, 10), (10, 0), (0, 10)), True),
        (((0, 0), (10, 0), (5, 0), (5, 5), (2, -5)), True),
        (((0, 0), (40, 0), (40, 40), (20, 10), (0, 40)), False),
    ],
)
def test_an_outline_that_crosses_itself_has_no_inside(outline: tuple[Point, ...], *, crosses: bool) -> None:
    assert crosses_itself(outline) is crosses


def test_a_value_follows_from_its_points_in_the_unit_and_digits_it_stands_in() -> None:
    one = Measurement(Sha256("a" * 64), 0, Quantity.LENGTH, ((0, 0), (10000, 0)), 0, REAL, "28.6", "mm")
    assert one.follows
    assert Measurement(one.clip, 0, Quantity.LENGTH, one.points, 0, REAL, "2.86", "cm").follows
    assert not Measurement(one.clip, 0, Quantity.LENGTH, one.points, 0, REAL, "28.7", "mm").follows
    assert not Measurement(one.clip, 0, Quantity.LENGTH, one.points, 0, REAL, "28.6", "in").follows
    assert not Measurement(one.clip, 0, Quantity.LENGTH, one.points, 0, None, "28.6", "mm").follows


@given(st.lists(points, min_size=2, max_size=MOST_POINTS))
def test_points_and_records_come_back_as_they_were(kept: list[Point]) -> None:
    assert points_of(points_text(tuple(kept))) == tuple(kept)
    one = Measurement(Sha256("a" * 64), 3, Quantity.AREA, tuple(kept), 1, REAL, "1.0", "mm2")
    assert Measurement.from_json(one.to_json()) == one


@given(points, points, st.floats(0.001, 1.0), st.floats(-1.0, -0.001))
def test_a_length_is_that_of_plane_geometry(p: Point, q: Point, dx: float, dy: float) -> None:
    region = tissue((-1, -1, 3000, 3000), dx=dx, dy=dy)
    found = measure((region,), (p[0] / 100, p[1] / 100), (q[0] / 100, q[1] / 100))
    assert isinstance(found, Length)
    across, down = (q[0] - p[0]) / 100 * dx, (q[1] - p[1]) / 100 * dy
    assert found.millimetres == pytest.approx(10 * (across**2 + down**2) ** 0.5, abs=1e-6)


@given(st.lists(points, min_size=3, max_size=8, unique=True), points)
def test_an_area_is_the_same_wherever_it_lies_and_whichever_way_it_was_drawn(outline: list[Point], by: Point) -> None:
    moved = [(x + by[0], y + by[1]) for x, y in outline]
    areas = {exact(Quantity.AREA, each, REAL) for each in (outline, outline[::-1], moved, [*outline[1:], outline[0]])}
    assert len(areas) == 1


# ---------------------------------------------------------------- regions


def test_an_area_is_measured_in_one_region() -> None:
    found = enclosed((tissue(), tissue((100, 0, 199, 99), dx=0.1)), [(10, 10), (20, 10), (20, 20)])
    assert isinstance(found, Area)
    assert (found.region, found.shown) == (0, value_text(Quantity.AREA, Decimal("0.0286") * Decimal("0.0229") * 50 * 100))


SPECTRUM = Region(RegionKind.SPECTRAL, (0, 200, 99, 299), 0.01, -0.5, "s", "cm/s", usable=True, reference=(0, 60))
BESIDE = tissue((100, 0, 199, 99), dx=0.1)
ZERO = tissue((0, 0, 99, 99), dx=0.0, usable=False, reason="its pixel size in cm is zero or impossible.")


@pytest.mark.parametrize(
    ("regions", "outline", "reason"),
    [
        ((), [(1, 1), (5, 1), (5, 5)], "not calibrated"),
        ((tissue(),), [(1, 1), (5, 1), (5, 150)], "outside the calibrated regions"),
        ((tissue(), BESIDE), [(10, 10), (150, 10), (20, 20)], "two different regions"),
        ((SPECTRUM,), [(10, 210), (20, 210), (20, 220)], "not on the spectral strip"),
        ((tissue(),), [(10, 10), (20, 10)], "three points"),
        ((tissue(),), [(10, 10), (10, 10), (20, 20)], "three points"),
        ((tissue(),), [(10, 10), (20, 20), (20, 10), (10, 20)], "crosses itself"),
        ((ZERO,), [(10, 10), (20, 20), (20, 10)], "zero or impossible"),
    ],
)
def test_an_area_that_cannot_be_known_is_refused_in_words(
    regions: tuple[Region, ...], outline: list[tuple[float, float]], reason: str
) -> None:
    refused = enclosed(regions, outline)
    assert isinstance(refused, Refusal)
    assert reason in refused.reason


@pytest.mark.parametrize(
    ("regions", "comparable"),
    [((), True), ((ZERO,), True), ((ZERO, BESIDE), False), ((BESIDE,), False)],
)
def test_only_what_is_calibrated_nowhere_gives_a_ratio(regions: tuple[Region, ...], *, comparable: bool) -> None:
    refused = measure(regions, (10, 10), (10, 20))
    assert isinstance(refused, Refusal)
    assert refused.comparable is comparable


def test_points_are_measured_in_the_hundredths_in_which_they_are_kept() -> None:
    rough, kept = measure((tissue(),), (10.00449, 10), (20, 20)), measure((tissue(),), (10, 10), (20, 20))
    assert rough == kept
    assert hundredths((10.00449, 10)) == (1000, 1000)
