"""A signed reading, printed and exported: what stands there is what stands in the database, with every change and signature."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from corelab.domain.record_errors import NotPermittedError
from corelab.domain.trail import TrailFilter
from corelab.services import assignment, audit, comparison, reading, verification
from corelab.ui.event_words import WORDING
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell, grade
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, opened_next, rows_of, signs


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """One exam read by both and released: the first reader corrected one answer, and took another back and gave it again."""
    made = a_staffed_lab(tmp_path_factory.mktemp("lab"))
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    _with_corrections(made)
    signs(made, made.reader_2, "seen twice")
    assert comparison.release_and_compare(made.open, made.coordinator).concordant == 1
    assert made.auditor.account
    return made


def _with_corrections(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    last = filled(opened)
    flow = cell("FLOW.POPV")
    taken = [last.answered(flow, grade("FLOW", value), last.answers[cell("COMP.CFV")].evidence) for value in (1, 0)]
    steps = [filled(opened, COMP_CFV=1), last, *taken]
    version = 0
    for step in steps:
        version = reading.save(lab.open, lab.reader_1, step, version=version).version
    reading.sign(lab.open, lab.reader_1, steps[-1], PASSWORD, version=version)


def _id(lab: Lab, reader: str) -> str:
    return next(row[0] for row in audit.released(lab.open, lab.auditor) if row[3] == reader)


def _text(file: Path) -> str:
    """All words of a PDF, in one line each."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(file.read_bytes())).pages).split())


def _exported(lab: Lab, tmp_path: Path, reader: str = "Reader 1") -> dict[str, Any]:
    out = tmp_path / f"{reader}.json"
    audit.export_reading(lab.open, lab.auditor, _id(lab, reader), out, WORDING)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_p11_05_the_export_of_a_reading_has_every_grade_of_the_database_and_no_other(lab: Lab, tmp_path: Path) -> None:
    for reader in ("Reader 1", "Reader 2"):
        found = _exported(lab, tmp_path, reader)
        (revision,) = found["revisions"]
        rows = [row for row in rows_of(lab, "grade") if row["record_id"] == revision["id"]]
        told = {(one["segment"], one["item"]): (one["code"], one["reason"]) for one in revision["grades"]}
        assert told == {(row["segment"], row["item"]): (row["value"], row["reason_code"]) for row in rows}
        proofs = [row for row in rows_of(lab, "evidence") if row["record_id"] == revision["id"]]
        assert {(one["segment"], one["item"]): one["frames"] for one in revision["grades"] if one["frames"]} == {
            (row["segment"], row["item"]): f"frame {row['frame_a'] + 1}" for row in proofs
        }
        (signature,) = [row for row in rows_of(lab, "signature") if row["record_id"] == revision["id"]]
        assert revision["content_digest"] == signature["content_digest"]
        assert (revision["signature"]["printed_name"], revision["signature"]["meaning"]) == (reader, "reading authorship")
        assert revision["signature"]["at"] == "2026-01-12T13:00:00." + signature["at"].strftime("%f")[:3] + "+01:00"
        assert revision["note"] == ("seen twice" if reader == "Reader 2" else "")


def test_p11_05_the_export_has_the_readings_own_trail(lab: Lab, tmp_path: Path) -> None:
    found = _exported(lab, tmp_path)
    with lab.open.store.read() as snapshot:
        record = snapshot.one("reading", id=found["revisions"][0]["id"])
        assert record is not None
        events = {row["seq"]: row for row in snapshot.events(entity="assignment", id=record["assignment_id"])}
        events |= {row["seq"]: row for row in snapshot.events(entity="reading", id=record["id"])}
    trail = {line["seq"]: line for line in found["trail"]}
    printed_since = {"reading.printed", "reading.exported"}
    assert trail.keys() == {seq for seq, row in events.items() if seq in trail or row["kind"] not in printed_since}
    for seq, line in trail.items():
        assert (line["kind"], line["hash"], line["role"]) == (events[seq]["kind"], events[seq]["hash"], events[seq]["role"])
    assert {"reading.opened", "answer.changed", "reading.signed"} <= {line["kind"] for line in trail.values()}


def test_p11_05_the_print_says_what_the_export_says(lab: Lab, tmp_path: Path) -> None:
    found, out = _exported(lab, tmp_path), tmp_path / "reading.pdf"
    audit.print_reading(lab.open, lab.auditor, _id(lab, "Reader 1"), out, WORDING)
    text = _text(out)
    for one in found["revisions"][0]["grades"]:
        assert f"{one['question']} {one['words']}" in text
    for line in found["trail"]:
        assert f"{line['seq']} 2026-01-12 13:00:00 (UTC+01:00) {line['person']}, {line['role']} {line['what']}" in text
    assert "Reader 1, 2026-01-12 13:00:00 (UTC+01:00), meaning: reading authorship" in text
    assert found["revisions"][0]["content_digest"] in text
    assert "DEMO" in text
    assert f"Checkpoint {found['checkpoint'].split()[0]}" not in text, "the print is later than the export: its checkpoint is another"
    assert "Checkpoint " in text


def test_p11_06_print_and_export_show_what_was_changed_since_first_entry(lab: Lab, tmp_path: Path) -> None:
    grades = {(one["segment"], one["item"]): one for one in _exported(lab, tmp_path)["revisions"][0]["grades"]}
    corrected, back, first = grades["CFV", "COMP"], grades["POPV", "FLOW"], grades["POPV", "COMP"]
    partial, full = "Partial: lumen reduced, walls do not meet", "Full: walls meet under light pressure"
    assert (corrected["words"], corrected["changed"]) == (full, True)
    assert len(corrected["earlier"]) == 1
    assert corrected["earlier"][0].startswith("Partial")
    assert (back["changed"], len(back["earlier"])) == (True, 2), "changed and changed back is changed"
    assert (first["changed"], first["earlier"]) == (False, [])
    out = tmp_path / "reading.pdf"
    audit.print_reading(lab.open, lab.auditor, _id(lab, "Reader 1"), out, WORDING)
    text = _text(out)
    assert f"changed: {corrected['earlier'][0]} \u2192 {full}" in text
    assert text.count("changed: ") == 2
    assert text.count("not changed") == sum(not one["changed"] for one in grades.values())
    assert partial.startswith("Partial")


def test_a_reading_is_named_by_the_beginning_of_its_id(lab: Lab) -> None:
    known = _id(lab, "Reader 2")
    assert audit.record(lab.open, lab.auditor, known[:8]).revisions[-1].id == known
    for nothing in ("", known[:5], "ffffffff-none"):
        with pytest.raises(audit.NoSuchReadingError):
            audit.record(lab.open, lab.auditor, nothing)


def test_before_the_release_nobody_holds_a_copy_and_others_never(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signed = signs(lab, lab.reader_1).record
    out = tmp_path / "reading.pdf"
    for person in (lab.auditor, lab.coordinator):
        assert audit.released(lab.open, person) == ()
        with pytest.raises(audit.ReadingSealedError):
            audit.print_reading(lab.open, person, signed, out, WORDING)
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator, lab.administrator):
        with pytest.raises(NotPermittedError):
            audit.print_reading(lab.open, person, signed, out, WORDING)
    assert not out.exists()


def test_printing_and_exporting_are_events_with_the_digest_of_the_file(lab: Lab, tmp_path: Path) -> None:
    known, pdf, text = _id(lab, "Reader 2"), tmp_path / "one.pdf", tmp_path / "one.json"
    audit.print_reading(lab.open, lab.auditor, known, pdf, WORDING)
    audit.export_reading(lab.open, lab.auditor, known, text, WORDING)
    with lab.open.store.read() as snapshot:
        for kind, file in (("reading.printed", pdf), ("reading.exported", text)):
            event = snapshot.events(kind=kind, entity="reading", id=known)[-1]
            assert snapshot.opening_of(event["seq"])["sha256"] == sha256(file.read_bytes()).hexdigest()
            assert event["actor"] == lab.auditor.account
    assert verification.verify_lab(lab.open.folder).faults == ()


def test_a_file_that_is_there_is_not_touched_and_nothing_is_recorded(lab: Lab, tmp_path: Path) -> None:
    out = tmp_path / "kept.pdf"
    out.write_text("somebody's")
    before = audit.page(lab.open, lab.auditor).total
    with pytest.raises(FileExistsError):
        audit.print_reading(lab.open, lab.auditor, _id(lab, "Reader 1"), out, WORDING)
    assert out.read_text() == "somebody's"
    assert audit.page(lab.open, lab.auditor).total == before


def test_who_names_a_folder_that_is_not_there_is_told_the_file(lab: Lab, tmp_path: Path) -> None:
    before = audit.page(lab.open, lab.auditor).total
    out = tmp_path / "nosuchdir" / "x.pdf"
    with pytest.raises(OSError, match="No such file") as refused:
        audit.print_trail(lab.open, lab.auditor, TrailFilter(), out, WORDING, "")
    said = words_for(refused.value).all
    assert said.startswith(f"{out} could not be written: No such file or directory.")
    assert "make the folder first" in said
    assert audit.page(lab.open, lab.auditor).total == before


def test_a_copy_whose_event_cannot_be_written_is_not_there(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_parts: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corelab.storage.transaction.Transaction.record", refuse)
    with pytest.raises(OSError, match="No space"):
        audit.export_reading(lab.open, lab.auditor, _id(lab, "Reader 1"), tmp_path / "one.json", WORDING)
    assert list(tmp_path.iterdir()) == []


def test_the_same_reading_prints_the_same_bytes(lab: Lab) -> None:
    from corelab.export.reading_pdf import reading_pdf  # noqa: PLC0415 - only here

    found = audit.record(lab.open, lab.auditor, _id(lab, "Reader 1"))
    assert reading_pdf(found, WORDING, "now") == reading_pdf(found, WORDING, "now")
