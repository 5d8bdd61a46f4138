"""The questions after a signature: whether anything suggested the treatment, and which arm it was. Nobody is shown an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from corelab.domain.charter.model import Charter
from corelab.domain.vocabulary import ReadingTypeId


class Arm(Enum):
    """An answer to "which arm?": the charter's first or second arm, or do not know."""

    FIRST = "1"
    SECOND = "2"
    UNKNOWN = "DK"


class GuessRefusedError(Exception):
    """``what``: the answer that is none of those offered, or ``not due``."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Guess:
    suggestion: str
    arm: Arm

    def to_json(self) -> dict[str, Any]:
        return {"arm": self.arm.value, "suggestion": self.suggestion}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Guess":
        return cls(value["suggestion"], Arm(value["arm"]))


@dataclass(frozen=True, slots=True)
class AfterSigning:
    """The two questions: the charter's suggestions, and the labels of its two arms. An answer names an arm by number, or DK."""

    suggestions: tuple[str, ...]
    arms: tuple[str, ...]


def guess_of(charter: Charter, suggestion: str, arm: str) -> Guess:
    """Raises GuessRefusedError for what the charter does not offer."""
    if suggestion not in charter.blinding.suggestions:
        raise GuessRefusedError(suggestion)
    if arm not in {one.value for one in Arm}:
        raise GuessRefusedError(arm)
    return Guess(suggestion, Arm(arm))


def asks_after_signing(charter: Charter, reading_type: ReadingTypeId) -> bool:
    """Whether readers of this type are asked: not where the images show the treatment by nature."""
    profile = charter.blinding_profile(charter.reading_type(reading_type).blinding)
    return charter.blinding.after_lock_questions and not profile.treatment_visible
