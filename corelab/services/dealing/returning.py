"""What comes to a reader again: hidden repeats, second readings in time order, the calibration set. Never a result of the trial."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby, pairwise

from corelab.domain.accounts import Person, Role
from corelab.domain.allocation import Mode, chosen_repeats, repeats_due
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ReadingTypeId
from corelab.services.calibration_reach import reach
from corelab.services.dealing.exams import DueExam, Exams
from corelab.services.dealing.places import NewReading, Placed, Places
from corelab.services.eligibility import Pool
from corelab.services.training import trained_again
from corelab.storage import own_assignments, readings
from corelab.storage.readings import CALIBRATION, PRIMARY, REPEAT, Assignment, AssignmentKind
from corelab.storage.store import Transaction

_FIRST_SLOT = 3
"""Slots 1 and 2 are those of primary readings."""


@dataclass
class Returning:
    """One deal's part of it, for every reader."""

    transaction: Transaction
    exams: Exams
    pool: Pool
    places: Places
    seed: str
    _slots: Counter[tuple[ExamId, str]] = field(default_factory=Counter)

    def placed(self, types: Iterable[ReadingType]) -> Iterator[Placed]:
        for kind in types:
            yield from self.places.at_front([new for person in self._trained for new in self._calibration(kind, person.account)])
            for person in self._readers:
                if Mode(kind.order) is Mode.HYBRID:
                    yield from self.places.at_end(list(self._second(kind, person.account)))
                elif kind.repeat_share > 0:
                    yield from self._repeats(kind, person)

    @property
    def _trained(self) -> list[Person]:
        """The calibration set is read before the certificate too."""
        return [one for one in self.pool.trained if Role.READER in one.roles and one.account not in self.pool.absent]

    @property
    def _readers(self) -> list[Person]:
        return [one for one in self.pool.able if Role.READER in one.roles]

    # ------------------------------------------------------------ the calibration set

    def _calibration(self, kind: ReadingType, account: AccountId) -> Iterator[NewReading]:
        """The whole set at first, as its exams become ready; again after so many days, or when who fell short was trained again.

        What no exam of the set has a known truth for is not asked.
        """
        if kind.calibration_exams == 0:
            return
        known = (exam for exam in self.exams.calibration if kind.id in self._reach.get(exam.id, ()))
        able = [exam for exam in known if kind.id in exam.asked][: kind.calibration_exams]
        before = [one for one in self._own(account, CALIBRATION) if one.reading_type == kind.id]
        again = self._due_again(kind, account, before)
        for exam in able:
            if again or all(one.exam != exam.id for one in before):
                yield self._new(kind, exam, account, CALIBRATION)

    @cached_property
    def _reach(self) -> Mapping[ExamId, frozenset[str]]:
        return reach(self.transaction, self.pool.charter)

    def _due_again(self, kind: ReadingType, account: AccountId, before: Sequence[Assignment]) -> bool:
        signed = [self._signed[one.id] for one in before if one.id in self._signed]
        if not signed or len(signed) < len(before):
            return False
        every = timedelta(days=kind.calibration_every_days)
        return trained_again(self.transaction, account, kind.id) or (bool(every) and max(signed) + every <= self.transaction.now)

    # ------------------------------------------------------------ hidden repeats

    def _repeats(self, kind: ReadingType, person: Person) -> Iterator[Placed]:
        """For every batch after one that is signed whole, where it still has places to be read."""
        batches = self.places.batches(person.account, kind)
        for former, batch in pairwise(batches):
            first = [one for one in self.places.of_batch(person.account, former) if (one.kind, one.reading_type) == (PRIMARY, kind.id)]
            if any(one.id not in self._signed for one in first):
                continue
            stands = self.places.of_batch(person.account, batch)
            due = repeats_due(kind.repeat_share, len(first)) - sum(one.kind == REPEAT for one in stands)
            unread = self._unread(stands)
            if due > 0 and (unread or batch == batches[-1]):
                yield from self._drawn(kind, person, (batch, unread), due)

    def _drawn(self, kind: ReadingType, person: Person, into: tuple[int, Sequence[Assignment]], due: int) -> Iterator[Placed]:
        batch, unread = into
        able = {self.exams.by_id[one.exam].part: one for one in self._repeatable(kind, person.account)}
        chosen = chosen_repeats(
            self.seed,
            person.user_name,
            {part: self._signed[one.id] for part, one in able.items()},
            repeated={self.exams.by_id[one.exam].part for one in self._own(person.account, REPEAT)},
            due=due,
            now=self.transaction.now,
            min_days=kind.repeat_min_days,
        )
        for part in chosen:
            new = self._new(kind, self.exams.by_id[able[part].exam], person.account, REPEAT)
            yield self.places.insert(new, batch, unread, self.exams.by_id)

    def _unread(self, stands: Sequence[Assignment]) -> Sequence[Assignment]:
        """But for the next one: that is on the reader's screen already."""
        return [one for one in stands if one.id not in self._signed and one.id not in self.places.opened][1:]

    def _repeatable(self, kind: ReadingType, account: AccountId) -> Iterator[Assignment]:
        """Signed, valid still, and still for this reader to read."""
        for one in self._primary(kind, account):
            if account in {person.account for person in self.pool.readers(self.pool.subject_of[one.exam], ReadingTypeId(kind.id))}:
                yield one

    # ------------------------------------------------------------ second readings in time order

    def _second(self, kind: ReadingType, account: AccountId) -> Iterator[NewReading]:
        """Of every subject whose required visits this reader has signed: all visits once more, the earliest first."""
        again = {one.exam for one in self._own(account, REPEAT)}
        own = (one for one in self._own(account, PRIMARY) if one.reading_type == kind.id and one.id not in self._ended)
        ordered = sorted(own, key=lambda one: (self.pool.subject_of[one.exam], self.exams.by_id[one.exam].visit_number))
        for _, group in groupby(ordered, key=lambda one: self.pool.subject_of[one.exam]):
            visits = list(group)
            complete = {self.exams.by_id[one.exam].visit for one in visits} >= set(self.exams.expected(kind))
            if complete and all(one.id in self._signed for one in visits):
                new = [self.exams.by_id[one.exam] for one in visits if one.exam not in again]
                yield from (self._new(kind, exam, account, REPEAT) for exam in new)

    # ------------------------------------------------------------ what stands already

    def _new(self, kind: ReadingType, exam: DueExam, account: AccountId, purpose: AssignmentKind) -> NewReading:
        used = max(self._used.get((exam.id, kind.id), 0), _FIRST_SLOT - 1) + self._slots[exam.id, kind.id] + 1
        self._slots[exam.id, kind.id] += 1
        return NewReading(exam, kind, used, account, purpose)

    def _primary(self, kind: ReadingType, account: AccountId) -> Iterator[Assignment]:
        """The signed first readings of this reader that are not over."""
        own = (one for one in self._own(account, PRIMARY) if one.reading_type == kind.id)
        return (one for one in own if one.id in self._signed and one.id not in self._ended)

    def _own(self, account: AccountId, kind: AssignmentKind) -> list[Assignment]:
        return self._by_account.get((account, kind), [])

    @cached_property
    def _by_account(self) -> Mapping[tuple[AccountId, AssignmentKind], list[Assignment]]:
        found: dict[tuple[AccountId, AssignmentKind], list[Assignment]] = {}
        for one in readings.all_assignments(self.transaction):
            found.setdefault((one.account, one.kind), []).append(one)
        return found

    @cached_property
    def _ended(self) -> frozenset[str]:
        return frozenset(row["assignment_id"] for row in self.transaction.all("assignment_end"))

    @cached_property
    def _used(self) -> Mapping[tuple[ExamId, str], int]:
        """The highest slot of each exam and type."""
        found: dict[tuple[ExamId, str], int] = {}
        for row in self.transaction.all("assignment"):
            of = ExamId(row["exam_id"]), row["reading_type"]
            found[of] = max(found.get(of, 0), row["slot"])
        return found

    @cached_property
    def _signed(self) -> Mapping[AssignmentId, datetime]:
        return own_assignments.first_signed(self.transaction)
