"""Backing the lab up from a page: which file, how far it is, what was written; it can be stopped."""

from collections.abc import Iterator
from datetime import UTC
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QScrollArea, QWidget

from corelab.services import backup
from corelab.services.backup import BackedUp
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card, Working
from corelab.ui.desk import Desk
from corelab.ui.jobs import Cancel
from corelab.ui.parts import text_label
from corelab.ui.restore_flow import FILES
from corelab.ui.theme import Colour, Size, Weight

_WORDS = "The records, checked in full, and every clip go into one file. Keep it on another disk; others can work on meanwhile."


class BackupCard(Card):
    """For those who may back up."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titled("Backup", _WORDS)
        self._desk = desk
        self.button = Button("Back up the lab", writes=True)
        self.button.clicked.connect(self.ask)
        self.working = Working()
        self.told = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.told.hide()
        for widget in (self.button, self.working, self.told):
            self.lines.addWidget(widget)

    def ask(self) -> None:
        """Ask where to; a name with the date is offered."""
        now = self._desk.lab.clock.now().astimezone(UTC)
        offered = str(Path.home() / f"{self._desk.lab.trial_id}-{now:%Y-%m-%d}.backup")
        file, _ = QFileDialog.getSaveFileName(self, "Back up the lab into", offered, FILES)
        if file:
            self.begin(Path(file))

    def begin(self, file: Path) -> None:
        cancel = Cancel()
        self.working.cancelled.connect(cancel.ask)
        self.working.begin("Backing up...")
        self.button.setEnabled(False)
        told = self._desk.jobs.relay(self.working, self.working.tell)
        work = partial(backup.back_up, self._desk.lab, self._desk.session, file, progress=told, stopped=cancel)
        self._desk.jobs.pixels(self, work, self._on_done, self._on_failed)

    def _on_done(self, done: BackedUp) -> None:
        self._end()
        clips = "1 clip" if done.clips == 1 else f"{done.clips} clips"
        self.told.setText(f"Backed up into {done.file.name}: {done.seq} events and {clips}. SHA-256 {done.sha256[:16]}...")
        self.told.setToolTip(done.sha256)
        self.told.show()
        area = next((each for each in _around(self) if isinstance(each, QScrollArea)), None)
        if area is not None:
            QTimer.singleShot(0, self, partial(area.ensureWidgetVisible, self.told))

    def _on_failed(self, error: Exception) -> None:
        self._end()
        dialogs.show_error(self, error)

    def _end(self) -> None:
        self.working.end()
        self.button.setEnabled(True)


def _around(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()
