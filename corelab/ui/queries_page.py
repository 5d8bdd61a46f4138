"""Queries: what the sites are asked, where each stands, how old it is; one key per step."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Command, role_for
from corelab.domain.queries import Query, QueryFilter, QueryState
from corelab.services import queries
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card, EmptyState, scrolled
from corelab.ui.desk import Desk
from corelab.ui.key_parts import command_hint
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.queries_chosen import ChosenQuery
from corelab.ui.queries_dialogs import QueryAbout
from corelab.ui.queries_filter import COLUMNS, NEVER_NARROW, ONLY_WIDE, QueriesFilter, Wanted, cells
from corelab.ui.queries_steps import QuerySteps
from corelab.ui.rows import Rows
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.writing import why_not

_SIDE, _SIDE_NARROW = 400, 328
_WIDE = 1540
"""So wide is a page whose list has room for all its columns."""


class QueriesPage(Page):
    name = "queries"
    title = "Queries"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._all: tuple[Query, ...] = ()
        self._listed: tuple[Query, ...] = ()
        self._wanted_id = ""
        self._writes = role_for(desk.session.roles, Command.QUERY) is not None
        self.filter = QueriesFilter(desk.lab.clock)
        self.rows = Rows(COLUMNS, "Queries to the sites", row_height=40)
        self.rows.keep_widths(least=0.7, rest=200)
        self.chosen = ChosenQuery(desk.lab.clock)
        self.empty = EmptyState()
        self.steps = QuerySteps(self, desk)
        self.told = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.new = command_button("query_raise", "Raise a query")
        self.print_ = command_button("query_print", "Print")
        self._second = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        self._connect()
        self._lay_out()

    def _connect(self) -> None:
        self.filter.changed.connect(self._show)
        self.rows.chosen.connect(self._on_chosen)
        self.rows.opened.connect(self._on_opened)
        self.steps.done.connect(self._on_done)
        self.empty.chosen.connect(partial(self.go.emit, "intake", None))
        one = self.chosen
        for command, button, work in (
            ("query_send", one.send, self.steps.send),
            ("query_answer", one.answer, self.steps.answer),
            ("query_close", one.close_, self.steps.close),
            ("query_cancel", one.cancel, self.steps.cancel),
            ("query_exclude", one.exclude, self.steps.exclude),
            ("query_give", one.give, self.steps.give),
        ):
            button.clicked.connect(partial(self._step, button, work))
            self.bind(command, button.click)
        self.new.clicked.connect(partial(self.ask_site, QueryAbout()))
        self.print_.clicked.connect(self.print_listed)
        self.bind("query_raise", self.new.click)
        self.bind("query_print", self.print_.click)
        self.bind("filter", self.filter.begin)
        self.bind("refresh", self.opened)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(24)
        head.addWidget(text_label("Queries", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self._second, 1)
        head.addWidget(command_hint("filter", "filter"))
        head.addWidget(command_hint("look again", "refresh"))
        outer.addLayout(head)
        outer.addWidget(self.filter)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self._list_card(), 1)
        self._right = scrolled(self.chosen)
        body.addWidget(self._right)
        outer.addLayout(body, 1)

    def _list_card(self) -> Card:
        card = Card()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.filter.site)
        line.addWidget(self.filter.words, 1)
        line.addWidget(self.new)
        line.addWidget(self.print_)
        self.new.writes = True
        self.new.setVisible(self._writes)
        card.lines.addLayout(line)
        card.lines.addWidget(self.rows, 1)
        card.lines.addWidget(self.empty, 1)
        card.lines.addWidget(self.told)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < NARROW_BELOW
        self._right.setFixedWidth(_SIDE_NARROW if narrow else _SIDE)
        for column in NEVER_NARROW:
            self.rows.setColumnHidden(column, narrow or (column in ONLY_WIDE and self.width() < _WIDE))
        super().resizeEvent(event)

    # ------------------------------------------------------------ showing

    def opened(self, argument: object = None) -> None:
        """``argument``: a count to show (``Wanted``), what to ask about (``QueryAbout``), or nothing."""
        if isinstance(argument, Wanted):
            self.filter.wanted = argument
        work = partial(queries.queries, self.desk.lab, self.desk.session)
        self.desk.jobs.query(self, work, self._on_queries, self.show_error)
        if isinstance(argument, QueryAbout):
            self.ask_site(argument)

    def _on_queries(self, found: tuple[Query, ...]) -> None:
        self._all = found
        self.filter.show_queries(found)
        self._show()

    def _show(self) -> None:
        chosen = self._wanted_id or (self.current.id if self.current else "")
        self._listed = tuple(one for one in reversed(self._all) if self.filter.leaves(one))
        at = next((at for at, one in enumerate(self._listed) if one.id == chosen), 0)
        self._wanted_id = ""
        self.rows.show_rows([cells(one, self.desk.lab.clock) for one in self._listed], current=at)
        self.rows.setVisible(bool(self._listed))
        self.empty.setVisible(not self._listed)
        self.print_.setEnabled(bool(self._listed))
        self._second.setText(f"{self.filter.wanted.value}: {len(self._listed)}")
        self._say_empty()
        self._on_chosen(self.rows.current)

    def _say_empty(self) -> None:
        if not self._all:
            offer = "Go to intake" if self._writes else ""
            self.empty.show_words(
                "No query yet.", "Intake raises one where something is wrong with a delivery; you can ask a site too.", offer
            )
        elif self.filter.wanted is Wanted.TO_DO and not self.filter.words.text():
            self.empty.show_words("No query is open.", "Nothing of the sites is waited for. Closed ones are behind the last number above.")
        else:
            self.empty.show_words("No query is in this list.", "Choose another number above, another site, or other words.")

    @property
    def current(self) -> Query | None:
        at = self.rows.current
        return self._listed[at] if 0 <= at < len(self._listed) else None

    def _on_chosen(self, _row: int) -> None:
        self.chosen.show_query(self.current, writes=self._writes and not why_not(self.desk.lab))

    def _on_opened(self, _row: int) -> None:
        """Enter does what is due: send, keep the answer, close."""
        one = self.current
        if one is not None:
            due = {QueryState.OPEN: self.chosen.send, QueryState.SENT: self.chosen.answer, QueryState.ANSWERED: self.chosen.close_}
            button = due.get(one.state)
            if button is not None:
                button.click()

    # ------------------------------------------------------------ doing

    def _step(self, button: QWidget, work: Callable[[Query], None]) -> None:
        one = self.current
        if one is not None and button.isEnabled():
            work(one)

    def ask_site(self, about: QueryAbout) -> None:
        """A new query, about what another page knows or about anything."""
        if self._writes and not why_not(self.desk.lab):
            self.steps.ask_site(about, tuple(sorted({one.site for one in self._all if one.site})))

    def print_listed(self) -> None:
        """Letters for the sites, or a table, of what is listed."""
        if self._listed:
            self.steps.print_letters(QueryFilter(only=frozenset(one.id for one in self._listed)))

    def _on_done(self, words: str, query: str) -> None:
        self._wanted_id = query
        self.told.setText(words)
        self.opened()
