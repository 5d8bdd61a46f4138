"""What the checks read: events and rows as they stand in the file, whatever has been done to it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

from corelab.domain import audit
from corelab.domain.audit import Fault, Header
from corelab.storage.database import open_file
from corelab.storage.older import read_as_now
from corelab.storage.schema import COLUMNS

RawRow = Mapping[str, Any]
RawCells = tuple[Any, ...]
Payload = Mapping[str, Any]
_HEADER = tuple(name for name in Header.__dataclass_fields__ if name not in {"lab", "v"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event as stored: its header as it would be hashed, and the hash that stands beside it."""

    header: Header
    hash: str

    @property
    def place(self) -> str:
        record = self.header.entity if self.header.id is None else f"{self.header.entity} {self.header.id}"
        return f"event {self.header.seq} ({self.header.kind}, {record})"

    def fault(self, step: str, what: str) -> Fault:
        return Fault(self.place, f"{step}: {what}", step)


@dataclass
class Source:
    """One read of a lab's database. Every table is read once, on first use, and every opening is parsed once.

    With ``after`` it holds only what belongs to later events.
    """

    connection: sqlite3.Connection
    after: int = 0
    _cells: dict[str, tuple[RawCells, ...]] = field(default_factory=dict)
    _rows: dict[str, tuple[RawRow, ...]] = field(default_factory=dict)
    _opened: dict[int, Payload] = field(default_factory=dict)

    @cached_property
    def lab(self) -> RawRow | None:
        row = next(self._read("lab", COLUMNS["lab"]), None)
        return dict(zip(COLUMNS["lab"], row, strict=True)) if row else None

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All events by number."""
        return tuple(self._event(row) for row in sorted(self.rows("event"), key=lambda row: row["seq"]))

    @cached_property
    def before(self) -> Event | None:
        """The event which the first one continues, where it is not the very first."""
        names = COLUMNS["event"]
        found = next(self._read("event", names, f' WHERE "seq" = {self.after}'), None) if self.after else None
        return self._event(dict(zip(names, found, strict=True))) if found else None

    def _event(self, row: RawRow) -> Event:
        lab = str(self.lab["lab_id"]) if self.lab else ""
        return Event(Header(lab=lab, **{name: row[name] for name in _HEADER}), row["hash"])

    @cached_property
    def by_seq(self) -> Mapping[int, Event]:
        return {event.header.seq: event for event in self.events}

    def rows(self, table: str) -> tuple[RawRow, ...]:
        if table not in self._rows:
            names = COLUMNS[table]
            self._rows[table] = tuple(dict(zip(names, cells, strict=True)) for cells in self._kept(table))
        return self._rows[table]

    def cells(self, table: str, names: tuple[str, ...]) -> Iterator[RawCells]:
        """These columns of every row; at least two."""
        places = [COLUMNS[table].index(name) for name in names]
        return map(itemgetter(*places), self._kept(table))

    def _kept(self, table: str) -> tuple[RawCells, ...]:
        if table not in self._cells:
            self._cells[table] = tuple(self.scan(table))
        return self._cells[table]

    def scan(self, table: str) -> Iterator[RawCells]:
        """All columns of every row, not kept."""
        number = "event_seq" if "event_seq" in COLUMNS[table] else "seq"
        yield from self._read(table, COLUMNS[table], f' WHERE "{number}" > {self.after}' if self.after else "")

    def opened(self, seq: int) -> Payload | None:
        """The payload that was published for this event; None where none was, or where it was redacted since."""
        body = self._bodies.get(seq)
        if body is not None and seq not in self._opened:
            self._opened[seq] = audit.payload_of(body)
        return self._opened.get(seq)

    @cached_property
    def _bodies(self) -> Mapping[int, bytes]:
        return {row["seq"]: row["body"] for row in self.rows("opening") if row["body"] is not None}

    def _read(self, table: str, names: tuple[str, ...], where: str = "") -> Iterator[RawCells]:
        listed = ", ".join(f'"{name}"' for name in names)
        question = f'SELECT {listed} FROM "{table}" NOT INDEXED{where}'  # noqa: S608 - names of our own tables
        try:
            found = self.connection.execute(question).fetchall()
        except sqlite3.OperationalError:
            found = self._damaged(question)
        yield from found

    def _damaged(self, question: str) -> list[RawCells]:
        """Damaged text must come through, so that its digest can differ. For all rows this would take twice as long."""
        self.connection.text_factory = _text
        try:
            return self.connection.execute(question).fetchall()
        finally:
            self.connection.text_factory = str

    def where(self, seq: object) -> str:
        event = self.by_seq.get(seq) if isinstance(seq, int) else None
        return event.place if event else f"event {seq}"


@contextmanager
def source_of(path: Path) -> Iterator[Source]:
    """The database, opened for reading only. Raises sqlite3.Error where it cannot be read."""
    with closing(open_file(path, read_only=True)) as connection:
        read_as_now(connection)
        for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield Source(connection)


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")
