"""Win ratio, net benefit, win odds: sums worked by hand, what has no value, examples with known answers."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.winratio import (
    Better,
    Estimates,
    Figure,
    IfMissing,
    Interval,
    NotEstimable,
    Stratum,
    Tier,
    TierCount,
    Values,
    Variance,
    by_tier,
    compare,
    estimates_of,
    ratio_of_counts,
)

SHARED = Path(__file__).parents[3] / "shared" / "data" / "winratio.json"
Z = 1.959963984540054


def arm(*subjects: Sequence[float | str | None]) -> tuple[Values, ...]:
    return tuple(tuple(None if value is None else Decimal(str(value)) for value in subject) for subject in subjects)


FIRST, SECOND = Tier("first", Better.HIGHER), Tier("second", Better.HIGHER)
TWO = (FIRST, SECOND)
WORKED = Stratum("one", arm((2, 5), (1, 3), (None, 4)), arm((1, 4), (1, 3)))
"""a1-b1, a1-b2 won at the first tier; a2-b1 lost and a3-b2 won at the second; a2-b2 and a3-b1 tie."""


def found(*strata: Stratum, tiers: Sequence[Tier] = TWO) -> Estimates:
    return estimates_of(compare(tiers, strata))


def interval(figure: Figure, variance: Variance = Variance.NULL) -> tuple[float, float]:
    limits = figure.interval(variance)
    assert isinstance(limits, Interval)
    return limits.low, limits.high


# ---------------------------------------------------------------- worked by hand


def test_each_pair_is_decided_at_the_first_tier_that_does_not_tie() -> None:
    assert by_tier(compare(TWO, [WORKED])) == (TierCount(2, 0, 4), TierCount(1, 1, 2))


def test_three_wins_one_loss_and_two_ties() -> None:
    one = found(WORKED)
    assert one.ratio.value == 3  # 3 / 1
    assert one.benefit.value == pytest.approx(1 / 3)  # (3 - 1) / 6
    assert one.odds.value == pytest.approx(2)  # (3 + 1) / (1 + 1)


def test_the_null_variance_by_hand() -> None:
    """p = (3 + 1) / 12 = 1/3.

    Wins: 2 (21/9 - 15/9) + 3/2 (1 - 15/9) = 1/3. Losses: 2 (1 - 1) + 3/2 (1 - 1) = 0. Both: 2 (-12/9 + 6/9) + 3/2 (-1 + 6/9) = -11/6.
    Difference: 1/3 + 2 x 11/6 + 0 = 4, so log(WR) has 4 / 2^2 = 1, NB 4 / 6^2, log(WO) 4 x 4 / 6^2.
    """
    one = found(WORKED)
    assert interval(one.ratio) == pytest.approx((3 * math.exp(-Z), 3 * math.exp(Z)))
    assert interval(one.benefit) == pytest.approx((1 / 3 - Z / 3, 1 / 3 + Z / 3))
    assert interval(one.odds) == pytest.approx((2 * math.exp(-Z * 2 / 3), 2 * math.exp(Z * 2 / 3)))


def test_the_unrestricted_variance_by_hand() -> None:
    """Subjects' (wins, losses): (2, 0) (0, 1) (1, 0) in one arm, (1, 1) (2, 0) in the other.

    Wins: 3 x 1 + 2 x 1/2 = 4. Losses: 3 x 1/3 + 2 x 1/2 = 2. Both: 3 x -1/2 + 2 x -1/2 = -5/2.
    log(WR): 4/9 + 2 x (5/2) / 3 + 2 = 37/9. NB: (4 + 5 + 2) / 36 = 11/36. log(WO): 11/36 x (2 / (1 - 1/9))^2.
    """
    one = found(WORKED)
    ratio, benefit = math.sqrt(37) / 3, math.sqrt(11) / 6
    odds = benefit * 9 / 4
    assert interval(one.ratio, Variance.UNRESTRICTED) == pytest.approx((3 * math.exp(-Z * ratio), 3 * math.exp(Z * ratio)))
    assert interval(one.benefit, Variance.UNRESTRICTED) == pytest.approx((1 / 3 - Z * benefit, 1 / 3 + Z * benefit))
    assert interval(one.odds, Variance.UNRESTRICTED) == pytest.approx((2 * math.exp(-Z * odds), 2 * math.exp(Z * odds)))


def test_finkelstein_and_schoenfeld_by_hand() -> None:
    """Wins minus losses against all others: 4, -3, 1 and 1, -3; 3 x 2 / (5 x 4) x 36 = 10.8."""
    assert found(WORKED).z == pytest.approx(2 / math.sqrt(10.8))


def test_strata_are_weighted_by_one_over_their_subjects() -> None:
    """A stratum of 5 subjects with 3 wins, 1 loss, 6 pairs, and one of 4 with 3 wins, 1 loss, 4 pairs.

    WR: (3/5 + 3/4) / (1/5 + 1/4) = 3. NB: (2/5 + 2/4) / (6/5 + 4/4) = 9/22. The second has no spread under the null
    (each subject wins or loses what p = 1/2 expects of its pairs), so log(WR) has (4 / 25) / (1.8 / 2)^2 = 16/81.
    """
    both = found(WORKED, Stratum("two", arm((1, 0), (3, 0)), arm((2, 0), (0, 0))))
    assert both.ratio.value == pytest.approx(3)
    assert both.benefit.value == pytest.approx(9 / 22)
    assert both.odds.value == pytest.approx(31 / 13)
    assert interval(both.ratio) == pytest.approx((3 * math.exp(-Z * 4 / 9), 3 * math.exp(Z * 4 / 9)))


def test_nobody_is_compared_across_strata() -> None:
    apart = compare(TWO, [Stratum("one", arm((9, 9)), ()), Stratum("two", (), arm((1, 1))), WORKED])
    assert [tally.pairs for tally in apart] == [0, 0, 6]
    assert estimates_of(apart) == found(WORKED)


# ---------------------------------------------------------------- one pair


@pytest.mark.parametrize(
    ("tier", "one", "other", "outcome"),
    [
        (FIRST, "2", "1", 1),
        (replace(FIRST, better=Better.LOWER), "2", "1", -1),
        (replace(FIRST, margin=Decimal("0.2")), "0.3", "0.1", 0),  # exactly the margin: binary numbers would say 0.19999999999999998
        (replace(FIRST, margin=Decimal("0.2")), "0.31", "0.1", 1),
        (replace(FIRST, better=Better.LOWER, margin=Decimal(1)), "3", "1", -1),
        (FIRST, None, "1", 0),
        (replace(FIRST, missing=IfMissing.WORST), None, "-99", -1),
        (replace(FIRST, missing=IfMissing.WORST, better=Better.LOWER), "99", None, 1),
        (replace(FIRST, missing=IfMissing.WORST), None, None, 0),
    ],
)
def test_one_pair_at_one_tier(tier: Tier, one: str | None, other: str | None, outcome: int) -> None:
    pair = [None if value is None else Decimal(value) for value in (one, other)]
    assert tier.outcome(*pair) == outcome
    assert tier.outcome(*reversed(pair)) == -outcome


# ---------------------------------------------------------------- what has no value says why


def test_without_losses_the_ratio_and_the_odds_are_not_estimable_and_the_net_benefit_is() -> None:
    one = found(Stratum("", arm((3, 0), (4, 0)), arm((1, 0), (2, 0))))
    assert one.ratio == one.odds == Figure.without(NotEstimable.NO_LOSSES)
    assert one.benefit.value == 1
    assert one.benefit.unrestricted is NotEstimable.NO_SPREAD


def test_without_wins_the_ratio_is_not_estimable() -> None:
    one = found(Stratum("", arm((1, 0), (2, 0)), arm((3, 0), (4, 0))))
    assert one.ratio == one.odds == Figure.without(NotEstimable.NO_WINS)
    assert one.benefit.value == -1


def test_when_all_pairs_tie_the_net_benefit_is_zero_and_the_ratio_has_no_value() -> None:
    one = found(Stratum("", arm((1, 1), (1, 1)), arm((1, 1), (1, 1))))
    assert one.ratio == Figure.without(NotEstimable.ALL_TIES)
    assert one.benefit == Figure(0.0, NotEstimable.NO_SPREAD, NotEstimable.NO_SPREAD)
    assert one.odds.value == 1
    assert one.z is NotEstimable.NO_SPREAD


@pytest.mark.parametrize("strata", [(), (Stratum("", arm((1, 1)), ()),), (Stratum("", (), arm((1, 1))),)])
def test_an_empty_arm_has_no_pairs(strata: tuple[Stratum, ...]) -> None:
    none = Figure.without(NotEstimable.NO_PAIRS)
    assert found(*strata) == Estimates(none, none, none, NotEstimable.NO_PAIRS)


def test_one_subject_in_an_arm_has_a_ratio_but_no_interval() -> None:
    one = found(Stratum("", arm((2, 0)), arm((1, 0), (3, 0), (1, 0))))
    assert one.ratio == Figure(2.0, NotEstimable.ONE_SUBJECT, NotEstimable.ONE_SUBJECT)
    assert one.benefit.null is NotEstimable.ONE_SUBJECT


def test_published_counts_give_a_ratio_and_nothing_else() -> None:
    assert ratio_of_counts(108, 83) == Figure(108 / 83, NotEstimable.COUNTS_ONLY, NotEstimable.COUNTS_ONLY)
    assert ratio_of_counts(5, 0).value is NotEstimable.NO_LOSSES


# ---------------------------------------------------------------- examples with known answers


def entry(name: str) -> Any:
    if not SHARED.is_file():
        pytest.skip("the shared examples are not on this machine")
    return next(one for one in json.loads(SHARED.read_text())["entries"] if one["name"] == name)


def test_every_shared_example_is_tested_here() -> None:
    entry("eurointervention_toy")
    names = {one["name"] for one in json.loads(SHARED.read_text())["entries"]}
    assert names == {"eurointervention_toy", "synthetic_three_tier_73_68"}


def test_the_synthetic_example_of_three_tiers() -> None:
    known = entry("synthetic_three_tier_73_68")
    of = tuple(Tier(name, Better.HIGHER) for name in known["tiers"])
    tallies = compare(of, [Stratum("", arm(*known["arm_A"]), arm(*known["arm_B"]))])
    assert [[count.wins, count.losses] for count in by_tier(tallies)] == known["by_tier"]
    assert (tallies[0].wins, tallies[0].losses, tallies[0].ties) == (known["wins"], known["losses"], known["ties"])
    result, expected = estimates_of(tallies), known["expected_R_WINS"]
    assert (result.ratio.value, *interval(result.ratio)) == pytest.approx([expected[key] for key in ("WR", "WR_lo", "WR_hi")], abs=1e-5)
    assert (result.benefit.value, *interval(result.benefit)) == pytest.approx([expected[key] for key in ("NB", "NB_lo", "NB_hi")], abs=1e-5)
    assert result.odds.value == pytest.approx(expected["WO"], abs=1e-5)
    assert interval(result.ratio, Variance.UNRESTRICTED) == pytest.approx(known["bebu_lachin_ustat_ci95"], abs=1e-5)


def test_the_published_counts() -> None:
    known = entry("eurointervention_toy")
    ratio = ratio_of_counts(sum(known["wins_by_tier"]), sum(known["losses_by_tier"])).value
    assert isinstance(ratio, float)
    assert round(ratio, 2) == known["expected"]["WR"]
