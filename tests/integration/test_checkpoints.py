"""A checkpoint that was kept outside shows what the lab alone cannot: an end cut off, a chain made anew, an older backup, a copy."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain import audit
from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.checkpoint import Checkpoint, parse_checkpoint
from corelab.domain.record_errors import NotPermittedError, SignInRefusedError
from corelab.services import accounts, checkpoints, witness
from corelab.services.checkpoints import CheckpointFileError
from corelab.services.labs import DATABASE
from corelab.services.verification import OtherLabError, verify_open
from corelab.services.witness import InsideTheLabError
from corelab.storage.schema import REGULATED
from tests.builders import PASSWORD, Lab, a_lab
from tests.tampering import behind_its_back, chained_anew


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    assert made.coordinator.account
    assert made.administrator.account
    return made


def signed(lab: Lab) -> Checkpoint:
    return checkpoints.sign(lab.open, lab.coordinator, PASSWORD)


def goes_on(lab: Lab, *names: str) -> None:
    for name in names:
        lab.add(name, {Role.AUDITOR})


def steps(lab: Lab, *brought: Checkpoint) -> list[str]:
    return [fault.step for fault in verify_open(lab.open, brought).faults]


def test_a_checkpoint_is_of_the_last_event_signed_and_on_record(lab: Lab) -> None:
    made = signed(lab)
    with lab.open.store.read() as snapshot:
        (event,), (row,) = snapshot.all("event", seq=made.seq), snapshot.all("checkpoint")
        after = snapshot.events(after=made.seq)
    assert (event["hash"], row["text"]) == (made.head, made.text)
    assert [one["kind"] for one in after] == ["checkpoint.signed"]
    assert steps(lab, made) == []
    assert verify_open(lab.open, [made]).checked["signed checkpoints"] == 1


def test_a_lab_that_went_on_is_still_the_one_of_its_checkpoints(lab: Lab) -> None:
    one = signed(lab)
    goes_on(lab, "auditor-1")
    two = signed(lab)
    assert two.seq > one.seq
    assert steps(lab, one, two) == []


# ---------------------------------------------------------------- what only a checkpoint shows


def cut_off(lab: Lab, after: int) -> None:
    """Every record of later events taken away, triggers and all as they were."""
    with behind_its_back(lab.open.folder) as connection:
        connection.execute("DELETE FROM opening WHERE event_seq > ?", (after,))
        for table in REGULATED:
            connection.execute(f'DELETE FROM "{table}" WHERE event_seq > ?', (after,))
        connection.execute("DELETE FROM event_payload WHERE seq > ?", (after,))
        connection.execute("DELETE FROM event WHERE seq > ?", (after,))


def test_p11_03_a_tail_that_was_cut_off_is_found_with_a_checkpoint_only(lab: Lab) -> None:
    with lab.open.store.read() as snapshot:
        before = witness.unsigned(snapshot, lab.open)
    goes_on(lab, "auditor-1")
    made = signed(lab)
    lab.open.close()
    cut_off(lab, before.seq)
    assert steps(lab) == []
    assert steps(lab, made) == ["checkpoint"]
    (fault,) = verify_open(lab.open, [made]).faults
    assert f"the lab ends at event {before.seq}" in fault.what


@pytest.mark.of_the_file
def test_p11_03_an_older_backup_is_found_with_a_checkpoint_only(lab: Lab, tmp_path: Path) -> None:
    lab.open.close()
    shutil.copy(lab.open.folder / DATABASE, tmp_path / "older.db")
    goes_on(lab, "auditor-1")
    made = signed(lab)
    lab.open.close()
    shutil.copy(tmp_path / "older.db", lab.open.folder / DATABASE)
    assert steps(lab) == []
    assert steps(lab, made) == ["checkpoint"]


@pytest.mark.of_the_file
def test_p11_03_a_copy_that_went_on_by_itself_is_found_with_a_checkpoint_only(lab: Lab, tmp_path: Path) -> None:
    lab.open.close()
    shutil.copy(lab.open.folder / DATABASE, tmp_path / "older.db")
    goes_on(lab, "auditor-1")
    made = signed(lab)
    lab.open.close()
    shutil.copy(tmp_path / "older.db", lab.open.folder / DATABASE)
    goes_on(lab, "auditor-2", "auditor-3", "auditor-4", "auditor-5")
    assert steps(lab) == []
    (fault,) = verify_open(lab.open, [made]).faults
    assert (fault.step, "copy that went on by itself" in fault.what) == ("checkpoint", True)


def test_p11_03_a_whole_chain_made_anew_is_found_with_a_checkpoint_only(lab: Lab) -> None:
    """The chain of a lab in which nothing was signed since its charter: one who makes it anew changes a time, and every digest."""
    goes_on(lab, "auditor-1")
    with lab.open.store.read() as snapshot:
        kept = witness.unsigned(snapshot, lab.open)
        signatures = [row["event_seq"] for row in snapshot.all("signature")]
    goes_on(lab, "auditor-2")
    lab.open.close()
    with behind_its_back(lab.open.folder) as connection:
        connection.execute("UPDATE event SET tz = tz + 60 WHERE seq = ?", (max(signatures) + 1,))
        chained_anew(connection)
    assert steps(lab) == []
    assert steps(lab, kept) == ["checkpoint"]


# ---------------------------------------------------------------- whose signature


def test_a_checkpoint_signed_by_somebody_else_is_told(lab: Lab) -> None:
    made, other = signed(lab), lab.coordinator_2
    assert made.signed is not None
    text = made.text.replace(made.signed.account, other.account)
    assert steps(lab, parse_checkpoint(text)) == ["checkpoint"]


def test_a_checkpoint_whose_time_was_changed_is_told(lab: Lab) -> None:
    made = signed(lab)
    assert steps(lab, parse_checkpoint(made.text.replace(made.at, "2026-01-01T00:00:00.000Z"))) == ["checkpoint"]


def test_a_copy_without_signature_counts_as_a_witness(lab: Lab) -> None:
    with lab.open.store.read() as snapshot:
        kept = witness.unsigned(snapshot, lab.open)
    found = verify_open(lab.open, [kept])
    assert (found.ok, found.checked["unsigned witness copies"]) == (True, 1)


def test_a_checkpoint_outlives_the_keys_of_who_signed_it(lab: Lab) -> None:
    made = checkpoints.sign(lab.open, lab.coordinator_2, PASSWORD)
    code = accounts.reset(lab.open, lab.administrator, lab.coordinator_2.account, "Phone lost", IdentityCheck.IN_PERSON)
    accounts.activate(lab.open, code, PASSWORD)
    assert steps(lab, made) == []


def test_the_checkpoint_of_another_lab_is_refused(lab: Lab, tmp_path: Path) -> None:
    other = a_lab(tmp_path, name="other")
    with pytest.raises(OtherLabError):
        verify_open(lab.open, [checkpoints.sign(other.open, other.coordinator, PASSWORD)])


def test_a_recorded_checkpoint_that_says_something_else_is_found_after_the_chain_was_made_anew(lab: Lab) -> None:
    made = signed(lab)
    lab.open.close()
    with behind_its_back(lab.open.folder) as connection:
        connection.execute("UPDATE checkpoint SET text = replace(text, ?, ?)", (made.at, "2026-01-01T00:00:00.000Z"))
        chained_anew(connection)
    assert steps(lab) == ["checkpoint"]


def test_only_a_coordinator_signs_a_checkpoint_with_the_right_password(lab: Lab) -> None:
    for session in (lab.administrator, lab.reader_1, lab.auditor):
        with pytest.raises(NotPermittedError):
            checkpoints.sign(lab.open, session, PASSWORD)
    with pytest.raises(SignInRefusedError):
        checkpoints.sign(lab.open, lab.coordinator, "not the password at all")
    with lab.open.store.read() as snapshot:
        assert snapshot.all("checkpoint") == ()


def test_a_checkpoint_is_saved_outside_the_lab_and_replaces_no_file(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(InsideTheLabError):
        checkpoints.save(lab.open, lab.coordinator, PASSWORD, lab.open.folder / "exports" / "c.txt")
    made = checkpoints.save(lab.open, lab.coordinator, PASSWORD, tmp_path / "c.txt")
    assert checkpoints.brought([tmp_path / "c.txt"]) == (made,)
    with pytest.raises(FileExistsError):
        checkpoints.save(lab.open, lab.coordinator, PASSWORD, tmp_path / "c.txt")
    with pytest.raises(SignInRefusedError):
        checkpoints.save(lab.open, lab.coordinator, "not the password at all", tmp_path / "d.txt")
    assert not (tmp_path / "d.txt").exists()
    with lab.open.store.read() as snapshot:
        assert len(snapshot.all("checkpoint")) == 1


# ---------------------------------------------------------------- the witness


def test_each_sign_out_leaves_a_copy_that_no_later_one_replaces(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "witness"
    checkpoints.set_witness(lab.open, lab.coordinator, folder)
    for _ in range(2):
        assert accounts.sign_out(lab.open, lab.sign_in("administrator")) is None
    copies = checkpoints.brought([folder])
    assert [one.signed for one in copies] == [None, None]
    assert steps(lab, *copies) == []


def test_without_a_witness_folder_nothing_is_left(lab: Lab, tmp_path: Path) -> None:
    checkpoints.set_witness(lab.open, lab.coordinator, tmp_path / "witness")
    checkpoints.set_witness(lab.open, lab.coordinator, None)
    assert accounts.sign_out(lab.open, lab.sign_in("administrator")) is None
    assert list((tmp_path / "witness").iterdir()) == []


def test_a_witness_that_cannot_be_written_is_told_and_blocks_nothing(lab: Lab, tmp_path: Path) -> None:
    checkpoints.set_witness(lab.open, lab.coordinator, tmp_path / "witness")
    (tmp_path / "witness").rmdir()
    session = lab.sign_in("administrator")
    told = accounts.sign_out(lab.open, session)
    assert told is not None
    assert (told.folder, told.differs) == (tmp_path / "witness", False)
    with lab.open.store.read() as snapshot:
        assert snapshot.one("session_end", session_id=session.id) is not None


def test_a_witness_that_holds_another_head_of_the_same_event_is_told(lab: Lab, tmp_path: Path) -> None:
    checkpoints.set_witness(lab.open, lab.coordinator, tmp_path / "witness")
    session = lab.sign_in("administrator")
    with lab.open.store.read() as snapshot:
        head = witness.unsigned(snapshot, lab.open)
    other = Checkpoint(head.lab, head.seq + 1, audit.digest("event/v1", b"other"), head.trial, head.at)
    (tmp_path / "witness" / witness.file_name(other)).write_text(other.text, encoding="utf-8")
    told = accounts.sign_out(lab.open, session)
    assert told is not None
    assert told.differs


def test_a_witness_inside_the_lab_is_refused(lab: Lab) -> None:
    with pytest.raises(InsideTheLabError):
        checkpoints.set_witness(lab.open, lab.coordinator, lab.open.backups / "witness")


# ---------------------------------------------------------------- by command


def run(monkeypatch: pytest.MonkeyPatch, lab: Lab, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setenv("CORELAB_CONFIG", str(lab.open.configuration))
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    done = CliRunner().invoke(cli, list(arguments), env={"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD})
    return done.exit_code, done.stdout, done.output


@pytest.mark.of_the_file
def test_the_command_saves_a_checkpoint_and_verify_takes_it(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, out = str(lab.open.folder), str(tmp_path / "c.txt")
    assert run(monkeypatch, lab, "checkpoint", folder, out)[0] == 0
    code, text, _ = run(monkeypatch, lab, "verify", folder, "--checkpoint", out, "--json")
    assert (code, json.loads(text)["checked"]["signed checkpoints"]) == (0, 1)
    with closing(sqlite3.connect(lab.open.folder / DATABASE)) as connection:
        (last,) = connection.execute("SELECT max(seq) FROM event").fetchone()
    lab.open.close()
    made = parse_checkpoint(Path(out).read_text(encoding="utf-8"))
    cut_off(lab, made.seq - 1)
    code, _, told = run(monkeypatch, lab, "verify", folder, "--checkpoint", out)
    assert code == 1
    assert f"the lab ends at event {made.seq - 1}" in told
    assert last > made.seq


def test_the_command_sets_the_witness_and_signing_out_leaves_a_copy(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, place = str(lab.open.folder), tmp_path / "witness"
    assert run(monkeypatch, lab, "checkpoint", folder, "--witness", str(place))[0] == 0
    assert len(list(place.iterdir())) == 1
    assert run(monkeypatch, lab, "verify", folder, "--checkpoint", str(place))[0] == 0
    shutil.rmtree(place)
    code, _, told = run(monkeypatch, lab, "status", folder)
    assert code == 0
    assert "No copy of the head of the trail was left" in told
    assert run(monkeypatch, lab, "checkpoint", folder, "--no-witness")[0] == 0


def test_files_that_are_no_checkpoint_or_another_lab_s_are_refused_in_words(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(CheckpointFileError):
        checkpoints.brought([tmp_path / "a.txt"])
    code, _, told = run(monkeypatch, lab, "verify", str(lab.open.folder), "--checkpoint", str(tmp_path / "a.txt"))
    assert (code, "is no checkpoint" in told) == (1, True)
    other = a_lab(tmp_path, name="other")
    (tmp_path / "b.txt").write_text(checkpoints.sign(other.open, other.coordinator, PASSWORD).text, encoding="utf-8")
    code, _, told = run(monkeypatch, lab, "verify", str(lab.open.folder), "--checkpoint", str(tmp_path / "b.txt"))
    assert (code, "is of another lab" in told) == (1, True)


@pytest.mark.of_the_file
def test_many_faults_alike_take_one_line_and_do_not_bury_what_was_changed(lab: Lab) -> None:
    lab.open.close()
    with behind_its_back(lab.open.folder) as connection:
        connection.execute("UPDATE account_revision SET printed_name = 'Somebody Else' WHERE roles = 'coordinator'")
    with closing(sqlite3.connect(lab.open.folder / DATABASE)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.commit()
    told = CliRunner().invoke(cli, ["verify", str(lab.open.folder)])
    lines = told.stdout.splitlines()
    assert told.exit_code == 1
    assert len(lines) < 12
    assert lines[1].startswith("event ")
    assert any(f"and {len(names) - 5} more" in line for line in lines[2:])
