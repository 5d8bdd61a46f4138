"""The digests of the audit trail as functions of the server: what they answer is what `corelab.domain.audit` answers.

After these statements stand in ``core``: ``digest(tag, data)``, ``genesis(lab)``, ``rows_digest(digests)``, ``event_hash(lab, event)``,
and ``row_digest(row)`` for a row of every regulated table.
"""

from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import BLOB, Column

from corelab.domain.audit import Header
from corelab.storage.schema import REGULATED, TABLES, hashed_columns

PURE = "LANGUAGE sql STABLE PARALLEL SAFE"
"""Called by the owner's functions alone, within their path: without one of its own a function becomes part of the question."""

_DIGEST = f"""CREATE FUNCTION digest(tag text, data bytea) RETURNS text {PURE} AS $$
SELECT encode(sha256(convert_to('corelab/' || tag, 'UTF8') || '\\x00'::bytea || data), 'hex')
$$"""

_GENESIS = f"""CREATE FUNCTION genesis(lab text) RETURNS text {PURE} AS $$
SELECT digest('genesis/v1', uuid_send(lab::uuid))
$$"""

_ROWS = """CREATE FUNCTION rows_digest(digests text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT digest('rows/v1', decode(coalesce(string_agg(one, '' ORDER BY one COLLATE "C"), ''), 'hex'))
            FROM unnest(digests) AS one);
END $$"""


def statements() -> tuple[str, ...]:
    """What makes these functions."""
    return (_DIGEST, _GENESIS, _ROWS, _event_hash(), *(_row_digest(table) for table in REGULATED))


def _event_hash() -> str:
    return f"""CREATE FUNCTION event_hash(lab text, one event) RETURNS text {PURE} AS $$
SELECT digest('event/v1', convert_to({_object(_header_members())}, 'UTF8'))
$$"""


def _header_members() -> Iterable[tuple[str, str]]:
    """Every member of a header; ``lab`` and ``v`` are those that no column holds."""
    for name in sorted(field.name for field in fields(Header)):
        if name == "v":
            yield name, "'1'"
        else:
            yield name, _said("lab" if name == "lab" else f'one."{name}"')


def _row_digest(table: str) -> str:
    """The digest over every column that may never be emptied, as `hashed_columns` lists them."""
    cells = _object((name, _cell(TABLES[table].columns[name])) for name in hashed_columns(table))
    text = f"""'{{"c":' || {cells} || ',"t":"{table}"}}'"""
    return f"""CREATE FUNCTION row_digest(one "{table}") RETURNS text {PURE} AS $$
SELECT digest('row/v1', convert_to({text}, 'UTF8'))
$$"""


def _object(members: Iterable[tuple[str, str]]) -> str:
    """The SQL of a JSON object whose members are given with the SQL of their values, in their order."""
    return "'{' || " + " || ',' || ".join(f"""'"{name}":' || {value}""" for name, value in members) + " || '}'"


def _cell(column: Column[object]) -> str:
    of = f'one."{column.name}"'
    if isinstance(column.type, BLOB):
        return f"""coalesce('{{"b64":"' || translate(encode({of}, 'base64'), E'\\n', '') || '"}}', 'null')"""
    return _said(of)


def _said(of: str) -> str:
    """The JSON of a text or a number: quotes, backslashes and control characters are escaped just as Python does it."""
    return f"coalesce(to_json({of})::text, 'null')"
