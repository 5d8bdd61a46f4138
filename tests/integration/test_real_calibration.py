"""The caliper on every file of the ultrasound set: by the region as the file itself describes it, and as the command line answers."""

import random
from math import hypot
from pathlib import Path

import pydicom
import pytest

from corelab.domain.clip import Clip, RegionKind
from corelab.domain.measurement import Measurement, Quantity
from corelab.domain.vocabulary import Sha256
from corelab.imaging.faults import FileRefusedError
from corelab.imaging.header import Header, read_header
from corelab.services import inspection
from corelab.services.measuring import Refusal, area_of, line_of

_LARGEST = 12_000_000
"""Larger files are left out: every answer of the command line decodes its frame."""


def the_headers(folder: Path) -> list[tuple[Path, Header]]:
    found = []
    for path in sorted(folder.rglob("*.dcm")):
        if path.stat().st_size > _LARGEST:
            continue
        try:
            found.append((path, read_header(path)))
        except FileRefusedError:
            continue
    return found


def a_clip(header: Header) -> Clip:
    return Clip(Sha256("a" * 64), header.rows, header.columns, header.timing, header.regions)


def within(header: Header, chance: random.Random, *, count: int) -> list[tuple[float, float]]:
    """Points of the image, in hundredths of a pixel; half of the time all in one region, as people measure."""
    box = chance.choice([*(region.box for region in header.regions), (0, 0, header.columns - 1, header.rows - 1)])
    (x0, y0), (x1, y1) = (max(0, box[0]), max(0, box[1])), (min(header.columns - 1, box[2]), min(header.rows - 1, box[3]))
    xs, ys = (sorted(pair) for pair in ((x0, x1), (y0, y1)))
    return [(chance.randint(100 * xs[0], 100 * xs[1]) / 100, chance.randint(100 * ys[0], 100 * ys[1]) / 100) for _ in range(count)]


def caliper_of(clip: Clip, points: list[tuple[float, float]]) -> dict[str, object]:
    """What the caliper gives, in the keys of the command line."""
    if len(points) > 2:
        found = area_of(clip, 0, points)
        return {"refused": found.reason} if isinstance(found, Refusal) else {"area_mm2": float(found.value), "region": found.region}
    answers = [line_of(clip, 0, points[0], points[1], quantity=one) for one in (Quantity.LENGTH, Quantity.DURATION, Quantity.VELOCITY)]
    known = {one.quantity: one for one in answers if isinstance(one, Measurement)}
    if not known:
        first = line_of(clip, 0, points[0], points[1])
        assert isinstance(first, Refusal)
        return {"refused": first.reason}
    keys = {Quantity.LENGTH: "length_mm", Quantity.DURATION: "seconds", Quantity.VELOCITY: "cm_per_s"}
    return {**{keys[quantity]: float(one.value) for quantity, one in known.items()}, "region": next(iter(known.values())).region}


def test_the_command_line_gives_the_value_of_the_caliper_on_every_file(ultrasound: Path) -> None:
    chance, measured, refused = random.Random(7), 0, 0  # noqa: S311 - points of a test
    for path, header in the_headers(ultrasound):
        for count in (2, 2, 3):
            points = within(header, chance, count=count)
            said = inspection.measure(path, *points)
            if str(said.get("refused", "")).startswith("Frame "):
                continue
            assert said == caliper_of(a_clip(header), points), (path.name, points)
            measured, refused = measured + ("refused" not in said), refused + ("refused" in said)
    assert measured > 20
    assert refused > 20


def test_lengths_are_those_of_the_region_as_the_file_describes_it(ultrasound: Path) -> None:
    """Read by pydicom and reckoned in plain numbers, for files whose one calibrated region holds tissue."""
    chance, checked = random.Random(8), set[str]()  # noqa: S311 - points of a test
    for path, header in the_headers(ultrasound / "real"):
        regions = pydicom.dcmread(path, stop_before_pixels=True).get("SequenceOfUltrasoundRegions", [])
        usable = [region for region in header.regions if region.usable]
        if len(regions) != 1 or len(usable) != 1 or usable[0].kind is not RegionKind.TISSUE:
            continue
        points = within(header, chance, count=2)
        found = line_of(a_clip(header), 0, points[0], points[1])
        if not isinstance(found, Measurement):
            continue
        across, down = (abs(b - a) for a, b in zip(*points, strict=True))
        expected = 10 * hypot(across * float(regions[0].PhysicalDeltaX), down * float(regions[0].PhysicalDeltaY))
        assert float(found.value) == pytest.approx(expected, abs=0.051), path.name
        checked.add(path.name)
    assert len(checked) >= 3


@pytest.mark.parametrize(
    ("name", "points", "said"),
    [
        ("real/orthanc-tests_Issue16.dcm", ((100, 100), (200, 100), (200, 200), (100, 200)), {"area_mm2": 653.1, "region": 0}),
        ("real/orthanc-tests_Issue16.dcm", ((100, 100), (200, 100), (100, 390)), {"refused": "The points lie in two different regions."}),
        (
            "real/dcm4che_US-PAL-8-10x-echo.dcm",
            ((10, 10), (20, 10), (20, 20)),
            {"refused": "The image is not calibrated: only ratios can be measured."},
        ),
    ],
)
def test_areas_of_real_files(ultrasound: Path, name: str, points: tuple[tuple[float, float], ...], said: dict[str, object]) -> None:
    assert inspection.measure(ultrasound / name, *points) == said
