"""Audit: the trail by filter, old value to new value to reason in two clicks; verify, review, print, export."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Person
from corelab.domain.trail import EventFacts, HistoryLine, ReviewFacts, TrailFilter, TrailLine, TrailPage, ValueOf
from corelab.services import accounts, audit, redaction
from corelab.ui.audit_event import EVENT_WIDTH, EventCard, HistoryDialog
from corelab.ui.audit_filter import FilterCard
from corelab.ui.audit_list import EventList
from corelab.ui.audit_redaction import RedactionCard
from corelab.ui.audit_tasks import AuditTasks
from corelab.ui.audit_waiting import WaitingCard
from corelab.ui.cards import Card, scrolled
from corelab.ui.desk import Desk
from corelab.ui.event_words import review_words
from corelab.ui.key_parts import command_hint
from corelab.ui.page import Page
from corelab.ui.parts import key_hint, text_label
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight

T = TypeVar("T")

_FILTER_WIDTH, _FILTER_NARROW, _EVENT_NARROW = 248, 224, 276
_LAST_REVIEWS = 3


class AuditPage(Page):
    name = "audit"
    title = "Audit"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._turn = 0
        """Counts what was asked of the trail: an answer to an earlier question is not shown."""
        self._asked = TrailFilter()
        self.filter = FilterCard(desk.lab.clock)
        self.list = EventList()
        self.event_card = EventCard()
        self.redaction, self.waiting = RedactionCard(desk), WaitingCard(desk)
        self.count = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        self.tasks = AuditTasks(desk)
        self._reviewed = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        self.filter.asked.connect(self._on_asked)
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self._to_event)
        self.list.more_requested.connect(self._on_more)
        self.event_card.history_requested.connect(self._on_history)
        self.event_card.print_requested.connect(self.tasks.print_reading)
        self.tasks.recorded.connect(self.opened)
        self.redaction.recorded.connect(self._on_redaction)
        self.waiting.confirm_requested.connect(self.redaction.confirm)
        self.waiting.look_requested.connect(self._on_look)
        self.bind("filter", self.filter.begin)
        self.bind("trace", partial(self.go.emit, "trace", None))
        self.bind("refresh", self.opened)
        self.bind("history", self.event_card.first_history)
        self.bind("redact", self.redaction.act)
        self.bind("print_reading", self.event_card.print_reading.click)

    def _lay_out(self) -> None:
        self._outer = outer = QVBoxLayout(self)
        outer.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(24)
        head.addWidget(text_label("Audit trail", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self.count, 1)
        head.addWidget(command_hint("trace a row", "trace"))
        head.addWidget(command_hint("filter", "filter"))
        head.addWidget(key_hint("all of the event", ("Enter",)))
        outer.addLayout(head)
        body = QHBoxLayout()
        body.setSpacing(16)
        self._left, self._right = scrolled(self._left_column()), scrolled(self._right_column())
        for area, stretch in ((self._left, 0), (self.list, 1), (self._right, 0)):
            body.addWidget(area, stretch)
        outer.addLayout(body, 1)
        outer.addWidget(self.tasks)

    def _left_column(self) -> QWidget:
        column = QWidget()
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(16)
        lines.addWidget(self.filter)
        lines.addWidget(self.waiting)
        card = Card().titled("Reviews")
        card.lines.addWidget(self._reviewed)
        lines.addWidget(card)
        lines.addStretch(1)
        return column

    def _right_column(self) -> QWidget:
        column = QWidget()
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(16)
        lines.addWidget(self.event_card)
        lines.addWidget(self.redaction)
        lines.addStretch(1)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < NARROW_BELOW
        self._outer.setContentsMargins(*((16, 16, 16, 12) if narrow else (32, 24, 32, 20)))
        self._left.setFixedWidth(_FILTER_NARROW if narrow else _FILTER_WIDTH)
        width = _EVENT_NARROW if narrow else EVENT_WIDTH
        self.event_card.setFixedWidth(width)
        self.redaction.setFixedWidth(width)
        self._right.setFixedWidth(width + 16)
        self.filter.show_narrow(narrow=narrow)
        self.list.show_narrow(narrow=narrow)
        super().resizeEvent(event)

    # ------------------------------------------------------------ the trail

    def opened(self, argument: object = None) -> None:
        if isinstance(argument, str):  # one exam, asked for by another page: nothing else narrows the list
            self.filter.show_exam(argument)
            self._asked = self.filter.filter
        self._ask(self._asked)
        self._query(partial(accounts.people, self.desk.lab, self.desk.session), self._on_people)
        self._query(partial(audit.reviews, self.desk.lab, self.desk.session), self._on_reviews)
        self._query(partial(redaction.redactions_requested, self.desk.lab, self.desk.session), self.waiting.show_requests)

    def _query(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self.desk.jobs.query(self, work, done, self.show_error)

    def _on_people(self, people: tuple[Person, ...]) -> None:
        self.filter.show_people([(one.user_name, one.printed_name) for one in people])

    def _on_asked(self, wanted: TrailFilter) -> None:
        if wanted != self._asked:
            self._ask(wanted)

    def _ask(self, wanted: TrailFilter) -> None:
        self._asked = wanted
        self.tasks.show_filter(wanted)
        self._turn += 1
        self._query(partial(audit.page, self.desk.lab, self.desk.session, wanted), partial(self._on_page, self._turn))

    def _on_page(self, turn: int, page: TrailPage) -> None:
        if turn != self._turn:
            return
        self.count.setText(f"{page.total:,} events".replace(",", "\u2009") if page.total != 1 else "1 event")
        if not page.lines:
            self.event_card.show_nothing()
            self.redaction.show_nothing()
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
            self._show_event(facts)

    def _show_event(self, facts: EventFacts) -> None:
        self.event_card.show_event(facts)
        self.redaction.show_event(facts.line)

    def _to_event(self, _line: TrailLine) -> None:
        """Enter leads to what can be done with the event: its histories, its reading."""
        if self.event_card.histories:
            self.event_card.histories[0].setFocus()
        elif self.event_card.reading:
            self.event_card.print_reading.setFocus()
        elif self.redaction.do.isVisible():
            self.redaction.do.setFocus()

    def _on_history(self, of: ValueOf) -> None:
        self._query(partial(audit.history, self.desk.lab, self.desk.session, of), self._show_history)

    def _show_history(self, lines: tuple[HistoryLine, ...]) -> None:
        HistoryDialog(self, lines).open()

    # ------------------------------------------------------------ redactions

    def _on_look(self, seq: int) -> None:
        """The event of a request: in the list where it stands there, else beside it."""
        if not self.list.choose(seq):
            self._query(partial(audit.event, self.desk.lab, self.desk.session, seq), self._show_event)

    def _on_redaction(self, words: str) -> None:
        self.tasks.tell(words)
        self.opened()

    # ------------------------------------------------------------ reviews

    def _on_reviews(self, found: tuple[ReviewFacts, ...]) -> None:
        words = [review_words(one) for one in found[:_LAST_REVIEWS]]
        more = [f"and {len(found) - _LAST_REVIEWS} earlier; choose the kind of event to see all."] if len(found) > _LAST_REVIEWS else []
        self._reviewed.setText("\n\n".join([*words, *more]) or "Nobody has reviewed the trail yet.")
