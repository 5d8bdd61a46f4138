"""Which queries are listed: counts that are filters, a site, words; and how one stands in the list."""

from collections.abc import Iterable, Sequence
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from corelab.domain.clock import Clock
from corelab.domain.queries import Query, QueryState
from corelab.ui.cards import LinkNumber
from corelab.ui.fields import ElidedBox
from corelab.ui.query_words import about_words, age_words, due_words, state_words, subject_words
from corelab.ui.rows import Column, Mark, Shown, shown
from corelab.ui.theme import Colour, Weight

COLUMNS = (
    Column("Query", 96, firm=True),
    Column("Site", 76),
    Column("Subject", 140),
    Column("About"),
    Column("State", 172),
    Column("Age", 84),
    Column("Answer by", 196),
    Column("Owner", 128),
)
ONLY_WIDE = (1, 7)
NEVER_NARROW = (5, *ONLY_WIDE)
"""What a narrow list leaves out: the site stands in the number, age and owner beside the list. A list of middle width keeps the age."""


class Wanted(Enum):
    """What the list shows; the counts above it are these."""

    TO_DO = "Still to do"
    TO_SEND = "To be sent"
    WITH_SITE = "With the sites"
    OVERDUE = "Overdue"
    ANSWERED = "Answered"
    OVER = "Ended"

    def holds(self, one: Query, clock: Clock) -> bool:
        match self:
            case Wanted.TO_DO:
                return one.state.pending
            case Wanted.TO_SEND:
                return one.state is QueryState.OPEN
            case Wanted.WITH_SITE:
                return one.state is QueryState.SENT
            case Wanted.OVERDUE:
                return one.overdue(clock.now())
            case Wanted.ANSWERED:
                return one.state is QueryState.ANSWERED
            case Wanted.OVER:
                return not one.state.pending


_NOTES = {
    Wanted.TO_DO: "they block packages",
    Wanted.TO_SEND: "look, then send",
    Wanted.WITH_SITE: "wait for an answer",
    Wanted.OVERDUE: "remind the site",
    Wanted.ANSWERED: "close, or send back",
    Wanted.OVER: "closed or cancelled",
}
_ATTENTION = {Wanted.TO_SEND, Wanted.OVERDUE, Wanted.ANSWERED}
_ALL_SITES, _NO_SITE = "All sites", "Site not known"


class QueriesFilter(QWidget):
    """Counts, a site and words.

    Signals:
        changed: other queries are wanted.
    """

    changed = Signal()

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self.wanted = Wanted.TO_DO
        self.counts = {wanted: LinkNumber(wanted.value) for wanted in Wanted}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        for wanted, number in self.counts.items():
            number.clicked.connect(lambda _checked=False, wanted=wanted: self.want(wanted))
            line.addWidget(number)
        self.site, self.words = ElidedBox(), QLineEdit()
        self.site.setAccessibleName("Site")
        self.words.setAccessibleName("Number, subject or kind")
        self.words.setPlaceholderText("Number, subject or kind")
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumHeight(32)
        self.site.setMinimumHeight(32)
        self.site.setMinimumWidth(140)
        self.show_sites(())
        self.site.currentIndexChanged.connect(self.changed)
        self.words.textChanged.connect(self.changed)

    def want(self, wanted: Wanted) -> None:
        """One count is the list from now on; chosen again, everything that is still to do."""
        self.wanted = Wanted.TO_DO if wanted is self.wanted else wanted
        self.changed.emit()

    def begin(self) -> None:
        """The key of the filter was pressed."""
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()

    def show_queries(self, found: Sequence[Query]) -> None:
        """Count anew."""
        for wanted, number in self.counts.items():
            count = sum(wanted.holds(one, self._clock) for one in found)
            number.show_number(count, _NOTES[wanted], attention=wanted in _ATTENTION and count > 0)
        self.show_sites(sorted({one.site or "" for one in found}))

    def show_sites(self, sites: Iterable[str]) -> None:
        chosen = self.site.currentData()
        self.site.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.site.clear()
        self.site.addItem(_ALL_SITES, None)
        for site in sites:
            self.site.addItem(site or _NO_SITE, site)
        self.site.setCurrentIndex(max(0, self.site.findData(chosen)))
        self.site.blockSignals(False)  # noqa: FBT003 - Qt's own

    @property
    def chosen_site(self) -> str | None:
        """The code; "" for queries without a site; None for all."""
        found = self.site.currentData()
        return None if found is None else str(found)

    def leaves(self, one: Query) -> bool:
        site, typed = self.chosen_site, self.words.text().strip().casefold()
        told = f"{one.name} q{one.number} {subject_words(one)} {about_words(one)} {one.owner}".casefold()
        return self.wanted.holds(one, self._clock) and site in {None, one.site or ""} and typed in told


def cells(one: Query, clock: Clock) -> tuple[Shown, ...]:
    """One line of the list."""
    over, late = not one.state.pending, one.overdue(clock.now())
    ink = Colour.SECOND if over else Colour.TEXT
    waits = one.state in {QueryState.OPEN, QueryState.ANSWERED}
    return (
        Shown(one.name, Colour.SECOND if over else Colour.STRONG, Weight.HEADING, hint=f"Number {one.number} of the lab"),
        Shown(one.site or "\u2013", ink),
        Shown(subject_words(one), ink),
        Shown(about_words(one), ink, hint=about_words(one)),
        Shown(state_words(one), ink, mark=Mark.ATTENTION if waits and one.excluded is None else None, hint=state_words(one)),
        Shown(age_words(one.age(clock.now())), ink),
        Shown(due_words(one, clock), Colour.ATTENTION if late else ink, mark=Mark.ATTENTION if late else None, hint=due_words(one, clock)),
        shown(one.owner) if not over else Shown(one.owner, ink),
    )
