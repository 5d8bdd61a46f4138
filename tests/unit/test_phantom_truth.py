"""The truth beside a phantom, against geometry of its own: masks, ray casting, and the measures that a reader would take."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from corelab.imaging.frames import FrameFile
from corelab.imaging.inspection import inspect, measure_file
from corelab.imaging.phantom import Kind, Layout, Level, Phantom, PhantomRefluxError, make_phantom
from corelab.imaging.phantom.kinds import TRAITS

SMALL = (400, 300)
_FINE = 8
"""How much finer the masks are than the picture."""
LAYOUTS = [each.value for each in Layout]


def mask_of(outline: Any) -> npt.NDArray[np.bool_]:
    """The outline filled on a grid ``_FINE`` times finer than the pixels, a little larger than itself."""
    points = np.array(outline, dtype=np.float64)
    points -= np.floor(points.min(axis=0)) - 2.5
    columns, rows = np.ceil(points.max(axis=0)).astype(int) + 2
    canvas = np.zeros((rows * _FINE, columns * _FINE), dtype=np.uint8)
    cv2.fillPoly(canvas, [np.round(points * _FINE - 0.5).astype(np.int32)], 1)
    return canvas.astype(bool)


def longest_run(mask: npt.NDArray[np.bool_]) -> float:
    """Pixels from the first to the last cell of the column in which these lie furthest apart."""
    columns = mask[:, mask.any(axis=0)]
    first, last = columns.argmax(axis=0), columns.shape[0] - columns[::-1].argmax(axis=0)
    return float((last - first).max()) / _FINE


@pytest.mark.parametrize("layout", ["generic", "classic"])
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("kind", [Kind.COMPRESSIBLE, Kind.THROMBUS_PARTIAL, Kind.COLOUR_PARTIAL, Kind.POSTTHROMBOTIC, Kind.STENT])
def test_diameter_and_area_are_those_of_the_outline_as_a_mask(kind: Kind, level: Level, layout: str) -> None:
    truth = make_phantom(kind, 7, frames=3, size=SMALL, level=level, layout=layout).truth
    dx, dy = truth["spacing_x_mm"], truth["spacing_mm"]
    for frame, outline in zip(truth["frames"], truth["outlines"], strict=True):
        mask = mask_of(outline)
        # the cells on the rim count as inside: half a cell all round
        assert frame["area_mm2"] == pytest.approx(mask.sum() / _FINE**2 * dx * dy, rel=0.03, abs=0.6)
        assert frame["ap_mm"] == pytest.approx(longest_run(mask) * dy, abs=2.5 * dy / _FINE + 0.02)


@pytest.mark.parametrize("kind", [each for each in Kind if TRAITS[each].residual is not None])
def test_the_residual_follows_from_the_diameters_and_the_point_lies_in_the_vein(kind: Kind) -> None:
    for rest_start in (True, False):
        truth = make_phantom(kind, 3, size=(160, 120), rest_start=rest_start).truth
        diameters = [frame["ap_mm"] for frame in truth["frames"]]
        rest = np.median(diameters[truth["rest_frame"] : truth["rest_frame"] + 5])
        assert truth["residual_ap_percent"] == pytest.approx(100 * min(diameters) / rest, abs=0.1)
        assert diameters[truth["compressed_frame"]] == min(diameters)
        assert cv2.pointPolygonTest(np.array(truth["outlines"][0], dtype=np.float32), truth["point"], measureDist=False) > 0


def saved(phantom: Phantom, folder: Path) -> Path:
    path = folder / "clip.dcm"
    path.write_bytes(phantom.dicom)
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["compressible", "colour_patent"])
def test_a_caliper_on_the_outline_gives_the_diameter_of_the_truth(kind: str, layout: str, tmp_path: Path) -> None:
    phantom = make_phantom(kind, 5, frames=1, layout=layout)
    outline = np.array(phantom.truth["outlines"][0])
    x = float(outline[:, 0].mean())
    columns = np.linspace(outline[:, 0].min() + 0.5, outline[:, 0].max() - 0.5, 200)
    chords = [crossings(outline, float(column)) for column in columns]
    best = int(np.argmax([bottom - top for top, bottom in chords]))
    x, (top, bottom) = float(columns[best]), chords[best]
    path = saved(phantom, tmp_path)
    assert measure_file(path, ((x, top), (x, bottom)), 0)["length_mm"] == pytest.approx(phantom.truth["frames"][0]["ap_mm"], abs=0.1)
    area = measure_file(path, tuple((float(x), float(y)) for x, y in outline), 0)["area_mm2"]
    assert area == pytest.approx(phantom.truth["frames"][0]["area_mm2"], rel=0.01, abs=0.3)


def crossings(outline: npt.NDArray[np.float64], x: float) -> tuple[float, float]:
    """Where a vertical line meets a closed outline: highest and lowest place."""
    ahead = np.roll(outline, -1, axis=0)
    met = (outline[:, 0] <= x) != (ahead[:, 0] <= x)
    share = (x - outline[met, 0]) / (ahead[met, 0] - outline[met, 0])
    y = outline[met, 1] + share * (ahead[met, 1] - outline[met, 1])
    return float(y.min()), float(y.max())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seconds", [0.5, 1.7, 3.2])
def test_reflux_of_a_given_length_is_measured_in_the_strip(seconds: float, layout: str, tmp_path: Path) -> None:
    phantom = make_phantom("spectral_reflux", 6, frames=4, layout=layout, reflux_s=seconds)
    assert phantom.truth["reflux_s"] == pytest.approx(seconds, abs=0.02)
    path, told = saved(phantom, tmp_path), phantom.truth["velocities"]
    with FrameFile.open(path) as file:
        strip = file.rgb(3).astype(float).mean(axis=2)
    x0, y0, x1, _ = phantom.footage.regions[1].box
    baseline = round(told["baseline_y"])
    rows = strip[baseline - 12 : baseline - 4, x0 : x1 + 1].mean(axis=0)
    lit = np.flatnonzero(np.convolve(rows, np.ones(5) / 5, mode="same") > 45)
    found = measure_file(path, ((float(x0 + lit[0]), float(baseline)), (float(x0 + lit[-1]), float(baseline))), 3)
    assert found["seconds"] == pytest.approx(seconds, abs=0.2)
    spot = measure_file(path, ((float(x0 + 5), float(baseline)), (float(x0 + 5), float(y0 + 2))), 3)
    assert spot["cm_per_s"] == pytest.approx((baseline - y0 - 2) * -phantom.footage.regions[1].dy, abs=0.1)
    above = strip[y0 + 1 : baseline - 4, x0 + lit[0] : x0 + lit[-1]] > 70
    top = np.percentile(np.where(above.any(axis=0), above.argmax(axis=0), above.shape[0]), 10)
    peak = (baseline - (y0 + 1 + top)) * -phantom.footage.regions[1].dy
    assert peak == pytest.approx(told["back_peak"], rel=0.2)


@pytest.mark.parametrize(("kind", "seconds"), [("spectral_phasic", 1.0), ("spectral_reflux", 0.1), ("spectral_reflux", 9.0)])
def test_reflux_that_a_clip_cannot_show_is_refused(kind: str, seconds: float) -> None:
    with pytest.raises(PhantomRefluxError):
        make_phantom(kind, 1, reflux_s=seconds)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("level", [None, "calf", "liver"])
@pytest.mark.parametrize("kind", ["noncompressible", "colour_patent", "spectral_phasic"])
def test_every_machine_and_place_gives_a_file_without_faults(kind: str, level: str | None, layout: str, tmp_path: Path) -> None:
    phantom = make_phantom(kind, 3, frames=2, size=(320, 240), layout=layout, level=level)
    found = inspect(saved(phantom, tmp_path), frames=True)
    assert found["readable"]
    assert found["frames_readable"] == 2
    assert [fault["code"] for fault in found["faults"]] == ["burned_in_text_suspected"]
    assert [region["usable"] for region in found["regions"]] == [region["kind"] != "waveform" for region in found["regions"]]
    told = [(region.kind.value, list(region.box)) for region in phantom.footage.regions]
    assert [(region["kind"], region["box"]) for region in found["regions"]] == told


def test_colour_says_how_fast_blood_is_and_whether_it_aliases() -> None:
    for kind, flowing in (("colour_patent", True), ("colour_absent", False)):
        told = make_phantom(kind, 1, frames=12, size=SMALL).truth["velocities"]
        assert (told["vein_peak"] > told["scale"]) is flowing
    assert make_phantom("compressible", 1, frames=1, size=SMALL).truth["velocities"] is None
