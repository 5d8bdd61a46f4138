"""One exam by chance: a visit, a subject, what was imaged, and two readings of each reading type that has two readers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from random import Random

from corelab.domain.asking import settle
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, ReadingType, Visit
from corelab.domain.charter.model_item import Item
from corelab.domain.charter.model_subject import Attribute
from corelab.domain.forecast.answers import Answers, answers_of, plain_answer
from corelab.domain.forecast.rates import AttributeRates, ItemRates, Rates
from corelab.domain.form import Form, Question, Use, form_for
from corelab.domain.places import run_time_ids
from corelab.domain.vocabulary import Cell, Grade, SegmentId, VisitId

Grades = Mapping[Cell, Grade]
_Question = tuple[Cell, Answers | None, Grade | None]
"""What is asked, and how it is answered: by chance, by both alike, or not at all."""
_Said = tuple[dict[Cell, Grade], dict[Cell, Grade]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Two readings of one exam by one reading type, as complete grids."""

    visit: VisitId
    reading_type: str
    attributes: Attributes
    form: Form
    one: Grades
    two: Grades


class Exams:
    """Draws exams by number: the same seed and number give the same exam, however many are drawn."""

    def __init__(self, charter: Charter, rates: Rates) -> None:
        self._charter, self._rates = charter, rates
        self._answers: dict[tuple[Cell, VisitId], Answers | None] = {}
        self._asked: dict[tuple[int, VisitId], tuple[_Question, ...]] = {}
        self._forms: dict[tuple[object, ...], Form] = {}
        self._members = {group.id: frozenset(group.segments) for group in charter.groups}

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Those named by the rates, else those that every subject has."""
        named = self._rates.visits or tuple(visit.id for visit in self._charter.visits if visit.required)
        return tuple(visit for visit in self._charter.visits if visit.id in named)

    @cached_property
    def _pairs(self) -> tuple[tuple[int, int], ...]:
        return tuple(combinations(range(self._rates.readers), 2)) or ((0, 0),)

    @cached_property
    def assumed(self) -> tuple[str, ...]:
        """Compared items of which the rates say nothing: both readers then say the same."""
        told = {one.item for one in self._rates.items}
        compared = {item for each in self._charter.classes for rule in each.rules for item in getattr(rule, "items", ())}
        return tuple(item.id for item in self._charter.items if item.id in compared and item.id not in told)

    def exam(self, number: int) -> Iterator[Drawn]:
        """The readings of one exam."""
        chance = Random(f"{self._rates.seed}|{number}")  # noqa: S311 - a simulation, no secret
        visit = self.visits[number % len(self.visits)]
        readers = self._pairs[number // len(self.visits) % len(self._pairs)]
        attributes = self._attributes(chance)
        received = self._received(chance)
        for kind in self._charter.reading_types:
            if kind.readers == 2 and set(kind.blocks) & set(visit.blocks):
                form = self._form(kind, visit, attributes, received)
                yield self._drawn(chance, VisitId(visit.id), kind, attributes, form, readers)

    def _drawn(
        self, chance: Random, visit: VisitId, kind: ReadingType, attributes: Attributes, form: Form, readers: tuple[int, int]
    ) -> Drawn:
        said: _Said = ({}, {})
        for cell, answers, plain in self._questions(form, visit):
            if answers is not None:
                truth = answers.truth(chance)
                for reader, given in zip(readers, said, strict=True):
                    given[cell] = answers.said(truth, reader, chance)
            elif plain is not None:
                said[0][cell] = said[1][cell] = plain
        one, two = (_complete(form, answers) for answers in said)
        return Drawn(visit, kind.id, attributes, form, one, two)

    def _questions(self, form: Form, visit: VisitId) -> tuple[_Question, ...]:
        """Every question of a form, also those that other answers will hide; forms are kept, so that their identity names them."""
        key = (id(form), visit)
        if key not in self._asked:
            self._asked[key] = tuple(
                (question.cell, self._of(question, visit), None if question.use is Use.OPTIONAL else plain_answer(question.item))
                for question in form.questions.values()
            )
        return self._asked[key]

    # ------------------------------------------------------------ what the rates say of it

    def _of(self, question: Question, visit: VisitId) -> Answers | None:
        key = (question.cell, visit)
        if key not in self._answers:
            self._answers[key] = self._found(question.item, question.cell.segment, visit)
        return self._answers[key]

    def _found(self, item: Item, segment: SegmentId, visit: VisitId) -> Answers | None:
        """By the first entry that holds there."""
        rates = next((one for one in self._rates.items if one.item == item.id and self._holds(one, segment, visit)), None)
        return answers_of(item, rates, self._reason(item)) if rates is not None else None

    def _holds(self, rates: ItemRates, segment: SegmentId, visit: VisitId) -> bool:
        if rates.visits and visit not in rates.visits:
            return False
        named = {*rates.segments, *(one for group in rates.groups for one in self._members[group])}
        return not named or segment.partition(".")[0] in named

    def _reason(self, item: Item) -> str:
        offered = [one.id for one in self._charter.missing.ne if item.ne_reasons is None or one.id in item.ne_reasons]
        return offered[0] if offered else self._charter.missing.ne[0].id

    # ------------------------------------------------------------ subject and images

    def _attributes(self, chance: Random) -> Attributes:
        subject: dict[str, str] = {}
        segments: dict[tuple[str, SegmentId], str] = {}
        for attribute in self._charter.attributes:
            if attribute.per == "subject":
                subject[attribute.id] = self._value(chance, attribute, "")
            else:
                members = self._charter.group(attribute.group).segments if attribute.group else ()
                for segment in run_time_ids(self._charter, members):
                    segments[attribute.id, segment] = self._value(chance, attribute, segment.partition(".")[0])
        return Attributes(subject, segments)

    def _value(self, chance: Random, attribute: Attribute, segment: str) -> str:
        """Every value as often as the others where the rates say nothing."""
        told = next((one for one in self._rates.attributes if _of_attribute(one, attribute.id, segment)), None)
        shares = told.values if told is not None else dict.fromkeys(attribute.values, 1.0)
        return chance.choices(tuple(shares), tuple(shares.values()))[0]

    def _received(self, chance: Random) -> frozenset[SegmentId]:
        """Required segments are always imaged and others never, where the rates say nothing."""
        return frozenset(
            place
            for segment in self._charter.segments
            for place in run_time_ids(self._charter, (segment.id,))
            if chance.random() < self._rates.imaged.get(segment.id, 1.0 if segment.presence == "required" else 0.0)
        )

    def _form(self, kind: ReadingType, visit: Visit, attributes: Attributes, received: frozenset[SegmentId]) -> Form:
        key = (kind.id, visit.id, tuple(attributes.subject.items()), tuple(attributes.segments.items()), received)
        if key not in self._forms:
            required = run_time_ids(self._charter, [one.id for one in self._charter.segments if one.presence == "required"])
            reason = self._charter.missing.ni[0].id
            self._forms[key] = form_for(
                self._charter,
                kind.id,
                visit=VisitId(visit.id),
                attributes=attributes,
                received=received,
                not_imaged={segment: reason for segment in required if segment not in received},
            )
        return self._forms[key]


def _complete(form: Form, given: Grades) -> Grades:
    grades = settle(form, given).grades
    return {cell: grades[cell] for cell in form.grid}


def _of_attribute(rates: AttributeRates, attribute: str, segment: str) -> bool:
    return rates.id == attribute and (not rates.segments or segment in rates.segments)
