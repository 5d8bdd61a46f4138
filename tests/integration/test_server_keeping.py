"""A lab is made on a server, backed up from it, and made again from a backup: in a folder, or on a server."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.domain.addresses import ServerAddress, address_of
from corelab.domain.clock import SystemClock
from corelab.domain.record_errors import LabExistsError, NotPermittedError
from corelab.domain.vocabulary import LabKind
from corelab.services import accounts, backup, lab_installing, labs, moving, restoring, verification
from corelab.services.labs import NewPerson, OpenLab
from corelab.services.restoring import Login
from tests.builders import FAST_KDF, PASSWORD
from tests.charter_builders import REDUCED
from tests.reading_builders import a_dealt_lab, signs
from tests.servers import Server

COORDINATOR = Login("coordinator", PASSWORD)


@pytest.fixture
def installer(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    for name, value in postgres_server.environment.items():
        monkeypatch.setenv(name, value)
    return postgres_server


def a_database(server: Server) -> ServerAddress:
    return address_of(server.address(server.new_database()))


def made(address: ServerAddress, folder: Path) -> labs.CreatedLab:
    return lab_installing.create_on_server(
        address,
        REDUCED.read_bytes(),
        kind=LabKind.DEMO,
        administrator=NewPerson("administrator", "First Administrator", PASSWORD),
        coordinator=NewPerson("coordinator", "First Coordinator", PASSWORD),
        clock=SystemClock(),
        configuration=folder / "configuration",
        state=folder / "state",
        kdf=FAST_KDF,
    )


def opened(address: ServerAddress, folder: Path) -> "closing[OpenLab]":
    return closing(labs.open_lab(address, SystemClock(), folder / "configuration", folder / "state"))


@pytest.mark.parametrize("user", ["administrator", "coordinator"])
def test_who_makes_a_lab_on_a_server_signs_in_to_it_at_once(installer: Server, tmp_path: Path, user: str) -> None:
    address = a_database(installer)
    new = made(address, tmp_path)
    with opened(address, tmp_path) as lab:
        session = accounts.sign_in(lab, user, PASSWORD)
        assert verification.verify_open(lab).faults == ()
        accounts.sign_out(lab, session)
        assert lab.lab_id == new.lab_id


def test_a_lab_is_made_in_no_database_that_holds_one(installer: Server, tmp_path: Path) -> None:
    address = a_database(installer)
    made(address, tmp_path)
    with pytest.raises(LabExistsError):
        made(address, tmp_path)


@pytest.fixture
def moved(installer: Server, tmp_path: Path) -> Iterator[OpenLab]:
    """A lab with a signed reading, on a server; its coordinator and a reader have used their codes."""
    lab = a_dealt_lab(tmp_path, "S01")
    signs(lab, lab.reader_1)
    lab.clock.at = SystemClock().now()
    done = moving.move(lab.open, lab.coordinator, a_database(installer), state=tmp_path / "state")
    with closing(labs.open_lab(done.place, lab.clock, lab.open.configuration, tmp_path / "state")) as there:
        for each in done.accounts:
            if each.user in {"coordinator", "reader-1"}:
                there.store.leave(accounts.activate(there, each.code, PASSWORD).account)
        yield there


def test_a_backup_of_a_lab_on_a_server_is_restored_into_a_folder(moved: OpenLab, tmp_path: Path) -> None:
    session = accounts.sign_in(moved, "coordinator", PASSWORD)
    done = backup.back_up(moved, session, tmp_path / "lab.backup")
    again = restoring.restore(
        tmp_path / "lab.backup", tmp_path / "again", COORDINATOR, clock=moved.clock, configuration=moved.configuration
    )
    assert (again.seq, again.head, again.clips, again.accounts) == (done.seq, done.head, done.clips, ())
    assert again.clips > 0
    found = verification.verify_lab(tmp_path / "again")
    assert found.faults == ()


def test_a_backup_is_restored_onto_a_server_and_people_come_in_by_their_codes(moved: OpenLab, installer: Server, tmp_path: Path) -> None:
    session = accounts.sign_in(moved, "coordinator", PASSWORD)
    backup.back_up(moved, session, tmp_path / "lab.backup")
    address, state = a_database(installer), tmp_path / "other state"
    again = restoring.restore(
        tmp_path / "lab.backup", address, COORDINATOR, clock=moved.clock, configuration=moved.configuration, state=state
    )
    codes = {each.user: each.code for each in again.accounts}
    with closing(labs.open_lab(address, moved.clock, moved.configuration, state)) as there:
        there.store.leave(accounts.activate(there, codes["coordinator"], PASSWORD).account)
        accounts.sign_in(there, "coordinator", PASSWORD)
        assert verification.verify_open(there).faults == ()
    with pytest.raises(LabExistsError):
        restoring.restore(tmp_path / "lab.backup", address, COORDINATOR, clock=moved.clock, configuration=moved.configuration, state=state)


def test_a_reader_can_neither_verify_nor_copy_a_lab_on_a_server(moved: OpenLab, tmp_path: Path) -> None:
    accounts.sign_in(moved, "reader-1", PASSWORD)
    with pytest.raises(NotPermittedError):
        verification.verify_open(moved)
    with pytest.raises(NotPermittedError):
        moved.store.copy_to(tmp_path / "copy.db", lambda _done, _of: None)
    assert not (tmp_path / "copy.db").exists()


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments], env={"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD})


def test_a_lab_on_a_server_is_made_and_verified_by_command(installer: Server, tmp_path: Path) -> None:
    address = a_database(installer)
    answers = tmp_path / "answers.toml"
    people = [(role, f'user = "{role}"\nname = "First {role}"\npassword = "{PASSWORD}"\n') for role in ("administrator", "coordinator")]
    answers.write_text("".join(f"[{role}]\n{told}" for role, told in people))
    done = ran("init", address.text, "--charter", "dvt-lower-extremity", "--kind", "demo", "--answers", str(answers), "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["lab"] == address.text
    checked = ran("verify", address.text, "--json")
    assert checked.exit_code == 0, checked.stderr
    assert json.loads(checked.stdout)["faults"] == []
    again = ran("init", address.text, "--charter", "dvt-lower-extremity", "--kind", "demo", "--answers", str(answers), "--json")
    assert again.exit_code == 1
    assert again.stdout == ""
