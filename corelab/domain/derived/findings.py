"""Endpoints that say yes or no about findings: a condition, reflux beyond a cut-off, a finding that was not there before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from corelab.domain.charter.model_derivation import Flag, Growth, NewFinding, Reflux
from corelab.domain.conditions import Every, OnCells, Opposite, Some, Test, Truth, cells_of, truth
from corelab.domain.derived.history import EarlierExam
from corelab.domain.derived.looking_back import Nothing, earlier_exam
from corelab.domain.derived.numbers import NO, YES, yes
from corelab.domain.derived.setting import NOT_APPLICABLE, NOT_EVALUABLE, Kinds, Setting, holds, is_kind, missing
from corelab.domain.result import Value
from corelab.domain.vocabulary import Cell, Grade, ItemId, Missing, SegmentId


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether something was found in one segment; None: not known, because of ``kinds``."""

    found: Truth
    kinds: Kinds = ()


def _any(answers: Iterable[_Answer]) -> Value:
    """Y as soon as one is found; N where none is and nothing is missing."""
    asked = tuple(answers)
    if not asked:
        return NOT_APPLICABLE
    if any(answer.found for answer in asked):
        return YES
    kinds = [kind for answer in asked if answer.found is None for kind in answer.kinds]
    return missing(kinds) if kinds else NO


# ---------------------------------------------------------------- a condition


def flag(setting: Setting, of: Flag, _: SegmentId) -> Value:
    """Y, N, or missing because of the cells that keep the condition from being known."""
    test = setting.plan.test(of)
    grades = {cell: grade for cell in cells_of(test) if (grade := setting.grade(cell)) is not None}
    holds_true = truth(test, grades)
    return yes(holds_true) if holds_true is not None else missing(_undecided(test, grades))


def _undecided(test: Test, grades: Mapping[Cell, Grade]) -> Iterator[Missing | None]:
    """Why an unknown test is unknown: the kinds of its parts that are. What nobody entered about the subject cannot be evaluated."""
    match test:
        case OnCells():
            yield from _kinds(*map(grades.get, cells_of(test)))
        case Every() | Some():
            yield from (kind for part in test.parts if truth(part, grades) is None for kind in _undecided(part, grades))
        case Opposite():
            yield from _undecided(test.part, grades)
        case _:
            yield Missing.NOT_EVALUABLE


# ---------------------------------------------------------------- reflux


def reflux(setting: Setting, of: Reflux, segment: SegmentId) -> Value:
    """Y if a duration is longer than the cut-off of its segment; a duration of exactly the cut-off is not."""
    answers = tuple(_durations(setting, of, segment))
    lacking = [kind for answer in answers if answer.found is None for kind in answer.kinds]
    match of.missing if lacking else "certain":
        case "worst_case":
            return YES
        case "strict":
            return missing(lacking)
        case "available":
            known = tuple(answer for answer in answers if answer.found is not None)
            return _any(known) if known else missing(lacking)
        case _:
            return _any(answers)


def _durations(setting: Setting, of: Reflux, only: SegmentId) -> Iterator[_Answer]:
    """Of each segment where reflux was looked for: by the duration, or without one by the answer that there is none."""
    for cutoff in of.cutoffs:
        for segment in setting.segments(cutoff.over, only):
            seen, lasted = (setting.grade(Cell(segment, ItemId(item))) for item in (of.present_item, of.item))
            if lasted is not None and lasted.value is not None:
                yield _Answer(Decimal(lasted.value) > Decimal(str(cutoff.seconds)))
            elif seen is not None and seen.value is not None and holds(seen.value, of.absent_values):
                yield _Answer(found=False)
            elif not is_kind(seen, Missing.NOT_APPLICABLE):
                yield from _no_duration(seen, lasted)


def _no_duration(seen: Grade | None, lasted: Grade | None) -> Iterator[_Answer]:
    """Nobody knows whether there is reflux, or how long: missing; a duration that is not asked for says nothing."""
    unseen = seen is None or seen.value is None
    kinds = tuple(None if grade is None else grade.missing for grade in ((seen, lasted) if unseen else (lasted,)))
    told = tuple(kind for kind in kinds if kind is not Missing.NOT_APPLICABLE)
    if told:
        yield _Answer(None, told)


# ---------------------------------------------------------------- new findings


def exam_of_finding(setting: Setting, of: NewFinding) -> EarlierExam | Nothing:
    return earlier_exam(setting, of.since, lambda visit: not set(of.blocks).isdisjoint(setting.charter.visit(visit).blocks))


def new_finding(setting: Setting, of: NewFinding, segment: SegmentId) -> Value:
    """Y if a segment moved from one set of values to another, or its number grew, since an earlier exam."""
    exam = exam_of_finding(setting, of)
    if exam is Missing.NOT_APPLICABLE:
        return NOT_APPLICABLE
    if exam is Missing.NOT_EVALUABLE:
        return NOT_EVALUABLE
    return _any(_moves(setting, setting.at(exam), of, segment))


def _moves(now: Setting, then: Setting, of: NewFinding, only: SegmentId) -> Iterator[_Answer]:
    for segment in now.segments(of.over, only):
        cell = Cell(segment, ItemId(of.item))
        yield from _moved(of, then.grade(cell), now.grade(cell))
        if of.grows is not None:
            cell = Cell(segment, ItemId(of.grows.item))
            yield from _grew(of.grows, then.grade(cell), now.grade(cell))


def _moved(of: NewFinding, then: Grade | None, now: Grade | None) -> Iterator[_Answer]:
    if is_kind(then, Missing.NOT_APPLICABLE) or is_kind(now, Missing.NOT_APPLICABLE):
        return
    before = None if then is None or then.value is None else holds(then.value, of.from_values)
    after = None if now is None or now.value is None else holds(now.value, of.values)
    if before is False or after is False:
        yield _Answer(found=False)
    elif before and after:
        yield _Answer(found=True)
    else:
        yield _Answer(None, _kinds(then, now))


def _grew(by: Growth, then: Grade | None, now: Grade | None) -> Iterator[_Answer]:
    if is_kind(then, Missing.NOT_APPLICABLE) or is_kind(now, Missing.NOT_APPLICABLE):
        return
    kinds = _kinds(then, now)
    if kinds or then is None or now is None:
        yield _Answer(None, kinds)
    else:
        grown = Decimal(now.value or 0) - Decimal(then.value or 0)
        yield _Answer(grown >= Decimal(str(by.by)))


def _kinds(*grades: Grade | None) -> Kinds:
    return tuple(None if grade is None else grade.missing for grade in grades if grade is None or grade.value is None)
