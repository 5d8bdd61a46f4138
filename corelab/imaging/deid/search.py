"""Looks for identifying values in the final bytes of a clip: in every value of its header, and in its pixel stream."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.deid.identity import Identity

_LONG = 6
"""A value of this many characters is looked for everywhere; a shorter one only as a word of its own, or every number would hold it."""
_SHORT = 3
_SEPARATORS = re.compile(r"[\s^=,.;:/\\_\-]+")
_WORDS = re.compile(rb"[0-9a-z\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Needles:
    """``long``: byte strings to be found anywhere (ASCII in lower case); ``words``: short ones, to be found as whole words."""

    long: tuple[bytes, ...]
    words: frozenset[bytes]

    def __repr__(self) -> str:
        return f"Needles({len(self.long)} long, {len(self.words)} words)"


def needles_of(identity: Identity) -> Needles:
    """Every spelling of every value: with and without separators, in UTF-8, UTF-16 and as stored."""
    long: set[bytes] = set()
    words: set[bytes] = set()
    for text in _spellings(identity):
        if len(text) >= _LONG:
            long.update(_encoded(text))
        elif len(text) >= _SHORT and not text.isspace():
            words.add(text.lower().encode("utf-8", "replace"))
    long.update(_lower(value) for value in identity.raw if len(value) >= _LONG)
    return Needles(tuple(sorted(long)), frozenset(words))


def _spellings(identity: Identity) -> Iterable[str]:
    for kind, values in identity.values.items():
        for value in values:
            match kind:
                case "uid":
                    yield value
                case "date":
                    yield from _dates(value)
                case "patient":
                    pass
                case "name":
                    yield from (value, _SEPARATORS.sub(" ", value), _SEPARATORS.sub("", value), *_SEPARATORS.split(value))
                case _:
                    yield from (value, _SEPARATORS.sub(" ", value), _SEPARATORS.sub("", value))


def _dates(value: str) -> Iterable[str]:
    digits = value[:8]
    if len(digits) == 8 and digits.isdigit() and digits != "00000000":
        y, m, d = digits[:4], digits[4:6], digits[6:]
        yield from (digits, f"{y}-{m}-{d}", f"{y}.{m}.{d}", f"{y}/{m}/{d}", f"{d}{m}{y}")
        yield from (f"{a}{s}{b}{s}{y}" for a, b in ((d, m), (m, d)) for s in "/.-")


def _encoded(text: str) -> Iterable[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield _lower(text.lower().encode(encoding, "replace"))


def _lower(value: bytes) -> bytes:
    return value.lower()


def found_in_value(needles: Needles, value: bytes) -> bool:
    """True when a value of the header holds a needle, also across separators."""
    lower = value.lower()
    squeezed = re.sub(rb"[\s^=,.;:/\\_\-]+", b"", lower)
    if any(needle in lower or needle in squeezed for needle in needles.long):
        return True
    return not needles.words.isdisjoint(_WORDS.findall(lower))


def found_in_stream(needles: Needles, stream: NDArray[np.uint8]) -> bool:
    """True when a long needle occurs in a large byte stream. Narrows down by pairs of bytes, then compares."""
    long = [needle for needle in needles.long if len(needle) >= _LONG]
    if not long or len(stream) < _LONG:
        return False
    for start in range(0, len(stream), _CHUNK):
        chunk = _LOWER[stream[start : start + _CHUNK + _OVERLAP]]
        text = chunk.tobytes()
        for at in _suspects(chunk, long).tolist():
            if any(text.startswith(needle, at) for needle in long):
                return True
    return False


_CHUNK, _OVERLAP = 4 << 20, 4096
_LOWER = np.array([ord(chr(byte).lower()) if byte < 128 else byte for byte in range(256)], np.uint8)


def _suspects(chunk: NDArray[np.uint8], needles: Sequence[bytes]) -> NDArray[np.intp]:
    """Positions at which the first three pairs of bytes all occur in some needle at that place."""
    pairs = chunk[:-1].astype(np.uint16) << 8 | chunk[1:]
    at = np.flatnonzero(_table(needles, 0)[pairs])
    for offset in (2, 4):
        at = at[at < len(pairs) - offset]
        at = at[_table(needles, offset)[pairs[at + offset]]]
    return at


def _table(needles: Sequence[bytes], offset: int) -> NDArray[np.bool_]:
    table = np.zeros(1 << 16, np.bool_)
    for needle in needles:
        table[needle[offset] << 8 | needle[offset + 1]] = True
    return table
