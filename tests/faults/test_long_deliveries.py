"""A long delivery needs no more memory, and no more questions to the records, for its last object than for an early one."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.services import intake
from corelab.storage.rows import Rows
from tests.builders import a_lab
from tests.dicom_builders import a_file, speckle
from tests.faults.figures import Figures

OWN_MEMORY = Path("/proc/self/smaps_rollup")
FRAMES = 100
"""Some 600 KB for each object: if one in three stayed in memory, it would be seen."""
GROWTH = 16
"""MB that may come and go in a process that tests ran in before."""


def own_memory() -> int:
    """MB of memory that this process shares with nobody."""
    lines = (line.split() for line in OWN_MEMORY.read_text(encoding="ascii").splitlines()[1:])
    sizes = {words[0]: int(words[1]) for words in lines}
    return (sizes["Anonymous:"] + sizes["Swap:"]) >> 10


def delivered(folder: Path, count: int, frames: int, *, one_uid: bool = False) -> Path:
    """Clips of one patient and study; on some machines they all carry one identifier."""
    folder.mkdir()
    for n in range(count):

        def numbered(made: Dataset, n: int = n) -> None:
            made.SOPInstanceUID = f"1.2.3.4.{1 if one_uid else n + 1}"

        a_file(folder / f"{n:04}.dcm", numbered, pixels=speckle(frames, seed=n))
    return folder


@dataclass
class Gauge:
    """What ``reads`` says after so many objects."""

    reads: Callable[[], int]
    after: tuple[int, ...]
    read: list[int] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __call__(self, done: int, _total: int, words: str) -> None:
        if words and done in self.after:
            self.read.append(self.reads())


@pytest.mark.skipif(not OWN_MEMORY.exists(), reason="this system does not tell what memory is a process's own")
def test_the_memory_of_a_delivery_stays_flat(tmp_path: Path, many: Callable[[int, int], int], figures: Figures) -> None:
    count, early = many(60, 501), many(20, 100)
    site, lab = delivered(tmp_path / "from the site", count, FRAMES), a_lab(tmp_path / "new")
    gauge = Gauge(own_memory, (early, count - 1))
    taken = intake.take_in(lab.open, lab.coordinator, [site], subject="S-1", visit="D10", progress=gauge)
    first, last = gauge.read
    spent = round(1000 * (time.monotonic() - gauge.began) / count)
    figures.tell(injected=count, acknowledged=taken.counts["checked"], lost=count - taken.counts["checked"])
    figures.tell_outcomes({"ms for each object": spent, f"MB after {early}": first, f"MB after {count - 1}": last})
    assert taken.counts["checked"] == count
    assert last - first < GROWTH


def test_the_last_object_asks_the_records_no_more_than_an_early_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these clips is a doubtful one: all carry the identifier of the first."""
    asked = Counter[str]()
    for name in ("found", "selected", "column"):
        _counted(monkeypatch, name, asked)
    site, lab = delivered(tmp_path / "from the site", 14, 1, one_uid=True), a_lab(tmp_path / "new")
    gauge = Gauge(asked.total, (4, 5, 12, 13))
    taken = intake.take_in(lab.open, lab.coordinator, [site], subject="S-1", visit="D10", progress=gauge)
    assert len(taken.queries) == 13
    fourth, fifth, twelfth, last = gauge.read
    assert 0 < last - twelfth <= fifth - fourth


def _counted(monkeypatch: pytest.MonkeyPatch, name: str, asked: Counter[str]) -> None:
    original = getattr(Rows, name)

    def counting(*given: object, **named: object) -> object:
        asked[name] += 1
        return original(*given, **named)

    monkeypatch.setattr(Rows, name, counting)
