"""Roles that keep people apart: nobody takes a role, no role has another's rights, and what somebody handled stays out of their hands."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from corelab.domain.accounts import Role, may_combine
from corelab.domain.reading_errors import KeptApartError, NotYoursError
from corelab.domain.record_errors import NotPermittedError, PersonRefusedError, SignedOutError
from corelab.domain.vocabulary import AssignmentId, ExamId, Side
from corelab.services import accounts, adjudication, assignment, audit, comparison, eligibility, labs, reading, status
from corelab.services.accounts import Session
from corelab.services.labs import effective_charter
from corelab.storage import intake_rows
from corelab.storage.store import NewRow
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, opened_next, signs


def labels_a_clip(lab: Lab, session: Session, exam: ExamId) -> None:
    """As a coordinator at intake."""
    with lab.open.store.begin(session.actor(Role.COORDINATOR)) as transaction:
        (clip, *_) = [row["id"] for row in transaction.all("intake_object", exam_id=exam)]
        before = transaction.latest("clip_label", clip_id=clip)
        row = NewRow("clip_label", {"clip_id": clip, "n": before["n"] + 1 if before else 1, "segment": "CFV", "side": Side.LEFT})
        transaction.record("clip.labelled", "clip", clip, rows=[row])


def grades_a_clip(lab: Lab, session: Session, exam: ExamId) -> None:
    """The same person says of its quality only."""
    with lab.open.store.begin(session.actor(Role.COORDINATOR)) as transaction:
        (clip, *_) = [row["id"] for row in transaction.all("intake_object", exam_id=exam)]
        row = intake_rows.quality_row(clip, intake_rows.quality_of(transaction, clip), "diagnostic")
        transaction.record("clip.graded", "clip", clip, rows=[row])


Handles = Callable[[Lab, Session, ExamId], None]
HANDLES: tuple[Handles, ...] = (labels_a_clip, grades_a_clip)


def becomes(lab: Lab, session: Session, *roles: Role) -> Session:
    accounts.set_roles(lab.open, lab.administrator, session.account, frozenset(roles), "another task")
    return lab.sign_in(session.user_name)


# ---------------------------------------------------------------- P11-25


@pytest.mark.parametrize("role", Role)
def test_p11_25_nobody_grants_themselves_a_role(tmp_path: Path, role: Role) -> None:
    lab = a_lab(tmp_path)
    user = {Role.ADMINISTRATOR: "administrator", Role.COORDINATOR: "coordinator"}.get(role, f"{role.value}-1")
    session = lab.person(user, role)
    refused = PersonRefusedError if role is Role.ADMINISTRATOR else NotPermittedError
    for wanted in Role:
        with pytest.raises(refused):
            accounts.set_roles(lab.open, session, session.account, {wanted}, "I want it")
    assert lab.sign_in(user).roles == {role}


@pytest.mark.parametrize(("one", "other"), list(combinations(Role, 2)))
def test_p11_25_two_roles_that_exclude_one_another_are_given_to_nobody(tmp_path: Path, one: Role, other: Role) -> None:
    """A coordinator never reads; an administrator has no data right; an auditor neither reads nor decides."""
    lab = a_lab(tmp_path)
    session, wanted = lab.reader_1, {one, other}
    if may_combine(wanted):
        assert accounts.set_roles(lab.open, lab.administrator, session.account, wanted, "both").roles == wanted
        return
    with pytest.raises(PersonRefusedError) as refused:
        accounts.set_roles(lab.open, lab.administrator, session.account, wanted, "both")
    assert refused.value.what == "roles"
    assert lab.sign_in("reader-1").roles == {Role.READER}


def test_p11_25_a_role_that_was_taken_away_permits_nothing_in_a_window_that_is_still_open(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    opened = opened_next(lab, lab.reader_1)
    becomes(lab, lab.reader_1, Role.AUDITOR)
    with pytest.raises(SignedOutError):
        reading.save(lab.open, lab.reader_1, filled(opened))
    with pytest.raises(NotPermittedError):
        reading.worklist(lab.open, lab.sign_in("reader-1"))


@pytest.mark.parametrize("look_only", [False, True])
def test_p11_11_who_was_deactivated_sees_nothing_more_in_a_window_that_is_still_open(tmp_path: Path, *, look_only: bool) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    assert lab.reader_1.account
    here = labs.open_lab(lab.open.place, lab.clock, lab.open.configuration, read_only=look_only)
    second, reader = (accounts.sign_in(here, user, PASSWORD) for user in ("coordinator-2", "reader-1"))
    assert status.status(here, second).exams == 1
    assert reading.worklist(here, reader).next is not None
    accounts.deactivate(lab.open, lab.administrator, second.account, "left the core lab")
    becomes(lab, reader, Role.AUDITOR)
    for look in (lambda: status.status(here, second), lambda: audit.trail(here, second), lambda: reading.worklist(here, reader)):
        with pytest.raises(SignedOutError):
            look()
    assert accounts.is_over(here, second) is not look_only


def test_p11_25_who_reads_an_exam_never_adjudicates_it(tmp_path: Path) -> None:
    """Readers who may also adjudicate get each other's cases never, only those of subjects they did not read."""
    lab = a_lab(tmp_path)
    both = [lab.person(f"reader-{n}", Role.READER, Role.ADJUDICATOR) for n in (1, 2, 3)]
    for subject in ("S01", "S02", "S03"):
        a_ready_exam(lab, subject)
    assignment.assign(lab.open, lab.coordinator)
    for n, session in enumerate(both):
        while (row := reading.worklist(lab.open, session).next) is not None and row.kind.value == "reading":
            signs(lab, session, COMP_CFV=2 if n else 0)
    comparison.release_and_compare(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        dealt = snapshot.all("assignment")
    cases = [row for row in dealt if row["kind"] == "adjudication"]
    assert cases
    read = {(row["exam_id"], row["account_id"]) for row in dealt if row["kind"] == "primary"}
    assert not read & {(row["exam_id"], row["account_id"]) for row in cases}


# ---------------------------------------------------------------- after a change of roles


@pytest.mark.parametrize("handles", HANDLES)
def test_p11_25_who_checked_the_pixels_as_a_coordinator_is_never_dealt_that_subject(tmp_path: Path, handles: Handles) -> None:
    lab = a_staffed_lab(tmp_path)
    exam, other = a_ready_exam(lab, "S01"), a_ready_exam(lab, "S02")
    checked, verified = lab.person("coordinator-3", Role.COORDINATOR), lab.coordinator_2
    handles(lab, checked, exam)
    for session in (checked, verified):
        reader = becomes(lab, session, Role.READER)
        accounts.record_training(lab.open, lab.coordinator, reader.account, lab.charter_sha256)
    for user in ("reader-1", "reader-2"):
        accounts.deactivate(lab.open, lab.administrator, lab.person(user, Role.READER).account, "left the lab")
    lab.person("reader-3", Role.READER)
    done = assignment.assign(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        dealt = {(row["exam_id"], row["account_id"]) for row in snapshot.all("assignment")}
    assert (exam, checked.account) not in dealt
    assert verified.account not in {account for _, account in dealt}, "who verified the clips of both"
    assert [one.exam for one in done.waiting] == [exam]
    assert (other, checked.account) in dealt


@pytest.mark.parametrize("handles", HANDLES)
def test_p11_25_what_somebody_handled_since_it_was_dealt_is_not_opened_or_signed_by_them(tmp_path: Path, handles: Handles) -> None:
    lab = a_staffed_lab(tmp_path)
    exam = a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    opened = opened_next(lab, lab.reader_1)
    version = reading.save(lab.open, lab.reader_1, filled(opened)).version
    handles(lab, becomes(lab, lab.reader_1, Role.COORDINATOR), exam)
    session = becomes(lab, lab.reader_1, Role.READER)
    with pytest.raises(KeptApartError) as refused:
        reading.open_reading(lab.open, session, opened.reading.assignment)
    with pytest.raises(NotYoursError) as missing:
        reading.open_reading(lab.open, session, AssignmentId("no such one"))
    assert words_for(refused.value).all == words_for(missing.value).all, "it tells nobody whose exam it is"
    told = status.status(lab.open, lab.coordinator)
    assert (told.apart, told.to_json()["apart"]) == (1, 1)
    assert "to be withdrawn: 1" in told.in_words()
    with pytest.raises(KeptApartError):
        reading.sign(lab.open, session, filled(opened), "correct horse battery", version=version)
    with lab.open.store.read() as snapshot:
        assert snapshot.all("reading") == ()
        assert [event["reason"] for event in snapshot.events(kind="reading.open.refused")] == ["kept_apart"]


def test_p11_25_a_case_is_not_opened_by_who_handled_the_clips_since(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    exam = a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, COMP_CFV=2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    case = first(lab, lab.adjudicator)
    labels_a_clip(lab, becomes(lab, lab.adjudicator, Role.COORDINATOR), exam)
    with pytest.raises(KeptApartError):
        adjudication.open_case(lab.open, becomes(lab, lab.adjudicator, Role.ADJUDICATOR), case)


@pytest.mark.parametrize("handles", HANDLES)
def test_everybody_who_touched_a_clip_is_kept_apart_from_its_subject(tmp_path: Path, handles: Handles) -> None:
    lab = a_staffed_lab(tmp_path)
    exam = a_ready_exam(lab)
    with lab.open.store.read() as snapshot:
        pool = eligibility.Pool(snapshot, effective_charter(snapshot))
        (subject,) = {*pool.subject_of.values()}
        assert pool._hands_on[subject] == {lab.coordinator.account, lab.coordinator_2.account}
    third = lab.person("coordinator-3", Role.COORDINATOR)
    handles(lab, third, exam)
    with lab.open.store.read() as snapshot:
        assert third.account in eligibility.Pool(snapshot, effective_charter(snapshot))._hands_on[subject]
