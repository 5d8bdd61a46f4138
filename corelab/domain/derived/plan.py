"""What a charter's derivations need at one visit of subjects like this one, worked out once: no grade changes it."""

from functools import lru_cache

from corelab.domain.charter.model_derivation import Derivation, Flag
from corelab.domain.charter.table import Selection
from corelab.domain.conditions import Test
from corelab.domain.derived.inputs import has, inputs_of, segments_of
from corelab.domain.kept_for import KeptFor
from corelab.domain.places import selected
from corelab.domain.resolving import Ground, resolve
from corelab.domain.vocabulary import Cell, ItemId, SegmentId


class Plan:
    """Fills itself as it is asked."""

    def __init__(self, of: KeptFor) -> None:
        self._of = of
        self._kept: dict[Selection, tuple[SegmentId, ...]] = {}
        self._has: dict[str, bool] = {}
        self._segments: dict[str, tuple[SegmentId, ...]] = {}
        self._inputs: dict[tuple[str, SegmentId], tuple[Cell, ...]] = {}
        self._items: dict[str, frozenset[ItemId]] = {}
        self._tests: dict[str, Test] = {}

    def kept(self, over: Selection) -> tuple[SegmentId, ...]:
        """The segments of a selection that the subject has."""
        if over not in self._kept:
            self._kept[over] = selected(self._of.charter, over, self._of.attributes)
        return self._kept[over]

    def has(self, derivation: Derivation) -> bool:
        if derivation.id not in self._has:
            self._has[derivation.id] = has(self._of.charter, self._of.visit, derivation)
        return self._has[derivation.id]

    def segments(self, derivation: Derivation) -> tuple[SegmentId, ...]:
        if derivation.id not in self._segments:
            self._segments[derivation.id] = segments_of(self._of.charter, derivation)
        return self._segments[derivation.id]

    def inputs(self, derivation: Derivation, segment: SegmentId) -> tuple[Cell, ...]:
        key = (derivation.id, segment)
        if key not in self._inputs:
            self._inputs[key] = inputs_of(self._of.charter, derivation, self._of.attributes, segment)
        return self._inputs[key]

    def items(self, derivation: Derivation) -> frozenset[ItemId]:
        """The items that feed a derivation, wherever it stands."""
        if derivation.id not in self._items:
            cells = inputs_of(self._of.charter, derivation, self._of.attributes)
            self._items[derivation.id] = frozenset(cell.item for cell in cells)
        return self._items[derivation.id]

    def test(self, flag: Flag) -> Test:
        if flag.id not in self._tests:
            self._tests[flag.id] = resolve(flag.true_when, Ground(self._of.charter, self._of.attributes, self._of.visit))
        return self._tests[flag.id]


@lru_cache(maxsize=512)
def plan_for(of: KeptFor) -> Plan:
    return Plan(of)
