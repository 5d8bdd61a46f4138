"""Somebody at the reading page: real services, real clips, a clock of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.reading import Reading
from corelab.domain.vocabulary import AssignmentId
from corelab.services import assignment, reading
from corelab.ui.desk import Desk
from corelab.ui.dialogs import SignDialog
from corelab.ui.grading import Grading
from corelab.ui.jobs import Failed, ImmediateJobs, Job, Jobs
from corelab.ui.reading_page import ReadingPage
from corelab.ui.sign_flow import MissingDialog
from tests.builders import PASSWORD, Lab, a_lab
from tests.gui.exam_labs import FRAMES, a_clip_file, an_exam_with
from tests.gui.exams import a_cell
from tests.gui.test_cine import FakeStopwatch

T = TypeVar("T")
Key, NO_KEYS = Qt.Key, Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COMP_CFV = a_cell("CFV", "COMP")


class SlowJobs(ImmediateJobs):
    """Database work that is done only when it is told to go on."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], object]] = []

    def query(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        self._waiting.append(partial(super().query, owner, work, done, failed))
        return super().query(owner, lambda: None, lambda _nothing: None, failed)

    def go_on(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()


@dataclass
class Reader:
    """Somebody at the reading page."""

    lab: Lab
    page: ReadingPage
    watch: FakeStopwatch
    assignment: AssignmentId
    saved: list[str] = field(default_factory=list)
    went: list[tuple[str, object]] = field(default_factory=list)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    @property
    def grading(self) -> Grading:
        assert self.page.grading is not None
        return self.page.grading

    @property
    def stored(self) -> Reading:
        """What the lab holds of this reading, whatever the window shows."""
        return reading.open_reading(self.lab.open, self.lab.reader_1, self.assignment).reading

    def play_to_the_end(self) -> None:
        for _ in range(FRAMES):
            self.watch.now += self.page.viewports.active.player.cine.duration_ms / FRAMES
            self.page.viewports.active.player.cine.advance()
            self.page.viewports.active.view.repaint()

    def dialog(self, kind: type[MissingDialog] | type[SignDialog]) -> MissingDialog | SignDialog:
        (found,) = self.page.findChildren(kind)
        return found

    def signs(self) -> None:
        self.press(Key.Key_Return, modifiers=CONTROL)
        dialog = self.dialog(SignDialog)
        assert isinstance(dialog, SignDialog)
        QTest.keyClicks(dialog.user, "reader-1")
        QTest.keyClicks(dialog.password, PASSWORD)
        QTest.keyClick(dialog.password, Key.Key_Return)


def a_reading_lab(folder: Path) -> Lab:
    """Three clips of two segments, assigned."""
    made = a_lab(folder)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    files = {"CFV": [a_clip_file(seed=1), a_clip_file("colour_patent", seed=2)], "POPV": [a_clip_file("partial", seed=3)]}
    an_exam_with(made, files)
    assignment.assign(made.open, made.coordinator)
    return made


@contextmanager
def at_the_page(lab: Lab, qtbot: QtBot, jobs: Jobs | None = None) -> Iterator[Reader]:
    """The first reader has opened the reading."""
    row = reading.worklist(lab.open, lab.reader_1).next
    assert row is not None
    watch = FakeStopwatch()
    page = ReadingPage(Desk(lab.open, lab.reader_1, jobs or ImmediateJobs()), stopwatch=watch)
    qtbot.addWidget(page)
    page.resize(1600, 950)
    somebody = Reader(lab, page, watch, row.assignment)
    page.saved.connect(somebody.saved.append)
    page.go.connect(lambda name, what: somebody.went.append((name, what)))
    page.show()
    page.activateWindow()
    page.opened(row.assignment)
    yield somebody
    page.closing()
