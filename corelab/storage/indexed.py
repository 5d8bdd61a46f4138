"""A snapshot for checks that ask thousands of times: each table is read once, and looked up in memory."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from corelab.storage import rows
from corelab.storage.rows import Row, plain
from corelab.storage.snapshot import Snapshot

_Index = dict[tuple[Any, ...], tuple[Row, ...]]


class IndexedSnapshot(Snapshot):
    """Answers as every snapshot does. It holds the tables it was asked for as long as it lives."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._indexes: dict[tuple[str, tuple[str, ...]], _Index] = {}

    def all(self, table: str, **equals: Any) -> tuple[Row, ...]:
        """Rows with these values, in the order in which they were recorded."""
        names = tuple(sorted(equals))
        found = self._indexes.get((table, names))
        if found is None:
            found = self._indexed(table, names)
        return found.get(tuple(plain(equals[name]) for name in names), ())

    def one(self, table: str, **equals: Any) -> Row | None:
        """The first row with these values."""
        return next(iter(self.all(table, **equals)), None)

    def latest(self, table: str, *, by: str = "n", **equals: Any) -> Row | None:
        """The row with these values whose column ``by`` is highest."""
        return max(self.all(table, **equals), key=lambda row: row[by], default=None)

    def _indexed(self, table: str, names: tuple[str, ...]) -> _Index:
        everything = self.all(table) if names else rows.found(self._connection, table, {}, end=rows.in_order(table))
        found: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in everything:
            found[tuple(row[name] for name in names)].append(row)
        index = {key: tuple(own) for key, own in found.items()}
        self._indexes[table, names] = index
        return index
