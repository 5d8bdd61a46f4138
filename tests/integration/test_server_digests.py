"""The digests that a server makes: the vectors of the records' format, and for every table what Python makes of the same row."""

import json
import random
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import BLOB, Integer

from corelab.domain import audit
from corelab.storage.postgres import ddl, digests
from corelab.storage.schema import COLUMNS, REGULATED, SCHEMA, TABLES, hashed_columns
from tests.servers import Server

LAB = "00000000-0000-4000-8000-0000000000a1"
GENESIS = "360406f6c075df4a450db94e5ce2f8532d1a50d997d256facf4ed7a990ef3e76"
NO_ROWS = "b3da7379c0afdefdeac93ee8ee63f3a0c6fbe839c293fa10ad268ddd27011c2e"
EVENT_1 = {
    "seq": 1,
    "at": "2026-01-12T08:00:00.000Z",
    "tz": 60,
    "clock": "system",
    "actor": None,
    "role": None,
    "session": None,
    "workstation": "00000000-0000-4000-8000-0000000000c1",
    "app": "1.0.0",
    "schema": 1,
    "kind": "lab.created",
    "entity": "lab",
    "id": LAB,
    "reason": None,
    "submit": "00000000-0000-4000-8000-0000000000d1",
    "sealed": None,
    "prev": GENESIS,
    "payload": "a792f4972a11fb85a0e4a08995c42f5bde75d5c1551cf36c75aa0a7eb797f46e",
    "rows": "3ad760bb0c6e9c3c314aaa64633e982ee8eb73bcf8ab51cc308049a4ea5d591d",
}
HASH_1 = "4ab10b12be01c09a98a851b8601f99559c8980bb0ac07060857a4bc6b7eb9510"
EVENT_2 = {
    **EVENT_1,
    "actor": "00000000-0000-4000-8000-0000000000b1",
    "at": "2026-01-12T09:30:00.000Z",
    "entity": "reading",
    "kind": "reading.signed",
    "id": "00000000-0000-4000-8000-0000000000e1",
    "prev": HASH_1,
    "role": "reader",
    "seq": 2,
    "session": "00000000-0000-4000-8000-0000000000c2",
    "submit": "00000000-0000-4000-8000-0000000000d2",
    "payload": "ec343481a018d093b7967ff7b1e949d72bdd6b60ff0b6a08b45af19eba28e43c",
    "sealed": "acf6f8d3a0d8b0f6ce5b9a5dd4fe2b1d8c6a8c1f2b1a8f8d5c7f7fb6a6d0f5aa",
    "rows": "1fb23696cad4e0049a1ea500c441d957378853e8fc785856377f18d592f2e528",
}
HASH_2 = "bdf18e0b78e57ca9837151b1b884c203fb317980570c407aa64b2a552f6dc0f7"

TEXTS = (
    *(
        "",
        "plain",
        'a "quoted" word',
        "back\\slash",
        "/",
        "tab\tline\nreturn\r",
        "\b\f\x01\x1f\x7f",
        "Müller 静脈 \U0001fa7a",
        "\u2028\u2029",
    ),
    *("'; DROP TABLE event; --", "%s {} $1", "null", "\u00e9", "<&>"),
)
NUMBERS = (0, 1, -1, 7, 2**53 - 1, -(2**53 - 1), 120000)
BYTES = (b"", b"\0", bytes(range(256)), b"x" * 1000, b"\\x00")


@pytest.fixture(scope="module")
def server(postgres_server: Server) -> Iterator["psycopg.Connection[Any]"]:
    """Nothing but tables and digests."""
    with postgres_server.connect(postgres_server.new_database()) as connection:
        for statement in ("CREATE SCHEMA core", "SET search_path = core, pg_temp", *ddl.tables(), *digests.statements()):
            connection.execute(statement.encode())
        yield connection


def answered(server: "psycopg.Connection[Any]", statement: str, *values: object) -> object:
    return (server.execute(statement.encode(), values).fetchone() or (None,))[0]


def test_a_server_begins_a_chain_as_the_format_says(server: "psycopg.Connection[Any]") -> None:
    assert answered(server, "SELECT genesis(%s)", LAB) == GENESIS
    assert answered(server, "SELECT rows_digest('{}')") == NO_ROWS


def test_a_server_hashes_a_header_as_the_format_says(server: "psycopg.Connection[Any]") -> None:
    sealed = answered(server, "SELECT encode(sha256('vector'), 'hex')")
    for event, known in ((EVENT_1, HASH_1), ({**EVENT_2, "sealed": sealed}, HASH_2)):
        asked = "SELECT event_hash(%s, jsonb_populate_record(NULL::event, %s::jsonb))"
        assert answered(server, asked, LAB, json.dumps(event)) == known


def test_a_server_digests_a_payload_as_the_format_says(server: "psycopg.Connection[Any]") -> None:
    opening = b"\x01" * 32 + b'{"name":"DEMO","reason_text":null}'
    assert answered(server, "SELECT digest('payload/v1', %s)", opening) == EVENT_1["payload"]


def test_a_server_digests_rows_as_the_format_says(server: "psycopg.Connection[Any]") -> None:
    reading = {
        "assignment_id": "00000000-0000-4000-8000-0000000000f1",
        "charter_hash": "ab" * 32,
        "content_digest": EVENT_2["payload"],
        "event_seq": 2,
        "id": "00000000-0000-4000-8000-0000000000e1",
        "revision": 1,
        "supersedes_id": None,
    }
    lab = {"created_at": "2026-01-12T08:00:00.000Z", "event_seq": 1, "kind": "demo", "lab_id": LAB, "trial_id": "DEMO-01"}
    assert digested(server, "lab", lab) == "2cc153b70d52599403e09b4502474b0d23de5dc2031a544b4025d3f9c835b9c0"
    assert digested(server, "reading", reading) == "b69953e2b34bdc3c964f58cac778dc06724943f2f1bfaa96d501332174a4150b"
    both = ["b69953e2b34bdc3c964f58cac778dc06724943f2f1bfaa96d501332174a4150b"]
    both.insert(0, "5c517e92d059084bd6bc054c457ecd2dcb5b5f331ba7b5667389dfda85bdced8")
    assert answered(server, "SELECT rows_digest(%s)", both) == EVENT_2["rows"]
    assert answered(server, "SELECT rows_digest(%s)", both[::-1]) == EVENT_2["rows"]


def digested(server: "psycopg.Connection[Any]", table: str, row: dict[str, Any]) -> str:
    """As a row of the table, by its types."""
    marks = sql.SQL(", ").join(sql.SQL("%s::") + sql.SQL(_type(table, name)) for name in COLUMNS[table])
    asked = sql.SQL("SELECT row_digest(ROW({})::{})").format(marks, sql.Identifier(table))
    return str((server.execute(asked, [row[name] for name in COLUMNS[table]]).fetchone() or ("",))[0])


def _type(table: str, name: str) -> Any:
    kind = TABLES[table].columns[name].type
    return "bytea" if isinstance(kind, BLOB) else "bigint" if isinstance(kind, Integer) else "text"


@pytest.mark.parametrize("table", REGULATED)
def test_a_row_has_the_digest_on_a_server_that_it_has_in_a_file(server: "psycopg.Connection[Any]", table: str) -> None:
    chosen = random.Random(table)  # noqa: S311 - the same rows at every run
    for _ in range(12):
        row = {name: _cell(chosen, table, name) for name in COLUMNS[table]}
        expected = audit.row_digest(table, {name: row[name] for name in hashed_columns(table)})
        assert digested(server, table, row) == expected, row


def _cell(chosen: random.Random, table: str, name: str) -> object:
    kind = TABLES[table].columns[name].type
    values: tuple[object, ...] = BYTES if isinstance(kind, BLOB) else NUMBERS if isinstance(kind, Integer) else TEXTS
    return chosen.choice((*values, None))


def test_a_header_has_the_hash_on_a_server_that_it_has_in_a_file(server: "psycopg.Connection[Any]") -> None:
    chosen = random.Random(5)  # noqa: S311 - the same headers at every run
    for _ in range(40):
        texts = {name: chosen.choice((*TEXTS, None)) for name in ("actor", "role", "session", "workstation", "id", "reason", "submit")}
        said = {"at": "2026-01-12T08:00:00.000Z", "tz": -90, "app": chosen.choice(TEXTS), "kind": chosen.choice(TEXTS)}
        known = {"lab": LAB, "seq": 3, "clock": "server", "schema": SCHEMA, "entity": chosen.choice(TEXTS), "payload": None, "sealed": None}
        header = audit.Header(**known, **said, **texts, rows=NO_ROWS, prev=HASH_2)  # type: ignore[arg-type]
        values = {name: getattr(header, name) for name in COLUMNS["event"] if name != "hash"}
        asked = "SELECT event_hash(%s, jsonb_populate_record(NULL::event, %s::jsonb))"
        assert answered(server, asked, LAB, json.dumps(values)) == header.hash, values


def test_what_a_server_has_of_bytes_is_what_was_said(server: "psycopg.Connection[Any]") -> None:
    for value in BYTES:
        assert answered(server, "SELECT decode(%s, 'base64')", b64encode(value).decode()) == value


def test_every_regulated_table_has_its_digest_in_the_schema_of_the_records(server: "psycopg.Connection[Any]") -> None:
    found = "SELECT count(*) FROM pg_proc WHERE proname = 'row_digest' AND pronamespace = 'core'::regnamespace"
    assert answered(server, found) == len(REGULATED)
