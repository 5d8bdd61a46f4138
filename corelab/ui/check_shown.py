"""What the parts of the pixel check show of a clip, and what this person can do about it now."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.domain.intake import Box, ClipState, IntakeCode
from corelab.domain.vocabulary import AccountId
from corelab.services.intake import WaitingClip
from corelab.ui.check_facts import MaskLine, Offer
from corelab.ui.check_rail import RailClip
from corelab.ui.commands import key_of, with_keys
from corelab.ui.intake_words import masked_by_file, needs_mask, segment_of, settled


def passed_by(account: AccountId, clip: WaitingClip) -> bool:
    """Whether this person was the first of the two."""
    return clip.state is ClipState.PASSED and clip.checker == account


def waits_for(account: AccountId, clip: WaitingClip) -> bool:
    """Whether this person can do something about the clip now."""
    return not settled(clip) and not passed_by(account, clip)


def doubted(clip: WaitingClip) -> bool:
    """Whether it names another patient than the rest of its study; nothing is masked before that is cleared up."""
    return clip.state is ClipState.HELD and clip.code == IntakeCode.IDENTITY_MISMATCH.value


def first_waiting(account: AccountId, clips: Sequence[WaitingClip], otherwise: int) -> int:
    return next((at for at, each in enumerate(clips) if waits_for(account, each)), otherwise)


def rail_clips(account: AccountId, clips: Sequence[WaitingClip]) -> list[RailClip]:
    """The subject stands there only where clips of several exams wait."""
    several = len({(each.subject, each.visit) for each in clips}) > 1
    return [_rail_clip(account, each, f"Clip {each.number}, {each.subject}" if several else f"Clip {each.number}") for each in clips]


def _rail_clip(account: AccountId, clip: WaitingClip, title: str) -> RailClip:
    match clip.state:
        case ClipState.PASSED:
            mine = passed_by(account, clip)
            return RailClip(title, "Passed by you" if mine else "To be confirmed", done=mine)
        case ClipState.REJECTED:
            return RailClip(title, "Rejected", done=True)
        case ClipState.RELEASED:
            return RailClip(title, "Released", done=True)
        case ClipState.HELD:
            words = "Needs mask" if needs_mask(clip) else "Other patient?" if doubted(clip) else "Damaged"
            return RailClip(title, words, attention=True)
        case ClipState.CHECKED:
            count = len(clip.flagged)
            words = f"{count} {'frame' if count == 1 else 'frames'} flagged" if count else "Waits"
            return RailClip(title, words, attention=bool(count))


def facts(clip: WaitingClip) -> list[tuple[str, str]]:
    return [
        ("Frames", f"{clip.frames}, {clip.rate:.0f}/s" if clip.frames > 1 else "still"),
        ("Size", f"{clip.columns} x {clip.rows}"),
        ("Segment", segment_of(clip) or "not labelled"),
    ]


def mask_lines(clip: WaitingClip, boxes: Sequence[Box], current: int | None) -> list[MaskLine]:
    kept = [MaskLine("Outside the ultrasound", "from the header")] if masked_by_file(clip) else []
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


def offers(look: Look) -> dict[str, Offer]:
    """What each command is called now, and whether it may be used."""
    clip, mine = look.clip, waits_for(look.account, look.clip)
    passable = mine and clip.state in (ClipState.CHECKED, ClipState.PASSED) and not look.unsaved and look.seen >= set(clip.flagged)
    held, mask = clip.state is ClipState.HELD, needs_mask(clip)
    return {
        "pass": Offer("Confirm and release" if clip.state is ClipState.PASSED else "Pass", passable and look.ready),
        "mask_box": Offer("Mask with these boxes" if look.unsaved else "Draw a mask box", mine and not doubted(clip)),
        "nothing_to_mask": Offer("Nothing to mask", visible=mask and not look.drawn),
        "accept_damage": Offer("It is the same patient" if doubted(clip) else "Accept whole frames", visible=held and not mask),
        "reject": Offer("Reject to site", mine),
        "check_next": Offer("Next clip"),
    }


def next_words(account: AccountId, clip: WaitingClip, seen: frozenset[int], *, unsaved: bool) -> str:
    """What comes next, under the commands."""
    left = len(set(clip.flagged) - seen)
    if unsaved:
        return with_keys(
            "Drag a box, arrows move it, Shift and arrows size it. It covers every frame of the clip. {mask_box} makes it black."
        )
    if passed_by(account, clip):
        return "You passed this clip. Another coordinator confirms it. Readers see nothing before this."
    if clip.state is ClipState.HELD:
        return _held_words(clip)
    if left:
        return f"Look at {left} more flagged {'frame' if left == 1 else 'frames'} ({key_of('flagged_next')}): Pass waits for them."
    return "A second person confirms. Readers see nothing before this."


def _held_words(clip: WaitingClip) -> str:
    if doubted(clip):
        return "Ask the site first. What follows is your word, with a reason, that the clip belongs to this subject."
    if needs_mask(clip):
        return "Pass follows a mask, or your word that there is nothing to mask."
    return "Pass follows your word, with a reason, that the frames which are whole are enough."
