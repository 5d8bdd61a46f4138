"""Safety notices on the overview: exam, alert and message, and that somebody saw to it. Never a grade."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.services import safety
from corelab.services.safety import SafetyNotice
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.desk import Desk
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Mark, Rows, Shown, shown
from corelab.ui.theme import Colour, Size, Weight

_COLUMNS = (Column("Exam"), Column("Alert", 80))
_ROW, _MOST = 36, 4


class SafetyCard(Card):
    """Takes no room while nothing waits.

    Signals:
        done: a notice was seen to; carries words about it.
    """

    done = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titled("Safety notices", "Alerts of the charter that fired. See to them, and say what was done.")
        self._desk = desk
        self._notices: tuple[SafetyNotice, ...] = ()
        self.rows = Rows(_COLUMNS, "Safety notices that wait", row_height=_ROW)
        self.rows.opened.connect(self._on_opened)
        self.rows.chosen.connect(self._on_chosen)
        self.message = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.acknowledge = Button("Acknowledge", writes=True)
        self.acknowledge.clicked.connect(self.ask)
        self.lines.addWidget(self.rows)
        self.lines.addWidget(self.message)
        self.lines.addWidget(self.acknowledge)
        self.hide()

    def show_notices(self, notices: tuple[SafetyNotice, ...]) -> None:
        """Those that wait are listed."""
        self._notices = tuple(one for one in notices if one.acknowledged is None)
        self.rows.show_rows([_cells(one) for one in self._notices], current=max(0, self.rows.current))
        self.rows.setFixedHeight(_ROW * (1 + min(_MOST, len(self._notices))) + 8)
        self.setVisible(bool(self._notices))
        self._on_chosen(self.rows.current)

    def ask(self) -> None:
        """Ask what was done about the chosen notice."""
        at = self.rows.current
        if 0 <= at < len(self._notices) and self.acknowledge.isEnabled():
            one = self._notices[at]
            question = f"{one.subject} {one.visit}: {one.message} What was done stays sealed for coordinators."
            asked = dialogs.ask_reason(self, "Acknowledge this notice?", question, do="Acknowledge", given=partial(self._acknowledge, one))
            asked.words.setAccessibleName("What was done")
            asked.words.setPlaceholderText("What was done")

    def _on_chosen(self, row: int) -> None:
        """All of what the charter says: it may be longer than the card is wide."""
        self.message.setText(self._notices[row].message if 0 <= row < len(self._notices) else "")

    def _on_opened(self, _row: int) -> None:
        self.ask()

    def _acknowledge(self, notice: SafetyNotice, _code: str, words: str) -> None:
        work = partial(safety.acknowledge, self._desk.lab, self._desk.session, notice.id, words)
        self._desk.jobs.query(self, work, partial(self._on_done, notice), self._on_failed)

    def _on_done(self, notice: SafetyNotice, _done: None) -> None:
        self.done.emit(f"The notice about {notice.subject} {notice.visit} is acknowledged.")

    def _on_failed(self, error: Exception) -> None:
        dialogs.show_error(self, error)


def _cells(notice: SafetyNotice) -> tuple[Shown, ...]:
    name = Shown(f"{notice.subject} {notice.visit}", Colour.STRONG, Weight.HEADING, mark=Mark.ATTENTION)
    return (name, shown(notice.alert))
