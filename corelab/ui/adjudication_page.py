"""The adjudication page: one dispute at a time, both readers' frames side by side, three equal choices."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.adjudication import DecisionFault, DecisionReason, Take
from corelab.domain.clip import Clip
from corelab.domain.vocabulary import AssignmentId, Binding, Cell
from corelab.services import adjudication
from corelab.services.adjudication import OpenCase
from corelab.ui import commands
from corelab.ui.case_shown import agreed_rows, answer_of, case_marks, decision_words, dispute_label, dispute_rows, fault_words, read_shown
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_keys import CineKeys
from corelab.ui.cine_strip import CineStrip
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.desk import Desk
from corelab.ui.dispute_rail import DisputeRail
from corelab.ui.exam_clips import ExamClips
from corelab.ui.exam_page import ExamPage
from corelab.ui.own_card import OwnCard
from corelab.ui.parts import text_label
from corelab.ui.read_card import ReadCard
from corelab.ui.reading_shown import side_words
from corelab.ui.sign_foot import ElidedWords
from corelab.ui.theme import NARROW_BELOW, PADDING, Colour, Size, Weight
from corelab.ui.viewports import Layout

_SIGNED_WORDS = "This case is signed; nothing can be changed."


class AdjudicationPage(ExamPage):
    """Holds one Deciding and redraws from it. Opened with the id of an assignment."""

    name = "adjudication"
    title = "Adjudication"

    meaning = Meaning.ADJUDICATION
    layout_at_first = Layout.TWO

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._deciding: Deciding | None = None
        self._pseudonym = ""
        self.strip = CineStrip(self.viewports.active.player.cine, slim=True)
        self.rail, self.own = DisputeRail(), OwnCard()
        self.cards = {Take.A: ReadCard("A"), Take.B: ReadCard("B")}
        self._lay_out()
        self._connect()
        self._bind()

    # -- opening and leaving -----------------------------------------------------------------------------------------------------

    def _ask(self, assignment: AssignmentId) -> Callable[[], object]:
        return partial(adjudication.open_case, self.desk.lab, self.desk.session, assignment)

    def _on_opened(self, opened: object) -> None:
        if not isinstance(opened, OpenCase):
            return
        self._deciding, self._pseudonym = Deciding.begun(opened.draft), opened.pseudonym
        self.clips.open(ExamClips(opened.clips), opened.played)
        count = len(opened.case.disputes)
        noun = "dispute" if count == 1 else "disputes"
        self.headline.emit(f"Adjudication {opened.pseudonym}", f"{side_words(opened.case.form)}{count} {noun}")
        self._begin(opened.signed_at, opened.submit, opened.version)
        self._show_frames()
        self._show()
        self.setFocus()

    def _forget(self) -> None:
        self._deciding, self._pseudonym = None, ""
        for card in self.cards.values():
            card.forget()
        self.own.forget()
        self.rail.forget()
        self._label.clear()
        self._question.clear()
        self._place.clear()
        self.strip.show_marks(())

    def _show_signed(self) -> None:
        self.rail.foot.show_signed(signed=self._signed, next_one="case")
        self.rail.note.setReadOnly(self._signed)

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def deciding(self) -> Deciding | None:
        """What is on screen; None while no case is open."""
        return self._deciding

    def _show(self) -> None:
        deciding = self._deciding
        if deciding is None:
            return
        draft, form = deciding.draft, deciding.draft.case.form
        self.rail.show_case(dispute_rows(draft), agreed_rows(draft), deciding.cell)
        self.rail.foot.show_progress(*draft.progress, complete=not draft.faults)
        self.rail.note.show_note(draft.note)
        self._label.setText(dispute_label(form, deciding.cell))
        self._question.show_words(deciding.item.question)
        self._place.setText(f"Dispute {deciding.number} of {len(draft.case.disputes)}")
        self.own.show_deciding(deciding)
        self._show_cards()
        self._show_marks()

    def _show_cards(self) -> None:
        if self._deciding is not None:
            for take, card in self.cards.items():
                card.show_read(read_shown(self._deciding, take, self.clips.exam, self.clips.pictures))

    def _show_marks(self) -> None:
        if self._deciding is not None:
            self.strip.show_marks(case_marks(self._deciding, self.clips.clip))

    def _show_frames(self) -> None:
        """A's frame at the left, B's at the right, both standing."""
        self.clips.show_pair(self._frame_of(Take.A), self._frame_of(Take.B))

    def _frame_of(self, take: Take) -> tuple[Clip, int] | None:
        if self._deciding is None:
            return None
        evidence = next(iter(answer_of(self._deciding.dispute, take).evidence), None)
        clip = self.clips.exam.clip(evidence.clip) if evidence else None
        if clip is not None and evidence is not None:
            return clip, evidence.frame_a
        return next(((each, 0) for each in self.clips.exam.of(self._deciding.cell.segment)), None)

    def _go_to(self, take: Take) -> None:
        """The frame on which a read rests, in its own viewport."""
        found = self._frame_of(take)
        self.viewports.pause()
        self.viewports.activate(0 if take is Take.A else 1)
        if found is not None:
            self.clips.show_clip(found[0], found[1], play=False)

    # -- changing ----------------------------------------------------------------------------------------------------------------

    def _change(self, deciding: Deciding, words: str = "") -> None:
        before, self._deciding = self._deciding, deciding
        if before is None:
            return
        if deciding.draft is not before.draft:
            self._save()
        if deciding.cell != before.cell:
            self._show_frames()
        self._show()
        if words:
            self.rail.foot.say(words)

    def _save(self) -> None:
        self._note_pause.stop()
        if self._deciding is not None and self._assignment is not None and not self._signed:
            lab, session, of = self.desk.lab, self.desk.session, self._assignment
            self._saver.save(partial(adjudication.save, lab, session, of, self._deciding.draft, self.clips.log.played))

    def _may_change(self) -> Deciding | None:
        if self._signed:
            self.rail.foot.say(_SIGNED_WORDS)
            return None
        return self._deciding

    def take(self, take: Take) -> None:
        """Takes read A or B."""
        deciding = self._may_change()
        if deciding is not None:
            self._decide(deciding.taken(take))

    def digit(self, digit: int) -> None:
        """An own grade, or a reason."""
        deciding = self._may_change()
        if deciding is None:
            return
        if not deciding.accepts(digit):
            self.rail.foot.say(f"{digit} means nothing here.")
            return
        reason = deciding.asked is Asked.REASON
        self._decide(deciding.digit(digit, self.clips.frame(Binding.AUTO)))
        decision = self._deciding.draft.decisions.get(deciding.cell) if self._deciding else None
        if reason and decision is not None and decision.reason is DecisionReason.OTHER and not deciding.draft.note.strip():
            self.rail.note.setFocus()

    def _decide(self, after: Deciding) -> None:
        cell = self._deciding.cell if self._deciding else after.cell
        changed = self._deciding is not None and after.draft is not self._deciding.draft
        if after.draft.lacks_frame(cell):
            asks = " - now a reason, and mark its frame: K" if after.asked is Asked.REASON else " - mark its frame: K"
        else:
            asks = " - now a reason" if after.asked is Asked.REASON else " - Ctrl+Z"
        self._change(after, f"{decision_words(after, cell)}{asks}" if changed else "")

    # -- keys --------------------------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._cine_keys = CineKeys(self, self.viewports)
        commands.bind_each(self, "own_grade", self._on_digit)
        for command, slot in (
            ("take_a", partial(self.take, Take.A)),
            ("take_b", partial(self.take, Take.B)),
            ("evidence_a", partial(self._go_to, Take.A)),
            ("evidence_b", partial(self._go_to, Take.B)),
            ("not_evaluable", partial(self.digit, 9)),
            ("clear", partial(self._step, Deciding.cleared, "")),
            ("undo", partial(self._step, Deciding.undone, "Back: ")),
            ("redo", partial(self._step, Deciding.redone, "Again: ")),
            ("dispute_back", partial(self._on_dispute_step, -1)),
            ("dispute_forward", partial(self._on_dispute_step, 1)),
            ("clip_back", partial(self._on_clip_step, -1)),
            ("clip_forward", partial(self._on_clip_step, 1)),
            ("first_unanswered", self._on_first_undecided),
            ("evidence", self._on_mark),
            ("note", self.rail.note.setFocus),
            ("leave", self._on_leave),
            ("sign", self._on_sign),
        ):
            self.bind(command, slot)

    def _on_digit(self, key: str) -> None:
        self.digit(int(key))

    def _step(self, step: Callable[[Deciding], Deciding], word: str) -> None:
        deciding = self._may_change()
        if deciding is not None:
            after = step(deciding)
            done = after.draft is not deciding.draft
            self._change(after, f"{word}{decision_words(after, after.cell)}" if done else "There is nothing more.")

    def _on_dispute_step(self, steps: int) -> None:
        if self._deciding is not None:
            self._change(self._deciding.beside(steps))

    def _on_clip_step(self, steps: int) -> None:
        if not self.clips.step(steps) and self.clips.clip is not None:
            self.rail.foot.say(f"This is the {'last' if steps > 0 else 'first'} clip of the segment.")

    def _on_first_undecided(self) -> None:
        if self._deciding is not None:
            done = not self._deciding.draft.faults
            self._change(self._deciding.at_first_undecided(), "Every dispute is decided." if done else "")

    def _on_mark(self) -> None:
        deciding, frame = self._may_change(), self.clips.frame(Binding.MARKED)
        if deciding is not None and frame is not None:
            after = deciding.marked(frame)
            words = "the own grade" if after.draft is not deciding.draft else "an own grade, if you give one"
            self._change(after, f"Frame {frame.frame_a + 1} marked for {words}")

    def _on_leave(self) -> None:
        if not self.viewports.active.leave_caliper() and self._deciding is not None:
            self._change(self._deciding.left())

    # -- what widgets tell -------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.viewports.serve(self.strip)
        self.viewports.clip_stepped.connect(self._on_clip_step)
        self.clips.changed.connect(self._show_marks)
        self.clips.completed.connect(self._save)
        self.clips.pictures.made.connect(self._show_cards)
        for take, card in self.cards.items():
            card.picked.connect(partial(self.take, take))
            card.followed.connect(partial(self._go_to, take))
        self.own.picked.connect(self._on_picked)
        self.rail.dispute_chosen.connect(self._on_dispute)
        self.rail.foot.sign_requested.connect(self._on_sign)
        self.rail.note.typed.connect(self._on_note)
        self.rail.note.left.connect(self._on_note_left)
        self._signing.followed.connect(self._on_fault)

    def _on_picked(self, asked: Asked, digit: int) -> None:
        """A click says itself whether it means a grade or a reason."""
        deciding = self._may_change()
        if deciding is None or (asked is Asked.REASON and deciding.decision is None):
            return
        self._deciding = deciding.asking(asked)
        self.digit(digit)

    def _on_dispute(self, cell: Cell) -> None:
        if self._deciding is not None:
            self._change(self._deciding.at_cell(cell))

    def _on_note(self, note: str) -> None:
        if self._deciding is not None and not self._signed:
            self._deciding = self._deciding.with_note(note)
            self._wait_with_note()

    def _on_note_left(self) -> None:
        super()._on_note_left()
        self._show()  # a reason that needs a note may be complete now

    # -- signing -----------------------------------------------------------------------------------------------------------------

    def _on_sign(self) -> None:
        if self._signed:
            self.go.emit("worklist", "next")
            return
        if self._deciding is None or self._assignment is None:
            return
        self.viewports.pause()
        self._save()
        draft = self._deciding.draft
        lab, session, of, played = self.desk.lab, self.desk.session, self._assignment, self.clips.log.played
        sign = self._saver.signing(partial(adjudication.sign, lab, session, of, draft, submit=self._submit, played=played))
        check = partial(draft.faults_among, self.clips.exam.clips)
        self._signing.begin(f"adjudication {self._pseudonym}", check, partial(fault_words, draft), sign)

    def _on_fault(self, fault: DecisionFault) -> None:
        if self._deciding is None:
            return
        if fault.cell is None:
            self.rail.note.setFocus()
        else:
            self._change(self._deciding.at_cell(fault.cell))

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
