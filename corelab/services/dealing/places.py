"""Where new readings stand in the orders of their readers: batches filled up one after another, nothing that stands is moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from corelab.domain.allocation import Limits, Mode, filled, inserted, order_key, place_of, presented
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ReadingTypeId, SubjectCode
from corelab.services.dealing.exams import DueExam
from corelab.services.eligibility import Pool
from corelab.storage import own_assignments, readings
from corelab.storage.readings import ADJUDICATION, PRIMARY, Assignment, AssignmentKind
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class NewReading:
    """A slot of an exam and who reads it; without place yet."""

    exam: DueExam
    kind: ReadingType
    slot: int
    account: AccountId
    purpose: AssignmentKind = PRIMARY
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """``breach``: the exam stands too near to another of its subject, since nothing else was left."""

    reading: NewReading
    order_key: str
    breach: bool = False


def limits_of(kind: ReadingType) -> Limits:
    return Limits(kind.batch_exams, kind.batch_gap_days, kind.session_exams, kind.repeat_share)


@dataclass
class Places:
    """The orders of all readers, as stored and with what this deal adds."""

    snapshot: Snapshot
    pool: Pool
    seed: str
    _new: list[Assignment] = field(default_factory=list)

    def append(self, kind: ReadingType, new: Sequence[NewReading]) -> Iterator[Placed]:
        """First readings of one type: each reader's last batch is filled up, the rest fills new ones."""
        for account in sorted({one.account for one in new}):
            yield from self._append(kind, account, [one for one in new if one.account == account])

    def _append(self, kind: ReadingType, account: AccountId, new: Sequence[NewReading]) -> Iterator[Placed]:
        user, mode = self._user_of[account], Mode(kind.order)
        by_part = {one.exam.part: one for one in new}
        last = self._last_batch(account, kind)
        rough = presented(mode, self.seed, user, f"B{last or self._fresh(account)}", [one.exam.place for one in new], spacing=0)
        groups = _groups([by_part[one.exam] for one in rough], whole=mode.together)
        batches = filled(
            limits_of(kind),
            [len(group) for group in groups],
            last=last,
            ordinal=len(self._batches(account, kind)),
            holds=self._holds(account, kind, last),
            fresh=self._fresh(account),
        )
        for batch, chosen in groupby(zip(batches, groups, strict=True), key=lambda pair: pair[0]):
            of_batch = {one.exam.part: one for _, group in chosen for one in group}
            yield from self._of_batch(kind, account, batch, of_batch)

    def _of_batch(self, kind: ReadingType, account: AccountId, batch: int, new: Mapping[str, NewReading]) -> Iterator[Placed]:
        user, first = self._user_of[account], self._next_place(account, batch)
        order = presented(
            Mode(kind.order),
            self.seed,
            user,
            f"B{batch}",
            [one.exam.place for one in new.values()],
            spacing=kind.subject_spacing,
            before=self._subjects_before(account),
        )
        for place, one in enumerate(order, first):
            yield self._placed(new[one.exam], order_key(batch, place), breach=one.breach)

    def at_end(self, new: Sequence[NewReading]) -> Iterator[Placed]:
        """Second readings, in the order given: each in the last batch of its reader."""
        for one in new:
            batch = self._last_batch(one.account, one.kind) or self._fresh(one.account)
            yield self._placed(one, order_key(batch, self._next_place(one.account, batch)))

    def at_front(self, new: Sequence[NewReading]) -> Iterator[Placed]:
        """The calibration set, in its order: before everything, whatever batch is being read."""
        for one in new:
            yield self._placed(one, order_key(0, self._next_place(one.account, 0)))

    def insert(self, new: NewReading, batch: int, unread: Sequence[Assignment], exams: Mapping[ExamId, DueExam]) -> Placed:
        """A hidden repeat between the unread places of a batch, or at its end."""
        user = self._user_of[new.account]
        everything = self._of(new.account)
        before = [self.pool.subject_of[one.exam] for one in everything if not unread or one.order_key < unread[0].order_key]
        at = inserted(
            self.seed,
            user,
            f"B{batch}",
            new.exam.place,
            [exams[one.exam].place for one in unread],
            spacing=new.kind.subject_spacing,
            before=before,
        )
        standing = [one.order_key for one in everything if at == len(unread) or one.order_key < unread[at].order_key]
        mine = [key for key in standing if place_of(key)[0] == batch]
        _, place, joined = place_of(max(mine)) if mine else (batch, 0, 0)
        return self._placed(new, order_key(batch, place, joined + 1))

    def _placed(self, new: NewReading, key: str, *, breach: bool = False) -> Placed:
        self._new.append(
            Assignment(AssignmentId(""), new.exam.id, ReadingTypeId(new.kind.id), new.slot, new.purpose, new.account, "", key, new.attempt)
        )
        return Placed(new, key, breach)

    # ------------------------------------------------------------ what stands already

    def _of(self, account: AccountId) -> list[Assignment]:
        """Every reading of this person, ended ones too, in order."""
        stored = self._stored.get(account, ())
        return sorted((*stored, *(one for one in self._new if one.account == account)), key=lambda one: one.order_key)

    @cached_property
    def _stored(self) -> Mapping[AccountId, tuple[Assignment, ...]]:
        every = (one for one in readings.all_assignments(self.snapshot) if one.kind != ADJUDICATION)
        return {account: tuple(own) for account, own in groupby(every, key=lambda one: one.account)}

    @cached_property
    def _ended(self) -> frozenset[Any]:
        return frozenset(row["assignment_id"] for row in self.snapshot.all("assignment_end"))

    @cached_property
    def opened(self) -> frozenset[AssignmentId]:
        """The readings that were ever opened."""
        return own_assignments.opened(self.snapshot)

    @cached_property
    def _user_of(self) -> Mapping[AccountId, str]:
        return {one.account: one.user_name for one in self.pool.everybody}

    def batches(self, account: AccountId, kind: ReadingType) -> tuple[int, ...]:
        """The numbers of a reader's batches of this type, in order."""
        return self._batches(account, kind)

    def _batches(self, account: AccountId, kind: ReadingType) -> tuple[int, ...]:
        found = {place_of(one.order_key)[0] for one in self._of(account) if one.reading_type == kind.id and one.kind == PRIMARY}
        return tuple(sorted(found))

    def _last_batch(self, account: AccountId, kind: ReadingType) -> int:
        return max(self._batches(account, kind), default=0)

    def of_batch(self, account: AccountId, batch: int) -> tuple[Assignment, ...]:
        """What stands in a batch of a reader and has not ended, in order."""
        return tuple(one for one in self._of(account) if place_of(one.order_key)[0] == batch and one.id not in self._ended)

    def _holds(self, account: AccountId, kind: ReadingType, batch: int) -> int:
        return sum(one.kind == PRIMARY and one.reading_type == kind.id for one in self.of_batch(account, batch)) if batch else 0

    def _fresh(self, account: AccountId) -> int:
        return 1 + max((place_of(one.order_key)[0] for one in self._of(account)), default=0)

    def _next_place(self, account: AccountId, batch: int) -> int:
        own = (place_of(one.order_key) for one in self._of(account))
        return 1 + max((place for number, place, _ in own if number == batch), default=0)

    def _subjects_before(self, account: AccountId) -> list[SubjectCode]:
        own = (one for one in self._of(account) if place_of(one.order_key)[0] > 0 and one.id not in self._ended)
        return [self.pool.subject_of[one.exam] for one in own]


def _groups(new: Sequence[NewReading], *, whole: bool) -> list[list[NewReading]]:
    """What may not be divided over two batches: the visits of a subject that are shown together."""
    if not whole:
        return [[one] for one in new]
    return [list(group) for _, group in groupby(new, key=lambda one: one.exam.subject)]
