"""Who may know a treatment: reported, recorded, opened by an alert; sealed to custody, for good but for a reason, unseen by readers."""

from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.reading_errors import AlreadySignedError, NotYoursError
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import NotPermittedError, PayloadSealedError
from corelab.domain.unblinding import Impact, NotBarredError, UnblindingRefusedError, told
from corelab.services import assignment, redaction, unblinding
from corelab.services.verification import verify_open
from tests.builders import PASSWORD, Lab
from tests.life_builders import assignment_of
from tests.reading_builders import a_dealt_lab, a_ready_exam, first, opened_next, rows_of, signs

SEEN, DONE = "A stent is in the picture", "Went on reading"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path, "S01")


def reports(lab: Lab, *, planned: bool = False) -> None:
    opened = opened_next(lab, lab.reader_1)
    unblinding.report(lab.open, lab.reader_1, opened.reading.assignment, "stent", SEEN, DONE, planned=planned)


def test_p11_58_an_unplanned_unblinding_is_an_event_with_its_story_and_opens_a_deviation(lab: Lab) -> None:
    reports(lab)
    (found,) = unblinding.unblindings(lab.open, lab.coordinator)
    assert (found.subject, found.visit, found.person, found.by) == ("S01", "D10", "Reader 1", "Reader 1")
    assert (found.told.kind, found.told.seen, found.told.done, found.told.planned) == ("stent", SEEN, DONE, False)
    assert found.impact == Impact(signed=0, open=1)
    assert [row["kind"] for row in rows_of(lab, "deviation")] == ["unblinding"]
    assert verify_open(lab.open).faults == ()


def test_p11_58_a_planned_one_opens_no_deviation(lab: Lab) -> None:
    reports(lab, planned=True)
    assert rows_of(lab, "deviation") == []


def test_p11_58_it_is_for_good_for_that_person_and_subject(lab: Lab) -> None:
    reports(lab)
    signs(lab, lab.reader_1)
    a_ready_exam(lab, "S01", "M6")
    a_ready_exam(lab, "S02", "D10")
    assignment.assign(lab.open, lab.coordinator)
    exams = {row["id"]: row["visit"] for row in rows_of(lab, "exam")}
    dealt = [exams[row["exam_id"]] for row in rows_of(lab, "assignment") if row["account_id"] == lab.reader_1.account]
    assert sorted(dealt) == ["D10", "D10"], "another subject is dealt to the person, no further exam of this one"
    with lab.open.store.read() as snapshot:
        assert unblinding.unblinded(snapshot) == {"S01": frozenset({lab.reader_1.account})}


def test_p11_58_with_a_coordinators_reason_further_exams_are_dealt_until_the_next_unblinding(lab: Lab) -> None:
    reports(lab)
    signs(lab, lab.reader_1)
    why = "No other reader is left; the monitor agreed"
    unblinding.except_from(lab.open, lab.coordinator, "S01:D10", "reader-1", why)
    (found,) = unblinding.unblindings(lab.open, lab.coordinator)
    assert found.excepted is not None
    assert (found.excepted.by, found.excepted.why, found.told.seen) == ("Coordinator", why, SEEN)
    a_ready_exam(lab, "S01", "M6")
    assignment.assign(lab.open, lab.coordinator)
    exams = {row["id"]: row["visit"] for row in rows_of(lab, "exam")}
    mine = sorted(exams[row["exam_id"]] for row in rows_of(lab, "assignment") if row["account_id"] == lab.reader_1.account)
    assert mine == ["D10", "M6"]
    said = told("site contact", "Told once more", "Site reminded", planned=True)
    unblinding.record(lab.open, lab.coordinator, "S01:M6", "reader-1", said)
    with lab.open.store.read() as snapshot:
        assert unblinding.unblinded(snapshot) == {"S01": frozenset({lab.reader_1.account})}
    assert verify_open(lab.open).faults == ()


@pytest.mark.of_the_file
def test_an_exception_needs_an_unblinding_and_a_reason_and_its_words_are_sealed(lab: Lab) -> None:
    with pytest.raises(NotBarredError):
        unblinding.except_from(lab.open, lab.coordinator, "S01:D10", "reader-1", "the monitor agreed")
    reports(lab)
    with pytest.raises(ReasonRefusedError):
        unblinding.except_from(lab.open, lab.coordinator, "S01:D10", "reader-1", "  ")
    with pytest.raises(NotPermittedError):
        unblinding.except_from(lab.open, lab.reader_1, "S01:D10", "reader-1", "the monitor agreed")
    with pytest.raises(UnblindingRefusedError):
        unblinding.except_from(lab.open, lab.coordinator, "S01:D10", "nobody", "the monitor agreed")
    unblinding.except_from(lab.open, lab.coordinator, "S01:D10", "reader-1", "Monitor-agreed-4711")
    with pytest.raises(NotBarredError):
        unblinding.except_from(lab.open, lab.coordinator, "S01:D10", "reader-1", "the monitor agreed")
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="unblinding.excepted")
        with pytest.raises(PayloadSealedError):
            snapshot.opening_of(event["seq"])
    assert b"Monitor-agreed-4711" not in lab.open.store.path.read_bytes()


def test_p11_58_a_coordinator_records_one_with_kind_and_reason(lab: Lab) -> None:
    said = told("site contact", "The site said so on the phone", "Site reminded", planned=False)
    unblinding.record(lab.open, lab.coordinator, "S01:D10", "reader-2", said)
    (found,) = unblinding.unblindings(lab.open, lab.coordinator)
    assert (found.person, found.by, found.told) == ("Reader 2", "Coordinator", said)


@pytest.mark.of_the_file
def test_what_is_said_of_it_is_sealed_to_custody_alone(lab: Lab) -> None:
    reports(lab)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="unblinding.reported")
        for secret in (None, lab.reader_1.box, lab.reader_2.box):
            with pytest.raises(Exception) as refused:  # noqa: PT011 - sealed for good, or sealed to another key
                snapshot.opening_of(event["seq"], secret)
            assert secret is not None or isinstance(refused.value, PayloadSealedError)
    assert SEEN.encode() not in lab.open.store.path.read_bytes()


def test_every_report_takes_the_same_room(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    for words in ("abc def ghi", "a much longer story of what was seen " * 20):
        unblinding.report(lab.open, lab.reader_1, opened.reading.assignment, "other", words, words)
    with lab.open.store.read() as snapshot:
        seqs = [event["seq"] for event in snapshot.events(kind="unblinding.reported")]
        bodies = [snapshot.one("event_payload", seq=seq) or {} for seq in seqs]
    assert len({len(body["body"]) for body in bodies}) == 1


def test_a_reader_reports_of_the_own_unsigned_reading_only(lab: Lab) -> None:
    theirs = first(lab, lab.reader_2)
    with pytest.raises(NotYoursError):
        unblinding.report(lab.open, lab.reader_1, theirs, "other", SEEN, DONE)
    signs(lab, lab.reader_1)
    with pytest.raises(AlreadySignedError):
        unblinding.report(lab.open, lab.reader_1, assignment_of(lab, lab.reader_1), "other", SEEN, DONE)  # type: ignore[arg-type]
    assert rows_of(lab, "unblinding") == []


def test_what_is_no_kind_person_exam_or_reason_is_refused(lab: Lab) -> None:
    with pytest.raises(UnblindingRefusedError):
        told("guesswork", SEEN, DONE, planned=False)
    with pytest.raises(ReasonRefusedError):
        told("other", " ", DONE, planned=False)
    said = told("other", SEEN, DONE, planned=False)
    for exam, person in (("S99:D10", "reader-1"), ("S01:D10", "nobody")):
        with pytest.raises(UnblindingRefusedError):
            unblinding.record(lab.open, lab.coordinator, exam, person, said)
    assert rows_of(lab, "unblinding") == []


def test_readers_see_no_unblinding(lab: Lab) -> None:
    reports(lab)
    for session in (lab.reader_1, lab.adjudicator, lab.person("auditor-1", Role.AUDITOR)):
        with pytest.raises(NotPermittedError):
            unblinding.unblindings(lab.open, session)


def test_words_that_were_redacted_are_gone_and_the_unblinding_stays(lab: Lab) -> None:
    reports(lab)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="unblinding.reported")
    redaction.request_redaction(lab.open, lab.coordinator, event["seq"], "A name stands in it", "NAME")
    redaction.confirm_redaction(lab.open, lab.coordinator_2, event["seq"], "I saw the name too", PASSWORD)
    (found,) = unblinding.unblindings(lab.open, lab.coordinator)
    assert (found.person, found.told.kind, found.told.seen) == ("Reader 1", "redacted", "")
