"""The banner across the top of the window while a lab takes no records: it failed its check, or is only looked at."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QVBoxLayout

from corelab.services.labs import OpenLab
from corelab.ui.parts import text_label
from corelab.ui.theme import GRID, PADDING, Colour, Size, Weight
from corelab.ui.trail_words import UNSOUND

LOOKING = "This lab is open for reading only: nothing can be changed or signed, and looking leaves no record in it."


class ReadOnlyBanner(QFrame):
    """Stands above everything, before sign-in and after it; says nothing about the trial."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__()
        self.setObjectName("readOnlyBanner")
        self.setStyleSheet(f"#readOnlyBanner {{ background: {Colour.ATTENTION.name()}; }}")
        line = QHBoxLayout(self)
        line.setContentsMargins(PADDING, GRID, PADDING, GRID)
        self.words = text_label("", Size.BODY, Weight.HEADING, Colour.WINDOW, wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.addWidget(self.words, 1)
        self.hide()
        body = window.centralWidget()
        lines = body.layout() if body else None
        if isinstance(lines, QVBoxLayout):
            lines.insertWidget(0, self)

    def tell(self, lab: OpenLab) -> None:
        """Show it for a lab that takes no records, with the reason, and only then."""
        words = UNSOUND.all if lab.store.unsound else LOOKING if lab.store.read_only else ""
        self.words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
