"""One reading open in two windows: what was saved in the one is not overwritten from the other."""

from collections.abc import Callable

from PySide6.QtTest import QTest

from corelab.domain.reading import Reading
from corelab.services import reading
from corelab.ui.dialogs import ErrorDialog, SignDialog
from tests.gui.reader import COMP_CFV, CONTROL, Key, Reader


def saved_in_another_window(reader: Reader, change: Callable[[Reading], Reading]) -> None:
    opened = reading.open_reading(reader.lab.open, reader.lab.reader_1, reader.assignment)
    reading.save(reader.lab.open, reader.lab.reader_1, change(opened.reading), version=opened.version)


def with_words(made: Reading) -> Reading:
    return made.with_note("from the other window")


def test_the_older_window_says_so_and_leads_back_to_the_worklist(reader: Reader) -> None:
    reader.press(Key.Key_1)
    saved_in_another_window(reader, with_words)
    reader.press(Key.Key_1)
    assert reader.saved[-1].startswith("Not saved: This reading was changed in another window.")
    (told,) = reader.page.findChildren(ErrorDialog)
    assert told.accessibleName() == "This reading was changed in another window."
    assert reader.went == [("worklist", None)]
    assert reader.page.closing()
    assert reader.stored.note == "from the other window"
    assert set(reader.stored.answers) >= {COMP_CFV}


def test_opened_again_it_shows_what_the_other_window_saved_and_saves_on(reader: Reader) -> None:
    saved_in_another_window(reader, with_words)
    reader.press(Key.Key_1)
    (told,) = reader.page.findChildren(ErrorDialog)
    told.accept()
    assert reader.page.closing()
    reader.page.opened(reader.assignment)
    assert reader.grading.reading.note == "from the other window"
    cell = reader.grading.cell
    assert cell is not None
    assert cell not in reader.stored.answers
    reader.press(Key.Key_1)
    assert reader.saved[-1].startswith("Saved ")
    assert cell in reader.stored.answers


def test_words_that_were_being_typed_meanwhile_do_not_hold_the_page(reader: Reader) -> None:
    reader.press(Key.Key_N)
    reader.press(Key.Key_X)
    saved_in_another_window(reader, with_words)
    assert reader.page.closing()
    (told,) = reader.page.findChildren(ErrorDialog)
    assert told.isVisible()
    assert reader.stored.note == "from the other window"


def test_after_a_wrong_password_the_reading_can_still_be_changed(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.play_to_the_end()
    reader.press(Key.Key_Return, modifiers=CONTROL)
    dialog = reader.dialog(SignDialog)
    assert isinstance(dialog, SignDialog)
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, "not the password at all")
    QTest.keyClick(dialog.password, Key.Key_Return)
    dialog.reject()
    reader.page.setFocus()
    for key in (Key.Key_N, Key.Key_X, Key.Key_Escape):
        reader.press(key)
    assert reader.stored.note == "x"
    assert reader.saved[-1].startswith("Saved ")
