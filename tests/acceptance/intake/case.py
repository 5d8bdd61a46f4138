"""What a case of intake is: a hostile object or a piece of work, the end it must have, and what was found when it was run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1, inclusive."""

ROWS, COLUMNS = 96, 128
REGION: Box = (16, 16, 111, 79)
"""The area of the picture that stays: a multiple of 16, so that no JPEG block lies across its border."""


class End(Enum):
    """How an object may end."""

    CLEANED = "C"
    REFUSED = "R"
    EITHER = "C/R"


class Person(Enum):
    """What the people at the pixel check do about an object beside looking at it."""

    LOOKS = "looks"
    MASKS_HITS = "masks what the program flagged"
    DRAWS = "draws the mask by hand"
    ACCEPTS = "accepts the damage, with a reason"


@dataclass(frozen=True, slots=True)
class Seed:
    """A made-up word and numbers that nothing else in the world holds: they stand for a patient. ``more`` are other words that must go."""

    word: str
    number: str
    """Twelve digits: long enough that no digest or UID holds them by chance."""
    short: int
    """Nine digits, as they fit into numbers of 32 bits."""

    @classmethod
    def of(cls, case: str) -> "Seed":
        digest = sha256(f"seed {case}".encode()).digest()
        word = "".join("BDFGKLMNPRTVZ"[digest[n] % 13] + "AEIOU"[digest[n + 8] % 5] for n in range(5))
        number = int.from_bytes(digest[16:24])
        return cls(f"X{word}Q", str(700_000_000_000 + number % 99_999_999_999), 300_000_000 + number % 99_999_999)

    @property
    def name(self) -> str:
        return f"{self.word}^ANNA"


Maker = Callable[[Seed, Path], None]
"""Writes the delivered file."""


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile object. ``codes``: those that may stand beside a refusal. ``text``: where words were painted into the picture.

    ``pixels``: whether the area that stays must equal the source (of an object that shows something else than speckle there).
    ``more``: further byte strings that may stand nowhere in the released file. ``source``: the frames of an object whose coding is without
    loss, as they were made; without it they are decoded.
    """

    id: str
    what: str
    end: End
    make: Maker
    codes: frozenset[str] = frozenset()
    text: Box | None = None
    person: Person = Person.LOOKS
    more: Callable[[Seed], tuple[bytes, ...]] = field(default=lambda _seed: ())
    region: Box = REGION
    pixels: bool = True
    source: Callable[[Seed], NDArray[np.uint8]] | None = None

    @property
    def number(self) -> int:
        return int("".join(letter for letter in self.id if letter.isdigit()))

    @property
    def seed(self) -> Seed:
        return Seed.of(self.id)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case. ``found``: where a token was seen, empty when nowhere. ``wrong``: what else did not hold."""

    end: End
    code: str | None
    found: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    def faults(self, required: End, codes: frozenset[str]) -> tuple[str, ...]:
        """Everything that keeps the case from being as it must be, in words."""
        ends = required in {End.EITHER, self.end}
        coded = self.end is not End.REFUSED or not codes or self.code in codes
        return (
            *(() if ends else (f"ended {self.end.value} ({self.code}), must end {required.value}",)),
            *(() if coded else (f"code {self.code}, must be one of {', '.join(sorted(codes))}",)),
            *(f"token in {place}" for place in self.found),
            *self.wrong,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    id: str
    what: str
    required: str
    end: str
    code: str
    found: int
    faults: tuple[str, ...]

    @property
    def order(self) -> tuple[int, str]:
        digits = "".join(letter for letter in self.id if letter.isdigit())
        return int(digits), self.id[len(digits) :]

    def to_json(self) -> Mapping[str, object]:
        return {
            "case": self.id,
            "what": self.what,
            "required_end": self.required,
            "end": self.end,
            "code": self.code,
            "tokens_found": self.found,
            "faults": list(self.faults),
        }
