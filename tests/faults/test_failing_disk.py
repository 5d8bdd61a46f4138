"""The disk fails in the middle of work: a person is told in words, nothing that was acknowledged is lost, and work goes on after repair."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from corelab.domain.record_errors import LabError
from corelab.ui.words import words_for
from tests.faults.day import Desk, Told, copied, survived, work
from tests.faults.disk import FAILURES, FailingDisk
from tests.faults.figures import Figures
from tests.faults.power import SHIPPED, on_disk

pytest.importorskip("apsw")

WORDS = {
    "full": "The disk is full. What was saved before is kept. Make room, then try again.",
    **dict.fromkeys(
        ("write", "sync", "truncate", "read", "open"),
        "The disk or share failed. What was saved before is kept. Check the disk or network, then try again.",
    ),
}


def test_p11_65_a_failing_disk_is_told_in_words_and_loses_nothing(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: Callable[[int, int], int], figures: Figures
) -> None:
    """Every kind of failure at a random call of a random step of work; then the disk is repaired and the step is done again."""
    steps, chance, disk = many(100, 1500), random.Random("disk"), FailingDisk(f"failing {tmp_path}")  # noqa: S311 - the same faults every time
    lost, faults, told_of_all, met = list[str](), list[str](), 0, Counter[str]()
    for shift in range(steps // 50):
        folder = copied(office, tmp_path / f"shift {shift}")
        with monkeypatch.context() as patched:
            desk = on_disk(folder, disk.name, SHIPPED, patched)
            told = list(islice(_works_on(desk, disk, chance, met), 50))
            desk.close()
        after = survived(folder, told, desk.boxes)
        lost, faults, told_of_all = [*lost, *after.lost], [*faults, *after.faults], told_of_all + len(told)
    figures.tell(injected=met.total(), acknowledged=told_of_all, lost=len(lost), undetected=len(faults))
    assert not lost
    assert not faults
    assert set(met) == set(FAILURES)
    assert met.total() > steps // 3


def _works_on(desk: Desk, disk: FailingDisk, chance: random.Random, met: Counter[str]) -> Iterator[Told]:
    """What was told, in spite of a failure in many of the steps."""
    day = work(desk)
    while True:
        what = chance.choice(tuple(FAILURES))
        disk.break_after(what, chance.randrange(20))
        try:
            told = next(day)
        except LabError as error:
            _require_told(error, disk, what)
            met[what] += 1
            day = work(desk)
        else:
            yield told
        finally:
            disk.repair()


def _require_told(error: LabError, disk: FailingDisk, what: str) -> None:
    assert disk.failed
    assert words_for(error).all == WORDS[what], error.detail
