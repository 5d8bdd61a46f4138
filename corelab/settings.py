"""Where this person's configuration lies, and what it says; nothing about a trial is ever kept in it."""

import contextlib
import hashlib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders of this person on this machine.

    ``configuration``: workstation id, last lab, own keys. ``state``: log, reports of faults, temporary files.
    """

    configuration: Path
    state: Path


def load_settings() -> Settings:
    """The settings of this person; ``CORELAB_CONFIG`` names another folder for both (for tests and kiosks)."""
    named = os.environ.get("CORELAB_CONFIG")
    if named:
        return Settings(configuration=Path(named), state=Path(named) / "state")
    configuration, state = (each("corelab", appauthor=False) for each in (platformdirs.user_config_dir, platformdirs.user_state_dir))
    return Settings(configuration=Path(configuration), state=Path(state))


def last_lab(settings: Settings) -> str | None:
    """Where the lab lies in which this person worked last on this machine: a folder or an address. An unreadable note is no lab."""
    noted = _notes(settings.configuration).get("last_lab")
    return noted if isinstance(noted, str) else None


def remember_lab(settings: Settings, lab: str) -> None:
    """Note where this person works: a whole path or an address. Only a convenience: where it cannot be written, nothing else suffers."""
    with contextlib.suppress(OSError):
        _note_down(settings.configuration, last_lab=lab)


def witness_folder(configuration: Path) -> Path | None:
    """The folder, outside of any lab, to which each sign-out on this workstation copies the head of the trail."""
    return _noted(configuration, "witness")


def remember_witness(configuration: Path, folder: Path | None) -> None:
    """Set the witness folder, or none. Raises OSError."""
    _note_down(configuration, witness=str(folder.resolve()) if folder else None)


CLIP_CACHE = 20 << 30
"""Bytes of clips from an archive on a server that a workstation keeps, where nobody said another limit."""


def clip_cache_folder(configuration: Path) -> Path:
    """Where this workstation keeps clips that it brought from an archive on a server."""
    here = load_settings()
    return (here.state if here.configuration == configuration else configuration / "state") / "clips-cache"


def clip_cache_limit(configuration: Path) -> int:
    """How many bytes of them. An unreadable note is none."""
    noted = _notes(configuration).get("clip_cache")
    return int(noted) if isinstance(noted, str) and noted.isdigit() else CLIP_CACHE


def remember_clip_cache(configuration: Path, limit: int) -> None:
    """Set the limit in bytes. Raises OSError."""
    _note_down(configuration, clip_cache=str(limit))


def own_keys(configuration: Path, owner: str) -> dict[str, tuple[str, ...]]:
    """The keys that ``owner`` changed on this workstation, by command. An unreadable note is none."""
    try:
        noted = json.loads(_keys_file(configuration, owner).read_text(encoding="utf-8"))
        return {str(command): tuple(map(str, keys)) for command, keys in noted.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember_own_keys(configuration: Path, owner: str, keys: Mapping[str, Sequence[str]]) -> None:
    """Note them in place of what was noted; with none the note goes. Raises OSError."""
    file = _keys_file(configuration, owner)
    if not keys:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({command: list(each) for command, each in sorted(keys.items())}, indent=1), encoding="utf-8")
    part.replace(file)


def _keys_file(configuration: Path, owner: str) -> Path:
    """Named by a digest: no person and no lab stands in the settings."""
    return configuration / "keys" / f"{hashlib.sha256(owner.encode()).hexdigest()[:32]}.json"


def _noted(configuration: Path, name: str) -> Path | None:
    noted = _notes(configuration).get(name)
    return Path(noted) if isinstance(noted, str) else None


def _notes(configuration: Path) -> dict[str, object]:
    try:
        return tomllib.loads(_file(configuration).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _note_down(configuration: Path, **changed: str | None) -> None:
    """Change these notes and keep the others."""
    notes = {**_notes(configuration), **changed}
    configuration.mkdir(parents=True, exist_ok=True)
    # A JSON string without escaped slashes is a TOML string.
    lines = (f"{name} = {json.dumps(value)}\n" for name, value in sorted(notes.items()) if isinstance(value, str))
    _file(configuration).write_text("".join(lines), encoding="utf-8")


def _file(configuration: Path) -> Path:
    return configuration / "settings.toml"
