"""Getting in by command: the statement, the own password, rules, machines, second factors."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.domain.access import IdentityCheck, Way
from corelab.domain.accounts import Role
from corelab.domain.record_errors import SignInRefusedError
from corelab.domain.totp import code_of, step_at
from corelab.services import accounts, second_factor
from tests.builders import PASSWORD, Lab, a_lab

NEW_PASSWORD = "a quiet evening by the lake"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_lab(tmp_path)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    return made


def run(lab: Lab, name: str, *rest: str, user: str = "administrator", **told: str) -> Result:
    environment = {"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD, **told}
    return CliRunner().invoke(cli, [name, str(lab.open.folder), *rest], env=environment)


def done(lab: Lab, name: str, *rest: str, user: str = "administrator", **told: str) -> Any:
    ran = run(lab, name, *rest, "--json", user=user, **told)
    assert ran.exit_code == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_coordinator_reads_and_accepts_the_statement_by_command(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-9", "Coordinator nine", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    refused = run(lab, "acknowledge", user="coordinator-9")
    assert refused.exit_code == 1
    assert "legally binding equivalent" in refused.stderr
    assert "Nothing was recorded" in refused.stderr
    assert done(lab, "acknowledge", "--accept", user="coordinator-9")["accepted"]
    assert done(lab, "acknowledge", user="coordinator-9")["accepted"] is None


def test_the_own_password_is_changed_by_command(lab: Lab) -> None:
    assert done(lab, "password", user="coordinator", CORELAB_NEW_PASSWORD=NEW_PASSWORD) == {"user": "coordinator"}
    with pytest.raises(SignInRefusedError):
        lab.sign_in("coordinator")
    assert run(lab, "password", user="coordinator", CORELAB_PASSWORD=NEW_PASSWORD, CORELAB_NEW_PASSWORD="short").exit_code == 1


def test_p11_19_the_age_of_passwords_is_set_by_command_and_an_aged_one_stops_commands_until_it_is_changed(lab: Lab) -> None:
    done(lab, "access", "set", "password_age_days", "90", "--reason", "policy of the lab")
    assert done(lab, "access", "show")["password_age_days"] == 90
    lab.clock.forward(days=91)
    stopped = run(lab, "status", user="coordinator")
    assert stopped.exit_code == 1
    assert "older than this lab allows" in stopped.stderr
    done(lab, "password", user="coordinator", CORELAB_NEW_PASSWORD=NEW_PASSWORD)
    assert run(lab, "status", user="coordinator", CORELAB_PASSWORD=NEW_PASSWORD).exit_code == 0


def test_rules_belong_to_administrators(lab: Lab) -> None:
    refused = run(lab, "access", "set", "password_age_days", "90", "--reason", "policy of the lab", user="coordinator")
    assert (refused.exit_code, "role" in refused.stderr) == (1, True)
    wrong = run(lab, "access", "set", "password_age_days", "soon", "--reason", "policy of the lab")
    assert (wrong.exit_code, "soon" in wrong.stderr) == (1, True)


def test_p11_14_the_command_says_what_it_records_of_the_identity_check(lab: Lab) -> None:
    told = run(lab, "account", "add", "reader-9", "--name", "Reader nine", "--role", "reader")
    assert "known to the lab in person" in told.stderr
    assert done(lab, "account", "add", "reader-8", "--name", "Reader eight", "--role", "reader", "--identity", "in-person")["code"]
    with lab.open.store.read() as snapshot:
        invited = [snapshot.opening_of(event["seq"]) for event in snapshot.events(kind="account.invited")]
    assert [each["identity"] for each in invited][-2:] == ["known", "in-person"]


def test_p11_28_machines_are_listed_and_enrolled_by_command(lab: Lab) -> None:
    assert lab.administrator.workstation == lab.open.workstation
    lab.coordinator  # noqa: B018 - signs in
    (here,) = done(lab, "workstation", "list")["workstations"]
    assert (here["id"], here["enrolled"], here["this"]) == (lab.open.workstation, True, True)
    (lab.open.configuration / "workstation.json").unlink()
    other = lab.open.workstation
    listed = done(lab, "workstation", "list")["workstations"]
    assert [each["enrolled"] for each in listed] == [True, False]
    assert done(lab, "workstation", "enrol", other[:8], "--reason", "reading room") == {"id": other, "enrolled": True}
    assert run(lab, "workstation", "enrol", "nothing", "--reason", "reading room").exit_code == 1


def test_p11_21_a_command_takes_the_code_of_the_second_factor(lab: Lab) -> None:
    made = second_factor.begin(lab.open, lab.coordinator)
    second_factor.enrol(lab.open, lab.coordinator, made.secret, code_of(made.secret, step_at(lab.clock.at)))
    lab.clock.forward(minutes=1)
    without = run(lab, "status", user="coordinator")
    assert (without.exit_code, "CORELAB_CODE" in without.stderr) == (1, True)
    assert run(lab, "status", user="coordinator", CORELAB_CODE=code_of(made.secret, step_at(lab.clock.at))).exit_code == 0


def test_p11_21_two_people_remove_a_second_factor_by_command(lab: Lab) -> None:
    made = second_factor.begin(lab.open, lab.reader_1)
    second_factor.enrol(lab.open, lab.reader_1, made.secret, code_of(made.secret, step_at(lab.clock.at)))
    assert run(lab, "account", "confirm-removal", "reader-1", user="coordinator").exit_code == 1
    done(lab, "account", "remove-factor", "reader-1", "--reason", "telephone lost")
    assert run(lab, "account", "confirm-removal", "reader-1").exit_code == 1
    assert done(lab, "account", "confirm-removal", "reader-1", user="coordinator")["removed"]
    assert lab.sign_in("reader-1").user_name == "reader-1"


def test_p11_22_status_tells_the_last_sign_ins(lab: Lab) -> None:
    with pytest.raises(SignInRefusedError):
        lab.sign_in("coordinator", "not the password at all")
    told = run(lab, "status", user="coordinator").stderr
    assert "Last failed sign-in: 2026-01-12 13:00 (UTC+01:00)" in told


def test_commands_run_beside_the_own_open_window(lab: Lab) -> None:
    window = accounts.sign_in(lab.open, "coordinator", PASSWORD, way=Way.WINDOW)
    assert run(lab, "status", user="coordinator").exit_code == 0
    assert not accounts.is_over(lab.open, window)
