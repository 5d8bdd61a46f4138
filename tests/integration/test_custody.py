"""The recovery code: a coordinator without custody takes it, everything sealed opens again, and the code works once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.record_errors import CodeRefusedError, NotPermittedError, NotSealedToError, SignedOutError, SignInRefusedError
from corelab.domain.vocabulary import Grade
from corelab.imaging.deid.identity import Identity
from corelab.services import accounts, assignment, comparison, custody, reading, resealing
from corelab.services.accounts import Session
from corelab.services.quarantine import Place, made_folder
from corelab.services.verification import verify_open
from corelab.storage import keys, people
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import cell
from tests.reading_builders import a_dealt_lab, first, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path, "S01", "S02")


def a_new_coordinator(lab: Lab) -> Session:
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-3", "Coordinator three", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    return lab.sign_in("coordinator-3")


def recovers(lab: Lab, code: str | None = None) -> tuple[str, Session]:
    """(the new code, the new coordinator signed in again)"""
    new = custody.recover(lab.open, a_new_coordinator(lab), code or lab.recovery_code, PASSWORD)
    return new, lab.sign_in("coordinator-3")


def test_a_coordinator_takes_custody_with_the_code_and_finishes_what_was_sealed(lab: Lab) -> None:
    before = [accounts.lab_secret(lab.open, lab.coordinator, name) for name in people.LAB_SECRETS]
    for _ in range(2):
        signs(lab, lab.reader_1)
        signs(lab, lab.reader_2, COMP_CFV=2)
    _, session = recovers(lab)
    assert session.custody is not None
    assert [accounts.lab_secret(lab.open, session, name) for name in people.LAB_SECRETS] == before
    assert comparison.release_and_compare(lab.open, session).cases == 2
    assert verify_open(lab.open).faults == ()


def test_readings_from_before_and_after_are_released_together(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    opened = reading.open_reading(lab.open, lab.reader_2, first(lab, lab.reader_2))
    reading.save(lab.open, lab.reader_2, opened.reading.answered(cell("COMP.CFV"), Grade("full")))
    _, session = recovers(lab)
    reader_1, reader_2 = lab.sign_in("reader-1"), lab.sign_in("reader-2")
    assert reading.worklist(lab.open, reader_2).rows[0].answered == 1
    signs(lab, reader_1)
    for _ in range(2):
        signs(lab, reader_2)
    assert comparison.release_and_compare(lab.open, session).concordant == 2
    assert verify_open(lab.open).faults == ()


def test_what_is_sealed_afterwards_is_closed_to_the_former_key(lab: Lab) -> None:
    former = keys.BoxSecret.of(bytes(accounts.held_custody(lab.coordinator).seed))
    recovers(lab)
    signed = signs(lab, lab.sign_in("reader-1"))
    with lab.open.store.read() as snapshot, pytest.raises(NotSealedToError):
        snapshot.opening_of(signed.seq, former)


def test_who_held_custody_holds_it_still_after_signing_in_again(lab: Lab) -> None:
    assert lab.coordinator_2.custody is not None
    _, session = recovers(lab)
    held = set(accounts.holds_custody(lab.open, session))
    assert held == {session.account, lab.coordinator.account, lab.coordinator_2.account}
    again = lab.sign_in("coordinator-2")
    assert accounts.lab_secret(lab.open, again, "deid") == accounts.lab_secret(lab.open, session, "deid")


def test_every_other_sign_in_is_over(lab: Lab) -> None:
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    recovers(lab)
    with pytest.raises(SignedOutError):
        reading.save(lab.open, lab.reader_1, opened.reading.with_note("later"))
    with pytest.raises(SignedOutError):
        assignment.assign(lab.open, lab.coordinator)


def test_the_code_works_once_and_the_new_one_replaces_it(lab: Lab) -> None:
    new, session = recovers(lab)
    assert new != lab.recovery_code
    with pytest.raises(CodeRefusedError):
        custody.recover(lab.open, session, lab.recovery_code, PASSWORD)
    third = custody.recover(lab.open, session, new.lower(), PASSWORD)
    assert third not in {new, lab.recovery_code}
    assert lab.sign_in("coordinator-3").custody is not None
    assert verify_open(lab.open).faults == ()


def test_a_signed_reading_opens_after_two_changes_of_custody(lab: Lab) -> None:
    signed = signs(lab, lab.reader_1, note="long ago")
    new, session = recovers(lab)
    custody.recover(lab.open, session, new, PASSWORD)
    with lab.open.store.read() as snapshot:
        assert snapshot.opening_of(signed.seq, accounts.held_custody(lab.sign_in("coordinator-3")))["note"] == "long ago"


def test_a_draft_is_handed_over_after_custody_changed_and_its_reader_was_reset(lab: Lab) -> None:
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    reading.save(lab.open, lab.reader_1, opened.reading.with_note("half way"))
    _, session = recovers(lab)
    code = accounts.reset(lab.open, lab.sign_in("administrator"), lab.reader_1.account, "forgot the password", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    assert resealing.reseal(lab.open, session, lab.reader_1.account).drafts == 1
    reader = lab.sign_in("reader-1")
    assert reading.open_reading(lab.open, reader, first(lab, reader)).reading.note == "half way"


def test_wrong_codes_change_nothing_and_leave_an_event(lab: Lab, tmp_path: Path) -> None:
    session = a_new_coordinator(lab)
    for code in ("", "ABCD-EFGH", a_lab(tmp_path, name="other").recovery_code):
        with pytest.raises(CodeRefusedError):
            custody.recover(lab.open, session, code, PASSWORD)
    with lab.open.store.read() as snapshot:
        assert len(snapshot.events(kind="custody.recovery.refused")) == 3
        assert len(snapshot.all("custody_key")) == 1
    assert lab.sign_in("coordinator-3").custody is None


def test_the_change_is_signed_by_the_one_who_made_it(lab: Lab) -> None:
    with pytest.raises(SignInRefusedError):
        custody.recover(lab.open, a_new_coordinator(lab), lab.recovery_code, "not the password at all")
    session = lab.sign_in("coordinator-3")
    custody.recover(lab.open, session, lab.recovery_code, PASSWORD)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="custody.recovered")
        signature = snapshot.one("signature", record_type="custody_key")
    assert signature is not None
    assert (signature["meaning"], signature["account_id"], signature["event_seq"]) == ("custody change", session.account, event["seq"])


def test_nobody_but_a_coordinator_uses_the_code(lab: Lab) -> None:
    for session in (lab.administrator, lab.reader_1, lab.auditor):
        with pytest.raises(NotPermittedError):
            custody.recover(lab.open, session, lab.recovery_code, PASSWORD)


@pytest.mark.of_the_file
def test_a_changed_regrant_is_found(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    recovers(lab)
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        connection.execute("DROP TRIGGER regrant_no_update")
        connection.execute("UPDATE regrant SET key_id = 'another'")
        connection.commit()
    assert "rows" in {fault.step for fault in verify_open(lab.open).faults}


def test_no_recovery_code_stands_in_any_file_of_the_lab(lab: Lab) -> None:
    new, _ = recovers(lab)
    content = b"".join(path.read_bytes() for path in lab.open.folder.rglob("*") if path.is_file())
    for code in (new, new.replace("-", ""), lab.recovery_code):
        assert code.encode() not in content


@pytest.mark.of_the_file
def test_a_damaged_envelope_stops_neither_recovering_nor_the_others(lab: Lab) -> None:
    broken, whole = signs(lab, lab.reader_1), signs(lab, lab.reader_2, note="whole")
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        connection.execute("DROP TRIGGER event_payload_no_update")
        connection.execute("UPDATE event_payload SET body = x'00' WHERE seq = ?", (broken.seq,))
        connection.commit()
    _, session = recovers(lab)
    with lab.open.store.read() as snapshot:
        assert snapshot.opening_of(whole.seq, accounts.held_custody(session))["note"] == "whole"


def test_what_identifies_a_source_in_quarantine_opens_with_the_new_key(lab: Lab) -> None:
    place = Place(made_folder(lab.open.quarantine / "delivery"), 1)
    place.keep_identity(Identity({"name": ("Somebody",)}), "name", accounts.custody_public(lab.open))
    _, session = recovers(lab)
    assert place.identity(lab.open, session).values == {"name": ("Somebody",)}
