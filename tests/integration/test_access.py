"""Getting in: the statement, identity checks, ages of passwords, second factors, machines, clocks, notices."""

import ast
import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

import corelab
from corelab.domain.access import Duty, IdentityCheck
from corelab.domain.accounts import Command, Meaning, PasswordFault, Role
from corelab.domain.notices import NoticeKind
from corelab.domain.reading_errors import UnattendedError
from corelab.domain.record_errors import (
    AccessRefusedError,
    ClockBackwardError,
    CodeRefusedError,
    DutyOpenError,
    PasswordRefusedError,
    PasswordWrongError,
    PersonRefusedError,
    SecondFactorClosedError,
    SecondFactorNeededError,
    SecondFactorRefusedError,
    SignInRefusedError,
    StatementNotAcceptedError,
    WorkstationRefusedError,
)
from corelab.domain.statement import SIGNATURE, Statement, signature_statement
from corelab.domain.totp import code_of, step_at
from corelab.domain.vocabulary import LabKind
from corelab.services import access, accounts, acknowledgements, custody, labs, notices, reading, second_factor, workstations
from corelab.services.accounts import Session
from corelab.services.clock_watch import ClockWatch
from corelab.services.labs import OpenLab
from corelab.services.verification import verify_open
from corelab.services.workstations import DisplaySeen
from corelab.storage.keys import make_opening
from corelab.storage.store import NewRow
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import a_reading

OTHER_PASSWORD = "another horse, another battery"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def last_event(lab: Lab, kind: str) -> dict[str, object]:
    """Header and payload of the newest event of this kind."""
    with lab.open.store.read() as snapshot:
        header = snapshot.events(kind=kind)[-1]
        return {**header, "said": snapshot.opening_of(header["seq"])}


def kinds(lab: Lab) -> list[str]:
    with lab.open.store.read() as snapshot:
        return [event["kind"] for event in snapshot.events()]


def a_signature(lab: Lab, session: Session) -> None:
    """A coordinator signs something."""
    opening = make_opening({"findings": 0})
    with accounts.signer(lab.open, session, PASSWORD) as signer, lab.open.store.begin(session.actor(Role.COORDINATOR)) as transaction:
        row = transaction.signature(
            signer,
            record_type="review",
            record_id=session.id,
            revision=1,
            meaning=Meaning.QC_REVIEW,
            charter_hash=None,
            content_digest=opening.digest,
        )
        transaction.record("batch.released", "review", session.id, rows=[row], payload=opening)


# ---------------------------------------------------------------- the statement


def a_new_coordinator(lab: Lab) -> Session:
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-9", "Coordinator nine", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    return accounts.sign_in(lab.open, "coordinator-9", PASSWORD)


def test_p11_30_the_first_signature_is_refused_until_the_statement_is_accepted(lab: Lab) -> None:
    session = a_new_coordinator(lab)
    with pytest.raises(StatementNotAcceptedError):
        a_signature(lab, session)
    statement = acknowledgements.due(lab.open, session)
    assert statement is not None
    assert "legally binding equivalent of my handwritten signature" in statement.words
    acknowledgements.accept(lab.open, session, statement.digest)
    a_signature(lab, session)
    with lab.open.store.read() as snapshot:
        row = snapshot.one("acknowledgement", account_id=session.account)
    event = last_event(lab, "statement.accepted")
    assert row is not None
    assert (row["what"], row["text_hash"], row["event_seq"]) == (SIGNATURE, statement.digest, event["seq"])
    assert event["said"] == {"statement": statement.words}
    assert verify_open(lab.open).ok


def test_p11_30_changed_words_ask_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    session = lab.coordinator
    a_signature(lab, session)
    assert acknowledgements.due(lab.open, session) is None
    changed = Statement(signature_statement().words + " Really.")
    monkeypatch.setattr(acknowledgements, "signature_statement", lambda: changed)
    monkeypatch.setattr("corelab.storage.transaction.signature_statement", lambda: changed)
    assert acknowledgements.due(lab.open, session) == changed
    with pytest.raises(StatementNotAcceptedError):
        a_signature(lab, session)
    again = lab.sign_in("coordinator")
    a_signature(lab, again)


def test_p11_30_other_words_than_those_that_ship_cannot_be_accepted(lab: Lab) -> None:
    with pytest.raises(StatementNotAcceptedError):
        acknowledgements.accept(lab.open, a_new_coordinator(lab), "0" * 64)


def test_who_signs_nothing_has_nothing_to_accept(lab: Lab) -> None:
    assert acknowledgements.due(lab.open, lab.administrator) is None


def test_the_first_coordinator_accepts_before_signing_for_the_charter(lab: Lab) -> None:
    told = kinds(lab)
    assert told.index("statement.accepted") < told.index("charter.approved")


# ---------------------------------------------------------------- identity


def test_p11_14_nobody_is_invited_or_reset_without_a_check_of_identity(lab: Lab) -> None:
    with pytest.raises(PersonRefusedError) as refused:
        accounts.add_person(lab.open, lab.administrator, "reader-9", "Reader nine", {Role.READER}, None)
    assert refused.value.what == "identity"
    with pytest.raises(PersonRefusedError) as refused:
        accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "forgot the password", None)
    assert refused.value.what == "identity"
    assert "account.reset" not in kinds(lab)


def test_p11_14_who_checked_when_and_how_stands_in_the_event(lab: Lab) -> None:
    accounts.add_person(lab.open, lab.administrator, "reader-9", "Reader nine", {Role.READER}, IdentityCheck.VIDEO)
    invited = last_event(lab, "account.invited")
    assert (invited["actor"], invited["said"]["identity"]) == (lab.administrator.account, "video")  # type: ignore[index]
    accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "forgot the password", IdentityCheck.IN_PERSON)
    assert last_event(lab, "account.reset")["said"] == {"identity": "in-person", "reason_text": "forgot the password"}


# ---------------------------------------------------------------- age of passwords


def test_p11_19_an_aged_password_forces_a_change_before_anything_else(lab: Lab) -> None:
    access.set_rule(lab.open, lab.administrator, "password_age_days", "90", "policy of the lab")
    lab.add("reader-1", {Role.READER})
    lab.clock.forward(days=89)
    assert lab.sign_in("reader-1").duties == frozenset()
    lab.clock.forward(days=2)
    session = lab.sign_in("reader-1")
    assert session.duties == {Duty.NEW_PASSWORD}
    with pytest.raises(DutyOpenError):
        accounts.permit(session, Command.WORKLIST)
    with pytest.raises(PasswordRefusedError) as same:
        accounts.change_password(lab.open, session, PASSWORD, PASSWORD)
    assert same.value.fault is PasswordFault.SAME
    changed = accounts.change_password(lab.open, session, PASSWORD, OTHER_PASSWORD)
    assert accounts.permit(changed, Command.WORKLIST) is Role.READER
    assert lab.sign_in("reader-1", OTHER_PASSWORD).duties == frozenset()


def test_p11_19_a_raised_cost_does_not_make_a_password_young(lab: Lab) -> None:
    access.set_rule(lab.open, lab.administrator, "password_age_days", "30", "policy of the lab")
    lab.clock.forward(days=31)
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        row = NewRow("setting", {"name": "kdf", "n": 2, "value": "argon2id:2:16384"})
        transaction.record("setting.changed", "setting", "kdf", rows=[row])
    lab.sign_in("coordinator")
    assert lab.sign_in("coordinator").duties == {Duty.NEW_PASSWORD}


def test_p11_19_passwords_do_not_age_unless_the_lab_says_so(lab: Lab) -> None:
    lab.clock.forward(days=5000)
    assert lab.sign_in("coordinator").duties == frozenset()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password_age_days", "soon"),
        ("password_age_days", "0"),
        ("second_factor_roles", "reader,king"),
        ("enrolled_workstations_only", "perhaps"),
        ("pixel_check", "one"),
    ],
)
def test_a_rule_that_is_none_is_refused(lab: Lab, name: str, value: str) -> None:
    with pytest.raises(AccessRefusedError):
        access.set_rule(lab.open, lab.administrator, name, value, "because")
    with pytest.raises(AccessRefusedError):
        access.set_rule(lab.open, lab.administrator, "password_age_days", "90", "  ")


def test_a_rule_can_be_taken_back_and_both_stand_in_the_trail(lab: Lab) -> None:
    access.set_rule(lab.open, lab.administrator, "password_age_days", "90", "policy of the lab")
    access.set_rule(lab.open, lab.administrator, "password_age_days", "", "policy was changed")
    assert access.rules(lab.open, lab.administrator).password_age_days is None
    said = {"name": "password_age_days", "from": "90", "to": "", "reason_text": "policy was changed"}
    assert last_event(lab, "access.changed")["said"] == said


# ---------------------------------------------------------------- second factor


def code_now(lab: Lab, secret: bytes) -> str:
    return code_of(secret, step_at(lab.clock.at))


def has_factor(lab: Lab, user: str, role: Role) -> bytes:
    """The person has set one up; their secret."""
    session = lab.person(user, role)
    made = second_factor.begin(lab.open, session)
    second_factor.enrol(lab.open, session, made.secret, code_now(lab, made.secret))
    lab.clock.forward(minutes=1)
    return made.secret


def with_code(lab: Lab, user: str, code: str | None, password: str = PASSWORD) -> Session:
    return accounts.sign_in(lab.open, user, password, code=code)


def test_p11_21_the_code_is_asked_for_after_the_password(lab: Lab) -> None:
    secret = has_factor(lab, "reader-1", Role.READER)
    with pytest.raises(SignInRefusedError):
        with_code(lab, "reader-1", code_now(lab, secret), "not the password at all")
    with pytest.raises(SecondFactorNeededError):
        with_code(lab, "reader-1", None)
    with pytest.raises(SecondFactorRefusedError):
        with_code(lab, "reader-1", "000000")
    assert with_code(lab, "reader-1", code_now(lab, secret)).user_name == "reader-1"


def test_p11_21_a_code_opens_one_sign_in_only(lab: Lab) -> None:
    secret = has_factor(lab, "reader-1", Role.READER)
    code = code_now(lab, secret)
    with_code(lab, "reader-1", code)
    with pytest.raises(SecondFactorRefusedError):
        with_code(lab, "reader-1", code)


def test_p11_21_wrong_codes_count_to_the_lockout(lab: Lab) -> None:
    has_factor(lab, "reader-1", Role.READER)
    for _ in range(5):
        with pytest.raises(SecondFactorRefusedError):
            with_code(lab, "reader-1", "000000")
    assert kinds(lab)[-1] == "account.locked"


def test_p11_21_a_role_that_needs_it_does_nothing_before_it_is_set_up(lab: Lab) -> None:
    access.set_rule(lab.open, lab.administrator, "second_factor_roles", "coordinator,reader", "policy of the lab")
    session = lab.sign_in("coordinator")
    assert session.duties == {Duty.SECOND_FACTOR}
    with pytest.raises(DutyOpenError):
        accounts.permit(session, Command.STATUS)
    made = second_factor.begin(lab.open, session)
    with pytest.raises(SecondFactorRefusedError):
        second_factor.enrol(lab.open, session, made.secret, "000000")
    ready = second_factor.enrol(lab.open, session, made.secret, code_now(lab, made.secret))
    assert accounts.permit(ready, Command.STATUS) is Role.COORDINATOR
    assert lab.sign_in("administrator").duties == frozenset()


def test_p11_21_removal_by_one_person_is_refused(lab: Lab) -> None:
    secret = has_factor(lab, "reader-1", Role.READER)
    account = lab.reader_1.account
    with pytest.raises(PersonRefusedError) as early:
        second_factor.confirm_removal(lab.open, lab.coordinator, account)
    assert early.value.what == "not_requested"
    second_factor.request_removal(lab.open, lab.administrator, account, "the telephone is lost")
    with pytest.raises(PersonRefusedError) as alone:
        second_factor.confirm_removal(lab.open, lab.administrator, account)
    assert alone.value.what == "second_person"
    with pytest.raises(SecondFactorNeededError):
        with_code(lab, "reader-1", None)
    assert with_code(lab, "reader-1", code_now(lab, secret)).user_name == "reader-1"


@pytest.mark.parametrize(("second", "role"), [("administrator-2", Role.ADMINISTRATOR), ("coordinator", Role.COORDINATOR)])
def test_p11_21_two_people_remove_it_and_it_can_be_set_up_anew(lab: Lab, second: str, role: Role) -> None:
    has_factor(lab, "reader-1", Role.READER)
    account = lab.reader_1.account
    second_factor.request_removal(lab.open, lab.administrator, account, "the telephone is lost")
    assert second_factor.removals(lab.open, lab.administrator) == (account,)
    second_factor.confirm_removal(lab.open, lab.person(second, role), account)
    session = with_code(lab, "reader-1", None)
    assert second_factor.removals(lab.open, lab.administrator) == ()
    assert not second_factor.is_on(lab.open, session)
    assert second_factor.begin(lab.open, session).secret
    assert verify_open(lab.open).ok


def test_p11_21_the_owner_confirms_nothing_and_a_request_ends_after_a_week(lab: Lab) -> None:
    has_factor(lab, "administrator-2", Role.ADMINISTRATOR)
    owner = lab.person("administrator-2", Role.ADMINISTRATOR)
    second_factor.request_removal(lab.open, lab.administrator, owner.account, "the telephone is lost")
    with pytest.raises(PersonRefusedError) as own:
        second_factor.confirm_removal(lab.open, owner, owner.account)
    assert own.value.what == "self"
    lab.clock.forward(days=8)
    with pytest.raises(PersonRefusedError) as late:
        second_factor.confirm_removal(lab.open, lab.coordinator, owner.account)
    assert late.value.what == "not_requested"


def test_p11_21_a_reset_by_one_administrator_does_not_get_round_it(lab: Lab) -> None:
    has_factor(lab, "reader-1", Role.READER)
    code = accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "forgot the password", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, OTHER_PASSWORD)
    with pytest.raises(SecondFactorClosedError):
        with_code(lab, "reader-1", None, OTHER_PASSWORD)


def test_the_secret_of_a_second_factor_stands_in_no_file(lab: Lab) -> None:
    secret = has_factor(lab, "reader-1", Role.READER)
    assert not any(secret in path.read_bytes() for path in lab.open.folder.rglob("*") if path.is_file())


# ---------------------------------------------------------------- machines


@pytest.fixture
def another(lab: Lab, tmp_path: Path) -> OpenLab:
    return labs.open_lab(lab.open.place, lab.clock, tmp_path / "another machine")


def test_p11_28_machine_and_host_stand_in_each_sign_in_and_event(lab: Lab, another: OpenLab) -> None:
    session = accounts.sign_in(another, "coordinator", PASSWORD)
    access_events = {event["workstation"] for event in _events_of(lab, session)}
    assert access_events == {another.workstation}
    with lab.open.store.read() as snapshot:
        row = snapshot.one("session", id=session.id)
        machine = snapshot.latest("workstation", id=another.workstation)
    assert row is not None
    assert machine is not None
    assert row["workstation_id"] == another.workstation != lab.open.workstation
    assert (machine["host"], machine["os"]) == (another.machine.host, another.machine.os)


def _events_of(lab: Lab, session: Session) -> list[dict[str, object]]:
    with lab.open.store.begin(session.actor(Role.COORDINATOR)) as transaction:
        transaction.record("batch.released", "lab", session.id)
    with lab.open.store.read() as snapshot:
        events = snapshot.events()
    assert all(event["workstation"] for event in events)
    return [dict(event) for event in events if session.id in {event["session"], event["id"]}]


def test_p11_28_where_enrolment_is_asked_a_machine_that_is_not_enrolled_is_refused(lab: Lab, another: OpenLab) -> None:
    access.set_rule(lab.open, lab.administrator, "enrolled_workstations_only", "on", "policy of the lab")
    with pytest.raises(WorkstationRefusedError) as refused:
        accounts.sign_in(another, "coordinator", PASSWORD)
    assert refused.value.workstation == another.workstation
    assert last_event(lab, "workstation.refused")["workstation"] == another.workstation
    assert lab.sign_in("coordinator").user_name == "coordinator"
    workstations.enrol(lab.open, lab.administrator, another.workstation, "the new reading room")
    assert accounts.sign_in(another, "coordinator", PASSWORD).workstation == another.workstation
    workstations.enrol(lab.open, lab.administrator, another.workstation, "given away", enrolled=False)
    with pytest.raises(WorkstationRefusedError):
        accounts.sign_in(another, "coordinator", PASSWORD)
    assert verify_open(lab.open).ok


def test_p11_28_a_wrong_password_at_a_machine_that_is_not_enrolled_is_a_wrong_password(lab: Lab, another: OpenLab) -> None:
    access.set_rule(lab.open, lab.administrator, "enrolled_workstations_only", "on", "policy of the lab")
    with pytest.raises(SignInRefusedError):
        accounts.sign_in(another, "coordinator", "not the password at all")


def test_nobody_shuts_out_the_machine_at_which_they_sit(lab: Lab, another: OpenLab) -> None:
    away = accounts.sign_in(another, "administrator", PASSWORD)
    with pytest.raises(AccessRefusedError):
        access.set_rule(another, away, "enrolled_workstations_only", "on", "policy of the lab")
    with pytest.raises(AccessRefusedError):
        workstations.enrol(lab.open, lab.administrator, lab.open.workstation, "given away", enrolled=False)


def test_p11_28_the_display_check_is_recorded_with_its_date(lab: Lab) -> None:
    assert workstations.this_machine(lab.open) is not None
    workstations.record_display(lab.open, lab.sign_in("coordinator"), DisplaySeen.NOT_ALL)
    found = workstations.this_machine(lab.open)
    assert found is not None
    assert (found.display, found.enrolled) == (DisplaySeen.NOT_ALL, True)
    assert found.display_at is not None
    assert abs(found.display_at - lab.clock.at) < timedelta(minutes=1)
    assert verify_open(lab.open).ok


# ---------------------------------------------------------------- clocks


def test_p11_38_a_clock_set_back_stops_signing_and_writes_an_event(lab: Lab) -> None:
    session = lab.coordinator
    a_signature(lab, session)
    lab.clock.forward(seconds=-100)
    a_signature(lab, lab.sign_in("coordinator"))
    lab.clock.forward(seconds=-121)
    with pytest.raises(ClockBackwardError):
        a_signature(lab, session)
    assert kinds(lab)[-1] == "clock.backward"


def test_p11_38_times_are_kept_in_utc_with_the_offset_of_the_machine(lab: Lab) -> None:
    a_signature(lab, lab.coordinator)
    event = last_event(lab, "batch.released")
    assert (event["tz"], event["clock"]) == (lab.clock.tz, "system")
    assert abs(event["at"] - lab.clock.at) < timedelta(seconds=1)  # type: ignore[operator]


def test_p11_38_a_clock_that_is_set_while_somebody_is_signed_in_leaves_an_event(lab: Lab) -> None:
    running = [1000.0]
    watch = ClockWatch(lab.open, lab.coordinator, lambda: running[0])
    running[0] += 3600
    lab.clock.forward(hours=1)
    assert watch.look() == 0.0
    lab.clock.forward(minutes=5)
    assert watch.look() == pytest.approx(300, abs=1)
    assert last_event(lab, "clock.stepped")["said"] == {"seconds": 300}
    assert watch.look() == 0.0
    lab.clock.forward(seconds=-61)
    assert watch.look() == pytest.approx(-61, abs=1)
    assert kinds(lab).count("clock.stepped") == 2


# ---------------------------------------------------------------- notices


def told(lab: Lab, session: Session) -> list[NoticeKind]:
    return [notice.kind for notice in notices.unseen(lab.open, session)]


def test_p11_18_a_lockout_is_told_to_administrators_until_they_confirm(lab: Lab) -> None:
    administrator, second = lab.administrator, lab.person("administrator-2", Role.ADMINISTRATOR)
    lab.add("reader-1", {Role.READER})
    assert told(lab, administrator) == []
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            lab.sign_in("reader-1", "not the password at all")
    (notice,) = notices.unseen(lab.open, administrator)
    assert (notice.kind, notice.about, notice.host) == (NoticeKind.LOCKED_OUT, "Reader 1", lab.open.machine.host)
    assert told(lab, lab.coordinator) == []
    notices.confirm(lab.open, administrator, (notice,))
    assert told(lab, administrator) == []
    assert told(lab, second) == [NoticeKind.LOCKED_OUT]
    assert (last_event(lab, "notice.seen")["actor"], told(lab, lab.sign_in("administrator"))) == (administrator.account, [])


def test_p11_18_wrong_codes_names_and_signatures_are_told_when_they_repeat(lab: Lab) -> None:
    administrator, reader = lab.administrator, lab.reader_1

    def try_all() -> None:
        with pytest.raises(CodeRefusedError):
            accounts.activate(lab.open, "ABCD-EFGH", PASSWORD)
        with pytest.raises(SignInRefusedError):
            lab.sign_in("nobody", PASSWORD)
        with pytest.raises(PasswordWrongError):
            accounts.signer(lab.open, reader, "not the password at all")

    for _ in range(2):
        try_all()
    assert told(lab, administrator) == []
    try_all()
    assert set(told(lab, administrator)) == {NoticeKind.CODES_REFUSED, NoticeKind.UNKNOWN_NAMES, NoticeKind.SIGNATURES_REFUSED}


def test_p11_18_a_refused_recovery_code_and_an_unknown_machine_are_told_at_once(lab: Lab, another: OpenLab) -> None:
    administrator = lab.administrator
    with pytest.raises(CodeRefusedError):
        custody.recover(lab.open, lab.coordinator, "ABCD-EFGH", PASSWORD)
    access.set_rule(lab.open, administrator, "enrolled_workstations_only", "on", "policy of the lab")
    with pytest.raises(WorkstationRefusedError):
        accounts.sign_in(another, "coordinator", PASSWORD)
    assert told(lab, administrator) == [NoticeKind.RECOVERY_REFUSED, NoticeKind.WORKSTATION_REFUSED]


def test_who_was_reset_learns_it_and_by_whom_and_so_do_coordinators(lab: Lab) -> None:
    account, coordinator = lab.reader_1.account, lab.coordinator
    code = accounts.reset(lab.open, lab.administrator, account, "forgot the password", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, OTHER_PASSWORD)
    reader = lab.sign_in("reader-1", OTHER_PASSWORD)
    (own,) = notices.unseen(lab.open, reader)
    (theirs,) = notices.unseen(lab.open, coordinator)
    assert (own.kind, own.by) == (NoticeKind.OWN_RESET, "Administrator")
    assert (theirs.kind, theirs.about, theirs.by) == (NoticeKind.RESET, "Reader 1", "Administrator")
    assert told(lab, lab.reader_2) == told(lab, lab.administrator) == []


def test_coordinators_learn_who_was_given_custody(lab: Lab) -> None:
    third = a_new_coordinator(lab)
    accounts.grant_custody(lab.open, lab.coordinator, third.account)
    assert told(lab, lab.coordinator) == []
    (notice,) = [each for each in notices.unseen(lab.open, third) if each.kind is NoticeKind.CUSTODY_GRANTED]
    assert (notice.about, notice.by) == ("Coordinator nine", "Coordinator")


def test_p11_22_a_sign_in_knows_the_last_good_and_the_last_failed_one(lab: Lab) -> None:
    lab.add("reader-1", {Role.READER})
    first = lab.sign_in("reader-1")
    assert (first.last.good, first.last.failed) == (None, None)
    came = lab.clock.at
    lab.clock.forward(hours=2)
    with pytest.raises(SignInRefusedError):
        lab.sign_in("reader-1", "not the password at all")
    failed = lab.clock.at
    lab.clock.forward(hours=2)
    last = lab.sign_in("reader-1").last
    assert last.good is not None
    assert last.failed is not None
    assert abs(last.good.at - came) < timedelta(minutes=1)
    assert abs(last.failed.at - failed) < timedelta(minutes=1)
    assert (last.failed.host, last.failed.tz) == (lab.open.machine.host, lab.clock.tz)


# ---------------------------------------------------------------- never remembered


def test_p11_48_no_part_of_the_program_knows_a_key_ring_or_keeps_a_password() -> None:
    rings = {"keyring", "secretstorage", "jeepney", "win32cred", "keychain"}
    for path in sorted(Path(corelab.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name.split(".")[0] for name in named} & rings, path.name
    held = {each.name for each in dataclasses.fields(Session)}
    assert not {name for name in held if "password" in name or "sign" in name or "kek" in name}


def test_p11_48_the_signing_key_is_gone_after_one_signature(lab: Lab) -> None:
    session = lab.coordinator
    with accounts.signer(lab.open, session, PASSWORD) as signer:
        assert any(signer.seed)
    assert not any(signer.seed)
    with pytest.raises(PasswordWrongError):
        accounts.signer(lab.open, session, "")


def test_p11_48_a_reading_is_signed_unattended_in_a_demo_lab_only(tmp_path: Path) -> None:
    trial = a_lab(tmp_path, kind=LabKind.TRIAL, name="trial")
    with pytest.raises(UnattendedError):
        reading.sign(trial.open, trial.reader_1, a_reading(), PASSWORD, attended=False)
