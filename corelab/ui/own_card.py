"""The third card: the adjudicator's own grade, and the reason of whatever is decided."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.adjudication import Decision, Take
from corelab.domain.vocabulary import Missing
from corelab.ui.deciding import REASONS, Asked, Deciding
from corelab.ui.form_parts import Choice, OptionButton, Rule
from corelab.ui.grading import NOT_EVALUABLE_KEY
from corelab.ui.parts import text_label
from corelab.ui.read_card import paint_card
from corelab.ui.theme import Colour, Size, Weight

_LOW: Final = 260
"""A card lower than this shows only what is asked now: the grade, then the reason."""


class OwnCard(QWidget):
    """Shows a Deciding.

    Signals:
        picked: an option or a reason was clicked; carries what is asked with it (Asked) and the digit.
    """

    picked = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Own grade")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._chosen, self._low = False, False
        self._shown: Deciding | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(4)

    def show_deciding(self, deciding: Deciding) -> None:
        self._empty()
        decision = deciding.decision
        self._chosen = decision is not None and decision.take is Take.OWN
        self._shown = deciding
        self._low = self.height() < _LOW
        margin = 8 if self._low else 12
        self._column.setContentsMargins(16, margin, 16, margin)
        if not self._low or deciding.asked is not Asked.REASON:
            self._add_grades(deciding, decision)
        if not self._low:
            self._column.addWidget(Rule())
        if not self._low or deciding.asked is Asked.REASON:
            self._title("Then a reason", current=deciding.asked is Asked.REASON)
            self._add_options(list(_reasons(decision)), Asked.REASON, 1 if self._low else 2)
        self._column.addStretch(1)
        self.update()

    def forget(self) -> None:
        """The case is left."""
        self._empty()
        self._shown, self._chosen = None, False
        self.update()

    def _add_grades(self, deciding: Deciding, decision: Decision | None) -> None:
        ne = deciding.asked is Asked.NE_REASON
        self._title("Why is it not evaluable?" if ne else "Own grade", current=ne or deciding.asked is Asked.GRADE)
        if ne:
            self._add_options(list(_ne_reasons(deciding)), Asked.NE_REASON, 2 if self._low else 1)
        else:
            self._add_options(list(_grades(deciding, decision)), Asked.GRADE, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shown is not None and self._low != (self.height() < _LOW):
            self.show_deciding(self._shown)

    def sizeHint(self) -> QSize:
        return QSize(320, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)

    def _title(self, words: str, *, current: bool) -> None:
        ink = (Weight.HEADING, Colour.STRONG) if current else (Weight.TEXT, Colour.SECOND)
        self._column.addWidget(text_label(words, Size.BODY, *ink))

    def _add_options(self, choices: list[Choice], asked: Asked, columns: int) -> None:
        grid = QGridLayout()
        grid.setSpacing(4)
        for at, choice in enumerate(choices):
            button = OptionButton(choice)
            button.picked.connect(_Picked(self, asked))
            grid.addWidget(button, at // columns, at % columns)
        holder = QWidget()
        holder.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 2)
        self._column.addWidget(holder)

    def _empty(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_card(painter, QRectF(self.rect()), chosen=self._chosen, raised=False)


class _Picked:
    def __init__(self, card: OwnCard, asked: Asked) -> None:
        self._card, self._asked = card, asked

    def __call__(self, digit: int) -> None:
        self._card.picked.emit(self._asked, digit)


def _grades(deciding: Deciding, decision: Decision | None) -> Iterator[Choice]:
    own = decision.grade if decision is not None and decision.take is Take.OWN else None
    ranked = deciding.item.scale == "ordinal"
    for option in deciding.item.options:
        rank = 0 if option.rank == 0 else 2 if option.rank == deciding.item.worst_rank else 1
        yield Choice(int(option.key), option.label, rank, ranked, own is not None and own.value == option.value)
    if deciding.item.allow_ne:
        chosen = own is not None and own.missing is Missing.NOT_EVALUABLE
        yield Choice(NOT_EVALUABLE_KEY, "Not evaluable", Missing.NOT_EVALUABLE, ranked, chosen)


def _ne_reasons(deciding: Deciding) -> Iterator[Choice]:
    for digit, reason in enumerate(deciding.draft.case.form.ne_reasons(deciding.cell.item), 1):
        yield Choice(digit, reason.label)


def _reasons(decision: Decision | None) -> Iterator[Choice]:
    for digit, reason in enumerate(REASONS, 1):
        yield Choice(digit, reason.label, chosen=decision is not None and decision.reason is reason)
