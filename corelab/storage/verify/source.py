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
_REPEATED = frozenset({"clock", "actor", "role", "session", "workstation", "app", "kind", "entity", "reason"})
"""What stands in very many events with the same few values."""
_OF_HEADER, _OFTEN = itemgetter(*map(COLUMNS["event"].index, _HEADER)), tuple(name in _REPEATED for name in _HEADER)
"""The cells of an event's row that are its header, in the header's order, and which of them repeat."""
_HASH = COLUMNS["event"].index("hash")
LARGE = frozenset({"event", "event_payload", "opening", "grade", "evidence", "result", "package_table", "clip_frames"})
"""The tables that are nearly all of a lab: never kept whole, but for the headers of the events."""
_CHUNK = 256
_FEW = 16


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
    """One read of a lab's database. Every small table is read once, on first use; the large ones are gone through, and never kept.

    With ``after`` it holds only what belongs to later events.
    """

    connection: sqlite3.Connection
    after: int = 0
    _cells: dict[str, tuple[RawCells, ...]] = field(default_factory=dict)
    _rows: dict[str, tuple[RawRow, ...]] = field(default_factory=dict)
    _opened: dict[int, Payload | None] = field(default_factory=dict)

    @cached_property
    def lab(self) -> RawRow | None:
        row = next(self._read("lab", COLUMNS["lab"]), None)
        return dict(zip(COLUMNS["lab"], row, strict=True)) if row else None

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All events by number."""
        known: dict[Any, Any] = {}
        found = (self._event(cells, known) for cells in self.scan("event"))
        return tuple(sorted(found, key=lambda event: event.header.seq))

    @cached_property
    def before(self) -> Event | None:
        """The event which the first one continues, where it is not the very first."""
        names = COLUMNS["event"]
        found = next(self._read("event", names, f' WHERE "seq" = {self.after}'), None) if self.after else None
        return self._event(found, {}) if found else None

    def _event(self, cells: RawCells, known: dict[Any, Any]) -> Event:
        own = [known.setdefault(cell, cell) if often else cell for cell, often in zip(_OF_HEADER(cells), _OFTEN, strict=True)]
        return Event(Header(self._lab, *own), cells[_HASH])

    @cached_property
    def _lab(self) -> str:
        return str(self.lab["lab_id"]) if self.lab else ""

    @cached_property
    def by_seq(self) -> Mapping[int, Event]:
        return {event.header.seq: event for event in self.events}

    def rows(self, table: str) -> tuple[RawRow, ...]:
        """Every row of a table that is not large."""
        if table not in self._rows:
            names = COLUMNS[table]
            self._rows[table] = tuple(dict(zip(names, cells, strict=True)) for cells in self._kept(table))
        return self._rows[table]

    def cells(self, table: str, names: tuple[str, ...]) -> Iterator[RawCells]:
        """These columns of every row; at least two."""
        if table in LARGE:
            return self._read(table, names, self._later(table))
        places = [COLUMNS[table].index(name) for name in names]
        return map(itemgetter(*places), self._kept(table))

    def _kept(self, table: str) -> tuple[RawCells, ...]:
        if table not in self._cells:
            self._cells[table] = tuple(self.scan(table))
        return self._cells[table]

    def scan(self, table: str) -> Iterator[RawCells]:
        """All columns of every row, not kept."""
        yield from self._read(table, COLUMNS[table], self._later(table))

    def _later(self, table: str) -> str:
        number = "event_seq" if "event_seq" in COLUMNS[table] else "seq"
        return f' WHERE "{number}" > {self.after}' if self.after else ""

    def numbered(self, table: str) -> Iterator[RawRow]:
        """Every row of a table of payloads by its number, a few in memory at a time. Raises sqlite3.DatabaseError for a damaged order."""
        names, where, last = COLUMNS[table], "", None
        while some := tuple(self._read(table, names, f'{where} ORDER BY "seq" LIMIT {_CHUNK}')):
            yield from (dict(zip(names, cells, strict=True)) for cells in some)
            before, last = last, int(some[-1][names.index("seq")])
            if before is not None and last <= before:
                raise sqlite3.DatabaseError(f"{table}: rows out of order")
            where = f' WHERE "seq" > {last}'

    def of_record(self, table: str, names: tuple[str, ...], record: tuple[str, str]) -> Iterator[RawCells]:
        """These columns of what stands clear of one record (its type and id), by the table's own index: that it is whole is a step."""
        listed = ", ".join(f'"{name}"' for name in names)
        yield from self._asked(f'SELECT {listed} FROM "{table}" WHERE "record_type" = ? AND "record_id" = ?', record)  # noqa: S608 - names of our own tables

    def different(self, table: str, names: tuple[str, ...]) -> Iterator[RawCells]:
        """These columns, each combination once."""
        listed = ", ".join(f'"{name}"' for name in names)
        yield from self._asked(f'SELECT DISTINCT {listed} FROM "{table}"')  # noqa: S608 - names of our own tables

    def clear_body(self, seq: int) -> bytes | None:
        """The payload of an event that stands clear."""
        found = next(self._read("event_payload", ("form", "body"), f' WHERE "seq" = {int(seq)}'), None)
        return found[1] if found and found[0] == "clear" else None

    def opened(self, seq: int) -> Payload | None:
        """The payload that was published for this event; None where none was, or where it was redacted since."""
        if seq not in self._opened:
            found = next(self._read("opening", ("seq", "body"), f' WHERE "seq" = {int(seq)}'), None)
            if len(self._opened) >= _FEW:
                del self._opened[next(iter(self._opened))]
            self._opened[seq] = audit.payload_of(found[1]) if found and found[1] is not None else None
        return self._opened[seq]

    def _read(self, table: str, names: tuple[str, ...], where: str = "") -> Iterator[RawCells]:
        listed = ", ".join(f'"{name}"' for name in names)
        return self._asked(f'SELECT {listed} FROM "{table}" NOT INDEXED{where}')  # noqa: S608 - names of our own tables

    def _asked(self, question: str, bound: tuple[str, ...] = ()) -> Iterator[RawCells]:
        done = 0
        try:
            for done, cells in enumerate(self.connection.execute(question, bound), 1):  # noqa: B007 - where damage stopped it
                yield cells
        except sqlite3.OperationalError:
            yield from self._damaged(question, bound)[done:]

    def _damaged(self, question: str, bound: tuple[str, ...]) -> list[RawCells]:
        """Damaged text must come through, so that its digest can differ. For all rows this would take twice as long."""
        self.connection.text_factory = _text
        try:
            return self.connection.execute(question, bound).fetchall()
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
