"""What every page of the window has in common."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from corelab.ui import commands, dialogs
from corelab.ui.desk import Desk


class Page(QWidget):
    """One screen. It is made at its first opening and lives until sign-out.

    Signals:
        go: asks for another page by name, with what it should show (or None).
        headline: the words at the left of the header, title and second line (empty: the names of the pages stand there).
        away: what is to be said while the server is away, in words; empty when it is back.
        saved: the state of saving, in words, always visible in the header ("Saved 14:02:07").
    """

    go = Signal(str, object)
    headline = Signal(str, str)
    away = Signal(str)
    saved = Signal(str)

    name: str = ""
    """The id of the page, as in ``go``."""
    title: str = ""
    """What the header calls it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setObjectName(self.name)
        self.setAccessibleName(self.title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def opened(self, argument: object = None) -> None:
        """The page has come on screen; ``argument`` is what ``go`` carried. Ask the services for what it shows."""

    def closing(self) -> bool:
        """The page is about to be left, at sign-out too. Keep what is unsaved; False refuses (and says why on screen)."""
        return True

    def answered(self) -> None:
        """The lab was just read: where a server had been away, it is back."""

    def bind(self, command: str, slot: Callable[[], object]) -> QAction:
        """Give a command of the table its work here. Its keys act while this page is on screen; the palette lists it."""
        return commands.bind(self, command, slot)

    def show_error(self, error: Exception) -> None:
        """Say in words what happened, what was kept and what to do. Fits ``failed`` of jobs."""
        dialogs.show_error(self, error)
