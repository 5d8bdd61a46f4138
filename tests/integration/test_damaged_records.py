"""Records and results that were changed behind the program: not compared, not passed on, found again."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.reading_errors import (
    RecordFault,
)
from corelab.services import adjudication, comparison
from corelab.services.recomputed import recomputed_results
from corelab.services.verification import LabFaultyError, verify_open
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.reading_builders import a_dealt_lab, a_lab_with_a_bad_record, first, rows_of, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path)


@pytest.mark.of_the_file
def test_readings_whose_signature_was_changed_are_not_compared(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    _behind(lab, "signature_no_update", "UPDATE signature SET printed_name = 'Somebody else' WHERE record_type = 'reading'")
    with pytest.raises(LabFaultyError):
        comparison.release_and_compare(lab.open, lab.coordinator)
    assert rows_of(lab, "comparison") == rows_of(lab, "result") == rows_of(lab, "release_batch") == []


@pytest.mark.of_the_file
def test_a_signature_changed_after_the_lab_was_verified_is_found_too(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    changed = "UPDATE signature SET printed_name = 'Somebody else' WHERE record_type = 'reading'"
    monkeypatch.setattr(comparison, "require_sound", lambda *_: _behind(lab, "signature_no_update", changed))
    (rejected,) = comparison.release_and_compare(lab.open, lab.coordinator).rejected
    assert rejected.fault is RecordFault.SIGNATURE
    assert rows_of(lab, "comparison") == rows_of(lab, "result") == []


@pytest.mark.of_the_file
def test_a_reading_whose_envelope_was_swapped_is_not_compared(lab: Lab) -> None:
    mine, theirs = signs(lab, lab.reader_1), signs(lab, lab.reader_2)
    swap = f"UPDATE event_payload SET body = (SELECT body FROM event_payload WHERE seq = {theirs.seq}) WHERE seq = {mine.seq}"
    _behind(lab, "event_payload_no_update", swap)
    with pytest.raises(LabFaultyError):
        comparison.release_and_compare(lab.open, lab.coordinator)
    assert rows_of(lab, "result") == []


@pytest.mark.of_the_file
def test_a_record_that_custody_cannot_open_stops_its_own_exam_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_lab_with_a_bad_record(tmp_path, monkeypatch)
    done = comparison.release_and_compare(lab.open, lab.coordinator)
    assert (done.concordant, done.waiting) == (2, 0)
    (rejected,) = done.rejected
    assert (rejected.subject, rejected.fault) == ("S01", RecordFault.SEALED)
    with lab.open.store.read() as snapshot:
        assert rejected.record in {row["id"] for row in snapshot.all("reading")}
        assert not snapshot.all("result", exam_id=rejected.exam)
        assert {row["visit"] for row in snapshot.all("exam", id=rejected.exam)} == {rejected.visit}


@pytest.mark.of_the_file
def test_the_command_names_the_exam_that_was_not_compared_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_lab_with_a_bad_record(tmp_path, monkeypatch)
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    told = {"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD}
    done = CliRunner().invoke(cli, ["compare", str(lab.open.folder)], env=told)
    assert done.exit_code == 1
    assert "Concordant 2, new cases 0, decided cases finished 0, waiting 0." in done.stdout
    assert re.search(r"Rejected: S01 (BL|D10|M6): a signed record was refused, it cannot be opened with the custody key", done.stdout)
    assert "This exam was left as it was; the others are done." in done.output
    again = CliRunner().invoke(cli, ["compare", str(lab.open.folder), "--json"], env=told)
    assert again.exit_code == 1
    (rejected,) = json.loads(again.stdout)["rejected"]
    assert (rejected["subject"], rejected["fault"]) == ("S01", "sealed")


def _behind(lab: Lab, trigger: str, statement: str) -> None:
    connection = sqlite3.connect(lab.open.store.path)
    connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute(statement)
    connection.commit()
    connection.close()


# ---------------------------------------------------------------- results that were tampered with


def finished(lab: Lab) -> None:
    signs(lab, lab.reader_1, COMP_CFV=2, FLOW_POPV=1)
    signs(lab, lab.reader_2, COMP_CFV=0)
    comparison.release_and_compare(lab.open, lab.coordinator)
    opened = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))
    draft = opened.draft.decided(cell("COMP.CFV"), Take.A, reason=DecisionReason.OTHER_FRAME)
    adjudication.sign(lab.open, lab.adjudicator, opened.assignment, draft, PASSWORD)
    comparison.release_and_compare(lab.open, lab.coordinator)


@pytest.mark.of_the_file
@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("result", "UPDATE result SET value = 'partial' WHERE segment = 'CFV' AND item = 'COMP'"),
        ("result", "UPDATE result SET source = 'CONCORDANT' WHERE segment = 'POPV' AND item = 'FLOW'"),
        ("result", "UPDATE result SET rule_id = 'A.1' WHERE segment = 'POPV' AND item = 'COMP'"),
        ("comparison", "UPDATE comparison SET outcome = 'concordant'"),
        ("comparison", "UPDATE comparison SET reading_1 = reading_2, reading_2 = reading_1"),
    ],
)
def test_a_changed_result_or_comparison_is_found_by_making_it_anew(lab: Lab, table: str, statement: str) -> None:
    finished(lab)
    with lab.open.store.read() as snapshot:
        assert list(recomputed_results(snapshot)) == []
    _behind(lab, f"{table}_no_update", statement)
    with lab.open.store.read() as snapshot:
        assert list(recomputed_results(snapshot))


@pytest.mark.of_the_file
def test_a_result_that_is_gone_is_found(lab: Lab) -> None:
    finished(lab)
    _behind(lab, "result_no_delete", "DELETE FROM result WHERE segment = 'CFV' AND item = 'QUAL'")
    with lab.open.store.read() as snapshot:
        assert ["CFV QUAL" in fault.what for fault in recomputed_results(snapshot)] == [True]
    assert not verify_open(lab.open).ok
