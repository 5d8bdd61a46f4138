"""One lab, opened: where its parts lie and which charter is in force. Making one is re-exported from here."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from corelab.domain.accounts import Meaning
from corelab.domain.addresses import ServerAddress
from corelab.domain.charter import Charter, approved_charter
from corelab.domain.clock import Clock
from corelab.domain.moving import Engine, has_left
from corelab.domain.record_errors import NotALabError, RecordDamagedError, ServerRefusal, ServerRefusedError
from corelab.domain.vocabulary import LabId, LabKind
from corelab.services.lab_making import DATABASE, FOLDERS, PRIVATE_FOLDERS, CreatedLab, LabSecrets, NewPerson, create, require_free
from corelab.services.window_lock import WindowHold
from corelab.services.workstation import Workstation, this_workstation
from corelab.storage.file_store import FileStore
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Store

__all__ = [
    "DATABASE",
    "CreatedLab",
    "LabSecrets",
    "NewPerson",
    "OpenLab",
    "charter_of",
    "create",
    "effective_charter",
    "folder_of",
    "left_to",
    "open_lab",
    "require_free",
]


@dataclass(frozen=True, slots=True)
class OpenLab:
    """One lab, opened: its folder and its store. Nothing of it may be shown before somebody signed in.

    ``address`` is that of a lab on a server; its ``folder`` belongs to this person on this machine and holds what is not records.
    ``hold`` keeps other windows away from a lab in a folder; commands have none.
    """

    folder: Path
    store: Store
    clock: Clock
    lab_id: LabId
    trial_id: str
    kind: LabKind
    configuration: Path
    hold: WindowHold | None = field(default=None, repr=False, compare=False)
    address: ServerAddress | None = None

    @property
    def place(self) -> Path | ServerAddress:
        """By which the lab is opened again."""
        return self.folder if self.address is None else self.address

    @property
    def clips(self) -> Path:
        return self.folder / "clips"

    @property
    def quarantine(self) -> Path:
        return self.folder / "quarantine"

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def charter(self) -> Charter:
        """The effective charter: the last one that a coordinator approved."""
        with self.store.read() as snapshot:
            return effective_charter(snapshot)

    @property
    def workstation(self) -> str:
        """The id of this machine."""
        return self.machine.id

    @property
    def machine(self) -> Workstation:
        return this_workstation(self.configuration)

    def close(self) -> None:
        self.store.close()
        if self.hold is not None:
            self.hold.release()


def left_to(lab: OpenLab) -> str | None:
    """Where a lab went that was in this place; None for one that is here. On a server somebody asks who may read everything."""
    here = Engine.FOLDER if lab.address is None else Engine.SERVER
    with lab.store.read() as snapshot:
        last = snapshot.latest("event", by="seq")
        return str(snapshot.opening_of(last["seq"])["to"]) if last is not None and has_left(last, here) else None


def effective_charter(snapshot: Snapshot) -> Charter:
    """The charter in force as of this moment."""
    approval = snapshot.latest("signature", by="event_seq", record_type="charter", meaning=Meaning.CHARTER_APPROVAL)
    if approval is None:
        raise LookupError("charter")
    return charter_of(snapshot, approval["record_id"])


def charter_of(snapshot: Snapshot, content_hash: str) -> Charter:
    """A charter of this lab by its content hash, for records that were made under it.

    Raises RecordDamagedError for one whose stored text was altered since it was approved.
    """
    found = snapshot.one("charter", hash=content_hash)
    if found is None:
        raise LookupError(content_hash)
    charter = _parsed(found["toml"])
    if charter.hash != content_hash:
        raise RecordDamagedError(found["event_seq"], "the charter is not the one that was approved")
    return charter


@lru_cache(maxsize=16)
def _parsed(toml: bytes) -> Charter:
    return approved_charter(toml)


def folder_of(address: ServerAddress, state: Path) -> Path:
    """Where this workstation keeps what belongs to a lab on a server, for this person alone. Named by a digest: no trial stands in it."""
    folder = state / "labs" / hashlib.sha256(address.label.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def open_lab(
    place: Path | ServerAddress, clock: Clock, configuration: Path, state: Path | None = None, *, read_only: bool = False
) -> OpenLab:
    """The lab in this folder, or on this server. Raises NotALabError, ServerRefusedError, NewerSchemaError and the other LabErrors.

    ``state`` is the folder of this workstation for what belongs to labs on servers; where none is told, it is that of the configuration.
    """
    if isinstance(place, ServerAddress):
        return _on_server(place, folder_of(place, state or configuration / "state"), clock, configuration, read_only=read_only)
    return _in_folder(place, clock, configuration, read_only=read_only)


def _on_server(address: ServerAddress, folder: Path, clock: Clock, configuration: Path, *, read_only: bool) -> OpenLab:
    try:
        from corelab.storage.postgres.server_store import ServerStore  # noqa: PLC0415 - an extra; most labs lie in folders
    except ImportError as error:
        raise ServerRefusedError(address, ServerRefusal.NO_DRIVER, str(error)) from error
    for name in (*FOLDERS, *PRIVATE_FOLDERS):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    store = ServerStore.open(address, folder, clock)
    store.read_only = read_only
    facts = store.facts
    return OpenLab(folder, store, clock, store.lab_id, facts.trial_id, facts.kind, configuration, address=address)


def _in_folder(folder: Path, clock: Clock, configuration: Path, *, read_only: bool) -> OpenLab:
    database = folder / DATABASE
    if not database.is_file():
        raise NotALabError(folder)
    store = FileStore.open(database, clock, read_only=read_only)
    with store.read() as snapshot:
        lab = snapshot.one("lab")
    if lab is None:
        raise NotALabError(folder)
    return OpenLab(folder, store, clock, store.lab_id, lab["trial_id"], LabKind(lab["kind"]), configuration)
