"""A working day on the recording disk, and the lab as a power cut leaves it."""

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Self

import pytest

from corelab.services import labs
from corelab.services.labs import DATABASE
from corelab.storage import database
from corelab.storage.file_store import FileStore
from corelab.storage.keys import BoxSecret
from tests.builders import TickingClock
from tests.faults.apsw_dbapi import ApswConnection
from tests.faults.day import Desk, Told, work
from tests.faults.disk import Platter, RecordingDisk, Step, Write


@dataclass(frozen=True, slots=True)
class Day:
    """All that was written to ``file`` and its journal while people worked, with what they were told in its place; ``start``: before."""

    start: Path
    file: Path
    steps: tuple[Step, ...]
    boxes: dict[str, BoxSecret]

    @property
    def told(self) -> int:
        return sum(isinstance(step, Told) for step in self.steps)


def on_disk(folder: Path, vfs: str, pragmas: Sequence[str], patch: pytest.MonkeyPatch) -> Desk:
    """Everybody signed in at this lab; the store reaches its file through the disk of this name."""
    clock = TickingClock()
    opened = labs.open_lab(folder, clock, folder.parent / "configuration")
    opened.close()
    patch.setattr(database, "_connection", lambda path, *, read_only: ApswConnection(path, vfs, pragmas))  # noqa: ARG005 - the store's call
    return Desk.of(replace(opened, store=FileStore(folder / DATABASE, clock, opened.lab_id)), clock)


def a_day(office: Path, place: Path, count: int, pragmas: Sequence[str], patch: pytest.MonkeyPatch) -> Day:
    """``count`` acknowledged steps of work in a copy of the office."""
    shutil.copytree(office.parent, place / "start")
    shutil.copytree(office.parent, place / "day")
    disk = RecordingDisk(f"recording {place}")
    with patch.context() as patched:
        desk = on_disk(place / "day" / office.name, disk.name, pragmas, patched)
        for told in islice(work(desk), count):
            disk.log.append(told)
        desk.close()
    disk.unregister()
    return Day(place / "start" / office.name, place / "day" / office.name / DATABASE, tuple(disk.log), desk.boxes)


SHIPPED = (*database._PRAGMAS, *database._WRITING)


def cuts(day: Day, count: int, chance: random.Random) -> Iterator[tuple[dict[str, bytes], list[Told]]]:
    """The files that each of ``count`` cuts leaves, and what had been told by then; half of them next to a sync or an answer."""
    edges = [n + side for n, step in enumerate(day.steps) if not isinstance(step, Write) for side in (0, 1)]
    places = sorted(chance.choice(edges) if n % 2 else chance.randrange(len(day.steps) + 1) for n in range(count))
    before = {str(day.file.with_name(path.name)): path.read_bytes() for path in day.start.glob(f"{DATABASE}*")}
    platter, told, at = Platter(before), list[Told](), 0
    for place in places:
        for step in day.steps[at:place]:
            platter.take(step)
            if isinstance(step, Told):
                told.append(step)
        at = place
        yield platter.after_a_cut(chance), list(told)


@dataclass
class Ruin:
    """A lab's folder, into which one cut after another is laid."""

    folder: Path

    @classmethod
    def of(cls, day: Day, place: Path) -> Self:
        shutil.copytree(day.start.parent, place)
        return cls(place / day.start.name)

    def lay(self, files: Mapping[str, bytes]) -> None:
        for name in (DATABASE, f"{DATABASE}-journal"):
            (self.folder / name).unlink(missing_ok=True)
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
