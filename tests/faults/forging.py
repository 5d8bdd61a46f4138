"""What a person with the file, time and no key can do: change what they like and make the whole chain anew over it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from corelab.domain import audit
from corelab.domain.audit import Fault
from corelab.storage.schema import REGULATED, hashed_columns
from corelab.storage.verify import Source
from corelab.storage.verify.signatures import signatures

Cells = Mapping[str, Any]


@contextmanager
def forgeable(file: Path) -> Iterator[sqlite3.Connection]:
    """The database in memory, without triggers and checks; whatever is done to it is undone by ``undone``."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        with closing(sqlite3.connect(file)) as connection:
            connection.backup(memory)
        memory.execute("PRAGMA ignore_check_constraints=ON")
        for (name,) in memory.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            memory.execute(f'DROP TRIGGER "{name}"')
        yield memory


@contextmanager
def undone(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f'SELECT * FROM "{table}"')
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, cells, strict=True)) for cells in cursor]


def put(connection: sqlite3.Connection, table: str, cells: Cells, **where: Any) -> None:
    """Writes these cells into the rows with these values; there must be one."""
    values = ", ".join(f'"{name}" = ?' for name in cells)
    condition = " AND ".join(f'"{name}" = ?' for name in where)
    done = connection.execute(f'UPDATE "{table}" SET {values} WHERE {condition}', (*cells.values(), *where.values()))
    assert done.rowcount, (table, where)


def chain_anew(connection: sqlite3.Connection, forged: int | None = None) -> None:
    """Every digest of the chain over what now stands there. Signatures follow with the head before them, but for the event ``forged``."""
    lab = connection.execute("SELECT lab_id FROM lab").fetchone()[0]
    others = _digests(connection, [table for table in REGULATED if table != "signature"])
    prev = audit.genesis(lab)
    for event in sorted(rows(connection, "event"), key=lambda row: int(row["seq"])):
        if event["seq"] != forged:
            connection.execute("UPDATE signature SET prev_hash = ? WHERE event_seq = ?", (prev, event["seq"]))
        digests = others[event["seq"]] + _digests(connection, ["signature"], event["seq"])[event["seq"]]
        header = {**event, "prev": prev, "rows": audit.rows_digest(digests)}
        header.pop("hash")
        made = audit.Header(lab=lab, **header).hash
        connection.execute("UPDATE event SET prev = ?, rows = ?, hash = ? WHERE seq = ?", (prev, header["rows"], made, event["seq"]))
        prev = made


def _digests(connection: sqlite3.Connection, tables: list[str], seq: int | None = None) -> defaultdict[int, list[str]]:
    """The digests of the rows of these tables by event; of one event only, where it is named."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for table in tables:
        names = hashed_columns(table)
        listed = ", ".join(f'"{name}"' for name in names)
        only, values = ("", ()) if seq is None else (" WHERE event_seq = ?", (seq,))
        for cells in connection.execute(f'SELECT {listed} FROM "{table}"{only}', values):
            found[cells[names.index("event_seq")]].append(audit.row_digester(table, names)(cells))
    return found


def found_by_its_signature(connection: sqlite3.Connection, seq: int) -> list[Fault]:
    """What the check of signatures says of this event."""
    return [fault for fault in signatures(Source(connection)) if fault.where.startswith(f"event {seq} ")]
