"""The charter in force, for coordinators: which one it is, whether readings are signed under it, and the door to its versions."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.services.charter_versions import Version
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.charter_words import SHORT, locked_words
from corelab.ui.desk import Desk
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.times import local


class CharterCard(Card):
    """Which charter readings are made under.

    Signals:
        asked: the versions are to be shown.
    """

    asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titled("Charter")
        self._desk = desk
        self.name = text_label("", Size.BODY, Weight.VALUE, Colour.STRONG, wrap=True)
        self.which = text_label("", Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True)
        self.locked = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.button = Button("Versions, print, approve...")
        self.button.setAccessibleName("Versions of the charter: print, check and approve a later one")
        self.button.clicked.connect(self.asked)
        for widget in (self.name, self.which, self.locked, self.button):
            self.lines.addWidget(widget)

    def show_charter(self, version: Version) -> None:
        since = local(version.locked_since, self._desk.lab.clock) if version.locked_since else None
        self.name.setText(version.title)
        self.which.setText(f"{version.id}, version {version.version}, {version.hash[:SHORT]}")
        self.locked.setText(locked_words(version, since))
