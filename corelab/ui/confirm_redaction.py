"""The question to the second person of a redaction: who asked and why, the own reason, the password."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from corelab.domain.reasons import SHORTEST_REASON
from corelab.services.redaction import RedactionRequest
from corelab.ui.dialog import Dialog
from corelab.ui.event_words import KIND_WORDS, time_with_zone
from corelab.ui.fields import Password, field
from corelab.ui.life_words import REDACTION_CAUSES
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.words import words_for


class ConfirmRedaction(Dialog):
    """Stays open until the service has answered.

    Signals:
        given: carries the reason and the password.
    """

    given = Signal(str, str)

    def __init__(self, parent: QWidget, asked: RedactionRequest) -> None:
        super().__init__(parent, f"Empty the words of event {asked.of}?", width=520)
        self.add_words(f"{kind_words(asked.kind)}. {request_words(asked)}", strong=True)
        self.add_words("Read the event first. Its words are overwritten and cannot be had back; the line and its place in the chain stay.")
        self.words = QPlainTextEdit()
        self.words.setPlaceholderText("What you saw yourself, without the data")
        self.words.setTabChangesFocus(True)
        self.words.setFixedHeight(72)
        self.lines.addWidget(field("Reason in words", self.words))
        self.password = Password()
        self.lines.addWidget(field("Password", self.password))
        self.fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.fault.hide()
        self.lines.addWidget(self.fault)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Empty the words", self._on_do, primary=True)
        self.words.textChanged.connect(self._on_typed)
        self.password.textChanged.connect(self._on_typed)
        self.password.returnPressed.connect(self._on_do)
        self.words.setFocus()
        self._on_typed()

    def refuse(self, error: Exception) -> None:
        """Say why nothing was emptied; what was typed as a reason stays."""
        self.fault.setText(words_for(error).all)
        self.fault.show()
        self.password.clear()
        self.password.setFocus()

    def _on_typed(self) -> None:
        enough = sum(each.isalnum() for each in self.words.toPlainText()) >= SHORTEST_REASON
        self.do.setEnabled(enough and bool(self.password.text()))

    def _on_do(self) -> None:
        if self.do.isEnabled():
            self.do.setEnabled(False)
            self.given.emit(self.words.toPlainText().strip(), self.password.text())


def request_words(asked: RedactionRequest) -> str:
    return f"{REDACTION_CAUSES[asked.cause]}. Asked by {asked.person}, {time_with_zone(asked.at)}: {asked.why}"


def kind_words(kind: str) -> str:
    return KIND_WORDS.get(kind, f"Event {kind}")
