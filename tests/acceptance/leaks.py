"""Looks for words in files and in the memory of a process, however they may be written there."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

_CHUNK = 8 * 1024 * 1024


def spellings(word: str) -> Mapping[str, tuple[bytes, ...]]:
    """The byte strings that hold ``word``: plain, in 16 bits, in hex digits, and in base64 at each of its three alignments."""
    plain, wide = word.encode("utf-8"), word.encode("utf-16-le")
    return {
        "UTF-8": (plain,),
        "UTF-16": (wide, word.encode("utf-16-be")),
        "hex": (plain.hex().encode(), plain.hex().upper().encode()),
        "base64": tuple(_base64(plain, shift) for shift in range(3)),
        "base64 of UTF-16": tuple(_base64(wide, shift) for shift in range(3)),
    }


def _base64(plain: bytes, shift: int) -> bytes:
    """What stays the same of ``plain`` in base64, whatever stands before it and after it, when ``shift`` bytes come before."""
    encoded = base64.b64encode(b"\0" * shift + plain)
    first = -(-shift * 8 // 6)
    whole = (shift + len(plain)) * 8 // 6
    return encoded[first:whole]


def occurrences(data: bytes, word: str) -> Mapping[str, int]:
    """How often ``word`` stands in ``data``, by the way it is written."""
    return {name: sum(data.count(each) for each in written) for name, written in spellings(word).items()}


def files_under(folders: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(sorted(file for folder in folders for file in folder.rglob("*") if file.is_file() and not file.is_symlink()))


def found_in(folders: Iterable[Path], words: Iterable[str]) -> Mapping[tuple[str, str], int]:
    """(word, way it is written) -> how often it stands in all files of the folders and in their names."""
    total: dict[tuple[str, str], int] = {}
    files = files_under(folders)
    for word in words:
        for file in files:
            for way, count in occurrences(file.read_bytes() + b"\n" + file.name.encode(), word).items():
                total[word, way] = total.get((word, way), 0) + count
    return total


def found_in_memory(process: int, words: Iterable[str]) -> Mapping[tuple[str, str], int]:
    """The same for everything that a running process can write to: its own memory, without what is only mapped from files to read."""
    total: dict[tuple[str, str], int] = {}
    wanted = tuple(words)
    for block in _memory(process):
        for word in wanted:
            for way, count in occurrences(block, word).items():
                total[word, way] = total.get((word, way), 0) + count
    return total


def _memory(process: int) -> Iterator[bytes]:
    with Path(f"/proc/{process}/maps").open(encoding="utf-8", errors="replace") as maps:
        ranges = [line.split()[:2] for line in maps]
    with Path(f"/proc/{process}/mem").open("rb") as memory:
        for span, rights in ranges:
            start, end = (int(each, 16) for each in span.split("-"))
            if "w" in rights:
                yield from _blocks(memory, start, end)


def _blocks(memory: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    overlap = 512
    while start < end:
        try:
            memory.seek(start)
            yield memory.read(min(_CHUNK + overlap, end - start))
        except OSError:  # a guard page
            return
        start += _CHUNK
