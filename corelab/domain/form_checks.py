"""The edit checks of a charter that concern one form, resolved for its exam."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_rules import Check
from corelab.domain.conditions import Test, cells_of
from corelab.domain.places import members_of
from corelab.domain.resolving import Ground, resolve
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, SegmentId


@dataclass(frozen=True, slots=True)
class FormCheck:
    """One check in one place: ``segment`` is the one under consideration, ``WHOLE_EXAM`` for a check without ``each``.

    ``test`` is true of a faulty state. ``cells`` are the ones it looks at.
    """

    id: str
    level: Literal["hard", "soft"]
    on: Literal["answer", "sign"]
    segment: SegmentId
    test: Test
    message: str
    cells: tuple[Cell, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", cells_of(self.test))


def checks_of(charter: Charter, ground: Ground, asked: Collection[Cell], present: Sequence[SegmentId]) -> tuple[FormCheck, ...]:
    """Every check that looks at something this form asks, or at no grade at all; in the charter's order, then in form order."""
    found = (one for check in charter.checks for one in _of_check(charter, ground, check, present))
    return tuple(one for one in found if not one.cells or not set(one.cells).isdisjoint(asked))


def _of_check(charter: Charter, ground: Ground, check: Check, present: Sequence[SegmentId]) -> Iterator[FormCheck]:
    if check.each is None:
        test = resolve(check.fires_when, ground)
        yield FormCheck(check.id, check.level, check.on, WHOLE_EXAM, test, check.message)
        return
    group = members_of(charter, ground.attributes, groups=(check.each,))
    kept = members_of(charter, ground.attributes, groups=(check.each,), where=check.where)
    for segment in group:
        if segment in kept and segment in present:
            yield FormCheck(check.id, check.level, check.on, segment, resolve(check.fires_when, ground, segment, group), check.message)
