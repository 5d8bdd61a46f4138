"""Looks for the words of all cases at once: in every file of a lab and around it, however they may be written there."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.acceptance.intake.case import Seed
from tests.acceptance.leaks import files_under

_WORD = re.compile(rb"x(?:[bdfgklmnprtvz][aeiou]){5}q")
_NUMBER = re.compile(rb"(?=([37][0-9]{8,11}))")
_BETWEEN = re.compile(rb"[\s^=,.;:/\\_\-\0]+")
_HEX = re.compile(rb"(?:[0-9a-f]{2}){9,}|(?:[0-9A-F]{2}){9,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")


def forms(data: bytes) -> Iterator[bytes]:
    """The bytes in lower case; without separators and zeros (as in UTF-16); and what stands in them in hex digits or base64."""
    yield data.lower()
    yield _BETWEEN.sub(b"", data).lower()
    for run in _HEX.findall(data):
        yield binascii.unhexlify(run).lower().replace(b"\0", b"")
    for run in _BASE64.findall(data):
        plain = run.translate(bytes.maketrans(b"-_", b"+/"))
        for shift in range(4):
            part = plain[shift:]
            yield base64.b64decode(part[: len(part) // 4 * 4]).lower().replace(b"\0", b"")


def words_in(data: bytes, known: Mapping[bytes, str]) -> frozenset[str]:
    """The cases whose words stand in ``data``; ``known`` is word -> case."""
    return frozenset(known[word] for form in forms(data) for word in _candidates(form) if word in known)


def _candidates(form: bytes) -> Iterator[bytes]:
    yield from _WORD.findall(form)
    for run in _NUMBER.findall(form):
        yield from (run[:12], run[:9])


def known_words(seeds: Mapping[str, Seed]) -> dict[bytes, str]:
    known: dict[bytes, str] = {}
    for case, seed in seeds.items():
        for word in (seed.word, seed.number, str(seed.short)):
            known[word.lower().encode()] = case
    return known


def places(folder: Path, leave_out: Iterable[Path], known: Mapping[bytes, str]) -> dict[str, list[str]]:
    """Case -> the files (from ``folder``) in which, or in whose names, its words stand."""
    left_out, found = tuple(leave_out), dict[str, list[str]]()
    for file in files_under([folder]):
        if any(file.is_relative_to(each) for each in left_out):
            continue
        name = str(file.relative_to(folder))
        for case in words_in(file.read_bytes() + b"\n" + name.encode(), known):
            found.setdefault(case, []).append(_kind(name))
    return found


def _kind(name: str) -> str:
    return "the database" if ".db" in name else name
