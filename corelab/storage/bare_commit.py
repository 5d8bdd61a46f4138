"""What a durable commit costs by itself: the same settings and as many pages, and nothing of the records' own work."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Self

from corelab.storage.database import engine_for

PAGE = 4096
_BODY = PAGE - 96
"""Of a row that fills one page."""


class BareFile:
    """A database of pages without meaning."""

    def __init__(self, path: Path, pages: int) -> None:
        self._engine = engine_for(path, read_only=False)
        self._connection = self._engine.raw_connection()
        self._pages = pages

    @classmethod
    def made(cls, path: Path, pages: int) -> Self:
        """With this many pages that can be written over."""
        with closing(sqlite3.connect(path)) as empty:
            empty.execute("CREATE TABLE page (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
            empty.executemany("INSERT INTO page VALUES (?, ?)", ((n, os.urandom(_BODY)) for n in range(pages)))
            empty.commit()
        return cls(path, pages)

    def commit(self, over: int, more: int) -> None:
        """Writes over some pages and adds more, in one transaction."""
        run = self._connection.cursor().execute
        run("BEGIN IMMEDIATE")
        for n in range(min(over, self._pages)):
            run("UPDATE page SET body = ? WHERE n = ?", (os.urandom(_BODY), n))
        for _ in range(more):
            run("INSERT INTO page (body) VALUES (?)", (os.urandom(_BODY),))
        run("COMMIT")

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def changed_pages(before: bytes, after: bytes) -> tuple[int, int]:
    """How many pages were written over and how many added between two states of a database file."""
    places = range(0, min(len(before), len(after)), PAGE)
    over = sum(before[place : place + PAGE] != after[place : place + PAGE] for place in places)
    return over, max(0, len(after) - len(before)) // PAGE
