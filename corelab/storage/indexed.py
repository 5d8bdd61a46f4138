"""A snapshot for checks that ask thousands of times: tables are looked up in memory, as one reading of the file found them."""

from collections import defaultdict
from collections.abc import Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from corelab.storage import rows
from corelab.storage.keys import BoxSecret
from corelab.storage.rows import Row, Rows, plain
from corelab.storage.schema.columns import parsed
from corelab.storage.snapshot import Snapshot
from corelab.storage.verify.source import LARGE, RawRow, Source

_Index = Mapping[tuple[Any, ...], tuple[RawRow, ...]]


class IndexedSnapshot(Snapshot):
    """Answers as every snapshot does, from the tables of ``source``, whose reading must not be over: nothing can be written meanwhile.

    The large tables are asked in the file.
    """

    def __init__(self, asked: Rows, source: Source) -> None:
        super().__init__(asked)
        self._source = source
        self._indexes: dict[tuple[str, tuple[str, ...]], _Index] = {}

    def all(self, table: str, **equals: Any) -> tuple[Row, ...]:
        """Rows with these values, in the order in which they were recorded."""
        if table in LARGE:
            return super().all(table, **equals)
        return tuple(_row(table, row) for row in self._held(table, equals))

    def one(self, table: str, **equals: Any) -> Row | None:
        """The first row with these values."""
        if table in LARGE:
            return super().one(table, **equals)
        found = self._held(table, equals)
        return _row(table, found[0]) if found else None

    def latest(self, table: str, *, by: str = "n", **equals: Any) -> Row | None:
        """The row with these values whose column ``by`` is highest."""
        if table in LARGE:
            return super().latest(table, by=by, **equals)
        found = max(self._held(table, equals), key=itemgetter(by), default=None)
        return _row(table, found) if found else None

    def opening_of(self, seq: int, secret: BoxSecret | None = None) -> dict[str, Any]:
        """The payload of an event; what was published is not held against its digest again."""
        payload = self._source.opened(seq)
        return super().opening_of(seq, secret) if payload is None else dict(payload)

    def _held(self, table: str, equals: Mapping[str, Any]) -> tuple[RawRow, ...]:
        names = tuple(sorted(equals))
        index = self._indexes.get((table, names))
        if index is None:
            index = self._indexed(table, names)
        return index.get(tuple(plain(equals[name]) for name in names), ())

    def _indexed(self, table: str, names: tuple[str, ...]) -> _Index:
        order = itemgetter(*rows.recorded_by(table))
        everything = self._held(table, {}) if names else sorted(self._source.rows(table), key=order)
        found: defaultdict[tuple[Any, ...], list[RawRow]] = defaultdict(list)
        for row in everything:
            found[tuple(row[name] for name in names)].append(row)
        index = {key: tuple(own) for key, own in found.items()}
        self._indexes[table, names] = index
        return index


def _row(table: str, found: RawRow) -> Row:
    times = {name: None if found[name] is None else parsed(found[name]) for name in rows.times(table)}
    return MappingProxyType({**found, **times}) if times else found
