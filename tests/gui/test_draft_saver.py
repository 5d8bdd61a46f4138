"""Saves are kept in the order in which they were asked for, also when the page is left meanwhile."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from corelab.domain.clock import SystemClock
from corelab.services.reading import Saved
from corelab.ui.draft_saver import DraftSaver
from corelab.ui.jobs import ThreadJobs


class Disk:
    """Writes drafts by letter, slowly until it is told to go on."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.refused: set[str] = set()
        self.go_on = Event()

    def save(self, draft: str, *, version: int) -> Saved:
        assert self.go_on.wait(20)
        if draft in self.refused:
            raise OSError(28, "No space left on device")
        self.written.append(f"{draft} on {version}")
        return Saved(SystemClock().now(), version + 1)

    def saving(self, draft: str) -> Callable[..., Saved]:
        return partial(self.save, draft)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def saver(qtbot: QtBot, disk: Disk) -> Iterator[DraftSaver]:
    jobs = ThreadJobs()
    made = DraftSaver(jobs, SystemClock())
    made.begin(3)
    yield made
    disk.go_on.set()
    jobs.close()


def test_leaving_waits_for_all_drafts_and_writes_each_once_in_order(saver: DraftSaver, disk: Disk) -> None:
    said: list[str] = []
    saver.state.connect(said.append)
    for draft in "AB":
        saver.save(disk.saving(draft))
    QTimer.singleShot(0, disk.go_on.set)
    assert saver.flush() is None
    assert disk.written == ["A on 3", "B on 4"]
    assert said[:2] == ["Saving", "Saving"]
    assert said[-1].startswith("Saved ")
    assert not saver.unsaved


def test_a_draft_that_failed_is_tried_once_more_on_leaving(saver: DraftSaver, disk: Disk, qtbot: QtBot) -> None:
    disk.go_on.set()
    disk.refused.add("A")
    with qtbot.waitSignal(saver.state, timeout=60_000, check_params_cb=lambda words: words.startswith("Not saved")):
        saver.save(disk.saving("A"))
    disk.refused.clear()
    assert saver.flush() is None
    assert disk.written == ["A on 3"]


def test_a_draft_that_still_cannot_be_kept_is_told_and_stays_unsaved(saver: DraftSaver, disk: Disk) -> None:
    disk.go_on.set()
    disk.refused.add("A")
    saver.save(disk.saving("A"))
    assert isinstance(saver.flush(), OSError)
    assert saver.unsaved
    disk.refused.clear()
    assert saver.flush() is None
    assert disk.written == ["A on 3"]
