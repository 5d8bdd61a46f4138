"""What one person still has to read or decide, and has signed; it knows no subject, site, visit, date, other reader or count of others."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from corelab.domain.allocation import Shut
from corelab.domain.reasons import ReopenCause
from corelab.domain.vocabulary import AssignmentId


class WorkKind(Enum):
    """A hidden repeat looks like any reading."""

    READING = "reading"
    ADJUDICATION = "adjudication"


class WorkState(Enum):
    NEXT = "next"
    IN_PROGRESS = "in progress"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One piece of work under its pseudonym. ``answered`` of ``asked`` leaves out questions that a default fills.

    ``reopened``: it was signed and given back, for this cause. The coordinator's own words are not here: they could tell of the other
    reading.
    ``sealed``: it is sealed to the keys that the person had before a reset, so that how far it is cannot be told (both are 0).
    """

    assignment: AssignmentId
    pseudonym: str
    kind: WorkKind
    state: WorkState
    clips: int
    answered: int
    asked: int
    signed_at: datetime | None = None
    sealed: bool = False
    reopened: ReopenCause | None = None


@dataclass(frozen=True, slots=True)
class Worklist:
    """What can be opened now, first; then what was signed, latest first. What comes later in the person's order is not in it.

    ``shut``: the next reading waits for its day; how many wait is not told.
    """

    rows: tuple[WorklistRow, ...]
    shut: Shut | None = None

    @property
    def next(self) -> WorklistRow | None:
        """What to open now, if anything needs this person."""
        return next((row for row in self.rows if row.state is not WorkState.SIGNED), None)
