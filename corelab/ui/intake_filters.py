"""Which clips are listed: what needs a label, is held, in conflict, or waits for the pixel check; and words."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from corelab.domain.intake import ClipState
from corelab.services.intake import WaitingClip
from corelab.ui.buttons import Pill
from corelab.ui.commands import with_keys
from corelab.ui.intake_words import in_conflict, segment_of, settled
from corelab.ui.key_parts import follow_keys


def needs_label(clip: WaitingClip) -> bool:
    return clip.segment is None and not settled(clip)


def is_held(clip: WaitingClip) -> bool:
    return clip.state is ClipState.HELD


def to_check(clip: WaitingClip) -> bool:
    return clip.state in (ClipState.CHECKED, ClipState.PASSED)


def everything(_clip: WaitingClip) -> bool:
    return True


FILTERS: Mapping[str, Callable[[WaitingClip], bool]] = MappingProxyType(
    {"All": everything, "Needs label": needs_label, "Held": is_held, "Conflict": in_conflict, "To check": to_check}
)


def has_words(clip: WaitingClip, words: Sequence[str]) -> bool:
    """Whether each word stands in its subject, visit, segment or number."""
    said = f"{clip.subject} {clip.visit} {segment_of(clip)} {clip.number}".casefold()
    return all(word in said for word in words)


class IntakeFilter(QWidget):
    """Pills with counts and a line for words.

    Signals:
        changed: other clips are to be listed.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLineEdit()
        follow_keys(self.words, lambda field: field.setPlaceholderText(with_keys("Subject, visit, segment   {filter}")))
        self.words.setAccessibleName("Filter")
        self.words.setMinimumSize(96, 32)
        self.words.setMaximumWidth(280)
        self.words.textChanged.connect(self.changed)
        self.pills = {name: Pill(name) for name in FILTERS}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for pill in self.pills.values():
            pill.clicked.connect(self.changed)
            line.addWidget(pill)
        line.addStretch(1)
        line.addWidget(self.words, 2)
        self.pills["All"].setChecked(True)

    @property
    def name(self) -> str:
        return next(name for name, pill in self.pills.items() if pill.isChecked())

    def step(self) -> None:
        """The next pill, round and round."""
        names = list(self.pills)
        self.pills[names[(names.index(self.name) + 1) % len(names)]].setChecked(True)
        self.changed.emit()

    def listed(self, clips: Sequence[WaitingClip]) -> tuple[WaitingClip, ...]:
        """Those to list; the counts of all pills are told."""
        for name, pill in self.pills.items():
            pill.show_count(sum(map(FILTERS[name], clips)))
        wanted, words = FILTERS[self.name], self.words.text().casefold().split()
        return tuple(each for each in clips if wanted(each) and has_words(each, words))
