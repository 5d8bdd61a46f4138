"""Looks for identifying values in the final bytes of a clip: in every value of its header, and in its pixel stream."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.deid.identity import Identity

_LONG = 6
"""A value of this many characters is looked for everywhere; a shorter one only as a word of its own, or every number would hold it."""
_SHORT = 3
_STRANGE = 4
"""Bytes of a value that is not ASCII, from which on it is looked for: two signs in two bytes each."""
_CODECS = ("iso2022_jp_2", "shift_jis", "euc_jp", "euc_kr", "gb18030", "cp1252", "iso8859_5", "iso8859_7")
_ESCAPES = re.compile(rb"\x1b[\x20-\x2f]*[\x30-\x7e]|[\^=\\\\]")
_SEPARATORS = re.compile(r"[\s^=,.;:/\\_\-]+")
_SQUEEZED = re.compile(rb"[\s^=,.;:/\\_\-]+")
_BETWEEN = b"\xff\xff\x00\xff\xff"
"""Stands between two values, so that no needle reaches from one into the next."""
_NO_DIGIT = re.compile(r"[^0-9]")
_WORDS = re.compile(rb"[0-9a-z\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Needles:
    """``long``: byte strings to be found anywhere (ASCII in lower case); ``words``: short ones, to be found as whole words.

    ``strange``: short ones that are not ASCII (a Chinese name of two signs), to be found anywhere in a value, but not among pixels.
    ``numbers``: the digits of what is a number, without zeros at either end.
    """

    long: tuple[bytes, ...]
    words: frozenset[bytes]
    strange: tuple[bytes, ...] = ()
    numbers: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Needles({len(self.long)} long, {len(self.words)} words)"


def needles_of(identity: Identity) -> Needles:
    """Every spelling of every value: with and without separators, in UTF-8, UTF-16, the usual character sets and as stored."""
    written: set[bytes] = {form for value in identity.raw for form in _as_stored(value)}
    words: set[bytes] = set()
    numbers: set[str] = set()
    for text in _spellings(identity):
        if len(text) >= _LONG or not text.isascii():
            written.update(_encoded(text))
        elif len(text) >= _SHORT and not text.isspace():
            words.add(text.lower().encode("utf-8", "replace"))
        if len(text) >= _LONG and text.isascii() and text.isdigit():
            numbers.add(text.strip("0"))
    strange = (form for form in written if _STRANGE <= len(form) < _LONG and not form.isascii())
    long = (form for form in written if len(form) >= _LONG)
    return Needles(tuple(sorted(long)), frozenset(words), tuple(sorted(strange)), frozenset(numbers))


def _spellings(identity: Identity) -> Iterable[str]:
    for kind, values in identity.values.items():
        for value in values:
            match kind:
                case "uid":
                    yield value
                case "date":
                    yield from dates_as_written(value)
                case "patient":
                    pass
                case "name":
                    yield from (value, _SEPARATORS.sub(" ", value), _SEPARATORS.sub("", value), *_SEPARATORS.split(value))
                case _:
                    yield from (value, _SEPARATORS.sub(" ", value), _SEPARATORS.sub("", value))


def dates_as_written(value: str) -> Iterable[str]:
    """A date of a header in the forms that people and programs write; nothing for what is none."""
    digits = value[:8]
    if len(digits) == 8 and digits.isdigit() and digits != "00000000":
        y, m, d = digits[:4], digits[4:6], digits[6:]
        yield from (digits, f"{y}-{m}-{d}", f"{y}.{m}.{d}", f"{y}/{m}/{d}", f"{d}{m}{y}")
        yield from (f"{a}{s}{b}{s}{y}" for a, b in ((d, m), (m, d)) for s in "/.-")


def _encoded(text: str) -> Iterable[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield _lower(text.lower().encode(encoding, "replace"))
    if not text.isascii():
        yield from _read_wrongly(text.encode("utf-8", "replace"))
        for codec in _CODECS:
            with contextlib.suppress(UnicodeError):
                yield from _as_stored(text.encode(codec))


def _as_stored(value: bytes) -> Iterable[bytes]:
    """The bytes of a value, each part of a name, and what a program writes that took them for Latin letters."""
    yield _lower(value)
    for part in _ESCAPES.split(value):
        if part != value:
            yield _lower(part)
        if not part.isascii():
            yield from _read_wrongly(part)


def _read_wrongly(value: bytes) -> Iterable[bytes]:
    for codec in ("latin-1", "cp1252"):
        yield _lower(value.decode(codec, "ignore").encode("utf-8"))


def _lower(value: bytes) -> bytes:
    return value.lower()


def found_in_values(needles: Needles, values: Iterable[bytes]) -> bool:
    """True when one of these values holds a needle, also across separators."""
    lower = [value.lower() for value in values]
    squeezed = [_SQUEEZED.sub(b"", value) for value in lower]
    everything = _BETWEEN.join([*lower, *squeezed])
    if any(needle in everything for needle in (*needles.long, *needles.strange)):
        return True
    return not needles.words.isdisjoint(word for value in lower for word in _WORDS.findall(value))


def found_in_numbers(needles: Needles, numbers: Iterable[str]) -> bool:
    """True when one of these numbers has the digits of an identifying one, wherever its decimal point stands."""
    return not needles.numbers.isdisjoint(_NO_DIGIT.sub("", number.partition("e")[0]).strip("0") for number in numbers)


def found_in_stream(needles: Needles, stream: NDArray[np.uint8]) -> bool:
    """True when a long needle occurs in a large byte stream. Narrows down by pairs of bytes, then compares."""
    if not needles.long or len(stream) < _LONG:
        return False
    starts = {needle[:_LONG] for needle in needles.long}
    tables = [_table(needles.long, offset) for offset in (0, 2, 4)]
    for begin in range(0, len(stream), _CHUNK):
        chunk = np.ascontiguousarray(stream[begin : begin + _CHUNK + _OVERLAP])
        for at in _suspects(chunk, tables):
            if chunk[at : at + _LONG].tobytes().lower() in starts and _matches(chunk, at, needles.long):
                return True
    return False


def _matches(chunk: NDArray[np.uint8], at: int, needles: Sequence[bytes]) -> bool:
    return chunk[at : at + _OVERLAP].tobytes().lower().startswith(tuple(needles))


_CHUNK, _OVERLAP = 4 << 20, 4096


def _suspects(chunk: NDArray[np.uint8], tables: Sequence[NDArray[np.bool_]]) -> Iterator[int]:
    """Positions at which the first three pairs of bytes all occur in some needle at that place, in either case."""
    for odd in (0, 1):
        pairs = chunk[odd : odd + (len(chunk) - odd) // 2 * 2].view("<u2")
        at = np.flatnonzero(tables[0][pairs])
        for step, table in enumerate(tables[1:], 1):
            at = at[at < len(pairs) - step]
            at = at[table[pairs[at + step]]]
        yield from (2 * at + odd).tolist()


def _table(needles: Sequence[bytes], offset: int) -> NDArray[np.bool_]:
    """Which little-endian pairs stand at ``offset`` of a needle, with letters in both cases."""
    table = np.zeros(1 << 16, np.bool_)
    for needle in needles:
        for first in {needle[offset], needle[offset : offset + 1].upper()[0]}:
            for second in {needle[offset + 1], needle[offset + 1 : offset + 2].upper()[0]}:
                table[second << 8 | first] = True
    return table
