"""Makes a lab again from a backup: in a new or empty folder or an empty database of a server, checked in full, all of it or nothing."""

import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from corelab.domain.accounts import Command, Role
from corelab.domain.addresses import ServerAddress
from corelab.domain.checkpoint import CheckpointRefusedError, parse_checkpoint
from corelab.domain.clock import Clock
from corelab.services import accounts, backup_file, lab_installing
from corelab.services.accounts import Session
from corelab.services.backup_file import CHECKPOINT, Asked, BackupDamagedError, Manifest, Progress
from corelab.services.bringing import OneTime, brought, invited
from corelab.services.lab_making import DATABASE, FOLDERS, PRIVATE_FOLDERS, in_one_step, require_free
from corelab.services.labs import folder_of, open_lab
from corelab.services.verification import record_faults, verify_lab
from corelab.storage import archives
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
    ``accounts``: on a server, where nobody's password is known, the one-time code of each active person.
    """

    folder: Path
    lab: str
    seq: int
    head: str
    clips: int
    left_sealed: bool
    accounts: tuple[OneTime, ...] = ()


def about(file: Path) -> Manifest:
    """What a backup says of itself; nothing of it is checked yet. Raises NotABackupError, OSError."""
    with backup_file.opened(file) as (manifest, _):
        return manifest


def restore(  # noqa: PLR0913 - file, place, person and machine
    file: Path,
    place: Path | ServerAddress,
    login: Login,
    *,
    clock: Clock,
    configuration: Path,
    state: Path | None = None,
    progress: Progress | None = None,
    stopped: Asked | None = None,
) -> Restored:
    """The lab of a backup in ``place``, a folder or a database, new or empty; its first new event says from which head it came.

    ``state`` is the folder of this workstation for what belongs to labs on servers.
    Raises LabExistsError, ServerAwayError, ServerRefusedError, NotABackupError, BackupDamagedError, BackupCancelledError, what a sign-in
    raises, NotPermittedError, OSError; then nothing is in that place.
    """
    show, asked = progress or _quiet, stopped or _never
    if isinstance(place, ServerAddress):
        lab_installing.require_free(place)
        folder = folder_of(place, state or configuration / "state")
    else:
        require_free(place)
        folder = place
    with backup_file.opened(file) as (manifest, packed):
        run = _Restoring(file, manifest, login, clock, configuration, on_server=isinstance(place, ServerAddress))
        if isinstance(place, ServerAddress):
            run.onto_server(place, folder, packed, show, asked)
        else:
            in_one_step(folder, lambda part: run.write(part, packed, show, asked))
    return Restored(folder, manifest.lab, manifest.seq, manifest.head, manifest.clips, run.left_sealed, run.codes)


@dataclass(slots=True)
class _Restoring:
    file: Path
    manifest: Manifest
    login: Login
    clock: Clock
    configuration: Path
    on_server: bool = False
    left_sealed: bool = False
    codes: tuple[OneTime, ...] = ()

    def onto_server(self, address: ServerAddress, folder: Path, packed: tarfile.TarFile, progress: Progress, stopped: Asked) -> None:
        """In a folder first, where all of it is checked."""
        from corelab.storage.postgres.installing import install  # noqa: PLC0415 - a lab in a folder needs no server

        with TemporaryDirectory(prefix=".restore.", dir=folder, ignore_cleanup_errors=True) as work:
            part = Path(work)
            self.write(part, packed, progress, stopped)
            with brought(part, folder, progress):
                words = "Bringing the records onto the server"
                install(part / DATABASE, address, (), record_faults, lambda done, of: progress(done, of, words))

    def write(self, part: Path, packed: tarfile.TarFile, progress: Progress, stopped: Asked) -> None:
        for name in FOLDERS:
            (part / name).mkdir()
        for name in PRIVATE_FOLDERS:
            (part / name).mkdir(mode=0o700)
        backup_file.unpack(self.file, self.manifest, packed, part, progress, stopped)
        progress(0, 0, "Checking the lab")
        self._require_head(part)
        faults = verify_lab(part, clips_here=True).faults
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
            # Its clips came along: they are read from its folder, wherever they lay before.
            rows = [archives.address_row(transaction, "")] if archives.address_in(transaction) else []
            if self.on_server:
                self.codes, new = invited(transaction)
                rows, payload["invited"] = [*rows, *new], len(new)
            transaction.record("lab.restored", "lab", lab.lab_id, rows=rows, payload=payload)

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
