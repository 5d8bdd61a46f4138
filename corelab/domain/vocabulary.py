"""The words of a reading: ids as types, sides, grades, the three kinds of missing. One word per thing."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NewType

AccountId = NewType("AccountId", str)
AssignmentId = NewType("AssignmentId", str)
CaseId = NewType("CaseId", str)
ClipId = NewType("ClipId", str)
DerivationId = NewType("DerivationId", str)
ExamId = NewType("ExamId", str)
ItemId = NewType("ItemId", str)
LabId = NewType("LabId", str)
ReadingId = NewType("ReadingId", str)
ReadingTypeId = NewType("ReadingTypeId", str)
SegmentId = NewType("SegmentId", str)
"""A segment of one exam at run time: the charter's id, with the suffix ``.L`` or ``.R`` where its side is "both"."""
Sha256 = NewType("Sha256", str)
SubjectCode = NewType("SubjectCode", str)
VisitId = NewType("VisitId", str)

WHOLE_EXAM = SegmentId("")
"""The segment under which items of the whole exam stand."""


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"
    UNPAIRED = "unpaired"

    @property
    def letter(self) -> str:
        return {"left": "L", "right": "R", "unpaired": ""}[self.value]


class Missing(Enum):
    """Three different things, never blank, never 0, never merged (imaging charter format, section 1)."""

    NOT_APPLICABLE = "NA"
    NOT_EVALUABLE = "NE"
    NOT_IMAGED = "NI"


class NotApplicableCause(Enum):
    CHARTER = "CHARTER"
    CONDITION = "CONDITION"
    OPTIONAL = "OPTIONAL"
    ABSENT = "ABSENT"


class Source(Enum):
    """Where a final grade comes from."""

    CONCORDANT = "CONCORDANT"
    ADJUDICATED = "ADJUDICATED"
    REFERENCE = "REFERENCE"


class LabKind(Enum):
    TRIAL = "trial"
    TRAINING = "training"
    DEMO = "demo"


class ExamState(Enum):
    RECEIVING = "receiving"
    READY = "ready"
    ASSIGNED = "assigned"
    RELEASED = "released"
    FINAL = "final"
    LOCKED = "locked"


class Binding(Enum):
    """How evidence came to its grade."""

    AUTO = "auto"
    MARKED = "marked"
    CALIPER = "caliper"


class Cell(NamedTuple):
    """One question on one segment of one exam. A tuple, since cells are looked up by the hundred at every key press."""

    segment: SegmentId
    item: ItemId


@dataclass(frozen=True, slots=True)
class Grade:
    """The answer in a cell: a value, or one kind of missing with its reason (NA: its cause). Exactly one of the two is set."""

    value: str | None = None
    missing: Missing | None = None
    reason: str | None = None
    prefilled: bool = False

    def __post_init__(self) -> None:
        if (self.value is None) == (self.missing is None):
            raise ValueError("a grade is a value or a kind of missing, never both, never neither")

    @property
    def code(self) -> str:
        """The value, or NA, NE, NI: what a table shows."""
        return self.value if self.value is not None else (self.missing or Missing.NOT_APPLICABLE).value


def not_evaluable(reason: str) -> Grade:
    return Grade(missing=Missing.NOT_EVALUABLE, reason=reason)


def not_imaged(reason: str) -> Grade:
    return Grade(missing=Missing.NOT_IMAGED, reason=reason)


def not_applicable(cause: NotApplicableCause) -> Grade:
    return Grade(missing=Missing.NOT_APPLICABLE, reason=cause.value)


@dataclass(frozen=True, slots=True)
class Caliper:
    """A measured value with what gave it: ``points`` (x, y) in hundredths of a pixel, and the number of the calibrated region, from 0.

    Pixels are counted from the centre of the upper left one, so that a hundredth of each number is what ``inspect --measure`` takes.

    ``value`` is decimal text in ``unit``, as it stands in the cell. ``spacing`` is the size of a pixel across and down in the units of
    the region, as decimal text; what was kept before it was has none.
    """

    points: tuple[tuple[int, int], ...]
    region: int
    value: str
    unit: str
    spacing: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The frame, or frame pair (without and under pressure), that a grade rests on. Frames count from 0.

    ``method`` is the version text of the method that proposed it, where the reader confirmed a proposal.
    """

    clip: Sha256
    frame_a: int
    frame_b: int | None = None
    bound: Binding = Binding.AUTO
    caliper: Caliper | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A grade in its cell, with what proves it."""

    cell: Cell
    grade: Grade
    evidence: tuple[Evidence, ...] = ()
