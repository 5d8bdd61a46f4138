"""A person who was reset works on: a coordinator hands drafts, signed readings and cases over to the new keys."""

from pathlib import Path

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.record_errors import (
    CustodyMissingError,
    KeyRefusedError,
    NotPermittedError,
    NotSealedToError,
    PersonRefusedError,
    ResealNeededError,
)
from corelab.domain.vocabulary import AccountId, Grade
from corelab.domain.worklist import WorkState
from corelab.services import accounts, adjudication, comparison, reading, resealing
from corelab.services.accounts import Session
from corelab.services.verification import verify_open
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.reading_builders import a_dealt_lab, first, signs

NEW_PASSWORD = "another horse, another battery"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path, "S01", "S02")


def is_reset(lab: Lab, session: Session) -> Session:
    """The same person with a new password and new keys."""
    code = accounts.reset(lab.open, lab.administrator, session.account, "forgot the password", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, NEW_PASSWORD)
    return lab.sign_in(session.user_name, NEW_PASSWORD)


def begins(lab: Lab, session: Session) -> reading.OpenReading:
    opened = reading.open_reading(lab.open, session, first(lab, session))
    reading.save(lab.open, session, opened.reading.answered(cell("COMP.CFV"), Grade("full")).with_note("half way"))
    return opened


def a_case(lab: Lab) -> None:
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    assert comparison.release_and_compare(lab.open, lab.coordinator).cases == 2


# ---------------------------------------------------------------- before


def test_until_then_the_worklist_says_so_and_opening_is_refused(lab: Lab) -> None:
    done = signs(lab, lab.reader_1)
    begun = begins(lab, lab.reader_1)
    session = is_reset(lab, lab.reader_1)
    now, signed = reading.worklist(lab.open, session).rows
    assert (now.state, now.sealed, now.answered, now.asked, now.clips) == (WorkState.IN_PROGRESS, True, 0, 0, 2)
    assert (signed.state, signed.sealed, signed.signed_at) == (WorkState.SIGNED, True, done.at)
    for of in (now.assignment, signed.assignment):
        with pytest.raises(ResealNeededError):
            reading.open_reading(lab.open, session, of)
    with pytest.raises(ResealNeededError):
        reading.save(lab.open, session, begun.reading)
    with lab.open.store.read() as snapshot:
        assert [event["reason"] for event in snapshot.events(kind="reading.open.refused")] == ["reseal_needed"] * 2


def test_a_person_who_had_begun_nothing_needs_nobody(lab: Lab) -> None:
    session = is_reset(lab, lab.reader_1)
    assert resealing.waiting(lab.open, lab.coordinator) == ()
    assert signs(lab, _with(lab, session)).seq


def _with(lab: Lab, session: Session) -> Session:
    """``signs`` types PASSWORD; the person chose that one again."""
    accounts.change_password(lab.open, session, NEW_PASSWORD, PASSWORD)
    return session


# ---------------------------------------------------------------- handing over


def test_a_reader_who_was_reset_goes_on_with_the_draft_and_sees_what_was_signed(lab: Lab) -> None:
    signs(lab, lab.reader_1, note="signed before", COMP_CFV=1)
    begins(lab, lab.reader_1)
    session = is_reset(lab, lab.reader_1)
    assert resealing.waiting(lab.open, lab.coordinator) == (session.account,)
    assert resealing.reseal(lab.open, lab.coordinator, session.account) == resealing.Resealed(drafts=1, records=1)
    assert resealing.waiting(lab.open, lab.coordinator) == ()
    now, signed = reading.worklist(lab.open, session).rows
    assert (now.answered, now.asked, now.sealed, signed.answered, signed.sealed) == (1, 4, False, 4, False)
    assert reading.open_reading(lab.open, session, signed.assignment).reading.note == "signed before"
    opened = reading.open_reading(lab.open, session, now.assignment)
    assert (opened.reading.note, opened.reading.answers[cell("COMP.CFV")].grade) == ("half way", Grade("full"))
    assert signs(lab, _with(lab, session)).seq
    assert verify_open(lab.open).faults == ()


def test_the_exams_of_a_reader_who_was_reset_become_final(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    begins(lab, lab.reader_1)
    session = is_reset(lab, lab.reader_1)
    resealing.reseal(lab.open, lab.coordinator, session.account)
    signs(lab, _with(lab, session))
    for _ in range(2):
        signs(lab, lab.reader_2)
    assert comparison.release_and_compare(lab.open, lab.coordinator).concordant == 2
    assert all(not row.sealed for row in reading.worklist(lab.open, session).rows)
    assert verify_open(lab.open).faults == ()


def test_an_adjudicator_who_was_reset_opens_decides_and_signs(lab: Lab) -> None:
    a_case(lab)
    session = is_reset(lab, lab.adjudicator)
    (row,) = reading.worklist(lab.open, session).rows
    assert row.sealed
    with pytest.raises(ResealNeededError):
        adjudication.open_case(lab.open, session, row.assignment)
    assert resealing.reseal(lab.open, lab.coordinator, session.account) == resealing.Resealed(drafts=0, records=2)
    opened = adjudication.open_case(lab.open, session, row.assignment)
    draft = opened.draft.decided(cell("COMP.CFV"), Take.A, reason=DecisionReason.OTHER_FRAME)
    assert adjudication.sign(lab.open, session, row.assignment, draft, NEW_PASSWORD).seq
    again = is_reset(lab, session)
    assert resealing.reseal(lab.open, lab.coordinator, session.account) == resealing.Resealed(drafts=0, records=3)
    assert adjudication.open_case(lab.open, again, row.assignment).signed_at is not None
    assert verify_open(lab.open).faults == ()


def test_the_old_keys_open_the_draft_no_more_and_nobody_elses_open_it(lab: Lab) -> None:
    begun = begins(lab, lab.reader_1)
    session = is_reset(lab, lab.reader_1)
    with lab.open.store.read() as snapshot:
        before = snapshot.draft(begun.reading.assignment)
    resealing.reseal(lab.open, lab.coordinator, session.account)
    with lab.open.store.read() as snapshot:
        after = snapshot.draft(begun.reading.assignment)
        assert before is not None
        assert after is not None
        assert len(before) == len(after)
        assert snapshot.unsealed(after, session.box) == snapshot.unsealed(after, accounts.held_custody(lab.coordinator))
        for other in (lab.reader_1, lab.reader_2):
            with pytest.raises(NotSealedToError):
                snapshot.unsealed(after, other.box)


def test_another_persons_sealed_work_stays_closed(lab: Lab) -> None:
    mine, theirs = signs(lab, lab.reader_1), signs(lab, lab.reader_2)
    session = is_reset(lab, lab.reader_1)
    resealing.reseal(lab.open, lab.coordinator, session.account)
    with lab.open.store.read() as snapshot:
        assert snapshot.opening_of(mine.seq, session.box)
        with pytest.raises(KeyRefusedError):
            snapshot.opening_of(theirs.seq, session.box)
        with pytest.raises(KeyRefusedError):
            snapshot.opening_of(mine.seq, lab.reader_2.box)


def test_handing_over_is_on_record_once_and_a_second_time_does_nothing(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    session = is_reset(lab, lab.reader_1)
    resealing.reseal(lab.open, lab.coordinator, session.account)
    assert resealing.reseal(lab.open, lab.coordinator, session.account) == resealing.Resealed(0, 0)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="work.resealed")
        (row,) = snapshot.all("regrant")
    assert (event["actor"], event["id"], row["event_seq"]) == (lab.coordinator.account, session.account, event["seq"])


# ---------------------------------------------------------------- who may


def test_only_a_coordinator_with_custody_hands_over(lab: Lab) -> None:
    begins(lab, lab.reader_1)
    session = is_reset(lab, lab.reader_1)
    for other in (lab.administrator, lab.reader_2, session):
        with pytest.raises(NotPermittedError):
            resealing.reseal(lab.open, other, session.account)
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-3", "Coordinator three", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    with pytest.raises(CustodyMissingError):
        resealing.reseal(lab.open, lab.sign_in("coordinator-3"), session.account)


def test_nothing_is_handed_over_before_the_person_has_new_keys(lab: Lab) -> None:
    begins(lab, lab.reader_1)
    accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "forgot the password", IdentityCheck.KNOWN)
    assert resealing.waiting(lab.open, lab.coordinator) == ()
    for account, what in ((lab.reader_1.account, "status"), (AccountId("nobody"), "unknown")):
        with pytest.raises(PersonRefusedError) as refused:
            resealing.reseal(lab.open, lab.coordinator, account)
        assert refused.value.what == what
