"""The redactions that wait for a second person, on the audit page: what was asked for, by whom, and the way to agree."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.services.redaction import RedactionRequest
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.confirm_redaction import kind_words, request_words
from corelab.ui.desk import Desk
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight


class WaitingCard(Card):
    """What was asked for and waits for a second person; no card where nothing waits.

    Signals:
        confirm_requested: carries the request (RedactionRequest).
        look_requested: carries the number of the event.
    """

    confirm_requested = Signal(object)
    look_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.titled("Redactions asked for")
        self._body = QVBoxLayout()
        self._body.setSpacing(12)
        self.lines.addLayout(self._body)
        self.looks: list[Button] = []
        self.confirms: list[Button] = []
        self.hide()

    def show_requests(self, found: tuple[RedactionRequest, ...]) -> None:
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.looks, self.confirms = [], []
        for one in found:
            self._body.addWidget(self._row(one))
        self.setVisible(bool(found))

    def _row(self, asked: RedactionRequest) -> QWidget:
        row = QWidget()
        lines = QVBoxLayout(row)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(6)
        lines.addWidget(text_label(f"Event {asked.of}: {kind_words(asked.kind)}", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True))
        lines.addWidget(text_label(request_words(asked), Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        look = _button("Show", f"Show event {asked.of}", partial(self.look_requested.emit, asked.of))
        self.looks.append(look)
        buttons.addWidget(look)
        if asked.by == self._desk.session.account:
            lines.addWidget(text_label("You asked: another person has to agree.", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True))
        else:
            confirm = _button("Confirm...", f"Confirm the redaction of event {asked.of}", partial(self.confirm_requested.emit, asked))
            self.confirms.append(confirm)
            buttons.addWidget(confirm)
        buttons.addStretch(1)
        lines.addLayout(buttons)
        return row


def _button(words: str, name: str, pressed: Callable[[], object]) -> Button:
    button = Button(words)
    button.setAccessibleName(name)
    button.clicked.connect(pressed)
    return button
