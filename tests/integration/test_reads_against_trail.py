"""A package whose tables were changed by somebody who can make every hash right again: its own trail says otherwise."""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from corelab.domain import audit
from corelab.domain.accounts import Role
from corelab.domain.vocabulary import Answer, Grade
from corelab.export.check import Subjects, load, versions_of
from corelab.export.manifest import MANIFEST
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.reread import exams_of
from corelab.export.rows import DERIVED, tables_of
from corelab.services import assignment, packages
from tests.builders import PASSWORD, Lab
from tests.life_builders import compares, dealt, decides, invalidates, reopens, revises
from tests.reading_builders import a_staffed_lab, signs
from tests.table_builders import table_bytes

Rows = list[dict[str, str]]
Change = Callable[[Rows], None]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A reading that was signed anew, a difference that was decided, and an exam without one; no formats: they are made from tables."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("corelab.services.packages.writing.parts_here", dict)
        patched.setattr("corelab.services.packages.writing.documents", lambda _clips: {})
        made = a_staffed_lab(tmp_path_factory.mktemp("reads"))
        dealt(made)
        signs(made, made.reader_1, "seen well")
        reopens(made, made.reader_1)
        revises(made, made.reader_1)
        signs(made, made.reader_2, COMP_CFV=2)
        compares(made)
        decides(made)
        compares(made)
        dealt(made, "S02")
        signs(made, made.reader_1)
        signs(made, made.reader_2)
        compares(made)
        yield made


@pytest.fixture(scope="module")
def original(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages.export(lab.open, lab.coordinator, tmp_path_factory.mktemp("out"), PASSWORD).package


@pytest.fixture
def package(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "package"))


def faults(folder: Path) -> list[str]:
    """Of a package whose manifest names its files as they are now."""
    manifest = json.loads((folder / MANIFEST).read_text())
    for each in manifest["files"]:
        content = (folder / each["path"]).read_bytes()
        each.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        if each["path"].startswith("data/"):
            each["rows"] = len(list(csv.reader(io.StringIO(content.decode(), newline="")))) - 1
    (folder / MANIFEST).write_bytes(audit.canonical(manifest))
    return [f"{fault.where}: {fault.what}" for fault in packages.verify_package(folder).faults]


def edited(folder: Path, table: str, change: Change) -> None:
    path = folder / "data" / f"{table}.csv"
    reader = csv.DictReader(io.StringIO(path.read_text(), newline=""))
    rows = list(reader)
    change(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def first(rows: Rows, **where: str) -> dict[str, str]:
    return next(row for row in rows if all(row[name] == value for name, value in where.items()))


def of_record(column: str, value: str, **where: str) -> Change:
    """Of every row of the first record that is so."""

    def change(rows: Rows) -> None:
        record = first(rows, **where)["RECID"]
        for row in rows:
            if row["RECID"] == record:
                row[column] = value

    return change


def without_superseded(rows: Rows) -> None:
    """Chance decides which of the two readers has slot 1, and so in which role somebody read anew."""
    again = first(rows, REVISION="2", USUBJID="S01")
    gone = first(rows, REVISION="1", EVALROLE=again["EVALROLE"], READERID=again["READERID"], VISIT=again["VISIT"], USUBJID="S01")["RECID"]
    rows[:] = [row for row in rows if row["RECID"] != gone]


def set_first(column: str, value: str, **where: str) -> Change:
    return lambda rows: first(rows, **where).update({column: value})


SAID = "its signed record says"
CHANGED: dict[str, tuple[str, Change, str]] = {
    "a grade": ("readings", set_first("RESCD", "none", TESTCD="VNCOMPR", RESCD="full"), f"RESCD is 'none', {SAID} 'full'"),
    "a frame": ("readings", set_first("FRAMEA", "9", FRAMEA="4"), f"FRAMEA is '9', {SAID} '4'"),
    "a frame of the evidence": ("evidence", set_first("FRAMEA", "9", FRAMEA="4"), f"FRAMEA is '9', {SAID} '4'"),
    "what was shown": ("viewing", lambda rows: rows[0].update(FRSHOWN="999"), "FRSHOWN is '999'"),
    "a note": ("notes", lambda rows: rows[0].update(NOTE="seen badly"), f"NOTE is 'seen badly', {SAID} 'seen well'"),
    "a note taken away": ("notes", lambda rows: rows.clear(), "data/notes.csv DVT-LE S01"),
    "the time of a signature": ("readings", of_record("SIGNDTC", "2026-01-12T12:00:00.000Z"), "SIGNDTC is '2026-01-12T12:00:00.000Z'"),
    "the event of a signature": ("readings", of_record("EVENTSEQ", "3"), "event 3 of the trail is not its signature"),
    "a record": ("readings", of_record("RECID", "r"), "of the trail is not its signature"),
    "a reader": (
        "readings",
        of_record("READERID", "R02", USUBJID="S02", READERID="R01"),
        "READERID is 'R02', another record of the same person says 'R01'",
    ),
    "whose pseudonym it is": (
        "readings",
        of_record("READERID", "R02", USUBJID="S02", READERID="R01"),
        "READERID 'R02' stands for two people",
    ),
    "a superseded reading made current": (
        "readings",
        of_record("CURRFL", "Y", CURRFL="N"),
        "CURRFL is 'Y', by the trail it was signed anew later",
    ),
    "a reading made superseded": ("readings", of_record("CURRFL", "N", USUBJID="S02"), "CURRFL is 'N', by the trail it stands"),
    "a purpose": ("readings", of_record("PURPOSE", "REPEAT", USUBJID="S02"), "by the trail it was not released as a second reading"),
    "a revision": ("readings", of_record("REVISION", "5", REVISION="2"), "REVISION is 5, what was signed says 2"),
    "a revision taken away": ("readings", without_superseded, "of an exam that is there is missing"),
    "an exam taken away": (
        "readings",
        lambda rows: rows.__setitem__(slice(None), [row for row in rows if row["USUBJID"] != "S02"]),
        "of the trail is missing",
    ),
    "whose grade was taken": ("adjudications", lambda rows: rows[0].update(CHOSEN="B"), f"CHOSEN is 'B', {SAID} 'A'"),
    "why it was taken": ("adjudications", lambda rows: rows[0].update(ADJRSN="OTHER"), "ADJRSN is 'OTHER'"),
    "which reading was A": (
        "adjudications",
        lambda rows: rows[0].update(ARECID=rows[0]["BRECID"], BRECID=rows[0]["ARECID"]),
        "ARECID is",
    ),
}


def test_a_package_as_it_was_written_is_held_against_its_trail(package: Path) -> None:
    verified = packages.verify_package(package)
    assert verified.faults == ()
    assert verified.checked["signed records held against the trail"] == 6
    assert verified.checked["exams whose subject, visit and reference reader the trail does not tell"] == 2


@pytest.mark.parametrize("name", CHANGED)
def test_what_the_trail_says_otherwise_is_named(name: str, package: Path) -> None:
    table, change, what = CHANGED[name]
    edited(package, table, change)
    found = faults(package)
    assert any(what in each for each in found), found


def regraded(exam: ExamRecord) -> ExamRecord:
    """Both readers say so, and everything that follows from it is made from that."""
    return replace(exam, records=tuple(map(_regraded, exam.records)))


def _regraded(record: SignedRecord) -> SignedRecord:
    cell = next(one for one, answer in record.answers.items() if answer.grade.value == "full")
    answers = {**record.answers, cell: Answer(cell, Grade("partial"), record.answers[cell].evidence)}
    return replace(record, answers=MappingProxyType(answers))


def test_a_grade_changed_with_everything_that_follows_from_it_is_found_by_the_trail_alone(package: Path) -> None:
    loaded, _ = load(package)
    assert loaded is not None
    versions, _ = versions_of(loaded)
    assert versions is not None
    made: dict[str, list[Mapping[str, str]]] = {}
    for subject in Subjects(versions, loaded):
        exams = exams_of(versions, subject.rows)
        changed = map(regraded, exams) if subject.code == "S02" else exams
        for name, rows in tables_of(versions, changed).named().items():
            made.setdefault(name, []).extend(rows)
    for table in (one for one in loaded.tables(versions.main) if one.name in DERIVED):
        (package / table.path).write_bytes(table_bytes(table, made[table.name]))
    found = [each for each in faults(package) if each.startswith("data/")]
    assert found
    assert all(f"{SAID} 'full'" in each for each in found), found


def test_a_trail_that_does_not_tell_a_reading_any_more_does_not_hide_it(package: Path) -> None:
    openings = package / "audit" / "openings.jsonl"
    lines = [json.loads(line) for line in openings.read_text().splitlines()]
    events = [json.loads(line) for line in (package / "audit" / "events.jsonl").read_text().splitlines()]
    signed = next(one["seq"] for one in events if one["kind"] == "reading.signed")
    sealed = [{"seq": one["seq"], "form": "sealed"} if one["seq"] == signed else one for one in lines]
    openings.write_bytes(b"".join(audit.canonical(one) + b"\n" for one in sealed))
    assert any(f"the trail does not tell what event {signed} signed" in each for each in faults(package))


def test_a_reading_that_was_declared_invalid_cannot_be_brought_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.services.packages.writing.parts_here", dict)
    monkeypatch.setattr("corelab.services.packages.writing.documents", lambda _clips: {})
    lab = a_staffed_lab(tmp_path)
    dealt(lab)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    compares(lab)
    invalidates(lab, lab.reader_1)
    assert lab.person("reader-3", Role.READER).account
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.person("reader-3"))
    compares(lab)
    package = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD).package
    assert packages.verify_package(package).faults == ()
    edited(package, "readings", of_record("CURRFL", "Y", CURRFL="N"))
    assert any("CURRFL is 'Y', by the trail it was declared invalid" in each for each in faults(package))
