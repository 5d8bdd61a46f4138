"""Checks of every text file of a package, whatever part made it: words that name a treatment, and people by their printed names."""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TextIO

from corelab.export.check import PackageFault
from corelab.export.stops import Check, Stop

_TEXT = frozenset({".csv", ".htm", ".html", ".json", ".jsonl", ".md", ".py", ".r", ".sas", ".toml", ".txt", ".xml", ".xpt", ".xsl"})
_PACKED = frozenset({".xlsx"})
_CHARTER = re.compile(r"codebook/charter_[0-9.]+\.toml")
_BLOCK = 1024**2
_OVERLAP = 4096
"""No word that is looked for is longer."""
_OF_SIGNATURES = ("audit/", "pdf/")
"""Where signatures are told with the printed names of those who signed."""


def no_arm_named(folder: Path, arms: Collection[str], titles: Collection[str] = ()) -> Stop:
    """No text names an arm of the trial; the copies of the charter say what readers may be asked, and the trial's ``titles`` may stand."""
    wanted = _Wanted(Check.ARMS, tuple(arms), "names an arm of the trial", may_stand=tuple(titles))
    return _searched(wanted, folder, _not_charter)


def nobody_named(folder: Path, names: Collection[str]) -> Stop:
    """Nobody's printed name stands in a text but where signatures are told."""
    return _searched(_Wanted(Check.NAMES, tuple(names), "names a person of the lab", edge=r"\b"), folder, _not_signed)


def _not_charter(path: str) -> bool:
    return _CHARTER.fullmatch(path) is None


def _not_signed(path: str) -> bool:
    return not path.startswith(_OF_SIGNATURES)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Words that may not stand in a text, ``edge`` around each of them, but within what ``may_stand``."""

    check: Check
    words: tuple[str, ...]
    what: str
    edge: str = ""
    may_stand: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str] | None:
        words = sorted({word.strip().casefold() for word in self.words} - {""})
        return re.compile("|".join(f"{self.edge}{re.escape(word)}{self.edge}" for word in words)) if words else None

    @property
    def allowed(self) -> tuple[str, ...]:
        """As they stand in plain text and in XML, the longest first."""
        forms = {form.casefold() for text in self.may_stand for form in (text, escape(text), escape(text, quote=False)) if text}
        return tuple(sorted(forms, key=len, reverse=True))


def _searched(wanted: _Wanted, folder: Path, looked_at: Callable[[str], bool]) -> Stop:
    pattern, allowed = wanted.pattern, wanted.allowed
    count, faults = 0, list[PackageFault]()
    for path, file in _texts(folder, looked_at):
        count += 1
        line = _found(file, pattern, allowed) if pattern is not None else None
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


def _found(file: TextIO, pattern: re.Pattern[str], allowed: Collection[str]) -> int | None:
    """The line of the first word that is found, from 1. What is at the end of a block is looked at with what follows it."""
    line, rest = 1, ""
    while True:
        block = file.read(_BLOCK)
        text = rest + block.casefold()
        end = max(0, len(text) - _OVERLAP) if block else len(text)
        match = pattern.search(_blanked(text, allowed))
        if match is not None and match.start() < end:
            return line + text.count("\n", 0, match.start())
        if not block:
            return None
        line, rest = line + text.count("\n", 0, end), text[end:]


def _blanked(text: str, allowed: Collection[str]) -> str:
    """What may stand is blank, so that the places of all else stay."""
    for each in allowed:
        text = text.replace(each, " " * len(each))
    return text
