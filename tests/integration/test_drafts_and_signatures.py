"""Drafts that survive, windows that do not overwrite each other, and what a signature asks for before it stands."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.checks import CheckCode
from corelab.domain.reading_errors import (
    AlreadySignedError,
    ChecksFailedError,
    DraftChangedError,
    FormChangedError,
    NotTrainedError,
    UnattendedError,
)
from corelab.domain.record_errors import (
    SignInRefusedError,
    SubmitConflictError,
)
from corelab.domain.vocabulary import Binding, Evidence, Grade, LabKind
from corelab.domain.worklist import WorkKind
from corelab.services import accounts, assignment, labs, reading
from corelab.storage import readings, registry
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.reading_builders import a_dealt_lab, a_ready_exam, a_staffed_lab, filled, opened_next, rows_of, saves

NOTE = "a small word that nobody else may see"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path)


def test_a_draft_comes_back_after_a_crash(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    made = opened.reading.answered(cell("COMP.CFV"), Grade("partial"), [Evidence(opened.clips[0].sha256, 2, bound=Binding.MARKED)])
    made = made.with_note(NOTE).with_played(opened.clips[0].sha256, [0, 1, 2, 5])
    reading.save(lab.open, lab.reader_1, made)
    again = labs.open_lab(lab.open.place, lab.clock, lab.open.configuration)
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
    assert len(rows_of(lab, "reading")) == 1
    assert rows_of(lab, "draft") == []


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
    assert rows_of(lab, "reading") == []
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
    assert len(rows_of(lab, "reading")) == 1
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
    assert rows_of(lab, "reading") == []


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
    assert len([row for row in rows_of(lab, "event") if row["kind"] == "answer.changed"]) == 1


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
    code = accounts.add_person(lab.open, lab.administrator, "reader-9", "Reader nine", {Role.READER}, IdentityCheck.KNOWN)
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
