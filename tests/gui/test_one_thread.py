"""What belongs to the window dies on the window's thread, whatever the working threads do meanwhile."""

import gc
import threading
from collections.abc import Callable, Iterator
from weakref import finalize

import pytest
from PySide6.QtCore import QEventLoop, QObject, QTimer
from pytestqt.qtbot import QtBot

from corelab.ui.jobs import ThreadJobs

PATIENCE_MS = 60_000


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[ThreadJobs]:
    del qtbot  # an application is there
    threads = ThreadJobs()
    yield threads
    threads.close()


def wait_for(true: Callable[[], bool]) -> None:
    """The event loop runs freely: QTest's own waiting would hold the lock that the working threads need."""
    loop, look, end = QEventLoop(), QTimer(), QTimer()
    look.timeout.connect(lambda: loop.quit() if true() else None)
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    look.start(2)
    end.start(PATIENCE_MS)
    loop.exec()
    assert true()


class Held(QObject):
    """Says on which thread it died."""

    def __init__(self, died: list[threading.Thread]) -> None:
        super().__init__()
        finalize(self, lambda: died.append(threading.current_thread()))


def make_circles() -> None:
    for _ in range(50_000):
        circle: list[object] = []
        circle.append(circle)


def test_circles_with_a_widget_in_them_are_taken_away_on_the_windows_thread(jobs: ThreadJobs) -> None:
    died: list[threading.Thread] = []
    held = Held(died)
    circle: list[object] = [held]
    circle.append(circle)
    del held, circle
    owner, answers = QObject(), list[object]()
    jobs.query(owner, make_circles, answers.append, answers.append)
    wait_for(lambda: bool(answers) and bool(died))
    assert died == [threading.main_thread()]


def test_collection_is_the_interpreters_again_once_the_threads_have_ended(qtbot: QtBot) -> None:
    del qtbot
    assert gc.isenabled()
    first, second = ThreadJobs(), ThreadJobs()
    first.close()
    assert not gc.isenabled()
    second.close()
    second.close()
    assert gc.isenabled()


def test_who_asked_dies_on_the_windows_thread_though_its_answer_comes_too_late() -> None:
    died: list[threading.Thread] = []
    begun, go_on = threading.Event(), threading.Event()
    jobs = ThreadJobs()

    def work() -> None:
        begun.set()
        go_on.wait(PATIENCE_MS / 1000)

    def ask() -> None:
        owner = Held(died)
        jobs.query(owner, work, _unheard, _unheard)

    ask()
    assert begun.wait(PATIENCE_MS / 1000)
    release = threading.Timer(0.2, go_on.set)
    release.start()
    jobs.close()
    release.join()
    assert died == [threading.main_thread()]


def _unheard(_answer: object) -> None:
    raise AssertionError


def test_what_is_told_and_what_was_taken_back_leaves_nothing_behind(jobs: ThreadJobs) -> None:
    told, answers, owner = list[tuple[object, ...]](), list[object](), QObject()
    go_on = threading.Event()
    tell = jobs.relay(owner, lambda *facts: told.append(facts))
    jobs.query(owner, lambda: (tell(1, 2, "half"), go_on.wait(PATIENCE_MS / 1000)), answers.append, answers.append)
    second = jobs.query(owner, lambda: "never", answers.append, answers.append)
    assert second.cancel()
    go_on.set()
    wait_for(lambda: bool(answers))
    assert told == [(1, 2, "half")]
    assert answers == [(None, True)]
