"""The banner across the top of the window while a lab takes no records, because it failed its check."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QVBoxLayout

from corelab.services.labs import OpenLab
from corelab.ui.parts import text_label
from corelab.ui.theme import GRID, PADDING, Colour, Size, Weight
from corelab.ui.trail_words import UNSOUND


class ReadOnlyBanner(QFrame):
    """Stands above everything, before sign-in and after it; says nothing about the trial."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__()
        self.setObjectName("readOnlyBanner")
        self.setStyleSheet(f"#readOnlyBanner {{ background: {Colour.ATTENTION.name()}; }}")
        line = QHBoxLayout(self)
        line.setContentsMargins(PADDING, GRID, PADDING, GRID)
        self.words = text_label(UNSOUND.all, Size.BODY, Weight.HEADING, Colour.WINDOW, wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName(UNSOUND.all)
        line.addWidget(self.words, 1)
        self.hide()
        body = window.centralWidget()
        lines = body.layout() if body else None
        if isinstance(lines, QVBoxLayout):
            lines.insertWidget(0, self)

    def tell(self, lab: OpenLab) -> None:
        """Show it for a lab that takes no records, and only then."""
        self.setVisible(bool(lab.store.unsound))
