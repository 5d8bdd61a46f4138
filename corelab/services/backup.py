"""Backs a lab up into one file: an online copy of the database, checked in full, with every clip, or no file at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import corelab
from corelab.domain.accounts import Command
from corelab.domain.archives import ClipNotThereError
from corelab.domain.checkpoint import Checkpoint
from corelab.domain.clock import stamp
from corelab.domain.record_errors import LabReadOnlyError
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import Archive
from corelab.services import accounts, backup_file
from corelab.services.accounts import Session
from corelab.services.archive import archive_of
from corelab.services.backup_file import (
    BLOCK,
    CHECKPOINT,
    DATABASE,
    Asked,
    BackupCancelledError,
    BackupDamagedError,
    BackupExistsError,
    BackupInsideError,
    Entry,
    Manifest,
    Progress,
)
from corelab.services.labs import OpenLab
from corelab.services.verification import LabFaultyError, record_faults
from corelab.storage.file_store import FileStore
from corelab.storage.keys import BoxPublic, seal

_PART = 8 * 1024 * 1024
_PAD = 4096


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup on disk; ``size`` in bytes, ``head`` the hash of its last event, number ``seq``."""

    file: Path
    sha256: str
    size: int
    seq: int
    head: str
    clips: int
    sealed: bool


def back_up(
    lab: OpenLab,
    session: Session,
    target: Path,
    *,
    with_quarantine: bool = False,
    progress: Progress | None = None,
    stopped: Asked | None = None,
) -> BackedUp:
    """Writes all of the lab into a new file outside of it, while others go on working; packages can be exported again and stay out.

    ``with_quarantine`` takes along what was delivered and not released yet, sealed to the custody key.

    Raises BackupExistsError, BackupInsideError, LabFaultyError, BackupCancelledError, OSError, LabReadOnlyError and the other
    LabErrors; then there is no file of that name.
    """
    role = accounts.permit(session, Command.BACKUP)
    if target.resolve().is_relative_to(lab.folder.resolve()):
        raise BackupInsideError(target)
    if lab.store.read_only:
        raise LabReadOnlyError(lab.folder, "the backup could not be written down")
    if target.exists():
        raise BackupExistsError(target)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        made = _Making(lab, archive_of(lab, session.account), work, progress or _quiet, stopped or _never)
        done = made.written(target, with_quarantine=with_quarantine)
        with _kept_or_not(work / "backup.tar", target), lab.store.begin(session.actor(role)) as transaction:
            payload = {"sha256": done.sha256, "bytes": done.size, "seq": done.seq, "head": done.head, "clips": done.clips}
            transaction.record("lab.backed_up", "lab", lab.lab_id, payload=payload | {"file": target.name, "quarantine": done.sealed})
            _named(work / "backup.tar", target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return done


@contextmanager
def _kept_or_not(made: Path, target: Path) -> Iterator[None]:
    """Takes the name back when the event did not get in after all: the lab's own disk may be full at the very end."""
    try:
        yield
    except BaseException:
        if not made.exists():
            target.unlink(missing_ok=True)
        raise


def _named(made: Path, target: Path) -> None:
    """The last step, within the transaction that records it: neither is there without the other."""
    if target.exists():
        raise BackupExistsError(target)
    made.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass(frozen=True, slots=True)
class _Making:
    """One backup in the making, in a folder of its own beside its place."""

    lab: OpenLab
    archive: Archive
    work: Path
    progress: Progress
    stopped: Asked

    def written(self, target: Path, *, with_quarantine: bool) -> BackedUp:
        copy = self.work / DATABASE
        self.lab.store.copy_to(copy, self._tell_copy)
        self.progress(0, 0, "Checking the copy")
        faults = record_faults(copy)
        if faults:
            raise LabFaultyError(tuple((fault.where, fault.what) for fault in faults))
        manifest = self._manifest(copy, with_quarantine=with_quarantine)
        with (self.work / "backup.tar").open("xb") as out:
            (self.work / "backup.tar").chmod(0o600)  # it holds what only the lab's own folder holds
            try:
                sha256 = backup_file.write(out, manifest, self._source, self.progress, self.stopped)
            except BackupDamagedError as error:
                raise LabFaultyError(tuple((str(error.path), fault) for fault in error.faults)) from error
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
        return BackedUp(target, sha256, size, manifest.seq, manifest.head, manifest.clips, manifest.sealed)

    def _tell_copy(self, done: int, of: int) -> None:
        if self.stopped():
            raise BackupCancelledError
        self.progress(done, of, "Copying the records")

    def _manifest(self, copy: Path, *, with_quarantine: bool) -> Manifest:
        """What the copy says; what others record meanwhile is not in it."""
        store = FileStore.open(copy, self.lab.clock, read_only=True)
        with store.read() as snapshot:
            last = snapshot.latest("event", by="seq")
            clips = sorted(row["sha256"] for row in snapshot.all("clip"))
        store.close()
        if last is None:
            raise LookupError("event")
        seq, head = last["seq"], last["hash"]
        checkpoint = Checkpoint(self.lab.lab_id, seq, head, self.lab.trial_id, stamp(last["at"]))
        (self.work / CHECKPOINT).write_text(checkpoint.text, encoding="utf-8", newline="\n")
        entries = [_entry(name, self.work / name) for name in (DATABASE, CHECKPOINT)]
        entries += [self._clip(Sha256(sha256)) for sha256 in clips]
        if with_quarantine:
            entries += self._sealed()
        now = stamp(self.lab.clock.now())
        kind = self.lab.kind.value
        return Manifest(self.lab.lab_id, self.lab.trial_id, kind, seq, head, corelab.__version__, now, tuple(entries))

    def _source(self, entry: Entry) -> Path:
        return self.archive.fetch(Sha256(entry.sha256)) if entry.name.startswith("clips/") else self.work / entry.name

    def _clip(self, sha256: Sha256) -> Entry:
        """By its recorded digest; that its bytes have it is seen when they are written. Raises LabFaultyError, ArchiveError."""
        try:
            path = self.archive.fetch(sha256)
        except ClipNotThereError:
            path = self.archive.path(sha256)
        if not path.is_file():
            raise LabFaultyError(((path.name, "clip: its file is missing"),))
        return Entry(f"clips/{sha256[:2]}/{sha256}.dcm", path.stat().st_size, sha256)

    def _sealed(self) -> Iterator[Entry]:
        """Delivered files, in parts that fit into memory, each sealed to the custody key.

        What is being made, or was left by a program that was killed, is named by no record and stays behind.
        """
        custody = accounts.custody_public(self.lab)
        there = (path for path in self.lab.quarantine.glob("*/*") if path.is_file() and not path.is_symlink())
        files = sorted(path for path in there if path.suffix != ".new" and not path.parent.name.startswith("."))
        for n, file in enumerate(files):
            self.progress(n, len(files), "Sealing what was delivered")
            yield from self._sealed_parts(file, custody)

    def _sealed_parts(self, file: Path, custody: BoxPublic) -> Iterator[Entry]:
        with file.open("rb") as content:
            n = 0
            while (part := content.read(_PART)) or n == 0:
                if self.stopped():
                    raise BackupCancelledError
                name = f"{file.relative_to(self.lab.folder).as_posix()}.{n:06d}.sealed"
                place = self.work / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(seal(part, [custody], _PAD))
                yield _entry(name, place)
                n += 1


def _entry(name: str, path: Path) -> Entry:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(BLOCK):
            digest.update(block)
    return Entry(name, path.stat().st_size, digest.hexdigest())


def _quiet(_done: int, _of: int, _words: str) -> None:
    return


def _never() -> bool:
    return False
