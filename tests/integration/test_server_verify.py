"""Whatever is changed on a server behind the back of the program is found: in rows, tables, triggers, functions, rights and roles."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from corelab.services.verification import record_faults
from corelab.storage.postgres import checking, copying
from corelab.storage.schema import REGULATED
from corelab.storage.verify import check_database
from tests.reading_builders import a_dealt_lab, signs
from tests.server_catalogue import made_on, text_of
from tests.servers import Server

CASES = (*REGULATED, "event", "event_payload")


@pytest.fixture(scope="module")
def there(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the superuser to a lab with a signed reading."""
    lab = a_dealt_lab(tmp_path_factory.mktemp("lab"), "S01")
    signs(lab, lab.reader_1)
    database = postgres_server.new_database()
    with postgres_server.connect(database, autocommit=True) as connection:
        copying.copy_in(lab.open.folder / "corelab.db", connection, database, record_faults, lambda _done, _of: None)
        yield connection


@contextmanager
def behind_its_back(connection: psycopg.Connection[Any], *statements: str) -> Iterator[None]:
    """Changed as a superuser would, without triggers; taken back afterwards."""
    with connection.transaction(force_rollback=True):
        for each in statements:
            connection.execute(each.encode())
        yield


def told(connection: psycopg.Connection[Any], *statements: str) -> list[str]:
    with behind_its_back(connection, *statements):
        return [f"{fault.where} {fault.what}" for fault in checking.server_faults(connection, connection.info.dbname)]


def test_the_shipped_list_is_what_the_program_makes(postgres_server: Server, tmp_path: Path) -> None:
    """After a change of anything that the program makes on a server: python -m tests.server_catalogue."""
    assert text_of(made_on(postgres_server, tmp_path)) == text_of(checking.expected())


def test_a_lab_as_the_program_made_it_has_no_fault(there: psycopg.Connection[Any]) -> None:
    assert told(there) == []


FAULTS = {
    "a dropped trigger": ("DROP TRIGGER event_no_update ON core.event", "trigger event_no_update of core.event server: is missing"),
    "a trigger that fires no more": (
        "ALTER TABLE core.grade DISABLE TRIGGER grade_no_delete",
        "trigger grade_no_delete of core.grade server: differs",
    ),
    "a trigger that a replica does not fire": (
        "ALTER TABLE core.grade ENABLE TRIGGER grade_no_delete",
        "trigger grade_no_delete of core.grade server: differs",
    ),
    "references that are not checked": ("ALTER TABLE core.reading DISABLE TRIGGER ALL", "disabled references of core.reading server:"),
    "a changed function": (
        "CREATE OR REPLACE FUNCTION core.server_time() RETURNS text LANGUAGE sql AS $$ SELECT '2020-01-01T00:00:00.000Z' $$",
        "function core.server_time() server: differs",
    ),
    "a function with another's rights": (
        "ALTER FUNCTION core.refuse(text, text) SECURITY DEFINER",
        "function core.refuse(code text, why text)",
    ),
    "a new function": (
        "CREATE FUNCTION core.peek() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "function core.peek() server: does not belong",
    ),
    "an extra table": ("CREATE TABLE core.notes (words text)", "table core.notes server: does not belong here"),
    "an extra table elsewhere": ("CREATE TABLE public.notes (words text)", "table public.notes server: does not belong here"),
    "an extra schema": ("CREATE SCHEMA beside", "schema beside server: does not belong here"),
    "an extra column": ("ALTER TABLE core.reading ADD COLUMN note text", "table core.reading server: differs"),
    "a column that may be empty": (
        "ALTER TABLE core.reading ALTER COLUMN assignment_id DROP NOT NULL",
        "table core.reading server: differs",
    ),
    "another owner": ("ALTER TABLE core.reading OWNER TO postgres", "table core.reading server: differs"),
    "a dropped constraint": (
        "ALTER TABLE core.clip_release DROP CONSTRAINT pk_clip_release",
        "constraint pk_clip_release of core.clip_release server: is missing",
    ),
    "a dropped index": (
        "DROP INDEX core.uq_assignment_one_reading_per_person",
        "index core.uq_assignment_one_reading_per_person server: is",
    ),
    "no row security": ("ALTER TABLE core.reading NO FORCE ROW LEVEL SECURITY", "table core.reading server: differs"),
    "another policy": ("CREATE POLICY all_of_it ON core.reading USING (true)", "policy all_of_it of core.reading server: does not"),
    "a rule": ("CREATE RULE quiet AS ON INSERT TO core.alert DO INSTEAD NOTHING", "rule quiet of core.alert server: does not belong"),
    "a changed view": ("CREATE OR REPLACE VIEW seen.lab AS SELECT * FROM core.lab", "view seen.lab server: differs"),
    "a grant to everybody": (
        "GRANT SELECT ON core.reading TO PUBLIC",
        "right of PUBLIC to SELECT core.reading server: does not belong here",
    ),
    "a grant of one column": (
        "GRANT SELECT (toml) ON core.charter TO PUBLIC",
        "right of PUBLIC to SELECT core.charter.toml server: does not belong here",
    ),
    "a way in for everybody": ("GRANT CONNECT ON DATABASE {d} TO PUBLIC", "right of PUBLIC to CONNECT the database server: does not"),
    "a right to write": ('GRANT INSERT ON core.reading TO "{d}:reader"', "right of {d}:reader to INSERT core.reading server: does not"),
    "a right that was taken": (
        'REVOKE SELECT ON core.event FROM "{d}:auditor"',
        "right of {d}:auditor to SELECT core.event server: is missing",
    ),
    "a function for all": (
        "GRANT EXECUTE ON FUNCTION core.standing(text) TO PUBLIC",
        "right of PUBLIC to EXECUTE core.standing(account text)",
    ),
    "rights for tables to come": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA core GRANT SELECT ON TABLES TO PUBLIC",
        "default privileges of postgres",
    ),
    "an extension": ("CREATE EXTENSION dblink", "extension dblink server: does not belong here"),
    "a setting of the database": ("ALTER DATABASE {d} SET search_path = public", "setting of the database server: does not belong here"),
    "a setting of a group": ('ALTER ROLE "{d}:reader" SET row_security = off', "setting of {d}:reader everywhere server: does not"),
    "a setting of a person": ('ALTER ROLE "{d}.reader-1" SET row_security = off', "role {d}.reader-1 server: has a setting"),
    "a reader who is a coordinator": (
        'GRANT "{d}:coordinator" TO "{d}.reader-1"',
        "role {d}.reader-1 server: is a member of {d}:coordinator, and should not be",
    ),
    "a reader who is a superuser": (
        'ALTER ROLE "{d}.reader-1" SUPERUSER',
        "role {d}.reader-1 server: has other powers than it should (is a",
    ),
    "a door that passes row security": ('ALTER ROLE "{d}:door" BYPASSRLS', "role {d}:door server: has other powers than it should"),
    "a group that signs in": ('ALTER ROLE "{d}:auditor" LOGIN', "role {d}:auditor server: may sign in, and should not"),
    "the owner signs in": ('ALTER ROLE "{d}:owner" LOGIN', "role {d}:owner server: may sign in, and should not"),
    "a role of nobody": ('CREATE ROLE "{d}.somebody" LOGIN', "role {d}.somebody server: belongs to no account"),
    "a role that is gone": ('ALTER ROLE "{d}.reader-1" RENAME TO away_{d}', "role {d}.reader-1 server: is missing"),
    "somebody else in a group": (
        'CREATE ROLE guest_{d}; GRANT "{d}:auditor" TO guest_{d}',
        "role guest_{d} server: is a member of {d}:auditor",
    ),
    "somebody else as the owner": (
        'CREATE ROLE guest_{d}; GRANT "{d}:owner" TO guest_{d}',
        "role guest_{d} server: is a member of {d}:owner",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_change_of_the_server_is_told_in_words(there: psycopg.Connection[Any], name: str) -> None:
    statement, expected = (each.replace("{d}", there.info.dbname) for each in FAULTS[name])
    superuser = there.info.user
    found = told(there, *statement.replace("TO postgres", f'TO "{superuser}"').split("; "))
    assert [each for each in found if each.startswith(expected.replace("of postgres", f"of {superuser}"))], found


def faults_of_rows(connection: psycopg.Connection[Any], copy: Path, *statements: str) -> set[str]:
    with behind_its_back(connection, *statements):
        copying._write_file(connection, copy, lambda _done, _of: None, nullcontext())
    return {fault.step for fault in check_database(copy, {}).faults}


def some_row(connection: psycopg.Connection[Any], table: str) -> str | None:
    """Where the last row of a table lies."""
    number = "event_seq" if table in REGULATED else "seq"
    found = connection.execute(f"SELECT ctid::text FROM core.{table} ORDER BY {number} DESC LIMIT 1".encode()).fetchone()
    return str(found[0]) if found else None


def changed(table: str) -> str:
    return {"event": "kind = 'lab.created'", "event_payload": "body = body || '\\x00'"}.get(table, "event_seq = event_seq - 1")


@pytest.mark.parametrize("table", CASES)
def test_a_changed_or_removed_row_of_any_table_is_found(there: psycopg.Connection[Any], tmp_path: Path, table: str) -> None:
    row = some_row(there, table)
    if row is None:
        return  # of every table with rows; which these are, the next test says
    free = (f"ALTER TABLE core.{table} DISABLE TRIGGER ALL",)
    assert faults_of_rows(there, tmp_path / "changed.db", *free, f"UPDATE core.{table} SET {changed(table)} WHERE ctid = '{row}'")
    assert faults_of_rows(there, tmp_path / "removed.db", *free, f"DELETE FROM core.{table} WHERE ctid = '{row}'")


def test_most_kinds_of_record_are_in_that_lab(there: psycopg.Connection[Any]) -> None:
    assert len([table for table in CASES if some_row(there, table)]) > 25


def test_the_lab_itself_has_no_fault(there: psycopg.Connection[Any], tmp_path: Path) -> None:
    assert faults_of_rows(there, tmp_path / "copy.db") == set()
