"""The words of adjudication: how a cell was decided and why, what keeps a case from being signed."""

from dataclasses import dataclass
from enum import Enum

from corelab.domain.vocabulary import Cell, Evidence, Grade, SegmentId


class Mode(Enum):
    """How a charter has disputes decided.

    REVIEW: A and B are shown; one is taken, or an own grade given. INDEPENDENT: the adjudicator grades without seeing A and B, and two of
    three equal win. FORCED_CHOICE: A or B, nothing else.
    """

    REVIEW = "review"
    INDEPENDENT = "independent"
    FORCED_CHOICE = "forced_choice"


class Take(Enum):
    """Whose grade stands. FOLLOWS is nobody's choice: a detail that goes with what was decided in its segment."""

    A = "A"
    B = "B"
    OWN = "OWN"
    FOLLOWS = "FOLLOWS"


class DecisionReason(Enum):
    """Why; the closed list, in the order of its digits."""

    OTHER_FRAME = "OTHER_FRAME"
    ARTERY = "ARTERY"
    OTHER_PLANE = "OTHER_PLANE"
    OTHER = "OTHER"

    @property
    def digit(self) -> str:
        return str(list(DecisionReason).index(self) + 1)

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def needs_note(self) -> bool:
        return self is DecisionReason.OTHER


_LABELS = {
    DecisionReason.OTHER_FRAME: "Other frame shows it",
    DecisionReason.ARTERY: "Artery taken for vein",
    DecisionReason.OTHER_PLANE: "Other plane or clip",
    DecisionReason.OTHER: "Other, with note",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the adjudicator decided in a cell. ``grade`` is the grade taken; an own grade carries its own evidence."""

    cell: Cell
    take: Take
    grade: Grade
    reason: DecisionReason | None = None
    evidence: tuple[Evidence, ...] = ()


class DecisionFaultKind(Enum):
    """Why a decision cannot be signed yet."""

    OPEN = "open"
    REASON_MISSING = "reason_missing"
    NOTE_MISSING = "note_missing"
    FRAME_MISSING = "frame_missing"
    PAIR_MISSING = "pair_missing"
    CALIPER_MISSING = "caliper_missing"
    FRAME_UNKNOWN = "frame_unknown"
    CHECK_BROKEN = "check_broken"
    IDENTITY_IN_NOTE = "identity_in_note"


@dataclass(frozen=True, slots=True)
class DecisionFault:
    """One thing that keeps a case from being signed.

    In a cell, or in the note (``cell`` is None, ``found`` its words). Of a hard check that the decisions break, ``found`` is its message.
    """

    cell: Cell | None
    kind: DecisionFaultKind
    found: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A soft check of the charter that the decisions set off in this cell, with its message; ``segment`` is the one under consideration.

    It is confirmed with a reason before the case is signed, as a reader confirms it.
    """

    cell: Cell
    message: str
    check: str
    segment: SegmentId


class CaseIncompleteError(Exception):
    """Decisions are open, lack a reason or a frame, or break a check, or the note names somebody; ``faults`` in the order of the cells."""

    def __init__(self, faults: tuple[DecisionFault, ...]) -> None:
        super().__init__(", ".join(fault.kind.value for fault in faults))
        self.faults = faults


class DecisionRefusedError(Exception):
    """The cell is not open to a decision, or the grade cannot be given there."""

    def __init__(self, cell: Cell, grade: Grade | None = None) -> None:
        super().__init__(f"{cell.segment} {cell.item}")
        self.cell = cell
        self.grade = grade
