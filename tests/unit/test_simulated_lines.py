"""Simulated readers draw lines that lie within the region that they measure, as people's do."""

import pytest

from corelab.domain.charter import load_charter
from corelab.domain.charter.model_item import NumberItem
from corelab.domain.clip import Region, RegionKind
from corelab.services.simulated_readers import line_of
from tests.charter_builders import PORTAL, full

STRIP = Region(RegionKind.SPECTRAL, (10, 60, 150, 119), 0.01, -1.0, "s", "cm/s", usable=True)
TISSUE = Region(RegionKind.TISSUE, (10, 0, 150, 59), 0.02, 0.02, "cm", "cm", usable=True)


def an_item(measure: str) -> NumberItem:
    known = (item for item in load_charter(full(PORTAL).encode()).items if isinstance(item, NumberItem))
    return next(item for item in known).model_copy(update={"measure": measure})


@pytest.mark.parametrize(
    ("measure", "region", "value", "length"),
    [("velocity", STRIP, 20.0, 2000), ("velocity", STRIP, 58.0, 5800), ("time", STRIP, 1.2, 12000), ("length", TISSUE, 8.0, 4000)],
)
def test_a_line_is_as_long_as_its_value_and_lies_in_its_region(measure: str, region: Region, value: float, length: int) -> None:
    line = line_of(an_item(measure), region, value)
    assert line is not None
    (x0, y0), (x1, y1) = line
    assert abs(x1 - x0) + abs(y1 - y0) == length
    assert all(region.contains(x / 100, y / 100) for x, y in line)


@pytest.mark.parametrize(("measure", "region", "value"), [("velocity", STRIP, 60.0), ("time", STRIP, 1.5), ("length", TISSUE, 13.0)])
def test_what_is_larger_than_its_region_is_not_measured_in_it(measure: str, region: Region, value: float) -> None:
    assert line_of(an_item(measure), region, value) is None


def test_a_region_of_another_kind_measures_nothing() -> None:
    assert line_of(an_item("velocity"), TISSUE, 5.0) is None
    assert line_of(an_item("length"), STRIP, 5.0) is None
