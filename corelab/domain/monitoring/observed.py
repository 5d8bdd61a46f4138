"""What is watched: signed readings with their grades, the decisions, and where every exam stands; from a lab or from a package alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from corelab.domain.charter import Charter
from corelab.domain.vocabulary import Cell, ExamState, Grade

_NOTHING: Mapping[Cell, Grade] = MappingProxyType({})


class Purpose(Enum):
    """What a reading was made for."""

    PRIMARY = "primary"
    REPEAT = "repeat"
    CALIBRATION = "calibration"


@dataclass(frozen=True, slots=True, order=True)
class ExamName:
    """One exam as people call it."""

    subject: str
    visit: str

    def __str__(self) -> str:
        return f"{self.subject} {self.visit}"


@dataclass(frozen=True, slots=True)
class Read:
    """One reader's signed reading of one exam.

    ``first`` are the grades of its first revision (agreement is of what was said first), ``grades`` of the one that counts. ``readable``:
    since when the reader could have opened it; ``seconds`` and ``pauses`` (milliseconds between answers, in their order) where they are
    known. ``batch``: the release in which it was compared, empty before; ``sealed``: not released yet.
    """

    exam: ExamName
    reading_type: str
    reader: str
    slot: int
    purpose: Purpose
    first: Mapping[Cell, Grade]
    grades: Mapping[Cell, Grade]
    signed_at: datetime
    batch: str = ""
    sealed: bool = False
    readable: datetime | None = None
    seconds: int | None = None
    note: str = ""
    pauses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """A signed decision about the disputed cells of one exam and reading type."""

    exam: ExamName
    reading_type: str
    grades: Mapping[Cell, Grade]
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Two current primary readings of one exam held against each other: the classes of each cell that differs by a class.

    ``results`` are the final grades, empty before; ``batch`` is empty before the release.
    """

    exam: ExamName
    reading_type: str
    one: Read
    two: Read
    classes: Mapping[Cell, tuple[str, ...]]
    batch: str = ""
    results: Mapping[Cell, Grade] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reading or case that somebody still has to sign. ``due`` None: no day was set."""

    exam: ExamName
    person: str
    case: bool
    since: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Observed:
    """All of it as of ``at``. ``batches`` in the order of their release; ``truth`` is known grades of calibration exams.

    ``unopened``: signed readings that nobody could open here, because this person holds no custody or the lab takes no record.
    """

    charter: Charter
    at: datetime
    reads: tuple[Read, ...]
    compared: tuple[Compared, ...]
    decided: tuple[Decided, ...]
    batches: tuple[str, ...] = ()
    states: Mapping[ExamName, ExamState] = field(default_factory=lambda: MappingProxyType({}))
    waiting: tuple[Waiting, ...] = ()
    truth: Mapping[ExamName, Mapping[Cell, Grade]] = field(default_factory=lambda: MappingProxyType({}))
    unopened: int = 0
