"""Which machine this is: a random id in this person's configuration folder, with host name and operating system."""

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

_FILE = "workstation.json"


@dataclass(frozen=True, slots=True)
class Workstation:
    id: str
    host: str
    os: str


def this_workstation(configuration: Path) -> Workstation:
    """The machine at hand, with a new id where the file is absent or unreadable."""
    path = configuration / _FILE
    id_ = _stored_id(path) or _new_id(path)
    return Workstation(id_, platform.node() or "unknown", f"{platform.system()} {platform.release()}")


def _stored_id(path: Path) -> str | None:
    try:
        return str(UUID(json.loads(path.read_text("utf-8"))["id"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _new_id(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = str(uuid4())
    part = path.with_suffix(f".{made}.part")
    part.write_text(json.dumps({"id": made}), "utf-8")
    part.replace(path)
    return made
