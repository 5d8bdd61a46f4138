"""What a reader or an adjudicator can ask of a server: functions that answer with their own rows, and never say how many others there are.

Two schemas stand before the tables. ``own`` holds a view of each table with the rows that somebody sees (``sights``); nobody enters it
but the functions of ``seen``, which run as the owner: PostgreSQL plans what they do out of sight, so that no estimate, no statistic and
no plan tells of other rows. ``seen`` is all that blind persons can name: ``of_<table>(filter)``, a view of each, and the composed
questions that would be slow over those views.
"""

# ruff: noqa: S608 - names of our own tables and columns; values are bound

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import BLOB, Column, Integer

from corelab.domain.accounts import Role
from corelab.storage.postgres import appending, door, people
from corelab.storage.postgres.seeing_composed import composed_functions, names
from corelab.storage.postgres.sights import ME, SIGHTS, STAND_INS, Sight
from corelab.storage.schema import TABLES

OWN, SEEN = "own", "seen"
BLIND = (Role.READER, Role.ADJUDICATOR)
"""Roles that read no table."""
_ROWS = 100
"""What every plan says of every function, whatever it answers."""
_SILENT = "SET client_min_messages = notice"
"""A session may ask to be sent the plans of what it runs; not of what runs in here."""


def definer(path: str) -> str:
    """How a function runs that reads what its caller cannot: with the owner's rights, in these schemas, and saying nothing of its ways."""
    return f"SECURITY DEFINER SET search_path = {path}, pg_temp {_SILENT} ROWS {_ROWS}"


def statements(database: str) -> tuple[str, ...]:
    """Everything that blind persons see, and their right to it; to be run by the owner when tables, roles and ``people`` are there."""
    blind = people.listed(tuple(people.group(database, role) for role in BLIND))
    everybody = people.listed(people.groups(database))
    return (
        f"CREATE SCHEMA {OWN}",
        *_WHO,
        *(each for table in TABLES for each in _views(table)),
        _CONDITION,
        *(each for table in TABLES for each in _functions(table)),
        *composed_functions(definer),
        *_INDEXES,
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {OWN}, {SEEN} FROM PUBLIC",
        *_rights(blind, everybody),
        *(f"ALTER FUNCTION core.{each} {_SILENT}" for each in (*people.CALLED, *appending.CALLED)),
        *(f"ALTER FUNCTION {each} {_SILENT}" for each in door.CALLED),
    )


def _rights(blind: str, everybody: str) -> Iterator[str]:
    views = ", ".join(f'{SEEN}."{table}"' for table in TABLES)
    yield f"GRANT SELECT ON {views} TO {blind}"
    for each in (*(f'{SEEN}."of_{table}"' for table in TABLES), *(f"{SEEN}.{name}" for name in names())):
        yield f"GRANT EXECUTE ON FUNCTION {each} TO {blind}"
    yield f"GRANT EXECUTE ON FUNCTION {SEEN}.own_account() TO {everybody}"


# ---------------------------------------------------------------- who asks

_WHO = (
    # Looked up by name, not compared with everybody's. Who is deactivated while a connection is still open sees nothing any more.
    f"""CREATE FUNCTION {OWN}.me() RETURNS text LANGUAGE sql STABLE {people.DEFINER} AS $$
SELECT id FROM account WHERE user_name = substr(session_user::text, length(current_database()) + 2) AND kind = 'person'
    AND starts_with(session_user::text, current_database() || '.') AND (standing(id)).status <> 'deactivated'
$$""",
    f"CREATE FUNCTION {SEEN}.own_account() RETURNS text LANGUAGE sql STABLE {people.DEFINER} {_SILENT} AS 'SELECT own.me()'",
)

# ---------------------------------------------------------------- the rows


def _views(table: str) -> Iterator[str]:
    sight = SIGHTS.get(table, Sight("false"))
    listed = ", ".join(_shown(column, sight.blank.get(column.name)) for column in TABLES[table].columns)
    fence = " OFFSET 0" if sight.apart else ""
    yield f'CREATE VIEW {OWN}."{table}" AS SELECT {listed} FROM core."{table}" AS t {sight.beside} WHERE {sight.where}{fence}'
    if sight.quick:
        yield f'CREATE VIEW {OWN}."{table} apart" AS SELECT * FROM {OWN}."{table}" OFFSET 0'
    if sight.named is not None:
        left = ", ".join(_shown(column, None if column.name in sight.left else _stand_in(column)) for column in TABLES[table].columns)
        yield f'CREATE VIEW {OWN}."{table} named" AS SELECT {left} FROM core."{table}" AS t WHERE {ME} IS NOT NULL'


def _shown(column: Column[Any], blank: str | None) -> str:
    if blank is None:
        return f't."{column.name}"'
    kind = _kind(column)
    return f'({blank})::{kind}{_BYTES if kind == "text" else ""} AS "{column.name}"'


_BYTES = ' COLLATE "C"'


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, BLOB):
        return "bytea"
    return "bigint" if isinstance(column.type, Integer) else "text"


def _stand_in(column: Column[Any]) -> str:
    """For a column of a row of which one may know only that it is there."""
    if column.nullable:
        return "NULL"
    return STAND_INS.get(column.name, {"text": "''", "bigint": "0", "bytea": r"'\x'"}[_kind(column)])


# ---------------------------------------------------------------- asking for them

# Equal values by column; null asks for what is not there. Only names of columns get into the statement, values never do.
_CONDITION = f"""CREATE FUNCTION {OWN}.condition(kinds jsonb, filter jsonb, highest text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    each text;
    made text := '';
BEGIN
    FOR each IN SELECT jsonb_object_keys(filter) LOOP
        IF NOT kinds ? each THEN
            RAISE EXCEPTION 'there is no column %', each USING ERRCODE = 'undefined_column';
        END IF;
        made := made || CASE WHEN made = '' THEN ' WHERE ' ELSE ' AND ' END || CASE WHEN jsonb_typeof(filter -> each) = 'null'
            THEN format('t.%I IS NULL', each) ELSE format('t.%I = ($1 ->> %L)::%s', each, each, kinds ->> each) END;
    END LOOP;
    IF highest IS NULL THEN
        RETURN made;
    END IF;
    IF NOT kinds ? highest THEN
        RAISE EXCEPTION 'there is no column %', highest USING ERRCODE = 'undefined_column';
    END IF;
    RETURN made || format(' ORDER BY t.%I DESC LIMIT 1', highest);
END $$"""


def _functions(table: str) -> Iterator[str]:
    """``highest``: of these rows the one whose column is highest."""
    kinds = json.dumps({column.name: _kind(column) for column in TABLES[table].columns})
    yield f"""CREATE FUNCTION {SEEN}."of_{table}"(filter jsonb DEFAULT '{{}}', highest text DEFAULT NULL) RETURNS SETOF core."{table}"
LANGUAGE plpgsql STABLE {definer(OWN)} AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT * FROM {OWN}.%I AS t', {_source(table)})
        || {OWN}.condition('{kinds}', filter, highest) USING filter;
END $$"""
    yield f'CREATE VIEW {SEEN}."{table}" AS SELECT * FROM {SEEN}."of_{table}"()'


def _source(table: str) -> str:
    """Which view a question goes to."""
    sight = SIGHTS.get(table, Sight("false"))
    named = f"WHEN filter ->> '{sight.named}' IS NOT NULL THEN '{table} named' " if sight.named else ""
    apart = f"WHEN NOT coalesce({sight.quick}, false) THEN '{table} apart' " if sight.quick else ""
    return f"CASE {named}{apart}ELSE '{table}' END" if named or apart else f"'{table}'"


_INDEXES = (
    "CREATE INDEX seen_event_actor ON core.event (actor)",
    "CREATE INDEX seen_signature_account ON core.signature (account_id)",
    "CREATE INDEX seen_session_account ON core.session (account_id)",
    "CREATE INDEX seen_exam_status_open ON core.exam_status (exam_id, n) WHERE state IN ('receiving', 'ready', 'assigned')",
)
"""Of what nobody but a blind person asks for by whose it is."""
