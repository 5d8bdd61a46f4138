"""Answers by chance: the truth of a cell from its distribution, and what a reader makes of it."""

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Protocol

from corelab.domain import values
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.domain.forecast.rates import NOT_EVALUABLE, ItemRates, Row
from corelab.domain.vocabulary import Grade, not_evaluable

_SAME_TEXT = "the same"
Truth = str | float | frozenset[str]


class Answers(Protocol):
    """The answers of one item where one entry of the rates holds. A reader is counted from 0."""

    def truth(self, chance: Random) -> Truth: ...
    def said(self, truth: Truth, reader: int, chance: Random) -> Grade: ...


@dataclass(frozen=True, slots=True)
class _Wheel:
    """Values with their shares, added up."""

    options: tuple[str, ...]
    sums: tuple[float, ...]

    @classmethod
    def of(cls, row: Row) -> "_Wheel":
        return cls(tuple(row), tuple(accumulate(row.values())))

    def turned(self, chance: Random) -> str:
        place = bisect(self.sums, chance.random() * self.sums[-1])
        return self.options[min(place, len(self.options) - 1)]


@dataclass(frozen=True, slots=True)
class _Choices:
    """A choice. A truth without a row of its own is always told."""

    wheel: _Wheel
    rows: tuple[Mapping[str, _Wheel], ...]
    reason: str

    def truth(self, chance: Random) -> Truth:
        return self.wheel.turned(chance)

    def said(self, truth: Truth, reader: int, chance: Random) -> Grade:
        row = self.rows[reader % len(self.rows)].get(str(truth)) if self.rows else None
        value = row.turned(chance) if row is not None else str(truth)
        return not_evaluable(self.reason) if value == NOT_EVALUABLE else Grade(value)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A number: a normal truth, and a normal error with a bias; kept in the range of the item and written with its decimals."""

    item: NumberItem
    row: Row
    errors: tuple[Row, ...]
    reason: str

    def truth(self, chance: Random) -> Truth:
        return chance.gauss(self.row["mean"], self.row["sd"])

    def said(self, truth: Truth, reader: int, chance: Random) -> Grade:
        row: Row = self.errors[reader % len(self.errors)] if self.errors else {}
        value = float(truth) + chance.gauss(row.get("bias", 0.0), row.get("sd", 0.0))  # type: ignore[arg-type]  # made by truth()
        if chance.random() < max(self.row.get(NOT_EVALUABLE, 0.0), row.get(NOT_EVALUABLE, 0.0)):
            return not_evaluable(self.reason)
        return Grade(_number_text(self.item, value))


@dataclass(frozen=True, slots=True)
class _Several:
    """An item of several answers: each value is there or not, and judged wrongly with the reader's share."""

    item: MultiItem
    row: Row
    errors: tuple[Row, ...]
    reason: str

    def truth(self, chance: Random) -> Truth:
        return frozenset(option.value for option in self.item.options if chance.random() < self.row.get(option.value, 0.0))

    def said(self, truth: Truth, reader: int, chance: Random) -> Grade:
        row: Row = self.errors[reader % len(self.errors)] if self.errors else {}
        there = truth if isinstance(truth, frozenset) else frozenset()
        wrong = row.get("error", 0.0)
        told = [option.value for option in self.item.options if (option.value in there) != (chance.random() < wrong)]
        if chance.random() < max(self.row.get(NOT_EVALUABLE, 0.0), row.get(NOT_EVALUABLE, 0.0)):
            return not_evaluable(self.reason)
        return Grade(values.joined(self.item, told or [self.item.options[0].value]))


def _number_text(item: NumberItem, value: float) -> str:
    """A number as a reader enters it: within the range, with exactly the decimals of the item."""
    text = values.number_text(item, Decimal(min(max(value, item.min), item.max)))
    return text.removeprefix("-") if Decimal(text) == 0 else text


def answers_of(item: Item, rates: ItemRates, reason: str) -> Answers:
    """Raises TypeError for a text. ``reason``: the one given for "not evaluable"."""
    match item:
        case ChoiceItem():
            rows = tuple({truth: _Wheel.of(row) for truth, row in reader.items() if isinstance(row, dict)} for reader in rates.readers)
            return _Choices(_Wheel.of(rates.truth), rows, reason)
        case NumberItem():
            return _Numbers(item, rates.truth, _numbers(rates), reason)
        case MultiItem():
            return _Several(item, rates.truth, _numbers(rates), reason)
        case _:
            raise TypeError(item.id)


def _numbers(rates: ItemRates) -> tuple[Row, ...]:
    return tuple({key: value for key, value in reader.items() if not isinstance(value, dict)} for reader in rates.readers)


def plain_answer(item: Item) -> Grade:
    """What both readers say where nothing was told about an item: its default, its first answer, the middle of its range."""
    match item:
        case ChoiceItem():
            return Grade(item.default or item.options[0].value)
        case MultiItem():
            return Grade(item.options[0].value)
        case NumberItem():
            return Grade(_number_text(item, (item.min + item.max) / 2))
        case _:
            return Grade(_SAME_TEXT)
