"""People: invited, activated, signing in, failing, locked out, changed, reset; custody and training."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import ROLE_COMMANDS, Command, Meaning, Person, Role, Status
from corelab.domain.charter import load_charter
from corelab.domain.record_errors import (
    AccountLockedError,
    CodeRefusedError,
    CustodyMissingError,
    LabStorageError,
    NotPermittedError,
    PasswordRefusedError,
    PersonRefusedError,
    SignedOutError,
    SignInRefusedError,
)
from corelab.domain.vocabulary import AccountId
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.verification import verify_open
from corelab.storage import people
from corelab.storage.keys import Kdf, make_opening
from corelab.storage.store import Actor, NewRow
from tests.builders import PASSWORD, Lab, a_lab

OTHER_PASSWORD = "another horse, another battery"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def the(lab: Lab, user: str) -> Person:
    return next(each for each in accounts.people(lab.open, lab.administrator) if each.user_name == user)


def kinds(lab: Lab) -> list[str]:
    with lab.open.store.read() as snapshot:
        return [event["kind"] for event in snapshot.events()]


def fails(lab: Lab, user: str = "reader-1", times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefusedError):
            lab.sign_in(user, "not the password at all")


# ---------------------------------------------------------------- coming in


def test_p11_15_an_invited_person_makes_keys_of_their_own_and_signs_in(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "Reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    assert the(lab, "reader-1").status is Status.INVITED
    with pytest.raises(SignInRefusedError):
        lab.sign_in("reader-1")
    assert accounts.activate(lab.open, code.lower(), PASSWORD).active
    session = lab.sign_in("READER-1")
    assert (session.user_name, session.printed_name, session.roles) == ("reader-1", "Reader One", frozenset({Role.READER}))
    assert session.custody is None


def test_a_code_works_once(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    with pytest.raises(CodeRefusedError):
        accounts.activate(lab.open, code, PASSWORD)


def test_a_code_is_worth_nothing_after_seven_days(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    lab.clock.forward(days=7, seconds=1)
    with pytest.raises(CodeRefusedError) as refused:
        accounts.activate(lab.open, code, PASSWORD)
    assert refused.value.expired


def test_a_mistyped_or_foreign_code_is_refused(lab: Lab, tmp_path: Path) -> None:
    elsewhere = a_lab(tmp_path, name="other")
    foreign = accounts.add_person(elsewhere.open, elsewhere.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    for code in ("", "ABCD-EFGH", foreign):
        with pytest.raises(CodeRefusedError):
            accounts.activate(lab.open, code, PASSWORD)


def test_each_of_two_invited_persons_has_a_code(lab: Lab) -> None:
    codes = [
        accounts.add_person(lab.open, lab.administrator, user, user, {Role.READER}, IdentityCheck.KNOWN)
        for user in ("reader-1", "reader-2")
    ]
    assert [accounts.activate(lab.open, code, PASSWORD).user_name for code in codes] == ["reader-1", "reader-2"]


@pytest.mark.parametrize("again", ["reader-1", "READER-1", "\uff32eader-1", " reader-1 "])
def test_p11_12_a_user_name_in_any_case_and_form_is_the_same_person_for_ever(lab: Lab, again: str) -> None:
    accounts.deactivate(lab.open, lab.administrator, lab.reader_1.account, "left the lab")
    with pytest.raises(PersonRefusedError) as refused:
        accounts.add_person(lab.open, lab.administrator, again, "Another Reader", {Role.READER}, IdentityCheck.KNOWN)
    assert refused.value.what in {"taken", "user_name"}
    assert len([each for each in accounts.people(lab.open, lab.administrator) if each.user_name == "reader-1"]) == 1
    with lab.open.store.read() as snapshot:
        assert snapshot.one("account", id=lab.reader_1.account) is not None


@pytest.mark.parametrize("password", ["short", "x" * 129, "password1234"])
def test_a_poor_password_is_refused(lab: Lab, password: str) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    with pytest.raises(PasswordRefusedError):
        accounts.activate(lab.open, code, password)
    assert accounts.activate(lab.open, code, PASSWORD).active


@pytest.mark.parametrize(
    ("user", "name", "roles", "what"),
    [
        ("two words", "Reader", {Role.READER}, "user_name"),
        ("reader-1", " ", {Role.READER}, "printed_name"),
        ("reader-1", "Reader", set(), "roles"),
        ("reader-1", "Reader", {Role.READER, Role.COORDINATOR}, "roles"),
        ("Coordinator", "Somebody Else", {Role.READER}, "taken"),
        ("\uff43oordinator", "Somebody Else", {Role.READER}, "taken"),
    ],
)
def test_an_account_that_cannot_be(lab: Lab, user: str, name: str, roles: set[Role], what: str) -> None:
    with pytest.raises(PersonRefusedError) as refused:
        accounts.add_person(lab.open, lab.administrator, user, name, roles, IdentityCheck.KNOWN)
    assert refused.value.what == what


def test_p11_12_the_name_of_a_deactivated_person_is_never_used_again(lab: Lab) -> None:
    accounts.deactivate(lab.open, lab.administrator, lab.reader_1.account, "left the lab")
    with pytest.raises(PersonRefusedError):
        accounts.add_person(lab.open, lab.administrator, "reader-1", "Another Reader", {Role.READER}, IdentityCheck.KNOWN)


def test_p11_15_no_password_or_code_stands_in_any_file_of_the_lab(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, "a sentinel password 77")
    lab.sign_in("reader-1", "a sentinel password 77")
    content = b"".join(path.read_bytes() for path in lab.open.folder.rglob("*") if path.is_file())
    assert b"Reader One" in content
    for secret in ("a sentinel password 77", code, code.replace("-", ""), lab.recovery_code):
        assert secret.encode() not in content


# ---------------------------------------------------------------- signing in and failing


def test_p11_28_sign_in_and_out_are_events_with_the_workstation(lab: Lab) -> None:
    accounts.sign_out(lab.open, lab.reader_1)
    with lab.open.store.read() as snapshot:
        opened, closed = snapshot.events(kind="session.opened")[-1], snapshot.events(kind="session.closed")[-1]
        assert (opened["id"], closed["id"]) == (lab.reader_1.id, lab.reader_1.id)
        assert opened["workstation"] == lab.open.workstation
        assert snapshot.one("workstation", id=lab.open.workstation) is not None
        ended = snapshot.one("session_end", session_id=lab.reader_1.id)
        assert ended is not None
    assert not any(lab.reader_1.box.seed)


@pytest.mark.of_the_file
def test_keys_are_overwritten_also_where_the_sign_out_cannot_be_recorded(lab: Lab) -> None:
    session = lab.coordinator
    assert session.custody is not None
    lab.open.store.path.rename(lab.open.folder / "elsewhere.db")
    lab.open.close()
    with pytest.raises(LabStorageError):
        accounts.sign_out(lab.open, session)
    assert not any((*session.box.seed, *session.custody.seed))


def test_signing_out_twice_changes_nothing(lab: Lab) -> None:
    accounts.sign_out(lab.open, lab.coordinator)
    accounts.sign_out(lab.open, lab.coordinator)
    assert kinds(lab).count("session.closed") == 1


def test_p11_28_another_machine_is_written_down_when_it_first_signs_in(lab: Lab, tmp_path: Path) -> None:
    lab.coordinator  # noqa: B018 - signs in
    (lab.open.configuration / "workstation.json").write_text("not json")
    lab.sign_in("coordinator")
    with lab.open.store.read() as snapshot:
        assert len(snapshot.all("workstation")) == 2


def test_p11_17_a_wrong_password_and_an_unknown_user_are_refused_alike(lab: Lab) -> None:
    assert lab.reader_1.account
    with pytest.raises(SignInRefusedError) as wrong:
        lab.sign_in("reader-1", "not the password at all")
    with pytest.raises(SignInRefusedError) as unknown:
        lab.sign_in("nobody", "not the password at all")
    assert str(wrong.value) == str(unknown.value)
    assert kinds(lab)[-2:] == ["signin.failed", "signin.failed"]


def test_p11_17_an_unknown_user_costs_the_same_derivation(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lab.reader_1.account
    costs: list[Kdf] = []
    derive = Kdf.key

    def counted(kdf: Kdf, secret: bytes, salt: bytes) -> bytes:
        costs.append(kdf)
        return derive(kdf, secret, salt)

    monkeypatch.setattr(Kdf, "key", counted)
    fails(lab)
    fails(lab, "nobody")
    assert len(costs) == 2
    assert costs[0] == costs[1]


@pytest.mark.of_the_file
def test_what_was_typed_as_an_unknown_user_name_is_not_kept(lab: Lab) -> None:
    with pytest.raises(SignInRefusedError):
        lab.sign_in("my-secret-password", "reader-1")
    assert b"my-secret-password" not in lab.open.store.path.read_bytes()


def test_p11_16_five_failures_lock_and_an_administrator_unlocks_with_a_reason(lab: Lab) -> None:
    account = lab.reader_1.account
    fails(lab, times=5)
    assert the(lab, "reader-1").status is Status.LOCKED
    with pytest.raises(AccountLockedError):
        lab.sign_in("reader-1")
    lab.clock.forward(days=1)
    with pytest.raises(AccountLockedError) as still:
        lab.sign_in("reader-1")
    assert still.value.until is None
    with pytest.raises(PersonRefusedError):
        accounts.unlock(lab.open, lab.administrator, account, "  ")
    accounts.unlock(lab.open, lab.administrator, account, "typed on another keyboard")
    assert lab.sign_in("reader-1").account == account


def test_a_sign_in_between_starts_the_count_anew(lab: Lab) -> None:
    assert lab.reader_1.account
    fails(lab, times=4)
    lab.sign_in("reader-1")
    fails(lab, times=4)
    assert the(lab, "reader-1").active


def test_failures_far_apart_do_not_lock(lab: Lab) -> None:
    assert lab.reader_1.account
    for _ in range(6):
        fails(lab)
        lab.clock.forward(minutes=4)
    assert the(lab, "reader-1").active


def test_p11_16_the_count_of_failures_survives_a_restart_and_a_clock_set_back(lab: Lab, tmp_path: Path) -> None:
    assert lab.reader_1.account
    fails(lab, times=3)
    lab.open.store.close()
    lab.clock.forward(hours=-3)
    fails(lab, times=2)
    assert the(lab, "reader-1").status is Status.LOCKED


def test_p11_53_wrong_passwords_at_signing_count_and_end_the_sign_in(lab: Lab) -> None:
    session = lab.reader_1
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            accounts.signer(lab.open, session, "not the password at all")
    assert kinds(lab)[-6:] == ["signature.refused"] * 5 + ["account.locked"]
    with pytest.raises(AccountLockedError):
        accounts.signer(lab.open, session, PASSWORD)
    with pytest.raises(SignedOutError), lab.open.store.begin(session.actor(Role.READER)):
        pass


def test_the_last_administrator_is_locked_out_for_a_quarter_of_an_hour_only(lab: Lab) -> None:
    fails(lab, "administrator", times=5)
    with pytest.raises(AccountLockedError) as locked:
        lab.sign_in("administrator")
    assert locked.value.until is not None
    lab.clock.forward(minutes=15)
    assert lab.sign_in("administrator").roles == {Role.ADMINISTRATOR}


def test_one_of_two_administrators_is_locked_like_anybody(lab: Lab) -> None:
    second = lab.person("administrator-2", Role.ADMINISTRATOR)
    fails(lab, "administrator", times=5)
    found = next(each for each in accounts.people(lab.open, second) if each.user_name == "administrator")
    assert found.status is Status.LOCKED


def test_p11_15_raised_costs_are_applied_at_the_next_sign_in(lab: Lab) -> None:
    session = lab.coordinator
    with lab.open.store.begin(session.actor(Role.COORDINATOR)) as transaction:
        row = NewRow("setting", {"name": "kdf", "n": 2, "value": people.kdf_text(Kdf(2, 16384))})
        transaction.record("setting.changed", "setting", "kdf", rows=[row])
    again = lab.sign_in("coordinator")
    with lab.open.store.read() as snapshot:
        credentials = snapshot.all("credential", account_id=session.account)
        assert [(row["opslimit"], row["memlimit"], row["wrapped_box"] is None) for row in credentials] == [
            (1, 8192, True),
            (2, 16384, False),
        ]
    assert again.box.public == session.box.public
    assert lab.sign_in("coordinator").account == session.account
    assert verify_open(lab.open).ok


# ---------------------------------------------------------------- keys


def test_a_changed_password_opens_the_same_keys(lab: Lab) -> None:
    session = lab.reader_1
    accounts.change_password(lab.open, session, PASSWORD, OTHER_PASSWORD)
    fails(lab)
    again = lab.sign_in("reader-1", OTHER_PASSWORD)
    assert again.box.public == session.box.public
    with accounts.signer(lab.open, again, OTHER_PASSWORD) as signer:
        assert signer.account == session.account
    assert verify_open(lab.open).ok


def test_a_password_is_changed_only_by_who_knows_it(lab: Lab) -> None:
    with pytest.raises(SignInRefusedError):
        accounts.change_password(lab.open, lab.reader_1, "not the password at all", OTHER_PASSWORD)
    with pytest.raises(PasswordRefusedError):
        accounts.change_password(lab.open, lab.reader_1, PASSWORD, "short")


def test_p11_19_a_reset_gives_new_keys_and_never_the_old_ones(lab: Lab) -> None:
    before, account = lab.reader_1.box.public, lab.reader_1.account
    code = accounts.reset(lab.open, lab.administrator, account, "forgot the password", IdentityCheck.KNOWN)
    with pytest.raises(SignInRefusedError):
        lab.sign_in("reader-1")
    accounts.activate(lab.open, code, OTHER_PASSWORD)
    after = lab.sign_in("reader-1", OTHER_PASSWORD)
    assert after.box.public != before
    assert accounts.box_public(lab.open, account) == after.box.public
    with lab.open.store.read() as snapshot:
        old = snapshot.all("credential", account_id=account)[0]
    assert old["wrapped_sign"] is None
    assert verify_open(lab.open).ok


def test_a_sign_in_from_before_a_reset_stays_over_when_the_person_is_active_again(lab: Lab) -> None:
    before = lab.reader_1
    code = accounts.reset(lab.open, lab.administrator, before.account, "the window was left open", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, OTHER_PASSWORD)
    with pytest.raises(SignedOutError), lab.open.store.begin(before.actor(Role.READER)):
        pass
    after = lab.sign_in("reader-1", OTHER_PASSWORD)
    with lab.open.store.begin(after.actor(Role.READER)) as transaction:
        assert transaction.one("lab") is not None


def test_a_reset_code_replaces_the_one_before(lab: Lab) -> None:
    first = accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "forgot the password", IdentityCheck.KNOWN)
    second = accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "lost the code", IdentityCheck.KNOWN)
    with pytest.raises(CodeRefusedError):
        accounts.activate(lab.open, first, OTHER_PASSWORD)
    assert accounts.activate(lab.open, second, OTHER_PASSWORD).active


def test_nobody_has_keys_before_activation(lab: Lab) -> None:
    accounts.add_person(lab.open, lab.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    with pytest.raises(LookupError):
        accounts.box_public(lab.open, the(lab, "reader-1").account)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("role", Role)
def test_permit_follows_the_one_table(lab: Lab, role: Role) -> None:
    session = lab.administrator if role is Role.ADMINISTRATOR else lab.person(f"{role.value}-9", role)
    for command in Command:
        if command in ROLE_COMMANDS[role]:
            assert accounts.permit(session, command) is role
        else:
            with pytest.raises(NotPermittedError) as refused:
                accounts.permit(session, command)
            assert refused.value.command is command


def test_only_administrators_change_accounts(lab: Lab) -> None:
    account = lab.reader_1.account
    for session in (lab.coordinator, lab.reader_1, lab.auditor):
        with pytest.raises(NotPermittedError):
            accounts.add_person(lab.open, session, "reader-9", "Reader", {Role.READER}, IdentityCheck.KNOWN)
        with pytest.raises(NotPermittedError):
            accounts.deactivate(lab.open, session, account, "because")
        with pytest.raises(NotPermittedError):
            accounts.unlock(lab.open, session, account, "because")
        with pytest.raises(NotPermittedError):
            accounts.set_roles(lab.open, session, account, {Role.AUDITOR}, "because")
        with pytest.raises(NotPermittedError):
            accounts.reset(lab.open, session, account, "because", IdentityCheck.KNOWN)
    with pytest.raises(NotPermittedError):
        accounts.people(lab.open, lab.reader_1)


def test_nobody_changes_their_own_account(lab: Lab) -> None:
    for change in (accounts.deactivate, accounts.unlock, partial(accounts.reset, identity=IdentityCheck.KNOWN)):
        with pytest.raises(PersonRefusedError) as refused:
            change(lab.open, lab.administrator, lab.administrator.account, "because")
        assert refused.value.what == "self"


def test_a_change_leaves_its_event_with_reason_and_both_states(lab: Lab) -> None:
    accounts.set_roles(lab.open, lab.administrator, lab.reader_1.account, {Role.READER, Role.ADJUDICATOR}, "passed the course")
    with lab.open.store.read() as snapshot:
        event = snapshot.events(kind="account.roles")[-1]
        payload = snapshot.opening_of(event["seq"])
    assert (event["actor"], event["id"]) == (lab.administrator.account, lab.reader_1.account)
    assert payload["reason_text"] == "passed the course"
    assert (payload["from"]["roles"], payload["to"]["roles"]) == ("reader", "adjudicator,reader")


def test_changes_that_change_nothing_or_nobody_are_refused(lab: Lab) -> None:
    account = lab.reader_1.account
    with pytest.raises(PersonRefusedError):
        accounts.unlock(lab.open, lab.administrator, account, "was never locked")
    with pytest.raises(PersonRefusedError):
        accounts.set_roles(lab.open, lab.administrator, account, set(), "none left")
    with pytest.raises(PersonRefusedError):
        accounts.deactivate(lab.open, lab.administrator, AccountId("nobody"), "because")
    accounts.deactivate(lab.open, lab.administrator, account, "left the lab")
    with pytest.raises(PersonRefusedError):
        accounts.unlock(lab.open, lab.administrator, account, "came back")
    with pytest.raises(SignInRefusedError):
        lab.sign_in("reader-1")


def test_the_last_holder_of_custody_cannot_go(lab: Lab) -> None:
    account = lab.coordinator.account
    for go in (
        lambda: accounts.deactivate(lab.open, lab.administrator, account, "left"),
        lambda: accounts.set_roles(lab.open, lab.administrator, account, {Role.READER}, "reads now"),
        lambda: accounts.reset(lab.open, lab.administrator, account, "forgot", IdentityCheck.KNOWN),
    ):
        with pytest.raises(PersonRefusedError) as refused:
            go()
        assert refused.value.what == "last"
    assert lab.coordinator_2.custody is not None
    assert not accounts.deactivate(lab.open, lab.administrator, account, "left").active


# ---------------------------------------------------------------- custody, secrets, training


def test_custody_passes_from_one_coordinator_to_another(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-2", "Second Coordinator", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    account = accounts.activate(lab.open, code, PASSWORD).account
    without = lab.sign_in("coordinator-2")
    with pytest.raises(CustodyMissingError):
        accounts.lab_secret(lab.open, without, "deid")
    with pytest.raises(CustodyMissingError):
        accounts.grant_custody(lab.open, without, account)
    accounts.grant_custody(lab.open, lab.coordinator, account)
    assert set(accounts.holds_custody(lab.open, lab.administrator)) == {lab.coordinator.account, account}
    granted = lab.sign_in("coordinator-2")
    assert _secrets(lab, granted) == _secrets(lab, lab.coordinator)
    with pytest.raises(PersonRefusedError):
        accounts.grant_custody(lab.open, lab.coordinator, account)


def _secrets(lab: Lab, session: Session) -> list[bytes]:
    return [accounts.lab_secret(lab.open, session, name) for name in ("deid", "chance", "package")]


def test_custody_is_for_coordinators_only(lab: Lab) -> None:
    with pytest.raises(PersonRefusedError):
        accounts.grant_custody(lab.open, lab.coordinator, lab.reader_1.account)
    with pytest.raises(NotPermittedError):
        accounts.grant_custody(lab.open, lab.administrator, lab.coordinator.account)
    with pytest.raises(CustodyMissingError):
        accounts.lab_secret(lab.open, lab.reader_1, "deid")


def test_the_last_holder_of_custody_is_neither_reset_nor_deactivated_while_locked_out(lab: Lab) -> None:
    account = lab.coordinator.account
    fails(lab, "coordinator", times=5)
    assert the(lab, "coordinator").status is Status.LOCKED
    for change in (partial(accounts.reset, identity=IdentityCheck.KNOWN), accounts.deactivate):
        with pytest.raises(PersonRefusedError) as refused:
            change(lab.open, lab.administrator, account, "locked out")
        assert refused.value.what == "last"
    accounts.unlock(lab.open, lab.administrator, account, "typed on another keyboard")
    assert lab.sign_in("coordinator").custody is not None


def test_a_reset_coordinator_needs_a_new_grant(lab: Lab) -> None:
    account = lab.coordinator_2.account
    accounts.activate(
        lab.open, accounts.reset(lab.open, lab.administrator, account, "forgot the password", IdentityCheck.KNOWN), OTHER_PASSWORD
    )
    assert lab.sign_in("coordinator-2", OTHER_PASSWORD).custody is None
    accounts.grant_custody(lab.open, lab.coordinator, account)
    assert lab.sign_in("coordinator-2", OTHER_PASSWORD).custody is not None


def test_training_is_recorded_by_a_coordinator_for_a_charter_of_this_lab(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "reader-1", "Reader One", {Role.READER}, IdentityCheck.KNOWN)
    account = accounts.activate(lab.open, code, PASSWORD).account
    assert not accounts.is_trained(lab.open, account, lab.charter_sha256)
    with pytest.raises(NotPermittedError):
        accounts.record_training(lab.open, lab.administrator, account, lab.charter_sha256)
    with pytest.raises(PersonRefusedError):
        accounts.record_training(lab.open, lab.coordinator, AccountId("nobody"), lab.charter_sha256)
    with pytest.raises(LookupError):
        accounts.record_training(lab.open, lab.coordinator, account, "0" * 64)
    accounts.record_training(lab.open, lab.coordinator, account, lab.charter_sha256)
    assert accounts.is_trained(lab.open, account, lab.charter_sha256)


@pytest.mark.of_the_file
def test_training_counts_for_its_major_version_only(lab: Lab) -> None:
    charter = lab.open.charter
    with lab.open.store.read() as snapshot:
        stored = snapshot.one("charter")
    assert stored is not None
    later = stored["toml"].replace(f'version = "{charter.version}"'.encode(), b'version = "7.0.0"', 1)
    digest = load_charter(later).hash
    with lab.open.store.begin(Actor()) as transaction:
        row = NewRow("charter", {"hash": digest, "file_sha256": "8" * 64, "version": "7.0.0", "toml": later})
        transaction.record("charter.loaded", "charter", digest, rows=[row])
    assert accounts.is_trained(lab.open, lab.reader_1.account, charter.hash)
    assert not accounts.is_trained(lab.open, lab.reader_1.account, digest)


def test_everything_people_do_leaves_a_lab_that_verifies(lab: Lab) -> None:
    fails(lab, "nobody")
    accounts.set_roles(lab.open, lab.administrator, lab.reader_1.account, {Role.READER, Role.ADJUDICATOR}, "passed the course")
    accounts.change_password(lab.open, lab.auditor, PASSWORD, OTHER_PASSWORD)
    lab.add("reader-2", {Role.READER})
    fails(lab, "reader-2")
    accounts.sign_out(lab.open, lab.coordinator_2)
    found = verify_open(lab.open)
    assert found.faults == ()
    assert found.checked["signatures"] == 1


def test_p11_52_an_administrator_who_tries_to_sign_for_another_cannot(lab: Lab) -> None:
    """Signing as them, signing beside them, and taking their account over by a reset: none makes their signature."""
    coordinator, administrator = lab.coordinator_2, lab.administrator
    opening = make_opening({"findings": 0})
    facts = {"record_type": "review", "record_id": "r", "revision": 1, "charter_hash": None, "content_digest": opening.digest}
    with (
        accounts.signer(lab.open, administrator, PASSWORD) as own,
        lab.open.store.begin(coordinator.actor(Role.COORDINATOR)) as transaction,
        pytest.raises(NotPermittedError),
    ):
        transaction.signature(own, meaning=Meaning.QC_REVIEW, **facts)  # type: ignore[arg-type]
    with pytest.raises(SignedOutError):  # a sign-in that is not that person's
        accounts.signer(lab.open, replace(administrator, account=coordinator.account), "the administrator's guess")
    with lab.open.store.read() as snapshot:
        before = people.credential(snapshot, coordinator.account)
    code = accounts.reset(lab.open, administrator, coordinator.account, "impersonation", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, OTHER_PASSWORD)
    with lab.open.store.read() as snapshot:
        after, former = people.credential(snapshot, coordinator.account), snapshot.all("credential", account_id=coordinator.account)[0]
    assert before is not None
    assert after is not None
    assert after.sign_public != before.sign_public, "what the administrator signs now is signed by another key"
    assert (former["wrapped_sign"], former["wrapped_box"]) == (None, None), "the old key is gone"


def test_p11_52_a_signature_with_the_key_from_before_a_reset_is_found(lab: Lab, tmp_path: Path) -> None:
    session = lab.coordinator_2
    signer = accounts.signer(lab.open, session, PASSWORD)
    code = accounts.reset(lab.open, lab.administrator, session.account, "the key may be known to others", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, OTHER_PASSWORD)
    opening = make_opening({"findings": 0})
    with lab.open.store.begin(Actor(session.account, Role.COORDINATOR)) as transaction:
        row = transaction.signature(
            signer,
            record_type="review",
            record_id="r",
            revision=1,
            meaning=Meaning.QC_REVIEW,
            charter_hash=None,
            content_digest=opening.digest,
        )
        transaction.record("review.signed", "review", "r", rows=[row], payload=opening)
    assert "signature: the key was not the person's at that time" in {fault.what for fault in verify_open(lab.open).faults}


@pytest.mark.of_the_file
def test_custody_secrets_stand_sealed_in_the_file(lab: Lab) -> None:
    secrets = _secrets(lab, lab.coordinator)
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        content = b"".join(bytes(str(row), "utf-8") for row in connection.execute("SELECT hex(sealed), name FROM lab_secret"))
    assert not any(secret.hex().upper().encode() in content or secret in content for secret in secrets)
