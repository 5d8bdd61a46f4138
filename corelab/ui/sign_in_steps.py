"""What may follow the password at sign-in: a code, another window to end, a new password, a second factor, the statement."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from corelab.domain.statement import Statement
from corelab.services.second_factor import Enrolment
from corelab.ui.buttons import Button, Look
from corelab.ui.fields import Password, field
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight, font


def column(title: str, second: str) -> tuple[QWidget, QVBoxLayout]:
    """A heading with a sentence under it, and room for more."""
    box = QWidget()
    return box, _headed(box, title, second)


def _headed(box: QWidget, title: str, second: str) -> QVBoxLayout:
    lines = QVBoxLayout(box)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(14)
    lines.addWidget(text_label(title, Size.PAGE, Weight.HEADING, Colour.STRONG))
    lines.addWidget(text_label(second, Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True))
    return lines


class Step(QWidget):
    """One thing to do before the pages.

    Signals:
        done: carries what was typed (a code, a password; empty for an agreement).
        left: the person goes no further.
    """

    done = Signal(str)
    left = Signal()

    def __init__(self, title: str, second: str, do: str, leave: str = "Sign out") -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.lines = _headed(self, title, second)
        self.do = Button(do, look=Look.PRIMARY, cap="Enter")
        self.do.clicked.connect(self._on_do)
        self.leave = Button(leave, look=Look.QUIET)
        self.leave.clicked.connect(self.left)
        self._typed: tuple[QLineEdit, ...] = ()

    def ask(self, fields: Sequence[tuple[str, QLineEdit, str]]) -> None:
        """Fields with their words and notes, then the buttons; Enter goes from field to field and then does it."""
        self._typed = tuple(control for _, control, _ in fields)
        for words, control, note in fields:
            self.lines.addWidget(field(words, control, note))
        for control, following in zip(self._typed, self._typed[1:], strict=False):
            control.returnPressed.connect(following.setFocus)
        if self._typed:
            self._typed[-1].returnPressed.connect(self._on_do)
        self.lines.addWidget(self.do)
        self.lines.addWidget(self.leave)
        self.lines.addStretch(1)

    def take_focus(self) -> None:
        (self._typed[0] if self._typed else self.do).setFocus()

    def wait(self) -> None:
        """The answer is on its way."""
        self.do.setEnabled(False)

    def try_again(self) -> None:
        self.do.setEnabled(True)
        for control in self._typed:
            control.clear()
        self.take_focus()

    def _on_do(self) -> None:
        words = self._typed[-1].text() if self._typed else ""
        if self.do.isEnabled() and (words or not self._typed):
            self.wait()
            self.done.emit(words)


class CodeStep(Step):
    """The six digits of the second factor."""

    def __init__(self) -> None:
        super().__init__("Second factor", "Type the 6 digits that your authenticator shows now.", "Sign in", "Back to sign in")
        self.code = QLineEdit()
        self.ask([("Code", self.code, "")])


class EndOtherStep(Step):
    """A window of the same person is open already; with the password again it is ended."""

    def __init__(self, words: str) -> None:
        super().__init__("You are signed in already", words, "End it and sign in here", "Back to sign in")
        self.password = Password()
        self.ask([("Password, once more", self.password, "")])


class NewPasswordStep(Step):
    """A password that is too old gives way to a new one."""

    refused = Signal(str)
    """What was typed cannot be."""

    def __init__(self) -> None:
        super().__init__(
            "Choose a new password", "Your password is older than this lab allows. Your keys stay the same.", "Change the password"
        )
        self.new, self.again = Password(), Password()
        note = "At least 12 characters; several words are good."
        self.ask([("New password", self.new, note), ("The same again", self.again, "")])

    def _on_do(self) -> None:
        if self.new.text() != self.again.text():
            self.refused.emit("The two passwords differ. Nothing was changed. Type both again.")
            self.try_again()
        else:
            super()._on_do()


class EnrolStep(Step):
    """A second factor is set up: the key to type into an authenticator, proved by its first code."""

    def __init__(self, made: Enrolment) -> None:
        words = "Add an account to your authenticator with this key (by time, 6 digits), then type the code that it shows."
        super().__init__("Set up a second factor", words, "Set it up")
        self.key = _to_copy(made.typed, "Key")
        self.key.setFont(font(Size.BODY, Weight.HEADING))
        self.address = _to_copy(made.address, "Address for authenticators that read one")
        self.code = QLineEdit()
        self.lines.addWidget(field("Key", self.key))
        self.lines.addWidget(field("Or as an address", self.address))
        self.ask([("Code that the authenticator shows", self.code, "")])


def _to_copy(words: str, name: str) -> QLineEdit:
    line = QLineEdit(words)
    line.setReadOnly(True)
    line.setCursorPosition(0)
    line.setAccessibleName(name)
    return line


class StatementStep(Step):
    """What a person accepts once, before signing anything."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(
            "Your electronic signature", "Read this once, before you sign anything. That you accept it is recorded.", "I accept"
        )
        self.lines.addWidget(text_label(statement.words, Size.PANEL, Weight.VALUE, Colour.STRONG, wrap=True))
        self.lines.addSpacing(8)
        self.ask([])
