"""The form of one exam, made from its charter: which questions apply to this visit, this subject and what was imaged."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_design import BlindingProfile
from corelab.domain.charter.model_rules import Ask
from corelab.domain.conditions import Some
from corelab.domain.form_checks import checks_of
from corelab.domain.places import Place, SideUnknownError, members_of, run_time_ids, segments_of, side_of
from corelab.domain.questions import Form, FormSegment, Question, Use, refused
from corelab.domain.resolving import Ground, resolve
from corelab.domain.vocabulary import (
    WHOLE_EXAM,
    Cell,
    Grade,
    ItemId,
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
    "told_of",
]

_NO_CELLS: Mapping[Cell, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class _Exam:
    """What a form is made from, told apart by ``key``: comparing whole charters costs more than making the form."""

    key: tuple[object, ...]
    made: Callable[[], Form]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Exam) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _form(exam: _Exam) -> Form:
    """Each is asked for several times for every answer that is saved."""
    return exam.made()


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
    closed = {segment: reason for segment, reason in not_imaged.items() if segment not in received}
    facts = (frozenset(attributes.subject.items()), frozenset(attributes.segments.items()), frozenset(received))
    shut = (frozenset(closed.items()), frozenset(not_imaged_cells.items()))
    key = (charter.hash, id(charter), reading_type, visit, interval_days, *facts, *shut)

    def made() -> Form:
        return _Making(charter, reading_type, visit, attributes).form(frozenset(received), closed, not_imaged_cells, interval_days)

    return _form(_Exam(key, made))


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
        asked, anyhow = self._asked(), self._asked_of_anybody()
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

    def _asked(self) -> dict[Cell, Question]:
        """The strongest question of every cell that some rule asks at this visit."""
        asked: dict[Cell, Question] = {}
        for ask in self._asks():
            for question in self._of_ask(ask):
                asked[question.cell] = _stronger(asked.get(question.cell), question)
        return asked

    def _asked_of_anybody(self) -> frozenset[Cell]:
        """The cells that some rule would ask, whatever is known of the segment."""
        return frozenset(Cell(segment, ItemId(item)) for ask in self._asks() for segment in self._group(ask) for item in ask.items)

    def _asks(self) -> Iterator[Ask]:
        return (ask for ask in self._charter.asks if self._ground.blocks & set(ask.blocks))

    def _group(self, ask: Ask) -> tuple[SegmentId, ...]:
        return members_of(self._charter, self._attributes, groups=ask.groups, segments=ask.segments)

    def _of_ask(self, ask: Ask) -> Iterator[Question]:
        group = self._group(ask)
        fitting = {segment for segment in group or (WHOLE_EXAM,) if self._fits(ask, segment)}
        tests = {segment: resolve(ask.when, self._ground, segment, group) if ask.when else None for segment in fitting}
        for item in map(self._charter.item, ask.items):
            for segment in (WHOLE_EXAM,) if item.scope == "exam" else group:
                if segment in fitting:
                    yield Question(Cell(segment, ItemId(item.id)), item, Use[ask.use.upper()], tests[segment])

    def _fits(self, ask: Ask, segment: SegmentId) -> bool:
        return ask.where is None or self._attributes.of(ask.where.attribute, segment or None) in ask.where.values

    # ------------------------------------------------------------ what stands

    def _standing(
        self, grid: Iterable[Cell], asked: Mapping[Cell, Question], anyhow: frozenset[Cell], absent: set[SegmentId]
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
        for cell in question.decided_by:
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
