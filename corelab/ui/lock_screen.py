"""The locked window: nothing of the work is visible; only the same person unlocks."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.ui.buttons import Button, Look
from corelab.ui.fields import Password, field
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.words import words_for


class LockScreen(QWidget):
    """Asks for the password of who is signed in.

    Signals:
        password_given: carries the password.
        sign_out_requested: somebody else wants the desk; the draft stays where it was saved.
    """

    password_given = Signal(str)
    sign_out_requested = Signal()

    def __init__(self, printed_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Locked")
        self.password = Password()
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._fault.setMinimumHeight(40)
        unlock = Button("Unlock", look=Look.PRIMARY, cap="Enter")
        leave = Button("Sign out")
        unlock.clicked.connect(self._on_unlock)
        leave.clicked.connect(self.sign_out_requested)
        self.password.returnPressed.connect(self._on_unlock)
        self.password.textEdited.connect(self._on_typed)
        column = QWidget()
        column.setFixedWidth(360)
        lines = QVBoxLayout(column)
        lines.setSpacing(16)
        lines.addWidget(text_label("Locked", Size.PAGE, Weight.HEADING, Colour.STRONG))
        lines.addWidget(
            text_label(f"Your work is kept. Only {printed_name} can unlock it.", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        )
        lines.addWidget(field("Password", self.password))
        lines.addWidget(self._fault)
        lines.addWidget(unlock)
        lines.addWidget(leave)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)

    def refuse(self, error: Exception) -> None:
        self._fault.setText(words_for(error).all)
        self._fault.setMinimumHeight(self._fault.heightForWidth(self._fault.width()))
        self.password.setEnabled(True)
        self.password.setFocus()

    def _on_typed(self) -> None:
        """What was said of the password before says nothing of this one."""
        self._fault.clear()

    def _on_unlock(self) -> None:
        words = self.password.text()
        self.password.clear()
        if words:
            self.password.setEnabled(False)
            self.password_given.emit(words)
