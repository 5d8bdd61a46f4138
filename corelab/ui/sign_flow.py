"""From Ctrl+Enter to a signature: first what is missing, as a list that leads there; then the password."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.adjudication import Doubt
from corelab.domain.checks import Firing
from corelab.domain.reasons import Change, change_of
from corelab.services.reading import Signed
from corelab.ui.confirm_checks import ConfirmChecksDialog
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import SignDialog, ask_reason, ask_signature, show_error
from corelab.ui.life_words import CHANGE_CAUSES, choices

T = TypeVar("T")
Sign = Callable[[str], Signed]


@dataclass(frozen=True, slots=True)
class Revise:
    """How a revision is signed, once its reason is known."""

    because: Callable[[Change], Sign]


class MissingDialog(Dialog):
    """What keeps it from being signed. Enter or a click on a line goes there.

    Signals:
        followed: carries the number of the line.
    """

    followed = Signal(int)

    def __init__(self, parent: QWidget, missing: Sequence[str]) -> None:
        noun = "One thing is" if len(missing) == 1 else f"{len(missing)} things are"
        super().__init__(parent, f"{noun} missing before you can sign", width=560)
        self.list = QListWidget()
        self.list.setAccessibleName("What is missing")
        for words in missing:
            line = QListWidgetItem(words)
            line.setSizeHint(QSize(0, 28))
            self.list.addItem(line)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(len(missing), 10) * 28 + 4)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._on_go)
        self.list.itemActivated.connect(self._on_go)
        self.add_words("Your answers are kept. Choose a line to go there.")
        self.lines.addWidget(self.list)
        self.add_button("Close", self.reject, cap="Esc")
        self.add_button("Go there", self._on_go, primary=True, cap="Enter")
        self.list.setFocus()

    def _on_go(self) -> None:
        if self.isVisible():
            self.accept()
            self.followed.emit(self.list.currentRow())


class SignFlow(QObject):
    """Asks, signs, tells.

    Signals:
        signed: the signature stands; carries Signed.
        followed: the person chose a missing thing to go to; carries what the check found.
        confirmed: what only wants a reason has got one; carries each thing found with its reason, as pairs.
    """

    signed = Signal(object)
    followed = Signal(object)
    confirmed = Signal(object)

    def __init__(self, page: QWidget, desk: Desk, meaning: Meaning) -> None:
        super().__init__(page)
        self._page, self._desk, self._meaning = page, desk, meaning
        self._busy = False
        self._turn = 0
        """Counts the exams left: what was checked of an earlier one is not shown over the next."""

    def forget(self) -> None:
        """The exam is left."""
        self._turn += 1
        self._busy = False

    def begin(self, what: str, check: Callable[[], tuple[T, ...]], words_of: Callable[[T], str], sign: Sign | Revise) -> None:
        """``check`` finds what is missing and ``sign`` signs with a password, both off the window's thread.

        Where it finds nothing but soft checks, their reasons are asked; whoever hears ``confirmed`` keeps them and begins again.

        ``Revise`` makes such a ``sign`` from the reason, which is asked first: what was signed before is signed again.
        """
        if self._busy:
            return
        self._busy = True
        self._desk.jobs.query(self, check, partial(self._on_checked, self._turn, what, words_of, sign), self._on_failed)

    def _on_checked(self, turn: int, what: str, words_of: Callable[[T], str], sign: Sign | Revise, missing: tuple[T, ...]) -> None:
        if turn != self._turn:
            return
        self._busy = False
        if missing and all(isinstance(each, Firing | Doubt) for each in missing):
            checks = ConfirmChecksDialog(self._page, [words_of(each) for each in missing])
            checks.followed.connect(partial(self._on_followed, missing))
            checks.confirmed.connect(partial(self._on_reasons, missing))
            checks.open()
        elif missing:
            dialog = MissingDialog(self._page, [words_of(each) for each in missing])
            dialog.followed.connect(partial(self._on_followed, missing))
            dialog.open()
        elif isinstance(sign, Revise):
            question = "It was signed before. The reason is signed with it; no names, no dates."
            given, causes = partial(self._on_reason, what, sign), choices(CHANGE_CAUSES)
            ask_reason(self._page, "Why is it signed again?", question, do="Go on to the signature", given=given, choices=causes, both=True)
        else:
            self._ask_password(what, sign)

    def _on_reasons(self, missing: tuple[object, ...], reasons: list[str]) -> None:
        self.confirmed.emit(tuple(zip(missing, reasons, strict=True)))

    def _on_reason(self, what: str, revise: Revise, code: str, words: str) -> None:
        self._ask_password(what, revise.because(change_of(code, words)))

    def _ask_password(self, what: str, sign: Sign) -> None:
        self._dialog = ask_signature(self._page, self._desk, self._meaning, what, given=partial(self._on_password, sign))

    def _on_followed(self, missing: tuple[object, ...], number: int) -> None:
        self.followed.emit(missing[number])

    def _on_password(self, sign: Sign, password: str) -> None:
        dialog = self._dialog
        self._desk.jobs.query(self, partial(sign, password), partial(self._on_signed, dialog), partial(self._on_refused, dialog))

    def _on_signed(self, dialog: SignDialog, signed: Signed) -> None:
        """Who closes the dialog, or locks the window, while it is being signed has signed all the same."""
        if shiboken6.isValid(dialog):
            dialog.accept()
        self.signed.emit(signed)

    def _on_refused(self, dialog: SignDialog, error: Exception) -> None:
        if shiboken6.isValid(dialog):
            dialog.refuse(error)

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        show_error(self._page, error)
