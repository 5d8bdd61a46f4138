"""Reads a transmittal from its bytes: every fault of the file at once, no value of it repeated, nothing but its rows kept."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import PurePosixPath

from corelab.domain.charter import Charter
from corelab.domain.clip_label import View
from corelab.domain.intake import CODE
from corelab.domain.transmittal import (
    COLUMNS,
    FAULT_LIMIT,
    FIELD_LIMIT,
    REQUIRED,
    ROW_LIMIT,
    SIZE_LIMIT,
    RowFault,
    Transmittal,
    TransmittalFault,
    TransmittalLine,
    TransmittalRefusedError,
)
from corelab.domain.vocabulary import Side

_SIDES = {"l": Side.LEFT, "left": Side.LEFT, "r": Side.RIGHT, "right": Side.RIGHT}
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_NUMBER = re.compile(r"[0-9]{1,6}")
_DRIVE = re.compile(r"[A-Za-z]:")
_SHOWN = 40
_COMMENT = "comment"


def read_transmittal(content: bytes, charter: Charter) -> Transmittal:
    """The rows of a transmittal. Raises TransmittalRefusedError with everything that is wrong with it."""
    reading = _Reading(charter)
    lines = tuple(reading.lines(content))
    if not reading.faults and not lines:
        reading.say(RowFault.EMPTY)
    if reading.faults:
        raise TransmittalRefusedError(reading.faults, reading.left_out)
    return Transmittal(lines, reading.site)


def begins_transmittal(head: bytes) -> bool:
    """Whether these first bytes of a file name the columns that a transmittal needs, however it was saved."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if wide else "utf-8-sig", "replace").lstrip()
    line = text.splitlines()[0] if text else ""
    names = {cell.strip(' "').casefold() for cell in re.split(r"[,;\t]", line)}
    return names.issuperset(REQUIRED)


@dataclass(slots=True)
class _Reading:
    """One file on its way; made for one call."""

    charter: Charter
    faults: list[TransmittalFault] = field(default_factory=list)
    left_out: int = 0
    site: str | None = None
    places: set[str] = field(default_factory=set, repr=False)

    def say(self, kind: RowFault, row: int | None = None, column: str | None = None) -> None:
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(TransmittalFault(kind, row, column))
        else:
            self.left_out += 1

    def lines(self, content: bytes) -> Iterator[TransmittalLine]:
        text = self._text(content)
        rows = self._rows(text) if text else iter(())
        columns = self._columns(next(rows, (1, []))[1]) if text else None
        if not columns:
            return
        for row, cells in rows:
            line = self._line(row, columns, cells)
            if line is not None:
                yield line

    # ------------------------------------------------------------ bytes to cells

    def _text(self, content: bytes) -> str | None:
        if len(content) > SIZE_LIMIT:
            self.say(RowFault.SIZE)
        elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
            self.say(RowFault.WIDE)
        else:
            return self._decoded(content.removeprefix(b"\xef\xbb\xbf"))
        return None

    def _decoded(self, content: bytes) -> str | None:
        """Every line with a fault is told; then nothing of the file is read."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            for number, line in enumerate(content.split(b"\n"), 1):
                if not _is_utf8(line):
                    self.say(RowFault.ENCODING, number)
            return None
        if "\0" in text:
            for number, words in enumerate(text.split("\n"), 1):
                if "\0" in words:
                    self.say(RowFault.NUL, number)
            return None
        return text

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of each row that holds anything."""
        row = 0
        try:
            for row, cells in enumerate(csv.reader(StringIO(text, newline=""), strict=True), 1):
                if row > ROW_LIMIT + 1:
                    self.say(RowFault.ROWS)
                    return
                if any(cell.strip() for cell in cells):
                    yield row, cells
        except csv.Error as error:
            self.say(RowFault.LONG if "limit" in str(error) else RowFault.QUOTES, row + 1)

    def _columns(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """The names of the columns; None where rows could not be told apart by them."""
        names = tuple(cell.strip().casefold() for cell in cells)
        if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
            self.say(RowFault.SEMICOLONS, 1)
            return None
        for name in dict.fromkeys(names):
            if name not in COLUMNS:
                self.say(RowFault.COLUMN_UNKNOWN, 1, _printed(name))
            elif names.count(name) > 1:
                self.say(RowFault.COLUMN_TWICE, 1, name)
        for name in REQUIRED:
            if names and name not in names:
                self.say(RowFault.COLUMN_MISSING, 1, name)
        return names

    # ------------------------------------------------------------ cells to a line

    def _line(self, row: int, columns: Sequence[str], cells: Sequence[str]) -> TransmittalLine | None:
        if len(cells) != len(columns):
            self.say(RowFault.FIELDS, row)
            return None
        before = len(self.faults) + self.left_out
        of = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if name in COLUMNS}
        for name, cell in of.items():
            self._measure(row, name, cell)
        self._site(row, of.get("site", ""))
        segment, side = self._segment(row, of.get("segment", ""), of.get("side", ""))
        line = TransmittalLine(
            row,
            self._code(row, "subject", of, RowFault.SUBJECT),
            self._visit(row, of),
            self._place(row, of),
            segment,
            side,
            self._view(row, of.get("view", "")),
            self._files(row, of.get("n_files", "")),
            self._hash(row, of),
            self._date(row, of.get("study_date", "")),
        )
        return line if len(self.faults) + self.left_out == before else None

    def _measure(self, row: int, name: str, cell: str) -> None:
        if len(cell) > (FIELD_LIMIT * 10 if name == _COMMENT else FIELD_LIMIT):
            self.say(RowFault.LONG, row, name)
        elif name != _COMMENT and not cell.isprintable():
            self.say(RowFault.CONTROL, row, name)

    def _needed(self, row: int, name: str, of: Mapping[str, str]) -> str:
        """What stands there; where the whole column is missing, that was said once."""
        if name in of and not of[name]:
            self.say(RowFault.BLANK, row, name)
        return of.get(name, "")

    def _code(self, row: int, name: str, of: Mapping[str, str], fault: RowFault) -> str:
        code = self._needed(row, name, of)
        if code and not CODE.fullmatch(code):
            self.say(fault, row, name)
        return code

    def _site(self, row: int, code: str) -> None:
        if not code:
            return
        if not CODE.fullmatch(code):
            self.say(RowFault.SITE, row, "site")
        elif self.site not in {None, code}:
            self.say(RowFault.SITES, row, "site")
        else:
            self.site = code

    def _visit(self, row: int, of: Mapping[str, str]) -> str:
        visit = self._needed(row, "visit", of)
        if visit and visit not in {each.id for each in self.charter.visits}:
            self.say(RowFault.VISIT, row, "visit")
        return visit

    def _place(self, row: int, of: Mapping[str, str]) -> str:
        place = inner_path(self._needed(row, "path_or_study_uid", of))
        if place is None:
            self.say(RowFault.ESCAPES, row, "path_or_study_uid")
            return ""
        if place and place.casefold() in self.places:
            self.say(RowFault.TWICE, row, "path_or_study_uid")
        self.places.add(place.casefold())
        return place

    def _segment(self, row: int, segment: str, said: str) -> tuple[str | None, Side | None]:
        side = _SIDES.get(said.casefold())
        if said and side is None:
            self.say(RowFault.SIDE, row, "side")
        known = next((each for each in self.charter.segments if each.id == segment), None)
        if segment and known is None:
            self.say(RowFault.SEGMENT, row, "segment")
        elif said and not segment:
            self.say(RowFault.SIDE_OF_NONE, row, "side")
        elif known is not None and known.side not in {"both", "study"}:
            if said:
                self.say(RowFault.SIDE_NEVER, row, "side")
            side = Side.UNPAIRED
        return segment or None, side

    def _view(self, row: int, view: str) -> View | None:
        try:
            return View(view.casefold()) if view else None
        except ValueError:
            self.say(RowFault.VIEW, row, "view")
            return None

    def _files(self, row: int, number: str) -> int | None:
        if not number:
            return None
        if not _NUMBER.fullmatch(number) or not 1 <= int(number) <= ROW_LIMIT:
            self.say(RowFault.FILES, row, "n_files")
            return None
        return int(number)

    def _hash(self, row: int, of: Mapping[str, str]) -> str | None:
        digest = of.get("sha256", "")
        if digest and not _HASH.fullmatch(digest):
            self.say(RowFault.HASH, row, "sha256")
        elif digest and of.get("n_files", "") not in {"", "1"}:
            self.say(RowFault.HASH_OF_MANY, row, "sha256")
        return digest.lower() or None

    def _date(self, row: int, day: str) -> date | None:
        try:
            return date.fromisoformat(day) if day else None
        except ValueError:
            self.say(RowFault.DATE, row, "study_date")
            return None


def inner_path(text: str) -> str | None:
    """A path as it is compared, with forward slashes; None for one that leads out of its folder."""
    path = text.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or ".." in path.split("/"):
        return None
    return str(PurePosixPath(path)) if path else ""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _printed(name: str) -> str:
    """The name of a column that is not ours, cut short and without anything that could not be printed."""
    return "".join(each if each.isprintable() else "?" for each in name[:_SHOWN]) or "(empty)"
