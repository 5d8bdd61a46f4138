"""The custody key on the people page: who holds it, whether it should be rotated, and the two ways to a new one."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from corelab.domain.accounts import Meaning
from corelab.services import custody
from corelab.services.custody_facts import CustodyChange, CustodyFacts
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.custody_words import change_words, holder_words, leaver_words
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.fields import field
from corelab.ui.parts import text_label, tint
from corelab.ui.people_forms import FORM_WIDTH
from corelab.ui.theme import GRID, Colour, Size, Weight, font

_ROTATE = (
    "A new custody key replaces the present one: for coordinators who hold it and stay. Every other sign-in of the lab ends; what was "
    "saved is kept. Why is it changed?"
)


class CustodyCard(Card):
    """Signals: ``changed``: there is a new custody key."""

    changed = Signal()

    def __init__(self, desk: Desk, *, acts: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._dialog: dialogs.SignDialog | None = None
        self.titled("Custody")
        self.setFixedWidth(FORM_WIDTH)
        self._holders = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self._due = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._last = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.rotate, self.recover = Button("Rotate custody", writes=True), Button("Recover custody", writes=True)
        self.rotate.clicked.connect(self._on_rotate)
        self.recover.clicked.connect(self._on_recover)
        for widget in (self._holders, self._due, self._last):
            self.lines.addWidget(widget)
        if acts:
            self.lines.addSpacing(GRID)
            self.lines.addWidget(self.rotate)
            self.lines.addWidget(self.recover)

    def show_facts(self, facts: CustodyFacts) -> None:
        """Rotating is for those who hold the key; the recovery code is for those who do not, too."""
        self._holders.setText(holder_words(facts))
        self._due.setText(leaver_words(facts))
        self._due.setVisible(facts.should_rotate)
        self._last.setText(_last_words(facts.last, self._desk))
        self._last.setVisible(facts.last is not None)
        self.rotate.setEnabled(any(person.account == self._desk.session.account for person in facts.holders))

    # ------------------------------------------------------------ a new key

    def _on_rotate(self) -> None:
        dialogs.ask_reason(self, "Rotate the custody key?", _ROTATE, do="Go on to the signature", given=self._on_reason)

    def _on_reason(self, _code: str, reason: str) -> None:
        self._sign(lambda password: partial(custody.rotate, self._desk.lab, self._desk.session, reason, password))

    def _on_recover(self) -> None:
        dialog = RecoveryDialog(self)
        dialog.given.connect(self._on_code)
        dialog.open()

    def _on_code(self, code: str) -> None:
        self._sign(lambda password: partial(custody.recover, self._desk.lab, self._desk.session, code, password))

    def _sign(self, work: Callable[[str], Callable[[], str]]) -> None:
        def given(password: str) -> None:
            self._desk.jobs.query(self, work(password), self._on_changed, self._on_refused)

        self._dialog = dialogs.ask_signature(self, self._desk, Meaning.CUSTODY_CHANGE, "the change of the custody key", given=given)

    def _on_changed(self, code: str) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        self.changed.emit()
        NewCodeDialog(self, code).open()

    def _on_refused(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.refuse(error)


def _last_words(last: CustodyChange | None, desk: Desk) -> str:
    return change_words(last, desk.lab.clock) if last is not None else ""


class RecoveryDialog(Dialog):
    """The recovery code, as it stands on paper. Signals: ``given`` carries it."""

    given = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Take custody with the recovery code?")
        self.add_words(
            "For a lab whose coordinators can no longer open what is sealed. The code is replaced by a new one. Every other sign-in of the "
            "lab ends; what was saved is kept, and all coordinators are told."
        )
        self.code = QLineEdit()
        self.lines.addWidget(field("Recovery code, 9 groups of 4", self.code))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Go on to the signature", self._on_do, primary=True)
        self.code.textChanged.connect(self._on_typed)
        self.code.returnPressed.connect(self.do.click)
        self._on_typed()
        self.code.setFocus()

    def _on_typed(self) -> None:
        self.do.setEnabled(bool(self.code.text().strip()))

    def _on_do(self) -> None:
        self.given.emit(self.code.text().strip())
        self.accept()


class NewCodeDialog(Dialog):
    """The new recovery code, shown once: closing needs a word that it was written down."""

    def __init__(self, parent: QWidget, code: str) -> None:
        super().__init__(parent, "The new recovery code", width=640)
        self.add_words("Write it on paper and keep it outside the lab. Destroy the former one: it opens nothing any more.", strong=True)
        self.code = QLineEdit(code)
        self.code.setReadOnly(True)
        self.code.setAccessibleName("Recovery code")
        self.code.setFont(font(Size.PANEL, Weight.HEADING))
        self.code.setMinimumHeight(40)
        self.lines.addWidget(self.code)
        self._told = text_label(
            "It is shown only now. Who has it can open every sealed reading: do not print it on a shared printer, and keep no copy on a "
            "computer.",
            Size.BODY,
            Weight.TEXT,
            Colour.SECOND,
            wrap=True,
        )
        self.lines.addWidget(self._told)
        self.add_words("Sign in again to work with the new custody key.")
        self.add_button("Copy", self._on_copy)
        self.add_button("I wrote it down", self.accept, primary=True)

    def reject(self) -> None:
        """Escape does not close it: the code would be gone."""

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())
        self._told.setText("Copied. Put it on paper now, then copy something else over it.")
        tint(self._told, Colour.ATTENTION)
