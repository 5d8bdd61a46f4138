"""The comma-separated files: who was in which arm, and outcomes from elsewhere. Double rows and strange values are told by line."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from corelab.winratio.faults import Fault
from corelab.winratio.numbers import NoNumberError, Read, read_value

SUBJECT, ARM, STRATUM = "USUBJID", "ARM", "STRATUM"
LARGEST = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its line in the file, and its fields by column."""

    number: int
    fields: Mapping[str, str]

    @property
    def subject(self) -> str:
        return self.fields[SUBJECT]


@dataclass(frozen=True, slots=True)
class Rows:
    """The usable rows of a file, and what is wrong with the others."""

    file: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]

    @property
    def by_subject(self) -> Mapping[str, Line]:
        return MappingProxyType({line.subject: line for line in self.lines})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One tier's values by subject; a subject that is not there has no row."""

    values: Mapping[str, Read]
    faults: tuple[Fault, ...]


def read_arms(path: Path) -> Rows:
    """``USUBJID, ARM[, STRATUM]``: exactly two arms, one row for each subject."""
    rows = _one_row_each(read_rows(path, (SUBJECT, ARM), (STRATUM,)))
    empty = [Fault(rows.file, line.number, f"{ARM} is empty") for line in rows.lines if not line.fields[ARM]]
    if STRATUM in rows.columns:
        empty += [Fault(rows.file, line.number, f"{STRATUM} is empty") for line in rows.lines if not line.fields[STRATUM]]
    arms = sorted({line.fields[ARM] for line in rows.lines} - {""})
    if len(arms) != 2 and (rows.lines or not rows.faults):
        found = ", ".join(arms) or "none"
        empty.append(Fault(rows.file, None, f"two arms are compared, and it names {len(arms)} ({found})"))
    return Rows(rows.file, rows.columns, rows.lines, (*rows.faults, *empty))


def read_outcomes(path: Path) -> Rows:
    """``USUBJID`` and one column for each further tier."""
    return _one_row_each(read_rows(path, (SUBJECT,), None))


def outcome(rows: Rows, column: str, lines: Sequence[Line] | None = None) -> Outcome:
    """A column's values by subject."""
    values: dict[str, Read] = {}
    faults = []
    for line in rows.lines if lines is None else lines:
        try:
            values[line.subject] = read_value(line.fields[column])
        except NoNumberError:
            faults.append(Fault(rows.file, line.number, f"{column} of {line.subject} is {_short(line.fields[column])}, which is no number"))
    return Outcome(MappingProxyType(values), tuple(faults))


def read_rows(path: Path, needed: Sequence[str], allowed: Sequence[str] | None) -> Rows:
    """The rows of a file. ``allowed`` names the columns it may have beside the needed ones; None: any."""
    try:
        if path.stat().st_size > LARGEST:
            return _unusable(str(path), f"is larger than {LARGEST // 1024**2} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return _unusable(str(path), f"cannot be read ({error.strerror or type(error).__name__})")
    except UnicodeDecodeError as error:
        return _unusable(str(path), f"is not UTF-8 text (byte {error.start + 1})")
    return rows_of(str(path), text, needed, allowed)


def rows_of(file: str, text: str, needed: Sequence[str], allowed: Sequence[str] | None) -> Rows:
    """The same from text. A line of another length than the header is a fault; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    faults: list[Fault] = []
    lines: list[Line] = []
    columns: tuple[str, ...] = ()
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        faults += _header_faults(file, columns, needed, allowed)
        if faults:
            return Rows(file, columns, (), tuple(faults))
        for number, fields in _numbered(reader):
            if len(fields) == len(columns):
                lines.append(Line(number, dict(zip(columns, (field.strip() for field in fields), strict=True))))
            else:
                faults.append(Fault(file, number, f"has {len(fields)} fields, the header has {len(columns)}"))
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, f"cannot be read as comma-separated values ({error})"))
    return Rows(file, columns, tuple(lines), tuple(faults))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins at: a quoted field may hold line breaks."""
    before = reader.line_num  # type: ignore[attr-defined]  # of csv's reader
    for fields in reader:
        if fields:
            yield before + 1, fields
        before = reader.line_num  # type: ignore[attr-defined]  # of csv's reader


def _header_faults(file: str, columns: Sequence[str], needed: Sequence[str], allowed: Sequence[str] | None) -> Iterator[Fault]:
    if not any(columns):
        yield Fault(file, None, f"has no header; its first line must name {', '.join(needed)}")
        return
    for name in needed:
        if name not in columns:
            yield Fault(file, 1, f"has no column {name}")
    for name, count in Counter(columns).items():
        if count > 1:
            yield Fault(file, 1, f"names the column {name or '(empty)'} {count} times")
        if allowed is not None and name not in (*needed, *allowed):
            yield Fault(file, 1, f"has a column {_short(name)}; only {', '.join((*needed, *allowed))} belong there")


def _one_row_each(rows: Rows) -> Rows:
    """Every subject once: which of two rows counts is nobody's guess."""
    faults, first = list(rows.faults), dict[str, int]()
    for line in rows.lines:
        if not line.subject:
            faults.append(Fault(rows.file, line.number, f"{SUBJECT} is empty"))
        elif line.subject in first:
            faults.append(Fault(rows.file, line.number, f"{line.subject} stands in line {first[line.subject]} already"))
        else:
            first[line.subject] = line.number
    return Rows(rows.file, rows.columns, rows.lines, tuple(faults))


def _unusable(file: str, what: str) -> Rows:
    return Rows(file, (), (), (Fault(file, None, what),))


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}...")
