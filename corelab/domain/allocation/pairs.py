"""Readers for every unit (subject or exam), balanced over pairs and readers; one reader each where the charter asks for one reading."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

from corelab.domain.allocation.chance import Purpose, even, key, ranked

_Team = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dealt:
    """A unit and the readers of all its exams, by slot; the second slot is empty where one reading is made of each exam."""

    unit: str
    slot_1: str
    slot_2: str | None = None

    @property
    def readers(self) -> tuple[str, ...]:
        """By slot."""
        return (self.slot_1,) if self.slot_2 is None else (self.slot_1, self.slot_2)

    @property
    def pair(self) -> tuple[str, ...]:
        """By name."""
        return tuple(sorted(self.readers))


@dataclass(frozen=True, slots=True)
class Deal:
    """What was dealt, in the order of chance, and the units for which too few may read."""

    dealt: tuple[Dealt, ...]
    without_readers: tuple[str, ...]


def deal_pairs(
    seed: str, units: Iterable[str], eligible: Callable[[str], Iterable[str]], held: Iterable[Dealt] = (), *, readers: int = 2
) -> Deal:
    """A pair of readers for every unit, balanced over pairs and readers; ``held`` are the units dealt before, which keep theirs.

    For each unit in the order of chance: the pair that holds the fewest units, then the smaller load of its busier reader, then the
    smaller sum of loads, then by key. ``readers`` = 1 deals single readers by the same rule.
    """
    teams: Counter[_Team] = Counter()
    loads: Counter[str] = Counter()
    for before in held:
        _count(before, teams, loads)
    dealt, without = [], []
    for unit in ranked(seed, Purpose.UNIT, (), set(units)):
        choices = list(combinations(sorted(set(eligible(unit))), readers))
        if not choices:
            without.append(unit)
            continue
        chosen = _slots(seed, unit, min(choices, key=lambda team: _burden(seed, unit, team, teams, loads)))
        _count(chosen, teams, loads)
        dealt.append(chosen)
    return Deal(tuple(dealt), tuple(without))


def _burden(seed: str, unit: str, team: _Team, teams: Counter[_Team], loads: Counter[str]) -> tuple[int, int, int, str]:
    own = [loads[reader] for reader in team]
    return teams[team], max(own), sum(own), key(seed, Purpose.PAIR, unit, "+".join(team))


def _slots(seed: str, unit: str, team: _Team) -> Dealt:
    return Dealt(unit, *(team if even(key(seed, Purpose.SLOT, unit)) else team[::-1]))


def _count(dealt: Dealt, teams: Counter[_Team], loads: Counter[str]) -> None:
    teams[dealt.pair] += 1
    loads.update(dealt.readers)
