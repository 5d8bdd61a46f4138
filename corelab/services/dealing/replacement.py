"""Slots of an exam that are free again, because the assignment was withdrawn or its reading is not valid any more, and who takes them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from corelab.domain.allocation import choose_replacement
from corelab.domain.vocabulary import AccountId, ExamId, ReadingTypeId, SubjectCode
from corelab.services.dealing.leaving import NOBODY, Leaving
from corelab.services.eligibility import Pool
from corelab.storage import readings
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """The slot of an exam, for one type of reading, without reader; ``attempt`` counts those who held it, and the next one."""

    exam: ExamId
    reading_type: ReadingTypeId
    slot: int
    attempt: int


def free_slots(snapshot: Snapshot, exams: Iterable[ExamId]) -> Iterator[FreeSlot]:
    """Of exams that were dealt before."""
    open_ = {one.id for one in readings.assignments(snapshot, kind=PRIMARY)}
    held: dict[ExamId, dict[tuple[ReadingTypeId, int], list[Assignment]]] = {}
    for one in readings.all_assignments(snapshot, kind=PRIMARY):
        held.setdefault(one.exam, {}).setdefault((one.reading_type, one.slot), []).append(one)
    for exam in exams:
        for (kind, slot), holders in sorted(held.get(exam, {}).items()):
            if not any(one.id in open_ for one in holders):
                yield FreeSlot(exam, kind, slot, 1 + max(one.attempt for one in holders))


class Replacements:
    """The choice by rule: who holds the slot for the subject's other exams, else who has the fewest readings, then chance.

    Never who had anything to do with this exam or may adjudicate it as the only one left, and never who is ``leaving``.
    """

    def __init__(self, snapshot: Snapshot, pool: Pool, seed: str, *, leaving: Leaving = NOBODY) -> None:
        self._snapshot, self._pool, self._seed, self._leaving = snapshot, pool, seed, leaving
        self._loads = Counter(one.account for one in pool.history if one.kind == PRIMARY)
        self._holders = {self._held(one.exam, one.reading_type, one.slot, one.account) for one in pool.history if one.kind == PRIMARY}
        self._given: set[tuple[ExamId, AccountId]] = set()

    def choose(self, free: FreeSlot, *, deciders: bool = True, besides: Collection[AccountId] = ()) -> AccountId | None:
        """None when nobody is left. ``deciders``: somebody else has to be left to adjudicate; ``besides``: who reads the exam already."""
        subject = self._pool.subject_of[free.exam]
        candidates = {user: one for user, one in self._candidates(free, subject, deciders=deciders).items() if one not in besides}
        burdens = {user: (not self._holds(free, account), self._loads[account]) for user, account in candidates.items()}
        user = choose_replacement(self._seed, subject, burdens)
        if user is None:
            return None
        chosen = candidates[user]
        self._loads[chosen] += 1
        self._holders.add(self._held(free.exam, free.reading_type, free.slot, chosen))
        self._given.add((free.exam, chosen))
        return chosen

    def _candidates(self, free: FreeSlot, subject: SubjectCode, *, deciders: bool) -> Mapping[str, AccountId]:
        shut, left = self._before(free.exam), self.deciders(free)
        able = (one for one in self._pool.readers(subject, free.reading_type) if one.account not in shut)
        able = (one for one in able if not self._leaving.has(one.account, subject))
        return {one.user_name: one.account for one in able if not deciders or left - {one.account}}

    def deciders(self, free: FreeSlot) -> frozenset[AccountId]:
        """Who could adjudicate this exam: nobody who had an earlier case of it."""
        able = {one.account for one in self._pool.adjudicators(self._pool.subject_of[free.exam], free.reading_type, free.exam)}
        return frozenset(able - self._before(free.exam))

    def _before(self, exam: ExamId) -> set[AccountId]:
        stored = {AccountId(row["account_id"]) for row in self._snapshot.all("assignment", exam_id=exam)}
        return stored | {account for given, account in self._given if given == exam}

    def _holds(self, free: FreeSlot, account: AccountId) -> bool:
        return self._held(free.exam, free.reading_type, free.slot, account) in self._holders

    def _held(self, exam: ExamId, kind: ReadingTypeId, slot: int, account: AccountId) -> tuple[SubjectCode, ReadingTypeId, int, AccountId]:
        return self._pool.subject_of[exam], kind, slot, account
