"""What the charter's questions want to see of a segment: a compression, colour, a spectrum; and what of it no clip shows."""

from collections.abc import Collection, Iterator

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, EvidenceRule
from corelab.domain.charter.model_rules import Ask
from corelab.domain.clip_label import Mode, View
from corelab.domain.form import Place
from corelab.domain.vocabulary import VisitId

Want = View | Mode
Taken = tuple[View | None, Mode | None]
"""How one clip was taken, as a person said; None where nobody did."""


def asks_of(charter: Charter, visit: VisitId, attributes: Attributes, place: Place) -> Iterator[Ask]:
    """The rules by which a visit asks something of a segment; one that depends on a fact nobody entered yet may."""
    blocks = set(charter.visit(visit).blocks)
    return (ask for ask in charter.asks if blocks & set(ask.blocks) and _asks(charter, ask, attributes, place))


def _asks(charter: Charter, ask: Ask, attributes: Attributes, place: Place) -> bool:
    segment = place.segment.id
    if segment not in ask.segments and not any(segment in charter.group(group).segments for group in ask.groups):
        return False
    value = attributes.of(ask.where.attribute, place.id) if ask.where else None
    return ask.where is None or value is None or value in ask.where.values


def wants(charter: Charter, visit: VisitId, attributes: Attributes, place: Place) -> tuple[Want, ...]:
    """What the core questions of a segment are proved by, in the order of the words; what an answer only leads to is not counted."""
    core = {item for ask in asks_of(charter, visit, attributes, place) if ask.use == "core" and ask.when is None for item in ask.items}
    found = {want for item in charter.items if item.id in core and item.evidence for want in _wants(item.evidence)}
    return tuple(want for want in (*View, *Mode) if want in found)


def _wants(rule: EvidenceRule) -> Iterator[Want]:
    """A pair of frames is one at rest and one compressed; tissue is seen in every mode."""
    if rule.kind == "frame_pair":
        yield View.COMPRESSION
    if rule.region == "colour":
        yield Mode.COLOUR
    if rule.region == "spectral":
        yield Mode.SPECTRAL


def lacking(wanted: Collection[Want], taken: Collection[Taken]) -> tuple[Want, ...]:
    """What is wanted and none of these clips shows. A clip of which nobody said how it was taken may show anything."""
    return tuple(want for want in wanted if taken and not any(_may_show(each, want) for each in taken))


def _may_show(taken: Taken, want: Want) -> bool:
    view, mode = taken
    return (view in {None, want}) if isinstance(want, View) else (mode in {None, want})
