"""The form of one exam: which segments are there, what is asked of each, and what stands already because it was not asked or not imaged."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corelab.domain.charter import Charter, ChoiceItem, MissingReason, MissingReasons, Segment, Signing
from corelab.domain.vocabulary import (
    Answer,
    Cell,
    Grade,
    ItemId,
    Missing,
    NotApplicableCause,
    ReadingTypeId,
    SegmentId,
    Side,
    VisitId,
    not_applicable,
    not_imaged,
)

_SIDES = {"left": Side.LEFT, "right": Side.RIGHT}


class SideUnknownError(Exception):
    """The subject's side under study is not entered yet."""

    def __init__(self, attribute: str) -> None:
        super().__init__(attribute)
        self.attribute = attribute


@dataclass(frozen=True, slots=True)
class Place:
    """A segment of the charter at run time: with its side, under the id that cells, clips and tables use."""

    id: SegmentId
    segment: Segment
    side: Side

    @property
    def required(self) -> bool:
        return self.segment.presence == "required"


@dataclass(frozen=True, slots=True)
class FormSegment:
    """A segment as a reader sees it. ``not_imaged`` is the coordinator's reason, or None."""

    id: SegmentId
    code: str
    name: str
    side: Side
    map: str
    not_imaged: str | None = None

    @property
    def label(self) -> str:
        """``R CFV``; an unpaired segment has no letter."""
        return f"{self.side.letter} {self.code}".strip()


@dataclass(frozen=True, slots=True)
class Form:
    """What a reader is asked about one exam. It has no subject, visit, site or date.

    ``segments`` are those present, in form order; ``questions`` what is asked of each; ``fixed`` what stands without the reader
    (not applicable, not imaged); ``grid`` every cell of a complete reading, in order.
    """

    reading_type: ReadingTypeId
    segments: tuple[FormSegment, ...]
    questions: Mapping[SegmentId, tuple[ChoiceItem, ...]]
    fixed: Mapping[Cell, Grade]
    grid: tuple[Cell, ...]
    items: Mapping[ItemId, ChoiceItem]
    missing_reasons: MissingReasons
    signing: Signing

    def segment(self, segment: SegmentId) -> FormSegment:
        """Raises KeyError for a segment that is not present."""
        for present in self.segments:
            if present.id == segment:
                return present
        raise KeyError(segment)

    def questions_of(self, segment: SegmentId) -> tuple[ChoiceItem, ...]:
        """The items the reader is asked on this segment; none where it was not imaged."""
        return self.questions.get(segment, ())

    def item(self, item: ItemId) -> ChoiceItem:
        return self.items[item]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells the reader is asked, in form order."""
        return tuple(Cell(segment.id, ItemId(item.id)) for segment in self.segments for item in self.questions_of(segment.id))

    def asks(self, cell: Cell) -> bool:
        return any(item.id == cell.item for item in self.questions_of(cell.segment))

    @property
    def prefilled(self) -> Mapping[Cell, Answer]:
        """The answers that stand by default when the exam opens."""
        defaults = ((cell, self.items[cell.item].default) for cell in self.cells)
        return MappingProxyType({cell: Answer(cell, Grade(value, prefilled=True)) for cell, value in defaults if value is not None})

    def ne_reasons(self, item: ItemId) -> tuple[MissingReason, ...]:
        """The reasons offered for "not evaluable", in the order of their digits; none where the item does not allow it."""
        asked = self.items[item]
        if not asked.allow_ne:
            return ()
        return tuple(reason for reason in self.missing_reasons.ne if asked.ne_reasons is None or reason.id in asked.ne_reasons)


def side_of(charter: Charter, segment: Segment, attributes: Mapping[str, str]) -> Side:
    """The side of a segment that stands for one side. Raises SideUnknownError when the subject's side is not entered."""
    if segment.side != "study":
        return Side.UNPAIRED
    attribute = charter.exam.side_attribute or ""
    value = attributes.get(attribute)
    if value not in _SIDES:
        raise SideUnknownError(attribute)
    return _SIDES[value]


def segments_of(charter: Charter, attributes: Mapping[str, str]) -> tuple[Place, ...]:
    """Every segment of the charter in form order, with side; one for both sides becomes ``.L`` and ``.R``."""
    return tuple(place for segment in charter.segments for place in _places(charter, segment, attributes))


def _places(charter: Charter, segment: Segment, attributes: Mapping[str, str]) -> Iterator[Place]:
    if segment.side == "both":
        yield Place(SegmentId(f"{segment.id}.L"), segment, Side.LEFT)
        yield Place(SegmentId(f"{segment.id}.R"), segment, Side.RIGHT)
    else:
        yield Place(SegmentId(segment.id), segment, side_of(charter, segment, attributes))


def run_time_ids(charter: Charter, segments: Collection[str]) -> tuple[SegmentId, ...]:
    """The ids under which these segments of the charter stand in a reading."""
    return tuple(
        SegmentId(f"{segment}{suffix}")
        for segment in segments
        for suffix in ((".L", ".R") if charter.segment(segment).side == "both" else ("",))
    )


def form_for(
    charter: Charter,
    reading_type: str,
    *,
    visit: VisitId,
    attributes: Mapping[str, str],
    received: Collection[SegmentId],
    not_imaged: Mapping[SegmentId, str],
) -> Form:
    """The form of an exam. ``received`` are the segments with a released clip, ``not_imaged`` those closed by the coordinator, with reason.

    A segment that was closed and then received is asked: what was imaged cannot be "not imaged".
    Raises SideUnknownError when the subject's side is not entered.
    """
    places = segments_of(charter, attributes)
    asked = _asked(charter, reading_type, visit)
    items = _items_of(charter, reading_type)
    closed = {segment: reason for segment, reason in not_imaged.items() if segment not in received}
    present = tuple(place for place in places if place.required or place.id in received or place.id in closed)
    return Form(
        reading_type=ReadingTypeId(reading_type),
        segments=tuple(_form_segment(place, closed.get(place.id)) for place in present),
        questions=_questions(present, items, asked, closed),
        fixed=_fixed(places, present, items, asked, closed),
        grid=tuple(Cell(place.id, ItemId(item.id)) for place in places for item in items),
        items=MappingProxyType({ItemId(item.id): item for item in items}),
        missing_reasons=charter.missing,
        signing=charter.signing,
    )


def _form_segment(place: Place, reason: str | None) -> FormSegment:
    segment = place.segment
    return FormSegment(place.id, segment.id, segment.name, place.side, segment.map or segment.id, reason)


def _items_of(charter: Charter, reading_type: str) -> tuple[ChoiceItem, ...]:
    """The items of a reading type, in question order. Only choices are executed; ``not_executed`` names all others."""
    blocks = set(charter.reading_type(reading_type).blocks)
    asked = {item for ask in charter.asks if blocks & set(ask.blocks) for item in ask.items}
    return tuple(item for item in charter.items if item.id in asked and isinstance(item, ChoiceItem))


def _asked(charter: Charter, reading_type: str, visit: str) -> frozenset[tuple[str, str]]:
    """(segment id of the charter, item id) that some rule asks at this visit."""
    blocks = set(charter.reading_type(reading_type).blocks) & set(charter.visit(visit).blocks)
    rules = [ask for ask in charter.asks if blocks & set(ask.blocks)]
    return frozenset(
        (segment, item)
        for ask in rules
        for segment in (*ask.segments, *(member for group in ask.groups for member in charter.group(group).segments))
        for item in ask.items
    )


def _questions(
    present: tuple[Place, ...], items: tuple[ChoiceItem, ...], asked: frozenset[tuple[str, str]], closed: Mapping[SegmentId, str]
) -> Mapping[SegmentId, tuple[ChoiceItem, ...]]:
    imaged = (place for place in present if place.id not in closed)
    return MappingProxyType({place.id: tuple(item for item in items if (place.segment.id, item.id) in asked) for place in imaged})


def _fixed(
    places: tuple[Place, ...],
    present: tuple[Place, ...],
    items: tuple[ChoiceItem, ...],
    asked: frozenset[tuple[str, str]],
    closed: Mapping[SegmentId, str],
) -> Mapping[Cell, Grade]:
    standing: dict[Cell, Grade] = {}
    for place in places:
        for item in items:
            cell = Cell(place.id, ItemId(item.id))
            if (place.segment.id, item.id) not in asked:
                standing[cell] = not_applicable(NotApplicableCause.CHARTER)
            elif place not in present:
                standing[cell] = not_applicable(NotApplicableCause.ABSENT)
            elif place.id in closed:
                standing[cell] = not_imaged(closed[place.id])
    return MappingProxyType(standing)


def refused(form: Form, cell: Cell, grade: Grade) -> bool:
    """Whether a reader may not give this grade here: not asked, not in the list, or a kind of missing that is not the reader's."""
    if not form.asks(cell):
        return True
    if grade.missing is Missing.NOT_EVALUABLE:
        return grade.reason not in {reason.id for reason in form.ne_reasons(cell.item)}
    return grade.missing is not None or form.item(cell.item).option(grade.value or "") is None
