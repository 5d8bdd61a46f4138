"""What a derivation rests on: the visits that have it, the segments it is about, the cells that feed it."""

from collections.abc import Iterable, Iterator

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import (
    Change,
    CountOf,
    Derivation,
    Evaluable,
    Flag,
    FlowVolume,
    HighestLevel,
    Largest,
    LookupScore,
    NewFinding,
    Percent,
    Rate,
    Reflux,
    Sum,
    Threshold,
    Worst,
)
from corelab.domain.charter.table import Selection
from corelab.domain.conditions import cells_of
from corelab.domain.places import run_time_ids, selected
from corelab.domain.resolving import Ground, resolve
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, ItemId, SegmentId


def has(charter: Charter, visit: str, derivation: Derivation) -> bool:
    """Whether a visit has this derivation: by its visits, or by its blocks."""
    if derivation.visits is not None and visit not in derivation.visits:
        return False
    return not set(derivation.blocks).isdisjoint(charter.visit(visit).blocks)


def source_of(charter: Charter, derivation: Derivation) -> Derivation | None:
    """The derivation that this one is made from."""
    name = derivation.of if isinstance(derivation, Threshold | Change | Rate) else None
    return charter.derivation(name) if name is not None else None


def looks_back(charter: Charter, derivation: Derivation) -> bool:
    """Whether a derivation, or one that it is made from, looks at an earlier exam."""
    source = source_of(charter, derivation)
    return isinstance(derivation, Change | NewFinding) or (source is not None and looks_back(charter, source))


def segments_of(charter: Charter, derivation: Derivation) -> tuple[SegmentId, ...]:
    """The segments a derivation per segment has a value for, absent ones too; the whole exam for any other."""
    return tuple(dict.fromkeys(_segments(charter, derivation))) if derivation.scope == "segment" else (WHOLE_EXAM,)


def _segments(charter: Charter, derivation: Derivation) -> Iterable[SegmentId]:
    over, source = _over(derivation), source_of(charter, derivation)
    if over:
        return (one for selection in over for one in run_time_ids(charter, _named(charter, selection)))
    if source is not None:
        return segments_of(charter, source)
    asked = [ask for ask in charter.asks if not set(ask.items).isdisjoint(_items(derivation))]
    groups = (member for ask in asked for group in ask.groups for member in charter.group(group).segments)
    named = {*groups, *(segment for ask in asked for segment in ask.segments)}
    return run_time_ids(charter, [segment.id for segment in charter.segments if segment.id in named])


def _named(charter: Charter, selection: Selection) -> tuple[str, ...]:
    return selection.segments or charter.group(selection.group or "").segments


def inputs_of(
    charter: Charter, derivation: Derivation, attributes: Attributes = UNKNOWN, segment: SegmentId | None = None
) -> tuple[Cell, ...]:
    """The cells of an exam that feed a derivation, in the order of its segments; ``segment`` only those of one that it has a value for."""
    places = segments_of(charter, derivation) if segment is None else (segment,)
    return tuple(dict.fromkeys(cell for place in places for cell in _cells(charter, derivation, attributes, place)))


def _cells(charter: Charter, derivation: Derivation, attributes: Attributes, segment: SegmentId) -> Iterator[Cell]:
    source, over = source_of(charter, derivation), _over(derivation)
    if source is not None:
        yield from _cells(charter, source, attributes, segment if source.scope == "segment" else WHOLE_EXAM)
    elif isinstance(derivation, Flag):
        yield from cells_of(resolve(derivation.true_when, Ground(charter, attributes)))
    elif over:
        kept = [one for selection in over for one in selected(charter, selection, attributes) if segment in {WHOLE_EXAM, one}]
        yield from (Cell(one, ItemId(item)) for one in kept for item in _items(derivation))
    else:
        places = ((WHOLE_EXAM if charter.item(item).scope == "exam" else segment, item) for item in _items(derivation))
        yield from (Cell(place, ItemId(item)) for place, item in places)


def _over(derivation: Derivation) -> tuple[Selection, ...]:
    match derivation:
        case Worst() | CountOf() | Sum() | Largest() | Evaluable() | FlowVolume() | NewFinding():
            return (derivation.over,)
        case LookupScore():
            return tuple(part.over for part in derivation.parts)
        case HighestLevel():
            return tuple(level.over for level in derivation.levels)
        case Reflux():
            return tuple(cutoff.over for cutoff in derivation.cutoffs)
        case Change():
            return (derivation.over,) if derivation.over is not None else ()
        case _:
            return ()


def _items(derivation: Derivation) -> tuple[str, ...]:
    match derivation:
        case Worst() | CountOf() | Sum() | Largest() | Evaluable():
            return (derivation.item,)
        case LookupScore() | HighestLevel():
            return derivation.items
        case NewFinding():
            return (derivation.item, derivation.grows.item) if derivation.grows is not None else (derivation.item,)
        case _:
            return tuple(item for item in _operands(derivation) if item is not None)


def _operands(derivation: Derivation) -> tuple[str | None, ...]:
    match derivation:
        case Reflux():
            return (derivation.present_item, derivation.item)
        case FlowVolume():
            return (derivation.diameter, derivation.velocity)
        case Percent():
            return (derivation.part, derivation.whole, *derivation.less)
        case _:
            return (derivation.of_item,) if isinstance(derivation, Threshold) else ()
