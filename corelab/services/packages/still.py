"""The lab's records as of one moment, for work of minutes: nobody waits for it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corelab import process
from corelab.services.labs import DATABASE, OpenLab
from corelab.storage.file_store import FileStore
from corelab.storage.snapshot import Snapshot

_COPY = ".records."
"""And the process whose copy it is."""


@contextmanager
def still(lab: OpenLab) -> Iterator[Snapshot]:
    """Reads from a copy that goes with the last look at it: whoever reads SQLite's own file keeps all others from recording.

    Raises DiskFullError and the other LabErrors.
    """
    for left in lab.folder.glob(f"{_COPY}*"):  # of a program that was killed
        if not process.lives(int(left.name.split(".")[2])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_COPY}{os.getpid()}.", dir=lab.folder) as work:
        copy = Path(work) / DATABASE
        lab.store.copy_to(copy, lambda _done, _of: None)
        store = FileStore.open(copy, lab.clock, read_only=True)
        try:
            with store.read() as snapshot:
                yield snapshot
        finally:
            store.close()
