"""A coordinator who held custody leaves: the key is changed, those who stay open everything, and the leaver's key opens nothing new."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.record_errors import (
    CodeRefusedError,
    CustodyMissingError,
    KeyRefusedError,
    NotPermittedError,
    NotSealedToError,
    PersonRefusedError,
    SignedOutError,
    SignInRefusedError,
)
from corelab.imaging.deid.identity import Identity
from corelab.services import accounts, assignment, comparison, custody, custody_facts, reading, status
from corelab.services.accounts import Session
from corelab.services.quarantine import Place, made_folder
from corelab.services.verification import verify_open
from corelab.storage import keys, people
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, first, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    for subject in ("S01", "S02"):
        a_ready_exam(made, subject)
    assignment.assign(made.open, made.coordinator)
    return made


def rotates(lab: Lab, reason: str = "a coordinator has left") -> tuple[str, Session]:
    """(the new recovery code, the coordinator signed in again)"""
    code = custody.rotate(lab.open, lab.coordinator, reason, PASSWORD)
    return code, lab.sign_in("coordinator")


def leaves(lab: Lab) -> keys.BoxSecret:
    """The second coordinator is deactivated, and keeps a copy of the custody key."""
    held = keys.BoxSecret.of(bytes(accounts.held_custody(lab.coordinator_2).seed))
    accounts.deactivate(lab.open, lab.administrator, lab.coordinator_2.account, "left the lab")
    return held


def test_those_who_stay_open_everything_that_was_sealed(lab: Lab) -> None:
    before = [accounts.lab_secret(lab.open, lab.coordinator, name) for name in people.LAB_SECRETS]
    for _ in range(2):
        signs(lab, lab.reader_1)
        signs(lab, lab.reader_2, COMP_CFV=2)
    _, session = rotates(lab)
    assert [accounts.lab_secret(lab.open, session, name) for name in people.LAB_SECRETS] == before
    assert comparison.release_and_compare(lab.open, session).cases == 2
    assert lab.sign_in("coordinator-2").custody is not None
    assert verify_open(lab.open).faults == ()


def test_the_key_of_who_left_opens_nothing_new(lab: Lab) -> None:
    former = leaves(lab)
    old = signs(lab, lab.reader_1, note="before")
    _, session = rotates(lab)
    new = signs(lab, lab.sign_in("reader-1"), note="after")
    kept = reading.open_reading(lab.open, lab.sign_in("reader-2"), first(lab, lab.sign_in("reader-2")))
    reading.save(lab.open, lab.sign_in("reader-2"), kept.reading.with_note("a draft"))
    with lab.open.store.read() as snapshot:
        assert snapshot.opening_of(new.seq, accounts.held_custody(session))["note"] == "after"
        assert snapshot.opening_of(old.seq, accounts.held_custody(session))["note"] == "before"
        for sealed in (*(bytes(row["body"]) for row in snapshot.all("draft")), _envelope(lab, new.seq)):
            with pytest.raises(NotSealedToError):
                snapshot.unsealed(sealed, former)
        with pytest.raises(KeyRefusedError):
            keys.open_lab_secret(lab.open.lab_id, "chance", former, people.sealed_lab_secret(snapshot, "chance"))


def _envelope(lab: Lab, seq: int) -> bytes:
    with lab.open.store.read() as snapshot:
        row = snapshot.one("event_payload", seq=seq)
    assert row is not None
    return bytes(row["body"])


def test_what_the_leaver_signed_stays_verifiable(lab: Lab) -> None:
    custody.rotate(lab.open, lab.coordinator_2, "first change", PASSWORD)
    accounts.deactivate(lab.open, lab.sign_in("administrator"), lab.coordinator_2.account, "left the lab")
    custody.rotate(lab.open, lab.sign_in("coordinator"), "second change", PASSWORD)
    found = verify_open(lab.open)
    assert found.faults == ()
    assert found.checked["signatures"] == 3


def test_drafts_and_delivered_identities_are_handed_over(lab: Lab) -> None:
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    reading.save(lab.open, lab.reader_1, opened.reading.with_note("half way"))
    place = Place(made_folder(lab.open.quarantine / "delivery"), 1)
    place.keep_identity(Identity({"name": ("Somebody",)}), "name", accounts.custody_public(lab.open))
    _, session = rotates(lab)
    assert place.identity(lab.open, session).values == {"name": ("Somebody",)}
    reader = lab.sign_in("reader-1")
    assert reading.open_reading(lab.open, reader, first(lab, reader)).reading.note == "half way"


def test_the_new_recovery_code_works_and_the_former_one_does_not(lab: Lab) -> None:
    code, _ = rotates(lab)
    session = lab.sign_in("coordinator-2")
    with pytest.raises(CodeRefusedError):
        custody.recover(lab.open, session, lab.recovery_code, PASSWORD)
    assert custody.recover(lab.open, session, code, PASSWORD) not in {code, lab.recovery_code}


def test_who_rotated_signs_in_again_to_work_with_the_new_key(lab: Lab) -> None:
    rotates(lab)
    for work in (assignment.assign, comparison.release_and_compare, _grants):
        with pytest.raises(SignedOutError):
            work(lab.open, lab.coordinator)


def _grants(lab: object, session: Session) -> None:
    accounts.grant_custody(lab, session, session.account)  # type: ignore[arg-type]


def test_every_other_sign_in_is_over(lab: Lab) -> None:
    rotates(lab)
    for session in (lab.reader_1, lab.coordinator_2):
        with pytest.raises(SignedOutError), lab.open.store.begin(session.actor(None)):
            pass


def test_a_rotation_is_signed_with_a_reason_by_who_holds_custody(lab: Lab) -> None:
    with pytest.raises(PersonRefusedError):
        custody.rotate(lab.open, lab.coordinator, " ", PASSWORD)
    with pytest.raises(SignInRefusedError):
        custody.rotate(lab.open, lab.coordinator, "why", "not the password at all")
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-3", "Coordinator three", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    with pytest.raises(CustodyMissingError):
        custody.rotate(lab.open, lab.sign_in("coordinator-3"), "why", PASSWORD)
    for session in (lab.administrator, lab.reader_1, lab.auditor):
        with pytest.raises(NotPermittedError):
            custody.rotate(lab.open, session, "why", PASSWORD)
    with lab.open.store.read() as snapshot:
        assert len(snapshot.all("custody_key")) == 1
    rotates(lab, "a coordinator has left")
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="custody.rotated")
        signature = snapshot.one("signature", record_type="custody_key")
        assert snapshot.opening_of(event["seq"])["reason_text"] == "a coordinator has left"
    assert signature is not None
    assert (signature["meaning"], signature["event_seq"]) == ("custody change", event["seq"])


@pytest.mark.parametrize("gone", ["deactivated", "other role"])
def test_the_lab_says_that_custody_should_be_rotated_until_it_is(lab: Lab, gone: str) -> None:
    assert lab.coordinator_2.custody is not None
    assert not custody_facts.custody_facts(lab.open, lab.coordinator).should_rotate
    if gone == "deactivated":
        accounts.deactivate(lab.open, lab.administrator, lab.coordinator_2.account, "left the lab")
    else:
        accounts.set_roles(lab.open, lab.administrator, lab.coordinator_2.account, {Role.AUDITOR}, "another task")
    facts = custody_facts.custody_facts(lab.open, lab.coordinator)
    assert [person.user_name for person in facts.left] == ["coordinator-2"]
    told = status.status(lab.open, lab.coordinator)
    assert "Rotate the custody key: coordinator-2" in told.in_words()
    assert told.to_json()["custody"] == {"number": 1, "holders": ["coordinator"], "left": ["coordinator-2"], "should_rotate": True}
    _, session = rotates(lab)
    told = status.status(lab.open, session)
    assert "Rotate" not in told.in_words()
    assert told.to_json()["custody"] == {"number": 2, "holders": ["coordinator"], "left": [], "should_rotate": False}


def test_every_other_coordinator_hears_of_it_at_the_next_sign_in_once(lab: Lab) -> None:
    assert lab.coordinator_2.custody is not None
    _, session = rotates(lab)
    assert custody_facts.news(lab.open, session) == ()
    (heard,) = custody_facts.news(lab.open, lab.sign_in("coordinator-2"))
    assert (heard.by, heard.recovered, heard.reason) == ("Coordinator", False, "a coordinator has left")
    assert custody_facts.news(lab.open, lab.sign_in("coordinator-2")) == ()
    assert custody_facts.news(lab.open, lab.sign_in("reader-1")) == ()


def test_people_whose_work_waits_to_be_re_sealed_are_counted(lab: Lab) -> None:
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    reading.save(lab.open, lab.reader_1, opened.reading.with_note("half way"))
    assert status.status(lab.open, lab.coordinator).reseal == 0
    code = accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "password lost", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    told = status.status(lab.open, lab.coordinator)
    assert (told.reseal, told.to_json()["reseal"]) == (1, 1)
    assert "before a reset: 1" in told.in_words()


def test_the_command_shows_the_new_code_on_standard_error_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_lab(tmp_path)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    told = {"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD}
    done = CliRunner().invoke(cli, ["custody", str(made.open.folder), "rotate", "--reason", "A coordinator left", "--json"], env=told)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"number": 2, "holders": ["coordinator"]}
    (code,) = (line.strip() for line in done.stderr.splitlines() if line.startswith("    "))
    assert custody.recover(made.open, made.sign_in("coordinator"), code, PASSWORD) != code
