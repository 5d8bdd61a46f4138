"""Readings of the full charters of the tests, as a reader's hands have them."""

from collections.abc import Collection, Mapping
from functools import cache

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clip import Clip, Region, RegionKind, Timing, TimingSource
from corelab.domain.form import Form, form_for
from corelab.domain.places import segments_of
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import AssignmentId, SegmentId, Sha256, VisitId
from corelab.ui.grading import Grading
from tests.charter_builders import DVT, PORTAL, full

CLIP = Sha256("c" * 64)
TISSUE = Region(RegionKind.TISSUE, (0, 0, 319, 159), 0.01, 0.01, "cm", "cm", usable=True)
STRIP = Region(RegionKind.SPECTRAL, (0, 160, 319, 239), 0.01, -0.5, "s", "cm/s", usable=True, reference=(0, 40))
COLOUR_BOX = Region(RegionKind.COLOUR, (80, 20, 240, 140), 0.01, 0.01, "cm", "cm", usable=True)


@cache
def charter(name: str) -> Charter:
    return load_charter(full(name).encode())


def a_form(
    name: str,
    kind: str,
    visit: str,
    *,
    subject: Mapping[str, str] | None = None,
    roles: Mapping[tuple[str, str], str] | None = None,
    received: Collection[str] | None = None,
) -> Form:
    """With a clip of every required segment, or of those that are named; the other required ones were not imaged."""
    attributes = Attributes(subject or {}, {(one, SegmentId(segment)): value for (one, segment), value in (roles or {}).items()})
    required = [place.id for place in segments_of(charter(name), attributes) if place.required]
    there = required if received is None else [SegmentId(one) for one in received]
    closed = {one: charter(name).missing.ni[0].id for one in required if one not in there}
    return form_for(charter(name), kind, visit=VisitId(visit), attributes=attributes, received=there, not_imaged=closed)


def leg(visit: str = "D10", received: Collection[str] | None = None) -> Grading:
    return begun(a_form(DVT, "DUPLEX", visit, subject={"STUDY_LIMB": "right"}, received=received))


def portal(kind: str = "VESSEL", visit: str = "BL", received: Collection[str] | None = None) -> Grading:
    roles = {"PV_MAIN": "central", "PV_LEFT": "remnant", "PV_RIGHT": "target", "HV_RIGHT": "target"}
    segments = {("ROLE", one.id): roles.get(one.id, "remnant") for one in charter(PORTAL).segments}
    return begun(a_form(PORTAL, kind, visit, roles=segments, received=received))


def begun(form: Form) -> Grading:
    return Grading.begun(Reading.begun(AssignmentId("a1"), form))


def a_clip(*regions: Region, segment: str | None = "CFV", sha256: str = CLIP) -> Clip:
    timing = Timing(TimingSource.FRAME_TIME, (40.0,) * 60)
    return Clip(Sha256(sha256), 240, 320, timing, regions or (TISSUE,), SegmentId(segment) if segment else None)
