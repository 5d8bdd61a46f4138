"""While the server is away a reader and an adjudicator work on: what they answer is kept sealed here, and is there when it is back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.services import adjudication, reading
from corelab.ui.away import AWAY, LEFT_AWAY, BothKeptDialog
from corelab.ui.dialogs import ErrorDialog, SignDialog
from corelab.ui.draft_saver import LONGEST_RETRY_MS, RETRY_MS
from tests.builders import PASSWORD
from tests.gui.adjudicator import Adjudicator
from tests.gui.reader import COMP_CFV, CONTROL, Key, Reader, a_reading_lab, at_the_page
from tests.server_away import Line, on_a_server


@pytest.fixture
def far(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Reader, Line]]:
    lab = a_reading_lab(tmp_path)
    line = on_a_server(lab, monkeypatch)
    with at_the_page(lab, qtbot) as somebody:
        yield somebody, line
        line.cut = False


def told(reader: Reader) -> list[str]:
    """What the banner says from now on."""
    heard: list[str] = []
    reader.page.away.connect(heard.append)
    return heard


def test_answers_are_kept_here_while_the_server_is_away_and_sent_when_it_is_back(far: tuple[Reader, Line]) -> None:
    reader, line = far
    heard, of = told(reader), reader.assignment
    line.cut = True
    reader.press(Key.Key_1)
    assert heard == [AWAY]
    assert reader.saved[-1].startswith("Kept on this machine ")
    assert reader.grading.reading.answers[COMP_CFV].grade.value == "full"
    assert line.kept(of).is_file()
    line.cut = False
    assert COMP_CFV not in reader.stored.answers
    reader.page._saver.retry()
    assert heard == [AWAY, ""]
    assert reader.saved[-1].startswith("Saved ")
    assert reader.stored.answers[COMP_CFV].grade.value == "full"
    assert not line.kept(of).exists(), "the server has it"
    assert counted(reader, "answer.changed") == 1


def test_it_is_asked_less_and_less_often_and_at_once_when_something_else_was_answered(far: tuple[Reader, Line]) -> None:
    reader, line = far
    line.cut = True
    reader.press(Key.Key_1)
    saver, pauses = reader.page._saver, []
    for _ in range(6):
        pauses.append(saver._retry.interval())
        saver._retry.timeout.emit()
    assert pauses == [2 * RETRY_MS, 4 * RETRY_MS, 8 * RETRY_MS, LONGEST_RETRY_MS, LONGEST_RETRY_MS, LONGEST_RETRY_MS]
    line.cut = False
    reader.page.answered()
    assert not saver.unsaved
    assert COMP_CFV in reader.stored.answers


def test_while_it_is_away_it_is_not_waited_for_at_every_key(far: tuple[Reader, Line], monkeypatch: pytest.MonkeyPatch) -> None:
    reader, line = far
    asked: list[int] = []
    save = reading.save

    def counted_save(*facts: Any, version: int) -> reading.Saved:
        asked.append(version)
        return save(*facts, version=version)

    monkeypatch.setattr(reading, "save", counted_save)
    line.cut = True
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1)
    assert len(asked) == 1
    assert reader.saved[-1].startswith("Kept on this machine ")
    reader.page._saver.retry()
    assert len(asked) == 2
    line.cut = False
    reader.page._saver.retry()
    reader.press(Key.Key_1)
    assert len(asked) == 4, "it is back, and asked every time"
    assert reader.stored.answers.keys() == reader.grading.reading.answers.keys()


def test_the_page_lets_go_and_the_next_opening_sends_what_was_kept(far: tuple[Reader, Line]) -> None:
    reader, line = far
    heard = told(reader)
    line.cut = True
    reader.press(Key.Key_1)
    assert reader.page.closing()
    assert heard[-1] == LEFT_AWAY
    assert reader.page.findChildren(ErrorDialog) == []
    line.cut = False
    reader.page.answered()
    assert heard[-1] == ""
    reader.page.opened(reader.assignment)
    assert reader.grading.reading.answers[COMP_CFV].grade.value == "full"
    assert reader.saved[-1].startswith("Saved ")
    assert COMP_CFV in reader.stored.answers
    assert not line.kept(reader.assignment).exists()


def test_nothing_is_signed_while_the_server_is_away_and_the_answers_are_kept(far: tuple[Reader, Line]) -> None:
    reader, line = far
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.play_to_the_end()
    reader.press(Key.Key_Return, modifiers=CONTROL)
    line.cut = True
    dialog = sign(reader)
    assert "nothing can be signed without it" in dialog._fault.text()
    assert line.kept(reader.assignment).is_file()
    line.cut = False
    assert not reader.page._signed
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    assert reader.page._signed
    assert not line.kept(reader.assignment).exists()


def test_a_signature_that_was_kept_unheard_is_found_and_not_made_twice(far: tuple[Reader, Line]) -> None:
    reader, line = far
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.play_to_the_end()
    reader.press(Key.Key_Return, modifiers=CONTROL)
    line.breaks_after = "reading.signed"
    dialog = sign(reader)
    assert "a signature that was kept is found, not made twice" in dialog._fault.text()
    assert not reader.page._signed
    line.cut = False
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    assert reader.page._signed
    assert counted(reader, "reading.signed") == 1
    assert not line.kept(reader.assignment).exists()


# ---------------------------------------------------------------- the other window


def test_what_another_window_saved_meanwhile_is_not_overwritten_and_both_are_kept(far: tuple[Reader, Line]) -> None:
    reader, line = far
    both_kept(reader, line)
    (error,) = reader.page.findChildren(ErrorDialog)
    assert error.accessibleName() == "This reading was changed in another window while the server was away from here."
    assert reader.went == [("worklist", None)]
    assert reader.stored.note == "from the other window"
    assert line.kept(reader.assignment).is_file()


def test_the_answers_of_this_machine_can_go_on(far: tuple[Reader, Line]) -> None:
    reader, line = far
    both_kept(reader, line)
    choice = asked(reader)
    assert reader.page.grading is None, "nothing can be answered before it is chosen"
    choice.of_machine.click()
    assert reader.stored.note == ""
    assert COMP_CFV in reader.stored.answers
    assert not line.kept(reader.assignment).exists()


def test_the_answers_of_the_server_can_go_on_and_those_of_this_machine_stay_sealed_beside(far: tuple[Reader, Line]) -> None:
    reader, line = far
    both_kept(reader, line)
    asked(reader).of_server.click()
    assert reader.grading.reading.note == "from the other window"
    assert COMP_CFV not in reader.grading.reading.answers
    assert [each.suffix for each in line.kept(reader.assignment).parent.iterdir()] == [".aside"]


def test_it_can_be_decided_later(far: tuple[Reader, Line]) -> None:
    reader, line = far
    both_kept(reader, line)
    asked(reader).reject()
    assert reader.went[-1] == ("worklist", None)
    assert line.kept(reader.assignment).is_file()
    assert reader.stored.note == "from the other window"


def both_kept(reader: Reader, line: Line) -> None:
    """Answers here while the server is away, and another window saved others meanwhile."""
    line.cut = True
    reader.press(Key.Key_1)
    line.cut = False
    opened = reading.open_reading(reader.lab.open, reader.lab.reader_1, reader.assignment)
    reading.save(reader.lab.open, reader.lab.reader_1, opened.reading.with_note("from the other window"), version=opened.version)
    reader.page._saver.retry()


def asked(reader: Reader) -> BothKeptDialog:
    """The question that comes when it is opened again."""
    assert reader.page.closing()
    reader.page.opened(reader.assignment)
    (choice,) = reader.page.findChildren(BothKeptDialog)
    return choice


# ---------------------------------------------------------------- adjudicating


def test_decisions_of_an_adjudicator_are_kept_the_same_way(adjudicator: Adjudicator, monkeypatch: pytest.MonkeyPatch) -> None:
    line = on_a_server(adjudicator.lab, monkeypatch)
    adjudicator.page.opened(adjudicator.assignment)
    line.cut = True
    adjudicator.press(Key.Key_A)
    assert adjudicator.saved[-1].startswith("Kept on this machine ")
    assert line.kept(adjudicator.assignment).is_file()
    assert adjudicator.page.closing()
    line.cut = False
    adjudicator.page.opened(adjudicator.assignment)
    decided = adjudication.open_case(adjudicator.lab.open, adjudicator.lab.adjudicator, adjudicator.assignment).draft.decisions
    assert list(decided) == list(adjudicator.deciding.draft.decisions)
    assert len(decided) == 1
    assert not line.kept(adjudicator.assignment).exists()


def counted(reader: Reader, kind: str) -> int:
    with reader.lab.open.store.read() as snapshot:
        return len(snapshot.all("event", kind=kind))


def sign(reader: Reader) -> SignDialog:
    dialog = reader.dialog(SignDialog)
    assert isinstance(dialog, SignDialog)
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    return dialog
