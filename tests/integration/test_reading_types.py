"""Several reading types in one exam: each is compared and closed on its own; one reader alone makes reference results."""

from pathlib import Path

import pytest

from corelab.domain.vocabulary import ExamState
from corelab.services import invalidation, packages
from corelab.services.packages import verify_package
from corelab.services.verification import verify_open
from corelab.storage.store import NewRow
from tests.builders import PASSWORD, Lab
from tests.life_builders import compares, decides, exam_state, reading_of
from tests.reading_builders import a_ready_exam, rows_of
from tests.tampering import behind_its_back, chained_anew
from tests.types_builders import ALONE, PAIRED, a_lab_of_two_types, readers_of, reads


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab_of_two_types(tmp_path)


def the_exam(lab: Lab) -> str:
    return str(rows_of(lab, "exam")[0]["id"])


def both_read(lab: Lab, **second: int | str) -> None:
    one, two = readers_of(lab, PAIRED)
    reads(lab, one)
    reads(lab, two, **second)


def faults(lab: Lab) -> tuple[object, ...]:
    return verify_open(lab.open).faults


def test_each_type_is_dealt_to_its_own_number_of_readers(lab: Lab) -> None:
    assert (len(readers_of(lab, PAIRED)), len(readers_of(lab, ALONE))) == (2, 1)


def test_a_type_that_agrees_has_results_while_the_other_waits(lab: Lab) -> None:
    both_read(lab)
    done = compares(lab)
    assert (done.concordant, done.single, done.waiting) == (1, 0, 1)
    assert exam_state(lab, the_exam(lab)) is ExamState.ASSIGNED  # type: ignore[arg-type]
    assert {row["item"] for row in rows_of(lab, "result")} == {"COMP", "QUAL"}
    assert faults(lab) == ()


def test_an_exam_is_final_when_every_type_is(lab: Lab) -> None:
    both_read(lab)
    compares(lab)
    reads(lab, readers_of(lab, ALONE)[0], FLOW_CFV=1)
    done = compares(lab)
    assert (done.single, done.waiting) == (1, 0)
    assert exam_state(lab, the_exam(lab)) is ExamState.FINAL  # type: ignore[arg-type]
    alone = [row for row in rows_of(lab, "result") if row["item"] == "FLOW"]
    assert {row["source"] for row in alone} == {"REFERENCE"}
    assert {row["value"] for row in alone if row["segment"] == "CFV"} == {"partial"}
    assert [row["reading_id"] for row in rows_of(lab, "single_release")] == [alone[0]["from_id"]]
    assert faults(lab) == ()


def test_a_case_of_one_type_is_decided_and_finished_while_the_other_waits(lab: Lab) -> None:
    both_read(lab, COMP_CFV=2)
    assert compares(lab).cases == 1
    assert exam_state(lab, the_exam(lab)) is ExamState.ASSIGNED  # type: ignore[arg-type]
    who = next(one for one in (lab.adjudicator, lab.person("adjudicator-2")) if _has_case(lab, one.account))
    decides(lab, who=who)
    assert compares(lab).finished == 1
    assert exam_state(lab, the_exam(lab)) is ExamState.ASSIGNED  # type: ignore[arg-type]
    reads(lab, readers_of(lab, ALONE)[0])
    compares(lab)
    assert exam_state(lab, the_exam(lab)) is ExamState.FINAL  # type: ignore[arg-type]
    assert faults(lab) == ()


def _has_case(lab: Lab, account: str) -> bool:
    return any(row["account_id"] == account for row in rows_of(lab, "assignment") if row["kind"] == "adjudication")


def test_an_exam_whose_types_are_all_compared_waits_for_its_case_only(lab: Lab) -> None:
    both_read(lab, COMP_CFV=2)
    reads(lab, readers_of(lab, ALONE)[0])
    compares(lab)
    assert exam_state(lab, the_exam(lab)) is ExamState.RELEASED  # type: ignore[arg-type]
    assert faults(lab) == ()


def test_a_reading_that_stood_alone_is_invalidated_without_touching_the_other_type(lab: Lab) -> None:
    both_read(lab)
    alone = readers_of(lab, ALONE)[0]
    reads(lab, alone)
    compares(lab)
    before = [row for row in rows_of(lab, "result") if row["item"] != "FLOW"]
    invalidation.invalidate(lab.open, lab.coordinator, reading_of(lab, alone), "CLIPS", "Clips of another limb were in it", PASSWORD)
    assert exam_state(lab, the_exam(lab)) is ExamState.ASSIGNED  # type: ignore[arg-type]
    assert [row for row in rows_of(lab, "result") if row["item"] != "FLOW"] == before
    assert compares(lab).waiting == 1
    assert faults(lab) == ()


def test_a_package_holds_every_type_and_makes_the_results_of_one_reader_anew(lab: Lab, tmp_path: Path) -> None:
    both_read(lab)
    reads(lab, readers_of(lab, ALONE)[0], FLOW_CFV=1)
    compares(lab)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    assert verify_package(made.package).faults == ()
    readings = (made.package / "data/readings.csv").read_text()
    assert {f",{PAIRED}," in readings, f",{ALONE}," in readings} == {True}
    results = [line for line in (made.package / "data/results.csv").read_text().splitlines() if ",VNFLOW," in line and ",CFV," in line]
    assert [",REFERENCE,partial,,,N," in line for line in results] == [True]


@pytest.mark.of_the_file
def test_a_reading_of_a_pair_that_was_released_alone_is_found(lab: Lab) -> None:
    both_read(lab)
    compares(lab)
    pair = rows_of(lab, "comparison")[0]
    named = {"id": "x", "exam_id": pair["exam_id"], "batch_id": pair["batch_id"]}
    row = NewRow("single_release", {**named, "reading_id": pair["reading_1"], "charter_hash": pair["charter_hash"]})
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        transaction.record("reading.released", "single_release", "x", rows=[row])
    assert any("do not belong together" in str(fault) for fault in faults(lab))


@pytest.mark.of_the_file
def test_a_result_of_one_reader_that_was_changed_is_found(lab: Lab) -> None:
    reads(lab, readers_of(lab, ALONE)[0])
    compares(lab)
    with behind_its_back(lab.open.folder) as connection:
        connection.execute("UPDATE result SET value = 'absent' WHERE item = 'FLOW' AND segment = 'CFV'")
        chained_anew(connection)
    assert any("is not the one that its records give" in str(fault) for fault in faults(lab))


# ---------------------------------------------------------------- hidden second readings


def _second_look(lab: Lab) -> None:
    """The first reader of the pair gets the exam once more."""
    one = readers_of(lab, PAIRED)[0]
    exam = the_exam(lab)
    columns = {"exam_id": exam, "reading_type": PAIRED, "slot": 9, "attempt": 1, "kind": "repeat", "account_id": one.account}
    row = NewRow("assignment", {"id": "again", **columns, "pseudonym": "P9", "order_key": "000009-000001", "due": None})
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        transaction.record("exam.assigned", "exam", exam, rows=[row], payload={"batch": 9})


def test_an_exam_with_an_open_second_reading_stays_sealed_until_it_is_signed(lab: Lab) -> None:
    both_read(lab)
    _second_look(lab)
    assert compares(lab).concordant == 0
    assert rows_of(lab, "opening") == []
    reads(lab, readers_of(lab, PAIRED)[0], COMP_CFV=2)
    assert compares(lab).concordant == 1
    assert {row["value"] for row in rows_of(lab, "result") if (row["segment"], row["item"]) == ("CFV", "COMP")} == {"full"}
    assert faults(lab) == ()


def test_a_second_reading_is_exported_as_one_and_is_never_a_result(lab: Lab, tmp_path: Path) -> None:
    both_read(lab)
    reads(lab, readers_of(lab, ALONE)[0])
    compares(lab)
    _second_look(lab)
    reads(lab, readers_of(lab, PAIRED)[0], COMP_CFV=2)
    compares(lab)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    assert verify_package(made.package).faults == ()
    repeats = [line for line in (made.package / "data/readings.csv").read_text().splitlines() if ",REPEAT," in line]
    assert len(repeats) > 1
    assert not [line for line in repeats if ",Y,20" in line], "no row of it is accepted"
    assert faults(lab) == ()


def test_an_exam_that_is_not_dealt_yet_has_nothing_to_release(lab: Lab) -> None:
    a_ready_exam(lab, "S02")
    assert compares(lab).waiting == 2
