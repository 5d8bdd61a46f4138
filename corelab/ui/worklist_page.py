"""What waits for a reader or adjudicator: the reading in progress, the next of the own stored order, disputes, what was signed."""

from functools import partial
from importlib import import_module

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.allocation import Shut
from corelab.domain.worklist import WorkKind, Worklist, WorklistRow, WorkState
from corelab.services import reading
from corelab.ui.buttons import Look, Pill, command_button
from corelab.ui.cards import Card, EmptyState, ProgressBar
from corelab.ui.commands import with_keys
from corelab.ui.desk import Desk
from corelab.ui.key_parts import command_hint, follow_keys
from corelab.ui.life_words import GIVEN_BACK
from corelab.ui.page import Page
from corelab.ui.parts import key_hint, text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.theme import GRID, Colour, Size, Weight
from corelab.ui.times import ago
from corelab.ui.work_words import shut_words
from corelab.ui.writing import why_not

_WIDTH = 1280
_COLUMNS = (
    Column("Reading", 190),
    Column("Kind", 190),
    Column("Clips", 120, right=True),
    Column("Progress", 330),
    Column("State"),
)
_FILTERS = ("Needs me", "Signed", "All")


def _load_codecs() -> None:
    """The reading page needs them: loaded while the person looks at the list, its first picture comes at once."""
    import_module("corelab.services.clips")


def _ignore(_answer: object) -> None:
    """Whatever went wrong is said by the page that needs it."""


class WorklistPage(Page):
    """Never a subject, site, visit or date: the rows have no field for them."""

    name = "worklist"
    title = "Worklist"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._worklist: Worklist | None = None
        self._shown: tuple[WorklistRow, ...] = ()
        self._left = text_label("", Size.OPTION, Weight.TEXT, Colour.SECOND)
        self.filter = QLineEdit()
        follow_keys(self.filter, lambda field: field.setPlaceholderText(with_keys("Filter   {filter}")))
        self.filter.setAccessibleName("Filter")
        self.filter.setFixedSize(320, 36)
        self.filter.textChanged.connect(self._on_filter)
        self.pills = tuple(Pill(words) for words in _FILTERS)
        for pill in self.pills:
            pill.clicked.connect(self._on_filter)
        self.pills[0].setChecked(True)
        self.card = InProgressCard()
        self.card.continue_requested.connect(self._on_continue)
        self.rows = Rows(_COLUMNS, "Readings")
        self.rows.opened.connect(self._on_opened)
        self.empty = EmptyState()
        self.bind("filter", self._focus_filter)
        self.bind("open", self._open_current)
        self.bind("refresh", self.opened)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 40, 0, 24)
        lines.setSpacing(24)
        for part in (self._head(), self._pill_row()):
            lines.addLayout(part)
        lines.addWidget(self.card)
        lines.addWidget(self.rows, 1)
        lines.addWidget(self.empty, 1)
        lines.addLayout(self._foot())
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 0, 24, 0)
        outer.addStretch(1)
        outer.addWidget(column, 1000)
        outer.addStretch(1)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(32)
        head.addWidget(text_label("Worklist", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self._left)
        head.addStretch(1)
        head.addWidget(self.filter)
        return head

    def _pill_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for pill in self.pills:
            row.addWidget(pill)
        row.addStretch(1)
        return row

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(24)
        for words, caps in (("open", ("Enter",)), ("choose", ("Up", "Down"))):
            foot.addWidget(key_hint(words, caps))
        for words, command in (("filter", "filter"), ("commands", "palette"), ("lock", "lock")):
            foot.addWidget(command_hint(words, command))
        foot.addStretch(1)
        foot.addWidget(text_label("Readings open in your own stored order.", Size.HINT, Weight.TEXT, Colour.THIRD))
        return foot

    # ------------------------------------------------------------ what waits

    def opened(self, argument: object = None) -> None:
        """Ask again; with the argument "next", open what is next (after a signature)."""
        ask = partial(reading.worklist, self.desk.lab, self.desk.session)
        self.desk.jobs.query(self, ask, partial(self._on_worklist, then_next=argument == "next"), self.show_error)

    def _on_worklist(self, worklist: Worklist, *, then_next: bool) -> None:
        self._worklist = worklist
        waiting = tuple(row for row in worklist.rows if needs_me(row))
        if then_next and waiting:
            self._open(waiting[0])
            return
        self._show()
        if waiting:
            self.desk.jobs.pixels(self, _load_codecs, _ignore, _ignore)

    def _show(self) -> None:
        rows = self._worklist.rows if self._worklist else ()
        waiting = tuple(row for row in rows if needs_me(row))
        for pill, count in zip(self.pills, (len(waiting), len(rows) - len(waiting), len(rows)), strict=True):
            pill.show_count(count)
        self._left.setText(why_not(self.desk.lab) or _left_words(rows, self._shut))
        current = next((row for row in rows if row.state is WorkState.IN_PROGRESS), None)
        self.card.show_row(current)
        self._shown = tuple(row for row in self._filtered(rows) if row is not current)
        self.rows.show_rows([self._cells(row) for row in self._shown])
        self._show_emptiness(waiting)
        (self.card.button if current else self.rows if self._shown else self).setFocus()

    def _show_emptiness(self, waiting: tuple[WorklistRow, ...]) -> None:
        nothing = not self._shown and not self.card.isVisibleTo(self)
        self.rows.setVisible(bool(self._shown))
        self.empty.setVisible(not self._shown)
        if not nothing:
            self.empty.show_words("", "")
        elif self.filter.text():
            self.empty.show_words("No reading has these words.", "Clear the filter to see all.")
        elif self.pills[0].isChecked() and not waiting and self._shut is not None:
            self.empty.show_words(shut_words(self._shut), with_keys("What you signed stays open to look at. {refresh} looks again."))
        elif self.pills[0].isChecked() and not waiting:
            self.empty.show_words(
                "Nothing needs you.", with_keys("New readings appear here when the coordinator has assigned them. {refresh} looks again.")
            )
        else:
            self.empty.show_words("Nothing here yet.", "What you sign appears here.")

    @property
    def _shut(self) -> Shut | None:
        """The next reading waits for its day."""
        return self._worklist.shut if self._worklist else None

    def _filtered(self, rows: tuple[WorklistRow, ...]) -> tuple[WorklistRow, ...]:
        if self.pills[0].isChecked():
            rows = tuple(row for row in rows if needs_me(row))
        elif self.pills[1].isChecked():
            rows = tuple(row for row in rows if not needs_me(row))
        words = self.filter.text().casefold().split()
        return tuple(row for row in rows if all(word in self._searched(row) for word in words))

    def _searched(self, row: WorklistRow) -> str:
        return f"{row.pseudonym} {kind_words(row)} {self._state_words(row)}".casefold()

    def _cells(self, row: WorklistRow) -> tuple[Shown, ...]:
        signed = row.state is WorkState.SIGNED
        ink = Colour.SECOND if signed else Colour.TEXT
        share = 1.0 if signed else row.answered / row.asked if row.asked else 0.0
        return (
            Shown(row.pseudonym, Colour.SECOND if signed else Colour.STRONG, Weight.HEADING),
            Shown(kind_words(row), ink),
            Shown(str(row.clips), ink),
            Shown("" if signed or not row.answered else f"{row.answered} of {row.asked}", share=share, done=signed),
            Shown(self._state_words(row), ink) if signed else shown(self._state_words(row)),
        )

    def _state_words(self, row: WorklistRow) -> str:
        if row.state is WorkState.SIGNED:
            return f"Signed {ago(row.signed_at, self.desk.lab.clock)}" if row.signed_at else "Signed"
        if row.sealed:
            return "Waits for a coordinator: Re-seal"
        if row.kind is WorkKind.ADJUDICATION:
            left = "dispute" if row.asked == 1 else "disputes"
            return f"{row.answered} of {row.asked} {left} done" if row.answered else f"{row.asked} {left}"
        if row.reopened is not None:
            return f"Given back: {GIVEN_BACK[row.reopened]}"
        return "In progress" if row.state is WorkState.IN_PROGRESS else "Next in your order"

    def show_all(self) -> None:
        """What waits and what was signed."""
        self.pills[-1].setChecked(True)
        self._show()

    # ------------------------------------------------------------ opening

    def _on_filter(self) -> None:
        self._show()
        if self.filter.text():
            self.filter.setFocus()

    def _focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def _on_continue(self, row: WorklistRow) -> None:
        self._open(row)

    def _on_opened(self, at: int) -> None:
        self._open(self._shown[at])

    def _open_current(self) -> None:
        """The row that has the focus; else the reading in progress; else the chosen row."""
        row = self._shown[self.rows.current] if self._shown and self.rows.current >= 0 else None
        found = row if self.rows.hasFocus() else self.card.row or row
        if found is not None:
            self._open(found)

    def _open(self, row: WorklistRow) -> None:
        """A signed one opens too, to look at; nothing in it can be changed. Each opening is a record: see ``writing``."""
        if why_not(self.desk.lab):
            self._left.setText(why_not(self.desk.lab))
            return
        self.go.emit("adjudication" if row.kind is WorkKind.ADJUDICATION else "reading", row.assignment)


def needs_me(row: WorklistRow) -> bool:
    return row.state is not WorkState.SIGNED


def kind_words(row: WorklistRow) -> str:
    return "Adjudication" if row.kind is WorkKind.ADJUDICATION else "Reading"


def _left_words(rows: tuple[WorklistRow, ...], shut: Shut | None = None) -> str:
    waiting = [row for row in rows if needs_me(row)]
    cases = sum(row.kind is WorkKind.ADJUDICATION for row in waiting)
    readings = len(waiting) - cases
    parts = [f"{count} {word if count == 1 else word + 's'}" for count, word in ((readings, "reading"), (cases, "adjudication")) if count]
    words = " and ".join(parts) + " to do" if parts else ""
    return words if shut is None or not words else f"{words}. {shut_words(shut)}"


class InProgressCard(Card):
    """The reading somebody is in the middle of: the only filled button of the page.

    Signals:
        continue_requested: carries its row.
    """

    continue_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, current=True)
        self.row: WorklistRow | None = None
        self._title = text_label("", Size.VERDICT, Weight.HEADING, Colour.STRONG)
        self._second = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        self._count = text_label("", Size.BODY, Weight.HEADING, Colour.STRONG)
        self._bar = ProgressBar()
        self.button = command_button("open", "Continue", look=Look.PRIMARY)
        self.button.clicked.connect(self._on_clicked)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(text_label("In progress", Size.BODY, Weight.HEADING, Colour.ACCENT))
        words.addWidget(self._title)
        words.addWidget(self._second)
        counts = QHBoxLayout()
        counts.addWidget(text_label("Answered", Size.BODY, Weight.TEXT, Colour.SECOND))
        counts.addStretch(1)
        counts.addWidget(self._count)
        progress = QVBoxLayout()
        progress.setSpacing(GRID)
        progress.addStretch(1)
        progress.addLayout(counts)
        progress.addWidget(self._bar)
        progress.addStretch(1)
        line = QHBoxLayout()
        line.setContentsMargins(16, 8, 8, 8)
        line.setSpacing(40)
        line.addLayout(words, 3)
        line.addLayout(progress, 3)
        line.addStretch(2)
        line.addWidget(self.button)
        self.lines.addLayout(line)

    def show_row(self, row: WorklistRow | None) -> None:
        self.row = row
        self.setVisible(row is not None)
        if row is None:
            return
        self._title.setText(f"{kind_words(row)} {row.pseudonym}")
        kept = "kept until a coordinator re-seals it" if row.sealed else "every answer saved"
        self._second.setText(f"{row.clips} {'clip' if row.clips == 1 else 'clips'}, {kept}")
        self._count.setText("not known until then" if row.sealed else f"{row.answered} of {row.asked}")
        self._bar.setVisible(not row.sealed)
        self._bar.show_progress(row.answered, row.asked)

    def _on_clicked(self) -> None:
        if self.row is not None:
            self.continue_requested.emit(self.row)
