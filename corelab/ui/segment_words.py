"""How segments, grades and frames are said in the window."""

from typing import Final

from corelab.domain.charter import ChoiceItem, MissingReasons
from corelab.domain.charter.model_item import Item
from corelab.domain.form import FormSegment
from corelab.domain.reading import Reading
from corelab.domain.values import label_of
from corelab.domain.vocabulary import Cell, Evidence, Grade, ItemId, Missing, SegmentId

Drawn = int | Missing | None
"""What a swatch shows: 0 best, 1 between, 2 worst; a kind of missing; or None for a question without answer."""

_NOUNS: Final = (" veins", " vein", " junction")
_KINDS: Final = {Missing.NOT_EVALUABLE: "Not evaluable", Missing.NOT_IMAGED: "Not imaged", Missing.NOT_APPLICABLE: "Not applicable"}


def code_words(code: str) -> str:
    """``FV_PROX`` is said "FV prox"."""
    first, *rest = code.split("_")
    return " ".join((first, *(part.lower() for part in rest)))


def label_words(segment: FormSegment) -> str:
    """``R FV prox``."""
    return f"{segment.side.letter} {code_words(segment.code)}".strip()


def short_name(name: str) -> str:
    """A name for a narrow column: "Common femoral" of "Common femoral vein", "Proximal" of "Femoral vein, proximal"."""
    last = name.rsplit(",", 1)[-1].strip()
    for noun in _NOUNS:
        last = last.removesuffix(noun)
    return last[:1].upper() + last[1:]


def option_words(label: str) -> str:
    """The word of an option without its explanation: "Full" of "Full: walls meet under light pressure"."""
    return label.split(":", 1)[0].split(",", 1)[0]


def grade_words(item: Item, grade: Grade) -> str:
    """The word of a grade: the option's, a number with its unit, or the kind of missing."""
    if grade.value is None:
        return _KINDS[grade.missing or Missing.NOT_APPLICABLE]
    said = label_of(item, grade.value)
    return option_words(said) if isinstance(item, ChoiceItem) else said


def reason_words(reasons: MissingReasons, grade: Grade) -> str:
    """Why a grade is missing, in the charter's words; empty where there is no reason."""
    offered = (*reasons.ne, *reasons.ni)
    return next((reason.label for reason in offered if reason.id == grade.reason), "")


def drawn_grade(item: Item, grade: Grade | None) -> Drawn:
    """How a swatch shows a grade: the best rank full, the worst none, what lies between partial."""
    if grade is None or grade.value is None:
        return grade.missing if grade else None
    rank = item.rank(grade.value) if isinstance(item, ChoiceItem) else None
    if rank is None or not isinstance(item, ChoiceItem):
        return None
    return 0 if rank == 0 else 2 if rank == item.worst_rank else 1


def map_item(reading: Reading, segment: SegmentId) -> ChoiceItem | None:
    """The item by which a segment is drawn: the first ordinal one without a default, so colour filling where nothing is compressed."""
    asked = (item for item in reading.form.questions_of(segment) if isinstance(item, ChoiceItem))
    return next((item for item in asked if item.scale == "ordinal" and item.default is None), None)


def segment_grade(reading: Reading, segment: FormSegment) -> Drawn:
    if segment.not_imaged is not None:
        return Missing.NOT_IMAGED
    item = map_item(reading, segment.id)
    if item is None:
        return Missing.NOT_APPLICABLE
    return drawn_grade(item, reading.grades.get(cell_of(segment.id, item)))


def segment_words(reading: Reading, segment: FormSegment) -> str:
    """One line about a segment: ``R CFV, Common femoral vein. Compressibility: Full``."""
    name = f"{label_words(segment)}, {segment.name}"
    item = map_item(reading, segment.id)
    if segment.not_imaged is not None or item is None:
        return f"{name}. {'Not imaged' if segment.not_imaged is not None else 'Not asked'}"
    grade = reading.grades.get(cell_of(segment.id, item))
    return f"{name}. {item.label}: {grade_words(item, grade) if grade else 'no answer yet'}"


def cell_words(reading: Reading, cell: Cell) -> str:
    """``R CFV compressibility``."""
    return f"{label_words(reading.form.segment(cell.segment))} {reading.form.item(cell.item).label.lower()}"


def answer_words(reading: Reading, cell: Cell) -> str:
    """``R CFV: compressibility full``; of an empty cell ``R CFV: compressibility cleared``."""
    segment, item = label_words(reading.form.segment(cell.segment)), reading.form.item(cell.item)
    answer = reading.answers.get(cell)
    if answer is None:
        return f"{segment}: {item.label.lower()} cleared"
    reason = reason_words(reading.form.missing_reasons, answer.grade)
    return f"{segment}: {item.label.lower()} {grade_words(item, answer.grade).lower()}" + (f", {reason.lower()}" if reason else "")


def frame_words(evidence: Evidence) -> str:
    """``frame 13`` or ``frames 13 and 32``; people count frames from 1."""
    if evidence.frame_b is None:
        return f"frame {evidence.frame_a + 1}"
    return f"frames {evidence.frame_a + 1} and {evidence.frame_b + 1}"


def cell_of(segment: SegmentId, item: Item) -> Cell:
    return Cell(segment, ItemId(item.id))
