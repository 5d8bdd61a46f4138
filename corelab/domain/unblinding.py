"""Somebody may know a treatment: what is recorded of it, for good, for that person and subject.

No further exam of the subject is dealt to the person, but for a coordinator's reason.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from corelab.domain.reasons import reason_words
from corelab.domain.vocabulary import SubjectCode, VisitId

ROOM: Final = 4096
"""Bytes of every sealed unblinding event: short and long stories look alike."""


class UnblindingKind(Enum):
    """What gave the treatment away. A charter's alert may name a kind of its own."""

    STENT = "stent"
    DEVICE = "device"
    BURNED_IN = "burned-in text"
    SITE_CONTACT = "site contact"
    OTHER = "other"


class UnblindingRefusedError(Exception):
    """``what``: the kind, person or exam that is not one; nothing was recorded."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotBarredError(Exception):
    """No unblinding keeps ``person`` (user name) from exams of ``subject``; nothing was recorded."""

    def __init__(self, person: str, subject: str) -> None:
        super().__init__(person, subject)
        self.person = person
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Impact:
    """Readings of the subject by that person when it was recorded: the signed ones, and those that were still to be read."""

    signed: int
    open: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about an unblinding. ``alert`` is the alert of the charter that opened it."""

    kind: str
    seen: str
    done: str
    planned: bool
    alert: str | None = None

    def to_json(self, impact: Impact) -> dict[str, Any]:
        counted = {"open": impact.open, "signed": impact.signed}
        return {"alert": self.alert, "done": self.done, "impact": counted, "kind": self.kind, "planned": self.planned, "seen": self.seen}


def told(kind: str, seen: str, done: str, *, planned: bool) -> Told:
    """What a person says of it. Raises UnblindingRefusedError for a kind that is none, ReasonRefusedError for words that say nothing."""
    if kind not in {one.value for one in UnblindingKind}:
        raise UnblindingRefusedError(kind)
    return Told(kind, reason_words(seen), reason_words(done), planned)


@dataclass(frozen=True, slots=True)
class Excepted:
    """The coordinator who let the person go on with the subject in spite of it, when, and why."""

    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Unblinding:
    """One unblinding, for coordinators: ``person`` may know, ``by`` said so (None: an alert of the charter).

    ``excepted``: it does not keep the person from further exams of the subject any more; what is recorded of it stays.
    """

    id: str
    subject: SubjectCode
    visit: VisitId
    person: str
    by: str | None
    at: datetime
    told: Told
    impact: Impact
    excepted: Excepted | None = None
