"""What is said while the server of a lab is away, and the question which answers go on where both sides have some."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from corelab.domain.values import counted
from corelab.ui.dialog import Dialog

AWAY = "The server is away. Your answers are kept sealed on this machine and are sent when it is back."
LEFT_AWAY = "The server is away. Your answers are kept sealed on this machine and are sent when you open this work again."


def waiting_words(waiting: int) -> str:
    """After signing in, for answers that a server never got."""
    noun = counted(waiting, "piece")
    return f"Answers of {noun} of your work are kept sealed on this machine: the server was away. Open the work again, and they are sent."


class BothKeptDialog(Dialog):
    """There is no way around an answer but back to the worklist: then both stay as they are."""

    def __init__(self, parent: QWidget, *, here: Callable[[], object], there: Callable[[], object]) -> None:
        super().__init__(parent, "Which answers go on?", width=640)
        self.add_words(
            "While the server was away, your answers were kept sealed on this machine. Meanwhile others were saved in another window."
        )
        self.add_words(
            "What goes on from here is shown, and can be changed until you sign. The other answers stay kept: those on the server in the "
            "audit trail, those on this machine sealed beside it."
        )
        self._here, self._there = here, there
        self.add_button("Decide later", self.reject, cap="Esc")
        self.of_server = self.add_button("Those on the server", self._on_there)
        self.of_machine = self.add_button("Those on this machine", self._on_here, primary=True)
        self.of_machine.setFocus()

    def _on_here(self) -> None:
        self.accept()
        self._here()

    def _on_there(self) -> None:
        self.accept()
        self._there()
