"""What everybody may do about themselves while signed in: a new password, a second factor, own keys, a look at the display."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from corelab.services import accounts, second_factor, workstations
from corelab.services.second_factor import Enrolment
from corelab.services.workstations import DisplaySeen
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import show_error
from corelab.ui.display_check import DisplayDialog
from corelab.ui.fields import Password, field
from corelab.ui.keys_dialog import KeysDialog
from corelab.ui.main_window import MainWindow
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight, font
from corelab.ui.words import words_for


class Asking(Dialog):
    """A dialog that stays open until the service has answered.

    Signals:
        given: what was typed, first to last.
    """

    given = Signal(list)

    def __init__(self, parent: QWidget, title: str, do: str) -> None:
        super().__init__(parent, title)
        self._typed: tuple[QLineEdit, ...] = ()
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._fault.hide()
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button(do, self._on_do, primary=True, cap="Enter")

    def ask(self, *fields: tuple[str, QLineEdit, str]) -> None:
        """Each with its words and a note."""
        self._typed = tuple(control for _, control, _ in fields)
        for words, control, note in fields:
            self.lines.addWidget(field(words, control, note))
        for control, following in zip(self._typed, self._typed[1:], strict=False):
            control.returnPressed.connect(following.setFocus)
        self._typed[-1].returnPressed.connect(self._on_do)
        self.lines.addWidget(self._fault)
        self._typed[0].setFocus()

    def refuse(self, error: Exception) -> None:
        self.say(words_for(error).all)

    def say(self, words: str) -> None:
        self._fault.setText(words)
        self._fault.show()
        for control in self._typed:
            control.clear()
        self._typed[0].setFocus()
        self.do.setEnabled(True)

    def _on_do(self) -> None:
        if self.do.isEnabled() and all(control.text() for control in self._typed):
            self.do.setEnabled(False)
            self.given.emit([control.text() for control in self._typed])


class PasswordDialog(Asking):
    """The old password, and the new one twice."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Change your password", "Change it")
        self.old, self.new, self.again = Password(), Password(), Password()
        note = "At least 12 characters; several words are good."
        self.ask(("Password now", self.old, ""), ("New password", self.new, note), ("The same again", self.again, ""))


class FactorDialog(Asking):
    """The key for an authenticator, and the first code that it shows."""

    def __init__(self, parent: QWidget, made: Enrolment) -> None:
        super().__init__(parent, "Set up a second factor", "Set it up")
        self.add_words("Add an account to your authenticator with this key (by time, 6 digits). Its code is then asked after the password.")
        self.key, self.address, self.code = QLineEdit(made.typed), QLineEdit(made.address), QLineEdit()
        self.key.setFont(font(Size.BODY, Weight.HEADING))
        for words, line in (("Key", self.key), ("Or as an address", self.address)):
            line.setReadOnly(True)
            line.setCursorPosition(0)
            self.lines.addWidget(field(words, line))
        self.ask(("Code that the authenticator shows", self.code, ""))


class OwnAccount(QObject):
    """Answers the header's menu while somebody is signed in."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk: Desk | None = None
        window.password_requested.connect(self._on_password)
        window.factor_requested.connect(self._on_factor)
        window.display_check_requested.connect(self._on_display)
        window.keys_requested.connect(self._on_keys)

    def begin(self, desk: Desk) -> None:
        self._desk = desk

    def end(self) -> None:
        self._desk = None

    def _show_error(self, error: Exception) -> None:
        show_error(self._window, error)

    def _on_keys(self) -> None:
        if self._desk is not None:
            KeysDialog(self._window, self._desk).open()

    # ------------------------------------------------------------ password

    def _on_password(self) -> None:
        if self._desk is not None:
            dialog = PasswordDialog(self._window)
            dialog.given.connect(partial(self._change, self._desk, dialog))
            dialog.open()

    def _change(self, desk: Desk, dialog: PasswordDialog, typed: list[str]) -> None:
        old, new, again = typed
        if new != again:
            dialog.say("The two new passwords differ. Nothing was changed. Type all again.")
            return
        work = partial(accounts.change_password, desk.lab, desk.session, old, new)
        desk.jobs.query(dialog, work, partial(self._on_done, dialog, "Your password is changed."), dialog.refuse)

    def _on_done(self, dialog: Dialog, words: str, _answer: object) -> None:
        dialog.accept()
        self._window.notices.show_told([words])

    # ------------------------------------------------------------ second factor

    def _on_factor(self) -> None:
        if self._desk is not None:
            work = partial(second_factor.begin, self._desk.lab, self._desk.session)
            self._desk.jobs.query(self, work, partial(self._ask_factor, self._desk), self._show_error)

    def _ask_factor(self, desk: Desk, made: Enrolment) -> None:
        dialog = FactorDialog(self._window, made)
        dialog.given.connect(partial(self._enrol, desk, dialog, made))
        dialog.open()

    def _enrol(self, desk: Desk, dialog: FactorDialog, made: Enrolment, typed: list[str]) -> None:
        work = partial(second_factor.enrol, desk.lab, desk.session, made.secret, typed[0])
        done = partial(self._on_done, dialog, "From now on the code is asked after your password.")
        desk.jobs.query(dialog, work, done, dialog.refuse)

    # ------------------------------------------------------------ display

    def _on_display(self) -> None:
        if self._desk is not None:
            dialog = DisplayDialog(self._window)
            dialog.answered.connect(partial(self._record, self._desk))
            dialog.open()

    def _record(self, desk: Desk, seen: DisplaySeen) -> None:
        work = partial(workstations.record_display, desk.lab, desk.session, seen)
        desk.jobs.query(self, work, partial(self._on_recorded, seen), self._show_error)

    def _on_recorded(self, seen: DisplaySeen, _answer: object) -> None:
        advice = "" if seen is DisplaySeen.ALL else " Set brightness and contrast, dim the room, and check again before you read."
        self._window.notices.show_told([f"What you saw of the display is recorded.{advice}"])
