"""Details of a segment and the cells that decide whether they apply: a detail follows its segment (what is taken, asked anew, or gone)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from corelab.domain.asking import controllers
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import Item
from corelab.domain.conditions import Test, Truth, truth, undecided
from corelab.domain.form import Form, Use, form_for
from corelab.domain.kept_for import KeptFor
from corelab.domain.places import segments_of
from corelab.domain.vocabulary import Cell, Grade, Missing, NotApplicableCause, VisitId, not_applicable

NOT_APPLYING: Final = not_applicable(NotApplicableCause.CONDITION)
"""What stands in a detail that does not apply."""
_KINDS: Final = (Missing.NOT_EVALUABLE, Missing.NOT_IMAGED)
_ANY_SIDE = "left"
"""Ids of segments do not depend on the side under study."""


@dataclass(frozen=True, slots=True)
class Controlled:
    """A detail: ``when`` says whether it applies, ``by`` are cells of its own segment that decide about it, also by way of others."""

    cell: Cell
    item: Item
    when: Test
    by: tuple[Cell, ...]


def controlled_in(form: Form, decided: Collection[Cell]) -> tuple[Controlled, ...]:
    """The details of a form that hang on one of these cells of their segment, each after those it hangs on; ``by`` are of these cells."""
    return _hanging(_details(_This(form)), decided)


def controlled_by(charter: Charter, visit: str, attributes: Attributes, decided: Collection[Cell]) -> tuple[Controlled, ...]:
    """The same over everything that the charter could ask of this subject at a visit, whichever segments came in."""
    return _hanging(_everywhere(KeptFor(charter, visit, attributes)), decided)


def _hanging(details: Iterable[Controlled], decided: Collection[Cell]) -> tuple[Controlled, ...]:
    hanging = ((one, tuple(cell for cell in one.by if cell in decided)) for one in details)
    return tuple(replace(one, by=by) for one, by in hanging if by)


@dataclass(frozen=True, slots=True, eq=False)
class _This:
    """One form in memory, told apart by being it: comparing forms costs more than what is kept for them."""

    form: Form

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and self.form is other.form

    def __hash__(self) -> int:
        return id(self.form)


@lru_cache(maxsize=64)
def _details(of: _This) -> tuple[Controlled, ...]:
    """A case is made several times on its form."""
    return tuple(
        Controlled(one.cell, one.item, one.when, controllers(of.form, one.cell))
        for one in of.form.in_order
        if one.use is Use.DETAIL and one.when is not None
    )


def applies(when: Test, grades: Mapping[Cell, Grade]) -> Truth:
    """Whether a detail applies; it does not, either, where all that keeps this from being known does not apply itself."""
    told = truth(when, grades)
    return False if told is None and inherited(when, grades) is NOT_APPLYING else told


def inherited(when: Test, grades: Mapping[Cell, Grade]) -> Grade | None:
    """What a detail takes when its condition is unknown: not evaluable before not imaged; None while a cell that decides is blank."""
    deciding = [grades.get(cell) for cell in undecided(when, grades)]
    if None in deciding:
        return None
    for kind in _KINDS:
        for grade in deciding:
            if grade is not None and grade.missing is kind:
                return Grade(missing=kind, reason=grade.reason)
    return NOT_APPLYING


@lru_cache(maxsize=256)
def _everywhere(of: KeptFor) -> tuple[Controlled, ...]:
    attributes = _with_side(of.charter, of.attributes)
    places = [place.id for place in segments_of(of.charter, attributes)]
    blocks = set(of.charter.visit(of.visit).blocks)
    kinds = (kind for kind in of.charter.reading_types if blocks & set(kind.blocks))
    forms = (
        form_for(of.charter, kind.id, visit=VisitId(of.visit), attributes=attributes, received=places, not_imaged={}) for kind in kinds
    )
    return tuple({one.cell: one for form in forms for one in _details(_This(form))}.values())


def _with_side(charter: Charter, attributes: Attributes) -> Attributes:
    side = charter.exam.side_attribute
    return (
        attributes if side is None or side in attributes.subject else replace(attributes, subject={side: _ANY_SIDE, **attributes.subject})
    )
