"""What nobody may learn before release: grades, notes, co-readers; what nobody may do: read out of order, sign twice, open another's."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.reading_errors import (
    NotNextError,
    NotYoursError,
)
from corelab.domain.record_errors import (
    CustodyMissingError,
    KeyRefusedError,
    NotPermittedError,
    PayloadSealedError,
)
from corelab.domain.vocabulary import Binding, Evidence, Grade, not_evaluable
from corelab.domain.worklist import WorkState
from corelab.services import accounts, adjudication, assignment, comparison, reading
from corelab.storage.keys import BoxSecret, unseal
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.reading_builders import a_dealt_lab, a_ready_exam, a_staffed_lab, filled, first, opened_next, rows_of, saves, signs

NOTE = "a small word that nobody else may see"
CELL = ('"CFV"', '"COMP"', "CFVCOMP")
"""A cell in JSON and in a row. A bare CFV would be too short: now and then the sealed bytes hold it by chance."""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path)


def in_folder(lab: Lab, *words: str) -> dict[str, int]:
    everything = b"".join(path.read_bytes() for path in sorted(lab.open.folder.rglob("*")) if path.is_file())
    return {word: everything.count(word.encode()) + everything.count(word.encode("utf-16-le")) for word in words}


# ---------------------------------------------------------------- nothing is readable before release


@pytest.mark.of_the_file
def test_no_grade_and_no_note_stands_in_the_folder_before_release(lab: Lab) -> None:
    words = ("partial", "WINDOW", "complete", "absent", "non_diagnostic", NOTE, *CELL)
    before = in_folder(lab, *words)
    signs(lab, lab.reader_1, note=NOTE, COMP_CFV="NE:WINDOW", COMP_POPV=1, QUAL_CFV="non_diagnostic")
    opened = opened_next(lab, lab.reader_2)
    reading.save(lab.open, lab.reader_2, filled(opened, NOTE, FLOW_CFV=2))
    assert in_folder(lab, *words) == before


def test_the_scan_finds_a_planted_word(lab: Lab) -> None:
    (lab.open.folder / "planted").write_text(NOTE)
    assert in_folder(lab, NOTE) == {NOTE: 1}


@pytest.mark.of_the_file
def test_released_grades_stand_in_the_folder(lab: Lab) -> None:
    signs(lab, lab.reader_1, note=NOTE, COMP_CFV=1)
    signs(lab, lab.reader_2, COMP_CFV=1)
    before = in_folder(lab, *CELL, NOTE)
    assert before[NOTE] == 0
    comparison.release_and_compare(lab.open, lab.coordinator)
    after = in_folder(lab, *CELL, NOTE)
    assert [word for word in after if after[word] <= before[word]] == []  # each of these words would be found if it stood there


@pytest.mark.of_the_file
def test_a_case_opens_no_grade_in_the_folder(lab: Lab) -> None:
    signs(lab, lab.reader_1, note=NOTE, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    before = in_folder(lab, *CELL, NOTE)
    comparison.release_and_compare(lab.open, lab.coordinator)
    assert in_folder(lab, *CELL, NOTE) == before
    with lab.open.store.read() as snapshot:
        assert snapshot.all("grade") == snapshot.all("opening") == snapshot.all("result") == ()


def test_envelopes_of_different_grades_are_equally_long(tmp_path: Path) -> None:
    def lengths(name: str, **said: int | str) -> list[tuple[str, int]]:
        (tmp_path / name).mkdir()
        lab = a_staffed_lab(tmp_path / name)
        a_ready_exam(lab)
        assignment.assign(lab.open, lab.coordinator)
        opened = opened_next(lab, lab.reader_1)
        made = filled(opened, "", **said)
        reading.save(lab.open, lab.reader_1, made)
        drafts = [row["body"] for row in rows_of(lab, "draft")]
        reading.sign(lab.open, lab.reader_1, made, PASSWORD)
        events = {row["seq"]: row["kind"] for row in rows_of(lab, "event")}
        sealed = [(events[row["seq"]], len(row["body"])) for row in rows_of(lab, "event_payload") if row["form"] == "sealed"]
        return [("draft", len(body)) for body in drafts] + sealed

    assert lengths("clean") == lengths("ill", COMP_CFV=2, COMP_POPV="NE:NO_COMPRESSION", FLOW_CFV="NE:DEPTH_GAIN")


def test_an_answer_with_many_marked_frames_takes_no_longer_envelope(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    proofs = [Evidence(opened.clips[0].sha256, number, number + 1, Binding.MARKED) for number in range(9)]
    one = opened.reading.answered(cell("COMP.CFV"), not_evaluable("NO_COMPRESSION"), proofs)
    saves(
        lab,
        one,
        one.answered(cell("COMP.CFV"), not_evaluable("DEPTH_GAIN"), proofs[:1]),
        one.answered(cell("COMP.POPV"), Grade("full")),
    )
    with lab.open.store.read() as snapshot:
        bodies = [snapshot.one("event_payload", seq=row["seq"]) for row in snapshot.events(kind="answer.changed")]
    assert len({len(body["body"]) for body in bodies if body}) == 1


def test_two_readers_cannot_open_each_others_envelopes(lab: Lab) -> None:
    signs(lab, lab.reader_1, COMP_CFV=2)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="reading.signed")
        with pytest.raises(KeyRefusedError):
            snapshot.opening_of(event["seq"], lab.reader_2.box)
        with pytest.raises(PayloadSealedError):
            snapshot.opening_of(event["seq"])
        assert snapshot.opening_of(event["seq"], lab.reader_1.box)["charter"] == lab.charter_sha256


def test_a_case_is_sealed_to_its_adjudicator_and_its_key_to_custody_alone(lab: Lab) -> None:
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    comparison.release_and_compare(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        (case,), (key,) = snapshot.events(kind="case.opened"), snapshot.events(kind="case.key")
        shown = json.dumps(snapshot.opening_of(case["seq"], lab.adjudicator.box))
        readers = [row["id"] for row in snapshot.all("reading")] + [lab.reader_1.account, lab.reader_2.account]
        assert not any(one in shown for one in readers)
        body = snapshot.one("event_payload", seq=key["seq"])
        assert body is not None
        for other in (lab.adjudicator, lab.reader_1, lab.reader_2):
            with pytest.raises(KeyRefusedError):
                unseal(body["body"], BoxSecret.of(bytes(other.box.seed)))
        sides = snapshot.opening_of(key["seq"], accounts.held_custody(lab.coordinator))["segments"]["CFV"]
        assert set(sides.values()) == {row["id"] for row in snapshot.all("reading")}


def test_every_opening_by_the_coordinator_is_on_record(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="sealed.opened")
        told = snapshot.opening_of(event["seq"])
    assert (told["scope"], told["count"], len(told["exams"])) == ("release and compare", 2, 1)


# ---------------------------------------------------------------- the worklist


def test_the_worklist_offers_the_next_exam_only_and_tells_nothing_of_the_rest(lab: Lab) -> None:
    for subject in ("S02", "S03"):
        a_ready_exam(lab, subject)
    assignment.assign(lab.open, lab.coordinator)
    (row,) = reading.worklist(lab.open, lab.reader_1).rows
    assert (row.state, row.answered, row.asked, row.clips) == (WorkState.NEXT, 0, 4, 2)
    told = {"assignment", "pseudonym", "kind", "state", "clips", "answered", "asked", "signed_at", "sealed", "reopened"}
    assert set(row.__dataclass_fields__) == told


def test_work_in_progress_shows_how_far_it_is_and_signed_work_comes_after(lab: Lab) -> None:
    a_ready_exam(lab, "S02")
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    opened = opened_next(lab, lab.reader_1)
    reading.save(lab.open, lab.reader_1, opened.reading.answered(cell("COMP.CFV"), Grade("full")))
    now, done = reading.worklist(lab.open, lab.reader_1).rows
    assert (now.state, now.answered, now.asked) == (WorkState.IN_PROGRESS, 1, 4)
    assert (done.state, done.answered, done.signed_at is not None) == (WorkState.SIGNED, 4, True)


def test_pseudonyms_and_orders_of_two_readers_differ(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    for number in range(12):
        a_ready_exam(lab, f"S{number:02d}", received=("CFV",))
    assert assignment.assign(lab.open, lab.coordinator).assigned == 24
    with lab.open.store.read() as snapshot:
        rows = sorted(snapshot.all("assignment"), key=lambda row: row["order_key"])
    orders = [[row["exam_id"] for row in rows if row["account_id"] == reader.account] for reader in (lab.reader_1, lab.reader_2)]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]
    assert len({row["pseudonym"] for row in rows}) == 24


# ---------------------------------------------------------------- who may do what


def test_only_the_next_exam_opens_and_the_refusal_is_on_record(lab: Lab) -> None:
    a_ready_exam(lab, "S02")
    assignment.assign(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        mine = snapshot.all("assignment", account_id=lab.reader_1.account)
    later = max(mine, key=lambda row: row["order_key"])
    with pytest.raises(NotNextError):
        reading.open_reading(lab.open, lab.reader_1, later["id"])
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="reading.open.refused")
    assert (event["id"], event["reason"], event["actor"]) == (later["id"], "not_next", lab.reader_1.account)


def test_another_readers_assignment_is_as_if_it_did_not_exist(lab: Lab) -> None:
    theirs = first(lab, lab.reader_2)
    for unknown in (theirs, type(theirs)(str(uuid4()))):
        with pytest.raises(NotYoursError):
            reading.open_reading(lab.open, lab.reader_1, unknown)


def test_coordinator_administrator_and_adjudicator_cannot_read(lab: Lab) -> None:
    theirs = first(lab, lab.reader_1)
    for session in (lab.coordinator, lab.administrator, lab.adjudicator):
        with pytest.raises(NotPermittedError):
            reading.open_reading(lab.open, session, theirs)
    for session in (lab.coordinator, lab.administrator):
        with pytest.raises(NotPermittedError):
            reading.worklist(lab.open, session)


def test_readers_neither_assign_nor_compare_nor_decide(lab: Lab) -> None:
    with pytest.raises(NotPermittedError):
        assignment.assign(lab.open, lab.reader_1)
    with pytest.raises(NotPermittedError):
        comparison.release_and_compare(lab.open, lab.reader_1)
    with pytest.raises(NotPermittedError):
        adjudication.open_case(lab.open, lab.reader_1, first(lab, lab.reader_1))


def test_a_coordinator_without_custody_cannot_compare(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-3", "Coordinator three", {Role.COORDINATOR}, IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, PASSWORD)
    with pytest.raises(CustodyMissingError):
        comparison.release_and_compare(lab.open, lab.sign_in("coordinator-3"))
