"""Every table that follows from others, made anew one subject after the other and compared row by row."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence

from corelab.domain.adjudication import DecisionRefusedError
from corelab.export.check.content import row_name, rows_of
from corelab.export.check.fault import PackageFault, limited
from corelab.export.check.listing import Loaded
from corelab.export.columns import Table
from corelab.export.lab_tables import CLIPS, EXPECTED
from corelab.export.proof_tables import MEASUREMENTS
from corelab.export.received import unknown_clips, unreconciled
from corelab.export.records import ExamRecord
from corelab.export.reread import exams_of
from corelab.export.reread_proof import measurement_of
from corelab.export.rows import DERIVED, Tables, tables_of
from corelab.export.versions import Versions
from corelab.export.writers import ColumnsDifferError, Row
from corelab.export.written import SubjectRows

_READINGS = "data/readings.csv"
_NOTHING: Mapping[str, Sequence[Row]] = {"readings": (), "subject_visit": ()}
NOT_TO_READ = (LookupError, StopIteration, ValueError, ArithmeticError, DecisionRefusedError)
"""What rows that mean nothing under their charter raise."""


class Subjects:
    """The subjects of a package with their rows and the exams that these describe.

    Before specification 1.4.0 the tables about records were not sorted by subject: they are held by record.
    """

    def __init__(self, versions: Versions, loaded: Loaded) -> None:
        self._versions, self._written = versions, loaded.written(versions)
        apart = (table for table in self._written.tables if "USUBJID" not in table.key and "RECID" in table.names)
        self._apart = {table.name: _by_record(rows_of(loaded, table)) for table in apart}

    def __iter__(self) -> Iterator[SubjectRows]:
        """Raises what reading a table raises."""
        return map(self._whole, self._written.subjects())

    def _whole(self, subject: SubjectRows) -> SubjectRows:
        if not self._apart:
            return subject
        records = dict.fromkeys(row["RECID"] for row in subject.rows.get("readings", ()))
        own = {name: tuple(row for record in records for row in held.get(record, ())) for name, held in self._apart.items()}
        return SubjectRows(subject.code, {**subject.rows, **own})


def _by_record(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["RECID"], []).append(row)
    return found


UNREADABLE = (ColumnsDifferError, UnicodeDecodeError, csv.Error, OSError)


def recomputed_faults(versions: Versions, loaded: Loaded) -> tuple[PackageFault, ...]:
    """Every row that differs when results, endpoints and accepted marks are made anew from the readings and the charter.

    Only for a package whose tables can be read and are in order.
    """
    recomputed = Recomputed(versions, loaded)
    try:
        return tuple(limited((fault for subject in Subjects(versions, loaded) for fault in recomputed.faults(subject)), _READINGS))
    except (*UNREADABLE, ValueError) as error:
        return (PackageFault(_READINGS, f"cannot be compared anew: {type(error).__name__}"),)


class Recomputed:
    """Compares the tables of one subject after the other with what its readings give."""

    def __init__(self, versions: Versions, loaded: Loaded) -> None:
        self._versions = versions
        self._derived = tuple(table for table in loaded.tables(versions.main) if table.name in DERIVED)
        self._waiting = loaded.waiting
        self._exams = exams_of(versions, _NOTHING)

    @property
    def exams(self) -> tuple[ExamRecord, ...]:
        """Of the last subject; none where its rows mean nothing."""
        return self._exams

    def faults(self, subject: SubjectRows) -> Iterator[PackageFault]:
        self._exams = ()
        try:
            self._exams = exams_of(self._versions, subject.rows)
            made = tables_of(self._versions, self._exams, (one for one in self._waiting if one.subject == subject.code))
        except NOT_TO_READ as error:
            yield PackageFault(f"{_READINGS} {subject.code}", f"cannot be compared anew: {type(error).__name__} {error}")
            return
        for table in self._derived:
            yield from _differences(table, subject.rows.get(table.name, ()), made)
        yield from _mismeasured(subject.rows.get(MEASUREMENTS.name, ()))
        counted = unreconciled(subject.rows.get(CLIPS.name, ()), subject.rows.get(EXPECTED.name, ()))
        told = (*counted, *unknown_clips(subject.rows))
        yield from (PackageFault(row_name(one.table, one.row), one.what) for one in told)


def _mismeasured(rows: Iterable[Row]) -> Iterator[PackageFault]:
    """Values that are not what their points give. The calipers of before the size of a pixel was kept tell too little for that."""
    for row in rows:
        try:
            one = measurement_of(row)
            wrong = not one.follows and (one.spacing is not None or not row["TESTCD"])
        except (ValueError, ArithmeticError):
            wrong = True
        if wrong:
            yield PackageFault(row_name(MEASUREMENTS, row), f"MVAL is {row['MVAL']!r}, which its points do not give")


def _differences(table: Table, rows: Iterable[Row], made: Tables) -> Iterator[PackageFault]:
    yield from compared(table, rows, made.named()[table.name], "the readings give", "follows from no reading")


def compared(table: Table, rows: Iterable[Row], made: Iterable[Row], by: str, stray: str) -> Iterator[PackageFault]:
    """Rows that are not those that were made anew; ``by`` and ``stray`` say from what."""
    expected = {tuple(row[name] for name in table.key): row for row in made}
    present = {tuple(row[name] for name in table.key): row for row in rows}
    for key, row in present.items():
        if key not in expected:
            yield PackageFault(row_name(table, row), stray)
            continue
        wrong = [name for name in table.names if row[name] != expected[key][name]]
        if wrong:
            words = ", ".join(f"{name} is {row[name]!r}, {by} {expected[key][name]!r}" for name in wrong)
            yield PackageFault(row_name(table, row), words)
    for key in (each for each in expected if each not in present):
        yield PackageFault(row_name(table, expected[key]), "is missing")
