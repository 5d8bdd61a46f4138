"""What a followed vein says to the person who asked, in words: a proposal with its gaps and doubts, or why it is not followed at all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from corelab.domain.clip import Clip
from corelab.domain.compression import Followed, FollowRefusedError, Lost, LostReason, LumenFrame, LumenState, RefusalReason
from corelab.ui.commands import with_keys
from corelab.ui.curves import Curve
from corelab.ui.pair import Diameter, is_calibrated, measured_words, proposed_caliper
from corelab.ui.words import words_for

CLICK: Final = "Click inside the vein, where it is at rest. Esc leaves"
CLOSED: Final = "0 % (no lumen visible; limit about 0.5 mm)"
_NONE_PROPOSED: Final = "No pair is proposed: mark the frames yourself with {evidence} and {evidence_pair}"
_ONE_SIDED: Final = "One-sided: the clip does not show the vein at rest again, so nothing checks this from behind"
_ARTERY: Final = "This vessel pulsates and keeps its calibre. Is it the artery?"

_LOST: Final[Mapping[LostReason, str]] = MappingProxyType(
    {
        LostReason.EDGES: "the walls no longer stand out",
        LostReason.DISAGREE: "followed from before and from behind the compression, the walls lie in different places",
        LostReason.UNRECOGNISED: "what was followed no longer looks like the vein that was clicked",
        LostReason.BORDER: "the vein leaves the picture",
        LostReason.JUMP: "the picture jumps to another depth, zoom or view",
        LostReason.UNREADABLE: "the frame cannot be read",
        LostReason.COLOUR: "colour lies over the vein",
    }
)
_REFUSED: Final[Mapping[RefusalReason, str]] = MappingProxyType(
    {
        RefusalReason.NO_FRAME: "This frame is not there. Go to another one and click again: {curve}",
        RefusalReason.OUTSIDE_IMAGE: "The point lies outside the picture. Click inside the vein: {curve}",
        RefusalReason.OUTSIDE_TISSUE: "The point lies outside the tissue picture. Click inside the vein: {curve}",
        RefusalReason.COLOUR: "Colour lies over the vein. Only grey-scale clips are followed",
        RefusalReason.UNREADABLE: "This frame cannot be read. Go to another one and click again: {curve}",
        RefusalReason.NO_OUTLINE: "No vein wall was found round this point. Click nearer to the middle of the vein: {curve}",
        RefusalReason.CONTRAST: "The lumen here is as bright as the tissue around it; its walls cannot be told. Mark the frames yourself",
        RefusalReason.BORDER: "The vein is cut off by the border of the picture here. Go to a frame that shows all of it: {curve}",
        RefusalReason.STILL: "The tissue stands still here: nothing was compressed. Choose a clip of a compression",
    }
)


def refused_words(error: Exception) -> str:
    """Why the vein is not followed, and what to do."""
    if isinstance(error, FollowRefusedError):
        return f"Not followed. {with_keys(_REFUSED[error.reason])}."
    return words_for(error).all


def found_words(curve: Curve, clip: Clip) -> str:
    """How far it is, or what it proposes; first what casts doubt on it."""
    followed = curve.followed
    if followed is None:
        return f"Following the vein: {100 * curve.done // max(curve.total, 1)} %"
    said = [_ARTERY] if followed.pulsates else []
    said += [proposal_words(curve, followed, clip)]
    said += [_lost_words(one) for one in followed.lost]
    said += [_ONE_SIDED] if followed.one_sided else []
    return ". ".join(said).replace("?.", "?") + "."


def proposal_words(curve: Curve, followed: Followed, clip: Clip) -> str:
    if followed.rest_frame is None or followed.compressed_frame is None:
        return with_keys(_NONE_PROPOSED)
    rest = _frame_words("rest", followed.rest_frame, clip, curve.frames.get(followed.rest_frame))
    under = _frame_words("compressed", followed.compressed_frame, clip, curve.frames.get(followed.compressed_frame))
    return f"Proposed, no grade: residual {residual_words(curve, followed)}; {rest}; {under}"


def residual_words(curve: Curve, followed: Followed) -> str:
    """``46 %``, or that no lumen is visible, with the limit of what can be seen."""
    under = curve.frames.get(followed.compressed_frame) if followed.compressed_frame is not None else None
    if under is not None and under.state is LumenState.CLOSED:
        return CLOSED
    return "unknown" if followed.residual_ap_percent is None else f"{followed.residual_ap_percent:.0f} %"


def _frame_words(word: str, number: int, clip: Clip, lumen: LumenFrame | None) -> str:
    """With the diameter as the caliper there would give it, where the clip is calibrated."""
    drawn = proposed_caliper(lumen) if lumen is not None and lumen.state is LumenState.OPEN else None
    size = f", {measured_words(clip, Diameter(drawn))}" if drawn is not None and is_calibrated(clip, drawn) else ""
    return f"{word} frame {number + 1}{size}"


def _lost_words(lost: Lost) -> str:
    which = f"frame {lost.first + 1}" if lost.first == lost.last else f"frames {lost.first + 1} to {lost.last + 1}"
    good = f" (last good frame {lost.last_good + 1})" if lost.last_good is not None else ""
    return f"Lost in {which}{good}: {_LOST[lost.reason]}"
