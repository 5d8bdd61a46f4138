"""Makes a lab again from a backup: into a new or empty folder, checked in full, all of it or nothing."""

import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corelab.domain.accounts import Command, Role
from corelab.domain.checkpoint import CheckpointRefusedError, parse_checkpoint
from corelab.domain.clock import Clock
from corelab.domain.record_errors import LabExistsError
from corelab.services import accounts, backup_file
from corelab.services.accounts import Session
from corelab.services.backup_file import CHECKPOINT, Asked, BackupDamagedError, Manifest, Progress
from corelab.services.lab_making import FOLDERS, PRIVATE_FOLDERS, in_one_step
from corelab.services.labs import open_lab
from corelab.services.verification import verify_lab
from corelab.storage.keys import BoxSecret
from corelab.storage.store import Actor


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the lab as it was backed up."""

    user: str
    password: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """A lab that came from a backup whose last event was number ``seq`` with the hash ``head``.

    ``left_sealed``: the backup holds what was delivered and not released; only a coordinator with the custody key can restore it.
    """

    folder: Path
    lab: str
    seq: int
    head: str
    clips: int
    left_sealed: bool


def about(file: Path) -> Manifest:
    """What a backup says of itself; nothing of it is checked yet. Raises NotABackupError, OSError."""
    with backup_file.opened(file) as (manifest, _):
        return manifest


def restore(  # noqa: PLR0913 - file, place, person and machine
    file: Path,
    folder: Path,
    login: Login,
    *,
    clock: Clock,
    configuration: Path,
    progress: Progress | None = None,
    stopped: Asked | None = None,
) -> Restored:
    """The lab of a backup in ``folder``, which must be new or empty; its first new event says from which head it came.

    Raises LabExistsError, NotABackupError, BackupDamagedError, BackupCancelledError, what a sign-in raises, NotPermittedError, OSError;
    then nothing is in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LabExistsError(folder)
    show, asked = progress or _quiet, stopped or _never
    with backup_file.opened(file) as (manifest, packed):
        run = _Restoring(file, manifest, login, clock, configuration)
        in_one_step(folder, lambda part: run.write(part, packed, show, asked))
    return Restored(folder, manifest.lab, manifest.seq, manifest.head, manifest.clips, run.left_sealed)


@dataclass(slots=True)
class _Restoring:
    file: Path
    manifest: Manifest
    login: Login
    clock: Clock
    configuration: Path
    left_sealed: bool = False

    def write(self, part: Path, packed: tarfile.TarFile, progress: Progress, stopped: Asked) -> None:
        for name in FOLDERS:
            (part / name).mkdir()
        for name in PRIVATE_FOLDERS:
            (part / name).mkdir(mode=0o700)
        backup_file.unpack(self.file, self.manifest, packed, part, progress, stopped)
        progress(0, 0, "Checking the lab")
        self._require_head(part)
        faults = verify_lab(part).faults
        if faults:
            raise BackupDamagedError(self.file, tuple(f"{fault.where}: {fault.what}" for fault in faults))
        self._record(part)

    def _require_head(self, part: Path) -> None:
        """The checkpoint in the file, its manifest and its records say the same."""
        try:
            checkpoint = parse_checkpoint((part / CHECKPOINT).read_text(encoding="utf-8"))
        except (CheckpointRefusedError, UnicodeDecodeError) as error:
            raise BackupDamagedError(self.file, (f"its checkpoint cannot be read ({error})",)) from error
        with closing(open_lab(part, self.clock, self.configuration, read_only=True)) as lab, lab.store.read() as snapshot:
            last = snapshot.latest("event", by="seq")
        found = {
            (self.manifest.lab, self.manifest.seq, self.manifest.head),
            (checkpoint.lab, checkpoint.seq, checkpoint.head),
            (lab.lab_id, last["seq"] if last else 0, last["hash"] if last else ""),
        }
        if len(found) > 1:
            raise BackupDamagedError(self.file, ("its last event is not the one that it names",))
        (part / CHECKPOINT).unlink()

    def _record(self, part: Path) -> None:
        """Who restores proves it without a record; so the first new one is that of the restoring."""
        session, role = self._signed_in(part)
        sealed = tuple(sorted((part / "quarantine").rglob("*.sealed")))
        if session.custody is not None:
            self._unseal(part, session.custody, sealed)
        self.left_sealed = bool(sealed) and session.custody is None
        for path in sealed:
            path.unlink()
        with (
            closing(open_lab(part, self.clock, self.configuration)) as lab,
            lab.store.begin(Actor(session.account, role, None, session.workstation)) as transaction,
        ):
            payload = {
                "seq": self.manifest.seq,
                "head": self.manifest.head,
                "backed_up_at": self.manifest.at,
                "program": self.manifest.program,
            }
            transaction.record("lab.restored", "lab", lab.lab_id, payload=payload)

    def _signed_in(self, part: Path) -> tuple[Session, Role]:
        with closing(open_lab(part, self.clock, self.configuration, read_only=True)) as lab:
            session = accounts.sign_in(lab, self.login.user, self.login.password, code=self.login.code)
            return session, accounts.permit(session, Command.RESTORE)

    def _unseal(self, part: Path, custody: BoxSecret, sealed: tuple[Path, ...]) -> None:
        """Delivered files out of their parts, which come in their order."""
        with closing(open_lab(part, self.clock, self.configuration, read_only=True)) as lab, lab.store.read() as snapshot:
            for path in sealed:
                whole = path.with_suffix("").with_suffix("")
                with whole.open("ab") as out:
                    out.write(snapshot.unsealed(path.read_bytes(), custody))
                whole.chmod(0o600)


def _quiet(_done: int, _of: int, _words: str) -> None:
    return


def _never() -> bool:
    return False
