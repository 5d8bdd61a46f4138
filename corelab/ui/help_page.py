"""F1: the keys from the one table, the manual, what changed, and the plan for larger labs."""

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QStackedWidget, QTextBrowser, QVBoxLayout, QWidget

from corelab.resources import resource
from corelab.ui.buttons import Pill, command_button
from corelab.ui.cards import Card, scrolled
from corelab.ui.commands import ACTIONS, GESTURES, KEYS, Action, Group, with_keys
from corelab.ui.desk import Desk
from corelab.ui.key_parts import follow_keys
from corelab.ui.keys_dialog import KeysDialog
from corelab.ui.page import Page
from corelab.ui.parts import KeyCap, key_hint, text_label
from corelab.ui.theme import GRID, Colour, Size, Weight, font

_COLUMNS = 3


class HelpPage(Page):
    name = "help"
    title = "Keys and help"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._stack = QStackedWidget()
        self._cards: dict[Group, Card] = {}
        self._pills = tuple(Pill(words) for words in ("Keys", "Manual", "What changed", "Larger labs"))
        self._listed = self._keys()
        parts = (self._listed, browser("manual"), browser("changelog"), browser("scaling"))
        for at, (pill, part) in enumerate(zip(self._pills, parts, strict=True)):
            self._stack.addWidget(part)
            pill.clicked.connect(lambda _checked=False, at=at: self._stack.setCurrentIndex(at))
        self._pills[0].setChecked(True)
        self.filter = QLineEdit()
        follow_keys(self.filter, lambda field: field.setPlaceholderText(with_keys("Filter keys   {filter}")))
        self.filter.setAccessibleName("Filter keys")
        self.filter.setMinimumWidth(160)  # a small window has no room for more
        self.filter.setMaximumWidth(280)
        self.filter.textChanged.connect(self._on_filter)
        self.bind("filter", self.filter.setFocus)
        self.bind("back", self._on_back)
        self.change = command_button("own_keys")
        self.change.clicked.connect(self._on_change)
        self._from = ""
        self._lay_out()
        KEYS.changed.connect(self._on_keys_changed)

    def opened(self, argument: object = None) -> None:
        """``argument`` is the name of the page to which Esc goes back."""
        if isinstance(argument, str) and argument != self.name:
            self._from = argument
        self._back.setVisible(bool(self._from))

    def _on_back(self) -> None:
        if self._from:
            self.go.emit(self._from, None)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(text_label("Keys and help", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addSpacing(16)
        for pill in self._pills:
            head.addWidget(pill)
        head.addStretch(1)
        self._back = key_hint("back", ("Esc",))
        self._back.hide()
        head.addWidget(self._back)
        head.addSpacing(16)
        head.addWidget(self.change)
        head.addWidget(self.filter, 1)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _on_change(self) -> None:
        KeysDialog(self, self.desk).open()

    def _on_keys_changed(self) -> None:
        """The cards anew: an action may have a key now that had none."""
        at, old = self._stack.currentIndex(), self._listed
        self._stack.removeWidget(old)
        old.deleteLater()
        self._cards.clear()
        self._listed = self._keys()
        self._stack.insertWidget(0, self._listed)
        self._stack.setCurrentIndex(at)
        self._on_filter(self.filter.text())

    def _keys(self) -> QWidget:
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setSpacing(16)
        columns.setContentsMargins(0, 0, 12, 0)
        stacks = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for stack in stacks:
            stack.setSpacing(16)
            columns.addLayout(stack, 1)
        for group, rows in groupby(ACTIONS, key=lambda each: each.group):
            listed = tuple(each for each in rows if each.caps)
            shortest = heights.index(min(heights))
            heights[shortest] += len(listed) + 3
            self._cards[group] = key_card(group, listed)
            stacks[shortest].addWidget(self._cards[group])
        for stack in stacks:
            stack.addStretch(1)
        return scrolled(inner)

    def _on_filter(self, words: str) -> None:
        """Only the groups in which some row holds the words."""
        sought = words.casefold().strip()
        for group, card in self._cards.items():
            rows = (f"{each.text} {' '.join(each.caps)}".casefold() for each in ACTIONS if each.group is group)
            card.setVisible(not sought or any(sought in row for row in rows))


def key_card(group: Group, rows: tuple[Action, ...]) -> Card:
    """One group of keys: words at the left, caps at the right, then what the mouse does."""
    card = Card().titled(group.value)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    for at, row in enumerate(rows):
        grid.addWidget(text_label(row.text, Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True), at, 0)
        grid.addWidget(_caps(row.caps), at, 1, Qt.AlignmentFlag.AlignRight)
    for at, gesture in enumerate((each for each in GESTURES if each.group is group), len(rows)):
        grid.addWidget(text_label(gesture.text, Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True), at, 0)
        grid.addWidget(text_label(gesture.what, Size.HINT, Weight.TEXT, Colour.SECOND), at, 1, Qt.AlignmentFlag.AlignRight)
    card.lines.addLayout(grid)
    return card


def _caps(caps: tuple[str, ...]) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    for cap in caps:
        line.addWidget(KeyCap(cap))
    return row


def browser(name: str) -> QTextBrowser:
    """A shipped text, resources/help/NAME.md, to read."""
    view = QTextBrowser()
    view.setAccessibleName(name.capitalize())
    view.setFont(font(Size.OPTION))
    view.document().setDefaultFont(font(Size.OPTION))
    view.document().setDocumentMargin(16)
    view.setOpenLinks(False)
    view.setMarkdown(resource("help", f"{name}.md").read_text(encoding="utf-8"))
    return view
