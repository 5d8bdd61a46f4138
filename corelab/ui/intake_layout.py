"""How the intake page is laid out: the list with its filter, completeness below it, and one column beside it that changes its part."""

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from corelab.ui.buttons import Pill, command_button
from corelab.ui.cards import Card, EmptyState, scrolled
from corelab.ui.intake_clip import ClipCard
from corelab.ui.intake_delivery import Delivery
from corelab.ui.intake_exams import IntakeExams
from corelab.ui.intake_filters import IntakeFilter
from corelab.ui.intake_table import ClipTable
from corelab.ui.intake_words import SPARE_COLUMNS, clip_cells, clip_columns
from corelab.ui.parts import text_label
from corelab.ui.take_in_form import TakeInForm
from corelab.ui.theme import Colour, Size, Weight

_SIDE = 332
_LOW = 640
"""Logical height of the page under which completeness takes the place of the list instead of standing below it."""
_MATRIX_LEAST = 130


class Side(Enum):
    """What the column beside the list shows."""

    CLIP = "Clip"
    EXAM = "Exam"
    TAKE_IN = "Take in"


class IntakeLayout:
    """Makes the widgets of the page and puts them in their places; knows nothing of clips."""

    def __init__(self, page: QWidget, form: TakeInForm, delivery: Delivery, exams: IntakeExams) -> None:
        self._low = False
        self.filter = IntakeFilter()
        self.table = ClipTable(clip_columns(), clip_cells, spare=SPARE_COLUMNS)
        self.clip = ClipCard()
        self.empty = EmptyState()
        self.fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.commands = {
            "take_in": command_button("take_in", "Take in"),
            "ask_missing": command_button("ask_missing", "Query what is missing"),
            "to_pixel_check": command_button("to_pixel_check", "Pixel check"),
        }
        self._delivery, self._exams = delivery, exams
        self._pills = {side: Pill(side.value) for side in Side}
        self._stack = QStackedWidget()
        self._sides = {Side.CLIP: self.clip, Side.EXAM: exams.card, Side.TAKE_IN: form}
        outer = QHBoxLayout(page)
        outer.setContentsMargins(20, 16, 20, 12)
        outer.setSpacing(16)
        outer.addWidget(self._beside())
        outer.addLayout(self._middle(), 1)
        self.show_side(Side.TAKE_IN)
        exams.matrix.row_chosen.connect(self._on_exam)
        self.table.marked.connect(self._on_clip)

    # ------------------------------------------------------------ parts

    def _beside(self) -> QWidget:
        column = QWidget()
        column.setFixedWidth(_SIDE)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(6)
        for side, pill in self._pills.items():
            pill.clicked.connect(self._on_pill)
            head.addWidget(pill)
            self._stack.addWidget(_held_up(self._sides[side]))
        head.addStretch(1)
        lines.addLayout(head)
        lines.addWidget(self._stack, 1)
        return column

    def _middle(self) -> QVBoxLayout:
        middle = QVBoxLayout()
        middle.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(text_label("Intake", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addStretch(1)
        head.addWidget(self.commands["take_in"])
        head.addWidget(self.commands["to_pixel_check"])
        middle.addLayout(head)
        middle.addWidget(self._delivery.working)
        middle.addWidget(self._delivery.report)
        middle.addWidget(self._delivery.transmittal)
        middle.addWidget(self.filter)
        middle.addWidget(self.table, 3)
        middle.addWidget(self.empty, 3)
        middle.addWidget(self.fault)
        self._below = self._completeness()
        middle.addWidget(self._below, 2)
        self.fault.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return middle

    def _completeness(self) -> QWidget:
        card = Card()
        card.lines.setContentsMargins(14, 10, 14, 10)
        head = QHBoxLayout()
        head.addWidget(text_label("Completeness", Size.PANEL, Weight.HEADING, Colour.STRONG))
        hint = text_label("Enter on a missing segment: not imaged (NI), with a reason", Size.HINT, Weight.TEXT, Colour.SECOND)
        hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addSpacing(12)
        head.addWidget(hint, 1)
        head.addWidget(self.commands["ask_missing"])
        card.lines.addLayout(head)
        area = scrolled(self._exams.matrix)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        area.setMinimumHeight(_MATRIX_LEAST)
        self._exams.matrix.moved.connect(area.ensureVisible)
        card.lines.addWidget(area, 1)
        return card

    # ------------------------------------------------------------ what stands there

    def show_side(self, side: Side) -> None:
        """The column's part; on a low screen completeness is there with the exam, else the list is."""
        self._pills[side].setChecked(True)
        self._stack.setCurrentIndex(list(self._sides).index(side))
        self._fold()

    @property
    def side(self) -> Side:
        return tuple(self._sides)[self._stack.currentIndex()]

    def fit(self, height: int) -> None:
        """The page is so high, in logical pixels."""
        self._low = height < _LOW
        self.clip.show_low(low=height < 900)
        self._fold()

    def _fold(self) -> None:
        self._below.setVisible(not self._low or self.side is Side.EXAM)

    def show_empty(self, *, clips: bool, listed: bool) -> None:
        """``clips``: some wait; ``listed``: some of them pass the filter."""
        self.table.setVisible(listed)
        self.filter.setVisible(clips)
        self.empty.setVisible(not listed)
        if clips:
            self.empty.show_words("No clip passes this filter.", "Choose another one, or clear the words.")
        else:
            self.empty.show_words(
                "No clip waits.", "Type the subject, choose the visit, then take in what the site sent: files, a folder or a ZIP."
            )

    def _on_pill(self) -> None:
        self.show_side(next(side for side, pill in self._pills.items() if pill.isChecked()))

    def _on_exam(self, _row: int) -> None:
        if self._exams.matrix.hasFocus():
            self.show_side(Side.EXAM)

    def _on_clip(self) -> None:
        if self.table.hasFocus():
            self.show_side(Side.CLIP)


def _held_up(card: QWidget) -> QWidget:
    """At the top of a column that scrolls when the window is low."""
    column = QWidget()
    lines = QVBoxLayout(column)
    lines.setContentsMargins(0, 0, 8, 0)
    lines.addWidget(card)
    lines.addStretch(1)
    return scrolled(column)
