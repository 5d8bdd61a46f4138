"""A question in a dialog that a digit answers: options under each other, the chosen one marked."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.ui.form_parts import Choice, OptionButton
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight


class DigitChoice(QWidget):
    """Options from 1 on. It takes no key itself: its dialog hands it the digits.

    Signals:
        picked: one was chosen; carries its number, from 0.
    """

    picked = Signal(int)

    def __init__(self, question: str, options: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(question)
        self._options = tuple(options)
        self.chosen: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(text_label(question, Size.OPTION, Weight.HEADING, Colour.STRONG, wrap=True))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        column.addLayout(self._rows)
        self._show()

    def pick(self, digit: int) -> bool:
        """Whether this digit names an option; it is chosen then."""
        if not 1 <= digit <= len(self._options):
            return False
        self.chosen = digit - 1
        self._show()
        self.picked.emit(self.chosen)
        return True

    def _show(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, words in enumerate(self._options):
            button = OptionButton(Choice(number + 1, words, chosen=number == self.chosen))
            button.picked.connect(self.pick)
            self._rows.addWidget(button)
