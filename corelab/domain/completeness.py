"""What of an exam is there, what is missing, and whether it is ready to be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from corelab.domain.charter import Charter
from corelab.domain.form import SideUnknownError, segments_of
from corelab.domain.vocabulary import SegmentId, Side


class Receipt(Enum):
    """How one segment of an exam stands."""

    RECEIVED = "received"
    MISSING = "missing"
    NOT_IMAGED = "not imaged"
    OPTIONAL = "optional"


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
class Completeness:
    """``unknown`` are required attributes without value; ``waiting`` counts all clips of the exam that are not yet released."""

    segments: tuple[SegmentReceipt, ...]
    unknown: tuple[str, ...]
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
    attributes: Mapping[str, str],
    received: Mapping[SegmentId, int],
    waiting: Collection[SegmentId | None],
    not_imaged: Mapping[SegmentId, str],
) -> Completeness:
    """``received``: released clips per segment; ``waiting``: the segment of each clip not yet released, None without label."""
    unknown = tuple(each.id for each in charter.attributes if each.required and each.per == "subject" and each.id not in attributes)
    waits = list(waiting)
    segments = tuple(
        SegmentReceipt(
            segment=segment,
            code=code,
            name=name,
            side=side,
            receipt=_receipt(segment in received, required=required, closed=segment in not_imaged),
            reason=not_imaged.get(segment),
            clips=received.get(segment, 0),
            waiting=waits.count(segment),
        )
        for segment, code, name, side, required in _places(charter, attributes)
    )
    return Completeness(segments, unknown, len(waits))


def _places(charter: Charter, attributes: Mapping[str, str]) -> list[tuple[SegmentId, str, str, Side | None, bool]]:
    try:
        places = segments_of(charter, attributes)
        return [(place.id, place.segment.id, place.segment.name, place.side, place.required) for place in places]
    except SideUnknownError:
        known = {**attributes, (charter.exam.side_attribute or ""): "left"}
        study = {segment.id for segment in charter.segments if segment.side == "study"}
        return [
            (place.id, place.segment.id, place.segment.name, None if place.segment.id in study else place.side, place.required)
            for place in segments_of(charter, known)
        ]


def _receipt(received: bool, *, required: bool, closed: bool) -> Receipt:  # noqa: FBT001 - the first question
    if received:
        return Receipt.RECEIVED
    if closed:
        return Receipt.NOT_IMAGED
    return Receipt.MISSING if required else Receipt.OPTIONAL
