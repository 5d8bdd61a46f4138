"""Locking the trial's data and opening them again: the reason, then the signature."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.accounts import Meaning
from corelab.services import packages
from corelab.services.packages import Locked, Unlocked
from corelab.ui import dialogs
from corelab.ui.desk import Desk

T = TypeVar("T")


class LockFlow(QObject):
    """Asks, signs, tells.

    Signals:
        told: it was done, or asked for; carries words about it.
    """

    told = Signal(str)

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk
        self._dialog: dialogs.SignDialog | None = None

    def ask_lock(self) -> None:
        question = "After this no reading, decision or charter enters. Every exam has to be final. Why now?"
        dialogs.ask_reason(self._page, "Lock the database?", question, do="Go on to the signature", given=self._on_lock_reason)

    def ask_unlock(self) -> None:
        question = "Readings and clips can enter again; packages that were made stay what they are. Another coordinator has to agree. Why?"
        dialogs.ask_reason(self._page, "Unlock the database?", question, do="Go on to the signature", given=self._on_unlock_reason)

    def _on_lock_reason(self, _code: str, reason: str) -> None:
        told = self._desk.jobs.relay(self, self._on_told)
        work = partial(packages.lock, self._desk.lab, self._desk.session, reason, progress=told)
        self._sign(Meaning.LOCK_APPROVAL, "the database lock", work, _locked)

    def _on_unlock_reason(self, _code: str, reason: str) -> None:
        work = partial(packages.unlock, self._desk.lab, self._desk.session, reason)
        self._sign(Meaning.UNLOCK_APPROVAL, "unlocking the database", work, _unlocked)

    def _sign(self, meaning: Meaning, what: str, work: Callable[[str], T], words: Callable[[T], str]) -> None:
        given = partial(self._on_password, work, words)
        self._dialog = dialogs.ask_signature(self._page, self._desk, meaning, what, given=given)

    def _on_password(self, work: Callable[[str], T], words: Callable[[T], str], password: str) -> None:
        self._desk.jobs.query(self, partial(work, password), partial(self._on_done, words), self._on_refused)

    def _on_told(self, done: int, total: int, words: str) -> None:
        if self._dialog is not None:
            self._dialog.tell(done, total, words)

    def _on_done(self, words: Callable[[T], str], done: T) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        self.told.emit(words(done))

    def _on_refused(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.refuse(error)


def _locked(done: Locked) -> str:
    return f"Locked: {_exams(done.exams)}."


def _unlocked(done: Unlocked) -> str:
    return f"Unlocked: {_exams(done.exams)} final again." if done.confirmed else "Asked to unlock. Another coordinator has to agree."


def _exams(count: int) -> str:
    return f"{count} {'exam' if count == 1 else 'exams'}"
