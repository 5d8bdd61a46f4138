"""The form of one exam: which segments are there, what is asked of each and when, and what stands already without the reader."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, ChoiceItem, MissingReason, MissingReasons, Signing
from corelab.domain.charter.model_design import BlindingProfile
from corelab.domain.charter.model_item import Item
from corelab.domain.charter.model_rules import Ask
from corelab.domain.conditions import Ground, Some, Test, cells_of, resolve
from corelab.domain.form_checks import FormCheck, checks_of
from corelab.domain.places import Place, SideUnknownError, members_of, run_time_ids, segments_of, side_of
from corelab.domain.values import fits
from corelab.domain.vocabulary import (
    WHOLE_EXAM,
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

__all__ = [
    "Form",
    "FormSegment",
    "Place",
    "Question",
    "SideUnknownError",
    "Use",
    "form_for",
    "refused",
    "run_time_ids",
    "segments_of",
    "side_of",
]

_NO_CELLS: Mapping[Cell, str] = MappingProxyType({})


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
    """What is asked in one cell. ``when`` says of a detail whether it applies; anything else always does."""

    cell: Cell
    item: Item
    use: Use
    when: Test | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What a reader is asked about one exam. It has no subject, site or date, and of the visit no more than the profile shows (``told``).

    ``segments`` are those present, in form order; ``questions`` what is asked, in form order; ``fixed`` what stands without the reader
    (not applicable, not imaged); ``grid`` every cell of a complete reading, in order. ``in_order`` are the questions, each after those
    that decide whether it applies.
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

    @property
    def prefilled(self) -> Mapping[Cell, Answer]:
        """The answers that stand by default when the exam opens."""
        asked = ((cell, question.item) for cell, question in self.questions.items() if question.use is Use.CORE)
        defaults = ((cell, item.default) for cell, item in asked if isinstance(item, ChoiceItem))
        return MappingProxyType({cell: Answer(cell, Grade(value, prefilled=True)) for cell, value in defaults if value is not None})

    def ne_reasons(self, item: ItemId) -> tuple[MissingReason, ...]:
        """The reasons offered for "not evaluable", in the order of their digits; none where the item does not allow it."""
        asked = self.items[item]
        if not asked.allow_ne:
            return ()
        return tuple(reason for reason in self.missing_reasons.ne if asked.ne_reasons is None or reason.id in asked.ne_reasons)


def form_for(  # noqa: PLR0913 - what a form is made from
    charter: Charter,
    reading_type: str,
    *,
    visit: VisitId,
    attributes: Attributes,
    received: Collection[SegmentId],
    not_imaged: Mapping[SegmentId, str],
    not_imaged_cells: Mapping[Cell, str] = _NO_CELLS,
    interval_days: int | None = None,
) -> Form:
    """The form of an exam. ``received`` are the segments with a released clip, ``not_imaged`` those closed by the coordinator, with reason.

    A segment that was closed and then received is asked: what was imaged cannot be "not imaged". ``not_imaged_cells`` closes single
    items of a segment. ``interval_days`` since the visit before is told where the blinding profile shows it.
    Raises SideUnknownError when the subject's side is not entered.
    """
    return _Making(charter, reading_type, visit, attributes).form(
        frozenset(received),
        {segment: reason for segment, reason in not_imaged.items() if segment not in received},
        not_imaged_cells,
        interval_days,
    )


class _Making:
    """One form in the making."""

    def __init__(self, charter: Charter, reading_type: str, visit: VisitId, attributes: Attributes) -> None:
        self._charter, self._visit, self._attributes = charter, charter.visit(visit), attributes
        self._type = charter.reading_type(reading_type)
        self._profile = charter.blinding_profile(self._type.blinding)
        self._ground = Ground(charter, attributes, visit, frozenset(self._type.blocks) & frozenset(self._visit.blocks))
        self._places = segments_of(charter, attributes)
        asked = {item for ask in charter.asks if set(self._type.blocks) & set(ask.blocks) for item in ask.items}
        self._items = tuple(item for item in charter.items if item.id in asked)

    def form(
        self, received: frozenset[SegmentId], closed: Mapping[SegmentId, str], cells: Mapping[Cell, str], interval_days: int | None
    ) -> Form:
        absent = {place.id for place in self._places if self._is_absent(place, received, closed)}
        present = [place for place in self._places if place.id not in absent]
        asked, anyhow = self._asked(with_where=True), self._asked(with_where=False)
        grid = self._grid()
        standing = dict(self._standing(grid, asked, anyhow, absent))
        standing |= self._closed([asked[cell] for cell in grid if cell in asked and cell not in standing], closed, cells)
        questions = {cell: asked[cell] for cell in grid if cell in asked and cell not in standing}
        segments = tuple(self._segment(place, closed.get(place.id)) for place in present)
        if any(cell.segment == WHOLE_EXAM for cell in questions):
            segments = (*segments, FormSegment(WHOLE_EXAM, "", "Whole exam", Side.UNPAIRED, ""))
        return Form(
            reading_type=ReadingTypeId(self._type.id),
            segments=segments,
            questions=MappingProxyType(questions),
            fixed=MappingProxyType(standing),
            grid=grid,
            items=MappingProxyType({ItemId(item.id): item for item in self._items}),
            missing_reasons=self._charter.missing,
            signing=self._charter.signing,
            checks=checks_of(self._charter, self._ground, questions, [place.id for place in present]),
            told=told_of(self._charter, self._profile, self._visit.id, interval_days),
            in_order=tuple(_in_order(questions)),
        )

    def _is_absent(self, place: Place, received: frozenset[SegmentId], closed: Mapping[SegmentId, str]) -> bool:
        there = place.required or place.id in received or place.id in closed
        return self._attributes.absent(place.id) or not there

    def _segment(self, place: Place, reason: str | None) -> FormSegment:
        segment = place.segment
        side = place.side if "side" in self._profile.show or segment.side != "study" else Side.UNPAIRED
        return FormSegment(place.id, segment.id, segment.name, side, segment.map or segment.id, reason, self._role(place.id))

    def _role(self, segment: SegmentId) -> tuple[str, ...]:
        """What the reader may know of this segment: its attributes, where profile and attribute show them."""
        if "role" not in self._profile.show:
            return ()
        shown = (one for one in self._charter.attributes if one.per == "segment" and self._type.id in one.shown_to)
        values = (self._attributes.of(one.id, segment) for one in shown)
        return tuple(value for value in values if value is not None)

    # ------------------------------------------------------------ what is asked

    def _grid(self) -> tuple[Cell, ...]:
        of_segments = (Cell(place.id, ItemId(item.id)) for place in self._places for item in self._items if item.scope == "segment")
        of_exam = (Cell(WHOLE_EXAM, ItemId(item.id)) for item in self._items if item.scope == "exam")
        return (*of_segments, *of_exam)

    def _asked(self, *, with_where: bool) -> dict[Cell, Question]:
        """The strongest question of every cell that some rule asks at this visit."""
        asked: dict[Cell, Question] = {}
        for ask in self._charter.asks:
            if self._ground.blocks & set(ask.blocks):
                for question in self._of_ask(ask, with_where=with_where):
                    asked[question.cell] = _stronger(asked.get(question.cell), question)
        return asked

    def _of_ask(self, ask: Ask, *, with_where: bool) -> Iterator[Question]:
        group = members_of(self._charter, self._attributes, groups=ask.groups, segments=ask.segments)
        for item in map(self._charter.item, ask.items):
            for segment in (WHOLE_EXAM,) if item.scope == "exam" else group:
                fitting = ask.where is None or self._attributes.of(ask.where.attribute, segment or None) in ask.where.values
                if fitting or not with_where:
                    when = resolve(ask.when, self._ground, segment, group) if ask.when is not None else None
                    yield Question(Cell(segment, ItemId(item.id)), item, Use[ask.use.upper()], when)

    # ------------------------------------------------------------ what stands

    def _standing(
        self, grid: Iterable[Cell], asked: Mapping[Cell, Question], anyhow: Mapping[Cell, Question], absent: set[SegmentId]
    ) -> Iterator[tuple[Cell, Grade]]:
        for cell in grid:
            if cell.segment in absent and cell in anyhow:
                yield cell, not_applicable(NotApplicableCause.ABSENT)
            elif cell not in asked:
                yield cell, not_applicable(NotApplicableCause.CHARTER)

    def _closed(
        self, asked: Iterable[Question], closed: Mapping[SegmentId, str], cells: Mapping[Cell, str]
    ) -> Iterator[tuple[Cell, Grade]]:
        """What was not imaged; a question that need not be answered is only left out there."""
        for question in asked:
            cell = question.cell
            reason = cells.get(cell) or closed.get(cell.segment)
            if reason is not None:
                left_out = question.use is Use.OPTIONAL and cell not in cells
                yield cell, not_applicable(NotApplicableCause.OPTIONAL) if left_out else not_imaged(reason)


def _stronger(before: Question | None, new: Question) -> Question:
    """Core before detail before optional; two details join with "or"."""
    if before is None or new.use > before.use:
        return new
    if new.use < before.use or before.when is None or new.when is None:
        return before
    return Question(before.cell, before.item, before.use, Some((before.when, new.when)))


def _in_order(questions: Mapping[Cell, Question]) -> Iterator[Question]:
    """Every question after those that decide whether it applies. A charter has no circle of details."""
    done: set[Cell] = set()

    def visit(question: Question) -> Iterator[Question]:
        if question.cell in done:
            return
        done.add(question.cell)
        for cell in cells_of(question.when) if question.when is not None else ():
            if cell in questions:
                yield from visit(questions[cell])
        yield question

    for question in questions.values():
        yield from visit(question)


def told_of(charter: Charter, profile: BlindingProfile, visit: str, interval_days: int | None) -> tuple[tuple[str, str], ...]:
    """What a reader may know of the exam, as (word, value): only what the blinding profile shows."""
    found = charter.visit(visit)
    order = sorted(charter.visits, key=lambda one: one.number).index(found) + 1
    days = "" if interval_days is None else f"{interval_days} days since the visit before"
    told = {"visit": ("Visit", found.label), "visit_order": ("Order", f"visit {order}"), "interval_days": ("Interval", days)}
    return tuple(told[name] for name in ("visit", "visit_order", "interval_days") if name in profile.show and told[name][1])


def refused(form: Form, cell: Cell, grade: Grade) -> bool:
    """Whether a reader may not give this grade here: not asked, not in list or range, or a kind of missing that is not the reader's."""
    if not form.asks(cell):
        return True
    if grade.missing is Missing.NOT_EVALUABLE:
        return grade.reason not in {reason.id for reason in form.ne_reasons(cell.item)}
    return grade.value is None or not fits(form.item(cell.item), grade.value)
