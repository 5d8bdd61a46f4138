"""Buttons: the primary one of a page, plain ones with their key, rows of actions, links and pills."""

from enum import Enum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from corelab.ui import commands
from corelab.ui.parts import CAP_HEIGHT, cap_width, paint_key_cap
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight, font


class Look(Enum):
    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"


class Button(QAbstractButton):
    """A button of ours: words, then the cap of its key. Enter and Space press it while it has the focus.

    ``cap``: a key that nobody changes; ``key``: a command of the table, whose key it shows. ``writes``: what it does makes a record.
    ``command``: the action of the table that it does, where it is one.
    """

    def __init__(
        self, text: str, *, look: Look = Look.PLAIN, cap: str = "", key: str = "", writes: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.writes, self.command, self._barred = writes, "", False
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(font(Size.OPTION, Weight.VALUE if look is not Look.PRIMARY else Weight.HEADING))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.look = look
        self.cap = cap
        self._key, self._worn = key, ""
        if key:
            self._wear_key()
            commands.KEYS.changed.connect(self._wear_key)

    def _wear_key(self) -> None:
        worn, self._worn = self._worn, next(iter(commands.action(self._key).caps), "")
        if worn != self._worn:  # else a page may show a shorter word of its own
            self.cap = self._worn
            self.updateGeometry()
            self.update()

    def bar(self, why: str) -> None:
        """Off until another reason, or none, is given; the tool tip says why."""
        self._barred = bool(why)
        self.setEnabled(not why)
        self.setToolTip(why)
        self.setAccessibleDescription(why)

    def allow(self, why_not: str) -> None:
        """On, or off with the reason in the tool tip."""
        self.setEnabled(not why_not)
        if not self._barred:
            self.setToolTip(why_not)
            self.setAccessibleDescription(why_not)

    def setEnabled(self, enabled: bool) -> None:  # noqa: FBT001 - Qt's own
        super().setEnabled(enabled and not self._barred)

    def sizeHint(self) -> QSize:
        if not self.text():
            return QSize(cap_width(self.cap) + 24, 36)
        width = self.fontMetrics().horizontalAdvance(self.text()) + 32
        return QSize(width + (cap_width(self.cap) + 12 if self.cap else 0), 36)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        # A key that presses a focused button must not first be taken by a command of the page.
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _presses(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _presses(event) and event.key() != Qt.Key.Key_Space:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_box(painter)
            self._paint_words(painter)

    def _paint_box(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(self._fill())
        painter.setPen(Qt.PenStyle.NoPen if self.look is not Look.PLAIN else QPen(Colour.LINE_STRONG, 1))
        painter.drawRoundedRect(box, RADIUS_ROW, RADIUS_ROW)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(Colour.STRONG if self.look is Look.PRIMARY else Colour.ACCENT, 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS_ROW - 1, RADIUS_ROW - 1)

    def _paint_words(self, painter: QPainter) -> None:
        caps = cap_width(self.cap) + 12 if self.cap else 0
        painter.setPen(self._ink())
        painter.setFont(self.font())
        painter.drawText(
            self.rect().adjusted(16, 0, -16 - caps, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        if self.cap:
            width = cap_width(self.cap)
            box = QRectF(self.width() - 12 - width, (self.height() - CAP_HEIGHT) / 2, width, CAP_HEIGHT)
            self._paint_cap(painter, box)

    def _paint_cap(self, painter: QPainter, box: QRectF) -> None:
        if self.look is Look.PRIMARY and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(8, 19, 28, 60))
            painter.drawRoundedRect(box, 4, 4)
            painter.setFont(font(Size.TICK, Weight.HEADING))
            painter.setPen(Colour.ON_ACCENT)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.cap)
        else:
            paint_key_cap(painter, box, self.cap, dim=not self.isEnabled())

    def _fill(self) -> QColor:
        if self.look is Look.PRIMARY and self.isEnabled():
            return Colour.ACCENT.darker(112) if self.isDown() else Colour.ACCENT.lighter(106) if self.underMouse() else Colour.ACCENT
        if self.look is Look.QUIET and not self.underMouse():
            return QColor(Qt.GlobalColor.transparent)
        return Colour.SELECTED if self.isDown() or (self.underMouse() and self.isEnabled()) else Colour.RAISED

    def _ink(self) -> QColor:
        if not self.isEnabled():
            return Colour.THIRD
        return Colour.ON_ACCENT if self.look is Look.PRIMARY else Colour.STRONG

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)


def command_button(command: str, text: str = "", *, look: Look = Look.PLAIN) -> Button:
    """A button for an action of the table, with its words and its first key."""
    row = commands.action(command)
    button = Button(text or row.text, look=look, key=command)
    button.command = command
    return button


class ActionRow(Button):
    """A wide action with its key at the left, as beside a picture: [P] Pass."""

    def __init__(self, command: str, text: str = "", parent: QWidget | None = None) -> None:
        row = commands.action(command)
        super().__init__(text or row.text, key=command, parent=parent)
        self.command = command
        self.setFont(font(Size.OPTION, Weight.HEADING))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCheckable(False)
        self._chosen = False

    def show_chosen(self, *, chosen: bool) -> None:
        """Framed with the accent while the action is under way."""
        self._chosen = chosen
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 44)

    def _paint_box(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        framed = self._chosen or self.hasFocus()
        painter.setBrush(Colour.CHOSEN if self._chosen else self._fill())
        painter.setPen(QPen(Colour.ACCENT, 1.4) if framed else QPen(Colour.RAISED, 1))
        painter.drawRoundedRect(box, RADIUS_ROW, RADIUS_ROW)

    def _paint_words(self, painter: QPainter) -> None:
        width = cap_width(self.cap)
        box = QRectF(12, (self.height() - CAP_HEIGHT) / 2, width, CAP_HEIGHT)
        paint_key_cap(painter, box, self.cap, chosen=self._chosen, dim=not self.isEnabled())
        painter.setPen(self._ink())
        painter.setFont(self.font())
        painter.drawText(self.rect().adjusted(max(72, width + 24), 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


class Pill(Button):
    """A choice among a few, with a count: [Needs me 5]."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self._count = ""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFont(font(Size.BODY, Weight.VALUE))

    def show_count(self, count: int) -> None:
        self._count = str(count)
        self.setAccessibleName(f"{self.text()}, {count}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(self._count) + (40 if self._count else 32), 32)

    def _paint_box(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(Colour.SELECTED if self.isChecked() else self._fill() if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(Colour.ACCENT if self.isChecked() or self.hasFocus() else Colour.LINE_STRONG, 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setPen(Colour.STRONG if self.isChecked() else Colour.SECOND)
        painter.drawText(self.rect().adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setPen(Colour.TEXT if self.isChecked() else Colour.THIRD)
        painter.drawText(self.rect().adjusted(0, 0, -16, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._count)


_NAV_BESIDE, _NAV_BESIDE_NARROW = 12, 7
"""Room at each side of a page's name."""


class NavButton(Button):
    """The name of a page in the header, underlined while it is on screen."""

    def __init__(self, text: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(text, look=Look.QUIET, parent=parent)
        self.setCheckable(True)
        self.setToolTip(hint)
        self.setFont(font(Size.BODY, Weight.VALUE))
        self._beside = _NAV_BESIDE

    def nextCheckState(self) -> None:
        """A click alone underlines nothing: the page may refuse to open, and the one on screen to go."""

    def show_narrow(self, *, narrow: bool) -> None:
        """Closer together."""
        self._beside = _NAV_BESIDE_NARROW if narrow else _NAV_BESIDE
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2 * self._beside, 48)

    def _paint_box(self, painter: QPainter) -> None:
        if self.isChecked():
            edge = self._beside - 1
            painter.fillRect(QRectF(edge, self.height() - 2, self.width() - 2 * edge, 2), Colour.ACCENT)
        if self.hasFocus():
            painter.setPen(QPen(Colour.ACCENT, 1.4))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 9, -3, -9), RADIUS_ROW, RADIUS_ROW)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setFont(font(Size.BODY, Weight.HEADING) if self.isChecked() else self.font())
        painter.setPen(Colour.STRONG if self.isChecked() else Colour.TEXT if self.underMouse() else Colour.SECOND)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


def _presses(event: QKeyEvent) -> bool:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
