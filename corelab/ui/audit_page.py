"""Audit: the trail by filter, old value to new value to reason in two clicks; verify, review, print, export."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning, Person, Role
from corelab.domain.trail import EventFacts, HistoryLine, ReadingRecord, ReviewFacts, TrailFilter, TrailLine, TrailPage, ValueOf
from corelab.services import accounts, audit, trail_export, verification
from corelab.services.trail_export import ExportedTrail
from corelab.services.verification import Verified
from corelab.ui import dialogs
from corelab.ui.audit_event import EVENT_WIDTH, EventCard, HistoryDialog
from corelab.ui.audit_filter import FilterCard
from corelab.ui.audit_list import EventList
from corelab.ui.audit_review import ReviewDialog
from corelab.ui.buttons import Button, command_button
from corelab.ui.cards import Card, Working, scrolled
from corelab.ui.desk import Desk
from corelab.ui.event_words import WORDING, field_words, filter_words, review_words
from corelab.ui.page import Page
from corelab.ui.parts import key_hint, text_label, tint
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight

T = TypeVar("T")

_FILTER_WIDTH, _FILTER_NARROW, _EVENT_NARROW = 264, 208, 296
_LAST_REVIEWS = 3


class AuditPage(Page):
    name = "audit"
    title = "Audit"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._turn = 0
        """Counts what was asked of the trail: an answer to an earlier question is not shown."""
        self._asked = TrailFilter()
        self._sign: dialogs.SignDialog | None = None
        self.filter = FilterCard(desk.lab.clock)
        self.list = EventList()
        self.event_card = EventCard()
        self.count = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        self.told = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.working = Working()
        self._reviewed = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self._make_buttons()
        self._lay_out()
        self._connect()

    def _make_buttons(self) -> None:
        self.verify = command_button("verify_now", "Verify now")
        self.review = command_button("review_trail", "Review")
        self.print = command_button("print_trail", "Print")
        self.export = command_button("export_trail", "Export")
        self._reviews = Role.AUDITOR in self.desk.session.roles
        self.review.setVisible(self._reviews)

    def _connect(self) -> None:
        self.filter.asked.connect(self._on_asked)
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self._to_event)
        self.list.more_requested.connect(self._on_more)
        self.event_card.history_requested.connect(self._on_history)
        self.event_card.print_requested.connect(self._on_print_reading)
        works: tuple[tuple[Button, str, Callable[[], None]], ...] = (
            (self.verify, "verify_now", self._on_verify),
            (self.print, "print_trail", self._on_print),
            (self.export, "export_trail", self._on_export),
        )
        for button, command, work in works:
            button.clicked.connect(work)
            self.bind(command, work)
        if self._reviews:
            self.review.clicked.connect(self._on_review)
            self.bind("review_trail", self._on_review)
        self.bind("filter", self.filter.begin)
        self.bind("refresh", self.opened)
        self.bind("history", self.event_card.first_history)
        self.bind("print_reading", self.event_card.print_reading.click)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 24, 32, 20)
        outer.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(24)
        head.addWidget(text_label("Audit trail", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self.count, 1)
        for words, caps in (("filter", ("/",)), ("all of the event", ("Enter",))):
            head.addWidget(key_hint(words, caps))
        outer.addLayout(head)
        body = QHBoxLayout()
        body.setSpacing(16)
        self._left, self._right = scrolled(self._left_column()), scrolled(self._right_column())
        for area, stretch in ((self._left, 0), (self.list, 1), (self._right, 0)):
            body.addWidget(area, stretch)
        outer.addLayout(body, 1)
        outer.addLayout(self._foot())

    def _left_column(self) -> QWidget:
        column = QWidget()
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(16)
        lines.addWidget(self.filter)
        card = Card().titled("Reviews")
        card.lines.addWidget(self._reviewed)
        lines.addWidget(card)
        lines.addStretch(1)
        return column

    def _right_column(self) -> QWidget:
        column = QWidget()
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.addWidget(self.event_card)
        lines.addStretch(1)
        return column

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.verify, self.review, self.print, self.export):
            foot.addWidget(button)
        foot.addSpacing(16)
        foot.addWidget(self.told, 1)
        foot.addWidget(self.working, 1)
        return foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < NARROW_BELOW
        self._left.setFixedWidth(_FILTER_NARROW if narrow else _FILTER_WIDTH)
        width = _EVENT_NARROW if narrow else EVENT_WIDTH
        self.event_card.setFixedWidth(width)
        self._right.setFixedWidth(width + 16)
        super().resizeEvent(event)

    # ------------------------------------------------------------ the trail

    def opened(self, _argument: object = None) -> None:
        self._ask(self._asked)
        self._query(partial(accounts.people, self.desk.lab, self.desk.session), self._on_people)
        self._query(partial(audit.reviews, self.desk.lab, self.desk.session), self._on_reviews)

    def _query(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self.desk.jobs.query(self, work, done, self.show_error)

    def _on_people(self, people: tuple[Person, ...]) -> None:
        self.filter.show_people([(one.user_name, one.printed_name) for one in people])

    def _on_asked(self, wanted: TrailFilter) -> None:
        if wanted != self._asked:
            self._ask(wanted)

    def _ask(self, wanted: TrailFilter) -> None:
        self._asked = wanted
        self._turn += 1
        self._query(partial(audit.page, self.desk.lab, self.desk.session, wanted), partial(self._on_page, self._turn))

    def _on_page(self, turn: int, page: TrailPage) -> None:
        if turn != self._turn:
            return
        self.count.setText(f"{page.total:,} events".replace(",", "\u2009") if page.total != 1 else "1 event")
        if not page.lines:
            self.event_card.show_nothing()
        self.list.show_page(page)
        focus = QApplication.focusWidget()
        if focus is None or not self.filter.isAncestorOf(focus):
            self.list.rows.setFocus()

    def _on_more(self, before: int) -> None:
        work = partial(audit.page, self.desk.lab, self.desk.session, self._asked, before=before)
        self._query(work, partial(self._on_older, self._turn))

    def _on_older(self, turn: int, page: TrailPage) -> None:
        if turn == self._turn:
            self.list.add_page(page)

    def _on_chosen(self, line: TrailLine) -> None:
        self._query(partial(audit.event, self.desk.lab, self.desk.session, line.seq), self._on_event)

    def _on_event(self, facts: EventFacts) -> None:
        current = self.list.current
        if current is not None and current.seq == facts.line.seq:
            self.event_card.show_event(facts)

    def _to_event(self, _line: TrailLine) -> None:
        """Enter leads to what can be done with the event: its histories, its reading."""
        if self.event_card.histories:
            self.event_card.histories[0].setFocus()
        elif self.event_card.reading:
            self.event_card.print_reading.setFocus()

    def _on_history(self, of: ValueOf) -> None:
        self._query(partial(audit.history, self.desk.lab, self.desk.session, of), self._show_history)

    def _show_history(self, lines: tuple[HistoryLine, ...]) -> None:
        named = [field_words(change) for one in lines for change in one.changes]
        HistoryDialog(self, named[0] if named else "Earlier values", lines).open()

    # ------------------------------------------------------------ verify

    def _on_verify(self) -> None:
        """Everything, on a thread of its own, so that the trail can be read meanwhile."""
        if self.working.isVisible():
            return
        self._begin("Verifying the whole lab: chain, rows, signatures, results, clips...")
        self.desk.jobs.pixels(self, partial(verification.verify_lab, self.desk.lab.folder), self._on_verified, self._on_failed)

    def _on_verified(self, found: Verified) -> None:
        checked = ", ".join(f"{count} {what}" for what, count in found.checked.items())
        if found.ok:
            self._tell(f"The lab verifies. Checked: {checked}.")
            return
        first = "; ".join(f"{fault.where}: {fault.what}" for fault in found.faults[:3])
        self._tell(f"The lab does NOT verify: {len(found.faults)} faults. {first}. Keep the folder as it is.", bad=True)

    # ------------------------------------------------------------ review

    def _on_reviews(self, found: tuple[ReviewFacts, ...]) -> None:
        words = [review_words(one) for one in found[:_LAST_REVIEWS]]
        more = [f"and {len(found) - _LAST_REVIEWS} earlier; choose the kind of event to see all."] if len(found) > _LAST_REVIEWS else []
        self._reviewed.setText("\n\n".join([*words, *more]) or "Nobody has reviewed the trail yet.")

    def _on_review(self) -> None:
        dialog = ReviewDialog(self, filter_words(self._asked))
        dialog.given.connect(self._on_review_given)
        dialog.open()

    def _on_review_given(self, scope: str, findings: tuple[str, ...]) -> None:
        given = partial(self._on_password, scope, findings)
        self._sign = dialogs.ask_signature(self, self.desk, Meaning.AUDIT_REVIEW, "review of the audit trail", given=given)

    def _on_password(self, scope: str, findings: tuple[str, ...], password: str) -> None:
        work = partial(audit.review, self.desk.lab, self.desk.session, scope, findings, password)
        self.desk.jobs.query(self, work, self._on_signed, self._on_refused)

    def _on_signed(self, review: ReviewFacts) -> None:
        if self._sign is not None:
            self._sign.accept()
            self._sign = None
        self._tell(f"Signed. {review_words(review)}")
        self.opened()

    def _on_refused(self, error: Exception) -> None:
        if self._sign is not None:
            self._sign.refuse(error)

    # ------------------------------------------------------------ out

    def _on_print(self) -> None:
        out = self._file("Print the lines shown", f"{self.desk.lab.trial_id}_audit_trail.pdf")
        if out is not None:
            words = filter_words(self._asked)
            work = partial(audit.print_trail, self.desk.lab, self.desk.session, self._asked, out, WORDING, words)
            self._hand_out("Printing...", work, lambda count: f"{count} events in {out}.")

    def _on_print_reading(self, reading: str) -> None:
        out = self._file("Print the reading", f"reading_{reading[:8]}.pdf")
        if out is not None:
            work = partial(audit.print_reading, self.desk.lab, self.desk.session, reading, out, WORDING)
            self._hand_out("Printing...", work, partial(_reading_words, out))

    def _on_export(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where the folder of the trail is made")
        if chosen:
            out = Path(chosen) / f"{self.desk.lab.trial_id}_audit"
            work = partial(trail_export.export_trail, self.desk.lab, self.desk.session, out)
            self._hand_out("Exporting the whole trail...", work, _export_words)

    def _file(self, title: str, name: str) -> Path | None:
        chosen, _filter = QFileDialog.getSaveFileName(self, title, name, "PDF (*.pdf)")
        return Path(chosen) if chosen else None

    def _hand_out(self, words: str, work: Callable[[], T], told: Callable[[T], str]) -> None:
        self._begin(words)
        self.desk.jobs.query(self, work, partial(self._on_handed_out, told), self._on_failed)

    def _on_handed_out(self, told: Callable[[T], str], answer: T) -> None:
        self._tell(told(answer))
        self.opened()

    # ------------------------------------------------------------ what goes on

    def _begin(self, words: str) -> None:
        self.told.hide()
        self.working.begin(words, can_stop=False)

    def _tell(self, words: str, *, bad: bool = False) -> None:
        self.working.end()
        _say(self.told, words, bad=bad)

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        self.show_error(error)


def _say(label: QLabel, words: str, *, bad: bool) -> None:
    label.setText(words)
    label.setToolTip(words)
    tint(label, Colour.ATTENTION if bad else Colour.TEXT)
    label.show()


def _reading_words(out: Path, made: ReadingRecord) -> str:
    return f"Reading of {made.reader}, {made.subject} {made.visit}, in {out}."


def _export_words(made: ExportedTrail) -> str:
    return f"{made.events} events in {made.folder}, with the program that checks them."
