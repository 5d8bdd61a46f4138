"""What lies on the adjudication page: a Deciding with the clips of its exam, drawn again after every change, kept after every change."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.adjudication import CaseDraft, Take
from corelab.domain.clip import Clip
from corelab.domain.content import Draft
from corelab.domain.vocabulary import AssignmentId
from corelab.services import adjudication
from corelab.services.adjudication import OpenCase
from corelab.ui.case_checks import CheckLines
from corelab.ui.case_rows import agreed_rows, case_rows
from corelab.ui.case_shown import calipers_of, case_marks, first_of, read_shown, stops_of
from corelab.ui.case_words import check_words, count_words, dispute_label, place_words
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_strip import CineStrip
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.desk import Desk
from corelab.ui.dispute_rail import DisputeRail
from corelab.ui.entry_fields import NumberField
from corelab.ui.exam_clips import ExamClips
from corelab.ui.exam_page import ExamPage
from corelab.ui.own_card import OwnCard
from corelab.ui.parts import text_label
from corelab.ui.read_card import ReadCard
from corelab.ui.reading_shown import side_words, told_words
from corelab.ui.segment_words import lowered
from corelab.ui.sign_foot import ElidedWords
from corelab.ui.theme import NARROW_BELOW, PADDING, Colour, Size, Weight
from corelab.ui.viewports import Layout


class AdjudicationBench(ExamPage):
    """Holds one Deciding and redraws from it. Opened with the id of an assignment."""

    name = "adjudication"
    title = "Adjudication"

    meaning = Meaning.ADJUDICATION
    layout_at_first = Layout.TWO

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._deciding: Deciding | None = None
        self._pseudonym = ""
        self._refused: tuple[str, str] | None = None
        """What was written last, and why it was not taken."""
        self.strip = CineStrip(self.viewports.active.player.cine, slim=True)
        self.rail, self.own, self.checks = DisputeRail(), OwnCard(), CheckLines()
        self.cards = {Take.A: ReadCard("A"), Take.B: ReadCard("B")}
        self._lay_out()

    # -- opening and leaving -----------------------------------------------------------------------------------------------------

    def _ask(self, assignment: AssignmentId) -> Callable[[], object]:
        return partial(adjudication.open_case, self.desk.lab, self.desk.session, assignment)

    def _on_opened(self, opened: object) -> None:
        if not isinstance(opened, OpenCase):
            return
        if opened.aside is not None:
            self._resume(opened, adjudication.resumed(opened))
            return
        self._deciding, self._pseudonym = Deciding.begun(opened.draft), opened.pseudonym
        self.clips.open(ExamClips(opened.clips), opened.played, opened.watched)
        told = f"{told_words(opened.case.form)}{side_words(opened.case.form)}{count_words(opened.draft)}"
        self.headline.emit(f"Adjudication {opened.pseudonym}", told[:1].upper() + told[1:])
        self._begin(opened.signed_at, opened.submit, opened.version, opened.drawer)
        if not self._signed:
            self._time.begin(0)
        self._lay_open(sides=opened.case.shows_sides)
        self._show_frames()
        self._show()
        self.setFocus()

    def _lay_open(self, *, sides: bool) -> None:
        """Two clips and both reads; where the reads are hidden, one clip and the own grade."""
        for card in self.cards.values():
            card.setVisible(sides)
        wanted = Layout.TWO if sides else Layout.ONE
        if self.viewports.several is not sides:
            self.viewports.activate(0)
            self.viewports.set_layout(wanted)
        self.rail.show_words("Disputed" if sides else "To be graded")

    def _forget(self) -> None:
        self._deciding, self._pseudonym, self._refused = None, "", None
        self._time.stop()
        for card in self.cards.values():
            card.forget()
        self.viewports.ask_caliper("")
        self.own.forget()
        self.checks.show_words(())
        self.rail.forget()
        self._label.clear()
        self._question.clear()
        self._place.clear()
        self.strip.show_marks(())

    def _show_signed(self) -> None:
        if self._signed:
            self._time.stop()
        self.rail.foot.show_signed(signed=self._signed, next_one="case")
        self.rail.note.setReadOnly(self._signed)
        self.own.setEnabled(not self._signed)

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def deciding(self) -> Deciding | None:
        """What is on screen; None while no case is open."""
        return self._deciding

    def _show(self) -> None:
        deciding = self._deciding
        if deciding is None:
            return
        focus = QApplication.focusWidget()
        written = focus is not None and self.own.isAncestorOf(focus)
        draft = deciding.draft
        self.rail.show_case(case_rows(deciding), agreed_rows(draft), deciding.cell)
        self.rail.foot.show_progress(*draft.progress, complete=not draft.faults)
        self.rail.note.show_note(draft.note)
        self._label.setText(dispute_label(draft.case.form, deciding.cell))
        self._question.show_words(deciding.item.question)
        self._place.setText(place_words(deciding))
        self.checks.show_words(check_words(deciding))
        self.own.show_deciding(deciding, self._refused)
        self.viewports.ask_caliper(lowered(deciding.item.label) if deciding.measures and not self._signed else "")
        self._show_cards()
        self._show_marks()
        self._put_focus(deciding, written=written)

    def _put_focus(self, deciding: Deciding, *, written: bool) -> None:
        """A number is typed at once; every other key is the page's."""
        if isinstance(self.own.field, NumberField) and deciding.asked is Asked.GRADE and not self._signed:
            self.own.field.setFocus()
        elif written:
            self.setFocus()

    def _show_cards(self) -> None:
        if self._deciding is not None and self._deciding.draft.case.shows_sides:
            for take, card in self.cards.items():
                card.show_read(read_shown(self._deciding, take, self.clips.exam, self.clips.pictures))

    def _show_marks(self) -> None:
        if self._deciding is not None:
            self.strip.show_marks(case_marks(self._deciding, self.clips.clip))
            for take, viewport in zip((Take.A, Take.B), self.viewports.all, strict=False):
                viewport.show_kept(calipers_of(self._deciding, take, viewport.clip))

    # -- frames ------------------------------------------------------------------------------------------------------------------

    def _show_frames(self) -> None:
        """A's frame at the left, B's at the right, both standing; where the reads are hidden, the first clip of the segment plays."""
        deciding = self._deciding
        if deciding is None:
            return
        if deciding.draft.case.shows_sides:
            self.clips.show_pair(self._frame_of(deciding, Take.A), self._frame_of(deciding, Take.B))
        elif (first := first_of(deciding, self.clips.exam)) is None:
            self.viewports.active.show_nothing("There is no clip of this segment.")
        elif self.clips.clip is None or self.clips.clip.segment != first.segment:
            self.clips.show_clip(first)

    def _frame_of(self, deciding: Deciding, take: Take) -> tuple[Clip, int] | None:
        stops = stops_of(deciding, take, self.clips.exam)
        first = first_of(deciding, self.clips.exam)
        return next(iter(stops), None) or ((first, 0) if first is not None else None)

    # -- changing ----------------------------------------------------------------------------------------------------------------

    def _change(self, deciding: Deciding, words: str = "") -> None:
        before, self._deciding, self._refused = self._deciding, deciding, None
        if before is None:
            return
        if deciding.draft is not before.draft:
            self._save()
        if deciding.cell != before.cell:
            self.viewports.leave_caliper()
            if deciding.cell.segment != before.cell.segment or any(stops_of(deciding, take, self.clips.exam) for take in self.cards):
                self._show_frames()
        self._show()
        if words:
            self.rail.foot.say(words)

    def _save(self) -> None:
        self._note_pause.stop()
        if self._deciding is not None and self._assignment is not None and not self._signed:
            lab, session, of = self.desk.lab, self.desk.session, self._assignment
            save = partial(adjudication.save, lab, session, of, self._deciding.draft, self.clips.log.played, watched=self.clips.log.watched)
            self._keep(save, self._drafted(of, self._deciding.draft))

    def _drafted(self, of: AssignmentId, draft: CaseDraft, submit: str | None = None) -> Callable[[], Draft]:
        """Makes what would be kept of it."""
        log, clips = self.clips.log, self.clips.exam.clips
        return partial(adjudication.draft_of, of, draft, clips, log.played, watched=log.watched, submit=submit)

    # -- layout ------------------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._label = text_label("", Size.SEGMENT, Weight.HEADING, Colour.STRONG)
        self._question = ElidedWords(Size.BODY)
        self._place = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._label)
        head.addWidget(self._question, 1)
        head.addWidget(self._place)
        cards = QHBoxLayout()
        cards.setSpacing(PADDING)
        for card in (*self.cards.values(), self.own):
            cards.addWidget(card, 1)
        lower = QVBoxLayout()
        lower.setContentsMargins(PADDING, 12, PADDING, PADDING)
        lower.setSpacing(10)
        lower.addLayout(head)
        lower.addWidget(self.checks)
        lower.addLayout(cards, 1)
        right = self._right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.viewports, 58)
        right.addWidget(self.strip)
        right.addLayout(lower, 42)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        self.rail.show_narrow(narrow=narrow)
        self._right.setStretch(0, 54 if narrow else 58)
        self._right.setStretch(2, 46 if narrow else 42)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.PANEL)
