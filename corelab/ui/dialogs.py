"""Questions and messages: an error in words, a reason, a confirmation, a signature, a code shown once.

All are window-modal and answer by a call, so that nothing else stands still while they are open.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from corelab.domain.accounts import Meaning, user_key
from corelab.domain.reasons import SHORTEST_REASON
from corelab.ui.cards import Working
from corelab.ui.crash import show_fault
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.fields import Password, field
from corelab.ui.parts import text_label, tint
from corelab.ui.theme import Colour, Size, Weight, font
from corelab.ui.times import with_zone
from corelab.ui.words import is_expected, words_for


class ErrorDialog(Dialog):
    """What happened, what was kept, what to do now."""

    def __init__(self, parent: QWidget | None, error: BaseException) -> None:
        words = words_for(error)
        super().__init__(parent, words.happened)
        self.add_words(words.kept)
        self.add_words(words.do, strong=True)
        self.add_button("Close", self.accept, primary=True, cap="Enter").setFocus()


def show_error(parent: QWidget | None, error: BaseException) -> Dialog:
    """Open the message for an error; see ``words_for``. One without words of its own is a fault of the program: see ``crash``."""
    if not is_expected(error):
        return show_fault(parent, error)
    dialog = ErrorDialog(parent, error)
    dialog.open()
    return dialog


class ReasonDialog(Dialog):
    """A reason: one of a list where there is one, and words.

    Signals:
        given: carries the chosen code (or "") and the words.
    """

    given = Signal(str, str)

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        question: str,
        do: str,
        choices: Sequence[tuple[str, str]] = (),
        *,
        both: bool = False,
    ) -> None:
        super().__init__(parent, title)
        self.add_words(question)
        self.choice = QComboBox()
        self.choice.setAccessibleName("Reason")
        for code, label in choices:
            self.choice.addItem(label, code)
        self.choice.setVisible(bool(choices))
        self.lines.addWidget(self.choice)
        self.words = QPlainTextEdit()
        self.words.setAccessibleName("Reason in words")
        self.words.setPlaceholderText("Reason in words" if both or not choices else "More words, if they help")
        self.words.setTabChangesFocus(True)
        self.words.setFixedHeight(80)
        self.words.textChanged.connect(self._on_typed)
        self.lines.addWidget(self.words)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button(do, self._on_do, primary=True)
        (self.choice if choices else self.words).setFocus()
        self._least = SHORTEST_REASON if both else 0 if choices else 3
        self._on_typed()

    def _on_typed(self) -> None:
        self.do.setEnabled(sum(each.isalnum() for each in self.words.toPlainText()) >= self._least)

    def _on_do(self) -> None:
        code = self.choice.currentData() or ""
        self.given.emit(code, self.words.toPlainText().strip())
        self.accept()


def ask_reason(  # noqa: PLR0913 - the parts of a question
    parent: QWidget,
    title: str,
    question: str,
    *,
    do: str,
    given: Callable[[str, str], object],
    choices: Sequence[tuple[str, str]] = (),
    both: bool = False,
) -> ReasonDialog:
    """Ask why; ``given`` gets the code of the choice ("" without choices) and the words. ``do`` stands on the button.

    ``both``: a choice alone is not enough, for what is changed after a signature.
    """
    dialog = ReasonDialog(parent, title, question, do, choices, both=both)
    dialog.given.connect(given)
    dialog.open()
    return dialog


class ConfirmDialog(Dialog):
    def __init__(self, parent: QWidget | None, title: str, words: str, do: str) -> None:
        super().__init__(parent, title)
        self.add_words(words)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.add_button(do, self.accept, primary=True, cap="Enter").setFocus()


def confirm(parent: QWidget, title: str, words: str, *, do: str, agreed: Callable[[], object]) -> ConfirmDialog:
    """Ask before something that cannot be taken back."""
    dialog = ConfirmDialog(parent, title, words, do)
    dialog.accepted.connect(agreed)
    dialog.open()
    return dialog


class SignDialog(Dialog):
    """A signature: who signs, what it means, when, what it binds; the password is typed each time.

    The first signature of a sign-in asks for the user name as well. The dialog stays open until the service has answered:
    call ``accept`` when it is signed, ``refuse`` with the error when not.

    Signals:
        password_given: carries the password; asks the page to sign.
    """

    password_given = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, meaning: Meaning | str, what: str) -> None:
        super().__init__(parent, f"Sign: {what}")
        self._desk = desk
        self._add_facts(desk, meaning if isinstance(meaning, str) else meaning.value)
        self.user = QLineEdit()
        self._asks_user = not desk.continuity.signed
        if self._asks_user:
            self.lines.addWidget(field("User name", self.user))
        self.password = Password()
        self.lines.addWidget(field("Password", self.password))
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._fault.hide()
        self._working = Working()
        self.lines.addWidget(self._fault)
        self.lines.addWidget(self._working)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Sign", self._on_sign, primary=True, cap="Enter")
        self.user.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._on_sign)
        (self.user if self._asks_user else self.password).setFocus()

    def _add_facts(self, desk: Desk, meaning: str) -> None:
        self.add_words(f"{desk.session.printed_name}\nMeaning: {meaning}\nTime: {with_zone(desk.lab.clock)}", strong=True)
        self.add_words(
            "My electronic signature is the legally binding equivalent of my handwritten signature. It binds exactly what I sign here."
        )

    def accept(self) -> None:
        self._desk.continuity.signed = True
        super().accept()

    def refuse(self, error: BaseException) -> None:
        """Say why it was not signed; the dialog stays for another try."""
        self._say(words_for(error).all)

    def tell(self, done: int, total: int, words: str) -> None:
        """How far the service is with what comes before the signature."""
        if self._working.isHidden():
            self._fault.hide()
            self._working.begin(words, can_stop=False)
        self._working.tell(done, total, words)

    def _on_sign(self) -> None:
        if self._asks_user and user_key(self.user.text()) != self._desk.session.user_name:
            self._say("This is not the user name of who is signed in. Nothing was signed.")
        elif self.password.text() and self.do.isEnabled():
            self.do.setEnabled(False)
            self.password_given.emit(self.password.text())

    def _say(self, words: str) -> None:
        self._working.end()
        self._fault.setText(words)
        self._fault.show()
        self.password.clear()
        self.password.setFocus()
        self.do.setEnabled(True)


def ask_signature(parent: QWidget, desk: Desk, meaning: Meaning | str, what: str, *, given: Callable[[str], object]) -> SignDialog:
    """Open the signature dialog; ``given`` gets the typed password."""
    dialog = SignDialog(parent, desk, meaning, what)
    dialog.password_given.connect(given)
    dialog.open()
    return dialog


class CodeDialog(Dialog):
    """A one-time code, shown once, with a way to copy it."""

    def __init__(self, parent: QWidget | None, title: str, words: str, code: str) -> None:
        super().__init__(parent, title)
        self.add_words(words)
        self.code = QLineEdit(code)
        self.code.setReadOnly(True)
        self.code.setAccessibleName("One-time code")
        self.code.setFont(font(Size.SEGMENT, Weight.HEADING))
        self.lines.addWidget(self.code)
        self._copied = text_label("It is shown only now.", Size.HINT, Weight.TEXT, Colour.SECOND)
        self.lines.addWidget(self._copied)
        self.add_button("Copy", self._on_copy)
        self.add_button("Done", self.accept, primary=True, cap="Enter").setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())
        self._copied.setText("Copied. Give it to the person, then copy something else over it.")
        tint(self._copied, Colour.ATTENTION)


def show_code(parent: QWidget, title: str, words: str, code: str) -> CodeDialog:
    dialog = CodeDialog(parent, title, words, code)
    dialog.open()
    return dialog


class AccountsDialog(Dialog):
    """The people of a new demo lab with their passwords, to copy."""

    def __init__(self, parent: QWidget | None, accounts: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(parent, "The demo lab is ready", width=560)
        self.add_words("Sign in as any of these. The passwords are shown only now.")
        self.list = QPlainTextEdit("\n".join(f"{user}    {password}    {role}" for user, role, password in accounts))
        self.list.setReadOnly(True)
        self.list.setAccessibleName("User, password and role of each person")
        self.list.setFixedHeight(28 * len(accounts) + 16)
        self.lines.addWidget(self.list)
        self.add_button("Copy all", self._on_copy)
        self.add_button("Done", self.accept, primary=True, cap="Enter").setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.list.toPlainText())


def show_accounts(parent: QWidget, accounts: Sequence[tuple[str, str, str]]) -> AccountsDialog:
    """(user, role, password) of each."""
    dialog = AccountsDialog(parent, accounts)
    dialog.open()
    return dialog
