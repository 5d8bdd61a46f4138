"""Senders and a listener for tests: dcmtk's own programs, an association that a test holds open, and a lab that listens in a thread."""

import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.association import Association

from corelab.services import drops
from corelab.services.drops import Drop, DropEnd, Limits, Wanted
from tests.builders import Lab
from tests.dicom_builders import US_MULTI

SENDER, OTHER = "SITE-01", "SITE-02"
LONGEST = 60
"""Seconds until a test that waits for something gives up."""


def dcmtk(name: str) -> str:
    """The program of dcmtk: another package of Python brings programs of the same names."""
    for folder in os.get_exec_path():
        found = shutil.which(name, path=folder)
        if found and "dcmtk" in subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout:
            return found
    pytest.skip(f"{name} of dcmtk is not on this machine")


def sent(port: int, *files: Path, options: tuple[str, ...] = (), title: str = SENDER, called: str = "CORELAB") -> int:
    """By storescu; its exit code."""
    asked = [dcmtk("storescu"), *options, "-aet", title, "-aec", called, "127.0.0.1", str(port), *map(str, files)]
    return subprocess.run(asked, capture_output=True, check=False, timeout=LONGEST).returncode


def echoed(port: int, title: str = SENDER, called: str = "CORELAB") -> int:
    asked = [dcmtk("echoscu"), "-aet", title, "-aec", called, "127.0.0.1", str(port)]
    return subprocess.run(asked, capture_output=True, check=False, timeout=LONGEST).returncode


def connected(port: int, title: str = SENDER) -> Association:
    """An association that stays open until the test ends it."""
    entity = AE(title)
    entity.add_requested_context(US_MULTI)
    association = entity.associate("127.0.0.1", port, ae_title="CORELAB")
    assert association.is_established
    return association


def stored(association: Association, file: Path) -> int:
    return int(association.send_c_store(dcmread(file)).Status)


@dataclass
class Ears:
    """A lab that listens. ``next`` waits until an association is over."""

    port: int
    _ended: "queue.SimpleQueue[tuple[DropEnd, Drop | None]]" = field(default_factory=queue.SimpleQueue)

    def next(self) -> tuple[DropEnd, Drop | None]:
        return self._ended.get(timeout=LONGEST)

    def drop(self) -> Drop:
        drop = self.next()[1]
        assert drop is not None
        return drop


@contextmanager
def listening(lab: Lab, *allowed: str, limits: Limits | None = None, tls: drops.Tls | None = None) -> Iterator[Ears]:
    ports: queue.SimpleQueue[int] = queue.SimpleQueue()
    ears, stop = Ears(0), threading.Event()
    told = drops.Told(ports.put, lambda end, drop: ears._ended.put((end, drop)))
    wanted = Wanted("CORELAB", allowed or (SENDER, OTHER), 0, tls=tls, limits=limits or Limits(free=0))
    session = lab.coordinator
    listener = threading.Thread(target=drops.listen, args=(lab.open, session, wanted, told, stop.is_set))
    listener.start()
    try:
        ears.port = ports.get(timeout=LONGEST)
        yield ears
    finally:
        stop.set()
        listener.join()
