"""The third card: the adjudicator's own grade, and the reason of whatever is decided."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.adjudication import Decision
from corelab.domain.charter.model_item import ChoiceItem, MultiItem
from corelab.ui.answer_entry import AnswerEntry, Entry, answer_choices, reason_choices
from corelab.ui.capture import caliper_words
from corelab.ui.case_words import NO_OWN_GRADE
from corelab.ui.deciding import REASONS, Asked, Deciding
from corelab.ui.entry_fields import NumberField, TextField
from corelab.ui.form_parts import Choice, OptionButton, Rule
from corelab.ui.parts import key_hint, text_label
from corelab.ui.read_card import paint_card
from corelab.ui.segment_words import frame_words
from corelab.ui.theme import Colour, Size, Weight

_WIDE: Final = 720
"""A card wider than this has the grade at the left and the reason at the right."""
_COLUMN: Final = 150
"""Options narrower than this stand in one column."""

Refused = tuple[str, str] | None


class OwnCard(QWidget):
    """Shows a Deciding. What does not fit is scrolled; what is asked now comes first.

    Signals:
        picked: an option or a reason was clicked; carries what is asked with it (Asked) and the digit.
        entered: Enter in the field of the own grade; carries what was written.
        typed: words were changed by hand, without Enter yet; carries them.
        left: the field of words was left.
    """

    picked = Signal(object, int)
    entered = Signal(str)
    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Own grade")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._chosen = False
        self._shown: tuple[Deciding, Refused] | None = None
        self._entry: AnswerEntry | None = None
        self._texts: list[str] = []
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2, 2, 2, 2)
        outer.addWidget(self._scroll)

    # -- what it shows ---------------------------------------------------------------------------------------------------------

    def show_deciding(self, deciding: Deciding, refused: Refused = None) -> None:
        """``refused``: what was written last and why it was not taken."""
        self._shown, self._chosen = (deciding, refused), deciding.own is not None
        asks, reason = deciding.draft.needs_reason(deciding.cell), deciding.asked is Asked.REASON
        if self._make(grades=True, reasons=asks) > self.height() - 4 and asks:
            self._make(grades=not reason, reasons=reason)
        self.update()

    @property
    def field(self) -> NumberField | TextField | None:
        """The field of the own grade, where it is written and asked now."""
        return self._entry.field if self._entry is not None else None

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands there, for whoever listens instead of looking."""
        return tuple(self._texts)

    def forget(self) -> None:
        """The case is left."""
        self._empty()
        self._shown, self._chosen = None, False
        self.update()

    def _make(self, *, grades: bool, reasons: bool) -> int:
        """Lays out these sections; answers how high they are."""
        self._empty()
        if self._shown is None:
            return 0
        (deciding, refused), content = self._shown, QWidget()
        wide = self.width() > _WIDE
        sections = QHBoxLayout(content) if wide else QVBoxLayout(content)
        sections.setContentsMargins(16, 8, 16, 8)
        sections.setSpacing(24 if wide else 6)
        if grades:
            sections.addLayout(self._grades(deciding, refused, wide=wide), 3 if wide else 0)
        if grades and reasons and not wide:
            sections.addWidget(Rule())
        if reasons:
            sections.addLayout(self._reasons(deciding, wide=wide), 2 if wide else 0)
        if not wide:
            sections.addStretch(1)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)
        content.show()
        # Options take the height of their words once they have their width.
        sections.activate()
        return sections.minimumSize().height()

    # -- the own grade ---------------------------------------------------------------------------------------------------------

    def _grades(self, deciding: Deciding, refused: Refused, *, wide: bool) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        form, item = deciding.draft.case.form, deciding.item
        current = deciding.asked is not Asked.REASON
        if not deciding.may_own:
            self._say(column, "Own grade", current=False)
            self._say(column, NO_OWN_GRADE, current=False)
        elif deciding.asked is Asked.NE_REASON:
            self._say(column, "Why is it not evaluable?", current=True)
            entry = Entry(item, deciding.own, reasons=form.ne_reasons(deciding.cell.item))
            self._add_options(column, list(reason_choices(entry)), Asked.NE_REASON)
        elif isinstance(item, ChoiceItem | MultiItem):
            self._say(column, "Own grade", current=current)
            entry = Entry(item, deciding.own, deciding.options_chosen)
            self._add_options(column, list(answer_choices(entry)), Asked.GRADE)
            if isinstance(item, MultiItem):
                column.addWidget(key_hint("take these as the own grade", ("Enter",)))
        else:
            self._add_entry(column, Entry(item, deciding.own, "", None, *((refused[1], refused[0]) if refused else ())))
            if deciding.own is not None and deciding.own.value is not None and self.field is None:
                self._say(column, f"Own grade: {_measured_words(deciding)}", current=True)
        if wide:
            column.addStretch(1)
        return column

    def _add_entry(self, column: QVBoxLayout, entry: Entry) -> None:
        made = AnswerEntry(entry)
        made.entered.connect(self.entered)
        made.typed.connect(self.typed)
        made.left.connect(self.left)
        self._entry = made
        self._texts += made.texts
        column.addWidget(made)

    # -- the reason ------------------------------------------------------------------------------------------------------------

    def _reasons(self, deciding: Deciding, *, wide: bool) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        self._say(column, "Then a reason", current=deciding.asked is Asked.REASON)
        self._add_options(column, list(_reasons(deciding.decision)), Asked.REASON)
        if wide:
            column.addStretch(1)
        return column

    # -- parts -----------------------------------------------------------------------------------------------------------------

    def _say(self, column: QVBoxLayout, words: str, *, current: bool) -> None:
        ink = (Weight.HEADING, Colour.STRONG) if current else (Weight.TEXT, Colour.SECOND)
        label = text_label(words, Size.BODY, *ink, wrap=True)
        label.setAccessibleName(words)
        self._texts.append(words)
        column.addWidget(label)

    def _add_options(self, column: QVBoxLayout, choices: list[Choice], asked: Asked) -> None:
        across = self.width() * (3 if asked is not Asked.REASON else 2) // 5 if self.width() > _WIDE else self.width()
        crowded = len(choices) > 4 or asked is Asked.REASON
        columns = 2 if crowded and across > 2 * _COLUMN + 40 else 1
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 2)
        grid.setSpacing(4)
        for at, choice in enumerate(choices):
            button = OptionButton(choice)
            button.picked.connect(_Picked(self, asked))
            self._texts.append(button.accessibleName())
            grid.addWidget(button, at // columns, at % columns)
        column.addLayout(grid)

    def _empty(self) -> None:
        self._entry, self._texts = None, []
        old = self._scroll.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shown is not None and event.size() != event.oldSize():
            self.show_deciding(*self._shown)

    def sizeHint(self) -> QSize:
        return QSize(320, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_card(painter, QRectF(self.rect()), chosen=self._chosen, raised=False)


class _Picked:
    def __init__(self, card: OwnCard, asked: Asked) -> None:
        self._card, self._asked = card, asked

    def __call__(self, digit: int) -> None:
        self._card.picked.emit(self._asked, digit)


def _measured_words(deciding: Deciding) -> str:
    """``8.4 mm, frame 13``."""
    proof = deciding.decision.evidence if deciding.decision is not None else ()
    return "; ".join(f"{caliper_words(one.caliper)}, {frame_words(one)}" for one in proof if one.caliper is not None)


def _reasons(decision: Decision | None) -> tuple[Choice, ...]:
    chosen = decision.reason if decision is not None else None
    return tuple(Choice(digit, reason.label, chosen=chosen is reason) for digit, reason in enumerate(REASONS, 1))
