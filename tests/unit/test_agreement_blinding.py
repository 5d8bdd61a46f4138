"""Blinding indices and the p-chart: the oracles, sums written out, and what cannot be estimated."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.agreement.batches import Batch, limits_of, p_chart
from corelab.domain.agreement.blinding import bang, james
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined

few = settings(max_examples=50, deadline=None)

Guesses = list[list[int]]

B1 = [[48, 12, 90], [30, 20, 100]]


@pytest.mark.parametrize(
    ("oracle", "guesses", "first", "second", "both"),
    [
        ("B1", B1, 0.24, -0.06667, 0.77887),
        ("B2", [[82, 25, 170], [27, 29, 83]], 0.20578, 0.01439, 0.74793),
        ("B3", [[50, 0, 0], [0, 50, 0]], 1, 1, 0),
        ("B4", [[25, 25, 0], [25, 25, 0]], 0, 0, 0.5),
        ("B5", [[0, 0, 50], [0, 0, 50]], 0, 0, 1),
    ],
)
def test_oracles_b1_to_b5(*, oracle: str, guesses: Guesses, first: float, second: float, both: float) -> None:
    found = (*bang(guesses), james(guesses))
    assert [round(one.value, 5) for one in found if one.value is not None] == [first, second, both]


def test_b1_has_its_intervals() -> None:
    one, two = (found.interval for found in bang(B1))
    assert one is not None
    assert two is not None
    assert [round(end, 4) for end in (one.low, one.high, two.low, two.high)] == [0.1464, 0.3336, -0.1584, 0.0251]


def test_bang_with_its_sums_written_out() -> None:
    """6 right, 2 wrong, 2 do not know: 0.4; variance (0.6 x 0.4 + 0.2 x 0.8 + 2 x 0.6 x 0.2) / 10 = 0.064."""
    found = bang([[6, 2, 2], [1, 1, 1]])[0]
    assert found.value == 0.4
    assert found.error == pytest.approx(math.sqrt(0.064))


def james_of(shares: list[list[float]]) -> float:
    """J = (1 + d + (1 - d) K) / 2, K = (o - e) / e, as it stands in the book."""
    d = shares[0][2] + shares[1][2]
    m = 1 - d
    o = (shares[0][1] + shares[1][0]) / m
    arms = [row[0] + row[1] for row in shares]
    named = [shares[0][n] + shares[1][n] for n in (0, 1)]
    e = (arms[0] * named[1] + arms[1] * named[0]) / m**2
    return (1 + d + (1 - d) * (o - e) / e) / 2


@few
@given(st.lists(st.integers(1, 60), min_size=6, max_size=6))
def test_james_is_its_formula_and_its_variance_that_of_its_derivatives(cells: list[int]) -> None:
    table, whole = [cells[:3], cells[3:]], sum(cells)
    found = james(table)
    assert found.value == pytest.approx(james_of([[count / whole for count in row] for row in table]))
    step, slopes = 1e-6, []
    for cell in range(6):
        moved = [each / whole for each in cells]
        moved[cell] += step
        moved = [each / (1 + step) for each in moved]
        slopes.append((james_of([moved[:3], moved[3:]]) - james_of([[each / whole for each in row] for row in table])) / step)
    shares = [each / whole for each in cells]
    mean = sum(p * slope for p, slope in zip(shares, slopes, strict=True))
    variance = sum(p * slope**2 for p, slope in zip(shares, slopes, strict=True)) - mean**2
    assert found.error == pytest.approx(math.sqrt(variance / whole), rel=1e-3, abs=1e-6)


def test_the_error_of_james_is_that_of_trials_drawn_again() -> None:
    dice, cells = random.Random(2), [48, 12, 90, 30, 20, 100]  # noqa: S311 - trials of a test
    values = []
    for _ in range(600):
        drawn = dice.choices(range(6), weights=cells, k=300)
        again = [drawn.count(cell) for cell in range(6)]
        values.append(james([again[:3], again[3:]]).value or 0)
    mean = sum(values) / 600
    assert james(B1).error == pytest.approx(math.sqrt(sum((each - mean) ** 2 for each in values) / 599), rel=0.1)


@few
@given(st.lists(st.integers(0, 40), min_size=6, max_size=6))
def test_exchanging_the_arms_changes_no_index(cells: list[int]) -> None:
    a, b, c, d, e, f = cells
    there, back = [[a, b, c], [d, e, f]], [[e, d, f], [b, a, c]]
    assert bang(there) == bang(back)[::-1]
    assert james(there) == james(back)


def test_what_cannot_be_estimated_has_its_reason() -> None:
    assert bang([[0, 0, 0], [1, 0, 0]])[0] == Estimate(None, Undefined.NOBODY_IN_ARM)
    assert james([[0, 0, 0], [0, 0, 0]]) == Estimate(None, Undefined.NO_VALUES)
    assert james([[5, 0, 3], [0, 0, 2]]) == Estimate(None, Undefined.NOTHING_EXPECTED)


# ---------------------------------------------------------------- p-chart


def test_the_oracle_of_the_p_chart() -> None:
    assert [round(end, 4) for end in (limits_of(0.12, 40).low, limits_of(0.12, 40).high, limits_of(0.12, 60).high)] == [0, 0.2741, 0.2459]


@pytest.mark.parametrize(("cases", "signal"), [(10, False), (11, True)])
def test_10_of_40_is_no_signal_and_11_is_one(*, cases: int, signal: bool) -> None:
    _, second = p_chart([Batch("B1", 12, 100), Batch("B2", cases, 40)], 20)
    assert (second.centre, second.share, second.signal) == (0.12, cases / 40, signal)


def test_a_share_below_the_lower_limit_signals_too() -> None:
    _, second = p_chart([Batch("B1", 50, 100), Batch("B2", 5, 40)], 20)
    assert second.limits == Interval(0.5 - 3 * math.sqrt(0.25 / 40), 0.5 + 3 * math.sqrt(0.25 / 40))
    assert second.signal


def test_a_small_batch_has_no_limits_and_counts_for_those_after_it() -> None:
    first, small, third = p_chart([Batch("B1", 10, 100), Batch("B2", 10, 10), Batch("B3", 2, 20)], 20)
    assert (first.reason, first.limits, first.signal) == (Undefined.NOTHING_BEFORE, None, False)
    assert (small.reason, small.share, small.signal) == (Undefined.BATCH_TOO_SMALL, 1.0, False)
    assert third.centre == 20 / 110
    assert p_chart([Batch("B1", 0, 0)], 0)[0].share is None
