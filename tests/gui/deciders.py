"""Readers and adjudicators of a whole exam, at the real pages, by keys alone (and two clicks for a caliper)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import Take
from corelab.domain.charter.model_item import ChoiceItem, NumberItem
from corelab.domain.vocabulary import Cell
from corelab.services import reading
from corelab.services.accounts import Session
from corelab.ui.adjudication_page import AdjudicationPage
from corelab.ui.after_signing import AfterSigningDialog
from corelab.ui.confirm_checks import ConfirmChecksDialog
from corelab.ui.desk import Desk
from corelab.ui.dialogs import SignDialog
from corelab.ui.exam_page import ExamPage
from corelab.ui.grading import Grading
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.reading_page import ReadingPage
from tests.builders import PASSWORD, Lab
from tests.gui.adjudicator import Adjudicator
from tests.gui.test_cine import FakeStopwatch

Key = Qt.Key
CONTROL, SHIFT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
DIGITS = {str(digit): Key(Key.Key_0.value + digit) for digit in range(10)} | {".": Key.Key_Period}


def press(page: ExamPage, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        focus = QApplication.focusWidget()
        QTest.keyClick(focus if focus is not None and page.isAncestorOf(focus) else page, key, modifiers)


def types(page: ExamPage, number: str) -> None:
    """A number into its field, and Enter."""
    press(page, *(DIGITS[each] for each in number), Key.Key_Return)


def click(page: ExamPage, x: float, y: float) -> None:
    """On a pixel of the image in the active viewport."""
    view = page.viewports.active.view
    at, ratio = view.placement.to_view(x, y), view.devicePixelRatioF()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0] / ratio), round(at[1] / ratio)))


def measures(page: ExamPage, length: float) -> None:
    """A caliper of so many pixels, straight down."""
    page.viewports.pause()
    if not page.viewports.active.view.measuring:
        press(page, Key.Key_M)
    click(page, 120, 60)
    click(page, 120, 60 + length)


def marks_pair(page: ExamPage) -> None:
    """The first frame without pressure, the next one under it."""
    press(page, Key.Key_Home, Key.Key_K, Key.Key_Right)
    press(page, Key.Key_K, modifiers=SHIFT)


# ---------------------------------------------------------------- a reader


def reads(lab: Lab, session: Session, qtbot: QtBot, said: Mapping[str, str]) -> None:
    """Opens what is next, answers every question in the order of the page, signs.

    ``said``: by ``ITEM.SEGMENT`` or ``ITEM`` the option's digit, a number to type, or pixels to measure (``30@1``: on frame 1); else
    the first option, and what is measured is not evaluable.
    """
    row = reading.worklist(lab.open, session).next
    assert row is not None
    page = ReadingPage(Desk(lab.open, session, ImmediateJobs()), stopwatch=FakeStopwatch())
    qtbot.addWidget(page)
    page.resize(1600, 950)
    page.show()
    page.activateWindow()
    QApplication.processEvents()
    page.opened(row.assignment)
    _answers(page, said)
    _signs(page, session.user_name)
    assert page.closing()
    page.close()


def _answers(page: ReadingPage, said: Mapping[str, str]) -> None:
    for _ in range(200):
        grading = page.grading
        assert grading is not None
        lacking = grading.lacking_evidence
        if lacking:
            page.form.question_chosen.emit(lacking[0])
            marks_pair(page)
        elif not grading.reading.unanswered:
            return
        else:
            press(page, Key.Key_G)
            _answer(page, said)
    raise AssertionError(page.form.questions.texts)


def _answer(page: ReadingPage, said: Mapping[str, str]) -> None:
    grading = page.grading
    assert isinstance(grading, Grading)
    assert grading.cell is not None
    told = said.get(f"{grading.cell.item}.{grading.cell.segment}", said.get(grading.cell.item, ""))
    match grading.item:
        case NumberItem(measure="typed"):
            types(page, told)
        case NumberItem() if told:
            length, _, frame = told.partition("@")
            if frame:
                page.viewports.active.player.cine.seek(int(frame))
            measures(page, float(length))
        case NumberItem():
            press(page, Key.Key_E, Key.Key_1)
        case _:
            press(page, DIGITS[told or "1"])


def _signs(page: ExamPage, user: str) -> None:
    press(page, Key.Key_Return, modifiers=CONTROL)
    for soft in page.findChildren(ConfirmChecksDialog):
        for field in soft.reasons:
            QTest.keyClicks(field, "seen on the first frames")
            QTest.keyClick(field, Key.Key_Return)
    dialog = next(one for one in page.findChildren(SignDialog) if one.isVisible())
    QTest.keyClicks(dialog.user, user)
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    for after in page.findChildren(AfterSigningDialog):
        QTest.keyClick(after, Key.Key_2)
        QTest.keyClick(after, Key.Key_1)


# ---------------------------------------------------------------- an adjudicator


class Decider(Adjudicator):
    """An adjudicator at a case of any charter."""

    def at(self, place: str) -> None:
        """To this cell, by the key for the next one."""
        for _ in self.deciding.cells:
            if place_of(self.deciding.cell) == place:
                return
            self.press(Key.Key_Down)
        for _ in self.deciding.cells:
            if place_of(self.deciding.cell) == place:
                return
            self.press(Key.Key_Up)
        assert place_of(self.deciding.cell) == place, [place_of(cell) for cell in self.deciding.cells]

    def side(self, value: str) -> Take:
        """Which of A and B says this here."""
        sides = self.deciding.sides
        assert sides is not None
        return Take.A if sides[0].grade.value == value else Take.B

    def takes(self, value: str, *keys: Qt.Key) -> None:
        """The read that says this."""
        self.press(Key.Key_A if self.side(value) is Take.A else Key.Key_B, *keys)

    @property
    def words(self) -> str:
        return self.page.rail.foot.words.text()

    @property
    def rail(self) -> tuple[str, ...]:
        return self.page.rail.texts

    def signs(self, user: str) -> None:
        _signs(self.page, user)

    def decides_the_rest(self, said: Mapping[str, str]) -> None:
        """Own answers to what is open, as a reader gives them; no reason is asked for details."""
        for _ in range(60):
            deciding = self.deciding
            if deciding.cell in deciding.draft.decisions:
                return
            told = said.get(deciding.cell.item, "1")
            if isinstance(deciding.item, ChoiceItem):
                self.press(DIGITS[told])
            else:
                self.press(Key.Key_E, Key.Key_1)


def place_of(cell: Cell) -> str:
    return f"{cell.item}.{cell.segment}"


@contextmanager
def at_a_case(lab: Lab, session: Session, qtbot: QtBot) -> Iterator[Decider]:
    """This adjudicator has opened the case that is next."""
    row = reading.worklist(lab.open, session).next
    assert row is not None
    watch = FakeStopwatch()
    page = AdjudicationPage(Desk(lab.open, session, ImmediateJobs()), stopwatch=watch)
    qtbot.addWidget(page)
    page.resize(1600, 950)
    page.show()
    page.activateWindow()
    QApplication.processEvents()
    page.opened(row.assignment)
    yield Decider(lab, page, watch, row.assignment)
    page.closing()
    page.close()
