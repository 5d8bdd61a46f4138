"""What a line on the picture measures, and when it is refused."""

import pytest

from corelab.domain.clip import Region, RegionKind
from corelab.imaging.calibration import Length, Refusal, measure, region_under, velocity_at


def tissue(
    box: tuple[int, int, int, int] = (0, 0, 99, 99), dx: float = 0.03, dy: float = 0.04, kind: RegionKind = RegionKind.TISSUE
) -> Region:
    return Region(kind, box, dx, dy, "cm", "cm", usable=True)


SPECTRUM = Region(
    RegionKind.SPECTRAL, (0, 200, 99, 299), 0.01, -0.5, "s", "cm/s", usable=True, reference=(0, 60), reference_value=(0.0, 0.0)
)


def test_lengths_follow_pixels_that_are_not_square() -> None:
    length = measure((tissue(),), (10, 10), (20, 20))
    assert isinstance(length, Length)
    assert length.millimetres == pytest.approx(5.0)
    assert length.text == "5.0 mm"


def test_negative_deltas_give_the_same_length() -> None:
    length = measure((tissue(dx=-0.03, dy=-0.04),), (10, 10), (20, 20))
    assert isinstance(length, Length)
    assert length.millimetres == pytest.approx(5.0)


def test_the_region_under_the_points_decides_between_two_scales() -> None:
    left, right = tissue((0, 0, 99, 99)), tissue((100, 0, 199, 99), dx=0.06, dy=0.08)
    length = measure((left, right), (110, 10), (120, 20))
    assert isinstance(length, Length)
    assert (length.region, round(length.millimetres or 0, 6)) == (1, 10.0)


def test_a_line_from_one_region_into_another_is_refused() -> None:
    refusal = measure((tissue((0, 0, 99, 99)), tissue((100, 0, 199, 99), dx=0.06)), (90, 10), (110, 10))
    assert refusal == Refusal("The points lie in two different regions.", 20.0)


def test_a_line_may_leave_a_colour_box_into_the_tissue_of_the_same_scale() -> None:
    box = tissue((40, 40, 60, 60), kind=RegionKind.COLOUR)
    length = measure((tissue(), box), (50, 50), (80, 50))
    assert isinstance(length, Length)
    assert (length.region, round(length.millimetres or 0, 6)) == (0, 9.0)


def test_a_spectral_strip_laid_over_tissue_is_the_region_under_its_points() -> None:
    screen = tissue((0, 0, 99, 299))
    assert region_under((screen, SPECTRUM), (50, 250)) == 1
    assert isinstance(measure((screen, SPECTRUM), (50, 250), (50, 150)), Refusal)


def test_a_spectral_strip_gives_time_and_velocity_from_its_baseline() -> None:
    length = measure((SPECTRUM,), (10, 260), (60, 220))
    assert isinstance(length, Length)
    assert (length.seconds, length.cm_per_s, length.velocities) == (0.5, 20.0, (0.0, 20.0))
    assert length.millimetres is None
    assert length.text == "0.500 s · 20.0 cm/s"
    assert velocity_at(SPECTRUM, 280) == -10.0


def test_an_uncalibrated_picture_allows_ratios_only() -> None:
    refusal = measure((), (0, 0), (3, 4))
    assert refusal == Refusal("The image is not calibrated: only ratios can be measured.", 5.0, comparable=True)


def test_a_point_outside_all_regions_is_refused() -> None:
    assert isinstance(measure((tissue(),), (50, 50), (50, 150)), Refusal)


def test_an_unusable_region_is_refused_with_its_reason() -> None:
    region = Region(
        RegionKind.TISSUE, (0, 0, 9, 9), 0.0, 0.0, "cm", "cm", usable=False, reason="its pixel size in cm is zero or impossible."
    )
    refusal = measure((region,), (1, 1), (2, 2))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "The region under the points cannot be measured: its pixel size in cm is zero or impossible."
