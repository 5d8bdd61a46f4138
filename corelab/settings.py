"""Where this person's configuration lies, and what it says; nothing about a trial is ever kept in it."""

import contextlib
import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Settings:
    """``configuration`` is the folder of this person's settings on this machine (workstation id, last lab, keys preset)."""

    configuration: Path


def load_settings() -> Settings:
    """The settings of this person; ``CORELAB_CONFIG`` names another folder (for tests and kiosks)."""
    folder = os.environ.get("CORELAB_CONFIG") or platformdirs.user_config_dir("corelab", appauthor=False)
    return Settings(configuration=Path(folder))


def last_lab(settings: Settings) -> Path | None:
    """The lab this person worked in last on this machine. An unreadable note is no lab."""
    try:
        noted = tomllib.loads(_note(settings).read_text(encoding="utf-8")).get("last_lab")
    except (OSError, ValueError):
        return None
    return Path(noted) if isinstance(noted, str) else None


def remember_lab(settings: Settings, lab: Path) -> None:
    """Note where this person works. Only a convenience: when the folder cannot be written, nothing else suffers."""
    with contextlib.suppress(OSError):
        settings.configuration.mkdir(parents=True, exist_ok=True)
        # A JSON string without escaped slashes is a TOML string.
        _note(settings).write_text(f"last_lab = {json.dumps(str(lab.resolve()))}\n", encoding="utf-8")


def _note(settings: Settings) -> Path:
    return settings.configuration / "settings.toml"
