"""The file of a backup: one uncompressed tar of a manifest, the copied database, its head, the clips, and what was delivered, sealed.

Names and digests are those of the manifest, and the names are of a few fixed shapes: nothing that a foreign file calls a member, and no
path in it, decides where anything is written.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast

MANIFEST, DATABASE, CHECKPOINT = "manifest.json", "corelab.db", "checkpoint.txt"
FORMAT = 1
BLOCK = 1024 * 1024
_LARGEST_MANIFEST = 256 * 1024 * 1024
_NAMES = re.compile(
    r"corelab\.db|checkpoint\.txt|clips/[0-9a-f]{2}/[0-9a-f]{64}\.dcm|quarantine/[0-9a-zA-Z-]{1,64}/[0-9a-zA-Z][0-9a-zA-Z.]{0,95}\.[0-9]{6}\.sealed"
)

Progress = Callable[[int, int, str], None]
"""(done, of, what is being done)"""
Asked = Callable[[], bool]
"""Whether the person asked to stop."""


class BackupCancelledError(Exception):
    """The person stopped it; nothing of it is left."""


class BackupExistsError(Exception):
    """There is a file of that name already."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class BackupInsideError(Exception):
    """A backup inside the lab that it is of is lost with it."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class NotABackupError(Exception):
    """The file is no backup of a lab, or one of a later version; ``detail`` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail


class BackupDamagedError(Exception):
    """A backup is not what was written; ``faults`` say where."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        super().__init__(f"{path}: {'; '.join(faults[:5])}")
        self.path = path
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup, ``size`` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``seq`` and ``head`` are number and hash of the last event in it."""

    lab: str
    trial: str
    kind: str
    seq: int
    head: str
    program: str
    at: str
    entries: tuple[Entry, ...]

    def to_json(self) -> bytes:
        return (json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True) + "\n").encode()

    @property
    def clips(self) -> int:
        return sum(entry.name.startswith("clips/") for entry in self.entries)

    @property
    def sealed(self) -> bool:
        """Whether it holds what was delivered and not released yet."""
        return any(entry.name.startswith("quarantine/") for entry in self.entries)


class Source(Protocol):
    """Where the bytes of an entry come from."""

    def __call__(self, entry: Entry) -> bytes | Path: ...


def write(stream: IO[bytes], manifest: Manifest, source: Source, progress: Progress, stopped: Asked) -> str:
    """Writes the tar; answers its SHA-256. Raises BackupCancelledError, and BackupDamagedError for bytes that are not the manifest's.

    ValueError for a file whose name no restore would take: found now, not when the lab is gone.
    """
    _require_names(manifest.entries)
    out = _Hashing(stream)
    with tarfile.open(mode="w|", fileobj=cast("IO[bytes]", out), format=tarfile.PAX_FORMAT, bufsize=BLOCK) as packed:
        listed = manifest.to_json()
        packed.addfile(_member(MANIFEST, len(listed)), io.BytesIO(listed))
        for n, entry in enumerate(manifest.entries):
            if stopped():
                raise BackupCancelledError
            progress(n, len(manifest.entries), "Writing the backup")
            _add(packed, entry, source(entry))
    return out.digest


def _add(packed: tarfile.TarFile, entry: Entry, content: bytes | Path) -> None:
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as opened:
        reading = _Hashing(opened)
        packed.addfile(_member(entry.name, entry.size), cast("IO[bytes]", reading))  # only read() is used
        if reading.digest != entry.sha256 or opened.read(1):
            raise BackupDamagedError(Path(entry.name), (f"{entry.name}: the lab's file is not the one on record",))


def _member(name: str, size: int) -> tarfile.TarInfo:
    """The same bytes whenever and by whomever it is written."""
    made = tarfile.TarInfo(name)
    made.size, made.mode = size, 0o600
    return made


class _Hashing:
    """A stream whose bytes are hashed on their way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._state = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._state.hexdigest()

    def write(self, block: bytes) -> int:
        self._state.update(block)
        return self._stream.write(block)

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._state.update(block)
        return block


# ---------------------------------------------------------------- reading


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """A backup's manifest, and the tar for ``unpack``. Raises NotABackupError, and OSError where the file cannot be read."""
    try:
        with tarfile.open(path, "r:") as packed:
            yield _manifest(path, packed), packed
    except (tarfile.TarError, EOFError) as error:
        raise NotABackupError(path, str(error)) from error


def _manifest(path: Path, packed: tarfile.TarFile) -> Manifest:
    first = packed.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > _LARGEST_MANIFEST:
        raise NotABackupError(path, "it does not begin with a manifest")
    content = packed.extractfile(first)
    try:
        return _parsed(json.loads(content.read() if content else b""))
    except (ValueError, KeyError, TypeError) as error:
        raise NotABackupError(path, f"its manifest cannot be read ({error})") from error


def _parsed(found: Mapping[str, Any]) -> Manifest:
    if found["format"] != FORMAT:
        raise ValueError(f"format {found['format']}")
    entries = tuple(Entry(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in found["entries"])
    _require_names(entries)
    names = {entry.name for entry in entries}
    if len(names) < len(entries) or not {DATABASE, CHECKPOINT} <= names:
        raise ValueError("files are missing, or listed twice")
    texts = {name: str(found[name]) for name in ("lab", "trial", "kind", "head", "program", "at")}
    return Manifest(seq=int(found["seq"]), entries=entries, **texts)


def _require_names(entries: Iterable[Entry]) -> None:
    for entry in entries:
        if not _NAMES.fullmatch(entry.name):
            raise ValueError(f"a file called {entry.name!r}")


def unpack(path: Path, manifest: Manifest, packed: tarfile.TarFile, place: Path, progress: Progress, stopped: Asked) -> None:
    """Writes what the manifest names into ``place``, an empty folder, and nothing else. Raises BackupDamagedError, BackupCancelledError."""
    wanted = {entry.name: entry for entry in manifest.entries}
    done = 0
    while (member := packed.next()) is not None:
        if stopped():
            raise BackupCancelledError
        progress(done, len(manifest.entries), "Reading the backup")
        entry = wanted.pop(member.name, None)
        content = packed.extractfile(member) if entry is not None and member.isreg() else None
        if entry is None or content is None:
            raise BackupDamagedError(path, (f"{member.name!r} does not belong into it",))
        if not _kept(content, place / entry.name, entry):
            raise BackupDamagedError(path, (f"{entry.name} is not what was written",))
        done += 1
    if wanted:
        raise BackupDamagedError(path, tuple(f"{name} is missing" for name in sorted(wanted)))


def _kept(content: IO[bytes], target: Path, entry: Entry) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    state, left = hashlib.sha256(), entry.size
    with target.open("xb") as out:
        while block := content.read(min(BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                return False
            state.update(block)
            out.write(block)
    return left == 0 and state.hexdigest() == entry.sha256
