"""SAS transport files (version 5) of the SDTM datasets: guards that refuse before anything is written, then pyreadstat, block by block.

The library takes a whole table at once, so a long one is given to it in blocks of the same layout, and their records are put behind one
another: memory stays flat, and the header stays the library's own.
"""

import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from corelab.export.sdtm.checks import of_kind
from corelab.export.sdtm.ids import FOLDER
from corelab.export.sdtm.rows import subjects_of
from corelab.export.sdtm.schema import schema_of
from corelab.export.sdtm.variables import LONGEST, Dataset, Variable
from corelab.export.writers import Row
from corelab.export.written import PartRefusedError, Written

LABEL = 40
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_RECORD = 80
_OBSERVATIONS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
_STAMPS = (_RECORD + 64, 2 * _RECORD, 5 * _RECORD + 64, 6 * _RECORD)
"""Where the times of creation and of change of the file and of its one member stand."""
BLOCK = 5000
Key = tuple[float | str, ...]


def write(package: Written, into: Path) -> None:
    """cv.xpt and suppcv.xpt: the rows that were checked for their Dataset-JSON. Raises PartRefusedError, LookupError, OSError."""
    folder = into / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    schema = schema_of(package.versions.all)
    at = datetime.fromisoformat(package.facts["cutoff"]["at"])
    cv, suppcv = (TransportFile(folder / f"{one.name.lower()}.xpt", one, at) for one in schema.datasets)
    with cv, suppcv:
        for subject in subjects_of(package):
            cv.add(subject.cv)
            suppcv.add(subject.suppcv)
        cv.finish()
        suppcv.finish()


class TransportFile:
    """One file in the making: a block of rows is written when it is full. Raises PartRefusedError before it writes what would be cut."""

    def __init__(self, path: Path, dataset: Dataset, at: datetime) -> None:
        self._path, self._dataset, self._at = path, dataset, at
        self._block: list[Row] = []
        self._before: Key = ()
        self._texts = tuple((one.name, one.length) for one in dataset.variables if not one.kind.is_number)
        self._numbers = tuple((one.name, one.kind) for one in dataset.variables if one.kind.is_number)
        self._key = tuple((name, name in dict(self._numbers)) for name in dataset.key)
        self._written = 0
        self._guard_dataset()

    def __enter__(self) -> Self:
        self._file = self._path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._guard_row(row)
            self._block.append(row)
            if len(self._block) == BLOCK:
                self._flush()

    def finish(self) -> None:
        """The last block, and blanks up to a whole record, as the format wants it."""
        self._flush()
        self._file.write(b" " * (-self._written % _RECORD))

    def _flush(self) -> None:
        """The first row of every block is as long as the variables may be, so that blocks have one layout; it is left out of the file."""
        longest = {one.name: "0" if one.kind.is_number else "x" * one.length for one in self._dataset.variables}
        head, records = self._made((longest, *self._block))
        size = sum(_width(one) for one in self._dataset.variables)
        if not self._written:
            self._write(_stamped(head, self._at))
        self._write(records[size : size * (len(self._block) + 1)])
        self._block = []

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._written += len(data)

    def _made(self, rows: Sequence[Row]) -> tuple[bytes, bytes]:
        """What the library writes of these rows: all up to the records, and the records."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "block.xpt"
            import_module("pyreadstat").write_xport(
                _frame(self._dataset, rows),
                path,
                file_label=self._dataset.label,
                column_labels=[one.label for one in self._dataset.variables],
                table_name=self._dataset.name,
                file_format_version=5,
            )
            data = path.read_bytes()
        start = data.index(_OBSERVATIONS) + _RECORD
        return data[:start], data[start:]

    def _guard_dataset(self) -> None:
        if len(self._dataset.label) > LABEL or not _is_plain(self._dataset.label):
            self._refuse(f"the label {self._dataset.label!r} is longer than {LABEL} characters or not plain ASCII")
        for one in self._dataset.variables:
            if not _NAME.fullmatch(one.name):
                self._refuse(f"{one.name!r} is no name of a variable: at most 8 of A to Z, 0 to 9 and _, a letter first")
            if len(one.label) > LABEL or not _is_plain(one.label):
                self._refuse(f"the label of {one.name} is longer than {LABEL} characters or not plain ASCII: {one.label!r}")
            if one.length > LONGEST:
                self._refuse(f"{one.name} may have {one.length} bytes; a transport file holds {LONGEST}")

    def _guard_row(self, row: Row) -> None:
        is_plain = _is_plain("".join(row.values()))  # all cells at once: this is asked of every row
        for name, length in self._texts:
            value = row[name]
            if len(value) > length or not (is_plain or _is_plain(value)):
                self._refuse(f"{name} is longer than {length} bytes or not plain ASCII: {value!r}")
        for name, kind in self._numbers:
            value = row[name]
            if value and not of_kind(kind, value):
                self._refuse(f"{name} is no number: {value!r}")
        key = tuple(float(row[name] or 0) if is_number else row[name] for name, is_number in self._key)
        if key <= self._before:
            self._refuse(f"rows are not sorted by {' '.join(self._dataset.key)}: {' '.join(map(str, key))}")
        self._before = key

    def _refuse(self, what: str) -> None:
        raise PartRefusedError(f"{FOLDER}/{self._path.name}", what)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _width(variable: Variable) -> int:
    return 8 if variable.kind.is_number else variable.length


def _frame(dataset: Dataset, rows: Sequence[Row]) -> Any:
    """A table whose types are given, never guessed from what happens to be there: a number that is nowhere is still a number."""
    pandas = import_module("pandas")
    columns = {}
    for one in dataset.variables:
        values = [row[one.name] for row in rows]
        if one.kind.is_number:
            columns[one.name] = pandas.Series([float(value) if value else float("nan") for value in values], dtype="float64")
        else:
            columns[one.name] = pandas.Series(values, dtype="object")
    return pandas.DataFrame(columns)


def _stamped(head: bytes, at: datetime) -> bytes:
    """The library writes the present time four times; a package knows no time but that of its cut-off."""
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    stamp = f"{at.day:02}{months[at.month - 1]}{at.year % 100:02}:{at:%H:%M:%S}".encode()
    made = bytearray(head)
    for place in _STAMPS:
        made[place : place + len(stamp)] = stamp
    return bytes(made)
