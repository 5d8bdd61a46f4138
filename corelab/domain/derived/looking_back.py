"""Endpoints that look back: how much something changed since an earlier exam, and how fast."""

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from corelab.domain.charter.model_derivation import Change, Derivation, Rate
from corelab.domain.derived.history import EarlierExam
from corelab.domain.derived.inputs import has
from corelab.domain.derived.numbers import double, of_operands
from corelab.domain.derived.setting import NOT_APPLICABLE, NOT_EVALUABLE, Setting
from corelab.domain.result import Value
from corelab.domain.vocabulary import WHOLE_EXAM, Missing, SegmentId

_DAYS = {"day": 1, "week": 7}
Nothing = Literal[Missing.NOT_APPLICABLE, Missing.NOT_EVALUABLE]


def earlier_exam(setting: Setting, since: str, had: Callable[[str], bool]) -> EarlierExam | Nothing:
    """The exam that is looked back to: of the baseline visit, or the latest earlier one at a visit that ``had`` what is looked at.

    NA where there is nothing to look back to by the charter: at the baseline visit and before it, or at the first visit that has it.
    NE where the exam does not exist.
    """
    numbers = {visit.id: visit.number for visit in setting.charter.visits}
    baseline = next(visit.id for visit in setting.charter.visits if visit.baseline)
    wanted = {baseline} if since == "baseline" else {visit for visit in numbers if had(visit)}
    if not any(numbers[visit] < numbers[setting.visit] for visit in wanted):
        return Missing.NOT_APPLICABLE
    found = [exam for exam in setting.history.exams if exam.visit in wanted]
    return found[-1] if found else Missing.NOT_EVALUABLE


def exam_of_change(setting: Setting, of: Change) -> EarlierExam | Nothing:
    source = setting.charter.derivation(of.of)
    return earlier_exam(setting, of.since, lambda visit: has(setting.charter, visit, source))


def change(setting: Setting, of: Change, segment: SegmentId) -> Value:
    """Now - then, or that in percent of then; NE where then is not more than 0."""
    exam, source = exam_of_change(setting, of), setting.charter.derivation(of.of)
    left_out = of.over is not None and segment != WHOLE_EXAM and not setting.segments(of.over, segment)
    if exam is Missing.NOT_APPLICABLE or left_out:
        return NOT_APPLICABLE
    before = NOT_EVALUABLE if exam is Missing.NOT_EVALUABLE else setting.at(exam).value(source, segment)
    return of_operands(_percent if of.kind == "percent" else _difference, setting.value(source, segment), before)


def _difference(now: Fraction, then: Fraction) -> Value:
    return double(now - then)


def _percent(now: Fraction, then: Fraction) -> Value:
    return double((now - then) / then * 100) if then > 0 else NOT_EVALUABLE


def rate(setting: Setting, of: Rate, segment: SegmentId) -> Value:
    """A change per day or week between the two exams; NE where the days are not known, or none passed."""
    source = setting.charter.derivation(of.of)
    return of_operands(lambda changed: _per(setting, source, changed, _DAYS[of.per]), setting.value(source, segment))


def _per(setting: Setting, source: Derivation, changed: Fraction, unit: int) -> Value:
    exam = exam_of_change(setting, source) if isinstance(source, Change) else Missing.NOT_EVALUABLE
    days = exam.days if isinstance(exam, EarlierExam) else None
    return double(changed * unit / days) if days is not None and days > 0 else NOT_EVALUABLE
