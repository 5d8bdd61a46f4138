"""What the lab keeps of each package it wrote, so that the next one can tell what changed: its columns and its rows, append-only."""

import hashlib
import hmac
import io
import json
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import IO

from corelab.domain.specification import Specification
from corelab.export.changes import NOT_KEPT, KeptPackage, kept_rows, raw_rows, specified
from corelab.export.written import Written
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow, Transaction

SPECIFICATION = "specification"
"""Stands where the name of a table would: the columns and code lists of all of them."""
PIECE = 1024 * 1024
"""Characters of a table's text that are compressed at once."""
LEVEL = 6
_TOGETHER = 16
"""Pieces that one event records: some megabytes in memory, and few events."""


def last(snapshot: Snapshot, number: int, key: bytes) -> KeptPackage | None:
    """The package before ``number``; None before the first. ``key`` is the lab's secret under which free text was kept."""
    package = snapshot.one("package", n=number - 1)
    if package is None:
        return None
    told = _specification(snapshot, package["id"])
    rows = partial(_rows, snapshot, package["id"]) if told is not None else _no_rows
    return KeptPackage(f"T{package['n']:03d}", told, rows, partial(mark, key))


def earlier(snapshot: Snapshot, number: int) -> tuple[Specification, ...]:
    """The specifications of all packages before ``number`` of which one is kept, oldest first."""
    packages = sorted((row for row in snapshot.all("package") if row["n"] < number), key=lambda row: int(row["n"]))
    found = (_specification(snapshot, row["id"]) for row in packages)
    return tuple(one for one in found if one is not None)


@dataclass(slots=True)
class Packed:
    """A package's rows, compressed in a file without name: so the transaction that records them is short."""

    file: IO[bytes]
    pieces: list[tuple[str, int, int]] = field(default_factory=list)
    """Name of the table, number of the piece, size in bytes."""

    def rows(self, package: str) -> Iterator[NewRow]:
        self.file.seek(0)
        for name, n, size in self.pieces:
            yield NewRow("package_table", {"package_id": package, "name": name, "n": n, "body": self.file.read(size)})


@contextmanager
def packed(written: Written, key: bytes) -> Iterator[Packed]:
    """What `keep` will record of this package. Raises OSError."""
    with tempfile.TemporaryFile(dir=written.folder.parent) as file:
        made = Packed(file)
        for name, n, text in _texts_of(written, key):
            body = zlib.compress(text.encode(), LEVEL)
            made.pieces.append((name, n, file.write(body)))
        yield made


def keep(transaction: Transaction, package: str, held: Packed) -> None:
    """Records what the package ``package``, which this transaction recorded before, holds."""
    rows = held.rows(package)
    while together := tuple(islice(rows, _TOGETHER)):
        transaction.record("package.kept", "package", package, rows=together)


def _texts_of(written: Written, key: bytes) -> Iterator[tuple[str, int, str]]:
    """Everything that is kept as text: name, number of the piece, and the piece."""
    yield SPECIFICATION, 1, json.dumps(specified(written.versions).as_json, ensure_ascii=False, separators=(",", ":"))
    for table in written.tables:
        if table.name not in NOT_KEPT:
            pieces = _pieces(kept_rows(written, table, partial(mark, key)))
            yield from ((table.name, n, text) for n, text in enumerate(pieces, 1))


def mark(key: bytes, text: str) -> str:
    """What stands for free text: the same for the same text, and nothing by which somebody without the key could try a guess."""
    return hmac.digest(key, b"corelab/kept/v1\0" + text.encode(), hashlib.sha256).hex() if text else ""


def _pieces(rows: Iterator[str]) -> Iterator[str]:
    """The rows' text in pieces that end with a row."""
    text = io.StringIO(newline="")
    for row in rows:
        if text.write(row) and text.tell() >= PIECE:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    if text.tell():
        yield text.getvalue()


def _specification(snapshot: Snapshot, package: str) -> Specification | None:
    text = _text(snapshot, package, SPECIFICATION, 1)
    return Specification.from_json(json.loads(text)) if text is not None else None


def _text(snapshot: Snapshot, package: str, name: str, n: int) -> str | None:
    row = snapshot.one("package_table", package_id=package, name=name, n=n)
    return zlib.decompress(row["body"]).decode() if row is not None else None


def _rows(snapshot: Snapshot, package: str, name: str) -> Iterator[str]:
    n = 1
    while (text := _text(snapshot, package, name, n)) is not None:
        yield from raw_rows(io.StringIO(text, newline=""))
        n += 1


def _no_rows(_name: str) -> Iterator[str]:
    return iter(())
