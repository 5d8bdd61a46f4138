"""Open, closed or lost: what may be said of each frame and of the clip, with the reason where nothing may be said."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from corelab.domain.compression import Lost, LostReason, LumenState
from corelab.imaging.following.tracking import Step
from corelab.imaging.following.walls import median_of

CLOSED_GAP = 0.12
"""Of rest; a wider gap is never called closed."""
_CLOSED_DIP = 0.30
_SHADOW = 0.25
"""Where the surroundings of the seam are hardly brighter than the lumen was, a missing dip says nothing."""
_CLOSED_FRAMES = 3
_SLIT = 0.15
"""Of rest; a dark line with so little gap is told by its dip, as the steps of its two walls run together."""
_CLOSED_MEET = 45.0
_MEET = 8.0
_EDGE = 0.2
_LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class Evidence:
    """``ap``: share of rest per frame. ``meet``: difference of the two ways at full compression in % of rest, None with one way."""

    steps: Mapping[int, Step]
    ap: Mapping[int, float]
    compressed: int
    meet: float | None
    likeness: float | None
    ends: Mapping[int, LostReason]
    """Frames that no way reached, and why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    states: Mapping[int, LumenState]
    lost: tuple[Lost, ...]
    answered: bool
    """Whether the clip's residual may be told."""


def judged(evidence: Evidence) -> Verdict:
    dips = _dips(evidence.steps)
    closed = {frame for frame, step in evidence.steps.items() if _closed(step, dips[frame], evidence.ap[frame])}
    if len(closed) < _CLOSED_FRAMES or (evidence.meet is not None and evidence.meet > _CLOSED_MEET):
        closed = set()
    doubts = dict(evidence.ends)
    doubts.update(dict.fromkeys(_edgeless(evidence, closed, dips), LostReason.EDGES))
    if not closed:
        doubts.update(_unconfirmed(evidence, doubts))
    states = {frame: _state(frame, closed, doubts) for frame in {*evidence.steps, *doubts}}
    answered = states.get(evidence.compressed) is not LumenState.LOST
    return Verdict(states, _runs(doubts, states), answered)


def _state(frame: int, closed: set[int], doubts: Mapping[int, LostReason]) -> LumenState:
    if frame in doubts:
        return LumenState.LOST
    return LumenState.CLOSED if frame in closed else LumenState.OPEN


def _dips(steps: Mapping[int, Step]) -> dict[int, float]:
    """Over five frames: while the walls meet, a single frame may show anything."""
    frames = sorted(steps)
    dips = median_of(np.array([steps[frame].seam.dip for frame in frames]), 5)
    return dict(zip(frames, dips.tolist(), strict=True))


def _closed(step: Step, dip: float, share: float) -> bool:
    return share < CLOSED_GAP and dip < _CLOSED_DIP and step.seam.around > _SHADOW


def _edgeless(evidence: Evidence, closed: set[int], dips: Mapping[int, float]) -> list[int]:
    """Frames where the walls no longer stand out. At a seam edges carry no information, so near closed frames they are not asked."""
    frames = sorted(evidence.steps)
    edges = median_of(np.array([evidence.steps[frame].edge for frame in frames]), 7)
    near = {frame + away for frame in closed for away in range(-4, 5)}
    sure = near | {frame for frame in frames if evidence.ap[frame] < _SLIT and dips[frame] >= _CLOSED_DIP}
    return [frame for frame, edge in zip(frames, edges, strict=True) if edge < _EDGE and frame not in sure]


def _unconfirmed(evidence: Evidence, doubts: Mapping[int, LostReason]) -> dict[int, LostReason]:
    """The compressed part of a clip whose two ways disagree, or whose second anchor is not surely the same vein."""
    if evidence.meet is not None and evidence.meet > _MEET:
        reason = LostReason.DISAGREE
    elif evidence.likeness is not None and evidence.likeness < _LIKENESS:
        reason = LostReason.UNRECOGNISED
    else:
        return {}
    least = evidence.ap[evidence.compressed]
    bar = (1 + least) / 2
    return {frame: reason for frame, share in evidence.ap.items() if share <= bar and frame not in doubts} | {evidence.compressed: reason}


def _runs(doubts: Mapping[int, LostReason], states: Mapping[int, LumenState]) -> tuple[Lost, ...]:
    runs: list[Lost] = []
    good: int | None = None
    for frame in sorted(states):
        if frame not in doubts:
            good = frame
        elif runs and runs[-1].last == frame - 1 and runs[-1].reason is doubts[frame]:
            runs[-1] = Lost(runs[-1].first, frame, runs[-1].reason, runs[-1].last_good)
        else:
            runs.append(Lost(frame, frame, doubts[frame], good))
    return tuple(runs)
