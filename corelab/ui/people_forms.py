"""What an administrator fills in about people: a new account, other roles, a new one-time code."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from corelab.domain.access import IDENTITY_WORDS, IdentityCheck
from corelab.domain.accounts import Person, Role, may_combine
from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Card, rule
from corelab.ui.dialog import Dialog
from corelab.ui.fields import field
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

FORM_WIDTH = 296


def role_words(person: Person) -> str:
    return ", ".join(role.value for role in Role if role in person.roles).capitalize()


class RoleBoxes(QWidget):
    """The roles to tick, with a word where they may not go together."""

    def __init__(self, roles: frozenset[Role] = frozenset(), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(6)
        self.boxes = {role: QCheckBox(role.value.capitalize()) for role in Role}
        for role, box in self.boxes.items():
            box.setChecked(role in roles)
            box.toggled.connect(self._on_toggled)
            lines.addWidget(box)
        self._fault = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        lines.addWidget(self._fault)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, box in self.boxes.items() if box.isChecked())

    def _on_toggled(self) -> None:
        self._fault.setText("" if not self.roles or may_combine(self.roles) else "One person may not have these together.")


class IdentityBox(QComboBox):
    """How it was checked who somebody is; nothing is chosen at first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItem("Choose how", None)
        for check, words in IDENTITY_WORDS.items():
            self.addItem(words, check.value)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)

    @property
    def chosen(self) -> IdentityCheck | None:
        value = self.currentData()
        return IdentityCheck(value) if value else None


class InviteForm(Card):
    """A new account. Signals: ``invited`` carries user name, printed name, roles, and how the identity was checked."""

    invited = Signal(str, str, object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titled("Add a person")
        self.setFixedWidth(FORM_WIDTH)
        self.user, self.printed, self.boxes = QLineEdit(), QLineEdit(), RoleBoxes()
        self.identity = IdentityBox()
        self.make = Button("Make a one-time code", look=Look.PRIMARY, writes=True)
        self.make.clicked.connect(self._on_clicked)
        named = (field("User name", self.user), field("Printed name, as in signatures", self.printed))
        for widget in (*named, self.boxes, field("Identity checked", self.identity), rule(), self.make):
            self.lines.addWidget(widget)

    def clear(self) -> None:
        self.user.clear()
        self.printed.clear()
        for box in self.boxes.boxes.values():
            box.setChecked(False)
        self.identity.setCurrentIndex(0)

    def _on_clicked(self) -> None:
        user, printed = self.user.text().strip(), self.printed.text().strip()
        if user and printed and self.boxes.roles:
            self.invited.emit(user, printed, self.boxes.roles, self.identity.chosen)


class RolesDialog(Dialog):
    """Other roles for a person. Signals: ``given`` carries roles and reason."""

    given = Signal(object, str)

    def __init__(self, parent: QWidget, person: Person) -> None:
        super().__init__(parent, f"Roles of {person.printed_name}")
        self.boxes = RoleBoxes(person.roles)
        self.reason = QLineEdit()
        self.lines.addWidget(self.boxes)
        self.lines.addWidget(field("Reason", self.reason))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.add_button("Change roles", self._on_do, primary=True)

    def _on_do(self) -> None:
        if self.boxes.roles and len(self.reason.text().strip()) >= 3:
            self.given.emit(self.boxes.roles, self.reason.text().strip())
            self.accept()


class RenameDialog(Dialog):
    """Another printed name. Signals: ``given`` carries name and reason."""

    given = Signal(str, str)

    def __init__(self, parent: QWidget, person: Person) -> None:
        super().__init__(parent, f"Another printed name for {person.printed_name}?")
        self.add_words("It stands in signatures from now on. What was signed keeps the former name, and the user name never changes.")
        self.printed, self.reason = QLineEdit(person.printed_name), QLineEdit()
        self._before = person.printed_name
        self.lines.addWidget(field("Printed name, as in signatures", self.printed))
        self.lines.addWidget(field("Reason", self.reason))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Change name", self._on_do, primary=True)
        for typed in (self.printed, self.reason):
            typed.textChanged.connect(self._on_changed)
        self._on_changed()
        self.printed.selectAll()
        self.printed.setFocus()

    def _on_changed(self) -> None:
        new = self.printed.text().strip()
        self.do.setEnabled(bool(new) and new != self._before and len(self.reason.text().strip()) >= 3)

    def _on_do(self) -> None:
        self.given.emit(self.printed.text().strip(), self.reason.text().strip())
        self.accept()


class ResetDialog(Dialog):
    """A new one-time code for a person. Signals: ``given`` carries how the identity was checked, and the reason."""

    given = Signal(object, str)

    def __init__(self, parent: QWidget, person: Person) -> None:
        super().__init__(parent, f"New one-time code for {person.printed_name}?")
        self.add_words("The person sets a new password and gets new keys; old signatures stay valid.")
        self.identity, self.reason = IdentityBox(), QLineEdit()
        self.lines.addWidget(field("Identity checked", self.identity))
        self.lines.addWidget(field("Reason", self.reason))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Make the code", self._on_do, primary=True)
        self.identity.currentIndexChanged.connect(self._on_changed)
        self.reason.textChanged.connect(self._on_changed)
        self._on_changed()
        self.identity.setFocus()

    def _on_changed(self) -> None:
        self.do.setEnabled(self.identity.chosen is not None and len(self.reason.text().strip()) >= 3)

    def _on_do(self) -> None:
        self.given.emit(self.identity.chosen, self.reason.text().strip())
        self.accept()
