"""The left column of the audit page: what of the trail is asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from corelab.domain.clock import Clock
from corelab.domain.trail import TrailFilter
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.event_words import GROUPS
from corelab.ui.fields import ElidedBox, field
from corelab.ui.parts import text_label
from corelab.ui.theme import PADDING, PADDING_NARROW, Colour, Size, Weight

SETTLE_MS: Final = 350
_DAY: Final = len("2026-01-12")


class FilterCard(Card):
    """Case, person, time, kind; two questions an auditor asks most.

    Signals:
        asked: the filter has changed; carries it.
    """

    asked = Signal(object)

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titled("Filter")
        self._clock = clock
        self.case, self.since, self.until = QLineEdit(), QLineEdit(), QLineEdit()
        self.case.setPlaceholderText("S01, S01:D10")
        self.since.setPlaceholderText("2026-01-12")
        self.until.setPlaceholderText("2026-01-12")
        self.person, self.kind = ElidedBox(), ElidedBox()
        for box in (self.person, self.kind):  # not as wide as the longest name
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(10)
        self.early = QCheckBox("Early openings")
        self.early.setToolTip("Only sealed records that were opened before their exam was released")
        self.changes = QCheckBox("Changed values")
        self._fault = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.clear = Button("Clear the filter")
        self.clear.clicked.connect(self.show_nothing_asked)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self._fill()
        self._listen()

    def _fill(self) -> None:
        self.kind.addItem("All kinds", ())
        for words, kinds in GROUPS.items():
            self.kind.addItem(words, kinds)
        self.show_people(())
        rows = (
            ("Exam or subject", self.case),
            ("Person", self.person),
            ("Kind of event", self.kind),
            ("From", self.since),
            ("To", self.until),
        )
        for words, control in rows:
            self.lines.addWidget(field(words, control))
        for box in (self.early, self.changes):
            box.setAccessibleName(box.text())
            self.lines.addWidget(box)
        self.lines.addWidget(self._fault)
        self.lines.addWidget(self.clear)

    def _listen(self) -> None:
        for line in (self.case, self.since, self.until):
            line.textChanged.connect(self._settle.start)
            line.returnPressed.connect(self._on_settled)
        for box in (self.person, self.kind):
            box.currentIndexChanged.connect(self._settle.start)
        for check in (self.early, self.changes):
            check.toggled.connect(self._on_settled)

    # ------------------------------------------------------------ showing

    def show_people(self, people: Sequence[tuple[str, str]]) -> None:
        """(user name, printed name) of everybody."""
        chosen = self.person.currentData()
        self.person.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.person.clear()
        self.person.addItem("Everybody", "")
        for user, name in people:
            self.person.addItem(name, user)
        self.person.setCurrentIndex(max(0, self.person.findData(chosen)))
        self.person.blockSignals(False)  # noqa: FBT003 - Qt's own

    def show_nothing_asked(self) -> None:
        """Everything is shown again."""
        for line in (self.case, self.since, self.until):
            line.clear()
        self.person.setCurrentIndex(0)
        self.kind.setCurrentIndex(0)
        self.early.setChecked(False)
        self.changes.setChecked(False)
        self._on_settled()

    def show_exam(self, name: str) -> None:
        """Only the events of this exam."""
        self.show_nothing_asked()
        self.case.setText(name)

    def show_narrow(self, *, narrow: bool) -> None:
        side = PADDING_NARROW if narrow else PADDING
        self.lines.setContentsMargins(side, PADDING_NARROW, side, PADDING_NARROW)

    def begin(self) -> None:
        """The key of the filter was pressed."""
        self.case.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.case.selectAll()

    # ------------------------------------------------------------ asking

    @property
    def filter(self) -> TrailFilter:
        """Raises ValueError for a time that is none."""
        return TrailFilter(
            case=self.case.text().strip(),
            person=self.person.currentData() or "",
            since=self._time(self.since.text().strip(), whole_day=False),
            until=self._time(self.until.text().strip(), whole_day=True),
            kinds=tuple(self.kind.currentData() or ()),
            before_release=self.early.isChecked(),
            changes=self.changes.isChecked(),
        )

    def _time(self, text: str, *, whole_day: bool) -> datetime | None:
        """A time of this workstation; a day alone ends with its end."""
        if not text:
            return None
        zone = timezone(timedelta(minutes=self._clock.offset_minutes()))
        found = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
        return found + timedelta(days=1, milliseconds=-1) if whole_day and len(text) == _DAY else found

    def _on_settled(self) -> None:
        self._settle.stop()
        try:
            asked = self.filter
        except ValueError:
            self._fault.setText("A time is written as 2026-01-12, or 2026-01-12 08:00.")
            return
        self._fault.setText("")
        self.asked.emit(asked)
