"""Why something that was recorded is changed: a code of a closed list, and words."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from corelab.domain.identity import identity_hints

SHORTEST_REASON = 8
"""Letters and digits: "ok", "n/a", "error" or dots are no reason."""


class ReasonRefusedError(Exception):
    """The words are blank or too short, name somebody (``found``), or the code is in no list (``code``)."""

    def __init__(self, *, code: str | None = None, found: tuple[str, ...] = ()) -> None:
        super().__init__(f"code {code}" if code is not None else "words")
        self.code = code
        self.found = found


class ReopenCause(Enum):
    """Why a coordinator gives a signed reading back. The reader sees its words, so none of them may tell of the other reading."""

    ASKED = "ASKED"
    SLIP = "SLIP"
    CLIPS = "CLIPS"
    TECHNICAL = "TECHNICAL"
    OTHER = "OTHER"


class ChangeCause(Enum):
    """Why a reader signs a reading once more."""

    SLIP = "SLIP"
    SEEN_AGAIN = "SEEN_AGAIN"
    OTHER_FRAME = "OTHER_FRAME"
    CLIPS = "CLIPS"
    UNCHANGED = "UNCHANGED"
    OTHER = "OTHER"


class WithdrawalCause(Enum):
    """Why a coordinator takes an assignment back that is not signed."""

    AWAY = "AWAY"
    LEFT = "LEFT"
    CONFLICT = "CONFLICT"
    UNBLINDED = "UNBLINDED"
    OVERDUE = "OVERDUE"
    OTHER = "OTHER"


class InvalidationCause(Enum):
    """Why a coordinator declares a signed reading invalid."""

    CLIPS = "CLIPS"
    WRONG_EXAM = "WRONG_EXAM"
    UNBLINDED = "UNBLINDED"
    NOT_QUALIFIED = "NOT_QUALIFIED"
    TECHNICAL = "TECHNICAL"
    OTHER = "OTHER"


class RedactionCause(Enum):
    """What kind of personal data a payload holds; the words of the reason must not repeat it."""

    NAME = "NAME"
    BIRTH_DATE = "BIRTH_DATE"
    NUMBER = "NUMBER"
    ADDRESS = "ADDRESS"
    OTHER = "OTHER"


CauseKind = TypeVar("CauseKind", bound=Enum)


def cause_of(kind: type[CauseKind], code: str) -> CauseKind:
    """The cause with this code. Raises ReasonRefusedError."""
    try:
        return kind(code)
    except ValueError:
        raise ReasonRefusedError(code=code) from None


def reason_words(text: str) -> str:
    """The words without outer spaces. Raises ReasonRefusedError where they are blank or too short to say anything."""
    words = text.strip()
    if sum(each.isalnum() for each in words) < SHORTEST_REASON:
        raise ReasonRefusedError
    return words


def lasting_words(text: str) -> str:
    """The words of a reason that is never emptied: they may not look as if they identified somebody, since packages hold them.

    Raises ReasonRefusedError.
    """
    words = reason_words(text)
    found = tuple(words[hint.start : hint.end] for hint in identity_hints(words))
    if found:
        raise ReasonRefusedError(found=found)
    return words


@dataclass(frozen=True, slots=True)
class Change:
    """Why this revision of a reading replaces the one before; signed with it."""

    cause: ChangeCause
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"cause": self.cause.value, "text": self.text}


def change_of(code: str, text: str) -> Change:
    """Raises ReasonRefusedError."""
    return Change(cause_of(ChangeCause, code), reason_words(text))
