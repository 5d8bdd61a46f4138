"""Who reads what, in which order: every choice by chance is a sort by a keyed digest, so that anyone with the seed can repeat it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Literal, TypeVar

from corelab.domain.vocabulary import SegmentId, SubjectCode, VisitId

Slot = Literal[1, 2]
Named = TypeVar("Named", bound=str)


class Purpose(Enum):
    """What a choice is for; part of the key, so that two choices never share their chance."""

    UNIT = "unit"
    PAIR = "pair"
    SLOT = "slot"
    ORDER = "order"
    REPEAT = "repeat"
    REFERENCE = "reference"
    AB = "ab"
    ADJUDICATOR = "adjudicator"
    REPLACEMENT = "replacement"


@dataclass(frozen=True, slots=True)
class Dealt:
    """A unit (subject) and the two readers of all its exams, by slot."""

    unit: str
    slot_1: str
    slot_2: str

    @property
    def pair(self) -> tuple[str, str]:
        return (self.slot_1, self.slot_2) if self.slot_1 < self.slot_2 else (self.slot_2, self.slot_1)


@dataclass(frozen=True, slots=True)
class Deal:
    """What was dealt, in the order of chance, and the units for which fewer than two readers may read."""

    dealt: tuple[Dealt, ...]
    without_readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One place in a reader's order. ``breach``: no exam kept the spacing, so the subject seen longest ago was taken."""

    exam: str
    breach: bool


def exam_part(subject: SubjectCode, visit: VisitId) -> str:
    """How an exam stands in a key."""
    return f"{subject}:{visit}"


def key(seed: str, purpose: Purpose, *parts: str) -> str:
    """``SHA-256("seed|purpose|part1|...")`` in lower-case hex."""
    return hashlib.sha256("|".join((seed, purpose.value, *parts)).encode()).hexdigest()


def ranked(seed: str, purpose: Purpose, parts: Sequence[str], candidates: Iterable[Named]) -> tuple[Named, ...]:
    """The candidates in the order of chance; each is the last part of its key."""
    return tuple(sorted(candidates, key=lambda candidate: key(seed, purpose, *parts, candidate)))


def _even(digest: str) -> bool:
    return int(digest[0], 16) % 2 == 0


def reference_slot(seed: str, exam: str) -> Slot:
    """The slot whose reading stands where the readings differ and the charter does not adjudicate."""
    return 1 if _even(key(seed, Purpose.REFERENCE, exam)) else 2


def slot_of_a(seed: str, exam: str, segment: SegmentId | None) -> Slot:
    """The slot that an adjudicator sees as A on this segment; on the whole exam when ``segment`` is None."""
    parts = (exam,) if segment is None else (exam, segment)
    return 1 if _even(key(seed, Purpose.AB, *parts)) else 2


def choose_adjudicator(seed: str, exam: str, cases: Mapping[str, int]) -> str | None:
    """Of the eligible adjudicators (with the number of cases each has) the one with the fewest; None when there is none."""
    return min(cases, key=lambda person: (cases[person], key(seed, Purpose.ADJUDICATOR, exam, person)), default=None)


def choose_replacement(seed: str, unit: str, burdens: Mapping[str, tuple[bool, int]]) -> str | None:
    """Of those who may take a free slot of this unit the one with the smallest burden, then by chance; None when there is none."""
    return min(burdens, key=lambda person: (*burdens[person], key(seed, Purpose.REPLACEMENT, unit, person)), default=None)


def deal_pairs(seed: str, units: Iterable[str], eligible: Callable[[str], Iterable[str]], held: Iterable[Dealt] = ()) -> Deal:
    """A pair of readers for every unit, balanced over pairs and readers; ``held`` are the units dealt before, which keep theirs.

    For each unit in the order of chance: the pair that holds the fewest units, then the smaller load of its busier reader, then the
    smaller sum of loads, then by key.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    loads: Counter[str] = Counter()
    for before in held:
        _count(before, pairs, loads)
    dealt, without = [], []
    for unit in ranked(seed, Purpose.UNIT, (), set(units)):
        choices = list(combinations(sorted(set(eligible(unit))), 2))
        if not choices:
            without.append(unit)
            continue
        chosen = _slots(seed, unit, min(choices, key=lambda pair: _burden(seed, unit, pair, pairs, loads)))
        _count(chosen, pairs, loads)
        dealt.append(chosen)
    return Deal(tuple(dealt), tuple(without))


def _burden(seed: str, unit: str, pair: tuple[str, str], pairs: Counter[tuple[str, str]], loads: Counter[str]) -> tuple[int, int, int, str]:
    first, second = loads[pair[0]], loads[pair[1]]
    return pairs[pair], max(first, second), first + second, key(seed, Purpose.PAIR, unit, "+".join(pair))


def _slots(seed: str, unit: str, pair: tuple[str, str]) -> Dealt:
    first, second = pair if _even(key(seed, Purpose.SLOT, unit)) else pair[::-1]
    return Dealt(unit, first, second)


def _count(dealt: Dealt, pairs: Counter[tuple[str, str]], loads: Counter[str]) -> None:
    pairs[dealt.pair] += 1
    loads.update(dealt.pair)


def reader_order(
    seed: str, reader: str, batch: str, exams: Mapping[str, SubjectCode], *, spacing: int, before: Sequence[SubjectCode] = ()
) -> tuple[Ordered, ...]:
    """The order in which a reader gets the exams (with their subjects) of a batch.

    A greedy pass over the keyed order takes the first exam whose subject is not among the last ``spacing`` taken; when none fits, the
    subject seen longest ago. ``before`` are the subjects of the reader's earlier batches, oldest first.
    """
    waiting = list(ranked(seed, Purpose.ORDER, (reader, batch), exams))
    seen = list(before)
    order: list[Ordered] = []
    while waiting:
        recent = set(seen[-spacing:]) if spacing > 0 else set()
        fitting = next((exam for exam in waiting if exams[exam] not in recent), None)
        exam = fitting if fitting is not None else min(waiting, key=lambda one: _last_seen(seen, exams[one]))
        order.append(Ordered(exam, breach=fitting is None))
        waiting.remove(exam)
        seen.append(exams[exam])
    return tuple(order)


def _last_seen(seen: Sequence[SubjectCode], subject: SubjectCode) -> int:
    return max(n for n, one in enumerate(seen) if one == subject)
