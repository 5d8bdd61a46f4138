"""A disk that writes down everything SQLite asks of it, so that a power cut can be played at any of these instants."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from tests.faults.day import Told

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Write:
    name: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """``folder``: the folder too, as SQLite does at the first sync of a journal that it made."""

    name: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Create:
    name: str


@dataclass(frozen=True, slots=True)
class Delete:
    name: str
    folder: bool


Step = Write | Truncate | Sync | Create | Delete | Told
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


class RecordingDisk(apsw.VFS):
    """Real files; every change of one is written down before it is made. Nothing is really synced: the log knows what would be."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.log: list[Step] = []
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is not None and not Path(path).exists():
            self.log.append(Create(path))
        return _RecordingFile(self.log, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001 - apsw's
        self.log.append(Delete(filename, bool(syncdir)))
        super().xDelete(filename, syncdir)


class _RecordingFile(apsw.VFSFile):
    def __init__(self, log: list[Step], path: str | None, name: Any, flags: list[int]) -> None:
        self._log = log if path is not None else []  # a nameless file is gone after a cut
        self._path = path or ""
        self._folder_due = bool(flags[0] & _JOURNALS)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        self._log.append(Write(self._path, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - apsw's name
        self._log.append(Truncate(self._path, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802 - apsw's name
        self._log.append(Sync(self._path, self._folder_due))
        self._folder_due = False


# ---------------------------------------------------------------- a disk that fails


FAILURES: Mapping[str, int] = {
    "full": apsw.SQLITE_FULL,
    "write": apsw.SQLITE_IOERR_WRITE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    "read": apsw.SQLITE_IOERR_READ,
    "open": apsw.SQLITE_CANTOPEN,
}
"""What can go wrong with a file: by which call, and as what SQLite hears of it."""


class FailingDisk(apsw.VFS):
    """Real files, until ``break_after``: from then on calls of one kind fail, until ``repair``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._what, self._calls, self.failed = "", 0, 0
        super().__init__(name, "")

    def break_after(self, what: str, calls: int) -> None:
        self._what, self._calls, self.failed = what, calls, 0

    def repair(self) -> None:
        self._what = ""

    def meet(self, what: str) -> None:
        """Raises when it is this call's turn to fail."""
        if what != self._what:
            return
        self._calls -= 1
        if self._calls < 0:
            self.failed += 1
            raise apsw.exception_for(FAILURES[what])

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw's name
        if flags[0] & _JOURNALS:
            self.meet("open")
        return _FailingFile(self, name, flags)

    def excepthook(self, *_: object) -> bool:
        """SQLite has been told; nothing to print."""
        return True


class _FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        self._disk.meet("full")
        self._disk.meet("write")
        super().xWrite(data, offset)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - apsw's name
        self._disk.meet("read")
        return super().xRead(amount, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - apsw's name
        self._disk.meet("truncate")
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802 - apsw's name
        self._disk.meet("sync")

    def excepthook(self, *_: object) -> bool:
        """As above."""
        return True


# ---------------------------------------------------------------- what is left after a cut


@dataclass
class _File:
    """What is on the platter for certain, and what was asked for since the last sync."""

    safe: bytearray
    unsynced: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        for step in self.unsynced:
            _apply(self.safe, step)
        self.unsynced = []


def _apply(content: bytearray, step: Write | Truncate) -> None:
    if isinstance(step, Truncate):
        del content[step.size :]
        return
    content.extend(bytes(max(0, step.at - len(content))))
    content[step.at : step.at + len(step.data)] = step.data


class Platter:
    """The files as they are durable, after each step of a log."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._entries: dict[str, list[_File | None]] = {name: [_File(bytearray(content))] for name, content in files.items()}

    def take(self, step: Step) -> None:
        match step:
            case Write() | Truncate():
                self._open(step.name).unsynced.append(step)
            case Sync(name, folder):
                self._open(name).sync()
                if folder:
                    self._entries[name] = self._entries[name][-1:]
            case Create(name):
                self._entries.setdefault(name, [None]).append(_File(bytearray()))
            case Delete(name, folder):
                self._entries.setdefault(name, [None]).append(None)
                if folder:
                    self._entries[name] = [None]
            case Told():
                pass

    def _open(self, name: str) -> _File:
        found = self._entries[name][-1]
        assert found is not None, name
        return found

    def after_a_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Name -> content of each file: what was synced, and of the rest each sector whole, torn or not at all, in any order."""
        kept = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        entries = {name: chance.choice(states) for name, states in self._entries.items()}
        return {Path(name).name: bytes(_cut(file, kept, chance)) for name, file in entries.items() if file is not None}


def _cut(file: _File, kept: float, chance: random.Random) -> bytearray:
    content = bytearray(file.safe)
    for step in file.unsynced:
        for piece in _pieces(step):
            if chance.random() < kept:
                _apply(content, piece)
            elif isinstance(piece, Write) and chance.random() < 0.2:
                _apply(content, _torn(piece, content, chance))
    return content


def _pieces(step: Write | Truncate) -> Iterator[Write | Truncate]:
    if isinstance(step, Truncate):
        yield step
        return
    at = step.at
    end = step.at + len(step.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield Write(step.name, at, step.data[at - step.at : until - step.at])
        at = until


def _torn(piece: Write, content: bytearray, chance: random.Random) -> Write:
    """A sector of which only the first or the last part was written; or one that the file grew by, still empty."""
    old = bytes(content[piece.at : piece.at + len(piece.data)])
    old += bytes(len(piece.data) - len(old))
    place = chance.randrange(len(piece.data) + 1)
    first = chance.random() < 0.5
    return Write(piece.name, piece.at, piece.data[:place] + old[place:] if first else old[:place] + piece.data[place:])
