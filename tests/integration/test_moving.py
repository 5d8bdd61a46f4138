"""A lab goes from its folder to a server and back: the same head, the same rows, nothing lost, or it stays where it is."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.domain.accounts import Role
from corelab.domain.addresses import ServerAddress, address_of
from corelab.domain.clock import SystemClock
from corelab.domain.moving import CopyDiffersError, LabMovedError, MoveFault, MoveRefusedError
from corelab.domain.record_errors import CommitUnknownError, LabExistsError, NotPermittedError, ServerAwayError, ServerRefusedError
from corelab.services import accounts, labs, moving, verification, window_lock
from corelab.services.moving import Moved
from corelab.services.restoring import Login
from corelab.services.verification import LabFaultyError, verify_lab, verify_open
from corelab.storage.postgres import copying, installing, making
from corelab.storage.schema import TABLES
from tests.builders import PASSWORD, Lab
from tests.reading_builders import a_dealt_lab, signs
from tests.servers import Server, cluster

KNOWN = Login("coordinator", PASSWORD)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_dealt_lab(tmp_path, "S01")
    signs(made, made.reader_1)
    return made


@pytest.fixture
def address(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> ServerAddress:
    for name, value in postgres_server.environment.items():
        monkeypatch.setenv(name, value)
    return address_of(postgres_server.address(postgres_server.new_database()))


def moved(lab: Lab, to: Path | ServerAddress) -> Moved:
    lab.clock.at = SystemClock().now()  # a code is good for seven days of the server, whose time is not told it
    return moving.move(lab.open, lab.coordinator, to, state=lab.open.folder.parent / "state")


def head(lab: Lab) -> tuple[int, str, str]:
    with lab.open.store.read() as snapshot:
        last = snapshot.latest("event", by="seq")
    assert last is not None
    return last["seq"], last["hash"], last["kind"]


def all_rows(database: Path) -> Mapping[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(database)) as connection:
        return {table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr) for table in TABLES}


@contextmanager
def on_server(lab: Lab, done: Moved, user: str = "coordinator") -> Iterator[labs.OpenLab]:
    """The lab in its new place, opened there; this person has used the code."""
    codes = {each.user: each.code for each in done.accounts}
    with closing(labs.open_lab(done.place, lab.clock, lab.open.configuration, lab.open.folder.parent / "state")) as opened:
        accounts.activate(opened, codes[user], PASSWORD)
        yield opened


def test_every_active_person_gets_a_code_and_none_stands_in_the_records(lab: Lab, address: ServerAddress) -> None:
    done = moved(lab, address)
    assert {each.user for each in done.accounts} >= {"administrator", "coordinator", "reader-1", "reader-2", "adjudicator-1"}
    content = (lab.open.folder / "corelab.db").read_bytes()
    assert [each.user for each in done.accounts if each.code.encode() in content] == []


def test_the_last_event_of_the_folder_is_the_last_one_that_both_share(lab: Lab, address: ServerAddress, postgres_server: Server) -> None:
    done = moved(lab, address)
    assert head(lab) == (done.events, done.head, "lab.moved")
    with postgres_server.connect(address.database) as connection:
        there = connection.execute("SELECT seq, hash, kind FROM core.event ORDER BY seq DESC LIMIT 1").fetchone()
    assert there == head(lab)


def test_what_was_left_says_where_the_lab_is_and_takes_nothing_more(lab: Lab, address: ServerAddress) -> None:
    done = moved(lab, address)
    with pytest.raises(LabMovedError, match=address.label):
        lab.sign_in("reader-1")
    with pytest.raises(LabMovedError, match=address.label):
        verification.open_checked(lab.open.folder, lab.clock, lab.open.configuration)
    assert head(lab)[1] == done.head
    assert verify_lab(lab.open.folder).ok


def test_a_draft_can_be_kept_no_more_where_the_lab_was(lab: Lab, address: ServerAddress) -> None:
    moved(lab, address)
    with pytest.raises(LabMovedError), lab.open.store.begin(lab.reader_2.actor(None)) as transaction:
        transaction.put_draft(transaction.values("assignment", "id")[0], b"\0")


def test_clips_and_deliveries_come_along(lab: Lab, address: ServerAddress) -> None:
    delivered = lab.open.quarantine / "delivery" / "1.dcm"
    delivered.parent.mkdir()
    delivered.write_bytes(b"delivered")
    done = moved(lab, address)
    assert (done.folder / "quarantine" / "delivery" / "1.dcm").read_bytes() == b"delivered"
    names = sorted(path.relative_to(lab.open.clips) for path in lab.open.clips.rglob("*.dcm"))
    assert sorted(path.relative_to(done.folder / "clips") for path in (done.folder / "clips").rglob("*.dcm")) == names
    assert done.clips == len(names) > 0


def test_there_and_back_again_every_row_is_what_it_was(lab: Lab, address: ServerAddress, tmp_path: Path) -> None:
    done = moved(lab, address)
    before = all_rows(lab.open.folder / "corelab.db")
    with on_server(lab, done) as there:
        session = accounts.sign_in(there, "coordinator", PASSWORD)
        back = moving.move(there, session, tmp_path / "back", state=tmp_path / "state")
    after = all_rows(tmp_path / "back" / "corelab.db")
    assert verify_lab(tmp_path / "back").faults == ()
    assert {table: [row for row in rows if row not in after[table]] for table, rows in before.items()} == {table: [] for table in before}
    assert back.accounts == ()
    with closing(verification.open_checked(tmp_path / "back", lab.clock, lab.open.configuration)) as opened:
        accounts.sign_out(opened, accounts.sign_in(opened, "reader-1", PASSWORD))
    assert verify_lab(tmp_path / "back").ok


def test_the_server_says_where_a_lab_is_that_left_it(lab: Lab, address: ServerAddress, tmp_path: Path) -> None:
    with on_server(lab, moved(lab, address)) as there:
        moving.move(there, accounts.sign_in(there, "coordinator", PASSWORD), tmp_path / "back", state=tmp_path / "state")
        with pytest.raises(LabMovedError, match="back"):
            accounts.sign_in(there, "coordinator", PASSWORD)


def test_a_moved_lab_verifies_on_the_server(lab: Lab, address: ServerAddress) -> None:
    with on_server(lab, moved(lab, address)) as there:
        accounts.sign_in(there, "coordinator", PASSWORD)
        found = verify_open(there)
    assert found.faults == ()
    assert found.checked["clips"] > 0


@pytest.mark.parametrize("user", ["reader-1", "auditor-1"])
def test_only_a_coordinator_or_an_administrator_moves_a_lab(lab: Lab, address: ServerAddress, user: str) -> None:
    session = lab.auditor if user == "auditor-1" else lab.reader_1
    with pytest.raises(NotPermittedError):
        moving.move(lab.open, session, address, state=lab.open.folder.parent / "state")


def test_a_lab_in_a_folder_moves_to_no_folder(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(MoveRefusedError, match=MoveFault.SAME_KIND.value):
        moved(lab, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_lab_with_a_window_open_stays(lab: Lab, address: ServerAddress) -> None:
    window = window_lock.take(lab.open.folder, lab.clock)
    assert window is not None
    before = head(lab)
    with pytest.raises(Exception, match="LabOpenElsewhereError"):
        moved(lab, address)
    window.release()
    assert head(lab) == before


def test_a_database_that_is_not_empty_is_left_alone(lab: Lab, address: ServerAddress, postgres_server: Server) -> None:
    with postgres_server.connect(address.database) as connection:
        connection.execute("CREATE TABLE notes (words text)")
    before = head(lab)
    with pytest.raises(LabExistsError):
        moved(lab, address)
    assert head(lab) == before


def test_a_lab_that_does_not_verify_is_not_moved(lab: Lab, address: ServerAddress) -> None:
    clip = next(lab.open.clips.rglob("*.dcm"))
    clip.write_bytes(clip.read_bytes()[:-1] + b"x")
    with pytest.raises(LabFaultyError):
        moved(lab, address)


def test_a_role_that_may_not_make_roles_is_told_and_nothing_is_left(
    lab: Lab, address: ServerAddress, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_server.connect(address.database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE nobody_{address.database} LOGIN PASSWORD 'x'")
    monkeypatch.setenv("PGUSER", f"nobody_{address.database}")
    monkeypatch.setenv("PGPASSWORD", "x")
    with pytest.raises(ServerRefusedError):
        moved(lab, address)
    assert head(lab)[2] == "lab.stayed"
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(ServerRefusedError, match="nobody"):
        moved(lab, address)


def test_a_lab_that_did_not_arrive_stays_and_goes_on(lab: Lab, address: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "different_tables", lambda _one, _other: ("grade",))
    with pytest.raises(CopyDiffersError):
        moved(lab, address)
    assert head(lab)[2] == "lab.stayed"
    folder = labs.folder_of(address, lab.open.folder.parent / "state")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    signs(lab, lab.reader_2)
    assert verify_lab(lab.open.folder).ok
    monkeypatch.undo()


def test_a_move_that_was_killed_is_finished_by_giving_it_again(lab: Lab, address: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        transaction.record("lab.moved", "lab", lab.open.lab_id, payload={"to": address.label, "clips": 0, "invited": 0}, reason="server")
    state = lab.open.folder.parent / "state"
    again = moving.resume(lab.open.folder, address, KNOWN, clock=lab.clock, configuration=lab.open.configuration, state=state)
    assert head(lab) == (again.events, again.head, "lab.moved")
    with pytest.raises(LabExistsError):
        moving.resume(lab.open.folder, address, KNOWN, clock=lab.clock, configuration=lab.open.configuration, state=state)
    other = address_of(f"postgresql://{address.host}:{address.port}/elsewhere")
    with pytest.raises(LabMovedError, match=address.label):
        moving.resume(lab.open.folder, other, KNOWN, clock=lab.clock, configuration=lab.open.configuration, state=state)


def ran(*arguments: str, user: str = "coordinator") -> Result:
    return CliRunner().invoke(cli, [*arguments], env={"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD})


def test_the_command_answers_with_the_new_place_its_head_and_the_codes(lab: Lab, address: ServerAddress) -> None:
    done = ran("move", str(lab.open.folder), address.text, "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document.keys() == {"lab", "events", "head", "clips", "accounts"}
    assert document["lab"] == address.text
    assert (document["events"], document["head"]) == head(lab)[:2]
    assert {each["user"] for each in document["accounts"]} >= {"coordinator", "reader-1"}
    refused = ran("status", str(lab.open.folder))
    assert refused.exit_code == 1
    assert address.label in refused.stderr


def test_a_move_back_that_was_killed_is_finished_by_giving_it_again(lab: Lab, address: ServerAddress, tmp_path: Path) -> None:
    to = tmp_path / "back"
    with on_server(lab, moved(lab, address)) as there:
        session = accounts.sign_in(there, "coordinator", PASSWORD)
        with there.store.begin(session.actor(Role.COORDINATOR)) as transaction:
            transaction.record("lab.moved", "lab", there.lab_id, payload={"to": str(to), "clips": 0, "invited": 0}, reason="folder")
        accounts.sign_out(there, session)
    state = lab.open.folder.parent / "state"
    again = moving.resume(address, to, KNOWN, clock=lab.clock, configuration=lab.open.configuration, state=state)
    assert verify_lab(to).faults == ()
    assert (again.events, again.head) == last_of(to)


def last_of(folder: Path) -> tuple[int, str]:
    with closing(sqlite3.connect(folder / "corelab.db")) as connection:
        seq, hashed = connection.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return seq, hashed


def test_a_lab_on_a_server_stays_while_others_are_in_it(lab: Lab, address: ServerAddress, tmp_path: Path) -> None:
    done = moved(lab, address)
    with on_server(lab, done) as there, on_server(lab, done, "reader-1") as others:
        session = accounts.sign_in(there, "coordinator", PASSWORD)
        accounts.sign_in(others, "reader-1", PASSWORD)
        with pytest.raises(MoveRefusedError, match="reader-1"):
            moving.move(there, session, tmp_path / "back", state=tmp_path / "state")
        assert not (tmp_path / "back").exists()


def test_a_server_that_breaks_off_at_the_very_end_is_asked_whether_it_kept_the_lab(
    lab: Lab, address: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = copying.copy_in

    def breaks_off(*given: Any) -> None:
        real(*given)
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(installing, "copy_in", breaks_off)
    done = moved(lab, address)
    assert head(lab) == (done.events, done.head, "lab.moved")


def test_a_server_that_breaks_off_before_leaves_the_lab_where_it_is(
    lab: Lab, address: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_off(*_given: Any) -> None:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(installing, "copy_in", breaks_off)
    with pytest.raises(ServerAwayError):
        moved(lab, address)
    assert head(lab)[2] == "lab.stayed"


def test_a_server_that_dies_during_the_copy_holds_nothing_afterwards(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(fsync=True) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        address = address_of(server.address(server.new_database()))
        real = making.finish

        def dies(*given: Any) -> None:
            real(*given)
            server.crash()

        monkeypatch.setattr(making, "finish", dies)
        monkeypatch.setattr(installing, "_PAUSES", (0.0,))
        with pytest.raises(CommitUnknownError):
            moved(lab, address)
        monkeypatch.setattr(making, "finish", real)
        server.start()
        with server.connect(address.database) as connection:
            roles = connection.execute("SELECT count(*) FROM pg_roles WHERE starts_with(rolname, %s)", (address.database,)).fetchone()
            schemas = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'core'").fetchone()
        assert (roles, schemas) == ((0,), (0,))
        state = lab.open.folder.parent / "state"
        again = moving.resume(lab.open.folder, address, KNOWN, clock=lab.clock, configuration=lab.open.configuration, state=state)
        assert head(lab) == (again.events, again.head, "lab.moved")
