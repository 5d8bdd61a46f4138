"""What a charter asks where, and how many keys a clean exam takes (charter format, section 6)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_item import ChoiceItem, Item
from corelab.domain.charter.model_rules import Ask

_STRENGTH = ("optional", "detail", "core")


@dataclass(frozen=True, slots=True)
class AskedCell:
    """One question of the charter: ``segment`` is empty for the whole exam; ``some``: only where an attribute says so."""

    segment: str
    item: str
    use: str
    prefilled: bool
    some: bool


@dataclass(frozen=True, slots=True)
class BlockLoad:
    """Keys of one block in a clean exam: core questions without default over required segments, by item; each side is asked for itself."""

    block: str
    keys: int
    items: Mapping[str, int]


def asked_at(charter: Charter, visit: str) -> tuple[AskedCell, ...]:
    """Everything that a visit may ask, the strongest use of each cell, in form order; questions of the whole exam last."""
    blocks = set(charter.visit(visit).blocks)
    found: dict[tuple[str, str], AskedCell] = {}
    for ask in charter.asks:
        for cell in _cells(charter, ask) if blocks & set(ask.blocks) else ():
            found[cell.segment, cell.item] = _stronger(found.get((cell.segment, cell.item)), cell)
    segments = [*(segment.id for segment in charter.segments), ""]
    return tuple(found[segment, item.id] for segment in segments for item in charter.items if (segment, item.id) in found)


def load_of(charter: Charter) -> tuple[BlockLoad, ...]:
    return tuple(_of_block(charter, block.id) for block in charter.blocks)


def _of_block(charter: Charter, block: str) -> BlockLoad:
    required = {"", *(segment.id for segment in charter.segments if segment.presence == "required")}
    core = (ask for ask in charter.asks if ask.use == "core" and block in ask.blocks)
    cells = {(cell.item, cell.segment) for ask in core for cell in _cells(charter, ask) if cell.segment in required and not cell.prefilled}
    sided = {segment.id for segment in charter.segments if segment.side == "both"}
    counted = Counter(item for item, segment in cells for _ in range(2 if segment in sided else 1))
    return BlockLoad(block, counted.total(), MappingProxyType({item.id: counted[item.id] for item in charter.items if counted[item.id]}))


def _cells(charter: Charter, ask: Ask) -> Iterator[AskedCell]:
    segments = dict.fromkeys((*(one for group in ask.groups for one in charter.group(group).segments), *ask.segments))
    for item in map(charter.item, ask.items):
        for segment in _where(item, segments):
            prefilled = ask.use == "core" and isinstance(item, ChoiceItem) and item.default is not None
            yield AskedCell(segment, item.id, ask.use, prefilled, ask.where is not None)


def _where(item: Item, segments: Iterable[str]) -> Iterable[str]:
    return ("",) if item.scope == "exam" else segments


def _stronger(before: AskedCell | None, new: AskedCell) -> AskedCell:
    if before is None or _STRENGTH.index(new.use) > _STRENGTH.index(before.use):
        return new
    return before
