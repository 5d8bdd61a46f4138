"""Checks of the text files of a package: words that name a treatment, and people by their printed names."""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from corelab.export.check import PackageFault
from corelab.export.stops import Check, Stop

_TEXT = frozenset({".csv", ".htm", ".html", ".json", ".jsonl", ".md", ".py", ".r", ".sas", ".toml", ".txt", ".xml", ".xpt", ".xsl"})
_PACKED = frozenset({".xlsx"})
_OF_RECORDS = re.compile(r"CHANGES\.md|data/.+|audit/.+\.jsonl")
_BLOCK = 1024**2
_OVERLAP = 4096
"""No word that is looked for is longer."""
_OF_SIGNATURES = ("audit/", "pdf/")
"""Where signatures are told with the printed names of those who signed."""
_WORD = r"(?<![^\W_]){}(?![^\W_])"
"""A word by itself: "consistent" names no stent."""


def no_arm_named(folder: Path, arms: Collection[str]) -> Stop:
    """No record names an arm of the trial.

    Looked at are the files that all others are made from, with the charter: its words are checked when it is approved, and those of the
    program ("control", "active") name no arm.
    """
    return _searched(_Wanted(Check.ARMS, tuple(arms), "names an arm of the trial"), folder, _of_records)


def nobody_named(folder: Path, names: Collection[str]) -> Stop:
    """Nobody's printed name stands in a text but where signatures are told."""
    return _searched(_Wanted(Check.NAMES, tuple(names), "names a person of the lab"), folder, _not_signed)


def _of_records(path: str) -> bool:
    return _OF_RECORDS.fullmatch(path) is not None


def _not_signed(path: str) -> bool:
    return not path.startswith(_OF_SIGNATURES)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Words that may not stand in a text."""

    check: Check
    words: tuple[str, ...]
    what: str

    @property
    def pattern(self) -> re.Pattern[str] | None:
        words = sorted({word.strip().casefold() for word in self.words} - {""})
        return re.compile("|".join(_WORD.format(re.escape(word)) for word in words)) if words else None


def _searched(wanted: _Wanted, folder: Path, looked_at: Callable[[str], bool]) -> Stop:
    pattern = wanted.pattern
    count, faults = 0, list[PackageFault]()
    for path, file in _texts(folder, looked_at):
        count += 1
        line = _found(file, pattern) if pattern is not None else None
        if line is not None:
            faults.append(PackageFault(path, f"line {line} {wanted.what}"))
    return Stop(wanted.check, "text files", count, tuple(faults))


def _texts(folder: Path, looked_at: Callable[[str], bool]) -> Iterator[tuple[str, TextIO]]:
    """Every text file below the folder, and every text inside a spreadsheet."""
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        path = file.relative_to(folder).as_posix()
        if not looked_at(path):
            continue
        if file.suffix.lower() in _TEXT:
            with file.open(encoding="utf-8", errors="replace", newline="") as text:
                yield path, text
        elif file.suffix.lower() in _PACKED:
            with zipfile.ZipFile(file) as packed:
                for name in packed.namelist():
                    with packed.open(name) as member, io.TextIOWrapper(member, encoding="utf-8", errors="replace") as text:
                        yield f"{path} {name}", text


def _found(file: TextIO, pattern: re.Pattern[str]) -> int | None:
    """The line of the first word that is found, from 1. What is at the end of a block is looked at with what follows it."""
    line, rest, first = 1, "", 0
    while True:
        block = file.read(_BLOCK)
        text = rest + block.casefold()
        end = max(0, len(text) - _OVERLAP) if block else len(text)
        match = pattern.search(text, first)
        if match is not None and match.start() < end:
            return line + text.count("\n", 0, match.start())
        if not block:
            return None
        kept = max(0, end - 1)  # the letter before tells whether a word begins there
        line, rest, first = line + text.count("\n", 0, kept), text[kept:], end - kept
