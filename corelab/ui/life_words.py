"""Words about what is done to records after the first signature: causes to choose from, states, and what is refused."""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from corelab.domain.reading_states import ReadingState
from corelab.domain.reasons import ChangeCause, InvalidationCause, RedactionCause, ReopenCause, WithdrawalCause
from corelab.ui.said import Words, said

REOPEN_CAUSES: Mapping[ReopenCause, str] = MappingProxyType(
    {
        ReopenCause.ASKED: "The reader asked for it",
        ReopenCause.SLIP: "A slip of the hand was reported",
        ReopenCause.CLIPS: "Clips or labels were corrected",
        ReopenCause.TECHNICAL: "A technical fault while reading",
        ReopenCause.OTHER: "Another reason",
    }
)
# To the reader, in words that tell nothing of the other reading: the coordinator's own words are never shown.
GIVEN_BACK: Mapping[ReopenCause, str] = MappingProxyType(
    {
        ReopenCause.ASKED: "you asked for it",
        ReopenCause.SLIP: "a slip of the hand was reported",
        ReopenCause.CLIPS: "clips or labels were corrected",
        ReopenCause.TECHNICAL: "a technical fault",
        ReopenCause.OTHER: "the coordinator asks for another look",
    }
)
CHANGE_CAUSES: Mapping[ChangeCause, str] = MappingProxyType(
    {
        ChangeCause.SLIP: "Slip of the hand",
        ChangeCause.SEEN_AGAIN: "Looked again, judged otherwise",
        ChangeCause.OTHER_FRAME: "Another frame shows it better",
        ChangeCause.CLIPS: "Clips or labels were corrected",
        ChangeCause.UNCHANGED: "Looked again, nothing to change",
        ChangeCause.OTHER: "Another reason",
    }
)
PURPOSES: Mapping[str, str] = MappingProxyType(
    {"primary": "Reading", "repeat": "Repeat", "calibration": "Calibration", "adjudication": "Adjudication"}
)
"""What an assignment is for, as coordinators see it: to a reader every one is a reading."""

WITHDRAWAL_CAUSES: Mapping[WithdrawalCause, str] = MappingProxyType(
    {
        WithdrawalCause.AWAY: "The reader is away",
        WithdrawalCause.LEFT: "The reader has left",
        WithdrawalCause.CONFLICT: "Conflict of interest",
        WithdrawalCause.UNBLINDED: "The reader may be unblinded",
        WithdrawalCause.OVERDUE: "Overdue",
        WithdrawalCause.OTHER: "Another reason",
    }
)
INVALIDATION_CAUSES: Mapping[InvalidationCause, str] = MappingProxyType(
    {
        InvalidationCause.CLIPS: "Clips were withdrawn or wrong",
        InvalidationCause.WRONG_EXAM: "Clips of another exam",
        InvalidationCause.UNBLINDED: "The reader was unblinded",
        InvalidationCause.NOT_QUALIFIED: "The reader was not qualified",
        InvalidationCause.TECHNICAL: "Technical fault",
        InvalidationCause.OTHER: "Another reason",
    }
)
REDACTION_CAUSES: Mapping[RedactionCause, str] = MappingProxyType(
    {
        RedactionCause.NAME: "A name",
        RedactionCause.BIRTH_DATE: "A date of birth",
        RedactionCause.NUMBER: "A number of a person",
        RedactionCause.ADDRESS: "An address",
        RedactionCause.OTHER: "Other personal data",
    }
)


def choices(causes: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    """(code, words) in the order of the list."""
    return tuple((str(cause.value), words) for cause, words in causes.items())


def listed(causes: type[Enum]) -> str:
    """The codes of a list, for the help of a command."""
    return ", ".join(str(cause.value) for cause in causes)


_STATES: Mapping[str, str] = MappingProxyType(
    {
        ReadingState.ASSIGNED.value: "is not begun",
        ReadingState.IN_PROGRESS.value: "is being read",
        ReadingState.SIGNED.value: "is signed",
        ReadingState.RELEASED.value: "was released",
        ReadingState.WITHDRAWN.value: "was withdrawn",
        ReadingState.INVALIDATED.value: "is not valid any more",
    }
)
_DOES: Mapping[str, str] = MappingProxyType(
    {
        "answer": "Open it again from the worklist.",
        "reopen": "A signed reading is given back before its release only; later it can be invalidated.",
        "withdraw": "What is signed is given back or invalidated, not withdrawn.",
        "invalidate": "Only a signed reading is invalidated; what is not signed is withdrawn.",
    }
)


_GIVEN_BACK: Mapping[str, str] = MappingProxyType(
    {
        "reopen": "Wait until the reader signs it again.",
        "invalidate": "Wait until the reader signs it again, or withdraw it from them.",
    }
)


def _state(error: Any) -> Words:
    if error.signed_before and error.state in (ReadingState.ASSIGNED, ReadingState.IN_PROGRESS):
        happened = "The reading was given back to its reader and is not signed again."
        return Words(happened, "Nothing was changed.", _GIVEN_BACK.get(error.command.value, "Open it again from the worklist."))
    happened = f"The reading {_STATES[error.state.value]}." if error.state else "There is no such reading, or a later revision stands."
    return Words(happened, "Nothing was changed.", _DOES.get(error.command.value, "Look again where it stands."))


def _reason(error: Any) -> Words:
    if error.found:
        return Words(
            f"The reason seems to name a person ({', '.join(error.found)}).", "Nothing was changed.", "Say it without names or dates."
        )
    if error.code is not None:
        return Words(f"The cause {error.code} is in no list.", "Nothing was changed.", "Choose one of those that the help names.")
    return Words("The reason says too little.", "Nothing was changed.", "Say in a few words why.")


def _reason_missing(error: Any) -> Words:
    if error.asked:
        return Words("This reading was signed before.", "Your answers are kept; nothing was signed.", "Say why you sign it again.")
    return Words("A first signature has no reason.", "Your answers are kept; nothing was signed.", "Sign without one.")


_REDACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_there": ("Event {seq} has no words to empty.", "Check its number in the audit trail."),
        "kept": (
            "Grades, decisions, signed words and what results stand on are never emptied.",
            "Invalidate the reading where it must not count.",
        ),
        "gone": ("The words of event {seq} are emptied already.", "Nothing is left to do."),
        "not_requested": ("Nobody asked to empty event {seq}.", "A coordinator asks first, another person agrees."),
    }
)


def _redaction(error: Any) -> Words:
    happened, do = _REDACTIONS[error.fault.value]
    return Words(happened.format(seq=error.seq), "Nothing was changed.", do)


LIFE_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "NotLockedError": said("The trial is not locked.", "Nothing was changed.", "There is nothing to unlock."),
        "ReasonMissingError": _reason_missing,
        "ReasonRefusedError": _reason,
        "RedactionRefusedError": _redaction,
        "SecondPersonError": said("You asked for this yourself.", "Your request is kept.", "Another person has to agree to it."),
        "StateRefusedError": _state,
    }
)
