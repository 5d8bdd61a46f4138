"""What an auditor does in the window: filters, old and new values in two clicks, reviews, verification, prints."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QTableView
from pytestqt.qtbot import QtBot

from corelab.domain.accounts import Role
from corelab.services import accounts, assignment, audit, comparison, reading
from corelab.services.accounts import Session
from corelab.ui.audit_page import AuditPage
from corelab.ui.desk import Desk
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.theme import Size, Weight, font
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, opened_next, signs

Key = Qt.Key
BESIDE_WORDS = 28


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A released exam with an answer that was changed, and a reader whose roles were."""
    made = a_staffed_lab(tmp_path)
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    opened = opened_next(made, made.reader_1)
    version = reading.save(made.open, made.reader_1, filled(opened, COMP_CFV=2)).version
    last = filled(opened)
    reading.save(made.open, made.reader_1, last, cell("COMP.CFV"), version=version)
    reading.sign(made.open, made.reader_1, last, PASSWORD, version=version + 1)
    signs(made, made.reader_2)
    comparison.release_and_compare(made.open, made.coordinator)
    accounts.set_roles(made.open, made.administrator, made.reader_2.account, {Role.READER, Role.ADJUDICATOR}, "decides as well")
    return made


class Auditor:
    """The audit page in the window."""

    def __init__(self, qtbot: QtBot, lab: Lab, session: Session) -> None:
        self.lab, self.window = lab, MainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(1600, 1000)
        self.window.begin(Desk(lab.open, session, ImmediateJobs()))
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.window.open_page("audit")
        page = self.window.current
        assert isinstance(page, AuditPage)
        self.page = page

    @property
    def kinds(self) -> list[str]:
        return [row[3] for row in self.page.list.rows.texts()]

    def click(self, row: int) -> None:
        table: QTableView = self.page.list.rows
        table.scrollTo(table.model().index(row, 3))
        place = table.visualRect(table.model().index(row, 3)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QApplication.processEvents()
        if QApplication.activeWindow() is None:
            self.window.activateWindow()  # as a window manager does when a dialog closes
            QApplication.processEvents()
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)


@pytest.fixture
def auditor(qtbot: QtBot, lab: Lab) -> Auditor:
    return Auditor(qtbot, lab, lab.auditor)


def _texts(auditor: Auditor) -> str:
    return "\n".join(label.text() for label in auditor.page.event_card.findChildren(QLabel) if not label.isHidden())


def test_p11_34_an_earlier_answer_and_its_reason_are_two_clicks_away(auditor: Auditor) -> None:
    changed = [
        line for line in audit.trail(auditor.lab.open, auditor.lab.auditor) if line.kind == "answer.changed" and line.person == "Reader 1"
    ]
    auditor.click(auditor.kinds.index("Answer changed", auditor.kinds.index("Reading signed")))
    row = [int(text[0]) for text in auditor.page.list.rows.texts()].index(changed[-1].seq)
    auditor.click(row)
    assert "Full: walls meet under light pressure" in _texts(auditor)
    assert "None" in _texts(auditor)
    (button,) = auditor.page.event_card.histories
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    rows = [row[3:5] for row in dialog.rows.texts()]  # type: ignore[attr-defined]  # the history dialog's own
    assert rows[0][0] == "\u2013"
    assert rows[-1][1].startswith("Full") or rows[-1][1].startswith("frame")


def test_p11_34_roles_show_old_new_and_reason_at_the_first_click(auditor: Auditor) -> None:
    auditor.click(auditor.kinds.index("Roles changed"))
    said = _texts(auditor)
    for words in ("reader", "adjudicator, reader", "decides as well", "Administrator, administrator", "(UTC+01:00)", "Account of Reader 2"):
        assert words in said
    auditor.press(Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert ["Roles", "reader", "adjudicator, reader", "decides as well"] in [row[2:] for row in dialog.rows.texts()]  # type: ignore[attr-defined]  # its own


def test_the_filter_is_reached_by_its_key_and_leaves_what_it_names(auditor: Auditor) -> None:
    auditor.press(Key.Key_Slash)
    assert auditor.page.filter.case.hasFocus()
    QTest.keyClicks(auditor.page.filter.case, "S01:D10")
    QTest.keyClick(auditor.page.filter.case, Key.Key_Return)
    assert {"Reading signed", "Answer changed", "Exam dealt to readers"} <= set(auditor.kinds)
    assert "Signed in" not in auditor.kinds
    auditor.page.filter.person.setCurrentIndex(auditor.page.filter.person.findData("reader-1"))
    QTest.keyClick(auditor.page.filter.case, Key.Key_Return)
    assert {row[2] for row in auditor.page.list.rows.texts()} == {"Reader 1"}
    auditor.page.filter.since.setText("yesterday")
    QTest.keyClick(auditor.page.filter.since, Key.Key_Return)
    assert "2026-01-12" in auditor.page.filter._fault.text()
    QTest.mouseClick(auditor.page.filter.clear, Qt.MouseButton.LeftButton)
    assert "Signed in" in auditor.kinds


def test_a_filter_that_nothing_fits_says_what_to_do(auditor: Auditor) -> None:
    auditor.page.filter.case.setText("S99")
    QTest.keyClick(auditor.page.filter.case, Key.Key_Return)
    assert auditor.kinds == []
    assert auditor.page.list.empty.isVisible()


def test_more_lines_come_when_the_end_comes_near(auditor: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit.page, "__kwdefaults__", {"before": None, "limit": 30})
    monkeypatch.setattr("corelab.ui.audit_list._AHEAD", 2)
    auditor.page.opened()
    assert len(auditor.kinds) < auditor.page.list._page.total
    for _ in range(20):
        auditor.press(Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert [int(row[0]) for row in auditor.page.list.rows.texts()] == list(range(auditor.page.list._page.total, 0, -1))


def test_p11_41_a_review_is_signed_in_the_window(auditor: Auditor) -> None:
    auditor.press(Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    ask = QApplication.activeModalWidget()
    assert ask is not None
    ask.findings.setPlainText("One role was changed\n\nNobody was locked out")  # type: ignore[attr-defined]  # the review dialog's own
    ask.do.click()  # type: ignore[attr-defined]  # the same
    QApplication.processEvents()
    sign = auditor.page.tasks._sign
    assert sign is not None
    QTest.keyClicks(sign.user, "auditor-1")
    QTest.keyClicks(sign.password, PASSWORD)
    QTest.keyClick(sign.password, Key.Key_Return)
    (review,) = audit.reviews(auditor.lab.open, auditor.lab.auditor)
    assert review.findings == ("One role was changed", "Nobody was locked out")
    assert "meaning: audit review" in auditor.page.tasks.told.text()
    assert auditor.kinds[0] == "Audit trail reviewed"


def test_a_coordinator_reads_the_trail_and_does_not_review_it(qtbot: QtBot, lab: Lab) -> None:
    page = Auditor(qtbot, lab, lab.coordinator).page
    assert page.list.rows.texts()
    assert not page.tasks.review.isVisible()


def test_verify_now_says_what_was_checked_and_what_is_wrong(auditor: Auditor) -> None:
    QTest.mouseClick(auditor.page.tasks.verify, Qt.MouseButton.LeftButton)
    assert auditor.page.tasks.told.text().startswith("The lab verifies. Checked: ")
    (auditor.lab.open.clips / "stray").write_text("nobody's")
    QTest.mouseClick(auditor.page.tasks.verify, Qt.MouseButton.LeftButton)
    assert "does NOT verify: 1 fault" in auditor.page.tasks.told.text()


def test_the_lines_shown_and_a_reading_are_printed(auditor: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "trail.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_facts: (str(out), ""))
    QTest.mouseClick(auditor.page.tasks.print, Qt.MouseButton.LeftButton)
    assert out.read_bytes().startswith(b"%PDF")
    assert auditor.kinds[0] == "Audit trail printed"
    out = tmp_path / "reading.pdf"
    auditor.click(auditor.kinds.index("Reading signed"))
    QTest.mouseClick(auditor.page.event_card.print_reading, Qt.MouseButton.LeftButton)
    assert out.read_bytes().startswith(b"%PDF")
    assert auditor.kinds[0] == "Reading printed"


def test_the_whole_trail_is_exported(auditor: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_facts: str(tmp_path))
    QTest.mouseClick(auditor.page.tasks.export, Qt.MouseButton.LeftButton)
    assert auditor.kinds[0] == "Audit trail exported"
    assert "with the program that checks them" in auditor.page.tasks.told.text()


@pytest.mark.parametrize("size", [(1440, 900), (1600, 1000), (1066, 666)])
def test_the_number_and_the_time_of_every_event_are_whole(auditor: Auditor, size: tuple[int, int]) -> None:
    auditor.window.resize(*size)
    QApplication.processEvents()
    rows = auditor.page.list.rows
    words = QFontMetrics(font(Size.BODY, Weight.TEXT))
    seen = [at for at in (0, 1) if not rows.isColumnHidden(at)]
    assert 1 in seen
    for at, text in ((0, "999999"), (1, "2026-12-28 20:48:58")):
        assert at not in seen or rows.columnWidth(at) - BESIDE_WORDS >= words.horizontalAdvance(text)
    assert sum(rows.columnWidth(at) for at in range(5)) <= rows.viewport().width()
