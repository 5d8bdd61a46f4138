"""Hierarchical comparison of all pairs of two arms: wins, losses and ties by tier, win ratio, net benefit and win odds."""

from corelab.domain.winratio.estimates import Estimates, Figure, Interval, NotEstimable, Variance, estimates_of, ratio_of_counts
from corelab.domain.winratio.pairs import Better, IfMissing, Stratum, Tally, Tier, TierCount, Values, by_tier, compare

__all__ = [
    "Better",
    "Estimates",
    "Figure",
    "IfMissing",
    "Interval",
    "NotEstimable",
    "Stratum",
    "Tally",
    "Tier",
    "TierCount",
    "Values",
    "Variance",
    "by_tier",
    "compare",
    "estimates_of",
    "ratio_of_counts",
]
