"""How segments, grades and frames are said in the window."""

from collections.abc import Mapping
from typing import Final

from corelab.domain.asking import Standing
from corelab.domain.charter import ChoiceItem, MissingReasons
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem, Option
from corelab.domain.checks import IDENTITY_IN_TEXT, READING_TIME, UNPLAYED_CLIPS, Firing
from corelab.domain.form import Form, FormSegment, Use
from corelab.domain.reading import Reading
from corelab.domain.values import label_of, options_words, parts
from corelab.domain.vocabulary import Cell, Evidence, Grade, ItemId, Missing, SegmentId
from corelab.ui.entry import unit_words

Drawn = int | Missing | None
"""What a swatch shows: 0 best, 1 between, 2 worst; a kind of missing; or None for a question without answer."""

_NOUNS: Final = (" veins", " vein", " junction")
_KINDS: Final = {Missing.NOT_EVALUABLE: "Not evaluable", Missing.NOT_IMAGED: "Not imaged", Missing.NOT_APPLICABLE: "Not applicable"}


def code_words(code: str) -> str:
    """``FV_PROX`` is said "FV prox"."""
    first, *rest = code.split("_")
    return " ".join((first, *(part.lower() for part in rest)))


def label_words(segment: FormSegment) -> str:
    """``R FV prox``; the questions of the whole exam say so."""
    return segment.name if segment.is_exam else f"{segment.side.letter} {code_words(segment.code)}".strip()


def short_name(name: str) -> str:
    """A name for a narrow column: "Common femoral" of "Common femoral vein", "Proximal" of "Femoral vein, proximal"."""
    last = name.rsplit(",", 1)[-1].strip()
    for noun in _NOUNS:
        last = last.removesuffix(noun)
    return last[:1].upper() + last[1:]


def grade_words(item: Item, grade: Grade) -> str:
    """The word of a grade: the option's, a number with its unit, or the kind of missing."""
    if grade.value is None:
        return _KINDS[grade.missing or Missing.NOT_APPLICABLE]
    if isinstance(item, NumberItem):
        return f"{grade.value} {unit_words(item.unit)}".strip()
    if isinstance(item, MultiItem):
        chosen = parts(grade.value)
        return ", ".join(word for option, word in _worded(item) if option.value in chosen)
    if isinstance(item, ChoiceItem):
        return next((word for option, word in _worded(item) if option.value == grade.value), grade.value)
    return shortened(label_of(item, grade.value))


def _worded(item: ChoiceItem | MultiItem) -> tuple[tuple[Option, str], ...]:
    return tuple(zip(item.options, options_words([option.label for option in item.options]), strict=True))


def lowered(label: str) -> str:
    """A label within a line: its first letter small, unless an abbreviation begins it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def shortened(text: str, most: int = 24) -> str:
    """Words on one line, ending in dots where there are more."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}\u2026"


def reason_words(reasons: MissingReasons, grade: Grade) -> str:
    """Why a grade is missing, in the charter's words; empty where there is no reason."""
    offered = (*reasons.ne, *reasons.ni)
    return next((reason.label for reason in offered if reason.id == grade.reason), "")


def drawn_grade(item: Item, grade: Grade | None) -> Drawn:
    """How a swatch shows a grade: the best rank full, the worst none, what lies between partial. Without ranks the first option is full."""
    if grade is None or grade.value is None:
        return grade.missing if grade else None
    if not isinstance(item, ChoiceItem):
        return None
    if item.scale == "nominal":
        return 0 if grade.value == item.options[0].value else 1
    rank = item.rank(grade.value)
    return 0 if rank == 0 else 2 if rank == item.worst_rank else 1


class _MapItems:
    """The items by which the segments of one form are drawn, found once: every key draws them all again."""

    def __init__(self) -> None:
        self._form: Form | None = None
        self._items: dict[SegmentId, ChoiceItem] = {}

    def of(self, form: Form) -> Mapping[SegmentId, ChoiceItem]:
        if form is not self._form:
            asked = [(cell.segment, one.use, one.item) for cell, one in form.questions.items() if _drawable(one.item)]
            strongest = [*(one for one in asked if one[1] is Use.CORE), *asked]
            self._form, self._items = form, {}
            for segment, _, item in strongest:
                if isinstance(item, ChoiceItem):
                    self._items.setdefault(segment, item)
        return self._items


_ITEMS: Final = _MapItems()


def map_item(form: Form, segment: SegmentId) -> ChoiceItem | None:
    """The item by which a segment is drawn: the first choice that must be made, so colour filling where nothing is compressed.

    Else the first that may be made; never one with a default.
    """
    return _ITEMS.of(form).get(segment)


def _drawable(item: Item) -> bool:
    return isinstance(item, ChoiceItem) and item.default is None


def legend_words(form: Form) -> tuple[tuple[Drawn, str], ...]:
    """What the lines of the map mean, from the best: by the item that draws most segments. Empty where nothing is drawn."""
    items = [item for segment in form.segments if (item := map_item(form, segment.id)) is not None]
    if not items:
        return ()
    item = max(items, key=lambda one: sum(one.id == other.id for other in items))
    first, *between, last = (word for _, word in _worded(item))
    if item.scale == "nominal":
        return (0, first), (1, "Other")
    middle: tuple[tuple[Drawn, str], ...] = ((1, between[0] if len(between) == 1 else "Between"),) if between else ()
    return (0, first), *middle, (2, last)


def segment_grade(reading: Reading, segment: FormSegment) -> Drawn:
    """How a segment is drawn. One that asks, but nothing that can be drawn, is full when all is answered, not only preset."""
    if segment.not_imaged is not None:
        return Missing.NOT_IMAGED
    item = map_item(reading.form, segment.id)
    if item is not None:
        return drawn_grade(item, reading.grades.get(cell_of(segment.id, item)))
    asked = _required(reading, segment)
    if not asked:
        return Missing.NOT_APPLICABLE
    given = [grade for cell in asked if (grade := reading.grades.get(cell)) is not None]
    return 0 if len(given) == len(asked) and not all(grade.prefilled for grade in given) else None


def _required(reading: Reading, segment: FormSegment) -> list[Cell]:
    return [cell for cell, stands in reading.settled.standing.items() if cell.segment == segment.id and stands is Standing.REQUIRED]


def segment_words(reading: Reading, segment: FormSegment) -> str:
    """One line about a segment: ``R CFV, Common femoral vein. Compressibility: Full``."""
    name = label_words(segment) if segment.is_exam else f"{label_words(segment)}, {segment.name}"
    item = map_item(reading.form, segment.id)
    if item is None and segment_grade(reading, segment) is not Missing.NOT_APPLICABLE:
        given = all(cell in reading.grades for cell in _required(reading, segment))
        return f"{name}. {'Answered' if segment_grade(reading, segment) == 0 else 'Preset' if given else 'Not all answered yet'}"
    if segment.not_imaged is not None or item is None:
        return f"{name}. {'Not imaged' if segment.not_imaged is not None else 'Not asked'}"
    grade = reading.grades.get(cell_of(segment.id, item))
    return f"{name}. {item.label}: {grade_words(item, grade) if grade else 'no answer yet'}"


def firing_words(firing: Firing) -> str:
    """What a soft check says: the charter's message, or that of a check which the charter sets for signing."""
    said = {
        UNPLAYED_CLIPS: f"{firing.found} clip{'s were' if firing.found != '1' else ' was'} not played to the end.",
        READING_TIME: f"The active reading time of {firing.found} s is outside what the charter expects.",
        IDENTITY_IN_TEXT: f'"{firing.found}" may tell who, when or where.',
    }
    return firing.message or said.get(firing.check, firing.check)


def cell_words(reading: Reading, cell: Cell) -> str:
    """``R CFV compressibility``."""
    return f"{label_words(reading.form.segment(cell.segment))} {lowered(reading.form.item(cell.item).label)}"


def answer_words(reading: Reading, cell: Cell) -> str:
    """``R CFV: compressibility full``; of an empty cell ``R CFV: compressibility cleared``."""
    segment, item = label_words(reading.form.segment(cell.segment)), reading.form.item(cell.item)
    answer = reading.answers.get(cell)
    if answer is None:
        return f"{segment}: {lowered(item.label)} cleared"
    reason = reason_words(reading.form.missing_reasons, answer.grade)
    return f"{segment}: {lowered(item.label)} {grade_words(item, answer.grade).lower()}" + (f", {reason.lower()}" if reason else "")


def measured_words(reading: Reading) -> str:
    """How many measurements are kept that no question asked for."""
    count = len(reading.measurements)
    if not count:
        return "no measurement beside the answers"
    return f"{count} measurement{'' if count == 1 else 's'} kept beside the answers"


def frame_words(evidence: Evidence) -> str:
    """``frame 13`` or ``frames 13 and 32``; people count frames from 1."""
    if evidence.frame_b is None:
        return f"frame {evidence.frame_a + 1}"
    return f"frames {evidence.frame_a + 1} and {evidence.frame_b + 1}"


def cell_of(segment: SegmentId, item: Item) -> Cell:
    return Cell(segment, ItemId(item.id))
