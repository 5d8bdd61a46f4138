"""What the pictures of one exam of the calibration set show, drawn by chance: the truth is what was drawn. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from corelab.domain.attributes import NOT_PRESENT
from corelab.domain.charter import Charter, ChoiceItem, ReadingType
from corelab.domain.completeness import Fact, facts_of
from corelab.domain.form import run_time_ids
from corelab.domain.vocabulary import Cell, ItemId, SegmentId, Side, VisitId

_FAMILIES: tuple[tuple[tuple[frozenset[str], str], ...], ...] = (
    (
        (frozenset({"full"}), "compressible"),
        (frozenset({"partial"}), "partial"),
        (frozenset({"none"}), "noncompressible"),
    ),
    (
        (frozenset({"complete", "patent"}), "colour_patent"),
        (frozenset({"partial"}), "colour_partial"),
        (frozenset({"absent", "occluded"}), "colour_absent"),
    ),
    (
        (frozenset({"phasic"}), "spectral_phasic"),
        (frozenset({"continuous"}), "spectral_continuous"),
    ),
)
"""From healthy to ill: the words that charters have for what a kind of phantom shows, and the kind."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One clip of the exam and the segment it shows."""

    segment: SegmentId
    kind: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One exam: its clips, what is true of them, and the facts of its subject. Cells that no phantom can show have no truth."""

    visit: VisitId
    side: Side | None
    clips: tuple[Sent, ...]
    truth: Mapping[Cell, str]
    facts: Mapping[Fact, str]


def visit_of(charter: Charter) -> VisitId:
    """The visit that asks most: every reading type of it reads the set."""
    most = max(charter.visits, key=lambda visit: (len(visit.blocks), -visit.number))
    return VisitId(most.id)


def draw(charter: Charter, chance: Random) -> Drawn:
    """About half of the required segments are healthy; every degree of illness that the charter knows occurs where there are segments."""
    visit = visit_of(charter)
    segments = run_time_ids(charter, [segment.id for segment in charter.segments if segment.presence == "required"])
    ill = [*([0] * (len(segments) - 2 * max(1, len(segments) // 4))), *([1, 2] * max(1, len(segments) // 4))][: len(segments)]
    chance.shuffle(ill)
    clips: list[Sent] = []
    truth: dict[Cell, str] = {}
    for segment, severity in zip(segments, ill, strict=True):
        shown = tuple(_shown(charter, visit, segment, severity))
        clips += [Sent(segment, kind) for _, _, kind in shown] or [Sent(segment, _FAMILIES[0][0][1])]
        truth |= {Cell(segment, item): value for item, value, _ in shown}
    side = chance.choice((Side.LEFT, Side.RIGHT)) if charter.exam.side_attribute else None
    return Drawn(visit, side, tuple(clips), truth, _facts(charter, segments, chance))


def readable(charter: Charter, kind: ReadingType) -> bool:
    """Whether the set shows anything that this reading type asks: what no picture shows has no truth, and nobody is asked to read it."""
    visit = visit_of(charter)
    segments = run_time_ids(charter, [segment.id for segment in charter.segments if segment.presence == "required"])
    return any(_family(item) for segment in segments for item in _asked(charter, visit, segment, set(kind.blocks)))


def _shown(charter: Charter, visit: VisitId, segment: SegmentId, severity: int) -> Iterator[tuple[ItemId, str, str]]:
    """(item, true value, kind of phantom) for everything asked of the segment that a phantom can show."""
    for item in _asked(charter, visit, segment):
        family = _family(item)
        if family:
            value, kind = family[min(severity, len(family) - 1)]
            yield ItemId(item.id), value, kind


def _asked(charter: Charter, visit: VisitId, segment: SegmentId, of: Collection[str] | None = None) -> tuple[ChoiceItem, ...]:
    """The choices that core rules of the visit (of these blocks, where they are named) ask of a segment."""
    base, blocks = segment.partition(".")[0], set(charter.visit(visit).blocks)
    if of is not None:
        blocks &= set(of)
    rules = [ask for ask in charter.asks if ask.use == "core" and blocks & set(ask.blocks)]
    of_base = (ask for ask in rules if base in ask.segments or any(base in charter.group(group).segments for group in ask.groups))
    named = {item for ask in of_base for item in ask.items}
    return tuple(item for item in charter.items if item.id in named and isinstance(item, ChoiceItem))


def _family(item: ChoiceItem) -> tuple[tuple[str, str], ...]:
    """(option, kind of phantom) from healthy to ill; empty where no family shows at least two options of the item."""
    options = [option.value for option in item.options]
    tries = [tuple((value, kind) for words, kind in family for value in options if value in words) for family in _FAMILIES]
    best = max(tries, key=len)
    return best if len(best) > 1 else ()


def _facts(charter: Charter, imaged: Sequence[SegmentId], chance: Random) -> dict[Fact, str]:
    """What the charter wants to know of the subject, but for the side, which comes with the files; what is not imaged is not there."""
    values = {each.id: each.values for each in charter.attributes}
    made = {}
    for fact in facts_of(charter):
        present = [value for value in values[fact.attribute] if value != NOT_PRESENT]
        absent = fact.segment is not None and fact.segment not in imaged and NOT_PRESENT in values[fact.attribute]
        if fact.attribute != charter.exam.side_attribute:
            made[fact] = NOT_PRESENT if absent else chance.choice(present)
    return made
