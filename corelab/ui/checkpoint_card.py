"""Save a checkpoint: where the audit trail stands now, signed, as a text to be kept outside the lab."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from corelab.domain.checkpoint import Checkpoint
from corelab.services import checkpoints
from corelab.ui import dialogs
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card
from corelab.ui.desk import Desk
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

_WHY = "Kept outside the lab, it shows later whether anything recorded before it was changed, cut off or replaced by an older backup."


class CheckpointCard(Card):
    """Asks for a file and the password, and says what was saved."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._dialog: dialogs.SignDialog | None = None
        self.titled("Checkpoint of the audit trail", _WHY)
        self.save = command_button("checkpoint")
        self.save.clicked.connect(self.ask)
        self.said = text_label("", Size.BODY, Weight.TEXT, Colour.STRONG, wrap=True)
        self.said.hide()
        self.lines.addWidget(self.save)
        self.lines.addWidget(self.said)

    def ask(self) -> None:
        """The place first, then the signature."""
        name = f"{self._desk.lab.trial_id}_checkpoint.txt"
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Where the checkpoint is saved, outside the lab", str(Path.home() / name), "Text (*.txt)"
        )
        if chosen:
            given = partial(self._on_password, Path(chosen))
            self._dialog = dialogs.ask_signature(self, self._desk, "checkpoint of the audit trail", "checkpoint", given=given)

    def _on_password(self, out: Path, password: str) -> None:
        work = partial(checkpoints.save, self._desk.lab, self._desk.session, password, out)
        self._desk.jobs.query(self, work, partial(self._on_saved, out), self._on_failed)

    def _on_saved(self, out: Path, made: Checkpoint) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        self.said.setText(f"Saved event {made.short} as {out}.")
        self.said.show()

    def _on_failed(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.refuse(error)
