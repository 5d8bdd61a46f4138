"""The charters that ship with the program, and those that stand in files."""

import tomllib
from pathlib import Path

from corelab.domain.charter import MAX_BYTES, load_charter
from corelab.resources import resource


class CharterNotFoundError(Exception):
    """Neither a shipped charter nor a readable file has this name. ``shipped``: the ids of those that are."""

    def __init__(self, name: str, shipped: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.shipped = name, shipped


def shipped() -> dict[str, Path]:
    """The shipped charters: by their ``charter.id`` and by their file name without ``.toml``."""
    found: dict[str, Path] = {}
    for file in sorted(resource("charters").glob("*.toml")):
        found[file.stem] = file
        found[_id(file)] = file
    return found


def _id(file: Path) -> str:
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["charter"]["id"])


def read(name: str) -> bytes:
    """The bytes of a charter by its shipped name, or of a file. Raises CharterNotFoundError; a file over the limit is cut just above it."""
    names = shipped()
    file = names.get(name, Path(name))
    if not file.is_file():
        raise CharterNotFoundError(name, tuple(sorted(map(_id, set(names.values())))))
    with file.open("rb") as content:
        return content.read(MAX_BYTES + 1)


def hash_of(name: str) -> str:
    """The content hash of a charter by its shipped name or file. Raises CharterError where it has faults."""
    return load_charter(read(name)).hash
