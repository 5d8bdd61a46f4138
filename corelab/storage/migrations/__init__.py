"""Brings the database of an older version up to date: a copy beside it first, then one event."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config

from corelab.domain.clock import Clock, stamp

FOLDER = Path(__file__).parent


def configuration(path: Path) -> Config:
    """Alembic's settings for one database file."""
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.attributes["path"] = path
    return found


def upgrade(path: Path, revision: str = "head") -> None:
    command.upgrade(configuration(path), revision)


def keep_copy(path: Path, clock: Clock) -> Path:
    """A consistent copy of the database as it was, in the lab's folder of backups."""
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    copy = folder / f"before-migration-{stamp(clock.now()).replace(':', '')}.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
