"""Soft checks that decisions set off: each is confirmed with a reason, which is signed with the case, and asks again when it changes."""

from dataclasses import replace

from corelab.domain.adjudication import CaseDraft, Take
from corelab.domain.content import AdjudicationContent, Draft
from corelab.domain.reading import Confirmed
from corelab.domain.vocabulary import Cell, Grade, ItemId, SegmentId
from tests.case_builders import a_draft, in_mode
from tests.oracles import DVT

CFV = SegmentId("CFV")
COMP = Cell(CFV, ItemId("COMP"))


def full_but_without_flow() -> CaseDraft:
    """Both saw no flow; the adjudicator finds that the vein compresses fully: E05 of the charter asks whether it is meant so."""
    draft = a_draft(in_mode(DVT, "review"), {"CFV": {"COMP": "none", "FLOW": "absent"}}, {"CFV": {"COMP": "full", "FLOW": "absent"}})
    return draft.decided(COMP, Take.B)


def test_a_check_that_decisions_set_off_is_unconfirmed_until_it_has_a_reason() -> None:
    draft = full_but_without_flow()
    assert [(one.cell, one.check, one.segment) for one in draft.unconfirmed] == [(COMP, "E05", CFV)]
    given = draft.confirming("E05", CFV, "seen so in both planes")
    assert given.unconfirmed == ()
    assert given.confirmations == (Confirmed("E05", CFV, "seen so in both planes"),)
    assert given.doubts == draft.doubts
    assert draft.confirming("E05", CFV, "  ").unconfirmed == draft.unconfirmed


def test_a_decision_made_otherwise_takes_the_confirmation_back() -> None:
    given = full_but_without_flow().confirming("E05", CFV, "seen so in both planes")
    assert given.decided(COMP, Take.B).confirmed == given.confirmed
    other = given.decided(COMP, Take.OWN, grade=Grade("partial"))
    assert (other.confirmed, other.confirmations) == ((), ())
    assert other.decided(COMP, Take.B).unconfirmed
    assert given.cleared(COMP).confirmed == ()


def test_a_confirmation_of_what_does_not_fire_is_not_signed() -> None:
    draft = replace(full_but_without_flow(), confirmed=(Confirmed("E09", CFV, "as seen"),))
    assert draft.confirmations == ()


def test_confirmations_are_in_the_draft_and_in_the_signed_record_and_old_records_have_none() -> None:
    checks = (Confirmed("E05", CFV, "seen so in both planes"),)
    content = AdjudicationContent("c" * 64, "X1", 1, (), (), checks=checks)
    assert AdjudicationContent.from_json(content.to_json()) == content
    old = {key: value for key, value in content.to_json().items() if key not in {"checks", "measurements"}}
    assert AdjudicationContent.from_json(old).checks == ()
    assert Draft.from_json(Draft("a", checks=checks).to_json()).checks == checks
