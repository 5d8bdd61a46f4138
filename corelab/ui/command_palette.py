"""Ctrl+K: every command that acts on this screen, found by typing a few letters of it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from corelab.ui.commands import BoundAction, action
from corelab.ui.rows import Column, Rows, Shown
from corelab.ui.theme import Colour, Weight


class CommandPalette(QDialog):
    """Type, choose with Up and Down, Enter does it."""

    def __init__(self, parent: QWidget, actions: Sequence[QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Corelab")
        self.setAccessibleName("Find a command")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setFixedSize(560, 440)
        self._all = _distinct(actions)
        self._found = self._all
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find a command")
        self.words.setAccessibleName("Find a command")
        self.words.textChanged.connect(self._on_words)
        self.words.returnPressed.connect(self._do_current)
        self.words.installEventFilter(self)
        self.rows = Rows((Column("Command"), Column("Key", 140, right=True)), "Commands", row_height=36)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.horizontalHeader().hide()
        self.rows.opened.connect(self._do)
        lines = QVBoxLayout(self)
        lines.addWidget(self.words)
        lines.addWidget(self.rows)
        self._on_words("")
        self.words.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in moves:
            self.rows.choose(min(max(self.rows.current + moves[Qt.Key(event.key())], 0), max(len(self._found) - 1, 0)))
            return True
        return super().eventFilter(watched, event)

    def _on_words(self, words: str) -> None:
        parts = words.casefold().split()
        self._found = tuple(each for each in self._all if all(part in each.text().casefold() for part in parts))
        self.rows.show_rows([(Shown(each.text(), weight=Weight.VALUE), Shown(_key(each), Colour.SECOND)) for each in self._found])

    def _do_current(self) -> None:
        if self._found:
            self._do(max(self.rows.current, 0))

    def _do(self, row: int) -> None:
        chosen = self._found[row]
        self.accept()
        chosen.trigger()


def _key(bound: BoundAction) -> str:
    return "  ".join(action(bound.command).caps)


def _distinct(actions: Sequence[QAction]) -> tuple[BoundAction, ...]:
    """Each enabled command once; rows with one meaning per key (digits) are left to their keys."""
    once: dict[str, BoundAction] = {}
    for each in actions:
        if isinstance(each, BoundAction) and each.isEnabled() and not action(each.command).shown:
            once.setdefault(each.command, each)
    return tuple(once.values())
