"""What nobody may learn before release: grades, notes, co-readers; what nobody may do: read out of order, sign twice, open another's."""

import json
import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.checks import CheckCode
from corelab.domain.reading import Reading
from corelab.domain.reading_errors import (
    AlreadySignedError,
    ChecksFailedError,
    DraftChangedError,
    FormChangedError,
    NotNextError,
    NotTrainedError,
    NotYoursError,
    RecordFault,
    UnattendedError,
)
from corelab.domain.record_errors import (
    CustodyMissingError,
    KeyRefusedError,
    NotPermittedError,
    PayloadSealedError,
    SignInRefusedError,
    SubmitConflictError,
)
from corelab.domain.room import room_for
from corelab.domain.vocabulary import Binding, Evidence, Grade, LabKind, not_evaluable
from corelab.domain.worklist import WorkKind, WorkState
from corelab.services import accounts, adjudication, assignment, comparison, labs, own_work, reading
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.recomputed import recomputed_results
from corelab.services.verification import LabFaultyError, verify_lab
from corelab.storage import readings, registry
from corelab.storage.keys import BoxSecret, unseal
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import cell
from tests.reading_builders import a_ready_exam, filled, first, signs

NOTE = "a small word that nobody else may see"


def a_staffed_lab(tmp_path: Path, kind: LabKind = LabKind.DEMO) -> Lab:
    made = a_lab(tmp_path, kind=kind)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    return made


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    return made


def in_folder(lab: Lab, *words: str) -> dict[str, int]:
    everything = b"".join(path.read_bytes() for path in sorted(lab.open.folder.rglob("*")) if path.is_file())
    return {word: everything.count(word.encode()) + everything.count(word.encode("utf-16-le")) for word in words}


def opened_next(lab: Lab, session: Session) -> reading.OpenReading:
    return reading.open_reading(lab.open, session, first(lab, session))


def saves(lab: Lab, *steps: Reading) -> int:
    """The first reader's saves, each on top of the one before; answers the version that stands."""
    version = 0
    for step in steps:
        version = reading.save(lab.open, lab.reader_1, step, version=version).version
    return version


# ---------------------------------------------------------------- nothing is readable before release


def test_no_grade_and_no_note_stands_in_the_folder_before_release(lab: Lab) -> None:
    words = ("partial", "WINDOW", "complete", "absent", "non_diagnostic", NOTE, "CFV")
    before = in_folder(lab, *words)
    signs(lab, lab.reader_1, note=NOTE, COMP_CFV="NE:WINDOW", COMP_POPV=1, QUAL_CFV="non_diagnostic")
    opened = opened_next(lab, lab.reader_2)
    reading.save(lab.open, lab.reader_2, filled(opened, NOTE, FLOW_CFV=2))
    assert in_folder(lab, *words) == before


def test_the_scan_finds_a_planted_word(lab: Lab) -> None:
    (lab.open.folder / "planted").write_text(NOTE)
    assert in_folder(lab, NOTE) == {NOTE: 1}


def test_released_grades_stand_in_the_folder(lab: Lab) -> None:
    signs(lab, lab.reader_1, note=NOTE, COMP_CFV=1)
    signs(lab, lab.reader_2, COMP_CFV=1)
    assert in_folder(lab, NOTE)[NOTE] == 0
    comparison.release_and_compare(lab.open, lab.coordinator)
    assert in_folder(lab, NOTE)[NOTE] > 0


def test_a_case_opens_no_grade_in_the_folder(lab: Lab) -> None:
    signs(lab, lab.reader_1, note=NOTE, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    before = in_folder(lab, "CFV", "COMP", NOTE)
    comparison.release_and_compare(lab.open, lab.coordinator)
    assert in_folder(lab, "CFV", "COMP", NOTE) == before
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
        drafts = [row["body"] for row in _rows(lab, "draft")]
        reading.sign(lab.open, lab.reader_1, made, PASSWORD)
        events = {row["seq"]: row["kind"] for row in _rows(lab, "event")}
        sealed = [(events[row["seq"]], len(row["body"])) for row in _rows(lab, "event_payload") if row["form"] == "sealed"]
        return [("draft", len(body)) for body in drafts] + sealed

    assert lengths("clean") == lengths("ill", COMP_CFV=2, COMP_POPV="NE:NO_COMPRESSION", FLOW_CFV="NE:DEPTH_GAIN")


def _rows(lab: Lab, table: str) -> list[dict[str, Any]]:
    with lab.open.store.read() as snapshot:
        return [dict(row) for row in snapshot.all(table)]


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
    told = {"assignment", "pseudonym", "kind", "state", "clips", "answered", "asked", "signed_at", "sealed"}
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
    code = accounts.add_person(lab.open, lab.administrator, "coordinator-3", "Coordinator three", {Role.COORDINATOR})
    accounts.activate(lab.open, code, PASSWORD)
    with pytest.raises(CustodyMissingError):
        comparison.release_and_compare(lab.open, lab.sign_in("coordinator-3"))


# ---------------------------------------------------------------- drafts and signatures


def test_a_draft_comes_back_after_a_crash(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    made = opened.reading.answered(cell("COMP.CFV"), Grade("partial"), [Evidence(opened.clips[0].sha256, 2, bound=Binding.MARKED)])
    made = made.with_note(NOTE).with_played(opened.clips[0].sha256, [0, 1, 2, 5])
    reading.save(lab.open, lab.reader_1, made)
    again = labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)
    session = accounts.sign_in(again, "reader-1", PASSWORD)
    kept = reading.open_reading(again, session, opened.reading.assignment).reading
    assert (dict(kept.answers), kept.note, dict(kept.played)) == (dict(made.answers), made.note, dict(made.played))


def test_each_changed_answer_is_one_sealed_event_with_old_and_new_value(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    one = opened.reading.answered(cell("COMP.CFV"), Grade("partial"))
    saves(lab, one, one.answered(cell("COMP.CFV"), Grade("full")))
    with lab.open.store.read() as snapshot:
        events = snapshot.events(kind="answer.changed")
        told = [snapshot.opening_of(event["seq"], lab.reader_1.box) for event in events]
        custody = [snapshot.opening_of(event["seq"], accounts.held_custody(lab.coordinator)) for event in events]
    assert [(one["old"] and one["old"]["value"], one["new"]["value"]) for one in told] == [(None, "partial"), ("partial", "full")]
    assert {(one["segment"], one["item"]) for one in told} == {("CFV", "COMP")}
    assert told == custody


def test_an_answer_that_was_cleared_is_recorded_too(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    one = opened.reading.answered(cell("COMP.CFV"), Grade("partial"))
    saves(lab, one, one.cleared(cell("COMP.CFV")))
    with lab.open.store.read() as snapshot:
        last = snapshot.opening_of(snapshot.events(kind="answer.changed")[-1]["seq"], lab.reader_1.box)
    assert (last["old"]["value"], last["new"]) == ("partial", None)


def test_signing_twice_with_the_same_id_is_one_signature(lab: Lab) -> None:
    opened, submit = opened_next(lab, lab.reader_1), str(uuid4())
    made = filled(opened)
    once = reading.sign(lab.open, lab.reader_1, made, PASSWORD, submit)
    twice = reading.sign(lab.open, lab.reader_1, made, PASSWORD, submit)
    assert once == twice
    assert len(_rows(lab, "reading")) == 1
    assert _rows(lab, "draft") == []


def test_signing_again_with_another_id_is_refused(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    made = filled(opened)
    reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    with pytest.raises(AlreadySignedError):
        reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    with pytest.raises(AlreadySignedError):
        reading.save(lab.open, lab.reader_1, made)


def test_the_id_of_another_persons_signature_is_refused(lab: Lab) -> None:
    submit = str(uuid4())
    reading.sign(lab.open, lab.reader_1, filled(opened_next(lab, lab.reader_1)), PASSWORD, submit)
    with pytest.raises(SubmitConflictError):
        reading.sign(lab.open, lab.reader_2, filled(opened_next(lab, lab.reader_2)), PASSWORD, submit)


def test_a_wrong_password_signs_nothing_and_the_id_of_the_try_survives(lab: Lab) -> None:
    opened, submit = opened_next(lab, lab.reader_1), str(uuid4())
    with pytest.raises(SignInRefusedError):
        reading.sign(lab.open, lab.reader_1, filled(opened), "not the password at all", submit)
    assert _rows(lab, "reading") == []
    kept = opened_next(lab, lab.reader_1)
    assert kept.submit == submit
    assert reading.sign(lab.open, lab.reader_1, kept.reading, PASSWORD, kept.submit).seq > 0


def test_the_id_of_a_signature_does_not_answer_for_another_reading(lab: Lab) -> None:
    a_ready_exam(lab, "S02")
    assignment.assign(lab.open, lab.coordinator)
    submit = str(uuid4())
    reading.sign(lab.open, lab.reader_1, filled(opened_next(lab, lab.reader_1)), PASSWORD, submit)
    second = filled(opened_next(lab, lab.reader_1))
    with pytest.raises(SubmitConflictError):
        reading.sign(lab.open, lab.reader_1, second, PASSWORD, submit)
    assert len(_rows(lab, "reading")) == 1
    assert reading.sign(lab.open, lab.reader_1, second, PASSWORD).record


def test_a_reading_whose_questions_changed_meanwhile_is_not_signed(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    with lab.open.store.read() as snapshot:
        subject = snapshot.all("subject")[0]["id"]
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        limb = registry.attribute_row(transaction, subject, "STUDY_LIMB", "right")
        transaction.record("subject.changed", "subject", subject, rows=[limb])
    with pytest.raises(FormChangedError):
        reading.sign(lab.open, lab.reader_1, filled(opened), PASSWORD)
    assert reading.sign(lab.open, lab.reader_1, filled(opened_next(lab, lab.reader_1)), PASSWORD).record


# ---------------------------------------------------------------- two windows on one reading


def test_the_older_of_two_windows_cannot_overwrite_what_the_newer_saved(lab: Lab) -> None:
    older, newer = opened_next(lab, lab.reader_1), opened_next(lab, lab.reader_1)
    kept = newer.reading.answered(cell("COMP.CFV"), Grade("partial"))
    saved = reading.save(lab.open, lab.reader_1, kept, version=newer.version)
    with pytest.raises(DraftChangedError) as refused:
        reading.save(lab.open, lab.reader_1, older.reading.with_note("older"), version=older.version)
    assert refused.value.kind is WorkKind.READING
    again = opened_next(lab, lab.reader_1)
    assert (dict(again.reading.answers), again.reading.note, again.version) == (dict(kept.answers), "", saved.version)
    reading.save(lab.open, lab.reader_1, again.reading.with_note("newer still"), version=again.version)
    with pytest.raises(DraftChangedError):
        reading.save(lab.open, lab.reader_1, kept.with_note("late"), version=saved.version)


def test_the_older_of_two_windows_cannot_sign_over_what_the_newer_saved(lab: Lab) -> None:
    older, newer = opened_next(lab, lab.reader_1), opened_next(lab, lab.reader_1)
    reading.save(lab.open, lab.reader_1, newer.reading.answered(cell("COMP.CFV"), Grade("partial")), version=newer.version)
    with pytest.raises(DraftChangedError):
        reading.sign(lab.open, lab.reader_1, filled(older), PASSWORD, version=older.version)
    assert _rows(lab, "reading") == []


def test_what_another_window_saves_while_the_password_is_checked_is_not_lost(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    made, signer = filled(opened_next(lab, lab.reader_1)), accounts.signer

    def meanwhile(*facts: Any) -> Any:
        kept = opened_next(lab, lab.reader_1)
        reading.save(lab.open, lab.reader_1, kept.reading.with_note("meanwhile"), version=kept.version)
        return signer(*facts)

    monkeypatch.setattr(accounts, "signer", meanwhile)
    with pytest.raises(DraftChangedError):
        reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    assert opened_next(lab, lab.reader_1).reading.note == "meanwhile"


def test_saving_again_what_stands_already_is_no_conflict(lab: Lab) -> None:
    one = opened_next(lab, lab.reader_1).reading.answered(cell("COMP.CFV"), Grade("partial"))
    once = reading.save(lab.open, lab.reader_1, one)
    assert reading.save(lab.open, lab.reader_1, one).version == once.version
    assert len([row for row in _rows(lab, "event") if row["kind"] == "answer.changed"]) == 1


def test_after_a_wrong_password_the_same_window_saves_on(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    version = reading.save(lab.open, lab.reader_1, opened.reading.with_note("begun"), version=opened.version).version
    with pytest.raises(SignInRefusedError):
        reading.sign(lab.open, lab.reader_1, filled(opened, "done"), "not the password at all", version=version)
    later = filled(opened, "done, and more")
    version = reading.save(lab.open, lab.reader_1, later, version=version).version
    assert reading.sign(lab.open, lab.reader_1, later, PASSWORD, version=version).record


def test_an_incomplete_reading_is_refused_with_all_its_faults(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    with pytest.raises(ChecksFailedError) as refused:
        reading.sign(lab.open, lab.reader_1, opened.reading.answered(cell("COMP.CFV"), Grade("none")), PASSWORD)
    codes = [fault.code for fault in refused.value.faults]
    assert codes.count(CheckCode.UNANSWERED) == 3
    assert CheckCode.EVIDENCE_MISSING in codes


def test_a_signed_reading_can_be_looked_at_by_its_reader(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    made = filled(opened, NOTE, COMP_CFV=2)
    reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    again = reading.open_reading(lab.open, lab.reader_1, made.assignment)
    assert again.signed_at is not None
    assert dict(again.reading.answers) == dict(made.answers)
    assert again.reading.note == NOTE


def test_without_training_nobody_signs(lab: Lab) -> None:
    code = accounts.add_person(lab.open, lab.administrator, "reader-9", "Reader nine", {Role.READER})
    account = accounts.activate(lab.open, code, PASSWORD).account
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        theirs = readings.assignments(transaction, account_id=lab.reader_1.account)[0]
        moved = readings.Assignment(
            type(theirs.id)(str(uuid4())), theirs.exam, theirs.reading_type, 3, "primary", account, "AAA-AAA", "000001-000001"
        )
        transaction.record("exam.assigned", "exam", theirs.exam, rows=[readings.assignment_row(moved)])
    session = lab.sign_in("reader-9")
    with pytest.raises(NotTrainedError):
        reading.sign(lab.open, session, filled(opened_next(lab, session)), PASSWORD)


def test_a_reading_is_signed_unattended_in_a_demo_lab_only(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path, LabKind.TRIAL)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    made = filled(opened_next(lab, lab.reader_1))
    with pytest.raises(UnattendedError):
        reading.sign(lab.open, lab.reader_1, made, PASSWORD, attended=False)
    assert reading.sign(lab.open, lab.reader_1, made, PASSWORD).record


# ---------------------------------------------------------------- records that were tampered with


def test_readings_whose_signature_was_changed_are_not_compared(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    _behind(lab, "signature_no_update", "UPDATE signature SET printed_name = 'Somebody else' WHERE record_type = 'reading'")
    with pytest.raises(LabFaultyError):
        comparison.release_and_compare(lab.open, lab.coordinator)
    assert _rows(lab, "comparison") == _rows(lab, "result") == _rows(lab, "release_batch") == []


def test_a_signature_changed_after_the_lab_was_verified_is_found_too(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    changed = "UPDATE signature SET printed_name = 'Somebody else' WHERE record_type = 'reading'"
    monkeypatch.setattr(comparison, "require_sound", lambda _folder: _behind(lab, "signature_no_update", changed))
    (rejected,) = comparison.release_and_compare(lab.open, lab.coordinator).rejected
    assert rejected.fault is RecordFault.SIGNATURE
    assert _rows(lab, "comparison") == _rows(lab, "result") == []


def test_a_reading_whose_envelope_was_swapped_is_not_compared(lab: Lab) -> None:
    mine, theirs = signs(lab, lab.reader_1), signs(lab, lab.reader_2)
    swap = f"UPDATE event_payload SET body = (SELECT body FROM event_payload WHERE seq = {theirs.seq}) WHERE seq = {mine.seq}"
    _behind(lab, "event_payload_no_update", swap)
    with pytest.raises(LabFaultyError):
        comparison.release_and_compare(lab.open, lab.coordinator)
    assert _rows(lab, "result") == []


def test_a_record_that_custody_cannot_open_stops_its_own_exam_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_staffed_lab(tmp_path)
    for visit in ("BL", "D10", "M6"):
        a_ready_exam(lab, visit=visit)
    assignment.assign(lab.open, lab.coordinator)
    for session in (lab.reader_1, lab.reader_1, lab.reader_1, lab.reader_2, lab.reader_2):
        signs(lab, session)
    with monkeypatch.context() as patched:  # verify, which has no key, cannot see to whom a record was sealed
        patched.setattr(own_work, "envelope", _sealed_to_the_author_alone)
        signs(lab, lab.reader_2)
    done = comparison.release_and_compare(lab.open, lab.coordinator)
    assert (done.concordant, done.waiting) == (2, 0)
    (rejected,) = done.rejected
    assert (rejected.subject, rejected.fault) == ("S01", RecordFault.SEALED)
    with lab.open.store.read() as snapshot:
        assert rejected.record in {row["id"] for row in snapshot.all("reading")}
        assert not snapshot.all("result", exam_id=rejected.exam)
        assert {row["visit"] for row in snapshot.all("exam", id=rejected.exam)} == {rejected.visit}


def _sealed_to_the_author_alone(lab: OpenLab, session: Session, clips: int) -> own_work.Envelope:
    return own_work.Envelope((session.box.public, session.box.public), accounts.custody_public(lab), room_for(lab.charter, clips))


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


def test_a_result_that_is_gone_is_found(lab: Lab) -> None:
    finished(lab)
    _behind(lab, "result_no_delete", "DELETE FROM result WHERE segment = 'CFV' AND item = 'QUAL'")
    with lab.open.store.read() as snapshot:
        assert ["CFV QUAL" in fault.what for fault in recomputed_results(snapshot)] == [True]
    assert not verify_lab(lab.open.folder).ok
