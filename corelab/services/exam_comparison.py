"""One exam of a batch, in one transaction: its two sealed readings compared, or its decided case finished."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from uuid import uuid4

from corelab.domain import allocation
from corelab.domain.adjudication import Case, DecisionRefusedError, finish, open_case
from corelab.domain.allocation import Purpose, Slot, exam_part, reference_slot
from corelab.domain.case_content import case_json, case_of, key_json, misplaced
from corelab.domain.case_room import room_for_case
from corelab.domain.charter import Charter
from corelab.domain.content import AdjudicationContent, ReadingContent
from corelab.domain.deciding.case import Measured
from corelab.domain.discordance import compare
from corelab.domain.form import Form
from corelab.domain.measurement import Measurement
from corelab.domain.reading_errors import RecordFault, RecordRejectedError
from corelab.domain.result import Result
from corelab.domain.room import room_for
from corelab.domain.vocabulary import AccountId, Answer, AssignmentId, Cell, ExamId, ReadingTypeId, SegmentId, Source
from corelab.services import alerts, shown
from corelab.services.alerts import Stood, TypeCompared
from corelab.services.eligibility import Pool
from corelab.services.labs import charter_of
from corelab.services.openings import Proving, opened_decisions, opened_readings
from corelab.services.pseudonyms import one_pseudonym
from corelab.storage import by_type, own_assignments, people, readings, registry, released
from corelab.storage.keys import BoxPublic, BoxSecret, Opening
from corelab.storage.readings import ADJUDICATION, PRIMARY, Assignment, CaseRecord, SignedRecord
from corelab.storage.store import NewRow, Transaction

_FIRST_ADJUDICATION_SLOT = 3
DONE = "done"
"""Another window was faster: nothing is left to do for this exam."""


class NoAdjudicatorError(Exception):
    """Two readings differ and nobody may adjudicate this subject."""

    def __init__(self, exam: ExamId) -> None:
        super().__init__(exam)
        self.exam = exam


@dataclass(frozen=True, slots=True)
class Batch:
    """What every exam of a batch needs: the batch's id, the custody key, and the seed of chance."""

    id: str
    custody: BoxSecret = field(repr=False)
    seed: str = field(repr=False)


def compare_exam(transaction: Transaction, *, batch: Batch, exam: ExamId, kind: ReadingTypeId) -> str:
    """The two readings of one type: ``concordant`` (results stand, openings are published), ``case`` (nothing is opened), or ``done``.

    ``done``: another window was faster. Raises RecordRejectedError, NoAdjudicatorError.
    """
    if kind in by_type.standing(transaction, exam):
        return DONE
    work = _Work(transaction, batch, exam, kind)
    if work.comparison.to_decide:
        _open_case(work)
        outcome = "case"
    else:
        _write_results(work)
        outcome = "concordant"
    alerts.after_comparison(transaction, TypeCompared(exam, kind, batch.id), work.comparison.results, batch.custody.public)
    return outcome


# ---------------------------------------------------------------- the two readings


class _Work:
    """The two readings of one type of an exam, opened with custody and proven, and their comparison."""

    def __init__(self, transaction: Transaction, batch: Batch, exam: ExamId, kind: ReadingTypeId) -> None:
        self.transaction, self.batch, self.exam, self.kind = transaction, batch, exam, kind
        found = shown.exam_of(transaction, exam)
        self.opener = Proving(transaction, batch.custody, exam)
        self.visit, self.subject = found.visit, found.subject
        self.part = exam_part(self.subject, self.visit)
        self.clips = shown.clips_of(transaction, exam)
        self.assignments: Mapping[Slot, Assignment] = {
            _slot(one): one for one in readings.assignments(transaction, exam_id=exam, reading_type=kind, kind=PRIMARY)
        }
        self.records: Mapping[Slot, SignedRecord] = {slot: self._record(one) for slot, one in self.assignments.items()}
        self.contents = {slot: self._content(slot) for slot in self.records}
        self.charter = self._one_charter()
        self.reference = reference_slot(batch.seed, self.part)
        one, two, attributes = self.contents[1].grades, self.contents[2].grades, registry.attributes(transaction, found.subject_id)
        self.comparison = compare(self.charter, self.visit, one, two, self.reference, attributes=attributes)

    def _record(self, of: Assignment) -> SignedRecord:
        record = readings.signed_reading(self.transaction, of.id)
        if record is None:
            raise LookupError(of.id)
        return record

    def _content(self, slot: Slot) -> ReadingContent:
        record, of = self.records[slot], self.assignments[slot]
        return self.opener.content(record, of.pseudonym)

    def proven(self, record: SignedRecord) -> Opening:
        """Raises RecordRejectedError."""
        return self.opener.proven(record)

    def answers_of(self, record: SignedRecord) -> Sequence[Answer]:
        """What a signed reading says. Raises RecordRejectedError."""
        return self.opener.answers_of(record)

    def _one_charter(self) -> Charter:
        """The charter of both readings. Raises RecordRejectedError when their major versions differ."""
        first, second = (charter_of(self.transaction, self.contents[slot].charter) for slot in (1, 2))
        if first.major != second.major:
            raise RecordRejectedError(self.exam, self.records[2].id, RecordFault.CHARTER)
        return second

    @property
    def snapshot(self) -> Transaction:
        return self.transaction

    @property
    def custody(self) -> BoxSecret:
        return self.batch.custody

    @property
    def due(self) -> tuple[str, ...]:
        """The reading types of the visit: the exam is final when each of them is."""
        charter = charter_of(self.transaction, shown.exam_of(self.transaction, self.exam).charter_hash)
        return tuple(kind.id for kind in charter.types_at(self.visit))

    @property
    def form(self) -> Form:
        return shown.form_of(self.transaction, self.exam, self.kind, self.clips)

    def answers(self, slot: Slot) -> Mapping[Cell, Answer]:
        return {answer.cell: answer for answer in self.contents[slot].answers}

    def comparison_row(self, id_: str, outcome: str) -> NewRow:
        """The comparison under its charter."""
        pair = {"reading_1": self.records[1].id, "reading_2": self.records[2].id}
        named = {"id": id_, "exam_id": self.exam, "batch_id": self.batch.id, "charter_hash": self.charter.hash}
        return NewRow("comparison", {**named, **pair, "outcome": outcome})


def _result_rows(work: _Work, made: Iterable[tuple[Result, SignedRecord]]) -> Iterator[NewRow]:
    revision = released.next_result_revision(work.transaction, work.exam)
    yield from (released.result_row(work.exam, result, source, revision) for result, source in made)


def _slot(one: Assignment) -> Slot:
    return 1 if one.slot == 1 else 2


# ---------------------------------------------------------------- concordant: everything is opened


def _write_results(work: _Work) -> None:
    transaction, comparison = work.transaction, str(uuid4())
    differs = any(result.source is Source.REFERENCE for result in work.comparison.results)
    outcome = "reference" if differs else "concordant"
    rows = [
        work.comparison_row(comparison, outcome),
        *opened_readings(work, work.exam, work.kind, work.records.values()),
        *opened_decisions(work, work.exam, work.kind),
        *_result_rows(work, ((result, work.records[work.reference]) for result in work.comparison.results)),
        *by_type.state_rows(transaction, work.exam, work.due, work.kind, finished=True),
    ]
    transaction.record("exam.compared", "comparison", comparison, rows=rows, payload={"outcome": outcome})


# ---------------------------------------------------------------- discordant: nothing is opened


def _open_case(work: _Work) -> None:
    transaction, comparison, case = work.transaction, str(uuid4()), str(uuid4())
    assignment, adjudicator = _adjudicator(work)
    sides = _sides(work)
    rows = [
        work.comparison_row(comparison, "case"),
        readings.assignment_row(assignment),
        NewRow("adj_case", {"id": case, "comparison_id": comparison, "assignment_id": assignment.id}),
        *by_type.state_rows(transaction, work.exam, work.due, work.kind, finished=False),
    ]
    custody, clips = work.batch.custody.public, len(work.contents[1].clips)
    content = case_json(_case(work, sides))
    transaction.record(
        "case.opened", "case", case, rows=rows, payload=content, seal_to=[adjudicator, custody], pad_to=room_for_case(work.charter, clips)
    )
    key = key_json({slot: record.id for slot, record in work.records.items()}, sides)
    transaction.record("case.key", "case", case, payload=key, seal_to=[custody], pad_to=room_for(work.charter, clips))


def _case(work: _Work, sides: Mapping[SegmentId, Slot]) -> Case:
    required = work.charter.adjudication.reason_required
    case = open_case(work.form, work.comparison, {1: work.answers(1), 2: work.answers(2)}, sides, reason_required=required)
    return replace(case, measured=_measured(work, sides)) if case.shows_sides else case


def _measured(work: _Work, sides: Mapping[SegmentId, Slot]) -> Measured:
    """What both readers measured beside their answers on the clips of each disputed segment, as A and B."""
    segments = {clip.sha256: clip.segment for clip in work.clips}
    made = {slot: content.measurements for slot, content in work.contents.items()}

    def on(segment: SegmentId, slot: Slot) -> tuple[Measurement, ...]:
        return tuple(one for one in made[slot] if segments.get(one.clip) == segment)

    return MappingProxyType({segment: (on(segment, a), on(segment, 2 if a == 1 else 1)) for segment, a in sides.items()})


def _sides(work: _Work) -> dict[SegmentId, Slot]:
    """Which slot stands as A, for every disputed segment; drawn per segment or per exam as the charter says."""
    segments = dict.fromkeys(dispute.cell.segment for dispute in work.comparison.to_decide)
    per_segment = work.charter.adjudication.ab_order == "segment"
    return {segment: allocation.slot_of_a(work.batch.seed, work.part, segment if per_segment else None) for segment in segments}


def _adjudicator(work: _Work) -> tuple[Assignment, BoxPublic]:
    """The adjudicator by rule, never by a person's choice: the fewest cases, then chance. Raises NoAdjudicatorError.

    Whoever had an earlier case of this exam knows a reading of it already.
    """
    free, held = _free(work), own_assignments.held(work.transaction, ADJUDICATION)
    user = allocation.choose_adjudicator(work.batch.seed, work.part, {user: held.get(account, 0) for user, account in free.items()})
    credential = people.credential(work.transaction, free[user]) if user else None
    if user is None or credential is None:
        raise NoAdjudicatorError(work.exam)
    number = (work.transaction.one("release_batch", id=work.batch.id) or {})["n"]
    place = allocation.key(work.batch.seed, Purpose.ORDER, user, f"A{number}", work.part)[:12]
    used = [row["slot"] for row in work.transaction.all("assignment", exam_id=work.exam)]
    new = Assignment(
        id=AssignmentId(str(uuid4())),
        exam=work.exam,
        reading_type=work.kind,
        slot=max(_FIRST_ADJUDICATION_SLOT, *(slot + 1 for slot in used)),
        kind=ADJUDICATION,
        account=free[user],
        pseudonym=one_pseudonym(work.transaction),
        order_key=f"{number:06d}-{place}",
    )
    return new, credential.box_public


def _free(work: _Work) -> dict[str, AccountId]:
    """User name -> account of whoever may adjudicate.

    Where ways of reading are kept apart, those who decided about this subject in this way go on with it: else the first exams use up
    everybody who could decide about it in the other way.
    """
    pool = Pool(work.transaction, work.charter, work.subject)
    free = {one.user_name: one.account for one in pool.adjudicators(work.subject, work.kind, work.exam)}
    if not work.charter.reading_type(work.kind).apart_from:
        return free
    known = pool.deciders(work.subject, work.kind)
    return {user: account for user, account in free.items() if account in known} or free


# ---------------------------------------------------------------- a decided case


def finish_case(transaction: Transaction, *, batch: Batch, case: CaseRecord) -> str:
    """Opens both readings, the case and the decision for good, and writes the results: ``finished``, or ``done`` by another window.

    Raises RecordRejectedError.
    """
    if by_type.is_finished(transaction, case.id):
        return DONE
    work = _Work(transaction, batch, case.exam, by_type.type_of(transaction, case.reading_1))
    decided = readings.signed_adjudication(transaction, case)
    if decided is None or {record.id for record in work.records.values()} != {case.reading_1, case.reading_2}:
        raise RecordRejectedError(case.exam, case.id, RecordFault.DIGEST)
    opening = work.proven(decided)
    try:
        content = AdjudicationContent.from_json(opening.json)
        results = finish(work.comparison, content.decisions)
    except (DecisionRefusedError, LookupError, TypeError, ValueError) as error:
        raise RecordRejectedError(case.exam, decided.id, RecordFault.CONTENT) from error
    _require_taken(work, case, decided, content)
    sources = dict.fromkeys(Source, work.records[work.reference]) | {Source.ADJUDICATED: decided}
    rows = [
        *opened_readings(work, work.exam, work.kind, work.records.values()),
        *opened_decisions(work, work.exam, work.kind, case),
        *_result_rows(work, ((one, sources[one.source]) for one in results)),
        *by_type.state_rows(transaction, work.exam, work.due, work.kind, finished=True),
    ]
    transaction.record("case.finished", "case", case.id, rows=rows)
    of, stood = TypeCompared(case.exam, work.kind, batch.id), Stood(work.comparison.results, case.seq)
    alerts.after_comparison(transaction, of, results, batch.custody.public, stood)
    return "finished"


def _require_taken(work: _Work, case: CaseRecord, decided: SignedRecord, content: AdjudicationContent) -> None:
    """Whoever takes A or B gets the grade that the sealed case shows there."""
    sealed = case_of(released.opened(work.transaction, case.seq, work.batch.custody).json, work.form, reason_required=False)
    if misplaced(sealed, content.decisions):
        raise RecordRejectedError(case.exam, decided.id, RecordFault.TAKEN)
