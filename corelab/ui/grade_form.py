"""The form beside the image: the vein map, the questions of the current segment, the note, progress and the way to sign."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from corelab.domain.checks import Firing
from corelab.domain.form import Form
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import SegmentId
from corelab.ui.entry_fields import IdentityLine
from corelab.ui.form_parts import Legend, Rule
from corelab.ui.grading import Grading
from corelab.ui.key_parts import command_hint
from corelab.ui.parts import text_label
from corelab.ui.question_order import segments_asked
from corelab.ui.questions import Questions
from corelab.ui.segment_state import NOTHING_OPEN, SegmentState, places_of, states_of
from corelab.ui.segment_words import code_words, label_words, legend_words, segment_grade, segment_words
from corelab.ui.sign_foot import ElidedWords, NoteField, SignFoot
from corelab.ui.swatch_list import SwatchList
from corelab.ui.theme import PADDING, PADDING_NARROW, Colour, Size, Weight
from corelab.ui.vein_map import HEIGHT, HEIGHT_NARROW, MapSegment, VeinMap
from corelab.ui.vein_paths import tree_of

WIDTH: Final = 384
WIDTH_NARROW: Final = 296
_ROOM_BELOW_MAP: Final = 560


class GradeForm(QWidget):
    """Shows a Grading; it changes nothing itself.

    Signals:
        segment_chosen: a vein was clicked; carries the segment's id.
        picked: an option was clicked; carries its digit.
        entered: Enter in the field of the open question; carries what was written.
        typed: words of the open question were changed by hand, without Enter yet; carries them.
        left: the field of words was left.
        fold_asked: the line of the optional questions was clicked.
        check_confirmed: a check was confirmed; carries its Firing and the reason.
        check_left: the field for such a reason was left.
        question_chosen: a folded question was clicked; carries its Cell.
        evidence_followed: the line of a bound frame was clicked; carries the Evidence.
        note_typed: the note has other words now; carries them.
        note_left: the note has lost the keyboard, or Esc left it.
        sign_requested: the button was pressed.
    """

    segment_chosen = Signal(str)
    picked = Signal(int)
    entered = Signal(str)
    typed = Signal(str)
    left = Signal()
    fold_asked = Signal()
    check_confirmed = Signal(object, str)
    check_left = Signal()
    question_chosen = Signal(object)
    evidence_followed = Signal(object)
    note_typed = Signal(str)
    note_left = Signal()
    sign_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Grades")
        self._narrow = False
        self._form: Form | None = None
        """The form whose segments the map was chosen for."""
        self.map, self.swatches, self.questions = VeinMap(), SwatchList(), Questions()
        self._make_parts()
        self._connect()
        self._lay_out()
        self.show_narrow(narrow=False)

    # -- what it shows ---------------------------------------------------------------------------------------------------------

    def show_grading(self, grading: Grading, firings: Sequence[Firing] = (), refused: tuple[str, str] | None = None) -> None:
        """``firings``: soft checks that wait for a reason. ``refused``: what was written last and why it was not taken."""
        reading = grading.reading
        self._choose_map(reading.form)
        states = states_of(reading, firings, {cell.segment for cell in grading.lacking_evidence})
        drawing = self.map if self.swatches.isHidden() else self.swatches
        drawing.show_segments(tuple(_map_segments(reading, states)), grading.segment)
        self._show_head(grading)
        own = [one for one in firings if grading.segment in places_of(reading.form, one)]
        self.questions.show_grading(grading, own, refused)
        self.foot.show_progress(*reading.progress, complete=not reading.unanswered)
        self._scroll_to_question()
        self.note.show_note(reading.note)

    def _show_head(self, grading: Grading) -> None:
        """The segment and what the reader may know of it; the exam's questions have no place among the segments."""
        form = grading.reading.form
        segment, ids = form.segment(grading.segment), [each.id for each in form.segments if not each.is_exam]
        self._label.setText(label_words(segment))
        self._name.show_words("" if segment.is_exam else ", ".join((segment.name, *segment.told)))
        self._place.setText("" if segment.is_exam else f"{ids.index(segment.id) + 1} of {len(ids)}")

    def _choose_map(self, form: Form) -> None:
        """The drawing on which the segments of this form lie; a plain list where no drawing has them; nothing for one without segments."""
        if form is self._form:
            return
        self._form = form
        segments = [segment for segment in segments_asked(form) if not segment.is_exam]
        tree = tree_of(segment.map for segment in segments)
        if tree is not None:
            self.map.show_tree(tree)
        self.map.setVisible(tree is not None)
        self.swatches.setVisible(tree is None and bool(segments))
        self._legend.show_words(legend_words(form))
        self._legend.setVisible(bool(segments) and not self._narrow)

    def forget(self) -> None:
        """The exam is left: no grade, no word of it stays."""
        self._form = None
        self.map.show_segments((), None)
        self.swatches.show_segments((), None)
        self._label.clear()
        self._name.clear()
        self._place.clear()
        self.questions.forget()
        self.note.forget()
        self.foot.forget()

    def _scroll_to_question(self) -> None:
        """No further than the current question needs: the map comes back as soon as there is room for both."""
        if self.questions.current is not None:
            self._scroll.verticalScrollBar().setValue(0)
            self._scroll.ensureWidgetVisible(self.questions.current, 0, 8)

    def say(self, words: str) -> None:
        """Words for a second and a half."""
        self.foot.say(words)

    def show_signed(self, *, signed: bool) -> None:
        """After the signature nothing can be changed; the same key opens the next reading."""
        self.note.setReadOnly(signed)
        self.questions.setEnabled(not signed)
        self.foot.show_signed(signed=signed, next_one="reading")

    def show_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        self.setFixedWidth(WIDTH_NARROW if narrow else WIDTH)
        side = PADDING_NARROW if narrow else PADDING
        self._column.setContentsMargins(side, 4, side, 8)
        self.foot.show_narrow(narrow=narrow)
        self._legend.setVisible(not narrow and self._form is not None and any(not one.is_exam for one in segments_asked(self._form)))
        self._size_map()

    # -- parts -----------------------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self._legend = Legend()
        self._label = text_label("", Size.SEGMENT, Weight.HEADING, Colour.STRONG)
        self._name = ElidedWords(Size.BODY)
        self._place = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND)
        self.note = NoteField()
        self.foot = SignFoot("Answered")
        self.swatches.hide()

    def _connect(self) -> None:
        for drawing in (self.map, self.swatches):
            drawing.segment_chosen.connect(self.segment_chosen)
        for heard, told in (
            (self.questions.picked, self.picked),
            (self.questions.entered, self.entered),
            (self.questions.typed, self.typed),
            (self.questions.left, self.left),
            (self.questions.question_chosen, self.question_chosen),
            (self.questions.evidence_followed, self.evidence_followed),
            (self.questions.fold_asked, self.fold_asked),
            (self.questions.check_confirmed, self.check_confirmed),
            (self.questions.check_left, self.check_left),
        ):
            heard.connect(told)
        self.note.typed.connect(self.note_typed)
        self.note.left.connect(self.note_left)
        self.foot.sign_requested.connect(self.sign_requested)

    def _lay_out(self) -> None:
        self._inner = QWidget()
        column = self._column = QVBoxLayout(self._inner)
        column.setSpacing(0)
        for widget in (self.map, self.swatches, self._legend, Rule()):
            column.addWidget(widget)
        column.addLayout(self._title_row())
        column.addWidget(self.questions)
        column.addStretch(1)
        column.addWidget(command_hint("Note", "note"))
        column.addSpacing(4)
        column.addWidget(self.note)
        column.addWidget(IdentityLine(self.note))
        scroll = QScrollArea()
        self._scroll = scroll
        scroll.setWidget(self._inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)
        # What was just made has its place only after the layout has run, and that shows here.
        scroll.verticalScrollBar().rangeChanged.connect(self._scroll_to_question)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.foot)

    def _title_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 8)
        row.setSpacing(10)
        row.addWidget(self._label)
        row.addWidget(self._name, 1)
        row.addWidget(self._place)
        return row

    # -- size ------------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_map()

    def _size_map(self) -> None:
        """The map gives way before the questions have to be scrolled."""
        room = self.height() - _ROOM_BELOW_MAP
        low = self._narrow or room < HEIGHT_NARROW + 60
        self.map.show_narrow(narrow=low)
        self.map.setFixedHeight(HEIGHT_NARROW if low else min(HEIGHT, room))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.PANEL)
            painter.fillRect(0, 0, 1, self.height(), Colour.LINE)


def _map_segments(reading: Reading, states: Mapping[SegmentId, SegmentState]) -> Iterator[MapSegment]:
    for each in segments_asked(reading.form):
        if not each.is_exam:
            words, grade, state = segment_words(reading, each), segment_grade(reading, each), states.get(each.id, NOTHING_OPEN)
            said = ". ".join(one for one in (words, state.words) if one)
            yield MapSegment(each.id, each.map, each.side, code_words(each.code), said, grade, state)
