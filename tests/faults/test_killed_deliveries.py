"""A delivery is killed at any point: each clip is in the lab with all that belongs to it, or not at all, and the next delivery goes on."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from corelab import process
from corelab.domain.intake import Outcome
from corelab.services import intake
from corelab.services.quarantine import Place
from corelab.services.verification import verify_lab
from corelab.storage import registry
from tests.builders import Lab
from tests.dicom_builders import a_file, a_jpeg_file, speckle
from tests.faults.day import Desk, copied
from tests.faults.figures import Figures
from tests.reading_builders import a_staffed_lab

SENT = 3
"""Objects of the delivery: two clips and a text."""


@dataclass
class Deliverers:
    _to: IO[str]
    _from: IO[bytes]

    def delivers(self, folder: Path, site: Path, kill_at: int) -> int | None:
        """One delivery: how many calls it made, None where it was killed."""
        self._to.write(f"{json.dumps([str(folder), str(site), kill_at])}\n")
        self._to.flush()
        lines = list(iter(lambda: self._from.readline().strip(), b"gone"))
        return int(lines[-1]) if lines else None


@contextmanager
def deliverers() -> Iterator[Deliverers]:
    command = [sys.executable, "-m", "tests.faults.deliverer"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=root) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        with open(parent.stdin.fileno(), "w", encoding="utf-8", closefd=False) as to:
            yield Deliverers(to, parent.stdout)
        parent.stdin.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system kills no process as kill -9 does")
def test_a_clip_is_fully_in_or_not_at_all_wherever_a_delivery_is_killed(
    tmp_path: Path, many: Callable[[int, int], int], figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "lives", lambda _number: False)  # another program may have got the number of a killed one
    lab, site, points = a_staffed_lab(tmp_path / "new"), tmp_path / "from the site", many(16, 400)
    lab.open.close()
    site.mkdir()
    a_file(site / "1.dcm")
    a_jpeg_file(site / "2.dcm", speckle(4))
    (site / "3.txt").write_text("a letter", encoding="utf-8")
    faults, finished = list[str](), Counter[int]()
    with deliverers() as killed:
        calls = killed.delivers(copied(lab.open.folder, tmp_path / "whole"), site, 0)
        assert calls is not None
        for point in range(points):
            at = 1 + point * (calls - 1) // (points - 1)  # the last one too
            folder = copied(lab.open.folder, tmp_path / f"killed at {at}")
            assert killed.delivers(folder, site, at) is None
            after = _After(folder, site)
            finished[after.recorded] += 1
            faults += [f"at {at}: {fault}" for fault in after.faults()]
    figures.tell(injected=points, acknowledged=sum(finished.values()), lost=len(faults))
    figures.tell_outcomes({f"{count} recorded": number for count, number in finished.items()})
    assert not faults
    assert set(finished) >= {0, 1, 2, SENT}  # it was killed at each of its objects


@dataclass
class _After:
    """A lab that a killed delivery left behind, and what becomes of it."""

    folder: Path
    site: Path
    recorded: int = field(init=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk.at(self.folder, ("coordinator",))
        self.recorded = len(self._objects())

    @property
    def lab(self) -> Lab:
        return self.desk.lab

    def faults(self) -> list[str]:
        found = [*self._halves(), *self._again()]
        self.lab.clock.at = datetime.fromtimestamp(time.time(), UTC) + timedelta(hours=3)
        self._takes_in()
        found += [*self._halves(), *self._leftovers()]
        self.desk.close()
        return found + [f"{fault.where}: {fault.what}" for fault in verify_lab(self.folder).faults]

    def _objects(self) -> tuple[registry.ObjectRecord, ...]:
        with self.lab.open.store.read() as snapshot:
            return registry.objects(snapshot)

    def _halves(self) -> Iterator[str]:
        """Clips on record whose bytes are not all there."""
        waiting = {clip.clip for clip in intake.waiting(self.lab.open, self.lab.coordinator)}
        for one in self._objects():
            place = Place(self.lab.open.quarantine / one.delivery, one.n)
            candidates = list(place.folder.glob(f"{one.n}.*.dcm"))
            if one.outcome is Outcome.CHECKED and not (place.source.is_file() and place.tokens.is_file() and len(candidates) == 1):
                yield f"{one.n} lacks files"
            if one.outcome is Outcome.CHECKED and one.id not in waiting:
                yield f"{one.n} is not shown"
            named = {path for path in candidates if hashlib.sha256(path.read_bytes()).hexdigest()[:16] != path.name.split(".")[1]}
            if named:
                yield f"{one.n} has a candidate of other bytes"

    def _takes_in(self) -> intake.IntakeReport:
        return intake.take_in(self.lab.open, self.lab.coordinator, [self.site], subject="S-1", visit="D10")

    def _again(self) -> Iterator[str]:
        """Delivered again, everything is there once."""
        report = self._takes_in()
        if len(report.objects) != SENT:
            yield "the second delivery did not end"
        clips = Counter(one.sha256 for one in self._objects() if one.outcome is Outcome.CHECKED)
        if sorted(clips.values()) != [1, 1]:
            yield f"clips are there {sorted(clips.values())} times"

    def _leftovers(self) -> Iterator[str]:
        """Every file in quarantine belongs to an object on record."""
        known = {(one.delivery, one.n) for one in self._objects()}
        for path in self.lab.open.quarantine.rglob("*"):
            number = path.name.split(".")[0]
            if path.is_file() and (not number.isdigit() or (path.parent.name, int(number)) not in known or path.name.endswith(".new")):
                yield f"{path.relative_to(self.lab.open.quarantine)} is left"
