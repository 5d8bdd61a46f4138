"""The open question of a form: options by digits, several options, a number or words to write, or what to measure.

Pages give it an ``Entry`` and hear ``picked`` (a digit) and ``entered`` (what was written). It decides nothing: what a digit means and
what may be written is in ``entry``, what a caliper gives in ``capture``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.charter import ChoiceItem, MissingReason
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem, TextItem
from corelab.domain.values import parts
from corelab.domain.vocabulary import Grade, Missing
from corelab.ui.capture import region_words
from corelab.ui.entry import NOT_EVALUABLE_KEY, is_measured, range_words, text_of, unit_words
from corelab.ui.entry_fields import IdentityLine, NumberField, TextField
from corelab.ui.form_parts import Choice, OptionButton
from corelab.ui.key_parts import command_hint
from corelab.ui.parts import key_hint, text_label
from corelab.ui.theme import Colour, Size, Weight


@dataclass(frozen=True, slots=True)
class Entry:
    """What is asked now. ``chosen`` are the options of a question with several; ``reasons`` are offered instead of the answers.

    ``refused`` says why what was written last was not taken, and ``text`` is that.
    """

    item: Item
    grade: Grade | None = None
    chosen: str = ""
    reasons: tuple[MissingReason, ...] | None = None
    refused: str = ""
    text: str | None = None


class AnswerEntry(QWidget):
    """Title, then what the kind of the item needs.

    Signals:
        picked: an option or a reason was clicked; carries its digit.
        entered: Enter in the field; carries what was written.
        typed: words were changed by hand, without Enter yet; carries them.
        left: the field of words was left.
    """

    picked = Signal(int)
    entered = Signal(str)
    typed = Signal(str)
    left = Signal()

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field: NumberField | TextField | None = None
        self._texts: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._title("Why is it not evaluable?" if entry.reasons is not None else entry.item.question)
        if entry.reasons is not None:
            self._add_choices(reason_choices(entry))
            self._add_hint(key_hint("it is evaluable", ("Esc",)))
        else:
            self._add_kind(entry)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands there, for whoever listens instead of looking."""
        return tuple(self._texts)

    def _title(self, words: str) -> None:
        title = text_label(words, Size.OPTION, Weight.HEADING, Colour.STRONG, wrap=True)
        title.setAccessibleName(words)
        title.setContentsMargins(0, 4, 0, 4)
        self._add(title, words)

    def _add_kind(self, entry: Entry) -> None:
        match entry.item:
            case ChoiceItem():
                self._add_choices(answer_choices(entry))
            case MultiItem():
                self._add_choices(answer_choices(entry))
                self._add_hint(key_hint("confirm", ("Enter",)))
            case NumberItem() if is_measured(entry.item):
                self._add_measured(entry)
            case NumberItem():
                self._add_number(entry, entry.item)
            case TextItem():
                self._add_text(entry, entry.item)

    def _add_choices(self, choices: Iterator[Choice]) -> None:
        for choice in choices:
            button = OptionButton(choice)
            button.picked.connect(self.picked)
            self._add(button, button.accessibleName())

    def _add_number(self, entry: Entry, item: NumberItem) -> None:
        self.field = NumberField(entry.text if entry.text is not None else text_of(entry.grade))
        self.field.setAccessibleName(f"{item.question} {range_words(item)}")
        self.field.entered.connect(self.entered)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(text_label(unit_words(item.unit), Size.OPTION, Weight.VALUE, Colour.SECOND))
        self._column.addLayout(row)
        self._add_words(entry.refused or range_words(item), attention=bool(entry.refused))
        self._add_ne(entry)
        self._add_hint(key_hint("take the number", ("Enter",)), *_ne_hint(item))

    def _add_measured(self, entry: Entry) -> None:
        self._add_words(entry.refused or f"{region_words(entry.item)}. It cannot be typed.", attention=bool(entry.refused))
        self._add_ne(entry)
        self._add_hint(command_hint("measure", "caliper"), *_ne_hint(entry.item))

    def _add_text(self, entry: Entry, item: TextItem) -> None:
        self.field = TextField(entry.text if entry.text is not None else text_of(entry.grade))
        self.field.setAccessibleName(item.question)
        self.field.entered.connect(self.entered)
        self.field.typed.connect(self.typed)
        self.field.left.connect(self.left)
        self._add(self.field)
        self._add(IdentityLine(self.field))
        if entry.refused:
            self._add_words(entry.refused, attention=True)
        self._add_ne(entry)
        self._add_hint(key_hint("write, then take", ("Enter",)), *_ne_hint(item))

    def _add_ne(self, entry: Entry) -> None:
        """Where a value would stand, that there is none."""
        if entry.grade is not None and entry.grade.missing is Missing.NOT_EVALUABLE:
            self._add_words("Not evaluable", attention=False)

    def _add_words(self, words: str, *, attention: bool) -> None:
        label = text_label(
            words, Size.HINT, Weight.VALUE if attention else Weight.TEXT, Colour.ATTENTION if attention else Colour.SECOND, wrap=True
        )
        label.setAccessibleName(words)
        self._add(label, words)

    def _add_hint(self, *hints: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(16)
        for hint in hints:
            row.addWidget(hint)
        row.addStretch(1)
        self._column.addLayout(row)

    def _add(self, widget: QWidget, words: str = "") -> None:
        self._column.addWidget(widget)
        if words:
            self._texts.append(words)


def answer_choices(entry: Entry) -> Iterator[Choice]:
    """The options of an item as digits, and "not evaluable" where it may be said."""
    item, grade = entry.item, entry.grade
    if not isinstance(item, ChoiceItem | MultiItem):
        return
    ranked = isinstance(item, ChoiceItem) and item.scale == "ordinal" and item.default is None
    worst = item.worst_rank if isinstance(item, ChoiceItem) else None
    several = set(parts(entry.chosen)) if isinstance(item, MultiItem) and entry.chosen else set()
    for option in item.options:
        drawn = 0 if option.rank == 0 else 2 if option.rank == worst else 1
        chosen = option.value in several or (grade is not None and isinstance(item, ChoiceItem) and grade.value == option.value)
        yield Choice(int(option.key), option.label, drawn, ranked, chosen)
    if item.allow_ne:
        chosen = grade is not None and grade.missing is Missing.NOT_EVALUABLE and not several
        yield Choice(NOT_EVALUABLE_KEY, "Not evaluable", Missing.NOT_EVALUABLE, ranked, chosen)


def reason_choices(entry: Entry) -> Iterator[Choice]:
    """The reasons of "not evaluable" as digits."""
    given = entry.grade.reason if entry.grade is not None else None
    for digit, reason in enumerate(entry.reasons or (), 1):
        yield Choice(digit, reason.label + (" (needs a note)" if reason.note else ""), chosen=reason.id == given)


def _ne_hint(item: Item) -> tuple[QWidget, ...]:
    return (command_hint("not evaluable", "not_evaluable_written"),) if item.allow_ne else ()
