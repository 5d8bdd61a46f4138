"""From a backup to a lab: which file, which folder, who restores, how far it is; then the lab opens."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QLineEdit

from corelab.services.restoring import Login
from corelab.ui.dialog import Dialog
from corelab.ui.fields import Password, field
from corelab.ui.jobs import Cancel, Jobs
from corelab.ui.welcome_page import WelcomePage

if TYPE_CHECKING:
    from corelab.services.restoring import Restored

Restore = Callable[[Path, Path, Login, Callable[[int, int, str], None], Callable[[], bool]], "Restored"]
FILES = "Backups of labs (*.backup);;All files (*)"


class RestoreFlow(QObject):
    """Belongs to one welcome page, and goes with it. ``restored`` hears the folder of the new lab."""

    def __init__(self, page: WelcomePage, jobs: Jobs, restore: Restore | None, restored: Callable[[Path], None]) -> None:
        super().__init__(page)
        self._page, self._jobs, self._restore, self._restored = page, jobs, restore, restored
        page.restore_requested.connect(self._on_requested)

    def _on_requested(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self._page, "A backup", "", FILES)
        folder = QFileDialog.getExistingDirectory(self._page, "A new or empty folder for the lab") if file else ""
        if file and folder:
            RestoreDialog(self._page, Path(file), Path(folder), partial(self._begin, Path(file), Path(folder))).open()

    def _begin(self, file: Path, folder: Path, login: Login) -> None:
        if self._restore is None:
            return
        working, cancel = self._page.working, Cancel()
        working.cancelled.connect(cancel.ask)
        working.begin("Reading the backup...")
        told = self._jobs.relay(working, working.tell)
        self._jobs.pixels(self, partial(self._restore, file, folder, login, told, cancel), self._on_done, self._page.refuse)

    def _on_done(self, made: "Restored") -> None:
        self._page.working.end()
        self._restored(made.folder)


class RestoreDialog(Dialog):
    """Who restores: a coordinator or an administrator of the lab as it was backed up."""

    def __init__(self, page: WelcomePage, file: Path, folder: Path, given: Callable[[Login], object]) -> None:
        super().__init__(page, "Restore a backup", width=520)
        self._given = given
        self.add_words(f"{file.name} becomes a lab in {folder}.")
        self.add_words("Sign in as a coordinator or administrator of the lab as it was then. All of it is checked first.")
        self.user, self.password, self.code = QLineEdit(), Password(), QLineEdit()
        self.lines.addWidget(field("User name", self.user))
        self.lines.addWidget(field("Password", self.password))
        self.lines.addWidget(field("Code of the second factor", self.code, "Only for accounts that have one."))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Restore", self._on_do, primary=True, cap="Enter")
        for each in (self.user, self.password):
            each.textChanged.connect(self._on_typed)
        for each in (self.user, self.password, self.code):
            each.returnPressed.connect(self.do.click)
        self._on_typed()
        self.user.setFocus()

    def _on_typed(self) -> None:
        self.do.setEnabled(bool(self.user.text().strip() and self.password.text()))

    def _on_do(self) -> None:
        login = Login(self.user.text(), self.password.text(), self.code.text().strip() or None)
        self.password.clear()
        self.accept()
        self._given(login)
