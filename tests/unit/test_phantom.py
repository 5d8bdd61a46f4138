"""Synthetic clips: the truth beside them is what the picture shows, and the speckle is speckle."""

import io
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
import simplejpeg
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, JPEGLosslessSV1, RLELossless

from corelab.domain.clip import RegionKind
from corelab.imaging.phantom import (
    SYNTAXES,
    Kind,
    Layout,
    Phantom,
    PhantomKindError,
    PhantomLayoutError,
    PhantomSizeError,
    SyntaxUnsupportedError,
    make_phantom,
    rewrap,
)
from corelab.imaging.phantom.kinds import TRAITS, Mode
from corelab.imaging.phantom.layout import Labels, SpeedScale, backdrop, screen
from corelab.imaging.phantom.motion import moved
from corelab.imaging.phantom.scene import draw_scene
from corelab.imaging.phantom.truth import area, longest_chord, residual_percent, rest_frames

SMALL = (320, 240)
Pixels = npt.NDArray[np.uint8]


def header_of(phantom: Phantom) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(phantom.dicom))


def pictures(phantom: Phantom) -> list[Pixels]:
    """RGB or grey frames of a JPEG phantom."""
    header = header_of(phantom)
    colours = "GRAY" if header.SamplesPerPixel == 1 else "RGB"
    found = [
        simplejpeg.decode_jpeg(frame, colours) for frame in generate_frames(header.PixelData, number_of_frames=int(header.NumberOfFrames))
    ]
    return [frame[:, :, 0] if frame.shape[2] == 1 else frame for frame in found]


def grey(picture: Pixels) -> npt.NDArray[np.float32]:
    return np.asarray(picture if picture.ndim == 2 else picture.mean(axis=2), dtype=np.float32)


def inside(phantom: Phantom, frame: int, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(phantom.truth["outlines"][frame])).astype(np.int32)], 1)
    return mask.astype(bool)


# ---------------------------------------------------------------- every kind, every machine


@pytest.mark.parametrize("layout", [each.value for each in Layout])
@pytest.mark.parametrize("kind", [each.value for each in Kind])
def test_every_kind_on_every_machine_is_a_readable_calibrated_clip(kind: str, layout: str) -> None:
    phantom = make_phantom(kind, 3, frames=2, size=SMALL, layout=layout)
    header = header_of(phantom)
    frames = pictures(phantom)
    assert len(frames) == 2
    assert all(frame.shape[:2] == (240, 320) for frame in frames)
    assert float(header.FrameTime) > 0
    tissue = header.SequenceOfUltrasoundRegions[0]
    assert (tissue.PhysicalUnitsXDirection, tissue.PhysicalUnitsYDirection) == (3, 3)
    assert tissue.PhysicalDeltaX == pytest.approx(phantom.truth["spacing_x_mm"] / 10, abs=1e-6)
    assert tissue.PhysicalDeltaY == pytest.approx(phantom.truth["spacing_mm"] / 10, abs=1e-6)
    for region in header.SequenceOfUltrasoundRegions:
        assert 0 <= region.RegionLocationMinX0 < region.RegionLocationMaxX1 < 320
        assert 0 <= region.RegionLocationMinY0 < region.RegionLocationMaxY1 < 240


@pytest.mark.parametrize("kind", [Kind.COLOUR_PATENT, Kind.SPECTRAL_PHASIC])
def test_colour_and_spectral_clips_say_where_their_second_region_is(kind: Kind) -> None:
    header = header_of(make_phantom(kind, 1, frames=1, size=SMALL))
    second = header.SequenceOfUltrasoundRegions[1]
    if kind is Kind.COLOUR_PATENT:
        assert (second.RegionSpatialFormat, second.RegionDataType) == (1, 2)
    else:
        assert (second.RegionSpatialFormat, second.RegionDataType) == (3, 3)
        assert (second.PhysicalUnitsXDirection, second.PhysicalUnitsYDirection) == (4, 7)
        assert second.PhysicalDeltaX > 0
        assert second.PhysicalDeltaY < 0


def test_the_header_carries_a_marked_invented_identity_for_intake_to_remove() -> None:
    header = header_of(make_phantom("compressible", 1, frames=1, size=SMALL))
    assert str(header.PatientName) == "DEMO^PHANTOM"
    assert header.PatientID == "000-DEMO"
    assert header.InstitutionName
    assert header.BurnedInAnnotation == "YES"


# ---------------------------------------------------------------- the same again


def test_the_same_arguments_give_the_same_bytes() -> None:
    for kind in (Kind.PARTIAL, Kind.COLOUR_PARTIAL, Kind.SPECTRAL_REFLUX):
        assert make_phantom(kind, 5, frames=2, size=SMALL).dicom == make_phantom(kind, 5, frames=2, size=SMALL).dicom


def test_another_seed_is_another_anatomy_and_another_object() -> None:
    one, other = (make_phantom("partial", seed, frames=1, size=SMALL) for seed in (5, 6))
    assert one.truth["frames"] != other.truth["frames"]
    assert one.identity.instance_uid != other.identity.instance_uid


def test_a_rewrapped_phantom_is_another_object_with_the_same_pictures() -> None:
    phantom = make_phantom("compressible", 1, frames=2, size=SMALL)
    other = rewrap(phantom, "lab", 7, patient_id="S-007")
    before, after = header_of(phantom), header_of(other)
    assert after.PatientID == "S-007"
    assert after.PixelData == before.PixelData
    for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        assert after[name].value != before[name].value
    assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
    assert rewrap(phantom, "lab", 7, patient_id="S-007").dicom == other.dicom


# ---------------------------------------------------------------- transfer syntaxes


@pytest.mark.parametrize("layout", ["generic", "compact"])
def test_lossless_syntaxes_hold_the_same_pixels(layout: str) -> None:
    native, runs, lossless = (
        make_phantom("partial", 2, frames=2, size=SMALL, layout=layout, syntax=str(syntax))
        for syntax in (ExplicitVRLittleEndian, RLELossless, JPEGLosslessSV1)
    )
    expected = pixel_array(io.BytesIO(native.dicom))
    assert np.array_equal(pixel_array(io.BytesIO(runs.dicom)), expected)
    assert np.array_equal(np.stack(pictures(lossless)), expected)


def test_an_unknown_syntax_kind_layout_or_size_is_refused_with_what_there_is() -> None:
    with pytest.raises(SyntaxUnsupportedError) as syntax:
        make_phantom("compressible", 1, syntax="1.2.840.10008.1.2.4.102")
    assert syntax.value.supported == SYNTAXES
    with pytest.raises(PhantomKindError) as kind:
        make_phantom("bone", 1)
    assert "stent" in kind.value.known
    with pytest.raises(PhantomLayoutError):
        make_phantom("compressible", 1, layout="acme")
    with pytest.raises(PhantomSizeError):
        make_phantom("compressible", 1, size=(101, 99))


# ---------------------------------------------------------------- truth and picture


@pytest.mark.parametrize("kind", ["compressible", "colour_absent", "spectral_phasic", "stent", "noncompressible"])
def test_the_point_lies_in_a_lumen_darker_than_its_surroundings(kind: str) -> None:
    for seed in (1, 2):
        phantom = make_phantom(kind, seed, frames=1, size=SMALL)
        picture = grey(pictures(phantom)[0])
        x, y = (round(value) for value in phantom.truth["point"])
        lumen = inside(phantom, 0, picture.shape)
        around = cv2.dilate(lumen.astype(np.uint8), np.ones((13, 13), np.uint8)).astype(bool) & ~lumen
        assert lumen[y, x]
        assert picture[y - 3 : y + 4, x - 3 : x + 4].mean() < 0.75 * picture[around].mean()


@pytest.mark.parametrize("level", ["groin", "thigh", "calf", "liver"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_outline_of_the_truth_lies_where_the_picture_turns_from_dark_to_bright(seed: int, level: str) -> None:
    phantom = make_phantom("compressible", seed, frames=1, level=level)
    smooth = cv2.GaussianBlur(grey(pictures(phantom)[0]), (0, 0), 1.0)
    outline = np.array(phantom.truth["outlines"][0], dtype=np.float32)
    scales = np.arange(0.6, 1.5, 0.02)
    rings = np.array([_along(smooth, outline, float(scale)) for scale in scales])
    steepest = scales[np.argmax(np.convolve(rings, [1, 1, 1, 0, -1, -1, -1], mode="valid")) + 3]
    off = abs(steepest - 1) * phantom.truth["frames"][0]["ap_mm"] / 2
    assert off < max(0.55, 3.5 * phantom.truth["spacing_mm"])


def _along(picture: Any, outline: npt.NDArray[np.float32], scale: float) -> float:
    """Mean grey along the roof and the floor of an outline blown up about its middle; sides have no wall that echoes."""
    middle = outline.mean(axis=0)
    away = outline - middle
    facing = np.abs(away[:, 1]) > 0.75 * np.abs(away[:, 1]).max()
    points = (middle + away[facing] * scale).astype(np.float32)
    return float(cv2.remap(picture, points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR).mean())


def test_the_lumen_is_gone_at_full_pressure_and_back_afterwards() -> None:
    phantom = make_phantom("compressible", 4, frames=9, size=SMALL)
    frames = [grey(picture) for picture in pictures(phantom)]
    pressed = phantom.truth["compressed_frame"]
    rest = inside(phantom, 0, frames[0].shape)
    darkness = [float(frame[rest].mean()) for frame in frames]
    assert darkness[pressed] > 1.35 * darkness[0]
    assert darkness[8] < 1.15 * darkness[0]


@pytest.mark.parametrize("kind", [each for each in Kind if TRAITS[each].residual is not None])
def test_the_residual_is_what_the_kind_asks_for(kind: Kind) -> None:
    low, high = TRAITS[kind].residual or (0.0, 0.0)
    for seed in range(6):
        scene = draw_scene(kind, seed, 60, screen(Layout.GENERIC, SMALL, Mode.GREY))
        asked = 100 * (scene.manoeuvre.residual or 0.0)
        assert low <= asked <= high
        assert residual_percent(scene.lumens, rest_frames(scene.poses)) == pytest.approx(asked, abs=1.5)


def test_a_clip_of_eight_frames_still_reaches_full_pressure() -> None:
    truth = make_phantom("compressible", 9, frames=8, size=SMALL).truth
    assert truth["residual_ap_percent"] < 6
    assert len(truth["frames"]) == 8


@pytest.mark.parametrize("kind", [Kind.COLOUR_PATENT, Kind.SPECTRAL_PHASIC])
def test_nobody_presses_in_colour_and_spectral_clips(kind: Kind) -> None:
    truth = make_phantom(kind, 1, frames=2, size=SMALL).truth
    assert truth["residual_ap_percent"] is None
    assert truth["compressed_frame"] is None


@pytest.mark.parametrize("seed", range(8))
def test_tissue_never_folds_over_however_hard_it_is_pressed(seed: int) -> None:
    scene = draw_scene(Kind.COMPRESSIBLE, seed, 9, screen(Layout.GENERIC, SMALL, Mode.GREY))
    pose = min(scene.poses, key=lambda each: each.height)
    x, y = (axis.astype(np.float32) for axis in np.meshgrid(np.arange(1, 46, 0.5), np.arange(0, scene.anatomy.depth, 0.25)))
    _, depth = moved(scene.anatomy, pose, x, y)
    artery = np.min([each.radius(x, y) for each in (*scene.anatomy.arteries, *scene.anatomy.companions)], axis=0) < 2.3
    steps = np.diff(depth, axis=0)
    assert steps[~artery[1:]].min() >= -1e-3
    assert np.percentile(steps[artery[1:]], 2) > -0.05


def test_a_circle_has_its_diameter_and_area_and_a_tilted_slit_has_none() -> None:
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.stack([10 + 4 * np.cos(turn), 12 + 4 * np.sin(turn)], axis=1).astype(np.float32)
    assert longest_chord(circle) == pytest.approx(8, abs=0.02)
    assert area(circle) == pytest.approx(np.pi * 16, rel=0.001)
    slit = np.stack([10 + 6 * np.cos(turn), 12 + 0.5 * 6 * np.cos(turn) + 0.05 * np.sin(turn)], axis=1).astype(np.float32)
    assert longest_chord(slit) == pytest.approx(0.1, abs=0.02)


# ---------------------------------------------------------------- colour and spectrum


def _blue_share(kind: str, seed: int) -> float:
    phantom = make_phantom(kind, seed, frames=2, size=SMALL)
    picture = pictures(phantom)[1].astype(int)
    lumen = inside(phantom, 1, picture.shape[:2])
    blue = (picture[:, :, 2] > picture[:, :, 0] + 60) & (picture[:, :, 2] > 70)
    return float(blue[lumen].mean())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_colour_fills_a_patent_vein_a_part_of_a_thrombosed_one_and_nothing_of_an_occluded_one(seed: int) -> None:
    assert _blue_share("colour_patent", seed) > 0.85
    assert 0.1 < _blue_share("colour_partial", seed) < 0.75
    assert _blue_share("colour_absent", seed) < 0.02


def _above_and_below_baseline(kind: str) -> tuple[float, float]:
    phantom = make_phantom(kind, 2, frames=3)
    strip = next(region for region in phantom.footage.regions if region.kind is RegionKind.SPECTRAL)
    x0, y0, x1, y1 = strip.box
    assert strip.reference is not None
    picture = grey(pictures(phantom)[2])[y0 : y1 + 1, x0 : x1 + 1]
    baseline = strip.reference[1]
    return float((picture[: baseline - 8] > 90).mean()), float((picture[baseline + 8 :] > 90).mean())


def test_only_reflux_shows_flow_on_the_far_side_of_the_baseline() -> None:
    assert _above_and_below_baseline("spectral_reflux")[0] > 0.02
    for kind in ("spectral_phasic", "spectral_continuous"):
        far, near = _above_and_below_baseline(kind)
        assert far < 0.002
        assert near > 0.05


def test_reflux_lasts_as_long_as_the_truth_says() -> None:
    phantom = make_phantom("spectral_reflux", 4, frames=2)
    strip = next(region for region in phantom.footage.regions if region.kind is RegionKind.SPECTRAL)
    x0, y0, x1, _ = strip.box
    assert strip.reference is not None
    band = grey(pictures(phantom)[1])[y0 + strip.reference[1] - 14 : y0 + strip.reference[1] - 5, x0 : x1 + 1]
    seconds = float((band.mean(axis=0) > 60).sum()) * strip.dx
    assert seconds == pytest.approx(phantom.truth["reflux_s"], abs=0.25)


# ---------------------------------------------------------------- screen


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("size", [SMALL, (640, 480), (1024, 768)])
def test_text_and_scales_stand_outside_the_regions(layout: Layout, mode: Mode, size: tuple[int, int]) -> None:
    on = screen(layout, size, mode)
    labels = Labels("DEMO^PHANTOM  ID 000-DEMO", "2000-01-01 08:00", ("L9-3 demo", "25 Hz"), 40.0, 0.5, 12.0)
    ramp = np.full((256, 3), 200, dtype=np.uint8)
    canvas = backdrop(on, labels, ramp if mode is Mode.COLOUR else None, SpeedScale(0.3, 20, 0.01) if mode is Mode.SPECTRAL else None)
    assert canvas.any()
    for box in (on.picture, on.strip, on.ecg):
        if box is not None:
            x0, y0, x1, y1 = box
            assert not canvas[y0:y1, x0:x1].any()
