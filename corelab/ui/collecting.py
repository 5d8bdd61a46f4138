"""Circles of dropped objects are taken away on the window's thread only: a widget in one that dies on another thread ends the program."""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EACH_MS: Final = 100
"""Often enough that working threads, which make very many objects, leave no more than the window takes away unseen."""


class CircleCollector(QObject):
    """Does, while it lives between ``begin`` and ``end``, what the interpreter does by itself on whatever thread it happens to be.

    It follows the interpreter's own thresholds, and leaves alone what switched collection off for itself meanwhile.
    """

    _working = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EACH_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        gc.disable()
        CircleCollector._working += 1
        self._timer.start()

    def end(self) -> None:
        """Once no other thread works any more."""
        if self._timer.isActive():
            self._timer.stop()
            CircleCollector._working -= 1
            if not CircleCollector._working:
                gc.enable()

    def _look(self) -> None:
        """The oldest generation that is due takes the younger ones along."""
        for generation, (count, most) in reversed(list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))):
            if 0 < most < count:
                gc.collect(generation)
                return
