"""Everything that `corelab verify` looks at in a lab: its database, what was made from openings and charter, and its clips."""

import gc
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Self

from corelab.domain.addresses import ServerAddress
from corelab.domain.audit import Fault
from corelab.domain.checkpoint import Checkpoint
from corelab.domain.clock import Clock, SystemClock
from corelab.domain.moving import LabMovedError
from corelab.domain.record_errors import LabCorruptError, NotALabError, RecordDamagedError
from corelab.services import labs
from corelab.services.archived_clips import ArchivedClips, address_in_file
from corelab.services.labs import DATABASE, OpenLab
from corelab.services.packages_on_record import PACKAGE, Packages
from corelab.services.projections import PROJECTION, released_grades
from corelab.services.recomputed import recomputed_results
from corelab.storage.file_store import FileStore
from corelab.storage.verify import Source, Step, check_database, check_recent, presented, source_of

CLIP = "clip"
RECENT = 200
_BLOCK = 1024 * 1024
_HASHERS = 2
"""Hashing and reading a file hold up no other thread: on two cores, the clips cost next to nothing beside the rest."""

Progress = Callable[[int, int, str], None]
"""Hears how many steps of how many are done, and in words what is being checked now."""
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "integrity": "the pages of the database",
        "schema": "tables and triggers",
        "chain": "the chain of events",
        "payload": "payloads",
        "rows": "every row",
        "signature": "signatures",
        "history": "who did what when",
        "readings": "the life of readings",
        PACKAGE: "packages",
        "checkpoint": "checkpoints",
        PROJECTION: "grades and results",
        CLIP: "clips",
        "presented": "checkpoints kept outside",
    }
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, by count, every fault that was found, and each redaction by two people, which is no fault."""

    ok: bool
    checked: Mapping[str, int]
    faults: tuple[Fault, ...]
    redacted: tuple[str, ...] = ()


class OtherLabError(Exception):
    """A checkpoint of another lab was brought."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint.lab)
        self.checkpoint = checkpoint


class LabFaultyError(Exception):
    """The lab does not verify; ``faults`` are (where, what). What was asked for was not begun."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in faults[:5]))
        self.faults = faults


def open_checked(place: Path | ServerAddress, clock: Clock, configuration: Path, state: Path | None = None) -> OpenLab:
    """The lab in this folder or on this server; where the last events of a file are not what was written, it takes no more records.

    A server looks at every event while it takes it, and shows nothing before a sign-in.

    Raises NotALabError, LabMovedError, ServerRefusedError, NewerSchemaError and the other LabErrors.
    """
    lab = labs.open_lab(place, clock, configuration, state)
    if lab.address is None:
        _require_here(lab)
        lab.store.stop_writing(recent_faults(lab.folder))
    return lab


def _require_here(lab: OpenLab) -> None:
    """Not in a folder that cannot be read for damage: that is told as such."""
    with suppress(RecordDamagedError, LabCorruptError):
        to = labs.left_to(lab)
        if to is not None:
            lab.close()
            raise LabMovedError(to)


def recent_faults(folder: Path) -> tuple[Fault, ...]:
    """The quick look at every start: schema, chain and rows of the last events."""
    return check_recent(folder / DATABASE, RECENT)


def check_server_start(lab: OpenLab) -> None:
    """The same of a lab on a server, once somebody is signed in who may read all of it."""
    with TemporaryDirectory(prefix=".start.", dir=lab.folder) as work:
        copy = Path(work) / DATABASE
        lab.store.copy_recent(copy, RECENT)
        lab.store.stop_writing(check_recent(copy, RECENT))


def require_sound(lab: OpenLab, progress: Progress | None = None) -> None:
    """Before a release, a lock or a package everything is looked at; a lab with faults takes no more records. Raises LabFaultyError."""
    lab.store.require_writable()
    found = verify_open(lab, progress=progress)
    if not found.ok:
        lab.store.stop_writing(found.faults)
        raise LabFaultyError(tuple((fault.where, fault.what) for fault in found.faults))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Verifying makes very many small objects, none of them in a circle: looking for circles would take a third of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def verify_open(lab: OpenLab, checkpoints: Sequence[Checkpoint] = (), progress: Progress | None = None) -> Verified:
    """All of an open lab: of one on a server a copy of its records, and the server's own tables, triggers, functions, roles and rights.

    On a server somebody must be signed in who may read all of it. Raises OtherLabError and the LabErrors.
    """
    if lab.address is None:
        return verify_lab(lab.folder, checkpoints, progress)
    with TemporaryDirectory(prefix=".verify.", dir=lab.folder) as work:
        copy = Path(work) / DATABASE
        lab.store.copy_to(copy, partial(_tell_copy, progress) if progress else _untold)
        found = _verified(copy, lab.folder, checkpoints, progress)
    own = lab.store.own_faults()
    return replace(found, ok=found.ok and not own, faults=(*own, *found.faults))


def _tell_copy(progress: Progress, done: int, of: int) -> None:
    progress(done, of, "Copying the records")


def _untold(_done: int, _of: int) -> None:
    return


def verify_lab(
    folder: Path, checkpoints: Sequence[Checkpoint] = (), progress: Progress | None = None, *, clips_here: bool = False
) -> Verified:
    """All of a lab in a folder, reading only and without any key, and whether it is still the one that these checkpoints saw.

    ``clips_here``: its clips came into the folder, though its records name an archive on a server. Raises ArchiveError where that is away.

    Raises NotALabError when there is no lab in the folder, OtherLabError for a checkpoint of another one.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise NotALabError(folder)
    return _verified(path, folder, checkpoints, progress, clips_here=clips_here)


@_uncollected()
def _verified(
    path: Path, folder: Path, checkpoints: Sequence[Checkpoint], progress: Progress | None, *, clips_here: bool = False
) -> Verified:
    """The database in this file, and what lies in the folder."""
    _refuse_others(path, checkpoints)
    written, brought = Packages(folder / "exports"), partial(presented, brought=checkpoints)
    archive = "" if clips_here else address_in_file(path)
    with ArchivedClips(archive) if archive else _Clips(folder / "clips") as clips:
        more: Mapping[str, Step] = {
            PROJECTION: released_grades,
            CLIP: clips.faults,
            PACKAGE: written.faults,
            "presented": brought,
        }
        database = check_database(path, more, _anew(path), partial(_tell, progress) if progress else None)
    counted = {**database.counted, "clips": clips.read, "packages": written.read, **counts(checkpoints)}
    return Verified(not database.faults, MappingProxyType(counted), database.faults, database.redacted)


def _tell(progress: Progress, step: str, done: int, total: int) -> None:
    progress(done, total, f"Verifying {_WORDS[step]}")


def record_faults(path: Path) -> tuple[Fault, ...]:
    """What is wrong in a database alone, e.g. in a copy that has no clips beside it."""
    return check_database(path, {PROJECTION: released_grades}, _anew(path)).faults


def counts(checkpoints: Sequence[Checkpoint]) -> Mapping[str, int]:
    """How many checkpoints were brought, by what they are worth."""
    signed = sum(one.signed is not None for one in checkpoints)
    found = {"signed checkpoints": signed, "unsigned witness copies": len(checkpoints) - signed}
    return {what: count for what, count in found.items() if count}


def refuse_others(lab: str, checkpoints: Sequence[Checkpoint]) -> None:
    """Raises OtherLabError: what another lab's checkpoint says means nothing here."""
    for one in checkpoints:
        if one.lab != lab:
            raise OtherLabError(one)


def _refuse_others(path: Path, checkpoints: Sequence[Checkpoint]) -> None:
    lab: Mapping[str, str] | None = None
    # A database that cannot be read is a fault for the steps to tell; what SQLite says of it may hold damaged text itself.
    with suppress(sqlite3.Error, UnicodeError), source_of(path) as source:
        lab = source.lab
    if lab is not None:
        refuse_others(lab["lab_id"], checkpoints)


def _anew(path: Path) -> Mapping[str, Step]:
    return {PROJECTION: partial(_recomputed, path)}


def _recomputed(path: Path, source: Source) -> Iterator[Fault]:
    """The rules of the charter, run again over the opened records."""
    with closing(FileStore.open(path, SystemClock(), read_only=True)) as store, store.read_whole(source) as snapshot:
        yield from recomputed_results(snapshot)


class _Clips:
    """The folder of released clips against the rows of clips. As a context manager: its files are hashed beside what else is checked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashing = ThreadPoolExecutor(_HASHERS, "hashing")
        self._digests: Mapping[Path, Future[str]] = {}
        self.read = 0

    def __enter__(self) -> Self:
        self._digests = {path: self._hashing.submit(_digest, path) for path in sorted(self._folder.rglob("*")) if path.is_file()}
        return self

    def __exit__(self, *_: object) -> None:
        self._hashing.shutdown(cancel_futures=True)

    def faults(self, source: Source) -> Iterator[Fault]:
        expected = {}
        for row in source.rows("clip"):
            path = self._folder / row["sha256"][:2] / f"{row['sha256']}.dcm"
            expected[path] = row["sha256"]
            place = f"{source.where(row['event_seq'])}, clip {row['id']}"
            if path not in self._digests:
                yield Fault(place, f"{CLIP}: its file is missing", CLIP)
            elif self._read(path) != row["sha256"]:
                yield Fault(place, f"{CLIP}: its file is not the one released", CLIP)
        for path in sorted(self._folder.rglob("*")):
            if not path.is_dir() and path not in expected:
                yield Fault(str(path.relative_to(self._folder.parent)), f"{CLIP}: a file that no record names", CLIP)

    def _read(self, path: Path) -> str:
        self.read += 1
        return self._digests[path].result()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
