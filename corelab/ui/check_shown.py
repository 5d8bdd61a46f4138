"""What the parts of the pixel check show of a clip, and what this person can do about it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corelab.domain.intake import Box, ClipState, IntakeCode
from corelab.domain.vocabulary import AccountId
from corelab.services.intake import WaitingClip
from corelab.ui.check_facts import MaskLine, Offer
from corelab.ui.check_rail import RailClip
from corelab.ui.commands import key_of, with_keys
from corelab.ui.hit_words import text_told
from corelab.ui.intake_words import frames_words, masked_by_file, needs_mask, segment_of, settled


def passed_by(account: AccountId, clip: WaitingClip) -> bool:
    """Whether this person was the first of two."""
    return clip.state is ClipState.PASSED and clip.checker == account and clip.second is not False


def sent_back_by(account: AccountId, clip: WaitingClip) -> bool:
    """Whether this person changed the mask of a clip that somebody else had passed."""
    return clip.state is ClipState.CHECKED and clip.back_by == account


def waits_for(account: AccountId, clip: WaitingClip) -> bool:
    """Whether this person can do something about the clip now."""
    return not settled(clip) and not passed_by(account, clip) and not sent_back_by(account, clip)


def doubted(clip: WaitingClip) -> bool:
    """Whether it names another patient than the rest of its study; nothing is masked before that is cleared up."""
    return clip.state is ClipState.HELD and clip.code == IntakeCode.IDENTITY_MISMATCH.value


def first_waiting(account: AccountId, clips: Sequence[WaitingClip], otherwise: int) -> int:
    return next((at for at, each in enumerate(clips) if waits_for(account, each)), otherwise)


def of_several(clips: Sequence[WaitingClip]) -> bool:
    """Whether they belong to more than one exam."""
    return len({(each.subject, each.visit) for each in clips}) > 1


def rail_clips(account: AccountId, clips: Sequence[WaitingClip]) -> list[RailClip]:
    """The subject stands there only where clips of several exams wait."""
    several = of_several(clips)
    return [rail_clip(account, each, several=several) for each in clips]


def rail_clip(account: AccountId, clip: WaitingClip, *, several: bool) -> RailClip:
    words = _rail_words(account, clip)
    title = f"{clip.number}   {clip.subject}" if several else f"Clip {clip.number}"
    return RailClip(clip.clip, title, words.words, words.attention, words.done)


class _Words(NamedTuple):
    words: str
    attention: bool = False
    done: bool = False


def _rail_words(account: AccountId, clip: WaitingClip) -> _Words:
    match clip.state:
        case ClipState.REJECTED:
            return _Words("Rejected", done=True)
        case ClipState.RELEASED:
            return _Words("Released", done=True)
        case ClipState.HELD:
            return _Words("Needs mask" if needs_mask(clip) else "Other patient?" if doubted(clip) else "Damaged", attention=True)
        case ClipState.PASSED:
            mine = passed_by(account, clip)
            return _Words("Passed by you" if mine else "To be confirmed", done=mine)
        case ClipState.CHECKED:
            return _checked_words(account, clip)


def _checked_words(account: AccountId, clip: WaitingClip) -> _Words:
    if clip.back_by is not None:
        mine = sent_back_by(account, clip)
        return _Words("Sent back by you" if mine else "Back: new mask", attention=not mine, done=mine)
    count = len(clip.flagged)
    return _Words(f"{count} {'frame' if count == 1 else 'frames'} flagged" if count else "Waits", attention=bool(count))


def facts(clip: WaitingClip) -> list[tuple[str, str]]:
    return [
        ("Frames", frames_words(clip)),
        ("Size", f"{clip.columns} x {clip.rows}"),
        ("Text found", text_told(clip)),
        ("Segment", segment_of(clip) or "not labelled"),
    ]


def mask_lines(clip: WaitingClip, boxes: Sequence[Box], current: int | None) -> list[MaskLine]:
    kept = [MaskLine("Outside the ultrasound", "from the header")] if masked_by_file(clip) else []
    kept += [MaskLine("Mask of this machine", f"{len(clip.templated)} areas, kept")] if clip.templated else []
    return [*kept, *(MaskLine(f"Box {at + 1}", "drawing" if at == current else "drawn", at) for at in range(len(boxes)))]


@dataclass(frozen=True, slots=True)
class Look:
    """A clip as this person looks at it: frames ``seen``, boxes ``drawn``, ``unsaved`` ones, and ``ready`` for a step."""

    account: AccountId
    clip: WaitingClip
    seen: frozenset[int]
    drawn: bool
    unsaved: bool
    ready: bool
    covered: bool = False
    """Boxes stand over all text that was found."""


def may_mask(account: AccountId, clip: WaitingClip) -> bool:
    """Who sent a clip back may add to the mask until the first person has passed it."""
    return not settled(clip) and not passed_by(account, clip) and not doubted(clip)


def offers(look: Look) -> dict[str, Offer]:
    """What each command is called now, and whether it may be used."""
    clip, mine = look.clip, waits_for(look.account, look.clip)
    passable = mine and clip.state in (ClipState.CHECKED, ClipState.PASSED) and not look.unsaved and look.seen >= set(clip.flagged)
    held, mask = clip.state is ClipState.HELD, needs_mask(clip)
    return {
        "pass": Offer("Confirm and release" if clip.state is ClipState.PASSED else "Pass", passable and look.ready),
        "mask_box": Offer("Mask with these boxes" if look.unsaved else "Draw a mask box", may_mask(look.account, clip)),
        "mask_text": Offer(
            "Boxes over the text found", may_mask(look.account, clip), visible=bool(clip.hits) and not look.covered and not settled(clip)
        ),
        "keep_template": Offer("Keep mask for this machine", look.ready, visible=clip.can_keep_template and not look.unsaved),
        "nothing_to_mask": Offer("Nothing to mask", visible=mask and not look.drawn),
        "accept_damage": Offer("It is the same patient" if doubted(clip) else "Accept whole frames", visible=held and not mask),
        "reject": Offer("Reject to site", mine),
        "check_next": Offer("Next clip"),
    }


def next_words(account: AccountId, clip: WaitingClip, seen: frozenset[int], *, unsaved: bool) -> str:
    """What comes next, under the commands."""
    if unsaved:
        return with_keys(
            "Drag a box, arrows move it, Shift and arrows size it. It covers every frame of the clip. {mask_box} makes it black."
        )
    if clip.state is ClipState.HELD:
        return _held_words(clip)
    return _other_words(account, clip) or _left_words(len(set(clip.flagged) - seen), clip)


def _other_words(account: AccountId, clip: WaitingClip) -> str:
    """What another person has to do; empty where it is this one's turn."""
    if passed_by(account, clip):
        return "You passed this clip. Another coordinator confirms it. Readers see nothing before this."
    if sent_back_by(account, clip):
        return "You changed the mask, so the clip went back. The first person passes it again, then you confirm it."
    return ""


def _left_words(left: int, clip: WaitingClip) -> str:
    if left:
        return f"Look at {left} more flagged {'frame' if left == 1 else 'frames'} ({key_of('flagged_next')}): Pass waits for them."
    if clip.back_by is not None:
        return "The second person changed the mask. Look at the masked picture and pass it again."
    return "Readers see nothing before the check is done."


def _held_words(clip: WaitingClip) -> str:
    if doubted(clip):
        return "Raise a query first. What follows is your word, with a reason, that the clip belongs to this subject."
    if needs_mask(clip):
        return "Pass follows a mask, or your word that there is nothing to mask."
    return "Pass follows your word, with a reason, that the frames which are whole are enough."
