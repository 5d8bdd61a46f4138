"""Every choice by chance is a sort by a keyed digest, so that anyone with the seed can repeat it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
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


def exam_part(subject: SubjectCode, visit: VisitId) -> str:
    """How an exam stands in a key."""
    return f"{subject}:{visit}"


def key(seed: str, purpose: Purpose, *parts: str) -> str:
    """``SHA-256("seed|purpose|part1|...")`` in lower-case hex."""
    return hashlib.sha256("|".join((seed, purpose.value, *parts)).encode()).hexdigest()


def ranked(seed: str, purpose: Purpose, parts: Sequence[str], candidates: Iterable[Named]) -> tuple[Named, ...]:
    """The candidates in the order of chance; each is the last part of its key."""
    return tuple(sorted(candidates, key=lambda candidate: key(seed, purpose, *parts, candidate)))


def even(digest: str) -> bool:
    """Whether the first hex digit is even: how a key decides between two."""
    return int(digest[0], 16) % 2 == 0


def reference_slot(seed: str, exam: str) -> Slot:
    """The slot whose reading stands where the readings differ and the charter does not adjudicate."""
    return 1 if even(key(seed, Purpose.REFERENCE, exam)) else 2


def slot_of_a(seed: str, exam: str, segment: SegmentId | None) -> Slot:
    """The slot that an adjudicator sees as A on this segment; on the whole exam when ``segment`` is None."""
    parts = (exam,) if segment is None else (exam, segment)
    return 1 if even(key(seed, Purpose.AB, *parts)) else 2


def choose_adjudicator(seed: str, exam: str, cases: Mapping[str, int]) -> str | None:
    """Of the eligible adjudicators (with the number of cases each has) the one with the fewest; None when there is none."""
    return min(cases, key=lambda person: (cases[person], key(seed, Purpose.ADJUDICATOR, exam, person)), default=None)


def choose_replacement(seed: str, unit: str, burdens: Mapping[str, tuple[bool, int]]) -> str | None:
    """Of those who may take a free slot of this unit the one with the smallest burden, then by chance; None when there is none."""
    return min(burdens, key=lambda person: (*burdens[person], key(seed, Purpose.REPLACEMENT, unit, person)), default=None)
