"""A value as it stands in a file: an exact decimal number, or one of the words for missing."""

import re
from dataclasses import dataclass
from decimal import Decimal

MISSING = ("NE", "NI", "NA", "")
"""Not evaluable, not imaged, not applicable, and an empty field: each counted on its own."""

# So many digits that the difference of two of them is still exact in the 28 digits of Decimal.
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")


class NoNumberError(ValueError):
    """Neither a number nor a word for missing."""


@dataclass(frozen=True, slots=True)
class Read:
    """``missing`` is the word that stood there; None where a number did."""

    number: Decimal | None
    missing: str | None = None


def read_value(text: str) -> Read:
    """Raises NoNumberError."""
    text = text.strip()
    return Read(None, text) if text in MISSING else Read(number(text))


def number(text: str) -> Decimal:
    """Raises NoNumberError, also for an infinite or very large one."""
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise NoNumberError(text)
    return Decimal(text)
