"""Grey steps to look at: whether this display shows the darkest and the brightest apart, which venous ultrasound needs."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from corelab.services.workstations import DisplaySeen
from corelab.ui.dialog import Dialog

STEPS = 18
_INNER_DARK, _INNER_BRIGHT = 13, 242
"""5 % and 95 % of the greys, inside black and inside white, as in the test pictures of display checks."""


class GreySteps(QWidget):
    """Steps from black to white; in the first and the last stands a square that is 5 % off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(160)
        self.setAccessibleName(f"{STEPS} grey steps from black to white, a square in the first and in the last")

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            for step in range(STEPS):
                painter.fillRect(self._place(step), _grey(round(255 * step / (STEPS - 1))))
            for step, grey in ((0, _INNER_DARK), (STEPS - 1, _INNER_BRIGHT)):
                place = self._place(step)
                side = place.width() * 0.4
                painter.fillRect(QRectF(place.center().x() - side / 2, place.center().y() - side / 2, side, side), _grey(grey))

    def _place(self, step: int) -> QRectF:
        width = self.width() / STEPS
        return QRectF(step * width, 0, width, self.height())


def _grey(value: int) -> QColor:
    return QColor(value, value, value)


class DisplayDialog(Dialog):
    """Signals: ``answered`` carries DisplaySeen."""

    answered = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Check this display", width=696)
        self.steps = GreySteps()
        self.add_words(
            f"In the light in which you read: do you see {STEPS} steps, a dark square in the black one and a grey square in the white one?"
        )
        self.lines.addWidget(self.steps)
        self.add_words("Your answer is recorded for this workstation, with the date.")
        self.add_button("Cancel", self.reject, cap="Esc")
        self.not_all = self.add_button("Not all of them", self._on_not_all)
        self.all = self.add_button("I see them all", self._on_all, primary=True, cap="Enter")
        self.all.setFocus()

    def _on_all(self) -> None:
        self._answer(DisplaySeen.ALL)

    def _on_not_all(self) -> None:
        self._answer(DisplaySeen.NOT_ALL)

    def _answer(self, seen: DisplaySeen) -> None:
        self.answered.emit(seen)
        self.accept()
