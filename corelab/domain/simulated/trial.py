"""A simulated trial: from a seed, who has which vessels, how ill each is, and what two readers say who agree on a given share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from corelab.domain.adjudication import Take
from corelab.domain.attributes import NOT_PRESENT, Attributes
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem
from corelab.domain.charter.model_subject import Attribute
from corelab.domain.guess import Arm
from corelab.domain.places import Place, members_of, segments_of
from corelab.domain.values import joined, number_text
from corelab.domain.vocabulary import Cell, Grade, Missing, SegmentId, Side, SubjectCode, VisitId, not_evaluable

_NOT_EVALUABLE = 0.03
"""Share of answers that are "not evaluable" where an item allows it."""
_NOT_IMAGED = 0.02
_OTHER_THAN_DEFAULT = 0.06
_NOT_THERE = 0.25
"""Share of the vessels that not everybody has, which a subject does not have."""
_FAR = 0.2
"""Share of disagreements that are not with the next grade but with any other."""
_HEALING = (1.0, 0.6, 0.4, 0.3)
"""How much of the first visit's burden is left at each later one."""
_SMALL, _LARGE = 0.1, 0.4
"""Where in its range a measured value lies."""
_APART = (0.4, 0.6, 1.5, 1.8)
"""What a reader who errs makes of a measured value."""
_GUESSES = 0.4
"""Share of readings after which a reader names an arm."""
_WORDS = "as described"


@dataclass(frozen=True, slots=True)
class SimulatedTrial:
    """Every draw has a stream of chance of its own, named by what it is for: one more subject or visit changes nothing elsewhere."""

    charter: Charter
    seed: int
    agreement: float
    clips_per_segment: int = 1
    _known: dict[SubjectCode, tuple[Attributes, tuple[Place, ...]]] = field(default_factory=dict, compare=False, repr=False)
    _runs: dict[SubjectCode, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)

    def chance(self, *parts: object) -> Random:
        return Random("|".join(map(str, (self.seed, *parts))))  # noqa: S311 - a simulation, no secret

    # ------------------------------------------------------------ subjects and clips

    def side(self, subject: SubjectCode) -> Side:
        return self.chance("side", subject).choice((Side.LEFT, Side.RIGHT))

    def attributes(self, subject: SubjectCode) -> Attributes:
        """What a coordinator would enter."""
        return self._of(subject)[0]

    def places(self, subject: SubjectCode) -> tuple[Place, ...]:
        """The segments of which a site sends clips: the required ones, and the others of which it is said that they are there."""
        return self._of(subject)[1]

    def _of(self, subject: SubjectCode) -> tuple[Attributes, tuple[Place, ...]]:
        if subject not in self._known:
            attributes = self._drawn(subject)
            described = {segment for _, segment in attributes.segments}
            there = (one for one in segments_of(self.charter, attributes) if not attributes.absent(one.id))
            self._known[subject] = attributes, tuple(one for one in there if one.required or one.id in described)
        return self._known[subject]

    def _drawn(self, subject: SubjectCode) -> Attributes:
        side = self.charter.exam.side_attribute
        of_subject = {one.id: self.chance("attribute", subject, one.id).choice(one.values) for one in self._attributes("subject")}
        of_segments = {(one.id, segment): value for one in self._attributes("segment") for segment, value in self._facts(subject, one)}
        return Attributes(of_subject | ({side: self.side(subject).value} if side else {}), of_segments)

    def _attributes(self, per: str) -> Iterator[Attribute]:
        return (one for one in self.charter.attributes if one.per == per)

    def _facts(self, subject: SubjectCode, attribute: Attribute) -> Iterator[tuple[SegmentId, str]]:
        """Of a vessel that everybody has, never that it is not there."""
        for segment in members_of(self.charter, Attributes(), groups=(attribute.group or "",)):
            chance = self.chance("attribute", subject, attribute.id, segment)
            required = self.charter.segment(segment.partition(".")[0]).presence == "required"
            lacks = NOT_PRESENT in attribute.values and not required and chance.random() < _NOT_THERE
            yield segment, NOT_PRESENT if lacks else chance.choice([value for value in attribute.values if value != NOT_PRESENT])

    def clips(self, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> int:
        """How many clips of a segment came in; 0 where it was not imaged."""
        imaged = self.chance("imaged", subject, visit, segment).random() >= _NOT_IMAGED
        return self.clips_per_segment if imaged else 0

    # ------------------------------------------------------------ truth

    def illness(self, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> float:
        """0 (open and soft) to 1. One run of neighbouring veins is ill, worst in its middle; over the visits it opens again."""
        places = [one.id for one in self.places(subject)]
        middle, reach = self._run_of(subject)
        burden = max(0.0, 1.1 - abs(places.index(segment) - middle) / reach) if segment in places else 0.0
        number = [one.id for one in self.charter.visits].index(visit)
        return min(1.0, burden) * _HEALING[min(number, len(_HEALING) - 1)]

    def _run_of(self, subject: SubjectCode) -> tuple[int, int]:
        """The middle of the ill run among the subject's places, and how far it reaches."""
        if subject not in self._runs:
            chance = self.chance("illness", subject)
            self._runs[subject] = chance.randrange(len(self.places(subject))), chance.choice((1, 2, 3, 4))
        return self._runs[subject]

    def truth(self, subject: SubjectCode, visit: VisitId, cell: Cell, again: int = 0) -> Grade:
        """What the picture shows: the more ill a vein, the higher the rank. ``again`` counts how often it was drawn anew."""
        item, chance = self.charter.item(cell.item), self.chance("truth", subject, visit, cell.segment, cell.item, *(again,) * bool(again))
        default = item.default if isinstance(item, ChoiceItem) else None
        if default is not None:
            keeps = again or chance.random() >= _OTHER_THAN_DEFAULT
            return Grade(default if keeps else chance.choice(_options(item)))
        if item.allow_ne and chance.random() < _NOT_EVALUABLE:
            return self._not_evaluable()
        match item:
            case ChoiceItem():
                ill = self.illness(subject, visit, cell.segment) + chance.uniform(-0.1, 0.1)
                bounds = [(place + 0.5) / len(item.options) for place in range(1, len(item.options))]
                return Grade(item.options[sum(ill > bound for bound in bounds)].value)
            case MultiItem():
                return Grade(joined(item, chance.sample(_options(item), chance.randint(1, len(item.options)))))
            case NumberItem():
                return Grade(_number(item, item.min + (item.max - item.min) * chance.uniform(_SMALL, _LARGE)))
            case _:
                return Grade(_WORDS[: item.max_length])

    # ------------------------------------------------------------ readers

    def said(self, subject: SubjectCode, visit: VisitId, cell: Cell, slot: int, again: int = 0) -> Grade:
        """What the reader of this slot answers: both say the truth with probability ``agreement``, else one of them errs."""
        truth = self.truth(subject, visit, cell, again)
        chance = self.chance("said", subject, visit, cell.segment, cell.item, *(again,) * bool(again))
        agree, who_errs = chance.random() < self.agreement, chance.choice((1, 2))
        return truth if agree or who_errs != slot else self._wrong(self.charter.item(cell.item), truth, chance)

    def taken(self, subject: SubjectCode, visit: VisitId, cell: Cell) -> Take:
        """Which side the adjudicator takes: one who leans to neither."""
        return self.chance("taken", subject, visit, cell.segment, cell.item).choice((Take.A, Take.B))

    def seconds(self, subject: SubjectCode, visit: VisitId, slot: int) -> int:
        """How long the reader was at it."""
        signing = self.charter.signing
        return min(max(signing.min_seconds, self.chance("seconds", subject, visit, slot).randint(240, 1200)), signing.max_seconds)

    def guessed(self, subject: SubjectCode, visit: VisitId, slot: int) -> tuple[str, Arm]:
        """What suggested the treatment, of what the charter offers, and which it was: drawn, since a simulated picture shows neither."""
        chance = self.chance("guess", subject, visit, slot)
        knows = chance.random() < _GUESSES
        return chance.choice(self.charter.blinding.suggestions), chance.choice((Arm.FIRST, Arm.SECOND)) if knows else Arm.UNKNOWN

    def _wrong(self, item: Item, truth: Grade, chance: Random) -> Grade:
        """Another answer: mostly the next grade, at times any other, or "not evaluable"."""
        if truth.missing is not Missing.NOT_EVALUABLE and item.allow_ne and chance.random() < _NOT_EVALUABLE:
            return self._not_evaluable()
        match item:
            case ChoiceItem():
                return Grade(_other(_options(item), truth, chance))
            case MultiItem():
                return Grade(joined(item, chance.sample(_options(item), 1)))
            case NumberItem():
                return Grade(_number(item, float(truth.value or item.max / 2) * chance.choice(_APART)))
            case _:
                return truth

    def _not_evaluable(self) -> Grade:
        """With the first reason that asks for no note."""
        return not_evaluable(next(reason.id for reason in self.charter.missing.ne if not reason.note))


def _options(item: Item) -> list[str]:
    return [option.value for option in item.options] if isinstance(item, ChoiceItem | MultiItem) else []


def _other(values: list[str], truth: Grade, chance: Random) -> str:
    if truth.value not in values:
        return chance.choice(values)
    place = values.index(truth.value)
    near = [other for other in (place - 1, place + 1) if 0 <= other < len(values)]
    far = [other for other in range(len(values)) if other != place]
    return values[chance.choice(far if chance.random() < _FAR else near)]


def _number(item: NumberItem, value: float) -> str:
    return number_text(item, Decimal(str(min(max(value, item.min), item.max))))
