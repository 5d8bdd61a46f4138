"""Batches, days between them, exams of one day; hidden repeats that nobody can tell; the calibration set; all in a lab of a real trial."""

from datetime import date
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.allocation import Purpose, Shut, Wait, key
from corelab.domain.reading_errors import NotYetError
from corelab.domain.vocabulary import ExamId, LabKind
from corelab.domain.worklist import WorkKind
from corelab.services import accounts, assignment, comparison, reading, reopening, withdrawal, worklist
from corelab.services.accounts import Session
from corelab.storage import readings
from corelab.storage.store import NewRow
from corelab.ui.work_words import shut_words
from tests.builders import Lab
from tests.dealing_builders import a_design, a_trial, assigns, batches, dealt, reads, ready
from tests.reading_builders import first, opened_next, rows_of, signs

SUBJECTS = tuple(f"S{n:02d}" for n in range(1, 7))
REPEATED = {"batch_exams": 3, "repeat_share": 0.3, "repeat_min_days": 28, "subject_spacing": 0}


def a_real_trial(folder: Path, **design: object) -> Lab:
    return a_trial(folder, a_design(**design), kind=LabKind.TRIAL)


def days_pass(lab: Lab, days: int, *who: Session) -> tuple[Session, ...]:
    """Everybody signs in again: a sign-in does not last for days."""
    lab.clock.forward(days=days)
    lab._sessions.clear()
    return tuple(lab.person(one.user_name) for one in who)


def shut(lab: Lab, session: Session) -> Shut | None:
    found = reading.worklist(lab.open, session)
    assert found.shut is None or found.next is None
    return found.shut


# ---------------------------------------------------------------- batches and days


def test_a_reader_gets_at_most_so_many_exams_in_a_batch(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, batch_exams=4)
    ready(lab, SUBJECTS)
    assigns(lab)
    assert batches(lab, lab.reader_1) == [1, 1, 1, 1, 2, 2]
    before = dealt(lab, lab.reader_1)
    ready(lab, ("S07", "S08", "S09"))
    assigns(lab)
    assert dealt(lab, lab.reader_1)[:6] == before, "what stands is not moved"
    assert batches(lab, lab.reader_1) == [1, 1, 1, 1, 2, 2, 2, 2, 3]


def test_the_next_batch_opens_on_its_day_and_not_before(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, batch_exams=2, batch_gap_days=7)
    ready(lab, SUBJECTS[:3])
    assigns(lab)
    assert reads(lab, lab.reader_1) == 2
    found = shut(lab, lab.reader_1)
    assert found == Shut(Wait.BATCH, date(2026, 1, 19))
    assert shut_words(found) == "Your next batch opens on 2026-01-19 (UTC)."
    waiting = next(row["id"] for row in rows_of(lab, "assignment") if row["id"] == _last(lab, lab.reader_1))
    with pytest.raises(NotYetError) as refused:
        reading.open_reading(lab.open, lab.reader_1, waiting)
    assert refused.value.shut == found
    with lab.open.store.read() as snapshot:
        assert [event["reason"] for event in snapshot.events(kind="reading.open.refused")] == ["not_yet"]
    (reader,) = days_pass(lab, 6, lab.reader_1)
    assert shut(lab, reader) == found
    (reader,) = days_pass(lab, 1, reader)
    assert shut(lab, reader) is None
    assert reads(lab, reader) == 1


def _last(lab: Lab, session: Session) -> str:
    own = [row for row in rows_of(lab, "assignment") if row["account_id"] == session.account]
    return str(max(own, key=lambda row: row["order_key"])["id"])


def test_one_day_takes_so_many_exams_also_after_signing_in_again(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, session_exams=2)
    ready(lab, SUBJECTS[:3])
    assigns(lab)
    assert reads(lab, lab.reader_1) == 2
    assert shut(lab, lab.reader_1) == Shut(Wait.SESSION, date(2026, 1, 13))
    accounts.sign_out(lab.open, lab.reader_1)
    lab._sessions.pop("reader-1")
    assert shut(lab, lab.reader_1) == Shut(Wait.SESSION, date(2026, 1, 13))
    (reader,) = days_pass(lab, 1, lab.reader_1)
    assert reads(lab, reader) == 1


def test_what_was_begun_or_given_back_is_read_on_behind_a_shut_door(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, session_exams=1)
    ready(lab, SUBJECTS[:3])
    assigns(lab)
    done = signs(lab, lab.reader_1)
    reopening.reopen(lab.open, lab.coordinator, done.record, "ASKED", "The reader asked to look once more")
    assert shut(lab, lab.reader_1) is None
    assert opened_next(lab, lab.reader_1).reopened is not None
    (reader,) = days_pass(lab, 1, lab.reader_2)
    begun = opened_next(lab, reader)
    assert reading.open_reading(lab.open, reader, begun.reading.assignment).reading.assignment == begun.reading.assignment


def test_a_lab_of_kind_demo_has_no_days_to_wait_for(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(batch_exams=2, batch_gap_days=7, session_exams=1))
    ready(lab, SUBJECTS[:3])
    assigns(lab)
    assert reads(lab, lab.reader_1) == 3


# ---------------------------------------------------------------- hidden repeats


def with_repeats(folder: Path) -> tuple[Lab, list[ExamId]]:
    """Two batches of a reader, the first read a month ago."""
    lab = a_real_trial(folder, **REPEATED)
    exams = ready(lab, SUBJECTS)
    assigns(lab)
    assert reads(lab, lab.reader_1, 3) == 3
    days_pass(lab, 28)
    return lab, exams


def test_no_repeat_comes_before_its_distance(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, **REPEATED)
    ready(lab, SUBJECTS)
    assigns(lab)
    reads(lab, lab.reader_1, 3)
    days_pass(lab, 27)
    assigns(lab)
    assert dealt(lab, lab.reader_1, "repeat") == []
    days_pass(lab, 1)
    assigns(lab)
    assert len(dealt(lab, lab.reader_1, "repeat")) == 1


def test_no_repeat_follows_a_batch_that_is_not_signed_whole(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, **REPEATED)
    ready(lab, SUBJECTS)
    assigns(lab)
    reads(lab, lab.reader_1, 2)
    days_pass(lab, 60)
    assigns(lab)
    assert dealt(lab, lab.reader_1, "repeat") == []


def test_a_repeat_is_the_smallest_key_and_has_a_new_name_and_a_place_of_its_own(tmp_path: Path) -> None:
    lab, _ = with_repeats(tmp_path)
    seed = assignment.chance(lab.open, lab.coordinator)
    before = dealt(lab, lab.reader_1)
    assigns(lab)
    (again,) = dealt(lab, lab.reader_1, "repeat")
    assert again == min(before[:3], key=lambda exam: key(seed, Purpose.REPEAT, "reader-1", exam))
    (row,) = [row for row in rows_of(lab, "assignment") if row["kind"] == "repeat"]
    assert (row["slot"], row["attempt"], row["order_key"][:6]) == (3, 1, "000002")
    assert len({one["pseudonym"] for one in rows_of(lab, "assignment")}) == len(rows_of(lab, "assignment"))
    after = dealt(lab, lab.reader_1)
    assert [exam for n, exam in enumerate(after) if n < 3 or exam != again] == before
    assigns(lab)
    assert dealt(lab, lab.reader_1) == after, "once"


def test_an_exam_with_an_open_repeat_stays_sealed(tmp_path: Path) -> None:
    lab, exams = with_repeats(tmp_path)
    assigns(lab)
    (row,) = [row for row in rows_of(lab, "assignment") if row["kind"] == "repeat"]
    with lab.open.store.read() as snapshot:
        assert [one.id for one in readings.open_repeats(snapshot, row["exam_id"])] == [row["id"]]
        assert all(readings.open_repeats(snapshot, exam) == () for exam in exams if exam != row["exam_id"])
    reads(lab, lab.reader_2)
    days_pass(lab, 1)
    reads(lab, lab.reader_2)
    kept = {one["exam_id"] for one in rows_of(lab, "comparison")}
    comparison.release_and_compare(lab.open, lab.coordinator)
    released = {one["exam_id"] for one in rows_of(lab, "comparison")} - kept
    assert released
    assert row["exam_id"] not in released
    reads(lab, lab.reader_1)
    with lab.open.store.read() as snapshot:
        assert readings.open_repeats(snapshot, row["exam_id"]) == ()
    comparison.release_and_compare(lab.open, lab.coordinator)
    found = [one for one in rows_of(lab, "comparison") if one["exam_id"] == row["exam_id"]]
    own = {one["id"] for one in rows_of(lab, "reading") if one["assignment_id"] == row["id"]}
    assert len(found) == 1
    assert not own & {found[0]["reading_1"], found[0]["reading_2"]}, "a repeat is never compared"


def test_a_repeat_that_cannot_be_read_any_more_is_withdrawn_and_holds_nothing_up(tmp_path: Path) -> None:
    lab, _ = with_repeats(tmp_path)
    assigns(lab)
    (row,) = [row for row in rows_of(lab, "assignment") if row["kind"] == "repeat"]
    withdrawal.withdraw(lab.open, lab.coordinator, row["id"], "LEFT", "The reader has left the lab")
    with lab.open.store.read() as snapshot:
        assert readings.open_repeats(snapshot, row["exam_id"]) == ()
    assigns(lab)
    assert len([one for one in rows_of(lab, "assignment") if one["kind"] == "repeat" and one["exam_id"] == row["exam_id"]]) == 1


def test_a_reader_cannot_tell_a_repeat(tmp_path: Path) -> None:
    """Worklist rows, the events about it, the sizes of what is sealed: the same for a repeat as for any reading."""
    lab, _ = with_repeats(tmp_path)
    assigns(lab)
    repeats = {row["id"] for row in rows_of(lab, "assignment") if row["kind"] == "repeat"}
    shapes: dict[bool, set[object]] = {True: set(), False: set()}
    while (row := reading.worklist(lab.open, lab.reader_1).next) is not None:
        of, last = row.assignment, rows_of(lab, "event")[-1]["seq"]
        opened = opened_next(lab, lab.reader_1)
        assert (row.kind, opened.reopened, opened.version) == (WorkKind.READING, None, 0)
        assert opened.reading.answers == opened.reading.form.prefilled
        signs(lab, lab.reader_1)
        signed = next(one for one in reading.worklist(lab.open, lab.reader_1).rows if one.assignment == of)
        shapes[of in repeats].add((row.clips, row.asked, signed.asked, signed.state, _trace(lab, last)))
    assert shapes[True]
    assert shapes[True] <= shapes[False]


def _trace(lab: Lab, since: int) -> tuple[object, ...]:
    """Kind, reason, payload form and envelope size of each event since."""
    sizes = {row["seq"]: (row["form"], len(row["body"])) for row in rows_of(lab, "event_payload") if row["body"] is not None}
    events = [row for row in rows_of(lab, "event") if row["seq"] > since]
    return tuple((event["kind"], event["reason"], sizes.get(event["seq"])) for event in events)


# ---------------------------------------------------------------- the calibration set


def a_calibration_set(lab: Lab, subjects: tuple[str, ...]) -> list[ExamId]:
    exams = ready(lab, subjects)
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        for n, exam in enumerate(exams, 1):
            transaction.record("exam.made", "exam", exam, rows=[NewRow("calibration_exam", {"exam_id": exam, "n": n})])
    return exams


def test_the_calibration_set_comes_first_and_is_no_exam_of_the_trial(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, calibration_exams=2, calibration_every_days=90, min_pool=3)
    ready(lab, SUBJECTS[:2])
    assigns(lab)
    a_calibration_set(lab, ("C01", "C02", "C03"))
    assert assigns(lab).assigned == 0
    assert dealt(lab, lab.reader_1)[:2] == ["C01:D10", "C02:D10"], "in its own order, as many as the charter says"
    assert dealt(lab, lab.reader_2, "primary") == [exam for exam in dealt(lab, lab.reader_2) if exam.startswith("S")]
    assert dealt(lab, lab.adjudicator) == []
    assert first(lab, lab.reader_1) == _of(lab, lab.reader_1, "calibration")[0]
    assert reads(lab, lab.reader_1) == 4
    assert {row["kind"] for row in rows_of(lab, "assignment")} == {"primary", "calibration"}
    assert comparison.release_and_compare(lab.open, lab.coordinator).concordant == 0


def _of(lab: Lab, session: Session, kind: str) -> list[str]:
    own = [row for row in rows_of(lab, "assignment") if row["account_id"] == session.account and row["kind"] == kind]
    return [str(row["id"]) for row in sorted(own, key=lambda row: row["order_key"])]


def test_the_reading_in_progress_is_finished_before_the_calibration_set(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, calibration_exams=1, calibration_every_days=0)
    ready(lab, SUBJECTS[:2])
    assigns(lab)
    begun = opened_next(lab, lab.reader_1).reading.assignment
    a_calibration_set(lab, ("C01",))
    assigns(lab)
    assert first(lab, lab.reader_1) == begun
    signs(lab, lab.reader_1)
    assert first(lab, lab.reader_1) == _of(lab, lab.reader_1, "calibration")[0]


def test_the_calibration_set_comes_again_when_its_days_have_passed(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, calibration_exams=1, calibration_every_days=90)
    a_calibration_set(lab, ("C01",))
    assigns(lab)
    reads(lab, lab.reader_1)
    days_pass(lab, 89)
    assigns(lab)
    assert len(_of(lab, lab.reader_1, "calibration")) == 1
    days_pass(lab, 1)
    assigns(lab)
    assert len(_of(lab, lab.reader_1, "calibration")) == 2
    assert len(_of(lab, lab.reader_2, "calibration")) == 1, "who has not read it is not given it twice"
    assert reads(lab, lab.reader_1) == 1


# ---------------------------------------------------------------- what a worklist asks


def test_who_only_goes_on_sees_what_the_worklist_shows_first(tmp_path: Path) -> None:
    lab = a_real_trial(tmp_path, session_exams=2)
    ready(lab, SUBJECTS[:3])
    assigns(lab)
    signs(lab, lab.reader_1)
    shown = reading.worklist(lab.open, lab.reader_1).rows[0]
    assert worklist.offered(lab.open, lab.reader_1) == ((shown.assignment, WorkKind.READING),)
    signs(lab, lab.reader_1)
    assert worklist.offered(lab.open, lab.reader_1) == ()
    assert reading.worklist(lab.open, lab.reader_1).shut == Shut(Wait.SESSION, date(2026, 1, 13))
