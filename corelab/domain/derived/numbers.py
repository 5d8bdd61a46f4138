"""Numbers of derived endpoints: exact while they are calculated, from the digits that were entered; a double when they are shown."""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from corelab.domain.charter.model_item import NumberItem
from corelab.domain.derived.setting import NOT_APPLICABLE, Setting, missing
from corelab.domain.result import Value
from corelab.domain.values import number_text
from corelab.domain.vocabulary import Grade, Missing, SegmentId

YES, NO = Value("Y"), Value("N")
_DIGITS = ".15g"
_ORDERS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
)


def yes(holds: bool) -> Value:  # noqa: FBT001  # the one thing it is about
    return YES if holds else NO


def whole(number: int) -> Value:
    return Value(str(number), number=Fraction(number))


def double(number: Fraction) -> Value:
    """A calculated number: the nearest IEEE double with 15 significant digits, never with an exponent."""
    return Value(f"{Decimal(format(float(number), _DIGITS)):f}", number=number)


def decimal(item: NumberItem, number: Decimal) -> Value:
    """A number as it was entered: with the digits of its item, or more where the charter wrote more."""
    exponent = number.as_tuple().exponent
    more = isinstance(exponent, int) and -exponent > item.decimals
    return Value(f"{number:f}" if more else number_text(item, number), number=Fraction(number))


def beyond(number: Fraction, op: str, cutoff: float) -> bool:
    """A comparison with a cut-off, as the nearest double of each: 2.67 is not greater than 2.67."""
    return _ORDERS[op](float(number), cutoff)


def entered(setting: Setting, item: str, segment: SegmentId) -> Value:
    """The number in a cell, as an operand."""
    cell = setting.on(item, segment)
    return NOT_APPLICABLE if cell is None else _operand(setting.grade(cell))


def _operand(grade: Grade | None) -> Value:
    if grade is None or grade.value is None:
        return missing([None if grade is None else grade.missing])
    return Value(grade.value, number=Fraction(grade.value))


def of_operands(rule: Callable[..., Value], *operands: Value) -> Value:
    """A function of fixed operands: NA when one of them is, else missing when one of them is."""
    if any(operand.missing is Missing.NOT_APPLICABLE for operand in operands):
        return NOT_APPLICABLE
    lacking = [operand.missing for operand in operands if operand.value is None]
    if lacking:
        return missing(lacking)
    numbers = [operand.number for operand in operands]
    return NOT_APPLICABLE if None in numbers else rule(*numbers)
