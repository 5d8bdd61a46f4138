"""What of an exam is there, and whether it may go to the readers."""

from collections.abc import Mapping

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter import load_charter
from corelab.domain.clip_label import Mode, View
from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.completeness import Fact, LabelledClip, Receipt, SegmentReceipt, completeness, facts_of
from corelab.domain.vocabulary import SegmentId, Side, VisitId
from tests.charter_builders import DVT, PORTAL, full
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


CFV, PAIR = SegmentId("CFV"), (View.COMPRESSION, Mode.B)
BAD = ClipQuality(Quality.NON_DIAGNOSTIC, (QualityReason.GAIN,))


WHOLE = load_charter(full(DVT).encode())


def receipts(*labelled: LabelledClip, received: Mapping[SegmentId, int]) -> Mapping[SegmentId, SegmentReceipt]:
    required = (SegmentId(segment.id) for segment in WHOLE.segments if segment.presence == "required")
    closed = {segment: "NOT_SCANNED" for segment in required if segment not in received}
    found = completeness(WHOLE, D10, LEFT, received, [], closed, labelled=labelled, duplicates=2)
    assert found.ready, "nothing of this keeps an exam back"
    assert found.duplicates == 2
    return {each.segment: each for each in found.segments}


def test_a_segment_of_which_no_clip_is_better_is_non_diagnostic_and_keeps_nothing_back() -> None:
    only = receipts(LabelledClip(POPV, quality=BAD), received={POPV: 1})[POPV]
    assert (only.receipt, only.non_diagnostic, only.lacks) == (Receipt.NON_DIAGNOSTIC, 1, ())
    also = receipts(LabelledClip(POPV, quality=BAD), LabelledClip(POPV), received={POPV: 2})[POPV]
    assert (also.receipt, also.non_diagnostic) == (Receipt.RECEIVED, 1)
    limited = ClipQuality(Quality.LIMITED, (QualityReason.DEPTH,))
    assert receipts(LabelledClip(POPV, quality=limited), received={POPV: 1})[POPV].receipt is Receipt.RECEIVED


def test_what_the_questions_want_to_see_and_no_useful_clip_shows_is_lacking() -> None:
    assert receipts(LabelledClip(CFV, PAIR), received={CFV: 1})[CFV].lacks == (Mode.COLOUR,)
    assert receipts(LabelledClip(CFV, PAIR), LabelledClip(CFV, (View.REST, Mode.COLOUR)), received={CFV: 2})[CFV].lacks == ()
    bad = LabelledClip(CFV, (View.REST, Mode.COLOUR), BAD)
    assert receipts(LabelledClip(CFV, PAIR), bad, received={CFV: 2})[CFV].lacks == (Mode.COLOUR,)
    assert receipts(LabelledClip(CFV), received={CFV: 1})[CFV].lacks == (), "nobody said how it was taken"


def test_repeated_pictures_are_counted_beside() -> None:
    both = LabelledClip(CFV, PAIR, repeated=True)
    assert receipts(both, both, LabelledClip(CFV), received={CFV: 3})[CFV].repeated == 2


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
