"""Checkpoints: the head of the trail, signed by a coordinator, to be kept outside the lab."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, CheckpointSignature, key_hint, parse_checkpoint
from corelab.domain.clock import stamp
from corelab.services import accounts, witness
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage.keys import Signer
from corelab.storage.transaction import NewRow, Transaction


def sign(lab: OpenLab, session: Session, password: str) -> Checkpoint:
    """A checkpoint of the last event, signed and recorded. Raises NotPermittedError, SignInRefusedError, ClockBackwardError."""
    role = accounts.permit(session, Command.EXPORT)
    with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
        return signed_row(transaction, signer)


def save(lab: OpenLab, session: Session, password: str, out: Path) -> Checkpoint:
    """Signs a checkpoint into a new file outside the lab. Raises InsideTheLabError, OSError; then nothing is signed."""
    accounts.permit(session, Command.EXPORT)
    witness.require_outside(lab, out)
    with out.open("x", encoding="utf-8", newline="\n") as file:
        try:
            made = sign(lab, session, password)
        except BaseException:
            out.unlink()
            raise
        file.write(made.text)
    return made


class CheckpointFileError(Exception):
    """A file that is no checkpoint; ``line`` is 0 where it cannot be read at all."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path}, line {line}: {what}")
        self.path = path
        self.line = line
        self.what = what


def brought(paths: Iterable[Path]) -> tuple[Checkpoint, ...]:
    """The checkpoints in these files; a folder brings every text in it. Raises CheckpointFileError."""
    files = (each for path in paths for each in (sorted(path.glob("*.txt")) if path.is_dir() else (path,)))
    return tuple(_brought(file) for file in files)


def _brought(file: Path) -> Checkpoint:
    try:
        return parse_checkpoint(file.read_text(encoding="utf-8"))
    except CheckpointRefusedError as error:
        raise CheckpointFileError(file, error.line, error.what) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointFileError(file, 0, f"it cannot be read ({getattr(error, 'strerror', None) or 'not text'})") from error


def set_witness(lab: OpenLab, session: Session, folder: Path | None) -> None:
    """The folder to which each sign-out on this workstation copies the head of the trail. Raises InsideTheLabError, OSError."""
    accounts.permit(session, Command.EXPORT)
    witness.set_folder(lab, folder)


def signed_row(transaction: Transaction, signer: Signer, of: tuple[int, str] | None = None) -> Checkpoint:
    """Signs and records a checkpoint of the last event, or of another (number, hash); the recorded one where there is one already."""
    head = transaction.next_head()
    seq, digest = of or (head.seq - 1, head.prev)
    recorded = transaction.one("checkpoint", seq=seq)
    if recorded is not None:
        return parse_checkpoint(recorded["text"])
    lab = transaction.one("lab")
    if lab is None:
        raise LookupError("lab")
    made = _signed(Checkpoint(lab["lab_id"], seq, digest, lab["trial_id"], stamp(transaction.now)), signer)
    id_ = str(uuid4())
    row = NewRow("checkpoint", {"id": id_, "seq": seq, "head": digest, "text": made.text})
    transaction.record("checkpoint.signed", "checkpoint", id_, rows=[row], payload={"at_event": seq})
    return made


def _signed(checkpoint: Checkpoint, signer: Signer) -> Checkpoint:
    signature = CheckpointSignature(signer.account, key_hint(signer.account, signer.public), signer.sign(checkpoint.body))
    return replace(checkpoint, signed=signature)
