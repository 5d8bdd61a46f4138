"""One deal of exams: a balanced pair of readers for every subject, replaced readers, and for each reader an order of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from uuid import uuid4

from corelab.domain.allocation import Dealt, deal_pairs, exam_part, reader_order
from corelab.domain.charter import Charter
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ExamState, ReadingTypeId, SubjectCode, VisitId
from corelab.services.eligibility import Pool
from corelab.services.pseudonyms import Pseudonyms
from corelab.services.replacement import Replacements, free_slots
from corelab.storage import readings
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.store import NewRow, Transaction


class Why(Enum):
    """Why an exam is not dealt yet."""

    NOT_READY = "not_ready"
    POOL_TOO_SMALL = "pool_too_small"
    NO_PAIR = "no_pair"
    READER_GONE = "reader_gone"
    NO_ADJUDICATOR = "no_adjudicator"
    NO_REPLACEMENT = "no_replacement"


_WORDS = {
    Why.NOT_READY: "clips, labels, attributes or the pixel check are not complete",
    Why.POOL_TOO_SMALL: "fewer people are active and trained for this charter than it asks for",
    Why.NO_PAIR: "fewer than two readers are left who neither labelled, checked nor adjudicated the subject",
    Why.READER_GONE: "a reader of this subject can no longer read it",
    Why.NO_ADJUDICATOR: "nobody would be left to adjudicate",
    Why.NO_REPLACEMENT: "a slot is free again and nobody is left who may read this exam",
}


@dataclass(frozen=True, slots=True)
class WaitingExam:
    """An exam that is not dealt, for the coordinator."""

    exam: ExamId
    subject: SubjectCode
    visit: VisitId
    reason: Why

    @property
    def what(self) -> str:
        return f"{self.subject} {self.visit}"

    @property
    def why(self) -> str:
        return _WORDS[self.reason]


@dataclass(frozen=True, slots=True)
class Assigned:
    """``assigned`` counts readings: two for every exam that was dealt, one for every slot that was free again."""

    assigned: int
    waiting: tuple[WaitingExam, ...]


@dataclass(frozen=True, slots=True)
class _Exam:
    id: ExamId
    subject: SubjectCode
    visit: VisitId
    state: ExamState

    @property
    def part(self) -> str:
        return exam_part(self.subject, self.visit)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot of an exam and the user who reads it."""

    exam: _Exam
    slot: int
    user: str
    attempt: int = 1


class Dealing:
    """One deal: the exams and people as they stand now, and what is written for them."""

    def __init__(self, transaction: Transaction, charter: Charter, seed: str) -> None:
        self._transaction = transaction
        self._charter = charter
        self._seed = seed
        self._type = charter.reading_types[0]
        self._pool = Pool(transaction, charter)

    def run(self) -> Assigned:
        waiting = {exam: Why.NOT_READY for exam in self._exams if exam.state is ExamState.RECEIVING}
        replaced, unfilled = self._replacements
        waiting |= unfilled
        ready = [exam for exam in self._exams if exam.state is ExamState.READY]
        waiting |= {exam: why for exam in ready if (why := self._refusal(exam)) is not None}
        dealt = [exam for exam in ready if exam not in waiting]
        self._write(dealt, replaced)
        listed = sorted(waiting, key=lambda one: (one.subject, self._charter.visit(one.visit).number))
        return Assigned(2 * len(dealt) + len(replaced), tuple(WaitingExam(one.id, one.subject, one.visit, waiting[one]) for one in listed))

    @cached_property
    def _replacements(self) -> tuple[tuple[_Slot, ...], Mapping[_Exam, Why]]:
        """Who takes the slots that are free again, and why exams wait for which nobody is left."""
        exams = {exam.id: exam for exam in self._exams if exam.state is ExamState.ASSIGNED}
        choice = Replacements(self._transaction, self._pool, self._seed)
        filled: list[_Slot] = []
        unfilled: dict[_Exam, Why] = {}
        for free in free_slots(self._transaction, exams):
            account = choice.choose(free)
            if account is None:
                unfilled[exams[free.exam]] = Why.NO_REPLACEMENT if choice.deciders(free.exam) else Why.NO_ADJUDICATOR
            else:
                filled.append(_Slot(exams[free.exam], free.slot, self._user_of[account], free.attempt))
        return tuple(filled), unfilled

    @cached_property
    def _exams(self) -> tuple[_Exam, ...]:
        states = {row["exam_id"]: ExamState(row["state"]) for row in self._transaction.all("exam_status")}
        return tuple(
            _Exam(ExamId(row["id"]), self._pool.subject_of[row["id"]], VisitId(row["visit"]), states.get(row["id"], ExamState.RECEIVING))
            for row in self._transaction.all("exam")
        )

    # ------------------------------------------------------------ who may read

    @cached_property
    def _held(self) -> Mapping[SubjectCode, Dealt]:
        """The pairs that subjects have from earlier deals, the latest where a reader was replaced."""
        slots: dict[SubjectCode, dict[int, str]] = {}
        for one in sorted(self._pool.history, key=lambda one: one.order_key):
            if one.kind == PRIMARY:
                slots.setdefault(self._pool.subject_of[one.exam], {})[one.slot] = self._user_of[one.account]
        for new in self._replacements[0]:
            slots.setdefault(new.exam.subject, {})[new.slot] = new.user
        return {subject: Dealt(subject, two[1], two[2]) for subject, two in slots.items() if two.keys() >= {1, 2}}

    @cached_property
    def _user_of(self) -> Mapping[AccountId, str]:
        return {one.account: one.user_name for one in self._pool.everybody}

    @cached_property
    def _account_of(self) -> Mapping[str, AccountId]:
        return {user: account for account, user in self._user_of.items()}

    @cached_property
    def _pairs(self) -> Mapping[SubjectCode, Dealt]:
        """The pair of every subject with a ready exam: the one it has, or one dealt now."""
        subjects = {exam.subject for exam in self._exams if exam.state is ExamState.READY}
        new = [subject for subject in subjects if subject not in self._held]
        deal = deal_pairs(self._seed, new, lambda unit: self._readers(SubjectCode(unit)), self._held.values())
        return {**self._held, **{SubjectCode(one.unit): one for one in deal.dealt}}

    def _readers(self, subject: SubjectCode) -> list[str]:
        return [one.user_name for one in self._pool.readers(subject)]

    def _refusal(self, exam: _Exam) -> Why | None:
        if len(self._pool.trained) < self._type.min_pool:
            return Why.POOL_TOO_SMALL
        pair = self._pairs.get(exam.subject)
        if pair is None:
            return Why.NO_PAIR
        if not {pair.slot_1, pair.slot_2} <= set(self._readers(exam.subject)):
            return Why.READER_GONE
        left = [one for one in self._pool.adjudicators(exam.subject) if one.user_name not in pair.pair]
        return None if left else Why.NO_ADJUDICATOR

    # ------------------------------------------------------------ what is written

    def _write(self, exams: Sequence[_Exam], replaced: Sequence[_Slot]) -> None:
        batch = next_batch(readings.all_assignments(self._transaction, kind=PRIMARY))
        pairs = {exam: self._pairs[exam.subject] for exam in exams}
        new = {exam: (_Slot(exam, 1, pair.slot_1), _Slot(exam, 2, pair.slot_2)) for exam, pair in pairs.items()}
        order = self._order([*(slot for two in new.values() for slot in two), *replaced], batch)
        names = Pseudonyms(self._transaction)
        for exam, slots in new.items():
            state = readings.state_row(self._transaction, exam.id, ExamState.ASSIGNED)
            self._record(exam, [*(self._row(slot, order, names) for slot in slots), state], batch)
        for slot in replaced:
            self._record(slot.exam, [self._row(slot, order, names)], batch)

    def _record(self, exam: _Exam, rows: Sequence[NewRow], batch: int) -> None:
        self._transaction.record("exam.assigned", "exam", exam.id, rows=rows, payload={"batch": batch})

    def _row(self, slot: _Slot, order: Mapping[tuple[str, str], str], names: Pseudonyms) -> NewRow:
        place, account = order[slot.user, slot.exam.part], self._account_of[slot.user]
        new, kind = AssignmentId(str(uuid4())), ReadingTypeId(self._type.id)
        return readings.assignment_row(Assignment(new, slot.exam.id, kind, slot.slot, PRIMARY, account, names.new(), place, slot.attempt))

    def _order(self, slots: Sequence[_Slot], batch: int) -> dict[tuple[str, str], str]:
        """(user name, exam) -> where the exam stands in this reader's order; a replaced reading cannot be told from others."""
        keys: dict[tuple[str, str], str] = {}
        for user in {slot.user for slot in slots}:
            own = {slot.exam.part: slot.exam.subject for slot in slots if slot.user == user}
            order = reader_order(self._seed, user, f"B{batch}", own, spacing=self._type.subject_spacing, before=self._subjects_before(user))
            keys |= {(user, one.exam): order_key(batch, place) for place, one in enumerate(order, 1)}
        return keys

    def _subjects_before(self, user: str) -> list[SubjectCode]:
        mine = (one for one in self._pool.history if one.kind == PRIMARY and one.account == self._account_of[user])
        return [self._pool.subject_of[one.exam] for one in sorted(mine, key=lambda one: one.order_key)]


# ---------------------------------------------------------------- places in an order


def order_key(batch: int, place: int) -> str:
    """Sorts as text: all of a batch before the next one."""
    return f"{batch:06d}-{place:06d}"


def next_batch(history: Iterable[Assignment]) -> int:
    return max((int(one.order_key.partition("-")[0]) for one in history if one.kind == PRIMARY), default=0) + 1
