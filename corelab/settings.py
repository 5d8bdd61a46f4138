"""Where this person's configuration lies, and what it says; nothing about a trial is ever kept in it."""

import os
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
