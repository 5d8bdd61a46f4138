"""Every start looks at the last events; a lab that fails takes no more records, and every command that writes says so in the same words."""

import json
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.accounts import Role
from corelab.domain.record_errors import LabUnsoundError
from corelab.services import accounts, verification
from corelab.services.labs import DATABASE, OpenLab
from corelab.services.verification import RECENT, recent_faults, verify_lab
from corelab.ui.trail_words import UNSOUND
from tests.builders import PASSWORD, Lab, a_lab
from tests.tampering import behind_its_back


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    assert made.coordinator.account
    assert made.auditor.account
    return made


def spoil(lab: Lab, statement: str = "UPDATE account_revision SET printed_name = 'Somebody Else' WHERE roles = 'auditor'") -> None:
    lab.open.close()
    with behind_its_back(lab.open.folder) as connection:
        assert connection.execute(statement).rowcount > 0


def opened(lab: Lab) -> OpenLab:
    return verification.open_checked(lab.open.folder, lab.clock, lab.open.configuration)


def run(monkeypatch: pytest.MonkeyPatch, lab: Lab, *arguments: str, user: str = "coordinator") -> tuple[int, str]:
    monkeypatch.setenv("CORELAB_CONFIG", str(lab.open.configuration))
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    done = CliRunner().invoke(cli, list(arguments), env={"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD})
    return done.exit_code, " ".join(done.output.split())


def test_a_sound_lab_opens_for_work(lab: Lab) -> None:
    assert recent_faults(lab.open.folder) == ()
    assert opened(lab).store.writable


@pytest.mark.parametrize(
    ("statement", "step"),
    [
        ("UPDATE account_revision SET printed_name = 'Somebody Else' WHERE roles = 'auditor'", "rows"),
        ("DELETE FROM event WHERE seq = 9", "chain"),
        ("UPDATE event SET actor = NULL WHERE seq = (SELECT max(seq) FROM event)", "chain"),
        ("DELETE FROM training WHERE 0 OR rowid = 1", "rows"),
    ],
)
def test_p11_04_what_was_changed_among_the_last_events_is_found_at_the_start(lab: Lab, statement: str, step: str) -> None:
    assert lab.reader_1.account
    spoil(lab, statement)
    assert step in {fault.step for fault in recent_faults(lab.open.folder)}
    assert not opened(lab).store.writable


def test_p11_04_a_trigger_that_was_dropped_is_found_at_the_start(lab: Lab) -> None:
    lab.open.close()
    with closing(sqlite3.connect(lab.open.folder / DATABASE)) as connection:
        connection.execute("DROP TRIGGER grade_no_update")
    assert [fault.step for fault in recent_faults(lab.open.folder)] == ["schema"]


def test_only_the_last_events_are_looked_at_and_the_first_of_them_continues_the_one_before(lab: Lab) -> None:
    for _ in range(RECENT // 2 + 1):
        accounts.sign_out(lab.open, lab.sign_in("coordinator"))
    assert recent_faults(lab.open.folder) == ()
    spoil(lab, "UPDATE account_revision SET printed_name = 'Somebody Else' WHERE roles = 'administrator'")
    assert recent_faults(lab.open.folder) == ()
    assert not verify_lab(lab.open.folder).ok
    spoil(lab, f"UPDATE event SET prev = rows WHERE seq = (SELECT max(seq) FROM event) - {RECENT - 1}")
    assert "chain" in {fault.step for fault in recent_faults(lab.open.folder)}


def test_p11_04_whoever_has_the_password_may_look_and_nothing_is_recorded(lab: Lab) -> None:
    spoil(lab)
    here = opened(lab)
    session = accounts.sign_in(here, "auditor-1", PASSWORD)
    with here.store.read() as snapshot:
        before = len(snapshot.events())
    assert session.roles == {Role.AUDITOR}
    with pytest.raises(LabUnsoundError):
        accounts.change_password(here, session, PASSWORD, f"{PASSWORD} anew")
    accounts.sign_out(here, session)
    with here.store.read() as snapshot:
        assert len(snapshot.events()) == before


WRITING = (
    ("assign", "LAB"),
    ("lock", "LAB", "--reason", "All in"),
    ("export", "LAB", "OUT"),
    ("checkpoint", "LAB"),
    ("subject", "LAB", "set", "S001", "STUDY_LIMB=left"),
    ("account", "LAB", "add", "reader-9", "--name", "Reader nine", "--role", "reader", "--identity", "known"),
    ("compare", "LAB"),
)


@pytest.mark.parametrize("command", WRITING, ids=lambda command: command[0])
def test_p11_04_every_command_that_writes_refuses_in_the_same_words(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    spoil(lab)
    named = {"LAB": str(lab.open.folder), "OUT": str(tmp_path / "out")}
    user = "administrator" if command[0] == "account" else "coordinator"
    code, told = run(monkeypatch, lab, *(named.get(word, word) for word in command), user=user)
    assert (code, UNSOUND.all in told) == (1, True), told


def test_p11_04_looking_and_verifying_go_on(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(lab)
    code, told = run(monkeypatch, lab, "status", str(lab.open.folder))
    assert (code, UNSOUND.all in told) == (0, True)  # who only looks is told too
    code, told = run(monkeypatch, lab, "verify", str(lab.open.folder), "--json")
    assert (code, json.loads(told)["ok"]) == (1, False)


# ---------------------------------------------------------------- order


def test_p11_39_the_order_is_the_number_whatever_the_times_say(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    assert lab.administrator.account
    same = lab.clock.at
    for back in (0, 60, 0):
        lab.clock.at = same if not back else same - (lab.clock.now() - same) * back
        accounts.sign_out(lab.open, lab.sign_in("coordinator"))
    with lab.open.store.read() as snapshot:
        found = snapshot.events()
    assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
    assert all(after["prev"] == before["hash"] for before, after in pairwise(found))
    assert any(after["at"] <= before["at"] for before, after in pairwise(found))
    assert verify_lab(lab.open.folder).ok


def test_p11_39_a_gap_is_found(lab: Lab) -> None:
    spoil(lab, "DELETE FROM event WHERE seq = 9")
    faults = [fault.what for fault in verify_lab(lab.open.folder).faults if fault.step == "chain"]
    assert "chain: event 9 is missing before it" in faults
