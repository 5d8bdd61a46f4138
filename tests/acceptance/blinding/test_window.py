"""Every text of the window, on every page and in every dialog that a reader or adjudicator reaches, is free of what they may not learn."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from corelab.ui.dialogs import SignDialog
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.walk import painted, texts_of, texts_on_screen
from tests.acceptance.blinding.world import (
    HIDDEN_FROM_READER,
    IDENTITY,
    ME,
    NOTES,
    OTHER_READER,
    OTHERS_NOTE,
    SUBJECTS,
    THIRD,
    World,
    a_world,
)
from tests.builders import PASSWORD
from tests.gui.desktop import Desktop

pytestmark = [pytest.mark.usefixtures("dressed")]

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
READERS = (Mark("user name of a reader", ME), Mark("name of a reader", "Wexford plume"))
HIDDEN_FROM_ADJUDICATOR = (*IDENTITY, *OTHER_READER, *READERS, *NOTES)


@dataclass
class Looker:
    """Looks at everything on screen after each step a person takes."""

    desktop: Desktop
    probes: Probes
    marks: tuple[Mark, ...]
    who: str
    said: list[str]

    def look(self, step: str) -> tuple[str, ...]:
        QApplication.processEvents()
        self.desktop.window.grab()  # everything is painted once
        texts = texts_on_screen()
        where = f"{self.who}: {step}"
        self.probes.look("texts of the window", where, "\n".join(texts), self.marks)
        self.probes.look("painted words", where, "\n".join(self.said), self.marks)
        self.probes.look("clipboard", where, QGuiApplication.clipboard().text(), self.marks)
        return texts

    def press(self, step: str, *keys: Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> tuple[str, ...]:
        self.desktop.press(*keys, modifier=modifier)
        return self.look(step)

    def close_dialogs(self) -> None:
        for each in self.desktop.window.findChildren(QDialog):
            if each.isVisible():
                each.reject()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def pages(self) -> None:
        """Every page by its key, each action's dialog by its own, and the list of commands."""
        window = self.desktop.window
        for number, entry in enumerate(window._listed(), 1):
            self.press(f"page {entry.name}", Key(Key.Key_0 + number), modifier=CONTROL)
        self.press("help", Key.Key_F1)
        self.press("commands", Key.Key_K, modifier=CONTROL)
        self.close_dialogs()


@pytest.fixture
def at_the_window(qtbot: QtBot, probes: Probes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Looker]]:
    """Signed in at the window of the world's lab, and looking at every step."""
    QGuiApplication.clipboard().clear()
    with painted(monkeypatch) as said:

        def sit(world: World, user: str, marks: tuple[Mark, ...]) -> Looker:
            world.leave()
            looker = Looker(Desktop(qtbot, world.lab.open), probes, marks, user, said)
            looker.look("sign-in page")
            looker.desktop.sign_in("nobody-at-all")
            looker.look("sign-in refused")
            looker.desktop.sign_in(user, PASSWORD)
            looker.look("first page")
            assert looker.desktop.window.current is not None, texts_on_screen()
            return looker

        yield sit


def reads(looker: Looker) -> None:
    """A reader's way through a reading: all questions, taking back, the dialogs, the lock."""
    looker.press("reading opened", Key.Key_Return)
    assert looker.desktop.window.current is not None
    assert looker.desktop.window.current.name == "reading"
    looker.press("answered", "1", "2")
    looker.press("taken back", Key.Key_Z, modifier=CONTROL)
    looker.press("taken back further than there is", *[Key.Key_Z] * 8, modifier=CONTROL)
    looker.press("done again", *[Key.Key_Y] * 10, modifier=CONTROL)
    looker.press("segments and questions", Key.Key_Down, Key.Key_Down, Key.Key_Up, "g")
    looker.press("note", "n")
    looker.close_dialogs()
    looker.press("query", "q")
    looker.close_dialogs()
    looker.press("sign with what is missing", Key.Key_Return, modifier=CONTROL)
    looker.close_dialogs()


def leaves(looker: Looker) -> None:
    looker.press("locked", Key.Key_L, modifier=CONTROL)
    looker.desktop.front.sign_out()
    looker.look("signed out")


def test_p11_56_a_reader_at_the_window_sees_no_identity_and_nothing_of_the_other(
    sealed: World, at_the_window: Callable[..., Looker]
) -> None:
    looker = at_the_window(sealed, ME, HIDDEN_FROM_READER)
    reads(looker)
    looker.pages()
    leaves(looker)


def test_p11_55_a_reader_sees_nothing_of_the_outcome_after_release(released: World, at_the_window: Callable[..., Looker]) -> None:
    looker = at_the_window(released, ME, HIDDEN_FROM_READER)
    looker.press("own signed reading", Key.Key_Return)
    assert looker.desktop.window.current is not None
    looker.pages()
    leaves(looker)


def test_p11_59_an_adjudicator_sees_no_reader_and_no_identity(released: World, at_the_window: Callable[..., Looker]) -> None:
    looker = at_the_window(released, THIRD, HIDDEN_FROM_ADJUDICATOR)
    looker.press("case opened", Key.Key_Return)
    assert looker.desktop.window.current is not None
    assert looker.desktop.window.current.name == "adjudication"
    looker.press("took A", "a", "1")
    looker.press("taken back", Key.Key_Z, modifier=CONTROL)
    looker.press("other disputes", Key.Key_Down, Key.Key_Down)
    looker.press("note", "n")
    looker.close_dialogs()
    looker.press("sign with what is open", Key.Key_Return, modifier=CONTROL)
    looker.close_dialogs()
    looker.pages()
    leaves(looker)


def test_p11_55_the_whole_window_is_the_same_whatever_the_other_does(world: World, at_the_window: Callable[..., Looker]) -> None:
    """Before the other begins, after each of their signatures: not one text of the window differs."""
    looker = at_the_window(world, ME, HIDDEN_FROM_READER)
    before = looker.press("list again", Key.Key_1, modifier=CONTROL)
    for n in range(3):
        world.reads(world.other, OTHERS_NOTE, COMP_CFV=n)
        after = looker.press(f"list after signature {n + 1}", Key.Key_1, modifier=CONTROL)
        looker.probes.same("texts of the window as others work", f"signature {n + 1}", before, after)


def test_u19_after_signing_the_window_says_the_same_whether_the_other_agreed(tmp_path: Path, at_the_window: Callable[..., Looker]) -> None:
    """The other signed before: two of four exams are agreed on, two disputed. Of any three signatures two differ in what comes of them."""
    world = a_world(tmp_path, (*SUBJECTS, "KESTREL-044"))
    for rank in (0, 2, 2, 0):
        world.reads(world.other, COMP_CFV=rank)
    looker = at_the_window(world, ME, HIDDEN_FROM_READER)
    told = [signs(looker, n) for n in range(3)]
    for n, (before, after) in enumerate(itertools.pairwise(told), 2):
        looker.probes.same("texts after a signature", f"signature {n}", before, after)


def signs(looker: Looker, n: int) -> tuple[str, ...]:
    """A clean reading by keys, signed; what header and list say then, with pseudonyms, times and counts taken out."""
    looker.press("reading opened", Key.Key_Return)
    looker.press("answered", "1", "1", "1", "1")
    looker.press("signing", Key.Key_Return, modifier=CONTROL)
    (dialog,) = (each for each in looker.desktop.window.findChildren(SignDialog) if each.isVisible())
    if n == 0:
        QTest.keyClicks(dialog.user, ME)
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    looker.look(f"after signature {n + 1}")
    header = [*texts_of(looker.desktop.window.header)]
    assert any(each.startswith("Signed") for each in header)
    texts = looker.press("list", Key.Key_1, modifier=CONTROL)
    return tuple(sorted({re.sub(r"[0-9A-Z]{3}-[0-9A-Z]{3}|[0-9]+", "#", each) for each in (*header, *texts)}))


# ---------------------------------------------------------------- the probes can fail


@pytest.mark.parametrize(
    "place", ["setToolTip", "setStatusTip", "setAccessibleDescription", "setWindowTitle", "setWhatsThis", "setWindowFilePath"]
)
def test_a_planted_subject_is_found_on_a_widget(qtbot: QtBot, place: str) -> None:
    window = QWidget()
    child = QWidget(window)
    qtbot.addWidget(window)
    getattr(child, place)(SUBJECTS[0])
    found = Probes()
    found.look("control", place, "\n".join(texts_of(window)), IDENTITY)
    assert [what for _channel, what, _where in found.leaks] == ["subject"]


def test_a_painted_subject_is_found(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtGui import QImage, QPainter  # noqa: PLC0415

    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    with painted(monkeypatch) as said:
        painter = QPainter(picture)
        painter.drawText(0, 20, SUBJECTS[0])
        painter.end()
    assert said == [SUBJECTS[0]]
