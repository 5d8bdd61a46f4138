"""Following a vein through whole clips: errors against the truth, answers that never change, refusals, the command line."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.compression import Followed, FollowRefusedError, FollowStoppedError, RefusalReason
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.following import Film, follow_film
from corelab.imaging.following.outline import outline_at
from corelab.imaging.following.window import scale_of, view_of
from corelab.imaging.frames import FrameFile
from corelab.imaging.phantom import Phantom, make_phantom
from corelab.services.bench_compression import measure
from corelab.services.compression import follow_file

FRAMES, SIZE = 36, (400, 300)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "ultrasound" / "semi_synthetic"
STILLS = SHARED.parent / "vein_stills"
SEMI_SYNTHETIC = (
    ("popliteal_0016_compressible.dcm", (210, 249), 3.0),
    ("popliteal_0033_noncompressible_thrombus.dcm", (253, 271), 85.0),
    ("popliteal_0218_partial.dcm", (335, 181), 45.0),
)


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Phantom]]:
    """A clip on disk and what is in it, each made once."""
    folder, made = tmp_path_factory.mktemp("phantoms"), dict[str, tuple[Path, Phantom]]()

    def get(kind: str, seed: int, **asked: Any) -> tuple[Path, Phantom]:
        name = "_".join(map(str, (kind, seed, *asked.values())))
        if name not in made:
            phantom = make_phantom(kind, seed, **{"frames": FRAMES, "size": SIZE, **asked})
            path = folder / f"{name}.dcm"
            path.write_bytes(phantom.dicom)
            made[name] = path, phantom
        return made[name]

    return get


@dataclass(frozen=True, slots=True)
class Usual:
    """One clip followed once, for all tests that compare with it; ``heard``: what was told on the way, ``grown``: the frames drawn."""

    path: Path
    phantom: Phantom
    found: Followed
    heard: tuple[tuple[int, int], ...]
    grown: tuple[int, ...]


@pytest.fixture(scope="module")
def usual(phantoms: Callable[..., tuple[Path, Phantom]]) -> Usual:
    path, phantom = phantoms("partial", 3)
    heard: list[tuple[int, int]] = []
    grown: list[int] = []
    found = follow_film(
        film_of(path),
        0,
        point_of(phantom),
        lambda done, of: heard.append((done, of)),
        grown=lambda lumen: grown.append(lumen.frame),
    )
    return Usual(path, phantom, found, tuple(heard), tuple(grown))


def point_of(phantom: Phantom) -> tuple[float, float]:
    x, y = phantom.truth["point"]
    return float(x), float(y)


def film_of(path: Path, **instead: Any) -> Film:
    file = FrameFile.open(path)
    header = file.header
    whole = {
        "pixels": file.decode,
        "frames": file.frames,
        "size": (header.columns, header.rows),
        "regions": header.regions,
        "frame_s": 0.04,
    }
    return Film(**{**whole, **instead})


# -- errors ------------------------------------------------------------------------------------------------------------------------


def test_residuals_of_phantoms_are_right_and_nothing_open_is_called_closed() -> None:
    figures = measure(6, frames=30, size=SIZE)
    assert figures.mean_error <= 3
    assert figures.largest_error <= 10
    assert figures.false_closures == 0
    assert figures.lost <= 1


def test_residuals_of_warped_stills_are_right() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared ultrasound files are not here")
    found = [follow_file(SHARED / name, 0, point) for name, point, _ in SEMI_SYNTHETIC]
    errors = [abs(one["residual_ap_percent"] - truth) for one, (_, _, truth) in zip(found, SEMI_SYNTHETIC, strict=True)]
    assert float(np.mean(errors)) <= 5
    assert max(errors) <= 8
    assert not any(one["lost"] for one in found)


def test_outlines_of_real_veins_are_those_drawn_by_hand() -> None:
    """Of each still the uppermost vessel; one hand-drawn mask joins two that touch."""
    if not STILLS.is_dir():
        pytest.skip("the shared ultrasound files are not here")
    shares = [_dice(mask, Path(str(mask).replace("_mask", "_image"))) for mask in sorted(STILLS.glob("*_mask.png"))]
    assert len(shares) == 9
    assert float(np.mean(shares)) >= 0.91
    assert min(shares) >= 0.78


def _dice(mask_file: Path, picture_file: Path) -> float:
    blue, green, red = (np.asarray(cv2.imread(str(mask_file)), dtype=np.uint8)[..., n] for n in range(3))
    _, pieces, facts, _ = cv2.connectedComponentsWithStats(((green > 60) & (red < 60) & (blue < 60)).astype(np.uint8))
    vessel = (pieces == 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA] > 400))).astype(np.uint8)
    y, x = np.unravel_index(int(cv2.distanceTransform(vessel, cv2.DIST_L2, 5).argmax()), vessel.shape)
    rows, columns = vessel.shape
    view = view_of((0, 0, columns, rows), scale_of(None, rows), (0, 0, columns, rows))
    point = view.to_work(np.array(float(x)), np.array(float(y)))
    outline = outline_at(view.cut(np.asarray(cv2.imread(str(picture_file), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)), *map(float, point))
    found = np.zeros_like(vessel)
    cv2.fillPoly(found, [np.round(np.stack(view.to_frame(outline.x, outline.y), axis=1)).astype(np.int32)], 1)
    return 2 * float((found & vessel).sum()) / float(found.sum() + vessel.sum())


def test_a_clip_that_ends_compressed_is_one_sided(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    file = FrameFile.open(path)
    pressed = int(np.argmin([each["ap_mm"] for each in phantom.truth["frames"]]))
    found = follow_film(film_of(path, pixels=file.decode, frames=pressed + 3), 0, point_of(phantom))
    assert found.one_sided
    assert found.residual_ap_percent == pytest.approx(phantom.truth["residual_ap_percent"], abs=6)


def test_a_click_under_pressure_finds_rest_elsewhere(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    pressed = int(np.argmin([each["ap_mm"] for each in phantom.truth["frames"]]))
    x, y = np.mean(phantom.truth["outlines"][pressed], axis=0)
    found = follow_file(path, pressed, (float(x), float(y)))
    rest, sizes = found["rest_frame"], [each["ap_mm"] for each in phantom.truth["frames"]]
    assert sizes[rest] >= 0.9 * sizes[0]
    assert found["residual_ap_percent"] == pytest.approx(phantom.truth["residual_ap_percent"], abs=6)


# -- the same answer -----------------------------------------------------------------------------------------------------------------


def test_the_same_clip_gives_the_same_answer_on_any_number_of_threads(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("compressible", 2, frames=20)
    before, answers = cv2.getNumThreads(), set()
    try:
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            answers.add(follow_film(film_of(path, frames=20), 0, point_of(phantom)))
    finally:
        cv2.setNumThreads(before)
    assert len(answers) == 1


def test_a_click_off_the_centre_changes_less_than_a_point(usual: Usual) -> None:
    path, phantom, middle = usual.path, usual.phantom, usual.found.residual_ap_percent
    assert middle is not None
    outline = np.array(phantom.truth["outlines"][0])
    off = 0.3 * (outline.max(axis=0) - outline.min(axis=0)) / 2
    x, y = point_of(phantom)
    for dx, dy in ((off[0], 0), (0, -off[1])):
        assert abs(follow_file(path, 0, (x + dx, y + dy))["residual_ap_percent"] - middle) < 1


# -- answers -------------------------------------------------------------------------------------------------------------------------


def test_lengths_are_null_without_calibration_and_pixels_never(usual: Usual) -> None:
    path, phantom, scaled = usual.path, usual.phantom, usual.found
    plain = follow_film(film_of(path, regions=()), 0, point_of(phantom))
    assert {(each.ap_mm, each.area_mm2) for each in plain.frames} == {(None, None)}
    assert plain.frames[0].ap_px == pytest.approx(scaled.frames[0].ap_px, rel=0.12)
    spacing = phantom.truth["spacing_mm"]
    assert scaled.frames[0].ap_mm == pytest.approx((scaled.frames[0].ap_px or 0) * spacing, abs=0.01)
    assert plain.residual_ap_percent == pytest.approx(phantom.truth["residual_ap_percent"], abs=6)


def test_pixels_need_not_be_square(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    film = film_of(path)
    x0, y0, x1, y1 = film.regions[0].box
    flat = replace(film.regions[0], box=(x0, y0 // 2, x1, y1 // 2), dy=film.regions[0].dy * 2)

    def halved(index: int) -> Any:
        pixels = film.pixels(index)
        return cv2.resize(pixels, (pixels.shape[1], pixels.shape[0] // 2), interpolation=cv2.INTER_AREA)

    x, y = point_of(phantom)
    found = follow_film(film_of(path, pixels=halved, size=(SIZE[0], SIZE[1] // 2), regions=(flat,)), 0, (x, y / 2))
    assert found.residual_ap_percent == pytest.approx(phantom.truth["residual_ap_percent"], abs=6)
    assert found.frames[0].ap_mm == pytest.approx(phantom.truth["frames"][0]["ap_mm"], abs=0.9)


def test_frames_that_cannot_be_read_are_lost_and_the_others_are_not(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    file = FrameFile.open(path)

    def damaged(index: int) -> Any:
        if index == 7:
            raise FrameUnreadableError(index, "damaged")
        return file.decode(index)

    found = follow_film(film_of(path, pixels=damaged), 0, point_of(phantom))
    assert [(one.first, one.last, one.reason.value, one.last_good) for one in found.lost] == [(7, 7, "unreadable", 6)]
    assert found.residual_ap_percent == pytest.approx(phantom.truth["residual_ap_percent"], abs=6)
    with pytest.raises(FollowRefusedError) as refused:
        follow_film(film_of(path, pixels=damaged), 7, point_of(phantom))
    assert refused.value.reason is RefusalReason.UNREADABLE


def test_frames_with_colour_over_the_vein_are_lost_and_a_click_in_one_is_refused(usual: Usual) -> None:
    """Colour that is switched on after the clip began: what lies under it is not grey."""
    file = FrameFile.open(usual.path)
    x, y = (round(value) for value in point_of(usual.phantom))

    def painted(index: int) -> Any:
        pixels = file.decode(index).copy()
        if index >= FRAMES - 4:
            pixels[y - 30 : y + 30, x - 40 : x + 40, :3] = (20, 40, 220)
        return pixels

    film = film_of(usual.path, pixels=painted)
    found = follow_film(film, 0, point_of(usual.phantom))
    assert [(one.first, one.last, one.reason.value) for one in found.lost] == [(FRAMES - 4, FRAMES - 1, "colour")]
    assert found.residual_ap_percent == pytest.approx(usual.phantom.truth["residual_ap_percent"], abs=6)
    with pytest.raises(FollowRefusedError) as refused:
        follow_film(film, FRAMES - 1, point_of(usual.phantom))
    assert refused.value.reason is RefusalReason.COLOUR


def test_after_a_zoom_the_frames_are_lost(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    file = FrameFile.open(path)

    def zoomed(index: int) -> Any:
        pixels = file.decode(index)
        turn = cv2.getRotationMatrix2D(point_of(phantom), 0, 1.4)
        return cv2.warpAffine(pixels, turn, SIZE) if index >= 30 else pixels

    found = follow_film(film_of(path, pixels=zoomed), 0, point_of(phantom))
    assert [(one.first, one.last, one.reason.value) for one in found.lost] == [(30, FRAMES - 1, "jump")]


@pytest.mark.parametrize(
    ("kind", "frame", "point", "reason"),
    [
        ("partial", 0, (-3.0, 10.0), RefusalReason.OUTSIDE_IMAGE),
        ("partial", 0, (3.0, 3.0), RefusalReason.OUTSIDE_TISSUE),
        ("partial", FRAMES, None, RefusalReason.NO_FRAME),
        ("partial", -1, None, RefusalReason.NO_FRAME),
        ("colour_patent", 0, None, RefusalReason.COLOUR),
        ("spectral_phasic", 0, None, RefusalReason.STILL),
    ],
)
def test_what_cannot_be_followed_is_refused(
    phantoms: Callable[..., tuple[Path, Phantom]], kind: str, frame: int, point: tuple[float, float] | None, reason: RefusalReason
) -> None:
    path, phantom = phantoms(kind, 3) if kind == "partial" else phantoms(kind, 3, frames=4)
    with pytest.raises(FollowRefusedError) as refused:
        follow_file(path, frame, point or point_of(phantom))
    assert refused.value.reason is reason


def test_a_single_picture_and_a_flat_one_are_refused(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    flat = np.full((SIZE[1], SIZE[0], 4), 90, np.uint8)
    for film, reason in (
        (film_of(path, frames=1), RefusalReason.STILL),
        (film_of(path, pixels=lambda _index: flat), {RefusalReason.CONTRAST, RefusalReason.BORDER, RefusalReason.NO_OUTLINE}),
    ):
        with pytest.raises(FollowRefusedError) as refused:
            follow_film(film, 0, point_of(phantom))
        assert refused.value.reason in (reason if isinstance(reason, set) else {reason})


def test_whoever_waits_hears_how_far_it_is_and_sees_every_frame_of_the_growing_curve(usual: Usual) -> None:
    assert list(usual.heard) == sorted(usual.heard)
    assert usual.heard[-1] == (2 * FRAMES, 2 * FRAMES)
    assert usual.grown[:FRAMES] == tuple(range(FRAMES))


def test_whoever_waits_may_stop_it(usual: Usual) -> None:
    heard: list[int] = []
    with pytest.raises(FollowStoppedError):
        follow_film(film_of(usual.path), 0, point_of(usual.phantom), lambda done, _of: heard.append(done), lambda: len(heard) >= 5)
    assert heard == [1, 2, 3, 4, 5]


# -- the command line ----------------------------------------------------------------------------------------------------------------


def test_the_command_answers_the_keys_of_its_contract(phantoms: Callable[..., tuple[Path, Phantom]]) -> None:
    path, phantom = phantoms("partial", 3)
    x, y = point_of(phantom)
    ran = CliRunner().invoke(cli, ["compression", str(path), "--frame", "0", "--point", f"{x},{y}", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert {"frames", "rest_frame", "compressed_frame", "residual_ap_percent", "lost"} <= set(found)
    assert {"frame", "area_mm2", "ap_mm", "state", "ap_px", "area_px"} == set(found["frames"][0])
    assert [each["frame"] for each in found["frames"]] == list(range(FRAMES))
    words = CliRunner().invoke(cli, ["compression", str(path), "--frame", "0", "--point", f"{x},{y}"]).stdout
    assert f"residual AP {found['residual_ap_percent']:.1f} %" in words


def test_the_command_says_in_words_why_it_does_not_follow(phantoms: Callable[..., tuple[Path, Phantom]], tmp_path: Path) -> None:
    path, _ = phantoms("partial", 3)
    ran = CliRunner().invoke(cli, ["compression", str(path), "--point", "3,3", "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["refused"]) == (1, "outside_tissue")
    assert "outside the tissue" in CliRunner().invoke(cli, ["compression", str(path), "--point", "3,3"]).stderr
    assert CliRunner().invoke(cli, ["compression", str(path), "--point", "3"]).exit_code == 2
    nothing = tmp_path / "nothing.dcm"
    nothing.write_bytes(b"")
    ran = CliRunner().invoke(cli, ["compression", str(nothing), "--point", "3,3"])
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Not followed.")
    assert "coordinator" not in ran.stderr, "there is no lab here"
    assert CliRunner().invoke(cli, ["compression", str(tmp_path / "gone.dcm"), "--point", "3,3"]).exit_code == 1
