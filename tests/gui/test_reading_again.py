"""A reading that was given back, at the reading page: its grades stand, and it is signed again with a reason."""

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from corelab.domain.reasons import ChangeCause
from corelab.services import reading
from corelab.ui.dialogs import ReasonDialog, SignDialog
from tests.builders import PASSWORD
from tests.gui.reader import COMP_CFV, CONTROL, Key, Reader
from tests.life_builders import reopens
from tests.reading_builders import rows_of


def test_p11_35_a_reading_given_back_is_signed_again_with_a_choice_and_words(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.signs()
    reopens(reader.lab, reader.lab.reader_1, why="the other reader saw zyxwv")
    told: list[str] = []
    reader.page.headline.connect(lambda title, second: told.append(f"{title} {second}"))
    reader.page.opened(reader.assignment)
    assert "given back: you asked for it" in told[-1]
    assert "zyxwv" not in told[-1]
    assert reader.grading.reading.answers[COMP_CFV].grade.value == "full"
    reader.press(Key.Key_Return, modifiers=CONTROL)
    (asked,) = reader.page.findChildren(ReasonDialog)
    assert not asked.do.isEnabled()
    asked.choice.setCurrentIndex(asked.choice.findData(ChangeCause.UNCHANGED.value))
    QTest.keyClicks(asked.words, "Looked once more, same")
    asked.do.click()
    QApplication.processEvents()
    dialog = next(one for one in reader.page.findChildren(SignDialog) if one.isVisible())
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    assert [row["revision"] for row in rows_of(reader.lab, "reading")] == [1, 2]
    assert reader.saved[-1].startswith("Signed ")
    with reader.lab.open.store.read() as snapshot:
        last = snapshot.events(kind="reading.signed")[-1]
        change = snapshot.opening_of(last["seq"], reader.lab.reader_1.box)["change"]
    assert change == {"cause": "UNCHANGED", "text": "Looked once more, same"}
    assert reading.worklist(reader.lab.open, reader.lab.reader_1).next is None
