"""The witness: at each sign-out an unsigned copy of the head of the trail goes to a folder outside the lab."""

import re
from pathlib import Path

from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, parse_checkpoint
from corelab.domain.clock import stamp
from corelab.domain.vocabulary import AccountId
from corelab.services.labs import OpenLab
from corelab.settings import remember_witness, witness_folder
from corelab.storage.snapshot import Snapshot


class InsideTheLabError(Exception):
    """A checkpoint inside the lab it is of proves nothing: who changes the one changes the other."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class WitnessFailedError(Exception):
    """The copy could not be left. ``differs``: a copy of the same event lies there and has another head."""

    def __init__(self, folder: Path, detail: str, *, differs: bool = False) -> None:
        super().__init__(f"{folder}: {detail}")
        self.folder = folder
        self.detail = detail
        self.differs = differs


def unsigned(snapshot: Snapshot, lab: OpenLab) -> Checkpoint:
    """The head of the trail as it is now, without a signature."""
    last = snapshot.latest("event", by="seq")
    if last is None:
        raise LookupError("event")
    return Checkpoint(lab.lab_id, last["seq"], last["hash"], lab.trial_id, stamp(last["at"]))


def unsigned_text(snapshot: Snapshot, lab: OpenLab) -> str:
    return unsigned(snapshot, lab).text


def set_folder(lab: OpenLab, folder: Path | None) -> None:
    """The witness folder of this workstation, or none. Raises InsideTheLabError, and OSError where it cannot be used."""
    if folder is not None:
        require_outside(lab, folder)
        folder.mkdir(parents=True, exist_ok=True)
    remember_witness(lab.configuration, folder)


def require_outside(lab: OpenLab, path: Path) -> None:
    if path.resolve().is_relative_to(lab.folder.resolve()):
        raise InsideTheLabError(path)


def leave_copy(lab: OpenLab, account: AccountId) -> WitnessFailedError | None:
    """Leave a copy of the head, where this workstation has a witness folder. What stops it is the answer and stops nothing else."""
    folder = witness_folder(lab.configuration)
    if folder is None:
        return None
    with lab.store.read(account) as snapshot:
        head = unsigned(snapshot, lab)
    try:
        return _left(folder / file_name(head), head)
    except OSError as error:
        return WitnessFailedError(folder, error.strerror or type(error).__name__)


def file_name(checkpoint: Checkpoint) -> str:
    """``DVT-LE_1c0ffee5_000001234.txt``: one file per event, so that no later copy can replace an earlier one."""
    trial = re.sub(r"[^A-Za-z0-9-]", "-", checkpoint.trial)
    return f"{trial}_{checkpoint.lab[:8]}_{checkpoint.seq:09d}.txt"


def _left(path: Path, head: Checkpoint) -> WitnessFailedError | None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(head.text)
    except FileExistsError:
        if _read(path) != (head.lab, head.seq, head.head):
            return WitnessFailedError(path.parent, path.name, differs=True)
    return None


def _read(path: Path) -> tuple[str, int, str] | None:
    try:
        found = parse_checkpoint(path.read_text(encoding="utf-8"))
    except (CheckpointRefusedError, UnicodeDecodeError):
        return None
    return found.lab, found.seq, found.head
