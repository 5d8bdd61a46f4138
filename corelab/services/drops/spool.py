"""The drops of a lab: what senders left in the spool of its quarantine, by the numbers under which it was recorded."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Role
from corelab.domain.drops import DropEnd
from corelab.imaging.network import Landed
from corelab.imaging.network.landing import NOTE, abandoned, objects_in
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage.snapshot import Row, Snapshot


@dataclass(frozen=True, slots=True)
class Drop:
    """One association that waits to be taken in. ``whole``: the sender said that it was done."""

    number: int
    sender: str
    received: datetime
    objects: int
    bytes: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A drop, its id, and the folder of its objects."""

    id: str
    drop: Drop
    folder: Path

    @property
    def objects(self) -> tuple[Path, ...]:
        return objects_in(self.folder)


def recorded(lab: OpenLab, session: Session, role: Role, landed: Landed) -> Drop:
    """Gives a drop its number, and its folder the name that tells so as the last step: one that is hidden was not recorded."""
    drop_id = str(uuid4())
    with lab.store.begin(session.actor(role)) as transaction:
        number = len(transaction.events(kind="drop.received")) + 1
        payload = {"number": number, "sender": landed.sender, "objects": landed.objects, "bytes": landed.bytes}
        payload["whole"] = landed.end is DropEnd.WHOLE
        transaction.record("drop.received", "drop", drop_id, payload=payload)
        if landed.folder is not None:
            landed.folder.rename(folder_of(lab, drop_id))
    with lab.store.read(session.account) as snapshot:
        (event,) = snapshot.events(kind="drop.received", id=drop_id)
        return _of(lab, snapshot, event).drop


def record_abandoned(lab: OpenLab, session: Session, role: Role) -> tuple[Drop, ...]:
    """Drops of listening processes that died: what they had kept is whole, object by object."""
    drops = []
    for landed in abandoned(lab.quarantine):
        if landed.objects:
            drops.append(recorded(lab, session, role, landed))
        elif landed.folder is not None:
            shutil.rmtree(landed.folder, ignore_errors=True)
    return tuple(drops)


def folder_of(lab: OpenLab, drop_id: str) -> Path:
    return lab.quarantine / f"drop-{drop_id}"


def waiting_in(lab: OpenLab, snapshot: Snapshot) -> tuple[Waiting, ...]:
    """Those whose objects are still there, in the order in which they came."""
    found = (_of(lab, snapshot, event) for event in snapshot.events(kind="drop.received"))
    return tuple(each for each in found if each.objects)


def _of(lab: OpenLab, snapshot: Snapshot, event: Row) -> Waiting:
    told = snapshot.opening_of(event["seq"])
    drop = Drop(told["number"], told["sender"], event["at"], told["objects"], told["bytes"], told["whole"])
    return Waiting(event["id"], drop, folder_of(lab, event["id"]))


def remove(folder: Path) -> None:
    """The note last: a folder that could not be emptied is a drop with fewer objects, not a riddle."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name != NOTE:
            path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
