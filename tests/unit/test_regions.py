"""Which regions of an image can be measured in."""

import struct
from typing import Any

import pytest

from corelab.domain.clip import Region, RegionKind
from corelab.imaging.elements import DataSet, Element
from corelab.imaging.regions import regions_of

FIELDS = {
    "spatial": (0x00186012, "<H", 1),
    "data": (0x00186014, "<H", 1),
    "x0": (0x00186018, "<i", 0),
    "y0": (0x0018601A, "<i", 0),
    "x1": (0x0018601C, "<i", 99),
    "y1": (0x0018601E, "<i", 79),
    "ux": (0x00186024, "<H", 3),
    "uy": (0x00186026, "<H", 3),
    "dx": (0x0018602C, "<d", 0.02),
    "dy": (0x0018602E, "<d", 0.02),
}


def an_item(**values: Any) -> DataSet:
    buffer, elements = b"", {}
    for name, (tag, code, default) in FIELDS.items():
        packed = struct.pack(code, values.get(name, default))
        elements[tag] = Element(tag, b"", len(buffer), len(packed))
        buffer += packed
    return DataSet(buffer, big=False, elements=elements)


def regions(*items: DataSet) -> tuple[tuple[Region, ...], list[str]]:
    sequence = Element(0x00186011, b"SQ", 0, -1, items)
    found, faults = regions_of(DataSet(b"", big=False, elements={sequence.tag: sequence}), rows=80, columns=100)
    return found, [fault.code for fault in faults]


def test_a_calibrated_tissue_region_is_usable() -> None:
    (region,), faults = regions(an_item())
    assert (region.kind, region.box, region.dx, region.unit_x, region.usable, faults) == (
        RegionKind.TISSUE,
        (0, 0, 99, 79),
        0.02,
        "cm",
        True,
        [],
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"data": 2}, RegionKind.COLOUR),
        ({"spatial": 3, "data": 3}, RegionKind.SPECTRAL),
        ({"spatial": 4, "data": 10}, RegionKind.WAVEFORM),
        ({"spatial": 2}, RegionKind.OTHER),
        ({"spatial": 5, "data": 0}, RegionKind.OTHER),
    ],
)
def test_the_kind_follows_format_and_data_type(values: dict[str, int], kind: RegionKind) -> None:
    assert regions(an_item(**values))[0][0].kind is kind


def test_a_spectral_strip_in_seconds_and_cm_per_second_is_usable() -> None:
    (region,), faults = regions(an_item(spatial=3, data=3, ux=4, uy=7, dy=-0.4))
    assert (region.unit_x, region.unit_y, region.usable, faults) == ("s", "cm/s", True, [])


def test_a_spectral_strip_in_hertz_is_not() -> None:
    (region,), faults = regions(an_item(spatial=3, data=3, ux=4, uy=5))
    assert (region.usable, region.reason, faults) == (False, "it is not calibrated in s and cm/s.", ["calibration_missing"])


@pytest.mark.parametrize("delta", [0.0, float("nan"), float("inf"), 50.0, 1e-300, -1e-7])
def test_an_impossible_pixel_size_is_a_fault(delta: float) -> None:
    (region,), faults = regions(an_item(dx=delta))
    assert (region.usable, faults) == (False, ["calibration_invalid"])


@pytest.mark.parametrize(("dy", "usable"), [(1.6, True), (1e30, False), (1e-30, False)])
def test_a_velocity_that_no_blood_has_is_a_fault(dy: float, *, usable: bool) -> None:
    (region,), _ = regions(an_item(spatial=3, data=3, ux=4, uy=7, dy=dy))
    assert region.usable is usable


@pytest.mark.parametrize("box", [{"x1": 120}, {"y1": 99}, {"x0": -3}])
def test_a_region_that_leaves_the_image_is_a_fault(box: dict[str, int]) -> None:
    (region,), faults = regions(an_item(**box))
    assert (region.usable, faults) == (False, ["region_outside_image"])


def test_one_pixel_too_far_is_how_some_scanners_count() -> None:
    (region,), faults = regions(an_item(x1=100, y1=80))
    assert (region.usable, faults) == (True, [])


def test_a_box_without_area_is_a_fault() -> None:
    assert regions(an_item(x0=50, x1=50))[1] == ["calibration_invalid"]


def test_no_region_at_all_is_told() -> None:
    assert regions()[1] == ["calibration_missing"]
