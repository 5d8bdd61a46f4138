"""What of an exam is there, what is missing, and whether it is ready to be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.clip_quality import ClipQuality, Quality
from corelab.domain.form import Place, SideUnknownError, run_time_ids, segments_of
from corelab.domain.proof import Taken, Want, asks_of, lacking, wants
from corelab.domain.vocabulary import SegmentId, Side, VisitId


class Receipt(Enum):
    """How one segment of an exam stands. Non-diagnostic: it was received, and no clip of it is better than that."""

    RECEIVED = "received"
    NON_DIAGNOSTIC = "non-diagnostic"
    MISSING = "missing"
    NOT_IMAGED = "not imaged"
    OPTIONAL = "optional"
    ABSENT = "not present"


@dataclass(frozen=True, slots=True)
class SegmentReceipt:
    """One segment of one exam. ``side`` is None while the side under study is not known; ``waiting`` counts clips not yet released.

    Of all its clips, released or waiting: ``non_diagnostic`` and ``repeated`` (the same pictures once more) count some; ``lacks`` is what
    the charter's questions want to see and none of them shows. ``wanted``: the charter requires it at this visit.
    """

    segment: SegmentId
    code: str
    name: str
    side: Side | None
    receipt: Receipt
    reason: str | None
    clips: int
    waiting: int
    non_diagnostic: int = 0
    repeated: int = 0
    lacks: tuple[Want, ...] = ()
    wanted: bool = False

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
class LabelledClip:
    """One clip of an exam as a person said what it shows, released or not."""

    segment: SegmentId
    taken: Taken = (None, None)
    quality: ClipQuality | None = None
    repeated: bool = False

    @property
    def non_diagnostic(self) -> bool:
        return self.quality is not None and self.quality.grade is Quality.NON_DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class Completeness:
    """``unknown`` are required attributes without value; ``waiting`` counts all clips of the exam that are not yet released.

    ``duplicates``: files that came again and made no clip. Nothing of quality, of what is lacking, of duplicates keeps an exam back:
    readers decide what is evaluable.
    """

    segments: tuple[SegmentReceipt, ...]
    unknown: tuple[Fact, ...]
    waiting: int
    duplicates: int = 0

    @property
    def missing(self) -> tuple[SegmentId, ...]:
        """What was not received, and no clip of it waits."""
        return tuple(each.segment for each in self.segments if each.receipt is Receipt.MISSING and not each.waiting)

    @property
    def ready(self) -> bool:
        """Every required segment received or closed, every required attribute known, no clip of it waiting."""
        return not (self.missing or self.unknown or self.waiting)


def completeness(  # noqa: PLR0913 - what an exam consists of
    charter: Charter,
    visit: VisitId,
    attributes: Attributes,
    received: Mapping[SegmentId, int],
    waiting: Collection[SegmentId | None],
    not_imaged: Mapping[SegmentId, str],
    *,
    labelled: Collection[LabelledClip] = (),
    duplicates: int = 0,
) -> Completeness:
    """``received``: released clips per segment; ``waiting``: the segment of each clip not yet released, None without label.

    ``labelled``: how each of both kinds was taken, and how good it is. A segment that the subject does not have, or that nothing is asked
    of at this visit, is not missed.
    """
    found = _Exam(charter, visit, attributes, received, tuple(waiting), not_imaged, tuple(labelled))
    segments = tuple(found.segment(place, side) for place, side in _places(charter, attributes))
    return Completeness(segments, unknown_facts(charter, attributes), len(found.waiting), duplicates)


@dataclass(frozen=True, slots=True)
class _Exam:
    charter: Charter
    visit: VisitId
    attributes: Attributes
    received: Mapping[SegmentId, int]
    waiting: tuple[SegmentId | None, ...]
    not_imaged: Mapping[SegmentId, str]
    labelled: tuple[LabelledClip, ...]

    def segment(self, place: Place, side: Side | None) -> SegmentReceipt:
        own = [clip for clip in self.labelled if clip.segment == place.id]
        wanted = place.required and any(True for _ in asks_of(self.charter, self.visit, self.attributes, place))
        return SegmentReceipt(
            segment=place.id,
            code=place.segment.id,
            name=place.segment.name,
            side=side,
            receipt=self._receipt(place, own, wanted=wanted),
            reason=self.not_imaged.get(place.id),
            clips=self.received.get(place.id, 0),
            waiting=self.waiting.count(place.id),
            non_diagnostic=sum(clip.non_diagnostic for clip in own),
            repeated=sum(clip.repeated for clip in own),
            lacks=self._lacks(place, own),
            wanted=wanted,
        )

    def _receipt(self, place: Place, own: Collection[LabelledClip], *, wanted: bool) -> Receipt:
        if place.id in self.received:
            return Receipt.NON_DIAGNOSTIC if own and all(clip.non_diagnostic for clip in own) else Receipt.RECEIVED
        if self.attributes.absent(place.id):
            return Receipt.ABSENT
        if place.id in self.not_imaged:
            return Receipt.NOT_IMAGED
        return Receipt.MISSING if wanted else Receipt.OPTIONAL

    def _lacks(self, place: Place, own: Collection[LabelledClip]) -> tuple[Want, ...]:
        """A clip that serves nothing proves nothing either."""
        useful = [clip.taken for clip in own if not clip.non_diagnostic]
        return lacking(wants(self.charter, self.visit, self.attributes, place), useful) if useful else ()


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


def _places(charter: Charter, attributes: Attributes) -> list[tuple[Place, Side | None]]:
    try:
        return [(place, place.side) for place in segments_of(charter, attributes)]
    except SideUnknownError:
        known = Attributes({**attributes.subject, (charter.exam.side_attribute or ""): "left"}, attributes.segments)
        study = {segment.id for segment in charter.segments if segment.side == "study"}
        return [(place, None if place.segment.id in study else place.side) for place in segments_of(charter, known)]
