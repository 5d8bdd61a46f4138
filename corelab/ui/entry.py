"""How an answer is entered, by the kind of its item: what a digit means, what is written, what is measured. No widget."""

import unicodedata
from typing import Final

from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem, TextItem
from corelab.domain.identity import identity_hints
from corelab.domain.values import NumberRefusedError, joined, parts, typed_number
from corelab.domain.vocabulary import Grade
from corelab.ui.commands import with_keys

NOT_EVALUABLE_KEY: Final = 9
"""The digit for "not evaluable" where digits choose; E says the same everywhere, also where digits are written."""

_UNITS: Final = {"1": "", "deg": "°", "m2": "m²", "mm[Hg]": "mmHg", "%/min/m2": "%/min/m²", "cm2": "cm²", "cm3": "cm³", "mm2": "mm²"}
_QUANTITIES: Final = {"length": "length", "time": "duration", "velocity": "velocity"}


class EntryRefusedError(Exception):
    """What was written is no answer to this item; ``words`` say what would be one."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def is_written(item: Item) -> bool:
    """Whether the answer is written in a field: a typed number or words."""
    return isinstance(item, TextItem) or (isinstance(item, NumberItem) and item.measure == "typed")


def is_measured(item: Item) -> bool:
    """Whether a caliper writes the answer; typing is refused then."""
    return isinstance(item, NumberItem) and item.measure != "typed"


def option_of(item: Item, digit: int) -> str | None:
    """The value of the option with this digit; None: the digit means nothing here."""
    if not isinstance(item, ChoiceItem | MultiItem):
        return None
    return next((option.value for option in item.options if option.key == str(digit)), None)


def toggled(item: MultiItem, chosen: str, digit: int) -> str:
    """Several options as one value (empty: none), with the option of this digit in it, or out again."""
    value, before = option_of(item, digit), set(parts(chosen)) if chosen else set()
    return joined(item, before ^ {value} if value is not None else before)


def written(item: Item, text: str) -> str:
    """What was written as the value of its item. Raises EntryRefusedError."""
    if isinstance(item, NumberItem):
        try:
            return typed_number(item, text)
        except NumberRefusedError:
            raise EntryRefusedError(f"Not taken: {range_words(item)}.") from None
    said = unicodedata.normalize("NFC", text.strip())
    if isinstance(item, TextItem) and len(said) > item.max_length:
        raise EntryRefusedError(f"Not taken: at most {item.max_length} characters; these are {len(said)}.")
    return said


def range_words(item: NumberItem) -> str:
    """``0.5 to 60.0 mm, at most 1 decimal``."""
    digits = "whole numbers" if item.decimals == 0 else f"at most {item.decimals} decimal{'s' if item.decimals > 1 else ''}"
    bounds = f"{item.min:.{item.decimals}f} to {item.max:.{item.decimals}f}"
    return f"{bounds} {unit_words(item.unit)}".rstrip() + f", {digits}"


def unit_words(unit: str) -> str:
    """A UCUM unit as people write it."""
    return _UNITS.get(unit, unit)


def quantity_words(item: NumberItem) -> str:
    """``length``, ``duration`` or ``velocity``."""
    return _QUANTITIES.get(item.measure, "value")


def refused_digit(item: Item, digit: int) -> str:
    """Why a digit answers nothing here."""
    if isinstance(item, NumberItem) and is_measured(item):
        return (
            f"This {quantity_words(item)} is measured{with_keys(': {caliper}, then two clicks. {not_evaluable_written}: not evaluable.')}"
        )
    if isinstance(item, TextItem):
        return "Enter begins to write; Esc leaves."
    return f"{digit} means nothing here."


def identity_words(text: str) -> str:
    """What in a text may tell who, when or where; empty where nothing does."""
    found = [text[hint.start : hint.end] for hint in identity_hints(text)]
    return f'"{found[0]}" may tell who, when or where; take it out' if found else ""


def text_of(grade: Grade | None) -> str:
    """What stands in the field of a written answer; empty while there is none."""
    return grade.value if grade is not None and grade.value is not None else ""
