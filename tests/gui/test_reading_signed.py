"""From the last answer to the signature, and what stands afterwards."""

from dataclasses import replace

from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from corelab.domain.worklist import WorkState
from corelab.services import reading
from corelab.ui.dialogs import SignDialog
from corelab.ui.sign_flow import MissingDialog
from tests.builders import PASSWORD
from tests.gui.exams import a_cell
from tests.gui.reader import CONTROL, Key, Reader, SlowJobs


def test_what_is_missing_is_named_and_leads_there(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_2)
    reader.press(Key.Key_Return, modifiers=CONTROL)
    missing = reader.dialog(MissingDialog)
    assert isinstance(missing, MissingDialog)
    said = [missing.list.item(row).text() for row in range(missing.list.count())]
    assert said == ["R POPV compressibility: mark the frame that shows it (K)", "R POPV colour filling: no answer yet"]
    QTest.keyClick(missing.list, Key.Key_Return)
    assert reader.grading.cell == a_cell("POPV", "COMP")


def test_a_clean_exam_is_four_keys_and_the_password(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.signs()
    states = [row.state for row in reading.worklist(reader.lab.open, reader.lab.reader_1).rows]
    assert states == [WorkState.SIGNED]
    assert reader.saved[-1].startswith("Signed ")


def test_after_the_signature_nothing_changes_and_the_same_key_goes_on(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.signs()
    before = reader.grading.reading
    reader.press(Key.Key_3)
    assert reader.grading.reading == before
    reader.press(Key.Key_Return, modifiers=CONTROL)
    assert reader.went == [("worklist", "next")]


def test_a_signature_whose_dialog_was_closed_meanwhile_is_told_to_the_page(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    jobs = SlowJobs()
    reader.press(Key.Key_Return, modifiers=CONTROL)
    dialog = reader.dialog(SignDialog)
    assert isinstance(dialog, SignDialog)
    reader.page._signing._desk = replace(reader.page.desk, jobs=jobs)
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    dialog.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    jobs.go_on()
    assert reader.saved[-1].startswith("Signed ")
    assert reader.page._signed


def test_a_wrong_password_signs_nothing(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.press(Key.Key_Return, modifiers=CONTROL)
    dialog = reader.dialog(SignDialog)
    assert isinstance(dialog, SignDialog)
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, "wrong horse battery")
    QTest.keyClick(dialog.password, Key.Key_Return)
    assert dialog.isVisible()
    assert reader.stored.unanswered == ()
    dialog.reject()
