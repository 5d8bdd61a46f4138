"""The demo lab: each page has something to show, everybody can sign in, and a cancelled one leaves nothing."""

from pathlib import Path

import pytest

from corelab.domain.intake import ClipState
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.vocabulary import ExamState
from corelab.domain.worklist import WorkKind, WorkState
from corelab.services import accounts, adjudication, demo, intake, labs, reading, safety, status
from corelab.services.accounts import Session
from corelab.services.demo import Cancelled, Demo
from corelab.services.verification import verify_lab
from tests.builders import TickingClock


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    place = tmp_path_factory.mktemp("demo")
    return demo.make(place / "lab", clock=TickingClock(), configuration=place / "configuration")


@pytest.fixture
def lab(made: Demo) -> labs.OpenLab:
    return labs.open_lab(made.lab, TickingClock(), made.lab.parent / "configuration")


def signed_in(made: Demo, lab: labs.OpenLab, user: str) -> Session:
    return accounts.sign_in(lab, user, next(one.password for one in made.accounts if one.user == user))


def test_the_demo_lab_verifies(made: Demo) -> None:
    assert verify_lab(made.lab).faults == ()


def test_one_reader_is_in_the_middle_of_a_reading_and_the_other_has_one_to_begin(made: Demo, lab: labs.OpenLab) -> None:
    rows = [reading.worklist(lab, signed_in(made, lab, user)).rows for user in ("reader-1", "reader-2")]
    assert [row[0].state for row in rows] == [WorkState.IN_PROGRESS, WorkState.NEXT]
    assert 0 < rows[0][0].answered < rows[0][0].asked
    assert [[one.state for one in row[1:]] for row in rows] == [[WorkState.SIGNED] * 3] * 2


def test_a_case_waits_for_the_adjudicator_with_grades_a_detail_and_a_measure_in_dispute(made: Demo, lab: labs.OpenLab) -> None:
    session = signed_in(made, lab, "adjudicator-1")
    row = reading.worklist(lab, session).next
    assert row is not None
    assert row.kind is WorkKind.ADJUDICATION
    case = adjudication.open_case(lab, session, row.assignment).case
    disputed = [(dispute.cell.segment, dispute.cell.item) for dispute in case.disputes]
    assert disputed == [("CFV", "COMP"), ("CFV", "THR"), ("CFV", "D_COMP"), ("FV_MID", "COMP")]
    proven = [dispute for dispute in case.disputes if case.form.item(dispute.cell.item).evidence]
    assert all(dispute.a.evidence and dispute.b.evidence for dispute in proven)


def test_a_stent_is_told_to_the_coordinator_and_to_nobody_who_reads(made: Demo, lab: labs.OpenLab) -> None:
    notices = safety.notices(lab, signed_in(made, lab, "coordinator-1"))
    assert [(one.subject, one.visit, one.acknowledged) for one in notices] == [("DEMO-001", "D10", None)]
    with pytest.raises(NotPermittedError):
        safety.notices(lab, signed_in(made, lab, "reader-1"))


def test_clips_wait_for_both_people_of_the_pixel_check(made: Demo, lab: labs.OpenLab) -> None:
    first, second = (signed_in(made, lab, user) for user in ("coordinator-1", "coordinator-2"))
    assert {clip.state for clip in intake.waiting(lab, second)} == {ClipState.CHECKED, ClipState.PASSED}
    found = status.status(lab, first)
    states = {state: count for state, count in found.states.items() if count}
    assert states == {ExamState.RECEIVING: 1, ExamState.ASSIGNED: 1, ExamState.RELEASED: 1, ExamState.FINAL: 2}


def test_a_cancelled_demo_leaves_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(Cancelled):
        demo.make(
            tmp_path / "lab",
            clock=TickingClock(),
            configuration=tmp_path / "configuration",
            progress=lambda _done, _total, words: told.append(words),
            cancelled=lambda: len(told) == 1,
        )
    assert told == ["Making the lab"]
    assert not (tmp_path / "lab").exists()
