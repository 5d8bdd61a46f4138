"""Drawings of the report as SVG within the page: intervals on a line, differences against means, shares against their limits."""

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from corelab.domain.agreement.batches import Charted
from corelab.domain.agreement.estimate import Interval
from corelab.domain.agreement.graded_pairs import Figure
from corelab.domain.monitoring.cases import BatchShare
from corelab.domain.monitoring.items import MeasuredItem
from corelab.export.agreement.said import number

_LOW, _HIGH = -0.2, 1.0
_BAR: Final = (170.0, 16.0)
_WIDE, _TALL = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _FOOT = 56.0, 128.0, 14.0, 40.0


def interval_bar(figure: Figure) -> str:
    """A figure between -0.2 and 1 with its interval by subject; nothing where it is not estimable."""
    if figure.estimate.value is None:
        return ""
    wide, high = _BAR
    ticks = "".join(_line(_across(each), 2, _across(each), high - 2, "grid") for each in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    around = figure.by_subject.interval
    middle, x = high / 2, _across(figure.estimate.value)
    reach = _line(_across(around.low), middle, _across(around.high), middle, "reach") if around is not None else ""
    words = number(figure.estimate.value)
    return (
        f'<svg class="bar" viewBox="0 0 {_n(wide)} {_n(high)}" role="img" aria-label="{words}">{ticks}{reach}{_dot(x, middle, 3.4)}</svg>'
    )


def _across(value: float) -> float:
    held = min(max(value, _LOW), _HIGH)
    return 5 + (held - _LOW) / (_HIGH - _LOW) * (_BAR[0] - 10)


# ---------------------------------------------------------------- differences against means


def bland_altman(item: MeasuredItem) -> str:
    """Differences (reader 1 minus reader 2) against means, with the mean difference and the limits of agreement and their intervals."""
    lines = [(name, figure) for name, figure in (("upper limit", item.high), ("mean", item.mean), ("lower limit", item.low))]
    known = [each.estimate.value for _, each in lines if each.estimate.value is not None]
    down = _Axis(_nice([*(point.difference for point in item.points), *known, 0.0]), _TALL - _FOOT, _TOP)
    along = _Axis(_nice([point.mean for point in item.points]), _LEFT, _WIDE - _RIGHT)
    drawn = [_frame(along, down, item.decimals), _line(_LEFT, down.at(0), _WIDE - _RIGHT, down.at(0), "zero")]
    for name, figure in lines:
        if figure.estimate.value is not None:
            drawn.append(_level(down, figure, name, item.decimals + 1))
    drawn += [_dot(along.at(mean), down.at(difference), 2.6, times) for (mean, difference), times in _together(item).items()]
    unit = escape(item.unit)
    drawn.append(_text((_LEFT + _WIDE - _RIGHT) / 2, _TALL - 6, f"mean of both readers, {unit}", "middle"))
    turned = f"translate(13 {_n((_TOP + _TALL - _FOOT) / 2)}) rotate(-90)"
    drawn.append(f'<text class="t" text-anchor="middle" transform="{turned}">difference, {unit}</text>')
    return _figure("".join(drawn), f"{item.label}: difference of the readers against their mean")


def _together(item: MeasuredItem) -> dict[tuple[float, float], int]:
    """Points that lie on each other, once with their number."""
    held: dict[tuple[float, float], int] = {}
    for point in item.points:
        key = (round(point.mean, 6), round(point.difference, 6))
        held[key] = held.get(key, 0) + 1
    return dict(sorted(held.items()))


def _level(down: "_Axis", figure: Figure, name: str, decimals: int) -> str:
    """A line across with its value at the right, its interval as a band."""
    value = figure.estimate.value or 0.0
    around = figure.by_subject.interval or figure.estimate.interval
    band = _band(down, around) if around is not None else ""
    y = down.at(value)
    return f"{band}{_line(_LEFT, y, _WIDE - _RIGHT, y, 'level')}{_text(_WIDE - _RIGHT + 6, y + 3.5, f'{name} {number(value, decimals)}')}"


def _band(down: "_Axis", around: Interval) -> str:
    top, foot = down.at(around.high), down.at(around.low)
    return f'<rect class="band" x="{_n(_LEFT)}" y="{_n(top)}" width="{_n(_WIDE - _RIGHT - _LEFT)}" height="{_n(foot - top)}"/>'


# ---------------------------------------------------------------- shares against their limits


def p_chart(groups: Sequence[BatchShare]) -> str:
    """The share of exams with a case by group, the centre of all before it, and the limits of three standard errors."""
    charted = [one.charted for one in groups]
    tops = [value for one in charted for value in (one.share, one.limits.high if one.limits else None) if value is not None]
    down = _Axis((0.0, min(1.0, max(0.1, math.ceil(max(tops, default=0.1) * 10) / 10))), _TALL - _FOOT, _TOP)
    step = (_WIDE - _RIGHT - _LEFT) / max(1, len(charted))
    placed = [(_LEFT + (place + 0.5) * step, one) for place, one in enumerate(charted)]
    limits = "".join(_limits(down, x, step, one) for x, one in placed)
    seen = [(x, down.at(one.share), one.signal) for x, one in placed if one.share is not None]
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y, _ in seen)
    dots = "".join(_dot(x, y, 5.0 if signal else 3.2, kind="signal" if signal else "dot") for x, y, signal in seen)
    names = "".join(_text(x, _TALL - _FOOT + 14, one.batch.name, "middle") for x, one in placed[:: max(1, math.ceil(len(placed) / 6))])
    foot = _text((_LEFT + _WIDE - _RIGHT) / 2, _TALL - 6, "exams in the order of their second signature", "middle")
    course = f'<polyline class="course" points="{path}"/>'
    return _figure("".join((_levels(down), limits, course, dots, names, foot)), "Share of exams with a case, by group of exams")


def _limits(down: "_Axis", x: float, step: float, one: Charted) -> str:
    """What a group is held against, as wide as the group."""
    if one.limits is None or one.centre is None:
        return ""
    levels = ((one.centre, "level"), (one.limits.low, "limit"), (min(1.0, one.limits.high), "limit"))
    return "".join(_line(x - step / 2, down.at(value), x + step / 2, down.at(value), kind) for value, kind in levels)


def _levels(down: "_Axis") -> str:
    low, high = down.span
    parts = 5
    told = (low + (high - low) * n / parts for n in range(parts + 1))
    return "".join(
        _line(_LEFT, down.at(each), _WIDE - _RIGHT, down.at(each), "grid")
        + _text(_LEFT - 6, down.at(each) + 3.5, f"{100 * each:.0f} %", "end")
        for each in told
    )


# ---------------------------------------------------------------- axes and pieces


class _Axis:
    """From values to places of the drawing."""

    def __init__(self, span: tuple[float, float], begin: float, end: float) -> None:
        self.span, self._begin, self._end = span, begin, end

    def at(self, value: float) -> float:
        low, high = self.span
        return self._begin + (value - low) / (high - low) * (self._end - self._begin)


def _nice(values: Iterable[float]) -> tuple[float, float]:
    """A span of whole steps around the values."""
    held = list(values) or [0.0]
    low, high = min(held), max(held)
    reach = max(high - low, 1e-6)
    step = 10 ** math.floor(math.log10(reach))
    if low == high:
        return low - 1, high + 1
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _frame(along: _Axis, down: _Axis, decimals: int) -> str:
    parts = 5
    drawn = []
    for n in range(parts + 1):
        x = along.span[0] + (along.span[1] - along.span[0]) * n / parts
        y = down.span[0] + (down.span[1] - down.span[0]) * n / parts
        drawn.append(_line(_LEFT, down.at(y), _WIDE - _RIGHT, down.at(y), "grid"))
        drawn.append(_text(_LEFT - 6, down.at(y) + 3.5, number(y, decimals), "end"))
        drawn.append(_text(along.at(x), _TALL - _FOOT + 14, number(x, decimals), "middle"))
    return "".join(drawn)


def _figure(inside: str, words: str) -> str:
    return f'<svg class="plot" viewBox="0 0 {_n(_WIDE)} {_n(_TALL)}" role="img" aria-label="{escape(words)}">{inside}</svg>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _dot(x: float, y: float, radius: float, times: int = 1, kind: str = "dot") -> str:
    """Larger where several lie on each other."""
    told = f"<title>{times}</title>" if times > 1 else ""
    return f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(min(radius * math.sqrt(times), 9.0))}">{told}</circle>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text class="t" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def _n(value: float) -> str:
    """One decimal, never minus 0: the same on every machine."""
    return f"{round(value, 1) + 0.0:g}"
