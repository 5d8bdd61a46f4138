"""A consistent copy of a lab's database while others go on writing."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from corelab.storage.database import open_file, told

_PAGES = 4096


def copy_database(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copies to a new file, on disk when this ends; ``progress`` hears (pages done, of) between steps, and may raise to stop.

    A record that comes meanwhile from another program begins the copy anew. Raises DiskFullError and the other LabErrors.
    """

    def tell(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    with (
        told(source),
        closing(open_file(source, read_only=True)) as opened,
        closing(sqlite3.connect(target)) as copy,
    ):
        opened.execute("PRAGMA query_only=ON")
        opened.backup(copy, pages=_PAGES, progress=tell, sleep=0.05)
    with target.open("rb+") as written:
        os.fsync(written.fileno())
