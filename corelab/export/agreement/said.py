"""Figures of agreement in words and as cells of HTML; what cannot be estimated says why."""

from html import escape
from typing import Final

from corelab.domain.agreement.bootstrap import Resampled
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined
from corelab.domain.agreement.graded_pairs import Figure
from corelab.domain.agreement.two_readers import Weights

WEIGHTS: Final = {Weights.LINEAR: "linear weights", Weights.QUADRATIC: "quadratic weights", Weights.UNWEIGHTED: "no weights"}
_TESTS: Final = {"mcnemar": "McNemar", "bowker": "Bowker"}


def not_estimable(why: Undefined | None) -> str:
    return f"not estimable: {why.value}" if why is not None else "not estimable"


def number(value: float, decimals: int = 2) -> str:
    """Never minus 0."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "\u2212")


def between(interval: Interval, decimals: int = 2, scale: float = 1.0) -> str:
    return f"{number(scale * interval.low, decimals)} to {number(scale * interval.high, decimals)}"


def by_subject(found: Resampled, decimals: int = 2, scale: float = 1.0) -> str:
    """The interval, or why there is none."""
    return between(found.interval, decimals, scale) if found.interval is not None else not_estimable(found.reason)


def value(found: Estimate, decimals: int = 2, scale: float = 1.0) -> str:
    return number(scale * found.value, decimals) if found.value is not None else not_estimable(found.undefined)


def with_interval(figure: Figure, decimals: int = 2, scale: float = 1.0) -> str:
    """The figure and below it its interval by subject, as HTML."""
    if figure.estimate.value is None:
        return why(figure.estimate.undefined)
    found = figure.by_subject
    around = small(by_subject(found, decimals, scale)) if found.interval is not None else why(found.reason, "interval ")
    return f"<b>{escape(value(figure.estimate, decimals, scale))}</b> {around}"


def small(words: str) -> str:
    return f"<small>{escape(words)}</small>"


def why(reason: Undefined | None, of: str = "") -> str:
    return f'<small class="why">{of}{escape(not_estimable(reason))}</small>'


def test_words(test: str) -> str:
    return _TESTS.get(test.casefold(), test)


def p_words(p: float | None) -> str:
    if p is None:
        return ""
    return "p &lt; 0.001" if p < 0.001 else f"p = {p:.3f}"
