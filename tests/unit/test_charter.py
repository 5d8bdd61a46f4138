"""A charter that can be used: its parts by id, its hash, and what may stand in it."""

import hashlib

import pytest
from pydantic import ValidationError

from corelab.domain.charter import CharterError, ChoiceItem, Level, content_hash, load_charter
from tests.exam_builders import changed, reduced, reduced_bytes


def test_a_charter_has_an_id_and_a_version() -> None:
    charter = reduced()
    assert (charter.id, charter.version, charter.major) == ("dvt-lower-extremity", "0.9.0", 0)


def test_the_shipped_charter_holds_four_visits_and_the_segments_with_their_codes() -> None:
    charter = reduced()
    assert [visit.id for visit in charter.visits] == ["BL", "D10", "D30", "M6"]
    assert len(charter.segments) == 18
    assert charter.segment("CFV").code.value == "397363009"
    assert [item.id for item in charter.items] == ["QUAL", "COMP", "FLOW"]
    assert charter.title.startswith("Venous duplex")


def test_parts_are_found_by_id() -> None:
    charter = reduced()
    assert charter.visit("D10").day == 10
    assert charter.item("COMP").label == "Compressibility"
    assert charter.group("CORE").segments[0] == "CFV"
    assert charter.attribute("STUDY_LIMB").values == ("left", "right")
    assert charter.reading_type("DUPLEX").readers == 2
    assert charter.blinding_profile("BLINDED").show == ("side", "segment_label")
    assert charter.derivation("COMPWRST").function == "worst"
    with pytest.raises(KeyError):
        charter.segment("XYZ")


def test_options_know_their_rank_and_whether_they_need_proof() -> None:
    item = reduced().item("COMP")
    assert isinstance(item, ChoiceItem)
    assert [item.rank(value) for value in ("full", "partial", "none", "absent")] == [0, 1, 2, None]
    assert [item.needs_mark(value) for value in ("full", "partial", "none")] == [False, True, True]
    assert item.worst_rank == 2


def test_an_item_without_evidence_needs_no_proof() -> None:
    item = reduced().item("QUAL")
    assert isinstance(item, ChoiceItem)
    assert not item.needs_mark("non_diagnostic")


def test_a_charter_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        reduced().format = 2  # type: ignore[assignment,misc]


# ---------------------------------------------------------------- the content hash


def test_comments_and_layout_do_not_change_the_hash() -> None:
    assert content_hash(reduced_bytes() + b"\n# a remark\n") == content_hash(reduced_bytes()) == reduced().hash


def test_any_value_changes_the_hash() -> None:
    assert content_hash(changed(('label = "Partial"', 'label = "Partly"'))) != reduced().hash


def test_the_hash_is_over_the_canonical_tree_as_written() -> None:
    canonical = '{"a":[1,0.5,true],"d":"2026-01-12","format":1,"t":"\u00e9"}'
    text = 'format = 1\nt = "e\u0301" # decomposed\nd = 2026-01-12\na = [ 1, 0.50, true ]\n'
    assert content_hash(text.encode()) == hashlib.sha256(b"corelab charter 1\n" + canonical.encode()).hexdigest()


def test_what_is_no_charter_has_no_hash() -> None:
    with pytest.raises(CharterError):
        content_hash(b"format = ")


# ---------------------------------------------------------------- what a class may rest on


SINCE = """[[derivation]]
id = "SINCE"
label = "Change since baseline"
function = "change"
of = "COMPWRST"
from = "baseline"
kind = "difference"
blocks = ["THROMBOSIS"]

[[derivation]]
id = "WORSE"
label = "Worse than at baseline"
function = "threshold"
of = "SINCE"
op = "gt"
cutoff = 0
blocks = ["THROMBOSIS"]

[monitoring]"""


@pytest.mark.parametrize("name", ["SINCE", "WORSE"])
def test_a_class_cannot_rest_on_what_looks_back(name: str) -> None:
    looking_back = ('derivations = ["COMPWRST"]', f'derivations = ["COMPWRST", "{name}"]')
    with pytest.raises(CharterError) as refused:
        load_charter(changed(looking_back, ("[monitoring]", SINCE)))
    (fault,) = (fault for fault in refused.value.faults if fault.level is Level.ERROR)
    assert (fault.code, fault.path, fault.found) == ("C11", "class[0](A).rule[0].derivations[1]", name)


def test_a_class_may_rest_on_a_cut_off_of_one_exam() -> None:
    cut_off = SINCE.replace('of = "SINCE"', 'of = "COMPWRST"')
    charter = load_charter(changed(('derivations = ["COMPWRST"]', 'derivations = ["COMPWRST", "WORSE"]'), ("[monitoring]", cut_off)))
    assert charter.derivation("WORSE").function == "threshold"


def test_a_trial_may_be_set_otherwise() -> None:
    charter = load_charter(
        changed(
            ('unplayed_clips = "off"', 'unplayed_clips = "hard"'),
            ("first_play_before_grading = false", "first_play_before_grading = true"),
            ("closure = true", "closure = false"),
            ('mode = "review"', 'mode = "independent"'),
            ('ab_order = "segment"', 'ab_order = "exam"'),
            ("reason_required = true", "reason_required = false"),
            ("readers = 2", "readers = 1"),
            ('order = "independent_timepoint"', 'order = "hybrid_randomised"'),
            ('pair_unit = "subject"', 'pair_unit = "exam"'),
            ("batch_exams = 10000", "batch_exams = 40"),
            ("batch_gap_days = 0", "batch_gap_days = 7"),
            ("session_exams = 10000", "session_exams = 15"),
            ("repeat_share = 0.0", "repeat_share = 0.05"),
            ('pseudonym = "per_reader"', 'pseudonym = "per_lab"'),
            ("subject_spacing = 5", "subject_spacing = 0"),
            ('missing = "certain"', 'missing = "worst_case"'),
            ("auto = true", "auto = false"),
            ('time_outside = "off"', 'time_outside = "soft"'),
            ('identity_in_text = "hard"', 'identity_in_text = "soft"'),
            ("hide_overlay = true", "hide_overlay = false"),
            ('show = ["side", "segment_label"]', 'show = ["side"]'),
        )
    )
    assert (charter.reading_types[0].readers, charter.adjudication.mode) == (1, "independent")
