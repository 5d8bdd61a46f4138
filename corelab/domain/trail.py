"""The audit trail as facts for those who may read it: lines, records by name, values old and new, signatures."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Self

from corelab.domain.vocabulary import AccountId


class Visibility(Enum):
    """What may be read of an event's content."""

    NOTHING = "nothing"
    CLEAR = "clear"
    RELEASED = "released"
    SEALED = "sealed"
    REDACTED = "redacted"

    @property
    def readable(self) -> bool:
        return self in {Visibility.CLEAR, Visibility.RELEASED}


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is asked of the trail; what is left empty asks nothing.

    ``case``: an exam by code, id or SUBJECT:VISIT, or a subject by its code. ``person``: a user name or a printed name.
    ``kinds``: names of kinds of event, or their first parts (``reading`` for all of reading). ``before_release``: openings of sealed
    records of exams that were not released then. ``changes``: only what changed a value that stood before.
    """

    case: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[str, ...] = ()
    before_release: bool = False
    changes: bool = False

    @property
    def asks_nothing(self) -> bool:
        return self == TrailFilter()


@dataclass(frozen=True, slots=True)
class RecordName:
    """On which record, in facts: ``kind`` is the entity of the event; what does not apply is empty. ``number``: of clip, package, batch."""

    kind: str
    id: str | None = None
    subject: str = ""
    visit: str = ""
    person: str = ""
    number: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event: who did what kind of thing on which record, when, where and why. ``tz`` in minutes east of UTC."""

    seq: int
    at: datetime
    tz: int
    kind: str
    record: RecordName
    account: AccountId | None
    person: str
    role: str | None
    workstation: str
    app: str
    session: str | None
    clock: str
    visibility: Visibility
    reason_code: str | None
    reason_text: str
    hash: str

    @property
    def local(self) -> datetime:
        """The time as the workstation's clock on the wall showed it."""
        return self.at.astimezone(timezone(timedelta(minutes=self.tz)))


@dataclass(frozen=True, slots=True)
class ValueOf:
    """Which value: ``table`` and ``key`` name what keeps its versions; an answer is (assignment, segment, item) of ``answer``."""

    table: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """``field`` of ``of``: from ``old`` (None: nothing stood there) to ``new``. ``label``: the question in words of the charter."""

    of: ValueOf
    field: str
    old: str | None
    new: str | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """A signature as it must be shown: printed name, time with zone, meaning; and what it is under."""

    printed_name: str
    at: datetime
    tz: int
    meaning: str
    record_type: str
    revision: int
    key_id: str

    @property
    def local(self) -> datetime:
        return self.at.astimezone(timezone(timedelta(minutes=self.tz)))


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Everything about one event that its reader may know. ``facts``: other readable content, as (name, text)."""

    line: TrailLine
    changes: tuple[Change, ...]
    signatures: tuple[SignatureFacts, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One version of a value: the event that made it, and the change; no change where the content is still sealed."""

    line: TrailLine
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Lines, the newest first; ``total`` counts all that the filter leaves; ``more``: older ones follow."""

    lines: tuple[TrailLine, ...]
    total: int
    more: bool

    def continued(self, older: Self) -> Self:
        return replace(older, lines=self.lines + older.lines)


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """A signed review of the trail: what was looked at, up to which event, what was found."""

    id: str
    seq: int
    scope: str
    last: int
    head: str
    findings: tuple[str, ...]
    signature: SignatureFacts


@dataclass(frozen=True, slots=True)
class Wording:
    """How facts of the trail are said: given by whoever speaks to people, used where something is printed."""

    happened: Callable[[TrailLine], str]
    record: Callable[[RecordName], str]
    who: Callable[[TrailLine], str]
    reason: Callable[[TrailLine], str]
    change: Callable[[Change], str]
    sealed: Callable[[Visibility], str]


# ---------------------------------------------------------------- one signed record


@dataclass(frozen=True, slots=True)
class GradeFacts:
    """One answer as it was signed. ``earlier``: what stood there before, from the first entry on; ``frames`` count from 1."""

    segment: str
    item: str
    question: str
    code: str
    words: str
    reason: str | None
    frames: str
    earlier: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether it was changed since its first entry, also where it was changed back."""
        return bool(self.earlier)


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """One signed revision; ``grades`` is None while it is sealed. ``ended`` says why it no longer counts."""

    id: str
    revision: int
    seq: int
    content_digest: str
    signature: SignatureFacts
    grades: tuple[GradeFacts, ...] | None
    note: str
    ended: str


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """All that the lab holds of one reading: every revision, signatures, its trail with old and new values. ``checkpoint`` in short."""

    trial: str
    kind: str
    subject: str
    visit: str
    pseudonym: str
    reader: str
    charter: str
    charter_hash: str
    revisions: tuple[RevisionFacts, ...]
    trail: tuple[HistoryLine, ...]
    checkpoint: str
