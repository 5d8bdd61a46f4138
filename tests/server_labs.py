"""Labs on a private server with defaults, like those of `builders` in a folder: made in a folder, copied in, opened by the door."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from psycopg import Connection

from corelab.domain.addresses import ServerAddress
from corelab.services import labs
from corelab.services.lab_making import DATABASE
from corelab.services.verification import record_faults
from corelab.storage.postgres import checking, making
from corelab.storage.postgres.checking import catalogue
from corelab.storage.postgres.connecting import server_password, verifier
from corelab.storage.postgres.copying import copy_in
from tests.builders import ENGINES, FAST_KDF, NOON, PASSWORD, Lab, TickingClock, a_lab
from tests.servers import Server

_CLOCK = """
CREATE SEQUENCE core.test_tick;
CREATE TABLE core.test_clock (base timestamptz);
INSERT INTO core.test_clock VALUES (%s);
CREATE OR REPLACE FUNCTION core.server_time() RETURNS text LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT to_char((base + nextval('test_tick') * interval '1 millisecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM test_clock
$$
"""
_BUILDING = """
ALTER FUNCTION core.require_own_rows(core.event, jsonb) RENAME TO require_own_rows_of_programs;
--
CREATE FUNCTION core.require_own_rows(one core.event, rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = core, pg_temp AS $$
BEGIN
    IF one.role IS NOT NULL OR NOT EXISTS (SELECT FROM may_write WHERE kind = one.kind AND role = '') THEN
        PERFORM require_own_rows_of_programs(one, rows);
    END IF;
END $$
"""
_EXPECTED: list[Mapping[str, str]] = []
"""What the lab of a test is held against when it is verified: with the clock of the test, and what builders may."""
_OPEN: list[tuple[Lab, "ServerClock"]] = []
"""The labs of the test that runs now."""
_BUILT = ("clip.graded", "clip.labelled", "exam.assigned", "exam.made", "exam.ready", "setting.changed", "subject.added", "subject.changed")
"""What builders write to come at once to where a test begins; no program may write it so."""


class ServerClock(TickingClock):
    """The clock of the server, that a test may move: each look, from anywhere, is a millisecond later."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.tz = 60

    @property
    def at(self) -> datetime:  # it stands on the server
        (text,) = self.connection.execute("SELECT core.server_time()").fetchone() or ("",)
        return datetime.fromisoformat(text)

    @at.setter
    def at(self, at: datetime) -> None:
        self.forward(seconds=(at - self.at).total_seconds())

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.connection.execute("UPDATE core.test_clock SET base = base + %s", (timedelta(**span),))


def put_on(server: Server, lab: Lab) -> ServerAddress:
    """The lab in its folder, closed and copied onto the server; whoever had a password there has it here too."""
    address = ServerAddress(server.host, server.port, server.new_database())
    with lab.open.store.read() as snapshot:
        users = [row["user_name"] for row in snapshot.all("account", kind="person")]
    lab.open.close()
    with server.connect(address.database) as installing:
        copy_in(lab.open.folder / DATABASE, installing, address.database, record_faults, lambda _done, _of: None)
        for user in users:
            proof = server_password(lab.open.lab_id, user, PASSWORD, FAST_KDF)
            making.set_login(installing, address.database, user, verifier(installing, address.role_of(user), proof))
    return address


def on_server(server: Server, lab: Lab, tmp_path: Path) -> Lab:
    """The same, opened, with a clock that a test may move, and with what builders may write."""
    address = put_on(server, lab)
    installing = server.connect(address.database)
    installing.autocommit = True
    clock = _test_clock(installing, address.database)
    _let_builders_build(installing, address.database)
    _EXPECTED[:] = [catalogue(installing, address.database)]
    opened = labs.open_lab(address, clock, lab.open.configuration, tmp_path / "state")
    there = Lab(opened, clock, lab.recovery_code, lab.charter_sha256, lab.certifies)
    _OPEN.append((there, clock))
    return there


def left(lab: Lab) -> None:
    """Nobody is connected to it any more; also a server that was stopped meanwhile is let go."""
    lab.open.close()
    if isinstance(lab.clock, ServerClock):
        lab.clock.connection.close()


def _test_clock(connection: Connection[Any], database: str) -> ServerClock:
    for statement in _CLOCK.replace("%s", f"'{NOON.astimezone(UTC).isoformat()}'").split(";\n"):
        connection.execute(statement.encode())
    owner = f'"{database}:owner"'
    for what in ("SEQUENCE core.test_tick", "TABLE core.test_clock", "FUNCTION core.server_time()"):
        connection.execute(f"ALTER {what} OWNER TO {owner}".encode())
    return ServerClock(connection)


def _let_builders_build(connection: Connection[Any], database: str) -> None:
    statement = "INSERT INTO core.may_write SELECT %s, %s, array_agg(name), false, true FROM core.regulated ON CONFLICT DO NOTHING"
    for kind, role in product(_BUILT, ("", "coordinator")):
        connection.execute(statement, (kind, role))
    for statement in (*_BUILDING.split(";\n--\n"), f'ALTER FUNCTION core.require_own_rows(core.event, jsonb) OWNER TO "{database}:owner"'):
        connection.execute(statement.encode())


def a_server_lab(tmp_path: Path, server: Server, make: Callable[..., Lab] = a_lab, **wanted: Any) -> Lab:
    """A new lab on the server with cheap passwords; everybody's is PASSWORD."""
    return on_server(server, make(tmp_path, **wanted), tmp_path)


@contextmanager
def all_on(server: Server) -> Iterator[None]:
    """Every lab that a test makes lies on this server."""
    ENGINES.append(partial(on_server, server))
    _OPEN.clear()
    try:
        with patch.object(checking, "expected", lambda: _EXPECTED[0]):
            yield
    finally:
        ENGINES.pop()
        for lab, clock in _OPEN:
            lab.open.close()
            clock.connection.close()
