"""A case: what two readers dispute, shown as A and B; the adjudicator's decisions; the final grades that follow (mode review)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Self

from corelab.domain.allocation import Slot
from corelab.domain.checks import can_be_shown, lacks_mark, names_somebody
from corelab.domain.clip import Clip
from corelab.domain.discordance import Comparison
from corelab.domain.form import Form, refused
from corelab.domain.result import Result
from corelab.domain.vocabulary import Answer, Cell, Evidence, Grade, SegmentId, Source


class Take(Enum):
    """Whose grade the adjudicator takes."""

    A = "A"
    B = "B"
    OWN = "OWN"


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


class DecisionFaultKind(Enum):
    """Why a decision cannot be signed yet."""

    OPEN = "open"
    REASON_MISSING = "reason_missing"
    NOTE_MISSING = "note_missing"
    FRAME_MISSING = "frame_missing"
    FRAME_UNKNOWN = "frame_unknown"
    IDENTITY_IN_NOTE = "identity_in_note"


@dataclass(frozen=True, slots=True)
class DecisionFault:
    """One thing that keeps a case from being signed: in a dispute, or in the note (``cell`` is None, ``found`` its words)."""

    cell: Cell | None
    kind: DecisionFaultKind
    found: str | None = None


class CaseIncompleteError(Exception):
    """Decisions are open or lack their reason or frame, or the note names somebody; ``faults`` in the order of the disputes."""

    def __init__(self, faults: tuple[DecisionFault, ...]) -> None:
        super().__init__(", ".join(fault.kind.value for fault in faults))
        self.faults = faults


class DecisionRefusedError(Exception):
    """The cell is not disputed, or the grade cannot be given there."""

    def __init__(self, cell: Cell, grade: Grade | None = None) -> None:
        super().__init__(f"{cell.segment} {cell.item}")
        self.cell = cell
        self.grade = grade


@dataclass(frozen=True, slots=True)
class Dispute:
    """One disputed cell with the two answers, without a word of who gave which."""

    cell: Cell
    a: Answer
    b: Answer
    by_closure: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What the adjudicator sees: the form, the disputes, and (read-only) what both readers agree on."""

    form: Form
    disputes: tuple[Dispute, ...]
    agreed: Mapping[Cell, Grade]
    reason_required: bool

    def dispute(self, cell: Cell) -> Dispute:
        """Raises DecisionRefusedError for a cell that is not disputed."""
        for dispute in self.disputes:
            if dispute.cell == cell:
                return dispute
        raise DecisionRefusedError(cell)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the adjudicator decided in a cell. ``grade`` is the grade taken; an own grade carries its own evidence."""

    cell: Cell
    take: Take
    grade: Grade
    reason: DecisionReason | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """The decisions so far. A change is a new object."""

    case: Case
    decisions: Mapping[Cell, Decision] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""

    def decided(
        self,
        cell: Cell,
        take: Take,
        *,
        grade: Grade | None = None,
        reason: DecisionReason | None = None,
        evidence: Iterable[Evidence] = (),
    ) -> Self:
        """Takes A, takes B, or gives an own ``grade``. Raises DecisionRefusedError.

        Taking a reading takes its grade and its evidence; ``grade`` is for an own one only.
        """
        dispute = self.case.dispute(cell)
        if take is Take.OWN:
            if grade is None or refused(self.case.form, cell, grade):
                raise DecisionRefusedError(cell, grade)
            decision = Decision(cell, take, replace(grade, prefilled=False), reason, tuple(evidence))
        else:
            taken = dispute.a if take is Take.A else dispute.b
            decision = Decision(cell, take, taken.grade, reason, taken.evidence)
        return self._with(decision)

    def reasoned(self, cell: Cell, reason: DecisionReason) -> Self:
        """The same decision with this reason. Raises DecisionRefusedError where nothing is decided yet."""
        if cell not in self.decisions:
            raise DecisionRefusedError(cell)
        return self._with(replace(self.decisions[cell], reason=reason))

    def cleared(self, cell: Cell) -> Self:
        rest = {other: decision for other, decision in self.decisions.items() if other != cell}
        return replace(self, decisions=MappingProxyType(rest))

    def with_note(self, note: str) -> Self:
        return replace(self, note=note)

    def _with(self, decision: Decision) -> Self:
        return replace(self, decisions=MappingProxyType({**self.decisions, decision.cell: decision}))

    @property
    def faults(self) -> tuple[DecisionFault, ...]:
        """What keeps the case from being signed: in the order of the disputes, then the note."""
        of_cells = (DecisionFault(dispute.cell, kind) for dispute in self.case.disputes for kind in self._faults_of(dispute.cell))
        named = (DecisionFault(None, DecisionFaultKind.IDENTITY_IN_NOTE, words) for words in names_somebody(self.note))
        return (*of_cells, *named)

    def _faults_of(self, cell: Cell) -> Iterator[DecisionFaultKind]:
        decision = self.decisions.get(cell)
        if decision is None:
            yield DecisionFaultKind.OPEN
            return
        if self.lacks_frame(cell):
            yield DecisionFaultKind.FRAME_MISSING
        if decision.reason is None:
            if self.case.reason_required:
                yield DecisionFaultKind.REASON_MISSING
        elif decision.reason.needs_note and not self.note.strip():
            yield DecisionFaultKind.NOTE_MISSING

    def lacks_frame(self, cell: Cell) -> bool:
        """Whether an own grade stands here that needs a marked frame, and has none."""
        own = self._own(cell)
        return own is not None and lacks_mark(self.case.form, cell, own.grade, own.evidence)

    def faults_among(self, clips: Sequence[Clip]) -> tuple[DecisionFault, ...]:
        """All of ``faults``, and every own grade whose evidence is not a frame of these clips that can be shown."""
        own = (decision for dispute in self.case.disputes if (decision := self._own(dispute.cell)) is not None)
        unknown = (one.cell for one in own if not all(can_be_shown(evidence, clips) for evidence in one.evidence))
        return (*self.faults, *(DecisionFault(cell, DecisionFaultKind.FRAME_UNKNOWN) for cell in unknown))

    def _own(self, cell: Cell) -> Decision | None:
        decision = self.decisions.get(cell)
        return decision if decision is not None and decision.take is Take.OWN else None

    @property
    def unanswered(self) -> tuple[Cell, ...]:
        """The disputes without a decision, in order."""
        return tuple(dispute.cell for dispute in self.case.disputes if dispute.cell not in self.decisions)

    def next_unanswered(self, after: Cell | None = None) -> Cell | None:
        """The next dispute without a decision behind this one, then from the top; None when all are decided."""
        cells = tuple(dispute.cell for dispute in self.case.disputes)
        start = cells.index(after) + 1 if after in cells else 0
        return next((cell for cell in cells[start:] + cells[:start] if cell not in self.decisions), None)

    @property
    def progress(self) -> tuple[int, int]:
        """(decided, disputed)."""
        return len(self.decisions), len(self.case.disputes)

    def complete(self, clips: Sequence[Clip]) -> tuple[Decision, ...]:
        """The decisions in the order of the disputes, on an exam of these clips. Raises CaseIncompleteError."""
        faults = self.faults_among(clips)
        if faults:
            raise CaseIncompleteError(faults)
        return tuple(self.decisions[dispute.cell] for dispute in self.case.disputes)


def open_case(
    form: Form,
    comparison: Comparison,
    answers: Mapping[Slot, Mapping[Cell, Answer]],
    slot_of_a: Mapping[SegmentId, Slot],
    *,
    reason_required: bool,
) -> Case:
    """The case of a comparison. ``answers`` by slot; ``slot_of_a`` tells for every disputed segment whose grades stand as A."""
    disputes = []
    for disputed in comparison.to_decide:
        a: Slot = slot_of_a[disputed.cell.segment]
        b: Slot = 2 if a == 1 else 1
        disputes.append(Dispute(disputed.cell, answers[a][disputed.cell], answers[b][disputed.cell], disputed.by_closure))
    agreed = {result.cell: result.grade for result in comparison.results if result.source is Source.CONCORDANT}
    return Case(form, tuple(disputes), MappingProxyType(agreed), reason_required)


def finish(comparison: Comparison, decisions: Iterable[Decision]) -> tuple[Result, ...]:
    """The result of every cell, in form order. Raises DecisionRefusedError unless exactly the disputed cells are decided."""
    decided = {decision.cell: decision for decision in decisions}
    disputed = {dispute.cell: dispute for dispute in comparison.to_decide}
    for cell in decided.keys() ^ disputed.keys():
        raise DecisionRefusedError(cell)
    if not disputed:
        return comparison.results
    settled = {result.cell: result for result in comparison.results}
    for cell, dispute in disputed.items():
        one, two, grade = comparison.grades_1[cell], comparison.grades_2[cell], decided[cell].grade
        settled[cell] = Result(cell, grade, Source.ADJUDICATED, one.code, two.code, grade.code, dispute.classes, dispute.rules)
    return tuple(settled[cell] for cell in comparison.grades_1)
