"""The parts of following a vein: outline, walls, flow, refinement, second anchor, curve, verdict, pulse."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from corelab.domain.clip import Region, RegionKind
from corelab.domain.compression import FollowRefusedError, LostReason, LumenState, RefusalReason
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.following.anchors import second_anchor
from corelab.imaging.following.curve import Curve
from corelab.imaging.following.edges import at_half_height
from corelab.imaging.following.film import Film, coloured, tissue_under
from corelab.imaging.following.flow import Flow, carried, jumped
from corelab.imaging.following.levels import levels_at
from corelab.imaging.following.outline import outline_at
from corelab.imaging.following.pulse import pulsates
from corelab.imaging.following.refine import refined
from corelab.imaging.following.tracking import Anchor, Seam, Step, Way, anchored, halved, sharp
from corelab.imaging.following.verdict import Evidence, judged
from corelab.imaging.following.walls import COLUMNS, Walls, median_of, mixed, walls_of
from corelab.imaging.following.window import Field, Grey, Pictures, Scale, View, scale_of, view_of

ROWS, COLS = 300, 320
CENTRE = (160.0, 150.0)


def tissue(seed: int = 1) -> Grey:
    """Speckle-like grey, the same for the same seed."""
    noise = np.random.default_rng(seed).normal(size=(ROWS, COLS)).astype(np.float32)
    return np.clip(110 + 220 * cv2.GaussianBlur(noise, (0, 0), 3.0), 60, 220).astype(np.uint8)


def vessel(half_width: float = 55, half_height: float = 40, centre: tuple[float, float] = CENTRE, seed: int = 1) -> Grey:
    """A dark ellipse in tissue."""
    mask = np.zeros((ROWS, COLS), dtype=np.float32)
    cv2.ellipse(
        mask, (np.array(centre) * 16).astype(int).tolist(), (int(half_width * 16), int(half_height * 16)), 0, 0, 360, 1, -1, shift=4
    )
    soft = cv2.GaussianBlur(mask, (0, 0), 1.0)
    return np.asarray(tissue(seed) * (1 - soft) + 22 * soft, dtype=np.uint8)


def squeezed(share: float, lift: float = 0.0) -> Grey:
    """The picture of a vessel with ``share`` of its height; its tissue comes along, and goes back to its place far from it."""
    y, x = np.mgrid[0:ROWS, 0:COLS].astype(np.float32)
    down = y - CENTRE[1] + lift
    half = 40 * share
    inside = down / max(share, 1e-3)
    beyond = np.sign(down) * (np.abs(down) - half + 40)
    source = np.where(np.abs(down) < half, inside, beyond) + CENTRE[1]
    return np.asarray(cv2.remap(vessel(), x, source.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), dtype=np.uint8)


def pictures_of(frames: list[Grey | None]) -> Pictures:
    def fetch(index: int) -> Grey:
        frame = frames[index]
        if frame is None:
            raise FrameUnreadableError(index, "damaged")
        return frame

    return Pictures(fetch, View((0, 0, COLS, ROWS), (COLS, ROWS)))


def rest_anchor(picture: Grey | None = None) -> Anchor:
    shown = vessel() if picture is None else picture
    return anchored(shown, 0, walls_of(outline_at(shown, *CENTRE)))


# -- the window ----------------------------------------------------------------------------------------------------------------------


def test_all_pictures_are_worked_on_at_one_pixel_size() -> None:
    assert scale_of((0.085, 0.17), 480) == Scale(1.0, 2.0)
    assert scale_of((-0.085, 0.085), 480) == Scale(1.0, 1.0)


@pytest.mark.parametrize("spacing", [None, (0.0, 0.0), (9.0, 9.0)])
def test_without_a_likely_scale_the_picture_is_taken_to_be_480_rows_deep(spacing: tuple[float, float] | None) -> None:
    assert scale_of(spacing, 240) == Scale(2.0, 2.0)


def test_points_go_to_the_working_picture_and_back() -> None:
    view = view_of((10, 20, 300, 220), Scale(1.3, 0.7), (5.5, 30.2, 250.0, 400.0))
    assert view.box == (10, 30, 250, 220)
    x, y = view.to_frame(*view.to_work(np.array([17.25]), np.array([44.5])))
    assert (float(x[0]), float(y[0])) == pytest.approx((17.25, 44.5))


def test_frames_over_the_budget_are_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def fetch(index: int) -> Grey:
        asked.append(index)
        return tissue(index)

    monkeypatch.setattr("corelab.imaging.following.window._BUDGET", 2 * ROWS * COLS)
    pictures = Pictures(fetch, View((0, 0, COLS, ROWS), (COLS, ROWS)))
    for index in (0, 1, 0, 2, 0, 1):
        assert np.array_equal(pictures[index], tissue(index))
    assert asked == [0, 1, 2, 1]


# -- outline and walls ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aside", [(0, 0), (16, 0), (-16, 8), (0, 12)])
def test_the_outline_is_the_same_wherever_in_the_lumen_the_click_falls(aside: tuple[int, int]) -> None:
    outline = outline_at(vessel(), CENTRE[0] + aside[0], CENTRE[1] + aside[1])
    assert float(outline.x.max() - outline.x.min()) == pytest.approx(110, abs=5)
    assert float(outline.y.max() - outline.y.min()) == pytest.approx(80, abs=6)
    assert outline.cut == 0


def test_an_outline_at_the_border_says_how_much_of_it_is_cut() -> None:
    assert outline_at(vessel(centre=(20.0, 150.0)), 20, 150).cut > 0.1


def test_ap_is_the_longest_vertical_chord_and_not_the_height_of_the_box() -> None:
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    x = 60 * np.cos(turn)
    tilted = replace(outline_at(vessel(), *CENTRE), x=100 + x, y=100 + 0.8 * x + 4 * np.sin(turn))
    walls = walls_of(tilted)
    assert walls.longest == pytest.approx(8, abs=0.1)
    assert float(tilted.y.max() - tilted.y.min()) > 90


def test_crossed_walls_are_put_on_their_mean() -> None:
    x = np.arange(float(COLUMNS))
    walls = Walls(x, np.full(COLUMNS, 12.0), np.full(COLUMNS, 10.0)).uncrossed()
    assert walls.longest == 0
    assert float(walls.top[0]) == 11


def test_mixing_takes_a_share_of_each() -> None:
    x = np.arange(float(COLUMNS))
    low, high = Walls(x, x * 0, x * 0 + 10), Walls(x, x * 0 + 4, x * 0 + 20)
    assert mixed(low, high, 0.25).middle_gap == pytest.approx(11.5)


def test_the_running_median_keeps_its_length_and_drops_a_spike() -> None:
    assert list(median_of(np.array([1.0, 1, 9, 1, 1]), 3)) == [1, 1, 1, 1, 1]


# -- flow and refinement -------------------------------------------------------------------------------------------------------------


def test_walls_go_with_the_tissue_outside_of_them() -> None:
    walls = rest_anchor().walls
    moved = carried(walls, Flow().between(halved(vessel()), halved(vessel(centre=CENTRE))))
    assert moved.middle_gap == pytest.approx(walls.middle_gap, abs=0.3)
    down = np.roll(vessel(), (4, 6), axis=(0, 1))
    moved = carried(walls, Flow().between(halved(vessel()), halved(down)))
    assert np.median(moved.top - walls.top) == pytest.approx(4, abs=0.7)
    assert np.median(moved.x - walls.x) == pytest.approx(6, abs=0.7)


def test_a_zoom_and_another_view_are_jumps_and_a_squeeze_is_none() -> None:
    before = halved(squeezed(1.0))
    zoomed = cv2.warpAffine(before, cv2.getRotationMatrix2D((80, 40), 0, 1.2), before.shape[::-1], borderMode=cv2.BORDER_REFLECT)
    for after, jump in ((halved(squeezed(0.85)), False), (np.asarray(zoomed, np.uint8), True), (halved(tissue(9)), True)):
        assert jumped(before, after, Flow().between(before, after)) is jump


@pytest.mark.parametrize("off", [-6.0, -2.5, 4.0, 6.5])
def test_both_walls_are_found_again_from_some_pixels_off(off: float) -> None:
    picture = vessel()
    walls = rest_anchor(picture).walls
    image = sharp(picture)
    levels = levels_at(image, walls)
    found = refined(image, refined(image, Walls(walls.x, walls.top + off, walls.bottom - off / 2), levels).walls, levels)
    assert np.median(np.abs(found.walls.top - walls.top)) < 1.6
    assert np.median(np.abs(found.walls.bottom - walls.bottom)) < 1.6
    assert found.edge > 0.5


def test_a_coarse_search_reaches_twice_as_far() -> None:
    picture = vessel()
    walls = rest_anchor(picture).walls
    image, levels = sharp(picture), levels_at(sharp(picture), walls)
    far = walls.shifted(0, 12)
    near = refined(image, refined(image, far, levels, stride=2).walls, levels).walls
    assert np.median(np.abs(near.bottom - walls.bottom)) < 1.5


def test_a_way_through_a_squeeze_gives_its_gaps_and_passes_over_what_cannot_be_read() -> None:
    shares = [1.0, 0.93, 0.86, 0.79, 0.72, 0.65, 0.58]
    frames: list[Grey | None] = [squeezed(share) for share in shares]
    frames[3] = None
    anchor = rest_anchor(squeezed(1.0))
    way = Way(pictures_of(frames), anchor, 6)
    gaps = {step.frame: step.walls.middle_gap / anchor.walls.middle_gap for step in way}
    assert sorted(gaps) == [0, 1, 2, 4, 5, 6]
    assert gaps[6] == pytest.approx(0.58, abs=0.05)
    assert way.ended == {3: LostReason.UNREADABLE}


def test_a_way_ends_where_the_picture_jumps() -> None:
    way = Way(pictures_of([squeezed(1.0), squeezed(0.95), tissue(4), tissue(5)]), rest_anchor(squeezed(1.0)), 3)
    assert [step.frame for step in way] == [0, 1]
    assert way.ended == {2: LostReason.JUMP, 3: LostReason.JUMP}


def test_the_second_anchor_is_the_frame_most_like_the_first_and_moves_with_it() -> None:
    slipped = np.roll(vessel(), (8, -14), axis=(0, 1))
    anchor = rest_anchor()
    second = second_anchor(pictures_of([vessel(), squeezed(0.4), tissue(7), slipped, squeezed(0.6)]), anchor, range(1, 5))
    assert second is not None
    assert second.anchor.frame == 3
    assert second.likeness > 0.9
    assert np.median(second.anchor.walls.x - anchor.walls.x) == pytest.approx(-14, abs=1)
    assert second_anchor(pictures_of([vessel(), tissue(7), tissue(8)]), anchor, range(1, 3)) is None
    assert second_anchor(pictures_of([vessel()]), anchor, range(1, 1)) is None


def test_a_wall_stands_at_half_height_however_bright_it_is() -> None:
    """Pressing makes walls brighter; where they are said to be must not move with that."""
    walls = rest_anchor().walls
    moved = []
    for bright in (110, 160, 210):
        echo = np.full((ROWS, COLS), 22.0, np.float32)
        echo[:112] = echo[188:] = bright
        picture = cv2.GaussianBlur(echo, (0, 0), 1.5).astype(np.uint8)
        near = Walls(walls.x, np.full(COLUMNS, 113.5), np.full(COLUMNS, 185.5))
        moved.append(at_half_height(picture, near, levels_at(sharp(picture), near)))
    for found in moved:
        assert np.median(found.top) == pytest.approx(111.5, abs=0.3)
        assert np.median(found.bottom) == pytest.approx(187.5, abs=0.3)
    assert np.ptp([found.middle_gap for found in moved]) < 0.2


def test_walls_that_all_but_touch_stay_where_they_were_followed_to() -> None:
    walls = rest_anchor().walls
    middle = np.full(COLUMNS, CENTRE[1])
    slit = Walls(walls.x, middle - 1.5, middle + 1.5)
    found = at_half_height(tissue(), slit, levels_at(sharp(vessel()), walls))
    assert np.array_equal(found.gap, slit.gap)


# -- curve ---------------------------------------------------------------------------------------------------------------------------


def test_rest_is_the_clicked_frame_unless_the_plateau_lies_elsewhere() -> None:
    curve = Curve(10, np.array([60.0, 62, 80, 99, 100, 101, 100, 99, 100, 100]))
    assert curve.rest_near(15) == 15
    assert curve.rest_near(10) == 13
    assert curve.around(10) == pytest.approx(62)


def test_one_wrong_frame_is_not_the_compression() -> None:
    ap = np.array([100.0, 100, 3, 100, 60, 50, 51, 70, 100, 100])
    assert Curve(0, ap).least() in {5, 6}
    assert Curve(0, np.where(ap == 3, np.nan, ap)).least() in {5, 6}


# -- verdict -------------------------------------------------------------------------------------------------------------------------


def evidence(
    shares: list[float],
    *,
    dip: float = 0.0,
    around: float = 0.8,
    edge: Callable[[float], float] = lambda share: 0.6 if share > 0.15 else 0.05,
    meet: float | None = 1.0,
    likeness: float | None = 0.9,
) -> Evidence:
    x = np.arange(float(COLUMNS))
    steps = {n: Step(n, Walls(x, x * 0, x * 0 + 100 * share), edge(share), Seam(dip, around)) for n, share in enumerate(shares)}
    return Evidence(steps, dict(enumerate(shares)), int(np.argmin(shares)), meet, likeness, {})


PRESSED = [1.0] * 8 + [0.6, 0.3, 0.05, 0.03, 0.03, 0.03, 0.05, 0.3, 0.6] + [1.0] * 8


def test_a_gap_without_lumen_in_three_frames_is_closed_whatever_its_edges_say() -> None:
    verdict = judged(evidence(PRESSED))
    assert verdict.answered
    assert not verdict.lost
    assert [n for n, state in verdict.states.items() if state is LumenState.CLOSED] == [10, 11, 12, 13, 14]


def test_a_dark_slit_is_open() -> None:
    verdict = judged(evidence(PRESSED, dip=0.45))
    assert verdict.answered
    assert set(verdict.states.values()) == {LumenState.OPEN}


def test_a_gap_in_a_shadow_is_not_called_closed() -> None:
    verdict = judged(evidence(PRESSED, around=0.1))
    assert LumenState.CLOSED not in verdict.states.values()
    assert not verdict.answered
    assert {lost.reason for lost in verdict.lost} == {LostReason.EDGES}


def test_a_gap_that_the_way_back_does_not_know_is_not_called_closed() -> None:
    assert not judged(evidence(PRESSED, meet=60.0)).answered


def test_a_gap_alone_is_not_closed() -> None:
    half = [max(share, 0.13) for share in PRESSED]
    assert LumenState.CLOSED not in judged(evidence(half)).states.values()


def test_ways_that_disagree_lose_the_compressed_part_with_the_last_good_frame() -> None:
    half = [max(share, 0.5) for share in PRESSED]
    assert judged(evidence(half, meet=7.0)).answered
    verdict = judged(evidence(half, meet=9.0))
    assert not verdict.answered
    (lost,) = verdict.lost
    assert (lost.reason, lost.first, lost.last, lost.last_good) == (LostReason.DISAGREE, 8, 16, 7)


def test_a_second_anchor_that_is_hardly_like_the_first_gives_no_answer_and_none_at_all_does_not_hinder() -> None:
    half = [max(share, 0.5) for share in PRESSED]
    assert judged(evidence(half, likeness=0.55)).lost[0].reason is LostReason.UNRECOGNISED
    assert judged(evidence(half, likeness=None, meet=None)).answered


def test_walls_without_steps_are_lost() -> None:
    half = [max(share, 0.5) for share in PRESSED]
    assert judged(evidence(half, edge=lambda _share: 0.1)).lost[0].reason is LostReason.EDGES


# -- pulse ---------------------------------------------------------------------------------------------------------------------------


def beating(hertz: float, amplitude: float, frames: int = 60) -> Field:
    time = np.arange(frames) * 0.04
    return np.asarray(100 * (1 + amplitude * np.sin(2 * np.pi * hertz * time)) * np.linspace(1, 0.97, frames))


def test_a_beat_is_an_artery_and_a_breath_or_a_tremble_is_none() -> None:
    still = np.zeros(60)
    assert pulsates(beating(1.2, 0.03), still, 0.04)
    assert not pulsates(beating(0.3, 0.03), still, 0.04)
    assert not pulsates(beating(1.2, 0.004), still, 0.04)
    assert not pulsates(beating(1.2, 0.03, frames=30), np.zeros(30), 0.04)
    noise = np.random.default_rng(3).normal(100, 1.5, 60)
    assert not pulsates(noise, still, 0.04)


def test_what_goes_with_the_depth_is_the_manoeuvre_and_a_beat_shows_beside_it() -> None:
    depth = 30 * np.sin(2 * np.pi * 0.9 * np.arange(60) * 0.04)
    assert not pulsates(100 * np.exp(0.002 * depth), depth, 0.04)
    assert pulsates(beating(1.3, 0.03) * np.exp(0.002 * depth), depth, 0.04)


# -- film ----------------------------------------------------------------------------------------------------------------------------


def a_film(*regions: Region) -> Film:
    return Film(lambda _index: np.zeros((480, 640, 4), np.uint8), 5, (640, 480), regions, 0.04)


def region(kind: RegionKind, box: tuple[int, int, int, int] = (100, 50, 499, 399), *, usable: bool = True) -> Region:
    return Region(kind, box, 0.02, -0.01, "cm", "cm", usable=usable)


def test_the_tissue_under_the_point_gives_box_and_spacing() -> None:
    found = tissue_under(a_film(region(RegionKind.TISSUE)), (200, 100))
    assert found.box == (100, 50, 500, 400)
    assert found.spacing == pytest.approx((0.2, 0.1))
    assert tissue_under(a_film(region(RegionKind.TISSUE, usable=False)), (200, 100)).spacing is None
    assert tissue_under(a_film(), (1, 1)).box == (0, 0, 640, 480)


@pytest.mark.parametrize(
    ("kinds", "point", "reason"),
    [
        ((RegionKind.TISSUE,), (640.0, 10.0), RefusalReason.OUTSIDE_IMAGE),
        ((RegionKind.TISSUE,), (float("nan"), 10.0), RefusalReason.OUTSIDE_IMAGE),
        ((RegionKind.TISSUE,), (20.0, 10.0), RefusalReason.OUTSIDE_TISSUE),
        ((RegionKind.SPECTRAL,), (200.0, 100.0), RefusalReason.OUTSIDE_TISSUE),
        ((RegionKind.COLOUR,), (200.0, 100.0), RefusalReason.COLOUR),
    ],
)
def test_what_is_no_tissue_is_refused(kinds: tuple[RegionKind, ...], point: tuple[float, float], reason: RefusalReason) -> None:
    with pytest.raises(FollowRefusedError) as refused:
        tissue_under(a_film(*map(region, kinds)), point)
    assert refused.value.reason is reason


def test_a_tint_is_no_colour_and_flow_is() -> None:
    grey = np.asarray(cv2.cvtColor(tissue(), cv2.COLOR_GRAY2BGRA), dtype=np.uint8)
    tinted = np.clip(grey * np.array([0.7, 0.9, 1.0, 1.0]), 0, 255).astype(np.uint8)
    painted = tinted.copy()
    painted[100:140, 100:160] = (20, 30, 220, 255)
    assert [coloured(each, (0, 0, COLS, ROWS)) for each in (grey, tinted, painted)] == [False, False, True]
