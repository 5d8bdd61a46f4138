"""A copy that leaves the lab: the file gets its name only when its event is on disk, and an existing file is never touched."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corelab.domain.accounts import Role
from corelab.services.labs import OpenLab
from corelab.services.session import Session


class CopyNotWrittenError(OSError):
    """The file that was asked for cannot be written there: ``filename``, ``strerror``. Nothing of it is left."""


def hand_out(lab: OpenLab, session: Session, role: Role, out: Path, content: bytes, event: tuple[str, str, str, dict[str, Any]]) -> None:
    """``event``: kind, entity, id and payload, to which the digest is added. Raises OSError, FileExistsError."""
    with _named(out):
        if out.exists():
            raise FileExistsError(17, "there is a file of this name already", str(out))
    kind, entity, id_, payload = event
    part = out.with_name(f".{out.name}.part")
    try:
        with _named(out), open(part, "xb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with lab.store.begin(session.actor(role)) as transaction:
            transaction.record(kind, entity, id_, payload={**payload, "sha256": hashlib.sha256(content).hexdigest()})
        with _named(out):
            part.rename(out)
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    """What is handed out is for the one who asked: the folder may be everybody's."""
    return os.open(path, flags, 0o600)


@contextmanager
def _named(out: Path) -> Iterator[None]:
    """What fails on the way is told of the file that was asked for, not of the part that becomes it."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as fault:
        raise CopyNotWrittenError(fault.errno, fault.strerror, str(out)) from fault
