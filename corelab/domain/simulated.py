"""Simulated trials: from a seed, how ill each vein is and what two readers say who agree on a given share of all questions. Pure."""

from dataclasses import dataclass
from random import Random

from corelab.domain.adjudication import Take
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.form import run_time_ids
from corelab.domain.vocabulary import Cell, Grade, Missing, SegmentId, Side, SubjectCode, VisitId, not_evaluable

_NOT_EVALUABLE = 0.03
"""Share of answers that are "not evaluable" where an item allows it."""
_NOT_IMAGED = 0.02
_OTHER_THAN_DEFAULT = 0.06
_FAR = 0.2
"""Share of disagreements that are not with the next grade but with any other."""
_HEALING = (1.0, 0.6, 0.4, 0.3)
"""How much of the first visit's burden is left at each later one."""


@dataclass(frozen=True, slots=True)
class SimulatedTrial:
    """Every draw has a stream of chance of its own, named by what it is for: one more subject or visit changes nothing elsewhere."""

    charter: Charter
    seed: int
    agreement: float
    clips_per_segment: int = 1

    def _chance(self, *parts: object) -> Random:
        return Random("|".join(map(str, (self.seed, *parts))))  # noqa: S311 - a simulation, no secret

    @property
    def segments(self) -> tuple[SegmentId, ...]:
        """The required segments, in form order."""
        return run_time_ids(self.charter, [segment.id for segment in self.charter.segments if segment.presence == "required"])

    def side(self, subject: SubjectCode) -> Side:
        return self._chance("side", subject).choice((Side.LEFT, Side.RIGHT))

    def clips(self, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> int:
        """How many clips of a segment came in; 0 where it was not imaged."""
        imaged = self._chance("imaged", subject, visit, segment).random() >= _NOT_IMAGED
        return self.clips_per_segment if imaged else 0

    def illness(self, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> float:
        """0 (open and soft) to 1. One run of neighbouring veins is ill, worst in its middle; over the visits it opens again."""
        chance, places = self._chance("illness", subject), self.segments
        middle, reach = chance.randrange(len(places)), chance.choice((1, 2, 3, 4))
        burden = max(0.0, 1.1 - abs(places.index(segment) - middle) / reach) if segment in places else 0.0
        number = [one.id for one in self.charter.visits].index(visit)
        return min(1.0, burden) * _HEALING[min(number, len(_HEALING) - 1)]

    def truth(self, subject: SubjectCode, visit: VisitId, cell: Cell) -> Grade:
        """What the picture shows: the more ill a vein, the higher the rank."""
        item, chance = self.choice(cell), self._chance("truth", subject, visit, cell.segment, cell.item)
        if item.default is not None:
            return Grade(item.default if chance.random() >= _OTHER_THAN_DEFAULT else chance.choice(item.options).value)
        if item.allow_ne and chance.random() < _NOT_EVALUABLE:
            return self._not_evaluable()
        ill = self.illness(subject, visit, cell.segment) + chance.uniform(-0.1, 0.1)
        bounds = [(place + 0.5) / len(item.options) for place in range(1, len(item.options))]
        return Grade(item.options[sum(ill > bound for bound in bounds)].value)

    def said(self, subject: SubjectCode, visit: VisitId, cell: Cell, slot: int) -> Grade:
        """What the reader of this slot answers: both say the truth with probability ``agreement``, else one of them errs."""
        truth, chance = self.truth(subject, visit, cell), self._chance("said", subject, visit, cell.segment, cell.item)
        agree, who_errs = chance.random() < self.agreement, chance.choice((1, 2))
        return truth if agree or who_errs != slot else self._wrong(self.choice(cell), truth, chance)

    def taken(self, subject: SubjectCode, visit: VisitId, cell: Cell) -> Take:
        """Which side the adjudicator takes: one who leans to neither."""
        return self._chance("taken", subject, visit, cell.segment, cell.item).choice((Take.A, Take.B))

    def _wrong(self, item: ChoiceItem, truth: Grade, chance: Random) -> Grade:
        """Another answer: mostly the next grade, at times any other, or "not evaluable"."""
        values = [option.value for option in item.options]
        if truth.missing is Missing.NOT_EVALUABLE:
            return Grade(chance.choice(values))
        if item.allow_ne and chance.random() < _NOT_EVALUABLE:
            return self._not_evaluable()
        place = values.index(truth.value or "")
        near = [other for other in (place - 1, place + 1) if 0 <= other < len(values)]
        far = [other for other in range(len(values)) if other != place]
        return Grade(values[chance.choice(far if chance.random() < _FAR else near)])

    def _not_evaluable(self) -> Grade:
        """With the first reason that asks for no note."""
        return not_evaluable(next(reason.id for reason in self.charter.missing.ne if not reason.note))

    def choice(self, cell: Cell) -> ChoiceItem:
        """The item of a cell. Raises TypeError for one that is no choice."""
        item = self.charter.item(cell.item)
        if not isinstance(item, ChoiceItem):
            raise TypeError(cell.item)
        return item
