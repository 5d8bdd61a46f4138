"""What of an exam is there, what is missing, and whether it is ready to be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_rules import Ask
from corelab.domain.form import Place, SideUnknownError, run_time_ids, segments_of
from corelab.domain.vocabulary import SegmentId, Side, VisitId


class Receipt(Enum):
    """How one segment of an exam stands."""

    RECEIVED = "received"
    MISSING = "missing"
    NOT_IMAGED = "not imaged"
    OPTIONAL = "optional"
    ABSENT = "not present"


@dataclass(frozen=True, slots=True)
class SegmentReceipt:
    """One segment of one exam. ``side`` is None while the side under study is not known; ``waiting`` counts clips not yet released."""

    segment: SegmentId
    code: str
    name: str
    side: Side | None
    receipt: Receipt
    reason: str | None
    clips: int
    waiting: int

    @property
    def label(self) -> str:
        return f"{self.side.letter if self.side else ''} {self.code}".strip()


@dataclass(frozen=True, slots=True)
class Fact:
    """An attribute of the subject, or of one of its segments at run time."""

    attribute: str
    segment: SegmentId | None = None

    @property
    def words(self) -> str:
        return f"{self.attribute} of {self.segment}" if self.segment else self.attribute


@dataclass(frozen=True, slots=True)
class Completeness:
    """``unknown`` are required attributes without value; ``waiting`` counts all clips of the exam that are not yet released."""

    segments: tuple[SegmentReceipt, ...]
    unknown: tuple[Fact, ...]
    waiting: int

    @property
    def missing(self) -> tuple[SegmentId, ...]:
        """What was not received, and no clip of it waits."""
        return tuple(each.segment for each in self.segments if each.receipt is Receipt.MISSING and not each.waiting)

    @property
    def ready(self) -> bool:
        """Every required segment received or closed, every required attribute known, no clip of it waiting."""
        return not (self.missing or self.unknown or self.waiting)


def completeness(
    charter: Charter,
    visit: VisitId,
    attributes: Attributes,
    received: Mapping[SegmentId, int],
    waiting: Collection[SegmentId | None],
    not_imaged: Mapping[SegmentId, str],
) -> Completeness:
    """``received``: released clips per segment; ``waiting``: the segment of each clip not yet released, None without label.

    A segment that the subject does not have, or that nothing is asked of at this visit, is not missed.
    """
    waits = list(waiting)
    segments = tuple(
        SegmentReceipt(
            segment=place.id,
            code=place.segment.id,
            name=place.segment.name,
            side=side,
            receipt=_receipt(
                Receipt.RECEIVED if place.id in received else Receipt.ABSENT if attributes.absent(place.id) else None,
                required=place.required and _is_asked(charter, visit, attributes, place),
                closed=place.id in not_imaged,
            ),
            reason=not_imaged.get(place.id),
            clips=received.get(place.id, 0),
            waiting=waits.count(place.id),
        )
        for place, side in _places(charter, attributes)
    )
    return Completeness(segments, unknown_facts(charter, attributes), len(waits))


def facts_of(charter: Charter) -> tuple[Fact, ...]:
    """Every fact that the charter knows of a subject: those of the whole subject, then segment by segment in the order of the form."""
    whole = [Fact(each.id) for each in charter.attributes if each.per == "subject"]
    groups = {each.id: set(charter.group(each.group).segments) for each in charter.attributes if each.group}
    return (
        *whole,
        *(
            Fact(attribute, run_time)
            for segment in charter.segments
            for run_time in run_time_ids(charter, [segment.id])
            for attribute, members in groups.items()
            if segment.id in members
        ),
    )


def unknown_facts(charter: Charter, attributes: Attributes) -> tuple[Fact, ...]:
    """Required facts that nobody entered yet; without the side under study nothing can be asked, whatever the charter says of it.

    Nothing more is asked of a segment that the subject does not have.
    """
    required = {each.id for each in charter.attributes if each.required} | {charter.exam.side_attribute}
    return tuple(
        fact
        for fact in facts_of(charter)
        if fact.attribute in required
        and attributes.of(fact.attribute, fact.segment) is None
        and not (fact.segment and attributes.absent(fact.segment))
    )


def _is_asked(charter: Charter, visit: VisitId, attributes: Attributes, place: Place) -> bool:
    """Whether some rule of the visit asks anything of this segment; one that depends on a fact nobody entered yet may."""
    blocks = set(charter.visit(visit).blocks)
    return any(_asks(charter, ask, attributes, place) for ask in charter.asks if blocks & set(ask.blocks))


def _asks(charter: Charter, ask: Ask, attributes: Attributes, place: Place) -> bool:
    segment = place.segment.id
    if segment not in ask.segments and not any(segment in charter.group(group).segments for group in ask.groups):
        return False
    value = attributes.of(ask.where.attribute, place.id) if ask.where else None
    return ask.where is None or value is None or value in ask.where.values


def _places(charter: Charter, attributes: Attributes) -> list[tuple[Place, Side | None]]:
    try:
        return [(place, place.side) for place in segments_of(charter, attributes)]
    except SideUnknownError:
        known = Attributes({**attributes.subject, (charter.exam.side_attribute or ""): "left"}, attributes.segments)
        study = {segment.id for segment in charter.segments if segment.side == "study"}
        return [(place, None if place.segment.id in study else place.side) for place in segments_of(charter, known)]


def _receipt(standing: Receipt | None, *, required: bool, closed: bool) -> Receipt:
    if standing is not None:
        return standing
    if closed:
        return Receipt.NOT_IMAGED
    return Receipt.MISSING if required else Receipt.OPTIONAL
