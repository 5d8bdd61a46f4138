"""Values of items as text: an option, options joined by ``+``, a decimal number with exactly the item's digits, words."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.domain.vocabulary import Missing

JOINT: Final = "+"
_KINDS: Final = frozenset(kind.value for kind in Missing)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


class NumberRefusedError(Exception):
    """What was typed is no number of this item, or outside its range: ``low`` to ``high``, ``decimals`` digits, in ``unit``."""

    def __init__(self, typed: str, item: NumberItem) -> None:
        super().__init__(typed)
        self.typed, self.unit, self.decimals = typed, item.unit, item.decimals
        self.low, self.high = number_text(item, Decimal(str(item.min))), number_text(item, Decimal(str(item.max)))


def number_text(item: NumberItem, value: Decimal) -> str:
    """With exactly the digits of the item, the half rounded to even."""
    return f"{value:.{item.decimals}f}"


def typed_number(item: NumberItem, typed: str) -> str:
    """What a person typed, with exactly the digits of the item; a comma is read as a point. Raises NumberRefusedError."""
    text = typed.strip().replace(",", ".")
    if not _NUMBER.fullmatch(text) or len(text.partition(".")[2]) > item.decimals or not _within(item, text):
        raise NumberRefusedError(typed, item)
    return number_text(item, Decimal(text))


def _within(item: NumberItem, text: str) -> bool:
    return Decimal(str(item.min)) <= Decimal(text) <= Decimal(str(item.max))


def joined(item: MultiItem, values: Iterable[str]) -> str:
    """Several options as one value, in the order of the charter."""
    chosen = set(values)
    return JOINT.join(option.value for option in item.options if option.value in chosen)


def parts(value: str) -> tuple[str, ...]:
    """The options of one value."""
    return tuple(value.split(JOINT))


def fits(item: Item, value: str) -> bool:
    """Whether a value is one that this item can have, in the one form in which it is stored."""
    match item:
        case ChoiceItem():
            return item.option(value) is not None
        case MultiItem():
            return bool(value) and joined(item, parts(value)) == value
        case NumberItem():
            digits = len(value.partition(".")[2])
            return bool(_NUMBER.fullmatch(value)) and value != "-0" and digits == item.decimals and _within(item, value)
        case _:
            said = value.strip()  # a kind of missing is no text: stored beside each other, nobody could tell them apart
            return bool(said) and said not in _KINDS and len(value) <= item.max_length and unicodedata.is_normalized("NFC", value)


def first_value(item: Item) -> str | None:
    """The value that stands first in the charter; None for a number or words, which have no first one."""
    return item.options[0].value if isinstance(item, ChoiceItem | MultiItem) else None


def label_of(item: Item, value: str) -> str:
    """A value as people read it: the labels of its options, a number with its unit, the words themselves."""
    match item:
        case ChoiceItem():
            option = item.option(value)
            return option.label if option else value
        case MultiItem():
            chosen = parts(value)
            return ", ".join(option.label for option in item.options if option.value in chosen)
        case NumberItem():
            return f"{value} {item.unit}"
        case _:
            return value


def option_words(label: str) -> str:
    """The word of an option without its explanation: "Full" of "Full: walls meet under light pressure"."""
    return label.split(":", 1)[0].split(",", 1)[0]


def options_words(labels: Sequence[str]) -> tuple[str, ...]:
    """The word of each option; all of its label where another one begins with the same word."""
    words = [option_words(label) for label in labels]
    return tuple(label if words.count(word) > 1 else word for label, word in zip(labels, words, strict=True))


def counted(number: int, one: str, several: str = "") -> str:
    """``1 frame``, ``2 frames``: in the window and on paper."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
