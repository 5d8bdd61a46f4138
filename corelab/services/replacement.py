"""Slots of an exam that are free again, because the assignment was withdrawn or its reading is not valid any more, and who takes them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corelab.domain.allocation import choose_replacement
from corelab.domain.vocabulary import AccountId, ExamId, SubjectCode
from corelab.services.eligibility import Pool
from corelab.storage import readings
from corelab.storage.readings import PRIMARY, Assignment
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """The slot of an exam without reader; ``attempt`` counts those who held it, and the next one."""

    exam: ExamId
    slot: int
    attempt: int


def free_slots(snapshot: Snapshot, exams: Iterable[ExamId]) -> Iterator[FreeSlot]:
    """Of exams that were dealt before."""
    open_ = {one.id for one in readings.assignments(snapshot, kind=PRIMARY)}
    for exam in exams:
        held: dict[int, list[Assignment]] = {}
        for one in readings.all_assignments(snapshot, exam_id=exam, kind=PRIMARY):
            held.setdefault(one.slot, []).append(one)
        for slot, holders in sorted(held.items()):
            if not any(one.id in open_ for one in holders):
                yield FreeSlot(exam, slot, 1 + max(one.attempt for one in holders))


class Replacements:
    """The choice by rule: who holds the slot for the subject's other exams, else who has the fewest readings, then chance.

    Never who had anything to do with this exam or may adjudicate it as the only one left.
    """

    def __init__(self, snapshot: Snapshot, pool: Pool, seed: str) -> None:
        self._snapshot, self._pool, self._seed = snapshot, pool, seed
        self._loads = Counter(one.account for one in pool.history if one.kind == PRIMARY)
        self._holders = {(pool.subject_of[one.exam], one.slot, one.account) for one in pool.history if one.kind == PRIMARY}

    def choose(self, free: FreeSlot) -> AccountId | None:
        """None when nobody is left."""
        subject = self._pool.subject_of[free.exam]
        candidates = self._candidates(free.exam, subject)
        burdens = {user: (not self._holds(subject, free.slot, account), self._loads[account]) for user, account in candidates.items()}
        user = choose_replacement(self._seed, subject, burdens)
        if user is None:
            return None
        chosen = candidates[user]
        self._loads[chosen] += 1
        self._holders.add((subject, free.slot, chosen))
        return chosen

    def _candidates(self, exam: ExamId, subject: SubjectCode) -> Mapping[str, AccountId]:
        before, deciders = self._before(exam), self.deciders(exam)
        able = (one for one in self._pool.readers(subject) if one.account not in before and deciders - {one.account})
        return {one.user_name: one.account for one in able}

    def deciders(self, exam: ExamId) -> frozenset[AccountId]:
        """Who could adjudicate this exam: nobody who had an earlier case of it."""
        able = {one.account for one in self._pool.adjudicators(self._pool.subject_of[exam])}
        return frozenset(able - self._before(exam))

    def _before(self, exam: ExamId) -> set[AccountId]:
        return {AccountId(row["account_id"]) for row in self._snapshot.all("assignment", exam_id=exam)}

    def _holds(self, subject: SubjectCode, slot: int, account: AccountId) -> bool:
        return (subject, slot, account) in self._holders
