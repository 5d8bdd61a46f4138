"""Sign in: user, password, Enter. Or the first time: a one-time code becomes an own password."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from corelab.domain.vocabulary import LabKind
from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Card
from corelab.ui.fields import Password, field
from corelab.ui.parts import Badge, text_label
from corelab.ui.sign_in_steps import Step, column
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.words import words_for


class SignInPage(QWidget):
    """The first screen of a lab. It knows no account: it asks, and is told.

    Signals:
        sign_in_requested: carries user name and password.
        activation_requested: carries one-time code and the new password.
        other_lab_requested: back to the choice of a lab.
    """

    sign_in_requested = Signal(str, str)
    activation_requested = Signal(str, str)
    other_lab_requested = Signal()

    def __init__(self, kind: LabKind, server: str = "", parent: QWidget | None = None) -> None:
        """``server``: the host that the lab lies on, where it is not in a folder."""
        super().__init__(parent)
        self.setAccessibleName("Sign in")
        self._step: Step | None = None
        self._stack = Turned()
        self._asking, self._activating = self._sign_in(), self._activation()
        self._stack.add(self._asking)
        self._stack.add(self._activating)
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._fault.setAlignment(Qt.AlignmentFlag.AlignTop)
        card = Card()
        card.setFixedWidth(440)
        card.lines.setContentsMargins(32, 28, 32, 20)
        if kind is not LabKind.TRIAL:
            card.lines.addWidget(Badge(kind.value.upper()))
        if server:
            card.lines.addWidget(text_label(f"Lab on the server {server}", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True))
        card.lines.addWidget(self._stack)
        card.lines.addWidget(self._fault)
        middle = QHBoxLayout()  # stretches, not an alignment: that would not ask how high the wrapped words are
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        self.show_sign_in()

    def _sign_in(self) -> QWidget:
        box, lines = column("Sign in", "Corelab reads vascular ultrasound, blinded.")
        self.user = QLineEdit()
        self.password = Password()
        self.user.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._on_sign_in)
        self.do = Button("Sign in", look=Look.PRIMARY, cap="Enter")
        self.do.clicked.connect(self._on_sign_in)
        first = Button("I have a one-time code", look=Look.QUIET)
        first.clicked.connect(self.show_activation)
        other = Button("Choose another lab", look=Look.QUIET)
        other.clicked.connect(self.other_lab_requested)
        for widget in (field("User name", self.user), field("Password", self.password), self.do, first, other):
            lines.addWidget(widget)
        lines.addStretch(1)
        return box

    def _activation(self) -> QWidget:
        box, lines = column("First sign-in", "The one-time code becomes your own password. Nobody else will ever know it.")
        self.code = QLineEdit()
        self.new_password = Password()
        self.again = Password()
        self._activate = Button("Set the password", look=Look.PRIMARY, cap="Enter")
        back = Button("Back to sign in", look=Look.QUIET)
        self.code.returnPressed.connect(self.new_password.setFocus)
        self.new_password.returnPressed.connect(self.again.setFocus)
        self.again.returnPressed.connect(self._on_activate)
        self._activate.clicked.connect(self._on_activate)
        back.clicked.connect(self._on_back)
        password = field("New password", self.new_password, "At least 12 characters; several words are good.")
        for widget in (field("One-time code", self.code), password, field("The same again", self.again), self._activate, back):
            lines.addWidget(widget)
        lines.addStretch(1)
        return box

    def show_sign_in(self, user: str = "") -> None:
        self._forget_step()
        self.show_busy(busy=False)
        self._stack.turn_to(self._asking)
        self._fault.setText("")
        self.user.setText(user)
        (self.password if self.user.text() else self.user).setFocus()

    def show_activation(self) -> None:
        self._stack.turn_to(self._activating)
        self._fault.setText("")
        self.code.setFocus()

    def show_step(self, step: Step) -> None:
        """Something follows the password: it takes the place of the fields."""
        self._forget_step()
        self.show_busy(busy=False)
        self._fault.setText("")
        self._step = step
        self._stack.add(step)
        self._stack.turn_to(step)
        step.take_focus()

    @property
    def step(self) -> Step | None:
        """What follows the password, while it is on screen."""
        return self._step

    def _forget_step(self) -> None:
        if self._step is not None:
            self._stack.remove(self._step)
            self._step = None

    def _on_back(self) -> None:
        self.show_sign_in()

    def say(self, words: str) -> None:
        """A notice above which the person can go on, e.g. that the password is set."""
        self._fault.setText(words)

    def show_busy(self, *, busy: bool) -> None:
        """Opening the keys of a person takes about a second, on purpose."""
        self.do.setEnabled(not busy)
        self._activate.setEnabled(not busy)
        self.do.setText("Opening..." if busy else "Sign in")

    def refuse(self, error: Exception) -> None:
        self.show_busy(busy=False)
        self._fault.setText(words_for(error).all)
        if self._step is not None:
            self._step.try_again()
            return
        fields = (self.password,) if self._stack.current is self._asking else (self.again, self.new_password)
        for each in fields:
            each.clear()
        fields[-1].setFocus()

    def _on_sign_in(self) -> None:
        user, password = self.user.text().strip(), self.password.text()
        if user and password and self.do.isEnabled():
            self.password.clear()
            self._fault.setText("")
            self.show_busy(busy=True)
            self.sign_in_requested.emit(user, password)

    def _on_activate(self) -> None:
        code, password, again = self.code.text().strip(), self.new_password.text(), self.again.text()
        if password != again:
            self._fault.setText("The two passwords differ. Nothing was changed. Type both again.")
        elif code and password and self._activate.isEnabled():
            self.show_busy(busy=True)
            self.activation_requested.emit(code, password)


class Turned(QWidget):
    """One of several parts at a time, only as high as that one: a stack would keep the height of the highest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.current: QWidget | None = None
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)

    def add(self, part: QWidget) -> None:
        self._lines.addWidget(part)
        part.setVisible(self.current is None)
        self.current = self.current or part

    def turn_to(self, part: QWidget) -> None:
        if self.current is not None:
            self.current.hide()
        part.show()
        self.current = part

    def remove(self, part: QWidget) -> None:
        part.hide()
        self._lines.removeWidget(part)
        part.deleteLater()
