"""The right column of the audit page: one event in full, with old and new values, and the way to all earlier ones."""

import re
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.trail import Change, EventFacts, HistoryLine, ValueOf, Visibility
from corelab.ui.buttons import Button, command_button
from corelab.ui.cards import Card, rule
from corelab.ui.dialog import Dialog
from corelab.ui.event_words import (
    FIELD_WORDS,
    VISIBILITY_WORDS,
    field_words,
    happened,
    reason_words,
    record_words,
    role_words,
    signature_words,
    time_with_zone,
    value_words,
    who,
)
from corelab.ui.fact_words import fact_words
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.theme import GRID, Colour, Size, Weight

EVENT_WIDTH = 344
_WITHOUT_GAP = re.compile(r"[0-9a-fA-F]{32,}")
"""A hash: no line is long enough for it. All of it is in the tool tip, the print and the export."""


class EventCard(Card):
    """One event.

    Signals:
        history_requested: carries the value (ValueOf) whose every version is wanted.
        print_requested: the reading of this event is wanted on paper; carries its id.
    """

    history_requested = Signal(object)
    print_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(EVENT_WIDTH)
        self._body = QVBoxLayout()
        self._body.setSpacing(GRID)
        self.lines.addLayout(self._body)
        self._facts: EventFacts | None = None
        self.histories: list[Button] = []
        self.print_reading = command_button("print_reading")
        self.print_reading.clicked.connect(self._on_print)
        self.lines.addWidget(self.print_reading)
        self.show_nothing()

    @property
    def reading(self) -> str | None:
        """The released reading that this event is about."""
        line = self._facts.line if self._facts else None
        released = line is not None and line.record.kind == "reading" and line.visibility is Visibility.RELEASED
        return line.record.id if released and line is not None else None

    # ------------------------------------------------------------ showing

    def show_nothing(self) -> None:
        self._facts = None
        self._empty()
        self._body.addWidget(text_label("Choose an event to see all of it.", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True))
        self.print_reading.hide()

    def show_event(self, facts: EventFacts) -> None:
        self._facts = facts
        self._empty()
        line = facts.line
        self._body.addWidget(text_label(f"Event {line.seq}", Size.HINT, Weight.VALUE, Colour.SECOND))
        self._body.addWidget(text_label(happened(line), Size.SEGMENT, Weight.HEADING, Colour.STRONG, wrap=True))
        self._add_changes(facts.changes)
        for name, words in _told(facts):
            self._body.addWidget(_fact(name, words))
        self.print_reading.setVisible(self.reading is not None)

    def first_history(self) -> None:
        """The key of the history was pressed."""
        if self.histories:
            self.histories[0].click()

    def _add_changes(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            self._body.addWidget(ChangeBlock(change))
        values = {change.of: field_words(change) for change in reversed(changes)}
        for number, (of, name) in enumerate(reversed(values.items())):
            words = "All earlier values" if len(values) == 1 else f"Earlier: {name.lower()}"
            button = Button(words, key="history" if number == 0 else "")
            button.clicked.connect(partial(self._on_history, of))
            self._body.addWidget(button)
            self.histories.append(button)
        if changes:
            self._body.addSpacing(GRID)

    def _empty(self) -> None:
        self.histories = []
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _on_history(self, of: ValueOf) -> None:
        self.history_requested.emit(of)

    def _on_print(self) -> None:
        if self.reading is not None:
            self.print_requested.emit(self.reading)


def _told(facts: EventFacts) -> list[tuple[str, str]]:
    """Everything beside the change, in the order in which it is read."""
    line = facts.line
    told = [
        ("Reason", reason_words(line)),
        ("Record", record_words(line.record)),
        ("Who", f"{who(line)}, {role_words(line).lower()}" if line.role else who(line)),
        ("When", time_with_zone(line.local)),
        ("Workstation", line.workstation),
        ("Program", f"Corelab {line.app}, clock of the {line.clock}"),
        *(("Signature", signature_words(one)) for one in facts.signatures),
        *(fact_words(name, words) for name, words in facts.facts),
        ("Content", VISIBILITY_WORDS[line.visibility]),
        ("Hash", f"{line.hash[:16]}..."),
    ]
    return [(name, words) for name, words in told if words]


def _fact(name: str, words: str) -> QWidget:
    """A name over its value; the value can be chosen and copied."""
    box = QWidget()
    lines = QVBoxLayout(box)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(2)
    lines.addWidget(text_label(name, Size.HINT, Weight.TEXT, Colour.SECOND))
    value = text_label(_WITHOUT_GAP.sub(lambda found: f"{found[0][:24]}...", words), Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
    value.setToolTip(words if _WITHOUT_GAP.search(words) else "")
    value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    value.setAccessibleName(f"{name}: {words}")
    lines.addWidget(value)
    return box


class ChangeBlock(QWidget):
    """Old and new value of one thing, side by side under its name."""

    def __init__(self, change: Change, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.change = change
        old, new = value_words(change, change.old), value_words(change, change.new)
        self.setAccessibleName(f"{field_words(change)}: from {old} to {new}")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, GRID, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(text_label(field_words(change), Size.HINT, Weight.VALUE, Colour.SECOND, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(_value(old, Colour.SECOND), 1)
        row.addWidget(text_label("\u2192", Size.PANEL, Weight.VALUE, Colour.ACCENT))
        row.addWidget(_value(new, Colour.STRONG), 1)
        lines.addLayout(row)
        lines.addWidget(rule())


def _value(words: str, ink: object) -> QWidget:
    label = text_label(words, Size.OPTION, Weight.HEADING, ink, wrap=True)  # type: ignore[arg-type]  # a colour of the theme
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return label


_HISTORY = (Column("Time", 220), Column("Who", 120), Column("Value", 110), Column("Old"), Column("New"), Column("Reason"))
_VALUE = 2


class HistoryDialog(Dialog):
    """Every version of one value, the oldest first."""

    def __init__(self, parent: QWidget, lines: tuple[HistoryLine, ...]) -> None:
        changes = [change for one in lines for change in one.changes]
        titles = {change.label or field_words(change) for change in changes}
        title = titles.pop() if len(titles) == 1 else "Earlier values"
        super().__init__(parent, title, width=min(1080, parent.window().width() - 48))
        self.rows = Rows(_HISTORY, "Every version of the value", row_height=40)
        self.rows.setColumnHidden(_VALUE, len({change.field for change in changes}) <= 1)
        self.rows.keep_widths(least=1.0)
        shown_rows = [_cells(one, change) for one in lines for change in (one.changes or (None,))]
        self.rows.show_rows(shown_rows)
        self.rows.setMinimumHeight(min(13, max(4, len(shown_rows) + 2)) * 40)
        self.lines.addWidget(self.rows)
        self.add_button("Close", self.accept, primary=True, cap="Esc")
        self.rows.setFocus()


def _cells(one: HistoryLine, change: Change | None) -> tuple[Shown, ...]:
    old = value_words(change, change.old) if change else ""
    told = VISIBILITY_WORDS[one.line.visibility] if one.line.kind.endswith(".changed") else happened(one.line)
    new = value_words(change, change.new) if change else told
    reason = reason_words(one.line)
    return (
        Shown(time_with_zone(one.line.local), hint=f"Event {one.line.seq}"),
        shown(who(one.line)),
        shown(_value_name(change) if change else ""),
        Shown(old, Colour.SECOND, hint=old),
        Shown(new, Colour.STRONG, Weight.VALUE, hint=new),
        Shown(reason, hint=reason),
    )


def _value_name(change: Change) -> str:
    """Which of several values of the record; the question of an answer stands in the title."""
    return FIELD_WORDS[change.field] if change.label else field_words(change)
