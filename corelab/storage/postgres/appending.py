"""How a record comes into a lab on a server: the functions that stamp its place and time, look at all of it, and write it.

One writer at a time stands in the line, from ``append_begin`` to the end of its transaction. What a client claims (numbers, times,
who it is, digests) is compared with what the server finds; the least difference refuses the whole transaction.
"""

from sqlalchemy import BLOB, Column, Integer

from corelab.storage.postgres.people import DEFINER
from corelab.storage.postgres.texts import statements_in
from corelab.storage.schema import REGULATED, SCHEMA, TABLES

CALLED = (
    "append_begin()",
    "append_event(jsonb, text, bytea, jsonb, text)",
    "draft_put(text, bytea, text)",
    "draft_drop(text)",
    "payload_empty(bigint, bigint)",
    "wraps_forget(text)",
)
"""What every person may call."""


def statements() -> tuple[str, ...]:
    """The functions; tables, digests and people's functions are there."""
    names = ", ".join(f"('{table}')" for table in REGULATED)
    made = ("CREATE TABLE regulated (name text PRIMARY KEY)", f"INSERT INTO regulated VALUES {names}", _version())  # noqa: S608 - names of ours
    return (*made, *(_put(table) for table in REGULATED), *statements_in("owning"), *statements_in("appending"))


def _version() -> str:
    return f"CREATE FUNCTION schema_version() RETURNS integer LANGUAGE sql {DEFINER} AS 'SELECT {SCHEMA}'"


def _put(table: str) -> str:
    """Writes rows of one table and answers their digests; a row says every column of its table, and nothing else."""
    columns = tuple(TABLES[table].columns)
    names, given = ", ".join(f'"{each.name}"' for each in columns), ", ".join(f'"{each.name}" {_given(each)}' for each in columns)
    values, listed = ", ".join(_value(each) for each in columns), ", ".join(f"'{each.name}'" for each in columns)
    return f"""CREATE FUNCTION "put_{table}"(given jsonb) RETURNS text[] LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    made text[];
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(given) AS each(cells)
               WHERE NOT cells ?& ARRAY[{listed}] OR cells - ARRAY[{listed}] <> '{{}}'::jsonb) THEN
        PERFORM refuse('CL001', '{table} has other columns');
    END IF;
    WITH written AS (
        INSERT INTO "{table}" AS one ({names}) SELECT {values} FROM jsonb_to_recordset(given) AS cell({given})
        RETURNING row_digest(one) AS digest
    ) SELECT array_agg(digest) INTO made FROM written;
    RETURN made;
END $$"""  # noqa: S608 - names of our own tables


def _given(column: Column[object]) -> str:
    """The type as which JSON is read."""
    if isinstance(column.type, BLOB):
        return "jsonb"
    return "bigint" if isinstance(column.type, Integer) else "text"


def _value(column: Column[object]) -> str:
    if isinstance(column.type, BLOB):
        return f"""decode(cell."{column.name}" ->> 'b64', 'base64')"""
    return f'cell."{column.name}"'
