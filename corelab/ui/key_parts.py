"""Parts that name keys and go on naming the right ones when a person changes them."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from corelab.ui.commands import KEYS, action
from corelab.ui.parts import KeyCap, text_label
from corelab.ui.theme import Colour, Size, Weight

W = TypeVar("W", bound=QWidget)


class CommandCaps(QWidget):
    """The caps of some commands; ``first``: only the first key of each."""

    def __init__(self, *commands: str, first: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands, self._first = commands, first
        self._caps: list[KeyCap] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self._show()
        KEYS.changed.connect(self._show)

    def _show(self) -> None:
        for cap in self._caps:
            self._line.removeWidget(cap)
            cap.hide()
            cap.deleteLater()
        each_of = (action(command).caps for command in self._commands)
        self._caps = [KeyCap(words, self) for caps in each_of for words in (caps[:1] if self._first else caps)]
        for cap in self._caps:
            self._line.addWidget(cap)
            cap.show()  # what is not shown takes no room, and the page asks at once how much there is
        self.updateGeometry()


def command_hint(words: str, *commands: str) -> QWidget:
    """Like ``parts.key_hint``, for commands of the table."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    line.addWidget(CommandCaps(*commands, first=True))
    line.addWidget(text_label(words, Size.HINT, Weight.TEXT, Colour.SECOND))
    return row


class _Follower(QObject):
    """Lives as long as the widget whose words it renews."""

    def __init__(self, widget: W, show: Callable[[W], object]) -> None:
        super().__init__(widget)
        self._widget, self._show = widget, show
        self.renew()
        KEYS.changed.connect(self.renew)

    def renew(self) -> None:
        self._show(self._widget)


def follow_keys(widget: W, show: Callable[[W], object]) -> W:
    """``show(widget)`` now and whenever other keys act: for words that stay on screen. ``show`` holds no page."""
    _Follower(widget, show)
    return widget
