"""No statement changes, removes, replaces or slips in a record: the database itself refuses each of them, in every table."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corelab.storage.schema import COLUMNS, REGULATED, TABLES
from tests.every_table import a_lab_with_every_table
from tests.faults.figures import Figures

RECORDS = ("event", "event_payload", *REGULATED)
_REFUSALS = ("is append-only", "are written with their event only", "does not continue the chain")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a lab with a row in every table."""
    lab = a_lab_with_every_table(tmp_path_factory.mktemp("lab"))
    lab.open.close()
    return lab.open.store.path


@pytest.fixture
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    """As another program would open it, but for one switch that the store sets too: REPLACE deletes with its triggers."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA recursive_triggers=ON")
        connection.execute("PRAGMA foreign_keys=OFF")  # the triggers alone must do it
        yield connection


def statements(table: str, keys: tuple[str, ...]) -> dict[str, str]:
    """Sixteen ways of changing what is recorded in a table."""
    names, some, seq = COLUMNS[table], COLUMNS[table][-1], "seq" if table in {"event", "event_payload"} else "event_seq"
    t, columns, first = f'"{table}"', ", ".join(f'"{name}"' for name in names), f'(SELECT min(rowid) FROM "{table}")'
    known = {seq: "(SELECT max(seq) FROM event)"}
    newest = ", ".join(known.get(name, f'"{name}"') for name in names)
    return {
        "update": f'UPDATE {t} SET "{some}" = "{some}"',
        "update one": f'UPDATE {t} SET "{some}" = "{some}" WHERE rowid = {first}',
        "update to null": f'UPDATE {t} SET "{some}" = NULL',
        "update its event": f"UPDATE {t} SET {seq} = {seq} + 1",
        "update or replace": f'UPDATE OR REPLACE {t} SET "{some}" = "{some}"',
        "update or ignore": f'UPDATE OR IGNORE {t} SET "{some}" = "{some}"',
        "update its row number": f"UPDATE {t} SET rowid = rowid + 1000",
        "update from": f'UPDATE {t} SET "{some}" = other."{some}" FROM {t} AS other WHERE {t}.rowid = other.rowid',
        "delete": f"DELETE FROM {t}",
        "delete one": f"DELETE FROM {t} WHERE rowid = {first}",
        "delete returning": f"DELETE FROM {t} WHERE rowid = {first} RETURNING *",
        "insert or replace": f"INSERT OR REPLACE INTO {t} ({columns}) SELECT {columns} FROM {t} LIMIT 1",
        "replace with the newest event": f"REPLACE INTO {t} ({columns}) SELECT {newest} FROM {t} LIMIT 1",
        "upsert": f"INSERT INTO {t} ({columns}) SELECT {newest} FROM {t} WHERE true LIMIT 1"
        f' ON CONFLICT ({", ".join(keys)}) DO UPDATE SET "{some}" = excluded."{some}"',
        "insert for an old event": f"INSERT INTO {t} ({columns}) SELECT {newest.replace(known[seq], '1', 1)} FROM {t} LIMIT 1",
        "insert for an event that is not there": f"INSERT INTO {t} ({columns}) SELECT"
        f" {newest.replace(known[seq], known[seq] + ' + 7', 1)} FROM {t} LIMIT 1",
    }


def test_p11_36_sixteen_statements_are_refused_by_every_table(raw: sqlite3.Connection, figures: Figures) -> None:
    accepted, tried = [], 0
    for table in RECORDS:
        before = raw.execute(f'SELECT * FROM "{table}"').fetchall()
        assert before, table
        for name, statement in statements(table, _keys(table)).items():
            tried += 1
            if not _is_refused(raw, statement):
                accepted.append(f"{table}: {name}")
        assert raw.execute(f'SELECT * FROM "{table}"').fetchall() == before
    figures.tell(injected=tried, undetected=len(accepted))
    assert not accepted
    assert tried == 16 * len(RECORDS)


def _keys(table: str) -> tuple[str, ...]:
    return tuple(f'"{column.name}"' for column in TABLES[table].primary_key.columns)


def _is_refused(raw: sqlite3.Connection, statement: str) -> bool:
    raw.execute("BEGIN")
    try:
        raw.execute(statement).fetchall()
    except sqlite3.IntegrityError as error:
        return any(words in str(error) for words in _REFUSALS)
    finally:
        raw.execute("ROLLBACK")
    return False


def test_p11_36_every_table_with_an_event_has_its_triggers_and_they_cannot_be_missed(raw: sqlite3.Connection) -> None:
    """Read from the file, not from the list that they were made of."""
    found: dict[str, set[str]] = {}
    for table, sql in raw.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"):
        words = sql.split()
        found.setdefault(table, set()).add(words[words.index("BEFORE") + 1])
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    recorded = {table for table in tables if any(column[1] == "event_seq" for column in raw.execute(f'PRAGMA table_info("{table}")'))}
    assert {table for table, moments in found.items() if moments == {"UPDATE", "DELETE", "INSERT"}} == recorded | {"event", "event_payload"}
    assert recorded == set(REGULATED)
    assert set(tables) - recorded == set(TABLES) - set(REGULATED) | {"alembic_version"}
