"""The coordinator deals ready exams: a balanced pair of readers for every subject, and for each reader an order of their own."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.allocation import Dealt, deal_pairs, exam_part, reader_order
from corelab.domain.charter import Charter
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ExamState, ReadingTypeId, SubjectCode, VisitId
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.eligibility import Pool
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.storage import readings
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.store import Snapshot, Transaction

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Why(Enum):
    """Why an exam is not dealt yet."""

    NOT_READY = "not_ready"
    POOL_TOO_SMALL = "pool_too_small"
    NO_PAIR = "no_pair"
    READER_GONE = "reader_gone"
    NO_ADJUDICATOR = "no_adjudicator"


_WORDS = {
    Why.NOT_READY: "clips, labels, attributes or the pixel check are not complete",
    Why.POOL_TOO_SMALL: "fewer people are active and trained for this charter than it asks for",
    Why.NO_PAIR: "fewer than two readers are left who neither labelled, checked nor adjudicated the subject",
    Why.READER_GONE: "a reader of this subject can no longer read it",
    Why.NO_ADJUDICATOR: "nobody would be left to adjudicate",
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
    """``assigned`` counts readings, two for every exam that was dealt."""

    assigned: int
    waiting: tuple[WaitingExam, ...]


def assign(lab: OpenLab, session: Session) -> Assigned:
    """Deals every ready exam in one transaction. Nothing that was dealt before moves."""
    role = accounts.permit(session, Command.ASSIGN)
    seed = chance(lab, session)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        return _Dealing(transaction, effective_charter(transaction), seed).run()


def chance(lab: OpenLab, session: Session) -> str:
    """The seed of every choice by chance in this lab. Needs custody."""
    return accounts.lab_secret(lab, session, "chance").decode("ascii")


@dataclass(frozen=True, slots=True)
class _Exam:
    id: ExamId
    subject: SubjectCode
    visit: VisitId
    state: ExamState

    @property
    def part(self) -> str:
        return exam_part(self.subject, self.visit)


class _Dealing:
    """One deal: the exams and people as they stand now, and what is written for them."""

    def __init__(self, transaction: Transaction, charter: Charter, seed: str) -> None:
        self._transaction = transaction
        self._charter = charter
        self._seed = seed
        self._type = charter.reading_types[0]
        self._pool = Pool(transaction, charter)

    def run(self) -> Assigned:
        ready = [exam for exam in self._exams if exam.state is ExamState.READY]
        waiting = [
            WaitingExam(exam.id, exam.subject, exam.visit, Why.NOT_READY) for exam in self._exams if exam.state is ExamState.RECEIVING
        ]
        refusals = {exam: why for exam in ready if (why := self._refusal(exam)) is not None}
        waiting += [WaitingExam(exam.id, exam.subject, exam.visit, why) for exam, why in refusals.items()]
        dealt = [exam for exam in ready if exam not in refusals]
        self._write(dealt)
        return Assigned(2 * len(dealt), tuple(sorted(waiting, key=lambda one: (one.subject, self._charter.visit(one.visit).number))))

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
        """The pairs that subjects have from earlier deals."""
        slots: dict[SubjectCode, dict[int, str]] = {}
        for one in self._pool.history:
            if one.kind == PRIMARY:
                slots.setdefault(self._pool.subject_of[one.exam], {})[one.slot] = self._user_of[one.account]
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

    def _write(self, exams: Sequence[_Exam]) -> None:
        batch = next_batch(self._pool.history)
        order = self._order(exams, batch)
        names = Pseudonyms(self._transaction)
        for exam in exams:
            pair = self._pairs[exam.subject]
            slots = ((1, pair.slot_1), (2, pair.slot_2))
            new = [self._assignment(exam, slot, user, order[user, exam.part], names) for slot, user in slots]
            rows = [*map(readings.assignment_row, new), readings.state_row(self._transaction, exam.id, ExamState.ASSIGNED)]
            self._transaction.record("exam.assigned", "exam", exam.id, rows=rows, payload={"batch": batch})

    def _assignment(self, exam: _Exam, slot: int, user: str, order_key: str, names: "Pseudonyms") -> Assignment:
        account = self._account_of[user]
        return Assignment(AssignmentId(str(uuid4())), exam.id, ReadingTypeId(self._type.id), slot, PRIMARY, account, names.new(), order_key)

    def _order(self, exams: Sequence[_Exam], batch: int) -> dict[tuple[str, str], str]:
        """(user name, exam) -> where the exam stands in this reader's order."""
        keys: dict[tuple[str, str], str] = {}
        for user in {user for exam in exams for user in self._pairs[exam.subject].pair}:
            own = {exam.part: exam.subject for exam in exams if user in self._pairs[exam.subject].pair}
            order = reader_order(self._seed, user, f"B{batch}", own, spacing=self._type.subject_spacing, before=self._subjects_before(user))
            keys |= {(user, one.exam): order_key(batch, place) for place, one in enumerate(order, 1)}
        return keys

    def _subjects_before(self, user: str) -> list[SubjectCode]:
        mine = (one for one in self._pool.history if one.kind == PRIMARY and one.account == self._account_of[user])
        return [self._pool.subject_of[one.exam] for one in sorted(mine, key=lambda one: one.order_key)]


# ---------------------------------------------------------------- what comparison needs too


def order_key(batch: int, place: int) -> str:
    """Sorts as text: all of a batch before the next one."""
    return f"{batch:06d}-{place:06d}"


def next_batch(history: Iterable[Assignment]) -> int:
    return max((int(one.order_key.partition("-")[0]) for one in history if one.kind == PRIMARY), default=0) + 1


class Pseudonyms:
    """Random names under which readers know exams; no two assignments of the lab share one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._used = {row["pseudonym"] for row in snapshot.all("assignment")}

    def new(self) -> str:
        """``K7Q-M42``: six of 32 letters and digits that are not mistaken for one another."""
        name = _random_name()
        while name in self._used:
            name = _random_name()
        self._used.add(name)
        return name


def _random_name() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return f"{letters[:3]}-{letters[3:]}"
