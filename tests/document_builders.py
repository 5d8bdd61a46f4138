"""A whole package of tables, evidence and signatures as documents of subjects are made from."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from corelab.domain.charter import load_charter
from corelab.export.records import ExamRecord
from corelab.export.rows import tables_of
from corelab.export.tables import tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.export.written import Written
from tests.charter_builders import DVT, full
from tests.sr_builders import clip_rows, proved
from tests.unit.test_package_round_trip import a_subject
from tests.written_builders import a_row, written

Change = Callable[[dict[str, list[Row]]], None]


def documented(folder: Path, name: str = DVT, change: Change = lambda _rows: None, *, subject: str = "S01", **facts: Any) -> Written:
    """Two visits of one subject with every kind of answer, frames and calipers; ``change`` alters its rows before."""
    content = full(name).encode()
    charter = load_charter(content)
    chance = random.Random(7)  # noqa: S311 - evidence of a test
    exams = [_called(subject, proved(charter, exam, chance)) for exam in a_subject(charter, 3)[:2]]
    rows = {table: list(held) for table, held in tables_of(Versions.of([charter]), exams).named().items()}
    rows["clips"] = list(clip_rows(rows))
    rows["expected"] = [_expected(content, exam) for exam in exams]
    change(rows)
    package = written(folder, rows, charter=content, **facts)
    sign(folder, rows["readings"])
    return package


def _called(subject: str, exam: ExamRecord) -> ExamRecord:
    return replace(exam, subject=subject, site="DE-01")


def _expected(charter: bytes, exam: ExamRecord) -> Row:
    table = next(one for one in tables_for(load_charter(charter)) if one.name == "expected")
    visit, place = load_charter(charter).visit(exam.visit), load_charter(charter).segments[0]
    told = {"STUDYID": exam.study, "USUBJID": exam.subject, "VISITNUM": str(visit.number), "VISIT": visit.id, "SEGCD": place.id}
    return a_row(table, **told, SEG=place.name, REQFL="Y", STATE="NOT IMAGED", REASON="NOT_SCANNED", NCLIPS="0", NWAIT="0")


def sign(folder: Path, readings: Iterable[Row]) -> None:
    """A signature over each record, by a person whose name tells the reader's pseudonym, one hour east of UTC."""
    records = {row["RECID"]: row for row in readings}
    (folder / "audit").mkdir(exist_ok=True)
    lines = [json.dumps({"document": _document(row, number)}) for number, row in enumerate(records.values(), 100)]
    (folder / "audit" / "signatures.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _document(row: Row, number: int) -> Mapping[str, Any]:
    meaning = "adjudication" if row["PURPOSE"] == "ADJUDICATION" else "reading authorship"
    who = f"Person of {row['READERID']}"
    return {"record": row["RECID"], "name": who, "at": "2026-01-12T10:00:00.000Z", "tz": 60, "meaning": meaning, "seq": number}
