"""What this workstation remembers of a lab: its id at this place and its custody key, so that nobody exchanges them unseen."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from corelab.domain.accounts import Meaning
from corelab.domain.record_errors import CustodySwappedError
from corelab.services.labs import OpenLab
from corelab.storage import people
from corelab.storage.keys import BoxPublic
from corelab.storage.signed import signed_payload
from corelab.storage.snapshot import Snapshot

_FOLDER = "labs"


class Warned(Enum):
    """What is not as this workstation remembers it."""

    OTHER_LAB = "another lab lies at this place"
    EARLIER = "the lab is an earlier copy of what this workstation saw"
    CUSTODY = "the custody key was changed and no coordinator signed that"


@dataclass(frozen=True, slots=True)
class _Seen:
    """Every custody key of a lab (its number and key id), and its last event, as this workstation saw them."""

    custody: tuple[str, ...]
    seq: int
    head: str


def look(lab: OpenLab) -> tuple[Warned, ...]:
    """What a person is to be told about this lab on this workstation; then it is remembered as it is now.

    Only a custody key whose change nobody signed is not remembered: it is told, and refused, until the lab is set right.
    """
    with lab.store.read() as snapshot:
        warned = tuple(_warnings(snapshot, lab))
        keys, last = [_named(row) for row in snapshot.all("custody_key")], snapshot.latest("event", by="seq")
    _keep(_place_file(lab), {"lab": lab.lab_id})
    if Warned.CUSTODY not in warned and last is not None:
        before = _seen(lab)
        known = dict.fromkeys((*(before.custody if before else ()), *keys))
        _keep(_lab_file(lab), {"custody": list(known), "seq": last["seq"], "head": last["hash"]})
    return warned


def _warnings(snapshot: Snapshot, lab: OpenLab) -> list[Warned]:
    found, seen = [], _seen(lab)
    here = _read(_place_file(lab)).get("lab")
    if here is not None and here != lab.lab_id:
        found.append(Warned.OTHER_LAB)
    if seen is not None and not _goes_on(snapshot, seen):
        found.append(Warned.EARLIER)
    if seen is not None and not _announced(snapshot, seen):
        found.append(Warned.CUSTODY)
    return found


def known_custody(lab: OpenLab, snapshot: Snapshot) -> BoxPublic:
    """The custody key to seal to. Raises CustodySwappedError for one that was put in place of the one this workstation knows."""
    seen = _seen(lab)
    if seen is not None and not _announced(snapshot, seen):
        raise CustodySwappedError
    return people.custody(snapshot).public


def _goes_on(snapshot: Snapshot, seen: _Seen) -> bool:
    """Whether the chain still holds the last event that was seen here."""
    event = snapshot.one("event", seq=seen.seq)
    return event is not None and event["hash"] == seen.head


def _announced(snapshot: Snapshot, seen: _Seen) -> bool:
    """Whether a coordinator signed for each custody key after the newest one that was seen here.

    A restored lab goes on from an earlier key: that one was seen as well. A former key that comes back under a new number was not.
    """
    rows = sorted(snapshot.all("custody_key"), key=lambda row: int(row["n"]))
    known = [at for at, row in enumerate(rows) if _named(row) in seen.custody]
    return bool(known) and all(_is_signed_for(snapshot, row) for row in rows[known[-1] + 1 :])


def _named(row: Mapping[str, Any]) -> str:
    return f"{row['n']}:{BoxPublic(bytes(row['box_pub'])).key_id}"


def _is_signed_for(snapshot: Snapshot, row: Mapping[str, Any]) -> bool:
    """The signed event of the change names this very key."""
    payload = signed_payload(snapshot, "custody_key", row["id"], Meaning.CUSTODY_CHANGE)
    return payload is not None and payload.get("key") == BoxPublic(bytes(row["box_pub"])).key_id


# ---------------------------------------------------------------- where it is remembered


def _lab_file(lab: OpenLab) -> Path:
    return lab.configuration / _FOLDER / f"{lab.lab_id}.json"


def _place_file(lab: OpenLab) -> Path:
    """Named by a digest: no path of a trial stands in a person's settings."""
    place = hashlib.sha256(os.fsencode(lab.folder.resolve())).hexdigest()[:32]
    return lab.configuration / _FOLDER / f"place-{place}.json"


def _seen(lab: OpenLab) -> _Seen | None:
    stored = _read(_lab_file(lab))
    try:
        return _Seen(tuple(map(str, stored["custody"])), int(stored["seq"]), str(stored["head"]))
    except (KeyError, TypeError, ValueError):
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(path: Path, values: Mapping[str, Any]) -> None:
    """A convenience of the workstation: where its folder cannot be written, the lab works on without a memory."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(values), "utf-8")
        part.replace(path)
