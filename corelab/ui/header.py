"""The bar at the top: where you are, the other screens, the state of saving, who you are, DEMO."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from corelab.domain.vocabulary import LabKind
from corelab.ui.buttons import Button, Look, NavButton
from corelab.ui.parts import Badge, paint_tick, text_label
from corelab.ui.sign_foot import ElidedWords
from corelab.ui.theme import HEADER_HEIGHT, NARROW_BELOW, Colour, Size, Weight, font


class SavedMark(QWidget):
    """What is on disk, in words ("Saved 14:02:07"), always visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self.setFont(font(Size.BODY, Weight.VALUE))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_words(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + 22, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        saved = self._words.startswith("Saved")
        with QPainter(self) as painter:
            if saved:
                paint_tick(painter, QPointF(7, self.height() / 2 + 0.5))
            painter.setPen(Colour.STRONG if saved else Colour.ATTENTION)
            painter.setFont(self.font())
            painter.drawText(self.rect().adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)


class Header(QWidget):
    """The header bar.

    Signals:
        page_chosen: the name of a page was clicked.
        menu_requested: lock, sign out, keys: asked for at the right end.
        help_requested: F1.
    """

    page_chosen = Signal(str)
    menu_requested = Signal()
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEADER_HEIGHT)
        self._title = text_label("Corelab", Size.PANEL, Weight.HEADING, Colour.STRONG)
        self._second = ElidedWords(Size.BODY)
        self._second.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._navigation = QHBoxLayout()
        self._navigation.setSpacing(0)
        self._buttons: dict[str, NavButton] = {}
        self._saved = SavedMark()
        self._badge: Badge | None = None
        self._who = Button("", look=Look.QUIET)
        self._who.setFont(font(Size.BODY))
        self._who.clicked.connect(self.menu_requested)
        self._help = Button("", look=Look.QUIET, cap="F1")
        self._help.setAccessibleName("Keys and help, F1")
        self._help.clicked.connect(self.help_requested)
        self._lay_out()

    def _lay_out(self) -> None:
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(16, 0, 12, 0)
        self._line.setSpacing(12)
        self._line.addWidget(self._title)
        self._line.addWidget(self._second)
        self._line.addSpacing(12)
        self._line.addLayout(self._navigation)
        self._line.addStretch(1)
        for widget in (self._saved, self._who, self._help):
            self._line.addWidget(widget)
        self._saved.hide()

    def show_person(self, roles: str, kind: LabKind, pages: Sequence[tuple[str, str, str]]) -> None:
        """Who works here and where they may go: (name, title, key) of each page."""
        self.forget_person()
        self._who.setText(roles)
        self._who.setAccessibleName(f"{roles}: lock, sign out, keys")
        self._who.setVisible(bool(roles))
        self._who.updateGeometry()
        if kind is not LabKind.TRIAL:
            self._badge = Badge(kind.value.upper())
            self._line.insertWidget(self._line.count() - 1, self._badge)
        for name, title, key in pages:
            button = NavButton(title, key)
            button.show_narrow(narrow=self.width() < NARROW_BELOW)
            button.clicked.connect(lambda _checked=False, name=name: self.page_chosen.emit(name))
            self._buttons[name] = button
            self._navigation.addWidget(button)

    def forget_person(self) -> None:
        for button in self._buttons.values():
            self._navigation.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons.clear()
        if self._badge is not None:
            self._line.removeWidget(self._badge)
            self._badge.hide()
            self._badge.deleteLater()
            self._badge = None
        self._who.hide()
        self.show_saved("")
        self.show_headline("", "")

    def show_page(self, name: str, *, navigation: bool) -> None:
        """Underline the page on screen; on pages that need the whole head (reading) only the way back stays."""
        for at, (each, button) in enumerate(self._buttons.items()):
            button.setChecked(each == name)
            button.setVisible(navigation or at == 0)

    def show_headline(self, title: str, second: str) -> None:
        self._title.setText(title or "Corelab")
        self._second.show_words(second)
        self._second.setVisible(bool(second))

    def show_saved(self, words: str) -> None:
        self._saved.show_words(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in self._buttons.values():
            button.show_narrow(narrow=self.width() < NARROW_BELOW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.PANEL)
            painter.fillRect(0, self.height() - 1, self.width(), 1, Colour.LINE)
