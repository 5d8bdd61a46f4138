"""Endpoints of measured numbers: the largest, a cut-off, a share in percent, a flow volume."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from corelab.domain.charter.model_derivation import FlowVolume, Largest, Percent, Threshold
from corelab.domain.charter.model_item import NumberItem
from corelab.domain.derived.numbers import beyond, decimal, double, entered, of_operands, yes
from corelab.domain.derived.setting import NOT_APPLICABLE, NOT_EVALUABLE, Setting, gathered, is_kind, missing
from corelab.domain.result import Value
from corelab.domain.vocabulary import Cell, Grade, ItemId, Missing, NotApplicableCause, SegmentId

_HUNDRED: Final = 100
_CIRCLE: Final = Fraction(math.pi) / 4
_ML_PER_MIN: Final = Fraction(60, 100)
"""From mm² x cm/s to mL/min."""


def largest(setting: Setting, of: Largest, segment: SegmentId) -> Value:
    """The largest number as it was entered. ``na_as`` stands for a cell that does not apply, not for a segment that is absent."""
    item, cells = setting.charter.item(of.item), gathered(_with_na_as(setting, of, segment))
    if not isinstance(item, NumberItem) or cells.empty:
        return NOT_APPLICABLE
    if cells.kinds and of.missing == "worst_case":
        return decimal(item, Decimal(str(item.max)))
    if cells.known and (not cells.kinds or of.missing == "available"):
        return decimal(item, max(map(Decimal, cells.known)))
    return missing(cells.kinds)


def _with_na_as(setting: Setting, of: Largest, only: SegmentId) -> Iterator[Grade | None]:
    for segment in setting.segments(of.over, only):
        grade = setting.grade(Cell(segment, ItemId(of.item)))
        stands_for = of.na_as is not None and is_kind(grade, Missing.NOT_APPLICABLE)
        absent = grade is not None and grade.reason == NotApplicableCause.ABSENT.value
        yield Grade(str(of.na_as)) if stands_for and not absent else grade


def threshold(setting: Setting, of: Threshold, segment: SegmentId) -> Value:
    if of.of is not None:
        operand = setting.value(setting.charter.derivation(of.of), segment)
    else:
        operand = entered(setting, of.of_item or "", segment)
    return of_operands(lambda number: yes(beyond(number, of.op, of.cutoff)), operand)


def percent(setting: Setting, of: Percent, segment: SegmentId) -> Value:
    """Part / (whole - what is left out of it) x 100; NE where nothing is left of the whole."""

    def share(part: Fraction, whole: Fraction, *less: Fraction) -> Value:
        rest = whole - sum(less)
        return double(part / rest * _HUNDRED) if rest > 0 else NOT_EVALUABLE

    return of_operands(share, *(entered(setting, item, segment) for item in (of.part, of.whole, *of.less)))


def flow_volume(setting: Setting, of: FlowVolume, segment: SegmentId) -> Value:
    """Of the one segment it is about: velocity x pi/4 x diameter², in mL/min."""
    segments = setting.segments(of.over, segment)
    if len(segments) != 1:
        return NOT_APPLICABLE

    def volume(diameter: Fraction, velocity: Fraction) -> Value:
        return double(velocity * _CIRCLE * diameter**2 * _ML_PER_MIN)

    return of_operands(volume, entered(setting, of.diameter, segments[0]), entered(setting, of.velocity, segments[0]))
