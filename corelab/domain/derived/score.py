"""A score by table: each segment looked up, the highest of a part taken, the parts summed."""

from dataclasses import dataclass
from itertools import product

from corelab.domain.charter.model_derivation import LookupScore, ScorePart, ScoreRow
from corelab.domain.charter.model_item import ChoiceItem, MultiItem
from corelab.domain.derived.numbers import whole
from corelab.domain.derived.setting import NOT_APPLICABLE, Kinds, Setting, holds, is_kind, missing
from corelab.domain.result import Value
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, ItemId, Missing, NotApplicableCause, SegmentId

_ANY = "*"


@dataclass(frozen=True, slots=True)
class _Score:
    """What a segment, or a part, can score: from ``low`` to ``high``; ``kinds`` say why that is not one number."""

    low: int
    high: int
    kinds: Kinds = ()


def lookup_score(setting: Setting, of: LookupScore, segment: SegmentId) -> Value:
    """The sum over parts of the highest score in each. A part that nothing missing can change any more is certain."""
    bounds = _bounds(of)
    found = [_part(setting, of, bounds, part, segment) for part in of.parts]
    present = [part for part in found if part is not None]
    if not present:
        return NOT_APPLICABLE
    kinds = [kind for part in present if part.low != part.high for kind in part.kinds]
    if len(present) < len(found) and of.absent_part == "NE" and segment == WHOLE_EXAM:
        kinds.append(Missing.NOT_EVALUABLE)
    if kinds:
        return missing(kinds)
    made = whole(sum(part.low for part in present))
    return Value(made.value, number=made.number, parts=len(present))


def _bounds(of: LookupScore) -> _Score:
    """Below ``low`` stands what has no score: only a part at its top score is certain beside it."""
    scores = [of.na_score, *(row.score for row in of.rows if isinstance(row.score, int))]
    return _Score(min(scores) - 1, max(scores))


def _part(setting: Setting, of: LookupScore, bounds: _Score, part: ScorePart, only: SegmentId) -> _Score | None:
    """None for a part of which no segment is there."""
    segments = setting.segments(part.over, only)
    scores = [score for segment in segments if (score := _segment(setting, of, bounds, segment)) is not None]
    if not scores:
        return None
    low, high = max(score.low for score in scores), max(score.high for score in scores)
    return _Score(low, high, tuple(kind for score in scores if score.high > low for kind in score.kinds))


def _segment(setting: Setting, of: LookupScore, bounds: _Score, segment: SegmentId) -> _Score | None:
    """None for a segment that is absent. What is missing can still be any option, or turn out not to apply."""
    grades = [setting.grade(Cell(segment, ItemId(item))) for item in of.items]
    if is_kind(grades[0], Missing.NOT_APPLICABLE):
        absent = grades[0] is not None and grades[0].reason == NotApplicableCause.ABSENT.value
        return None if absent else _Score(of.na_score, of.na_score)
    choices = [_choices(setting, item, grade) for item, grade in zip(of.items, grades, strict=True)]
    scores = [_row(of, combination) for combination in product(*choices)] or [None]
    kinds = tuple(None if grade is None else grade.missing for grade in grades if grade is None or _lacks(grade))
    if grades[0] is None or grades[0].missing is not None:
        scores.append(of.na_score)
    low = min(bounds.low if score is None else score for score in scores)
    high = max(bounds.high if score is None else score for score in scores)
    return _Score(low, high, kinds or (Missing.NOT_EVALUABLE,))


def _lacks(grade: Grade) -> bool:
    return grade.missing in {Missing.NOT_EVALUABLE, Missing.NOT_IMAGED}


def _choices(setting: Setting, item: str, grade: Grade | None) -> tuple[str | None, ...]:
    """The values that a cell has or may have; None where the item does not apply."""
    if grade is not None and (grade.value is not None or grade.missing is Missing.NOT_APPLICABLE):
        return (grade.value,)
    asked = setting.charter.item(item)
    return tuple(option.value for option in asked.options) if isinstance(asked, ChoiceItem | MultiItem) else ()


def _row(of: LookupScore, values: tuple[str | None, ...]) -> int | None:
    """The score of a combination; None for one in no row, or in a row without score. Several chosen options count by the highest."""
    scores = [row.score for row in of.rows if _covers(row, values)]
    return max((score for score in scores if isinstance(score, int)), default=None)


def _covers(row: ScoreRow, values: tuple[str | None, ...]) -> bool:
    return all(said == _ANY or (value is not None and holds(value, (said,))) for said, value in zip(row.values, values, strict=True))
