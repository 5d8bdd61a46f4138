"""The calibrated regions of an ultrasound image, each usable or with the reason why not (DICOM PS3.3 C.8.5.5)."""

from math import inf, isfinite

from corelab.domain.clip import Region, RegionKind
from corelab.imaging.elements import DataSet
from corelab.imaging.faults import FileFault

REGIONS = 0x00186011
_SPATIAL_FORMAT, _DATA_TYPE = 0x00186012, 0x00186014
_X0, _Y0, _X1, _Y1 = 0x00186018, 0x0018601A, 0x0018601C, 0x0018601E
_REFERENCE_X, _REFERENCE_Y = 0x00186020, 0x00186022
_UNIT_X, _UNIT_Y = 0x00186024, 0x00186026
_VALUE_X, _VALUE_Y = 0x00186028, 0x0018602A
_DELTA_X, _DELTA_Y = 0x0018602C, 0x0018602E

_UNITS = ("none", "percent", "dB", "cm", "s", "Hz", "dB/s", "cm/s", "cm2", "cm2/s", "cm3", "cm3/s", "degrees")
_REGION_LIMIT = 64
_IMPOSSIBLE_DELTA = {"cm": 10.0, "s": 10.0, "cm/s": 1000.0}
"""A pixel of so much or more is a mistake of the writer,"""
_LEAST_DELTA = 1e-6
"""and so is one of less than this: values that are kept and exported would have hundreds of digits."""

_LENGTHS = frozenset({RegionKind.TISSUE, RegionKind.COLOUR})


def regions_of(data: DataSet, rows: int, columns: int) -> tuple[tuple[Region, ...], tuple[FileFault, ...]]:
    """All regions as the file gives them, and the faults of calibration, each told once per region."""
    items = data.items(REGIONS)[:_REGION_LIMIT]
    if not items:
        return (), (FileFault("calibration_missing", "The image has no calibrated region: lengths cannot be measured."),)
    found = [_region(item, rows, columns) for item in items]
    faults = [FileFault(fault.code, f"Region {n}: {fault.message}") for n, (_, fault) in enumerate(found, 1) if fault]
    regions = tuple(region for region, _ in found)
    if not faults and not any(region.usable for region in regions):
        faults.append(FileFault("calibration_missing", "No region of the image is calibrated in cm, or in s and cm/s."))
    return regions, tuple(faults)


def _region(item: DataSet, rows: int, columns: int) -> tuple[Region, FileFault | None]:
    kind = _kind(item.integer(_SPATIAL_FORMAT) or 0, item.integer(_DATA_TYPE) or 0)
    box = (_at(item, _X0), _at(item, _Y0), _at(item, _X1), _at(item, _Y1))
    dx, dy = item.double(_DELTA_X) or 0.0, item.double(_DELTA_Y) or 0.0
    units = (_unit(item, _UNIT_X), _unit(item, _UNIT_Y))
    fault = _box_fault(box, rows, columns) or _delta_fault(kind, dx, dy, units)
    reason = fault.message if fault else _not_for_measuring(kind, units)
    region = Region(
        kind,
        box,
        _finite(dx),
        _finite(dy),
        *units,
        usable=reason is None,
        reason=reason,
        reference=_reference(item),
        reference_value=(_finite(item.double(_VALUE_X) or 0.0), _finite(item.double(_VALUE_Y) or 0.0)),
    )
    return region, fault


def _kind(spatial: int, data_type: int) -> RegionKind:
    """M-mode (2) and graphics (5) are neither lengths nor spectra, whatever their data type says."""
    if spatial in {2, 5}:
        return RegionKind.OTHER
    if spatial == 3 or data_type in {3, 4}:
        return RegionKind.SPECTRAL
    if spatial == 4 or data_type >= 5:
        return RegionKind.WAVEFORM
    return {1: RegionKind.TISSUE, 2: RegionKind.COLOUR}.get(data_type, RegionKind.OTHER)


def _at(item: DataSet, tag: int) -> int:
    value = item.integer(tag, "i")
    return -1 if value is None else value


def _unit(item: DataSet, tag: int) -> str:
    code = item.integer(tag) or 0
    return _UNITS[code] if code < len(_UNITS) else "unknown"


def _finite(value: float) -> float:
    return value if isfinite(value) else 0.0


def _reference(item: DataSet) -> tuple[int, int] | None:
    x, y = item.integer(_REFERENCE_X, "i"), item.integer(_REFERENCE_Y, "i")
    return None if x is None or y is None else (x, y)


def _box_fault(box: tuple[int, int, int, int], rows: int, columns: int) -> FileFault | None:
    x0, y0, x1, y1 = box
    if x1 <= x0 or y1 <= y0:
        return FileFault("calibration_invalid", "its box has no area.")
    if x0 < 0 or y0 < 0 or x1 > columns or y1 > rows:  # one pixel too far is how some scanners count
        return FileFault("region_outside_image", f"its box reaches outside the image of {columns} x {rows} pixels.")
    return None


def _delta_fault(kind: RegionKind, dx: float, dy: float, units: tuple[str, str]) -> FileFault | None:
    if kind not in _LENGTHS and kind is not RegionKind.SPECTRAL:
        return None
    for delta, unit in ((dx, units[0]), (dy, units[1])):
        if unit in {"none", "unknown"}:
            continue
        if not _LEAST_DELTA <= abs(delta) < _IMPOSSIBLE_DELTA.get(unit, inf):
            return FileFault("calibration_invalid", f"its pixel size in {unit} is zero or impossible.")
    return None


def _not_for_measuring(kind: RegionKind, units: tuple[str, str]) -> str | None:
    if kind in _LENGTHS:
        return None if units == ("cm", "cm") else "it is not calibrated in cm."
    if kind is RegionKind.SPECTRAL:
        return None if units == ("s", "cm/s") else "it is not calibrated in s and cm/s."
    return "it shows neither tissue, colour nor a spectrum."
