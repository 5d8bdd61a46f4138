"""A signed reading given back before its release: the next work of the same reader, signed again with a reason, the old one kept."""

import csv
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.reading_errors import AlreadySignedError, NotNextError, ReasonMissingError
from corelab.domain.reading_states import ReadingState, StateRefusedError
from corelab.domain.reasons import Change, ChangeCause, ReasonRefusedError, ReopenCause, change_of
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.vocabulary import Grade
from corelab.domain.worklist import WorkState
from corelab.services import accounts, assignment, packages, reading, reopening, resealing
from corelab.services.packages.errors import LockedError
from corelab.services.verification import verify_open
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.life_builders import (
    WHY,
    assignment_of,
    compares,
    dealt,
    invalidates,
    read_by_both,
    reading_of,
    reading_state,
    refusals,
    reopens,
    revises,
)
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, opened_next, rows_of, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_staffed_lab(tmp_path)


def test_a_reading_given_back_is_the_next_work_and_begins_with_the_grades_as_signed(lab: Lab) -> None:
    for visit in ("BL", "D10"):
        a_ready_exam(lab, visit=visit)
    assignment.assign(lab.open, lab.coordinator)
    given_back = first(lab, lab.reader_1)
    signs(lab, lab.reader_1, "first look", COMP_CFV=2)
    reopens(lab, lab.reader_1)
    row = reading.worklist(lab.open, lab.reader_1).next
    assert row is not None
    assert (row.assignment, row.reopened, row.state) == (given_back, ReopenCause.ASKED, WorkState.NEXT)
    assert row.answered == row.asked > 0
    opened = opened_next(lab, lab.reader_1)
    assert (opened.reading.answers[cell("COMP.CFV")].grade.value, opened.reading.note) == ("none", "first look")
    assert (opened.signed_at, opened.reopened) == (None, ReopenCause.ASKED)


def test_what_the_reader_is_in_the_middle_of_is_not_taken_out_of_their_hands(lab: Lab) -> None:
    for visit in ("BL", "D10"):
        a_ready_exam(lab, visit=visit)
    assignment.assign(lab.open, lab.coordinator)
    given_back = first(lab, lab.reader_1)
    signs(lab, lab.reader_1)
    opened = opened_next(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    made = filled(opened)
    version = reading.save(lab.open, lab.reader_1, made, version=opened.version).version
    with pytest.raises(NotNextError):
        reading.open_reading(lab.open, lab.reader_1, given_back)
    reading.sign(lab.open, lab.reader_1, made, PASSWORD, version=version)
    assert first(lab, lab.reader_1) == given_back


def test_p11_51_a_change_after_signing_is_a_revision_the_old_one_stays_and_the_package_says_which(lab: Lab, tmp_path: Path) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    old = reading_of(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    assert reading_state(lab, assignment_of(lab, lab.reader_1)) is ReadingState.ASSIGNED  # not signed until it is signed again
    signs(lab, lab.reader_2)
    assert compares(lab).waiting == 1
    revises(lab, lab.reader_1, "It was the artery beside it", COMP_CFV=0)
    first_one, second_one = sorted((row for row in rows_of(lab, "reading") if row["id"] in {old, reading_of(lab, lab.reader_1)}), key=_n)
    assert (first_one["id"], first_one["revision"], second_one["revision"], second_one["supersedes_id"]) == (old, 1, 2, old)
    assert len([row for row in rows_of(lab, "signature") if row["record_type"] == "reading"]) == 3
    assert compares(lab).concordant == 1
    assert verify_open(lab.open).faults == ()
    told = [(row["REVISION"], row["CURRFL"], row["RESCD"]) for row in _exported(lab, tmp_path) if _is_reader_1(lab, row)]
    assert sorted(told) == [("1", "N", "none"), ("2", "Y", "full")]


def _n(row: dict[str, Any]) -> int:
    return int(row["revision"])


def _exported(lab: Lab, out: Path) -> list[dict[str, str]]:
    made = packages.export(lab.open, lab.coordinator, out / "packages", PASSWORD)
    assert packages.verify_package(made.package).ok
    return list(csv.DictReader((made.package / "data" / "readings.csv").read_text().splitlines()))


def _is_reader_1(lab: Lab, row: dict[str, str]) -> bool:
    own = {one["id"] for one in rows_of(lab, "reading") if one["assignment_id"] == assignment_of(lab, lab.reader_1)}
    return (row["SEGCD"], row["TESTCD"]) == ("CFV", "VNCOMPR") and row["RECID"] in own


def test_the_reason_of_a_revision_is_signed_with_it_and_its_code_stands_in_the_event(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    signed = revises(lab, lab.reader_1, "It was the artery beside it")
    with lab.open.store.read() as snapshot:
        event = snapshot.one("event", seq=signed.seq)
        assert event is not None
        assert event["reason"] == ChangeCause.SEEN_AGAIN.value
        content = snapshot.opening_of(signed.seq, lab.reader_1.box)
    assert content["change"] == {"cause": "SEEN_AGAIN", "text": "It was the artery beside it"}
    assert content["revision"] == 2


@pytest.mark.parametrize("text", ["", "   ", "ok", "......."])
def test_p11_35_a_revision_without_a_reason_or_with_a_blank_or_short_one_is_not_signed(lab: Lab, text: str) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    made = filled(opened_next(lab, lab.reader_1))
    with pytest.raises(ReasonMissingError) as missing:
        reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    assert missing.value.asked
    with pytest.raises(ReasonRefusedError):
        reading.sign(lab.open, lab.reader_1, made, PASSWORD, change=Change(ChangeCause.SLIP, text))
    assert len(rows_of(lab, "reading")) == 1
    assert [why for command, why in refusals(lab) if command == "reading.sign"] == ["reason", "reason"]


def test_p11_35_a_first_entry_has_no_reason(lab: Lab) -> None:
    dealt(lab)
    made = filled(opened_next(lab, lab.reader_1))
    with pytest.raises(ReasonMissingError) as refused:
        reading.sign(lab.open, lab.reader_1, made, PASSWORD, change=change_of("SLIP", "typed the wrong digit"))
    assert not refused.value.asked
    assert reading.sign(lab.open, lab.reader_1, made, PASSWORD).seq


def test_a_reason_that_names_somebody_is_not_signed(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    made = filled(opened_next(lab, lab.reader_1))
    with pytest.raises(ReasonRefusedError) as refused:
        reading.sign(lab.open, lab.reader_1, made, PASSWORD, change=Change(ChangeCause.SLIP, "born 12.03.1961, see the film"))
    assert refused.value.found


def test_p11_35_a_coordinator_says_why_a_reading_is_given_back(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    for cause, why in (("ASKED", "  "), ("ASKED", "ok"), ("NO_SUCH", WHY)):
        with pytest.raises(ReasonRefusedError):
            reopens(lab, lab.reader_1, cause, why)
    assert rows_of(lab, "reading_reopening") == []


def test_the_coordinators_words_reach_no_reader_and_stand_in_no_file_before_the_release(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    reopens(lab, lab.reader_1, why="the other one graded zyxwv differently")
    told = repr(reading.worklist(lab.open, lab.reader_1)) + repr(opened_next(lab, lab.reader_1))
    assert "zyxwv" not in told
    assert all(b"zyxwv" not in path.read_bytes() for path in lab.open.folder.rglob("*") if path.is_file())


def test_the_window_that_shows_it_as_signed_has_to_open_it_again(lab: Lab) -> None:
    dealt(lab)
    made = filled(opened_next(lab, lab.reader_1))
    reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    with pytest.raises(AlreadySignedError):
        reading.save(lab.open, lab.reader_1, made)
    reopens(lab, lab.reader_1)
    with pytest.raises(StateRefusedError):
        reading.save(lab.open, lab.reader_1, made.answered(cell("COMP.CFV"), Grade("none")))
    assert ("reading.save", "already_signed") in refusals(lab)
    assert ("reading.save", "state") in refusals(lab)


def test_u20_nobody_gives_a_reading_back_after_its_release(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    compares(lab)
    for session in (lab.reader_1, lab.reader_2):
        with pytest.raises(StateRefusedError) as refused:
            reopens(lab, session)
        assert refused.value.state is ReadingState.RELEASED
    assert refusals(lab) == [("reading.reopen", "state")] * 2


def test_u20_nor_after_the_other_reading_was_invalidated(lab: Lab) -> None:
    read_by_both(lab)
    compares(lab)
    invalidates(lab, lab.reader_2)
    with pytest.raises(StateRefusedError):
        reopens(lab, lab.reader_1)


def test_u20_no_reader_gives_a_reading_back_to_themselves(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    for session in (lab.reader_1, lab.reader_2, lab.adjudicator, lab.administrator, lab.auditor):
        with pytest.raises(NotPermittedError):
            reopening.reopen(lab.open, session, reading_of(lab, lab.reader_1), "ASKED", WHY)
    assert rows_of(lab, "reading_reopening") == []


def test_a_reading_is_given_back_once_at_a_time_and_only_its_latest_revision(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    old = reading_of(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    with pytest.raises(StateRefusedError):
        reopens(lab, lab.reader_1)
    revises(lab, lab.reader_1)
    with pytest.raises(StateRefusedError):
        reopening.reopen(lab.open, lab.coordinator, old, "ASKED", WHY)
    with pytest.raises(StateRefusedError):
        reopening.reopen(lab.open, lab.coordinator, "no such reading", "ASKED", WHY)
    reopens(lab, lab.reader_1)
    assert revises(lab, lab.reader_1).record
    assert [row["revision"] for row in rows_of(lab, "reading")] == [1, 2, 3]


def test_a_locked_trial_gives_nothing_back(lab: Lab) -> None:
    read_by_both(lab)
    compares(lab)
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    with pytest.raises(LockedError):
        reopens(lab, lab.reader_1)
    assert refusals(lab) == [("reading.reopen", "locked")]


def test_a_reset_reader_still_opens_what_was_given_back_after_re_sealing(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    reopens(lab, lab.reader_1)
    code = accounts.reset(lab.open, lab.administrator, lab.reader_1.account, "password lost", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, "another long phrase")
    resealing.reseal(lab.open, lab.coordinator, lab.reader_1.account)
    session = lab.sign_in("reader-1", "another long phrase")
    assert opened_next(lab, session).reading.answers[cell("COMP.CFV")].grade.value == "none"


def test_what_was_given_back_is_called_so_and_not_unread(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    reopens(lab, lab.reader_1)
    for again in (reopens, invalidates):
        with pytest.raises(StateRefusedError) as refused:
            again(lab, lab.reader_1)
        assert "given back to its reader and is not signed again" in words_for(refused.value).all
    opened = opened_next(lab, lab.reader_1)
    with pytest.raises(StateRefusedError) as refused:
        reopens(lab, lab.reader_1)
    assert "given back to its reader and is not signed again" in words_for(refused.value).all
    assert opened.reopened is ReopenCause.ASKED
