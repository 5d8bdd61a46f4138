"""A case as the adjudicator has it: what is disputed, what both readers agree on, and which details hang on the disputes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from corelab.domain.allocation import Slot
from corelab.domain.charter.model_item import TextItem
from corelab.domain.conditions import cells_of
from corelab.domain.deciding.decision import DecisionRefusedError, Mode, Take
from corelab.domain.details import Controlled, controlled_in
from corelab.domain.discordance import Comparison
from corelab.domain.form import Form
from corelab.domain.measurement import Measurement
from corelab.domain.vocabulary import Answer, Cell, Grade, SegmentId, Source

_NOTHING: Mapping[Cell, Grade] = MappingProxyType({})
Sides = tuple[Answer, Answer]
"""What stands as A and as B."""
Measured = Mapping[SegmentId, tuple[tuple[Measurement, ...], tuple[Measurement, ...]]]
"""What A and B measured beside their answers, by segment."""
_UNMEASURED: Measured = MappingProxyType({})


class SidesHiddenError(LookupError):
    """A and B were asked for in a case whose adjudicator grades without seeing them."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One cell in which the readings differ, with the two answers and without a word of who gave which.

    ``sides`` is None where the adjudicator grades without seeing them: then nobody who holds the case can see them.
    """

    cell: Cell
    sides: Sides | None
    by_closure: bool = False

    @property
    def a(self) -> Answer:
        """Raises SidesHiddenError."""
        return self._shown[0]

    @property
    def b(self) -> Answer:
        """Raises SidesHiddenError."""
        return self._shown[1]

    def side(self, take: Take) -> Answer | None:
        """The answer that stands as A or as B; None for any other take, and where they are hidden."""
        if self.sides is None or take not in {Take.A, Take.B}:
            return None
        return self.sides[0] if take is Take.A else self.sides[1]

    @property
    def _shown(self) -> Sides:
        if self.sides is None:
            raise SidesHiddenError(self.cell.segment, self.cell.item)
        return self.sides


@dataclass(frozen=True, slots=True)
class Case:
    """What the adjudicator sees.

    ``disputes`` are decided. ``details`` differ and wait for that (A and B, where they are shown). ``agreed`` is what both readers say,
    read-only; ``stands`` are reference grades that a condition or a hard check must know, shown nowhere. ``controlled`` are all details
    that hang on a dispute of their segment, each after those it hangs on; ``hanging`` also those that are disputed themselves.
    ``measured`` is what A and B measured on clips of a disputed segment beside their answers.
    """

    form: Form
    disputes: tuple[Dispute, ...]
    agreed: Mapping[Cell, Grade]
    reason_required: bool
    mode: Mode = Mode.REVIEW
    details: tuple[Dispute, ...] = ()
    stands: Mapping[Cell, Grade] = field(default_factory=lambda: _NOTHING)
    measured: Measured = field(default_factory=lambda: _UNMEASURED)
    controlled: tuple[Controlled, ...] = field(init=False, compare=False, repr=False)
    hanging: tuple[Controlled, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        decided = {one.cell for one in self.disputes}
        hanging = controlled_in(self.form, decided) if decided else ()
        object.__setattr__(self, "hanging", hanging)
        object.__setattr__(self, "controlled", tuple(one for one in hanging if one.cell not in decided))

    def dispute(self, cell: Cell) -> Dispute:
        """A disputed cell, or a detail that waits. Raises DecisionRefusedError for any other."""
        for dispute in (*self.disputes, *self.details):
            if dispute.cell == cell:
                return dispute
        raise DecisionRefusedError(cell)

    @property
    def shows_sides(self) -> bool:
        """Whether A and B may be shown and taken."""
        return self.mode is not Mode.INDEPENDENT


def open_case(
    form: Form,
    comparison: Comparison,
    answers: Mapping[Slot, Mapping[Cell, Answer]],
    slot_of_a: Mapping[SegmentId, Slot],
    *,
    reason_required: bool,
) -> Case:
    """The case of a comparison. ``answers`` by slot; ``slot_of_a`` tells for every disputed segment whose grades stand as A."""
    mode = Mode(comparison.charter.adjudication.mode)
    disputed = [one.cell for one in comparison.to_decide]
    hanging = [one.cell for one in comparison.details]
    results = {result.cell: result for result in comparison.results}
    hidden = set(hanging) if mode is Mode.INDEPENDENT else set()

    def sides(cell: Cell) -> Sides | None:
        a: Slot = slot_of_a[cell.segment]
        b: Slot = 2 if a == 1 else 1
        return None if mode is Mode.INDEPENDENT else (answers[a][cell], answers[b][cell])

    known = {cell: one for cell, one in results.items() if cell not in hidden}
    agreed = {cell: one.grade for cell, one in known.items() if one.source is Source.CONCORDANT and not _is_text(form, cell)}
    needed = _needed(form, {*disputed, *hanging}, hanging)
    return Case(
        form,
        tuple(Dispute(one.cell, sides(one.cell), one.by_closure) for one in comparison.to_decide),
        MappingProxyType(agreed),
        reason_required,
        mode,
        tuple(Dispute(cell, sides(cell)) for cell in (hanging if hidden else comparison.waiting)),
        MappingProxyType({cell: one.grade for cell, one in known.items() if cell in needed and cell not in agreed}),
    )


def _is_text(form: Form, cell: Cell) -> bool:
    """Words may tell who wrote them."""
    return isinstance(form.items.get(cell.item), TextItem)


def _needed(form: Form, open_cells: Collection[Cell], details: Collection[Cell]) -> set[Cell]:
    """The cells that the conditions of these details look at, and the hard checks of cells that may change."""
    asked = (question.when for cell in details if (question := form.questions.get(cell)) is not None)
    by_conditions = {cell for when in asked if when is not None for cell in cells_of(when)}
    checks = [check for check in form.checks if check.level == "hard" and not set(check.cells).isdisjoint(open_cells)]
    return by_conditions | {cell for check in checks for cell in check.cells}
