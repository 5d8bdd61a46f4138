"""Own keys: every action with its keys, a filter, presets; a key is set by pressing it."""

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from corelab.ui import own_keys
from corelab.ui.buttons import Pill
from corelab.ui.commands import ACTIONS, KEYS, Action, spoken
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.key_field import KeyField
from corelab.ui.key_words import listed, refusal
from corelab.ui.keymap import FIXED, PRESETS, Changes, Refused, Why, fitting, preset_of, refused
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Mark, Rows, Shown
from corelab.ui.theme import GRID, Colour, Size, Weight

_COLUMNS: Final = (Column("Where", 170), Column("Action"), Column("Keys", 200, firm=True))
_MOVES: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class KeysDialog(Dialog):
    """Each change acts at once and is kept for this person on this workstation."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, "Your keys", width=820)
        self._desk = desk
        self._changes: Changes = own_keys.changed_keys(desk)
        self._found: tuple[Action, ...] = ACTIONS
        self._adds = False
        self.add_words("They act for you at this workstation, from now on. Keys that give grades or sign are the same for everybody.")
        self.lines.addLayout(self._head())
        self.rows = Rows(_COLUMNS, "Actions and their keys", row_height=34)
        self.rows.setFixedHeight(min(430, self.screen().availableGeometry().height() - 380))
        self.rows.opened.connect(self._on_change)
        self.rows.chosen.connect(self._on_chosen)
        self.lines.addWidget(self.rows)
        self.key = KeyField()
        self.key.hide()
        self.key.pressed.connect(self._on_pressed)
        self.key.left.connect(self._on_left)
        self.lines.addWidget(self.key)
        self.said = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.said.setMinimumHeight(40)
        self.lines.addWidget(self.said)
        self._add_buttons()
        self._show()
        self.filter.setFocus()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by words or key")
        self.filter.setAccessibleName("Filter by words or key")
        self.filter.setMinimumHeight(36)
        self.filter.textChanged.connect(self._show)
        self.filter.returnPressed.connect(self._on_change)
        self.filter.installEventFilter(self)
        head.addWidget(self.filter, 1)
        head.addSpacing(16)
        head.addWidget(text_label("Preset", Size.BODY, Weight.TEXT, Colour.SECOND))
        self.presets = {name: Pill(name) for name in PRESETS}
        for name, pill in self.presets.items():
            pill.setAutoExclusive(False)
            pill.setAccessibleName(f"Preset {name}")
            pill.clicked.connect(partial(self._on_preset, name))
            head.addWidget(pill)
        return head

    def _add_buttons(self) -> None:
        self.change = self.add_button("Change", self._on_change)
        self.add = self.add_button("Add a key", self._on_add)
        self.reset_one = self.add_button("Reset", self._on_reset_one)
        self.reset_all = self.add_button("Reset all", partial(self._on_preset, next(iter(PRESETS))))
        self.add_button("Close", self.accept, primary=True, cap="Esc")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down choose a row while words are typed."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in _MOVES:
            self.rows.choose(min(max(self.rows.current + _MOVES[Qt.Key(event.key())], 0), max(len(self._found) - 1, 0)))
            return True
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------ what is shown

    def _show(self, _words: str = "") -> None:
        sought = self.filter.text().casefold().split()
        chosen = self._chosen
        self._found = tuple(each for each in ACTIONS if all(part in _sought_in(each) for part in sought))
        at = self._found.index(chosen) if chosen in self._found else 0
        self.rows.show_rows([self._cells(each) for each in self._found], current=at)
        for name, pill in self.presets.items():
            pill.setChecked(preset_of(self._changes) == name)
        self.reset_all.setEnabled(bool(self._changes))
        self._on_chosen(self.rows.current)

    def _cells(self, row: Action) -> tuple[Shown, ...]:
        changed = row.id in self._changes
        hint = f"In the table: {', '.join(spoken(key) for key in row.keys) or 'none'}" if changed else ""
        if row.id in FIXED:
            keys = Shown(listed(row), Colour.THIRD, hint="These keys stay.")
        elif changed:
            keys = Shown(f"{listed(row)}  (yours)", Colour.STRONG, Weight.HEADING, mark=Mark.ATTENTION, hint=hint)
        else:
            keys = Shown(listed(row), Colour.TEXT if row.caps else Colour.THIRD, Weight.VALUE)
        return Shown(row.group.value, Colour.SECOND), Shown(row.text, hint=row.text), keys

    @property
    def _chosen(self) -> Action | None:
        at = self.rows.current
        return self._found[at] if 0 <= at < len(self._found) else None

    def _on_chosen(self, _row: int) -> None:
        row = self._chosen
        movable = row is not None and row.id not in FIXED
        self.change.setEnabled(movable)
        self.add.setEnabled(movable and row is not None and bool(row.caps))
        self.reset_one.setEnabled(row is not None and row.id in self._changes)

    # ------------------------------------------------------------ a new key

    def _on_change(self, _row: int = -1) -> None:
        self._ask(adds=False)

    def _on_add(self) -> None:
        self._ask(adds=True)

    def _ask(self, *, adds: bool) -> None:
        row = self._chosen
        if row is None:
            return
        if row.id in FIXED:
            self.said.setText(refusal("", Refused(Why.FIXED)))
            return
        self._adds = adds
        self.said.setText("")
        self.key.ask(f"Press the {'further' if adds else 'new'} key for {row.text!r}; Esc leaves it as it is.")

    def _on_pressed(self, key: str) -> None:
        row = self._chosen
        if row is None:
            return
        why = refused(row.id, key, self._changes)
        if why is not None:
            self.said.setText(refusal(key, why))
            return
        before = KEYS.of(row) if self._adds else ()
        self._keep({**self._changes, row.id: (*(each for each in before if each != key), key)}, f"{row.text}: {spoken(key)} acts now.")
        self._on_left()

    def _on_left(self) -> None:
        if self.key.isVisible():
            held = self.key.hasFocus()
            self.key.hide()
            if held:
                self.rows.setFocus()

    # ------------------------------------------------------------ back to the table

    def _on_reset_one(self) -> None:
        """Refused where another action has the key of the table by now: it has to go first."""
        row = self._chosen
        if row is None:
            return
        rest = {command: keys for command, keys in self._changes.items() if command != row.id}
        lost = next((command for command in rest if command not in fitting(rest)), "")
        if lost:
            taken = next(key for key in row.keys if key in rest[lost])
            self.said.setText(refusal(taken, Refused(Why.TAKEN, lost)))
        else:
            self._keep(rest, f"{row.text}: {', '.join(spoken(key) for key in row.keys) or 'no key'}, as in the table.")

    def _on_preset(self, name: str) -> None:
        gone = sum(PRESETS[name].get(command) != keys for command, keys in self._changes.items()) if not preset_of(self._changes) else 0
        own = f" {gone} of your own changes {'is' if gone == 1 else 'are'} gone." if gone else ""
        self._keep(PRESETS[name], f"The keys of {name} act now.{own}")

    def _keep(self, changes: Changes, words: str) -> None:
        self._changes = fitting(changes)
        try:
            own_keys.keep(self._desk, self._changes)
        except OSError as error:
            words = f"{words} They could not be kept at this workstation ({error}), so they end with your sign-out."
        self.said.setText(words)
        self._show()


def _sought_in(row: Action) -> str:
    return f"{row.group.value} {row.text} {' '.join(row.caps)}".casefold()
