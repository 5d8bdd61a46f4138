"""A package of two subjects with every kind of answer: agreed, adjudicated, missing, measured, in words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from corelab.domain.charter import load_charter
from corelab.export.proof_tables import MEASUREMENTS
from corelab.export.records import ExamRecord
from corelab.export.rows import tables_of
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.export.written import Written
from tests.charter_builders import DVT, full
from tests.unit.test_package_round_trip import a_subject
from tests.written_builders import a_row, written


def a_package(folder: Path, name: str = DVT, **facts: str) -> Written:
    content = full(name).encode()
    charter = load_charter(content)
    exams = [exam for seed, code in enumerate(("S01", "S02")) for exam in _called(code, a_subject(charter, seed))]
    tables = tables_of(Versions.of([charter]), exams).named()
    return written(folder, {**tables, "measurements": tuple(_measured(tables["readings"]))}, charter=content, **facts)


def _called(code: str, exams: tuple[ExamRecord, ...]) -> Iterator[ExamRecord]:
    for exam in exams:
        yield replace(exam, subject=code, records=tuple(replace(one, record=f"{code}-{one.record}") for one in exam.records))


def _measured(readings: tuple[Row, ...]) -> Iterator[Row]:
    """A caliper of the first record of each visit, as a lab writes it."""
    for row in {(one["USUBJID"], one["VISITNUM"]): one for one in readings}.values():
        same = {name: row[name] for name in ("STUDYID", "USUBJID", "VISITNUM", "VISIT", "RECID")}
        told = {
            "MSEQ": "1",
            "QUANTITY": "length",
            "MVAL": "7.50",
            "UNIT": "mm",
            "SPACEX": "0.0138211382",
            "POINTS": "(1.00 2.00) (1.00 9.50)",
        }
        yield a_row(MEASUREMENTS, **same, **told)
