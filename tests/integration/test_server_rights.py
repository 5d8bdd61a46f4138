"""What stays closed in a lab on a server: tables to everybody, functions to the public, and what the owner itself may not do."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from corelab.services.lab_making import DATABASE
from corelab.storage.postgres import people
from corelab.storage.schema import REGULATED, TABLES
from tests.reading_builders import a_dealt_lab
from tests.server_writing import Place, refused
from tests.servers import Server

OURS = "nspname IN ('core', 'seen', 'own')"


@pytest.fixture(scope="module")
def still(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A lab with a person in every role and an exam to read; nothing in it changes."""
    lab = a_dealt_lab(tmp_path_factory.mktemp("lab"), "S01")
    for session in (lab.auditor, lab.adjudicator):
        assert session.account
    lab.open.close()
    made = Place.of(postgres_server, lab.open.folder / DATABASE)
    yield made
    made.close()


def test_nobody_but_the_lab_s_own_has_anything(still: Place) -> None:
    grants = f"""
        SELECT 'function ' || p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace, aclexplode(
            coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE {OURS} AND a.grantee = 0
        UNION ALL SELECT 'table ' || c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace,
            aclexplode(c.relacl) AS a WHERE {OURS} AND a.grantee = 0
        UNION ALL SELECT 'schema ' || nspname FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS a
            WHERE ({OURS} OR nspname = 'public') AND a.grantee = 0
        UNION ALL SELECT 'database ' || datname FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) AS a
            WHERE datname = current_database() AND a.grantee = 0"""
    assert still.asked(grants) == []


def test_every_function_is_the_owner_s_and_looks_only_where_it_should(still: Place) -> None:
    """One without a path of its own is called by the owner's other functions only, within theirs."""
    found = still.asked(
        f"""SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner), coalesce(array_to_string(p.proconfig, ';'), ''),
            p.prosecdef OR EXISTS (
                SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee <> p.proowner)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS}"""
    )
    assert len(found) > len(TABLES)
    assert [name for name, of, _, _ in found if of != people.owner(still.database)] == []
    safe = {name for name, _, settings, _ in found for one in settings.split(";") if re.fullmatch("search_path=.*, pg_temp", one)}
    assert [name for name, _, _, called in found if called and name not in safe] == []


def test_every_table_is_behind_forced_row_security_and_has_one_owner(still: Place) -> None:
    found = still.asked(
        "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relnamespace = 'core'::regnamespace AND relkind = 'r'"
    )
    owner = people.owner(still.database)
    assert {name for name, *_ in found} >= set(TABLES)
    assert [row for row in found if row[0] in TABLES and row[1:] != (True, True, owner)] == []
    assert still.asked("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", owner) == [(False, False, False)]


def test_blind_persons_have_no_table_and_whole_persons_have_all_of_them_to_look_at(still: Place) -> None:
    for user, whole in (("reader-1", False), ("adjudicator-1", False), ("coordinator", True), ("administrator", True), ("auditor-1", True)):
        login = people.login(still.database, user)
        may = {table for table in TABLES if still.one("SELECT has_table_privilege(%s, %s, 'SELECT')", login, f'core."{table}"')}
        assert may == (set(TABLES) if whole else set())
        rights = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
        assert [table for table in TABLES if still.one("SELECT has_table_privilege(%s, %s, %s)", login, f'core."{table}"', rights)] == []
        for thing in ("CREATE", "TEMPORARY"):
            assert not still.one("SELECT has_database_privilege(%s, current_database(), %s)", login, thing)
        assert [
            name for name in ("core", "seen", "public") if still.one("SELECT has_schema_privilege(%s, %s, 'CREATE')", login, name)
        ] == []


@pytest.mark.parametrize("user", ["reader-1", "coordinator"])
def test_a_session_looks_where_it_should_and_does_not_stand_still(still: Place, user: str) -> None:
    with still.somebody(user) as who:
        path = "core, pg_temp" if user == "coordinator" else "seen, pg_temp"
        assert who.connection.execute("SHOW search_path").fetchone() == (path,)
        assert who.connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("5s",)


def test_a_function_of_the_same_name_in_a_person_s_own_place_is_never_called(still: Place) -> None:
    """There is no such place: nothing can be made that a function of the lab would find."""
    with still.somebody("reader-1") as reader:
        reader.connection.autocommit = True
        for statement in (
            "CREATE TEMPORARY TABLE account (id text)",
            "CREATE FUNCTION pg_temp.my_account() RETURNS text LANGUAGE sql AS 'SELECT 1'",
        ):
            with refused("42501"):
                reader.connection.execute(statement.encode())


_CHANGES = ("INSERT INTO core.{0} DEFAULT VALUES", "UPDATE core.{0} SET {1} = {1}", "DELETE FROM core.{0}", "TRUNCATE core.{0}")


@pytest.mark.parametrize("user", ["reader-1", "adjudicator-1", "coordinator", "administrator", "auditor-1"])
def test_nobody_writes_changes_or_empties_a_table(still: Place, user: str) -> None:
    with still.somebody(user) as who:
        who.connection.autocommit = True
        for table in TABLES:
            for what in (
                "INSERT INTO core.{0} DEFAULT VALUES",
                "UPDATE core.{0} SET {1} = {1}",
                "DELETE FROM core.{0}",
                "TRUNCATE core.{0}",
            ):
                with refused("42501"):
                    who.connection.execute(what.format(f'"{table}"', _first(table)).encode())


@pytest.mark.parametrize("table", ["event", "event_payload", *REGULATED])
def test_the_triggers_stop_the_owner_too(still: Place, table: str) -> None:
    """Whatever the session says of its replication. A row that is there already is written once more: as late as any other."""
    for way in ("origin", "replica"):
        with still.installing.transaction() as transaction:
            still.installing.execute(f"SET LOCAL session_replication_role = {way}".encode())
            still.installing.execute(f'SET LOCAL ROLE "{people.owner(still.database)}"'.encode())
            if still.one(f'SELECT count(*) FROM core."{table}"'):
                for statement in (f'UPDATE core."{table}" AS t SET {_first(table)} = {_first(table)}', f'DELETE FROM core."{table}"'):
                    with refused("CL001", "append-only"), still.installing.transaction():
                        still.installing.execute(statement.encode())
                with refused("CL001"), still.installing.transaction():
                    still.installing.execute(f'INSERT INTO core."{table}" SELECT * FROM core."{table}" ORDER BY 1 LIMIT 1'.encode())
            with refused("CL001", "append-only"), still.installing.transaction():
                still.installing.execute(f'TRUNCATE core."{table}" CASCADE'.encode())
            raise psycopg.Rollback(transaction)


def _first(table: str) -> str:
    return f'"{next(iter(TABLES[table].columns)).name}"'
