"""Clips that are hard to follow: each difficulty is in the picture or the motion, and the truth stays true."""

from itertools import pairwise

import pytest

from corelab.imaging.phantom import Hard, Kind, Layout, PhantomHardError, make_phantom
from corelab.imaging.phantom.kinds import Mode
from corelab.imaging.phantom.layout import screen
from corelab.imaging.phantom.scene import Asked, Scene, draw_scene

SMALL = (320, 240)


def scene(kind: Kind, hard: Hard | None, seed: int = 5, *, rest_start: bool = True, psf: int | None = None) -> Scene:
    return draw_scene(kind, seed, 60, screen(Layout.GENERIC, SMALL, Mode.GREY), Asked(hard, rest_start, psf))


def steps(values: list[float]) -> list[float]:
    return [abs(after - before) for before, after in pairwise(values)]


@pytest.mark.parametrize("hard", list(Hard))
def test_every_difficulty_gives_a_clip_with_its_truth(hard: Hard) -> None:
    phantom = make_phantom("partial", 5, frames=9, size=SMALL, hard=hard)
    assert phantom.truth["hard"] == hard.value
    assert 20 < phantom.truth["residual_ap_percent"] < 80
    assert phantom.dicom != make_phantom("partial", 5, frames=9, size=SMALL).dicom
    assert phantom.dicom == make_phantom("partial", 5, frames=9, size=SMALL, hard=hard.value).dicom


def test_a_probe_that_left_the_plane_does_not_come_back() -> None:
    plain, hard = scene(Kind.PARTIAL, None), scene(Kind.PARTIAL, Hard.OUT_OF_PLANE)
    assert abs(plain.poses[-1].drift) < 0.1
    assert hard.poses[-1].drift > 0.7
    assert abs(hard.lumens[-1].ap_mm / hard.lumens[0].ap_mm - 1) > 0.03


def test_a_trembling_hand_moves_the_picture_from_frame_to_frame() -> None:
    plain, hard = (scene(Kind.PARTIAL, each) for each in (None, Hard.JITTER))
    assert max(steps([pose.slip for pose in hard.poses])) > 3 * max(steps([pose.slip for pose in plain.poses]))


def test_a_probe_that_slips_goes_millimetres_aside() -> None:
    assert max(abs(pose.slip) for pose in scene(Kind.PARTIAL, Hard.SLIP).poses) > 2.3


def test_a_clip_that_ends_compressed_is_never_let_go() -> None:
    lumens = scene(Kind.COMPRESSIBLE, Hard.ENDS_COMPRESSED).lumens
    assert lumens[-1].ap_mm < 0.06 * lumens[0].ap_mm


def test_fast_pressure_takes_a_quarter_of_a_second() -> None:
    hard = scene(Kind.COMPRESSIBLE, Hard.FAST)
    pressing = [pose.pressing for pose in hard.poses]
    onset = max(frame for frame in range(30) if pressing[frame] == 0)
    full = next(frame for frame in range(60) if pressing[frame] >= 1)
    assert 0.15 <= hard.poses[full].time - hard.poses[onset].time <= 0.35


def test_gain_is_lost_while_pressure_is_on() -> None:
    poses = scene(Kind.PARTIAL, Hard.GAIN_DROP).poses
    assert poses[0].gain_db == 0
    assert 4 <= max(pose.gain_db for pose in poses) <= 11


def test_pressure_can_be_on_in_the_first_frame_and_rest_comes_later() -> None:
    made = scene(Kind.COMPRESSIBLE, None, rest_start=False)
    truth = make_phantom("compressible", 5, size=SMALL, rest_start=False).truth
    assert 0.3 < made.lumens[0].ap_mm / made.lumens[-1].ap_mm < 0.8
    assert truth["rest_frame"] > 30
    assert truth["compressed_frame"] < truth["rest_frame"]
    assert truth["residual_ap_percent"] < 6
    assert truth["frames"][truth["rest_frame"]]["ap_mm"] > truth["frames"][0]["ap_mm"]


def test_the_point_spread_can_be_changed_without_changing_the_anatomy() -> None:
    one, other, same = (scene(Kind.PARTIAL, None, psf=psf) for psf in (11, 12, 11))
    assert one.lumens[0].ap_mm == other.lumens[0].ap_mm
    assert one.beam != other.beam
    assert one.beam == same.beam
    assert len({scene(Kind.PARTIAL, None, seed).beam.axial for seed in range(8)}) == 8


@pytest.mark.parametrize(
    ("kind", "hard", "rest_start"),
    [
        ("colour_patent", "jitter", True),
        ("compressible", "isoechoic_thrombus", True),
        ("partial", "ends_compressed", False),
        ("partial", "rain", True),
        ("spectral_phasic", None, False),
    ],
)
def test_a_difficulty_that_a_kind_cannot_have_is_refused_with_those_it_can(kind: str, hard: str | None, *, rest_start: bool) -> None:
    with pytest.raises(PhantomHardError) as refused:
        make_phantom(kind, 1, hard=hard, rest_start=rest_start)
    assert hard not in refused.value.known
