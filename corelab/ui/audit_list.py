"""The middle of the audit page: the events that the filter leaves, the newest first, fetched as they come into sight."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.domain.trail import TrailLine, TrailPage
from corelab.ui.cards import EmptyState
from corelab.ui.event_words import ATTENTION, happened, record_words, who
from corelab.ui.rows import Column, Mark, Rows, Shown
from corelab.ui.theme import Colour, Weight

_COLUMNS = (
    Column("No.", 80, right=True, firm=True),
    Column("Time", 180, firm=True),
    Column("Who", 124),
    Column("What happened"),
    Column("Record", 262),
)
_NUMBER, _RECORD = 0, 4
_AHEAD = 60
"""So many rows before the end the next ones are asked for."""


class EventList(QWidget):
    """The lines.

    Signals:
        chosen: another line is current; carries it.
        opened: Enter on a line; carries it.
        more_requested: the end comes near; carries the number below which the next lines are.
    """

    chosen = Signal(object)
    opened = Signal(object)
    more_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = TrailPage((), 0, more=False)
        self._asked = False
        self.rows = Rows(_COLUMNS, "Events of the audit trail", row_height=40)
        self.rows.chosen.connect(self._on_chosen)
        self.rows.opened.connect(self._on_opened)
        self.rows.verticalScrollBar().valueChanged.connect(self._look_ahead)
        self.empty = EmptyState()
        self.empty.show_words("No event is like this.", "Clear a part of the filter at the left.")
        self.empty.hide()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.rows)
        lines.addWidget(self.empty)

    @property
    def current(self) -> TrailLine | None:
        at = self.rows.current
        return self._page.lines[at] if 0 <= at < len(self._page.lines) else None

    def choose(self, seq: int) -> bool:
        """Make the line of this event the current one; False where it is not among those that are here."""
        at = next((n for n, line in enumerate(self._page.lines) if line.seq == seq), None)
        if at is not None:
            self.rows.choose(at)
        return at is not None

    def show_narrow(self, *, narrow: bool) -> None:
        """Number and record stand in the event beside; time and person keep their room."""
        for column in (_NUMBER, _RECORD):
            self.rows.setColumnHidden(column, narrow)
        self.rows.keep_widths(least=1.0 if narrow else 0.6)

    def show_page(self, page: TrailPage) -> None:
        """The first lines of a filter."""
        self._page, self._asked = page, False
        self.rows.show_rows([_cells(line) for line in page.lines])
        self.rows.scrollToTop()
        self.rows.setVisible(bool(page.lines))
        self.empty.setVisible(not page.lines)
        self._on_chosen(self.rows.current)

    def add_page(self, older: TrailPage) -> None:
        """More of the same filter."""
        self._page, self._asked = self._page.continued(older), False
        self.rows.add_rows([_cells(line) for line in older.lines])

    def _on_chosen(self, row: int) -> None:
        if self.current is not None:
            self.chosen.emit(self.current)
        if row > len(self._page.lines) - _AHEAD:
            self._ask()

    def _on_opened(self, _row: int) -> None:
        if self.current is not None:
            self.opened.emit(self.current)

    def _look_ahead(self, value: int) -> None:
        if value > self.rows.verticalScrollBar().maximum() - _AHEAD * self.rows.verticalHeader().defaultSectionSize():
            self._ask()

    def _ask(self) -> None:
        if self._page.more and not self._asked:
            self._asked = True
            self.more_requested.emit(self._page.lines[-1].seq)


def _cells(line: TrailLine) -> tuple[Shown, ...]:
    record = record_words(line.record)
    return (
        Shown(str(line.seq), Colour.SECOND),
        Shown(f"{line.local:%Y-%m-%d %H:%M:%S}", Colour.TEXT, hint=str(line.local.tzname())),
        Shown(who(line), Colour.TEXT if line.person else Colour.SECOND, hint=line.workstation),
        Shown(happened(line), Colour.STRONG, Weight.VALUE, mark=Mark.ATTENTION if line.kind in ATTENTION else None, hint=happened(line)),
        Shown(record, Colour.TEXT, hint=record),
    )
