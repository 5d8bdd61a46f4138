"""One lab, opened: where its parts lie and which charter is in force. Making one is re-exported from here."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from corelab.domain.accounts import Meaning
from corelab.domain.charter import Charter, approved_charter
from corelab.domain.clock import Clock
from corelab.domain.record_errors import NotALabError, RecordDamagedError
from corelab.domain.vocabulary import LabId, LabKind
from corelab.services.lab_making import DATABASE, CreatedLab, LabSecrets, NewPerson, create, require_free
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
    "open_lab",
    "require_free",
]


@dataclass(frozen=True, slots=True)
class OpenLab:
    """One lab, opened: its folder and its store. Nothing of it may be shown before somebody signed in.

    ``hold`` keeps other windows away; commands have none.
    """

    folder: Path
    store: Store
    clock: Clock
    lab_id: LabId
    trial_id: str
    kind: LabKind
    configuration: Path
    hold: WindowHold | None = field(default=None, repr=False, compare=False)

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


def open_lab(folder: Path, clock: Clock, configuration: Path, *, read_only: bool = False) -> OpenLab:
    """The lab in this folder. Raises NotALabError, NewerSchemaError and the other LabErrors."""
    database = folder / DATABASE
    if not database.is_file():
        raise NotALabError(folder)
    store = FileStore.open(database, clock, read_only=read_only)
    with store.read() as snapshot:
        lab = snapshot.one("lab")
    if lab is None:
        raise NotALabError(folder)
    return OpenLab(folder, store, clock, store.lab_id, lab["trial_id"], LabKind(lab["kind"]), configuration)
