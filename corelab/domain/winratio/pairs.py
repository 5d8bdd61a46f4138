"""Who wins a pair, and at which tier: every subject of one arm against every subject of the other, stratum by stratum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import combinations

Values = tuple[Decimal | None, ...]
"""What one subject has, tier by tier; None is missing."""


class Better(Enum):
    HIGHER = "higher"
    LOWER = "lower"


class IfMissing(Enum):
    """What a missing value means: TIE leaves the pair to the next tier; WORST loses to every value."""

    TIE = "tie"
    WORST = "worst"


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the hierarchy. Values that differ by no more than ``margin`` tie."""

    name: str
    better: Better
    margin: Decimal = Decimal(0)
    missing: IfMissing = IfMissing.TIE

    def outcome(self, one: Decimal | None, other: Decimal | None) -> int:
        """1 where ``one`` wins, -1 where it loses, 0 where they tie."""
        if one is None or other is None:
            return (other is None) - (one is None) if self.missing is IfMissing.WORST else 0
        ahead = one - other if self.better is Better.HIGHER else other - one
        return (ahead > self.margin) - (ahead < -self.margin)


@dataclass(frozen=True, slots=True)
class Stratum:
    """The subjects who are compared with each other; without strata there is one."""

    name: str
    treatment: tuple[Values, ...]
    control: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """All pairs of one stratum.

    ``tiers`` holds (wins, losses) of the treatment arm decided at each tier. ``treatment`` and ``control`` hold for each subject how many
    pairs with the other arm the *treatment* arm won and lost in them; ``scores`` each subject's wins minus losses against all others
    of the stratum, of both arms (Finkelstein and Schoenfeld 1999).
    """

    name: str
    tiers: tuple[tuple[int, int], ...]
    treatment: tuple[tuple[int, int], ...]
    control: tuple[tuple[int, int], ...]
    scores: tuple[int, ...]

    @property
    def wins(self) -> int:
        return sum(wins for wins, _ in self.tiers)

    @property
    def losses(self) -> int:
        return sum(losses for _, losses in self.tiers)

    @property
    def pairs(self) -> int:
        return len(self.treatment) * len(self.control)

    @property
    def ties(self) -> int:
        return self.pairs - self.wins - self.losses


@dataclass(frozen=True, slots=True)
class TierCount:
    """What a tier decided of the pairs that reached it; ``ties`` went on to the next."""

    wins: int
    losses: int
    ties: int


def compare(tiers: Sequence[Tier], strata: Iterable[Stratum]) -> tuple[Tally, ...]:
    """Every pair of every stratum; the first tier at which a pair does not tie decides it."""
    return tuple(_tally(tiers, stratum) for stratum in strata)


def by_tier(tallies: Sequence[Tally]) -> tuple[TierCount, ...]:
    """The counts of each tier over all strata."""
    reached = sum(tally.pairs for tally in tallies)
    counts = []
    for decided in zip(*(tally.tiers for tally in tallies), strict=True):
        wins, losses = (sum(each) for each in zip(*decided, strict=True))
        reached -= wins + losses
        counts.append(TierCount(wins, losses, reached))
    return tuple(counts)


def _tally(tiers: Sequence[Tier], stratum: Stratum) -> Tally:
    at_tier = [[0, 0] for _ in tiers]
    treatment, control = [[0, 0] for _ in stratum.treatment], [[0, 0] for _ in stratum.control]
    for row, one in zip(treatment, stratum.treatment, strict=True):
        for column, other in zip(control, stratum.control, strict=True):
            tier, outcome = _decided(tiers, one, other)
            if outcome:
                lost = int(outcome < 0)
                for counts in (at_tier[tier], row, column):
                    counts[lost] += 1
    within = (*_within(tiers, stratum.treatment), *_within(tiers, stratum.control))
    across = (*(wins - losses for wins, losses in treatment), *(losses - wins for wins, losses in control))
    scores = tuple(one + other for one, other in zip(within, across, strict=True))
    return Tally(stratum.name, _pairs(at_tier), _pairs(treatment), _pairs(control), scores)


def _decided(tiers: Sequence[Tier], one: Values, other: Values) -> tuple[int, int]:
    """The tier that decided and its outcome; outcome 0 where all tie."""
    for number, (tier, mine, theirs) in enumerate(zip(tiers, one, other, strict=True)):
        outcome = tier.outcome(mine, theirs)
        if outcome:
            return number, outcome
    return len(tiers), 0


def _within(tiers: Sequence[Tier], arm: Sequence[Values]) -> tuple[int, ...]:
    """Each subject's wins minus losses against the others of its own arm."""
    scores = [0] * len(arm)
    for (i, one), (j, other) in combinations(enumerate(arm), 2):
        _, outcome = _decided(tiers, one, other)
        scores[i] += outcome
        scores[j] -= outcome
    return tuple(scores)


def _pairs(counts: Iterable[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((wins, losses) for wins, losses in counts)
