"""What a coordinator does about keys on the command line: handing work over, and taking custody with the recovery code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.services import accounts, assignment, reading
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, first


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.delenv("CORELAB_RECOVERY_CODE", raising=False)
    made = a_lab(tmp_path)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    return made


def run(lab: Lab, *arguments: str, user: str, code: str | None = None) -> Result:
    told = {"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD, "CORELAB_RECOVERY_CODE": code}
    group, *rest = arguments
    return CliRunner().invoke(cli, [group, str(lab.open.folder), *rest, "--json"], env=told)


def test_a_coordinator_hands_the_work_of_a_reset_reader_over(lab: Lab) -> None:
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    reading.save(lab.open, lab.reader_1, opened.reading.with_note("half way"))
    accounts.activate(
        lab.open, accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "forgot the password", IdentityCheck.KNOWN), PASSWORD
    )
    done = run(lab, "account", "reseal", "reader-1", user="coordinator")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"user": "reader-1", "drafts": 1, "records": 0, "damaged": 0}
    session = lab.sign_in("reader-1")
    assert reading.open_reading(lab.open, session, first(lab, session)).reading.note == "half way"


def test_an_administrator_cannot_hand_work_over(lab: Lab) -> None:
    done = run(lab, "account", "reseal", "reader-1", user="administrator")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Your role does not allow this." in done.stderr


def test_custody_is_taken_with_the_code_and_the_new_code_is_shown_on_standard_error_only(lab: Lab) -> None:
    account = accounts.add_person(
        lab.open, lab.administrator, "coordinator-3", "Coordinator three", {Role.COORDINATOR}, IdentityCheck.KNOWN
    )
    accounts.activate(lab.open, account, PASSWORD)
    accounts.sign_out(lab.open, lab.sign_in("coordinator-3"))
    done = run(lab, "custody", "recover", user="coordinator-3", code=lab.recovery_code)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"user": "coordinator-3"}
    (new,) = (line.strip() for line in done.stderr.splitlines() if line.startswith("    "))
    assert lab.sign_in("coordinator-3").custody is not None
    again = run(lab, "custody", "recover", user="coordinator-3", code=lab.recovery_code)
    assert again.exit_code == 1
    assert "This code is not known, or was used." in again.stderr
    assert run(lab, "custody", "recover", user="coordinator-3", code=new).exit_code == 0


def test_the_code_is_never_an_argument_and_a_missing_one_is_said(lab: Lab) -> None:
    assert run(lab, "custody", "recover", lab.recovery_code, user="coordinator").exit_code == 2
    missing = run(lab, "custody", "recover", user="coordinator")
    assert missing.exit_code == 2
    assert "CORELAB_RECOVERY_CODE" in missing.stderr
