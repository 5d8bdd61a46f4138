"""Somebody at the adjudication page: two readers differ, a third person decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import CaseDraft, Take
from corelab.domain.vocabulary import AssignmentId, Binding, Cell, Evidence
from corelab.services import adjudication, assignment, comparison, reading
from corelab.services.accounts import Session
from corelab.ui.adjudication_page import AdjudicationPage
from corelab.ui.deciding import Deciding
from corelab.ui.desk import Desk
from corelab.ui.jobs import ImmediateJobs
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import grade
from tests.gui.exam_labs import a_clip_file, an_exam_with
from tests.gui.test_cine import FakeStopwatch

NO_KEYS = Qt.KeyboardModifier.NoModifier


def signs(lab: Lab, session: Session, frame: int, **ranks: int) -> None:
    """Reads and signs the next exam: clean but for the ranks said, each grade proved by this frame."""
    row = reading.worklist(lab.open, session).next
    assert row is not None
    opened = reading.open_reading(lab.open, session, row.assignment)
    made = opened.reading
    for cell in made.form.cells:
        if cell not in made.form.prefilled:
            clip = next(clip for clip in opened.clips if clip.segment == cell.segment)
            rank = ranks.get(f"{cell.item}_{cell.segment}", 0)
            made = made.answered(cell, grade(cell.item, rank), [Evidence(clip.sha256, frame, bound=Binding.MARKED)])
    reading.sign(lab.open, session, made, PASSWORD)


@dataclass
class Adjudicator:
    """Somebody at the adjudication page."""

    lab: Lab
    page: AdjudicationPage
    watch: FakeStopwatch
    assignment: AssignmentId
    saved: list[str] = field(default_factory=list)
    went: list[tuple[str, object]] = field(default_factory=list)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    @property
    def deciding(self) -> Deciding:
        assert self.page.deciding is not None
        return self.page.deciding

    @property
    def stored(self) -> CaseDraft:
        return adjudication.open_case(self.lab.open, self.lab.adjudicator, self.assignment).draft

    def rank_of(self, take: Take, cell: Cell) -> str | None:
        dispute = self.deciding.draft.case.dispute(cell)
        return (dispute.a if take is Take.A else dispute.b).grade.value

    def frames(self) -> list[int | None]:
        return [viewport.frame_on_screen for viewport in self.page.viewports.laid]


def a_case_lab(folder: Path, charter: bytes | None = None) -> Lab:
    """One exam of two segments that two readers graded differently."""
    made = a_lab(folder, charter=charter)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    an_exam_with(made, {"CFV": [a_clip_file(seed=1)], "POPV": [a_clip_file("partial", seed=3)]})
    assignment.assign(made.open, made.coordinator)
    signs(made, made.reader_1, 2, COMP_CFV=2, COMP_POPV=1)
    signs(made, made.reader_2, 5, COMP_POPV=2)
    assert comparison.release_and_compare(made.open, made.coordinator).cases == 1
    return made


@contextmanager
def at_the_case(lab: Lab, qtbot: QtBot) -> Iterator[Adjudicator]:
    """The adjudicator has opened the case."""
    row = reading.worklist(lab.open, lab.adjudicator).rows[0]
    watch = FakeStopwatch()
    page = AdjudicationPage(Desk(lab.open, lab.adjudicator, ImmediateJobs()), stopwatch=watch)
    qtbot.addWidget(page)
    page.resize(1600, 950)
    made = Adjudicator(lab, page, watch, row.assignment)
    page.saved.connect(made.saved.append)
    page.go.connect(lambda name, what: made.went.append((name, what)))
    page.show()
    page.activateWindow()
    page.opened(row.assignment)
    yield made
    page.closing()
