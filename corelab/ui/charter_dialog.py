"""The versions of a lab's charter: each on paper, and a later one checked."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from corelab.services import charter_versions, charters
from corelab.services.charter_versions import Later, Version
from corelab.ui import dialogs
from corelab.ui.charter_later import LaterDialog
from corelab.ui.charter_words import SHORT, chosen_words
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.times import local

_COLUMNS = (
    Column("Version", 90, firm=True),
    Column("Content hash", 140, firm=True),
    Column("Approved", 150, firm=True),
    Column("By"),
    Column("Exams", 70, right=True),
    Column("Signed readings", 130, right=True),
)
_WORDS = "The first one is in force. Every exam stays under the charter it came in under; a version that was approved is never replaced."
_HEIGHT = 36
PDF, TOML = "PDF (*.pdf)", "Charters (*.toml);;All files (*)"


class CharterDialog(Dialog):
    """Stays open while a later version is checked and approved.

    Signals:
        approved: a later version is in force; carries words about it.
    """

    approved = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, "Charter of this trial", width=820)
        self._desk = desk
        self._versions: tuple[Version, ...] = ()
        self.add_words(_WORDS)
        self.rows = Rows(_COLUMNS, "Versions of the charter", row_height=_HEIGHT)
        self.rows.setFixedHeight(_HEIGHT * 5)
        self.rows.chosen.connect(self._on_chosen)
        self.lines.addWidget(self.rows)
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self.told)
        self.print = self.add_button("Print...", self.ask_print)
        self.check = self.add_button("Check a later version...", self.ask_later)
        self.add_button("Close", self.accept, primary=True, cap="Esc")
        self._look()
        self.rows.setFocus()

    def _look(self) -> None:
        work = partial(charter_versions.versions, self._desk.lab, self._desk.session)
        self._desk.jobs.query(self, work, self._on_versions, self._on_failed)

    def _on_versions(self, versions: tuple[Version, ...]) -> None:
        self._versions = versions
        self.rows.show_rows([self._cells(version) for version in versions])
        self._on_chosen(self.rows.current)

    def _cells(self, version: Version) -> tuple[Shown, ...]:
        at = f"{local(version.approved_at, self._desk.lab.clock):%Y-%m-%d %H:%M}"
        name = Shown(version.version, Colour.STRONG, Weight.HEADING if version.in_force else Weight.TEXT)
        rest = (version.hash[:SHORT], at, version.approved_by, version.exams, version.readings)
        return (name, *map(shown, rest))

    @property
    def chosen(self) -> Version | None:
        at = self.rows.current
        return self._versions[at] if 0 <= at < len(self._versions) else None

    def _on_chosen(self, row: int) -> None:
        self.print.setEnabled(self.chosen is not None)
        self.told.setText(chosen_words(self._versions, row))

    # ------------------------------------------------------------ on paper

    def ask_print(self) -> None:
        """Ask where to; the name of the charter and its version are offered."""
        if self.chosen is not None:
            offered = str(Path.home() / f"{self.chosen.id}-{self.chosen.version}.pdf")
            file, _ = QFileDialog.getSaveFileName(self, "Print the charter into", offered, PDF)
            if file:
                self.print_into(Path(file))

    def print_into(self, file: Path) -> None:
        if self.chosen is not None:
            work = partial(charter_versions.printed, self._desk.lab, self._desk.session, self.chosen.hash)
            self._desk.jobs.query(self, partial(_written, work, file), self._on_printed, self._on_failed)

    def _on_printed(self, file: Path) -> None:
        self.told.setText(f"Printed into {file.name}, with the content hash on every page and lines to sign on.")

    # ------------------------------------------------------------ a later version

    def ask_later(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "A later version of the charter", str(Path.home()), TOML)
        if file:
            self.check_file(Path(file))

    def check_file(self, file: Path) -> None:
        work = partial(_checked, self._desk, file)
        self._desk.jobs.query(self, work, partial(self._on_checked, file), self._on_failed)

    def _on_checked(self, file: Path, found: tuple[bytes, Later]) -> None:
        dialog = LaterDialog(self, self._desk, file.name, *found)
        dialog.approved.connect(self._on_approved)
        dialog.open()

    def _on_approved(self, words: str) -> None:
        self._look()
        self.approved.emit(words)

    def _on_failed(self, error: Exception) -> None:
        dialogs.show_error(self, error)


def _written(work: partial[bytes], file: Path) -> Path:
    file.write_bytes(work())
    return file


def _checked(desk: Desk, file: Path) -> tuple[bytes, Later]:
    """What is approved are the bytes that were checked, also when the file changes meanwhile."""
    content = charters.read(str(file))
    return content, charter_versions.check_later(desk.lab, desk.session, content)
