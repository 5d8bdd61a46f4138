"""The compression pair: a frame at rest and one under pressure of one clip, the diameters on both, and what remains. No widget."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.domain.clip import Clip
from corelab.domain.compression import LumenFrame, LumenState
from corelab.domain.vocabulary import Evidence
from corelab.services import clips
from corelab.services.clips import Length
from corelab.ui.caliper import Caliper
from corelab.ui.exam_clips import ExamClips


@dataclass(frozen=True, slots=True)
class Pair:
    """``method`` names whose proposal it is, where it is one; ``taken``: it is evidence already. ``whose`` tells read A from read B."""

    clip: Clip
    rest: int
    compressed: int
    method: str | None = None
    taken: bool = False
    whose: str = ""

    @property
    def frames(self) -> tuple[int, int]:
        return self.rest, self.compressed


def pair_of(evidence: Evidence, exam: ExamClips, whose: str = "") -> Pair | None:
    """Evidence of two frames as a pair; None where it is no such evidence, or its clip is not there."""
    clip = exam.clip(evidence.clip)
    if clip is None or evidence.frame_b is None:
        return None
    return Pair(clip, evidence.frame_a, evidence.frame_b, evidence.method, taken=True, whose=whose)


@dataclass(frozen=True, slots=True)
class Diameter:
    """The caliper of one side. ``method``: it is that method's proposal, as yet unchanged."""

    drawn: Caliper
    method: str | None = None


def measured_on(frame: int, lines: Sequence[Caliper]) -> Caliper | None:
    """Of several lines on a frame the diameter: the upright one that was drawn last, as pressure comes from above; else the last."""
    here = [line for line in reversed(lines) if line.frame == frame]
    return next((line for line in here if _is_upright(line)), here[0] if here else None)


def _is_upright(line: Caliper) -> bool:
    (x0, y0), (x1, y1) = line.start, line.end
    return abs(y1 - y0) >= abs(x1 - x0)


def measured_words(clip: Clip, diameter: Diameter) -> str:
    """``8.4 mm``; without calibration the length in pixels."""
    found = clips.caliper(clip, *_ends(diameter.drawn))
    words = found.text if isinstance(found, Length) else f"{found.pixels:.0f} pixels"
    return f"{words}, proposed" if diameter.method is not None else words


def residual_percent(clip: Clip, rest: Diameter, compressed: Diameter) -> tuple[float, bool] | None:
    """What remains under pressure, in percent of the diameter at rest, and whether it is calibrated; None where rest has no length.

    Both frames are of one clip, so the ratio needs no calibration; where the pixels' size is known it is used, as they may not be square.
    """
    before, under = (_length(clip, each.drawn) for each in (rest, compressed))
    if before[0] is not None and under[0] is not None:
        return (100 * under[0] / before[0], True) if before[0] > 0 else None
    return (100 * under[1] / before[1], False) if before[1] > 0 else None


def proposed_caliper(lumen: LumenFrame | None) -> Caliper | None:
    """The AP diameter that was followed, as an upright line in the middle of the vein; where it is closed, a line without length."""
    if lumen is None or lumen.state is LumenState.LOST or lumen.ap_px is None or not lumen.anterior or not lumen.posterior:
        return None
    above, below = lumen.anterior[len(lumen.anterior) // 2], lumen.posterior[len(lumen.posterior) // 2]
    x, y = (above[0] + below[0]) / 2 + 0.5, (above[1] + below[1]) / 2 + 0.5
    return Caliper(lumen.frame, (x, y - lumen.ap_px / 2), (x, y + lumen.ap_px / 2))


def _length(clip: Clip, drawn: Caliper) -> tuple[float | None, float]:
    found = clips.caliper(clip, *_ends(drawn))
    return (found.millimetres if isinstance(found, Length) else None), found.pixels


def is_calibrated(clip: Clip, drawn: Caliper) -> bool:
    """Whether the line has a length in millimetres."""
    return _length(clip, drawn)[0] is not None


def _ends(drawn: Caliper) -> tuple[tuple[float, float], tuple[float, float]]:
    """Counted from the centre of the upper left pixel, as measurements are kept."""
    (x0, y0), (x1, y1) = drawn.start, drawn.end
    return (x0 - 0.5, y0 - 0.5), (x1 - 0.5, y1 - 0.5)
