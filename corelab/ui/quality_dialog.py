"""Why a clip is less than diagnostic: reasons of a closed list, several of them, by digits."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from corelab.services.intake import Quality, QualityReason
from corelab.ui.dialog import Dialog
from corelab.ui.form_parts import Choice, OptionButton
from corelab.ui.intake_words import QUALITY_WORDS, REASON_WORDS

_REASONS = tuple(QualityReason)
_KEYS = "1234567890-"


class QualityDialog(Dialog):
    """Signals: ``given`` carries the reasons."""

    given = Signal(object)

    def __init__(self, parent: QWidget | None, grade: Quality, clips: int, chosen: Collection[QualityReason] = ()) -> None:
        super().__init__(parent, f"{QUALITY_WORDS[grade]}: why?", width=420)
        about = "the clip" if clips == 1 else f"these {clips} clips"
        self.add_words(f"Everything that is wrong with {about}. Digits choose, 0 and - the last two; Enter keeps them.")
        self.chosen = set(chosen)
        self._rows: list[QWidget] = []
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Keep", self._on_keep, primary=True, cap="Enter")
        self._show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = _KEYS.find(event.text()) if event.text() else -1
        if 0 <= at < len(_REASONS):
            self._toggle(at)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_keep()
        else:
            super().keyPressEvent(event)

    def _toggle(self, at: int) -> None:
        self.chosen ^= {_REASONS[at]}
        self._show()

    def _on_digit(self, digit: int) -> None:
        self._toggle(digit - 1)

    def _show(self) -> None:
        for row in self._rows:
            self.lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for at, reason in enumerate(_REASONS):
            button = OptionButton(Choice(at + 1, REASON_WORDS[reason], chosen=reason in self.chosen, key=_KEYS[at]))
            button.picked.connect(self._on_digit)
            self.lines.addWidget(button)
            self._rows.append(button)
        self.do.setEnabled(bool(self.chosen))

    def _on_keep(self) -> None:
        if self.chosen:
            self.given.emit(tuple(reason for reason in _REASONS if reason in self.chosen))
            self.accept()
