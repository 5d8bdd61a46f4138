"""A review of the trail, before its signature: what was looked at, and what was found."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from corelab.ui.dialog import Dialog
from corelab.ui.fields import field


class ReviewDialog(Dialog):
    """Asks for scope and findings.

    Signals:
        given: carries the scope, and the findings as a tuple of texts.
    """

    given = Signal(str, object)

    def __init__(self, parent: QWidget, scope: str) -> None:
        super().__init__(parent, "Review of the audit trail", width=560)
        self.scope, self.findings = QPlainTextEdit(scope), QPlainTextEdit()
        self.scope.setFixedHeight(64)
        self.findings.setFixedHeight(140)
        self.findings.setPlaceholderText("One finding on each line. Nothing here: no findings.")
        for box in (self.scope, self.findings):
            box.setTabChangesFocus(True)
        self.add_words("The review is signed and stands in the trail. It binds all events up to now.")
        self.lines.addWidget(field("What was looked at", self.scope))
        self.lines.addWidget(field("Findings", self.findings))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Go on to the signature", self._on_do, primary=True)
        self.scope.textChanged.connect(self._on_typed)
        self.findings.setFocus()
        self._on_typed()

    def _on_typed(self) -> None:
        self.do.setEnabled(bool(self.scope.toPlainText().strip()))

    def _on_do(self) -> None:
        findings = tuple(line.strip() for line in self.findings.toPlainText().splitlines() if line.strip())
        self.accept()
        self.given.emit(self.scope.toPlainText().strip(), findings)
