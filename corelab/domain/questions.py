"""What a reader is asked about one exam: the segments, the questions of each and when they apply, and what stands without the reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from corelab.domain.charter import ChoiceItem, MissingReason, MissingReasons, Signing
from corelab.domain.charter.model_item import Item
from corelab.domain.conditions import Test, cells_of
from corelab.domain.form_checks import FormCheck
from corelab.domain.values import fits
from corelab.domain.vocabulary import WHOLE_EXAM, Answer, Cell, Grade, ItemId, Missing, ReadingTypeId, SegmentId, Side


class Use(IntEnum):
    """How strongly a question is asked; the strongest rule wins."""

    OPTIONAL = 1
    DETAIL = 2
    CORE = 3


@dataclass(frozen=True, slots=True)
class FormSegment:
    """A segment as a reader sees it. ``not_imaged`` is the coordinator's reason, or None; ``told`` what the reader may know of it.

    The whole exam stands as the last one, under ``WHOLE_EXAM``, when it asks anything.
    """

    id: SegmentId
    code: str
    name: str
    side: Side
    map: str
    not_imaged: str | None = None
    told: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``R CFV``; an unpaired segment has no letter."""
        return f"{self.side.letter} {self.code}".strip()

    @property
    def is_exam(self) -> bool:
        return self.id == WHOLE_EXAM


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in one cell. ``when`` says of a detail whether it applies; anything else always does. ``decided_by``: its cells."""

    cell: Cell
    item: Item
    use: Use
    when: Test | None = None
    decided_by: tuple[Cell, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "decided_by", cells_of(self.when) if self.when is not None else ())


@dataclass(frozen=True, slots=True)
class Form:
    """What a reader is asked about one exam. It has no subject, site or date, and of the visit no more than the profile shows (``told``).

    ``segments`` are those present, in form order; ``questions`` what is asked, in form order; ``fixed`` what stands without the reader
    (not applicable, not imaged); ``grid`` every cell of a complete reading, in order. ``in_order`` are the questions, each after those
    that decide whether it applies. ``prefilled`` are the answers that stand by default when the exam opens.
    """

    reading_type: ReadingTypeId
    segments: tuple[FormSegment, ...]
    questions: Mapping[Cell, Question]
    fixed: Mapping[Cell, Grade]
    grid: tuple[Cell, ...]
    items: Mapping[ItemId, Item]
    missing_reasons: MissingReasons
    signing: Signing
    checks: tuple[FormCheck, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    in_order: tuple[Question, ...] = field(default=(), compare=False, repr=False)
    prefilled: Mapping[Cell, Answer] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prefilled", MappingProxyType(dict(_defaults(self.questions))))

    def segment(self, segment: SegmentId) -> FormSegment:
        """Raises KeyError for a segment that is not present."""
        for present in self.segments:
            if present.id == segment:
                return present
        raise KeyError(segment)

    def questions_of(self, segment: SegmentId) -> tuple[Item, ...]:
        """The items the reader may be asked on this segment; none where it was not imaged."""
        return tuple(question.item for cell, question in self.questions.items() if cell.segment == segment)

    def item(self, item: ItemId) -> Item:
        return self.items[item]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells the reader may be asked, in form order."""
        return tuple(self.questions)

    def asks(self, cell: Cell) -> bool:
        return cell in self.questions

    def ne_reasons(self, item: ItemId) -> tuple[MissingReason, ...]:
        """The reasons offered for "not evaluable", in the order of their digits; none where the item does not allow it."""
        asked = self.items[item]
        if not asked.allow_ne:
            return ()
        return tuple(reason for reason in self.missing_reasons.ne if asked.ne_reasons is None or reason.id in asked.ne_reasons)


def _defaults(questions: Mapping[Cell, Question]) -> Iterator[tuple[Cell, Answer]]:
    for cell, question in questions.items():
        item = question.item
        if question.use is Use.CORE and isinstance(item, ChoiceItem) and item.default is not None:
            yield cell, Answer(cell, Grade(item.default, prefilled=True))


def refused(form: Form, cell: Cell, grade: Grade) -> bool:
    """Whether a reader may not give this grade here: not asked, not in list or range, or a kind of missing that is not the reader's."""
    if not form.asks(cell):
        return True
    if grade.missing is Missing.NOT_EVALUABLE:
        return grade.reason not in {reason.id for reason in form.ne_reasons(cell.item)}
    return grade.value is None or not fits(form.item(cell.item), grade.value)
