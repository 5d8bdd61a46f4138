"""Before a signature: every soft check that fires, each with a line for its reason, or a way to go there."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from corelab.ui.buttons import Button, Look
from corelab.ui.dialog import Dialog
from corelab.ui.form_lines import ReasonField, reason_refused
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

_ROW = 76
_MOST = 5


class ConfirmChecksDialog(Dialog):
    """Enter goes to the next line without a reason; on the last one it goes on to the signature.

    Signals:
        confirmed: carries the reasons, in the order of the checks.
        followed: one is to be looked at first; carries its number.
    """

    confirmed = Signal(object)
    followed = Signal(int)

    def __init__(self, parent: QWidget, checks: Sequence[str]) -> None:
        noun = "One check asks" if len(checks) == 1 else f"{len(checks)} checks ask"
        super().__init__(parent, f"{noun} for a reason before you sign", width=640)
        self.add_words("Say for each why it is right all the same, or go there and change it. The reasons are signed with it.")
        self.reasons: list[ReasonField] = []
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for number, words in enumerate(checks):
            column.addWidget(self._row(number, words))
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFixedHeight(_ROW * min(len(checks), _MOST))
        self._scroll = scroll
        self.lines.addWidget(scroll)
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._fault.hide()
        self.lines.addWidget(self._fault)
        self.add_button("Close", self.reject, cap="Esc")
        self.do = self.add_button("Go on to the signature", self._on_do, primary=True)
        self.reasons[0].setFocus()

    def _row(self, number: int, words: str) -> QWidget:
        row = QWidget()
        lines = QVBoxLayout(row)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(text_label(words, Size.BODY, Weight.VALUE, Colour.STRONG, wrap=True))
        reason = ReasonField("Why is it right all the same?")
        reason.setAccessibleName(f"Reason: {words}")
        reason.given.connect(partial(self._on_given, number))
        reason.left.connect(self.reject)
        go = Button("Go there", look=Look.QUIET)
        go.clicked.connect(partial(self._on_go, number))
        line = QHBoxLayout()
        line.addWidget(reason, 1)
        line.addWidget(go)
        lines.addLayout(line)
        self.reasons.append(reason)
        return row

    def _on_given(self, number: int, _words: str) -> None:
        open_ones = [one for one in (*self.reasons[number + 1 :], *self.reasons[:number]) if reason_refused(one.text())]
        if reason_refused(self.reasons[number].text()) or not open_ones:
            self._on_do()
        else:
            open_ones[0].setFocus()
            self._scroll.ensureWidgetVisible(open_ones[0])

    def _on_do(self) -> None:
        refused = next((field for field in self.reasons if reason_refused(field.text())), None)
        self._fault.setVisible(refused is not None)
        if refused is None:
            self.accept()
            self.confirmed.emit([field.text().strip() for field in self.reasons])
        else:
            self._fault.setText(reason_refused(refused.text()))
            refused.setFocus()
            self._scroll.ensureWidgetVisible(refused)

    def _on_go(self, number: int) -> None:
        self.accept()
        self.followed.emit(number)
