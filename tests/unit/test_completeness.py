"""What of an exam is there, and whether it may go to the readers."""

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter import load_charter
from corelab.domain.completeness import Fact, Receipt, completeness, facts_of
from corelab.domain.vocabulary import SegmentId, Side, VisitId
from tests.charter_builders import PORTAL, full
from tests.exam_builders import changed, reduced

LEFT = Attributes({"STUDY_LIMB": "left"})
D10 = VisitId("D10")
REQUIRED = tuple(SegmentId(segment.id) for segment in reduced().segments if segment.presence == "required")
POPV = SegmentId("POPV")


def test_an_empty_exam_lacks_every_required_segment() -> None:
    found = completeness(reduced(), D10, LEFT, {}, [], {})
    assert found.missing == REQUIRED
    assert not found.ready
    assert {each.side for each in found.segments} <= {Side.LEFT, Side.UNPAIRED}


def test_segments_are_received_or_closed_with_a_reason() -> None:
    closed = {segment: "NOT_SCANNED" for segment in REQUIRED if segment != POPV}
    found = completeness(reduced(), D10, LEFT, {POPV: 2}, [], closed)
    assert found.ready
    by_id = {each.segment: each for each in found.segments}
    assert (by_id[POPV].receipt, by_id[POPV].clips, by_id[POPV].label) == (Receipt.RECEIVED, 2, "L POPV")
    assert by_id[REQUIRED[0]].receipt is Receipt.NOT_IMAGED
    assert by_id[REQUIRED[0]].reason == "NOT_SCANNED"
    assert by_id[SegmentId("IVC")].receipt is Receipt.OPTIONAL


def test_a_clip_that_waits_keeps_the_exam_back() -> None:
    closed = dict.fromkeys(REQUIRED, "NOT_SCANNED")
    assert completeness(reduced(), D10, LEFT, {}, [], closed).ready
    assert not completeness(reduced(), D10, LEFT, {}, [None], closed).ready


def test_an_unknown_side_keeps_the_exam_back_and_is_named() -> None:
    found = completeness(reduced(), D10, UNKNOWN, {}, [], dict.fromkeys(REQUIRED, "NOT_SCANNED"))
    assert found.unknown == (Fact("STUDY_LIMB"),)
    assert not found.ready
    assert next(each for each in found.segments if each.segment == POPV).side is None


ROLE = """[[attribute]]
id = "ROLE"
label = "Role of the vein"
per = "segment"
group = "CORE"
values = ["target", "other", "not_present"]

[[block]]"""
WITH_ROLES = load_charter(changed(("[[block]]", ROLE)))
CORE = tuple(SegmentId(segment) for segment in WITH_ROLES.group("CORE").segments)


def roles(**said: str) -> Attributes:
    every = {**dict.fromkeys(CORE, "target"), **{SegmentId(segment): role for segment, role in said.items()}}
    return Attributes(LEFT.subject, {("ROLE", segment): role for segment, role in every.items() if role})


def test_a_fact_of_every_segment_of_its_group_is_asked() -> None:
    closed = dict.fromkeys(REQUIRED, "NOT_SCANNED")
    found = completeness(WITH_ROLES, D10, LEFT, {}, [], closed)
    assert found.unknown == tuple(Fact("ROLE", segment) for segment in CORE)
    assert not found.ready
    almost = completeness(WITH_ROLES, D10, roles(POPV=""), {}, [], closed)
    assert [fact.words for fact in almost.unknown] == ["ROLE of POPV"]
    assert completeness(WITH_ROLES, D10, roles(), {}, [], closed).ready


def test_a_segment_that_the_subject_does_not_have_is_not_missed() -> None:
    closed = {segment: "NOT_SCANNED" for segment in REQUIRED if segment != POPV}
    assert completeness(WITH_ROLES, D10, roles(), {}, [], closed).missing == (POPV,)
    found = completeness(WITH_ROLES, D10, roles(POPV="not_present"), {}, [], closed)
    assert found.ready
    assert next(each for each in found.segments if each.segment == POPV).receipt is Receipt.ABSENT


def test_a_required_segment_of_which_the_visit_asks_nothing_is_not_missed() -> None:
    whole = load_charter(full(PORTAL).encode())
    everywhere = {("ROLE", place): "central" for place in (SegmentId(segment.id) for segment in whole.segments)}
    asked = completeness(whole, VisitId("BL"), Attributes(segments=everywhere), {}, [], {})
    assert set(asked.missing) == {segment.id for segment in whole.segments if segment.presence == "required"}
    both, less = 'blocks = ["VESSELS", "REMNANT"]\nrequired', 'blocks = ["REMNANT"]\nrequired'
    exam_only = load_charter(full(PORTAL).replace(both, less).encode())
    found = completeness(exam_only, VisitId("W6"), Attributes(segments=everywhere), {}, [], {})
    assert (found.missing, found.ready) == ((), True)
    assert {each.receipt for each in found.segments} == {Receipt.OPTIONAL}


def test_the_side_under_study_is_needed_whatever_the_charter_says() -> None:
    charter = load_charter(changed(("required = true\nshown_to", "required = false\nshown_to")))
    assert completeness(charter, D10, UNKNOWN, {}, [], dict.fromkeys(REQUIRED, "NOT_SCANNED")).unknown == (Fact("STUDY_LIMB"),)


def test_a_fact_that_may_stay_unknown_keeps_no_exam_back() -> None:
    sex = '[[attribute]]\nid = "SEX"\nlabel = "Sex"\nper = "subject"\nvalues = ["female", "male"]\nrequired = false\n\n[[block]]'
    charter = load_charter(changed(("[[block]]", sex)))
    assert completeness(charter, D10, LEFT, {}, [], dict.fromkeys(REQUIRED, "NOT_SCANNED")).ready
    assert Fact("SEX") in facts_of(charter)
