"""An independent third read: two of three equal grades win; three different ones give the middle, the closest, or the adjudicator's."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from corelab.domain.allocation import Slot
from corelab.domain.charter.model_item import ChoiceItem, Item, NumberItem
from corelab.domain.class_rules import same
from corelab.domain.details import NOT_APPLYING, Controlled, applies, inherited
from corelab.domain.discordance import Comparison
from corelab.domain.vocabulary import Cell, Grade, Missing


@dataclass(frozen=True, slots=True)
class Three:
    """What both readings and the adjudicator say in one cell; ``reference`` is the slot that stands on a tie."""

    one: Grade
    two: Grade
    own: Grade
    reference: Slot

    @property
    def of_reference(self) -> Grade:
        return self.one if self.reference == 1 else self.two

    @property
    def of_other(self) -> Grade:
        return self.two if self.reference == 1 else self.one


def agreed_of_three(item: Item, three: Three) -> Grade:
    """The grade that stands. Not evaluable is a value like any other; it has no rank and no distance to a number."""
    for pair in ((three.own, three.of_reference), (three.own, three.of_other), (three.of_reference, three.of_other)):
        if same(*pair):
            return pair[0]
    values = [grade.value for grade in (three.one, three.two, three.own)]
    if any(value is None for value in values):
        return three.own
    match item:
        case ChoiceItem() if item.scale == "ordinal":
            return sorted((three.one, three.two, three.own), key=lambda grade: item.rank(grade.value or "") or 0)[1]
        case NumberItem():
            return min((three.of_reference, three.of_other), key=lambda grade: _distance(grade, three.own))
        case _:
            return three.own


def _distance(grade: Grade, own: Grade) -> Decimal:
    return abs(Decimal(grade.value or 0) - Decimal(own.value or 0))


class ThirdRead:
    """What stands after a third read: ``decisions``, by cell. ``own`` is everything that the adjudicator signed."""

    def __init__(self, comparison: Comparison, own: Mapping[Cell, Grade]) -> None:
        self._comparison, self._own = comparison, own
        self.final = {result.cell: result.grade for result in comparison.results}
        for detail in comparison.details:
            self.final.pop(detail.cell, None)
        self.decided = {one.cell: grade for one in comparison.to_decide if (grade := self._of_dispute(one.cell)) is not None}
        self.final |= self.decided
        self.decisions = dict(self.decided)
        for detail in comparison.hanging:
            settled = self._settled(detail) if all(cell in self.decided for cell in detail.by) else None
            if settled is not None:
                self.final[detail.cell] = self.decisions[detail.cell] = settled

    def _of_dispute(self, cell: Cell) -> Grade | None:
        own = self._own.get(cell)
        if own is None:
            return None
        one, two = self._comparison.grades_1[cell], self._comparison.grades_2[cell]
        return agreed_of_three(self._comparison.charter.item(cell.item), Three(one, two, own, self._comparison.reference))

    # ------------------------------------------------------------ details

    def _settled(self, detail: Controlled) -> Grade | None:
        return self._of_disputed(detail) if detail.cell in self.decided else self._of_detail(detail)

    def _of_disputed(self, detail: Controlled) -> Grade | None:
        """A detail that is disputed itself: what three say, while it applies on the final grades; else gone.

        Where the adjudicator was not asked, since it did not apply on own grades, it comes from the reading whose grade won.
        """
        if applies(detail.when, self.final) is False:
            return NOT_APPLYING
        own = self._own[detail.cell]
        return self.decided[detail.cell] if own.missing is not Missing.NOT_APPLICABLE else self._won(detail) or own

    def _of_detail(self, detail: Controlled) -> Grade | None:
        """By its condition on the final grades: gone, agreed, inherited, the adjudicator's, or that of the reading whose grade won.

        The adjudicator was asked what follows from own grades, for anything else would tell what the others said. Where another grade
        won and brings a detail that was not asked, it comes from the reading that gave this grade.
        """
        one, two = self._comparison.grades_1.get(detail.cell), self._comparison.grades_2.get(detail.cell)
        if self._was_closed(detail):
            return one
        told = applies(detail.when, self.final)
        if told is False:
            return NOT_APPLYING
        if one is not None and two is not None and same(one, two) and one.missing is not Missing.NOT_APPLICABLE:
            return self._reference(detail.cell)
        own = self._own.get(detail.cell)
        if own is not None and own.missing is not Missing.NOT_APPLICABLE:
            return own
        if told is None:
            return inherited(detail.when, self.final)
        return self._won(detail) or own

    def _was_closed(self, detail: Controlled) -> bool:
        """Whether the coordinator closed it as not imaged: it is, also where its condition is known. No decision opens it."""
        both = (self._comparison.grades_1, self._comparison.grades_2)
        unseen = all((grade := grades.get(detail.cell)) is not None and grade.missing is Missing.NOT_IMAGED for grades in both)
        return unseen and any(applies(detail.when, grades) is not None for grades in both)

    def _reference(self, cell: Cell) -> Grade | None:
        return self._comparison.grades(self._comparison.reference).get(cell)

    def _won(self, detail: Controlled) -> Grade | None:
        """The detail of a reading whose grade won over the adjudicator's; the reference reading first."""
        reference = self._comparison.reference
        slots: tuple[Slot, Slot] = (1, 2) if reference == 1 else (2, 1)
        beaten = [cell for cell in detail.by if not same(self.decided[cell], self._own[cell])]
        for slot in slots:
            grades = self._comparison.grades(slot)
            grade = grades.get(detail.cell)
            gave = all(same(grades[cell], self.decided[cell]) for cell in beaten)
            if beaten and gave and grade is not None and grade.missing is not Missing.NOT_APPLICABLE:
                return grade
        return None
