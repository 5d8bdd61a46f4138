"""What of an exam is there, and whether it may go to the readers."""

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.completeness import Fact, Receipt, completeness
from corelab.domain.vocabulary import SegmentId, Side, VisitId
from tests.exam_builders import shipped

LEFT = Attributes({"STUDY_LIMB": "left"})
D10 = VisitId("D10")
REQUIRED = tuple(SegmentId(segment.id) for segment in shipped().segments if segment.presence == "required")
POPV = SegmentId("POPV")


def test_an_empty_exam_lacks_every_required_segment() -> None:
    found = completeness(shipped(), D10, LEFT, {}, [], {})
    assert found.missing == REQUIRED
    assert not found.ready
    assert {each.side for each in found.segments} <= {Side.LEFT, Side.UNPAIRED}


def test_segments_are_received_or_closed_with_a_reason() -> None:
    closed = {segment: "NOT_SCANNED" for segment in REQUIRED if segment != POPV}
    found = completeness(shipped(), D10, LEFT, {POPV: 2}, [], closed)
    assert found.ready
    by_id = {each.segment: each for each in found.segments}
    assert (by_id[POPV].receipt, by_id[POPV].clips, by_id[POPV].label) == (Receipt.RECEIVED, 2, "L POPV")
    assert by_id[REQUIRED[0]].receipt is Receipt.NOT_IMAGED
    assert by_id[REQUIRED[0]].reason == "NOT_SCANNED"
    assert by_id[SegmentId("IVC")].receipt is Receipt.OPTIONAL


def test_a_clip_that_waits_keeps_the_exam_back() -> None:
    closed = dict.fromkeys(REQUIRED, "NOT_SCANNED")
    assert completeness(shipped(), D10, LEFT, {}, [], closed).ready
    assert not completeness(shipped(), D10, LEFT, {}, [None], closed).ready


def test_an_unknown_side_keeps_the_exam_back_and_is_named() -> None:
    found = completeness(shipped(), D10, UNKNOWN, {}, [], dict.fromkeys(REQUIRED, "NOT_SCANNED"))
    assert found.unknown == (Fact("STUDY_LIMB"),)
    assert not found.ready
    assert next(each for each in found.segments if each.segment == POPV).side is None
