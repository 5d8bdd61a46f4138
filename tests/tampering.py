"""What a person with the file and no key can do to a lab: change anything behind the triggers, and compute every digest anew."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from corelab.domain import audit
from corelab.services.labs import DATABASE
from corelab.storage.schema import REGULATED, hashed_columns


@contextmanager
def behind_its_back(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database without triggers, references and checks; the triggers come back word for word."""
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA ignore_check_constraints=ON")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("BEGIN")
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        yield connection
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")


def chained_anew(connection: sqlite3.Connection) -> None:
    """Every digest of the chain computed again over what now stands there."""
    connection.row_factory = sqlite3.Row
    lab = connection.execute("SELECT lab_id FROM lab").fetchone()["lab_id"]
    prev = audit.genesis(lab)
    for event in connection.execute("SELECT * FROM event ORDER BY seq").fetchall():
        connection.execute("UPDATE signature SET prev_hash = ? WHERE event_seq = ?", (prev, event["seq"]))
        values = {**dict(event), "prev": prev, "rows": audit.rows_digest(_row_digests(connection, event["seq"]))}
        stored = values.pop("hash")
        prev = audit.Header(lab=lab, **values).hash
        new = (values["prev"], values["rows"], prev, stored)
        connection.execute("UPDATE event SET prev = ?, rows = ?, hash = ? WHERE hash = ?", new)


def _row_digests(connection: sqlite3.Connection, seq: int) -> Iterator[str]:
    for table in REGULATED:
        names = hashed_columns(table)
        for row in connection.execute(f'SELECT * FROM "{table}" WHERE event_seq = ?', (seq,)):
            yield audit.row_digest(table, {name: row[name] for name in names})
