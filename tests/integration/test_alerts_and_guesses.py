"""Alerts of the charter and the questions after a signature: sealed to custody, told to coordinators or to nobody."""

import csv
import json
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.guess import GuessRefusedError
from corelab.domain.reading_errors import NotYoursError
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.unblinding import told as told_of
from corelab.domain.vocabulary import AssignmentId
from corelab.services import guessing, packages, safety, status, unblinding
from corelab.services.accounts import Session
from corelab.services.packages import verify_package
from corelab.services.safety import NoticeRefusedError
from corelab.services.verification import verify_open
from corelab.storage.keys import recipients
from tests.builders import PASSWORD, Lab
from tests.life_builders import assignment_of, compares, decides
from tests.reading_builders import rows_of
from tests.types_builders import ALONE, PAIRED, a_lab_of_two_types, readers_of, reads, two_types


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab_of_two_types(tmp_path)


def told(lab: Lab) -> list[tuple[str, str, str]]:
    return [(one.subject, one.alert, one.message) for one in safety.notices(lab.open, lab.coordinator)]


def own(lab: Lab, session: Session) -> AssignmentId:
    return AssignmentId(assignment_of(lab, session))


# ---------------------------------------------------------------- alerts


def test_an_alert_after_signing_tells_exam_alert_and_message_and_not_the_grade(lab: Lab) -> None:
    reads(lab, readers_of(lab, PAIRED)[0], COMP_CFV=2)
    assert told(lab) == [("S01", "S01", "A vein of the core does not compress.")]


def test_an_alert_after_comparison_looks_at_what_is_derived_of_the_results(lab: Lab) -> None:
    for session in readers_of(lab, PAIRED):
        reads(lab, session, COMP_CFV=2)
    compares(lab)
    assert [alert for _, alert, _ in told(lab)].count("S02") == 1


def test_the_same_alert_of_both_readings_is_one_notice_until_it_is_acknowledged(lab: Lab) -> None:
    one, two = readers_of(lab, PAIRED)
    reads(lab, one, COMP_CFV=2)
    (notice,) = safety.notices(lab.open, lab.coordinator)
    reads(lab, two, COMP_CFV=2)
    assert [(one.alert, len(one.every)) for one in safety.notices(lab.open, lab.coordinator)] == [("S01", 2)]
    assert status.status(lab.open, lab.coordinator).notices == 1
    safety.acknowledge(lab.open, lab.coordinator, notice.id, "site informed by phone")
    (seen,) = safety.notices(lab.open, lab.coordinator)
    assert (seen.acknowledged is not None, status.status(lab.open, lab.coordinator).notices) == (True, 0)
    with pytest.raises(NoticeRefusedError):
        safety.acknowledge(lab.open, lab.coordinator, seen.every[1], "once more")


# ---------------------------------------------------------------- alerts on what two reading types say


@pytest.mark.parametrize("first", [PAIRED, ALONE])
def test_an_alert_on_two_reading_types_fires_once_when_the_last_of_them_has_results(tmp_path: Path, first: str) -> None:
    lab = a_lab_of_two_types(tmp_path / "lab", charter=two_types(SPANNING))
    for kind in (first, *({PAIRED, ALONE} - {first})):
        assert "S09" not in alerts(lab)
        for session in readers_of(lab, kind):
            reads(lab, session, COMP_CFV=1, FLOW_CFV=2)
        compares(lab)
    assert alerts(lab).count("S09") == 1
    assert verify_open(lab.open).faults == ()


def test_an_alert_on_two_reading_types_waits_for_the_case_of_one(tmp_path: Path) -> None:
    lab = a_lab_of_two_types(tmp_path / "lab", charter=two_types(SPANNING))
    reads(lab, readers_of(lab, ALONE)[0], FLOW_CFV=2)
    for session, comp in zip(readers_of(lab, PAIRED), (1, 2), strict=True):
        reads(lab, session, COMP_CFV=comp)
    compares(lab)
    assert "S09" not in alerts(lab)
    decides(lab, who=who_decides(lab))
    compares(lab)
    assert alerts(lab).count("S09") == 1
    assert len({one.id for one in safety.notices(lab.open, lab.coordinator)}) == len(alerts(lab))


def test_half_of_what_an_alert_looks_at_fires_nothing(tmp_path: Path) -> None:
    lab = a_lab_of_two_types(tmp_path / "lab", charter=two_types(SPANNING))
    for kind in (PAIRED, ALONE):
        for session in readers_of(lab, kind):
            reads(lab, session, COMP_CFV=1)
    compares(lab)
    assert alerts(lab) == []


def who_decides(lab: Lab) -> Session:
    (row,) = (row for row in rows_of(lab, "assignment") if row["kind"] == "adjudication")
    return next(one for one in (lab.adjudicator, lab.person("adjudicator-2", Role.ADJUDICATOR)) if one.account == row["account_id"])


def alerts(lab: Lab) -> list[str]:
    return [alert for _, alert, _ in told(lab)]


SPANNING = """[[alert]]
id = "S09"
after = "comparison"
each = "CORE"
fires_when = { all_of = [
  { item = "COMP", segment = "each", op = "in", value = ["partial", "none"] },
  { item = "FLOW", segment = "each", op = "eq", value = "absent" },
] }
to = "coordinator"
message = "A vein of the core neither compresses nor fills."

"""


def test_nothing_fires_on_a_clean_exam_and_the_row_is_there_all_the_same(lab: Lab) -> None:
    reads(lab, readers_of(lab, PAIRED)[0])
    assert told(lab) == []
    assert len(rows_of(lab, "alert")) == 1


def test_whether_an_alert_fired_shows_in_no_length_and_only_custody_opens_it(lab: Lab) -> None:
    one, two = readers_of(lab, PAIRED)
    reads(lab, one, COMP_CFV=2, COMP_POPV=2)
    reads(lab, two)
    with lab.open.store.read() as snapshot:
        seqs = [event["seq"] for event in snapshot.events(kind="alerts.checked")]
        bodies = [bytes((snapshot.one("event_payload", seq=seq) or {})["body"]) for seq in seqs]
    assert len({len(body) for body in bodies}) == 1
    assert {recipients(body) for body in bodies} == {recipients(bodies[0])}
    assert lab.coordinator.custody is not None
    assert recipients(bodies[0]) == (lab.coordinator.custody.public.key_id,)


def test_a_notice_is_acknowledged_once_with_what_was_done(lab: Lab) -> None:
    reads(lab, readers_of(lab, PAIRED)[0], COMP_CFV=2)
    (waits,) = safety.notices(lab.open, lab.coordinator)
    assert status.status(lab.open, lab.coordinator).notices == 1
    with pytest.raises(ReasonRefusedError):
        safety.acknowledge(lab.open, lab.coordinator, waits.id, " ")
    safety.acknowledge(lab.open, lab.coordinator, waits.id, "Site informed by phone")
    (seen,) = safety.notices(lab.open, lab.coordinator)
    assert seen.acknowledged is not None
    assert (seen.acknowledged.by, seen.acknowledged.done) == ("Coordinator", "Site informed by phone")
    assert status.status(lab.open, lab.coordinator).notices == 0
    with pytest.raises(NoticeRefusedError):
        safety.acknowledge(lab.open, lab.coordinator, waits.id, "Once more, by letter")
    assert verify_open(lab.open).faults == ()


def test_readers_never_see_alerts(lab: Lab) -> None:
    reads(lab, readers_of(lab, PAIRED)[0], COMP_CFV=2)
    for session in (*readers_of(lab, PAIRED), lab.adjudicator):
        with pytest.raises(NotPermittedError):
            safety.notices(lab.open, session)


def test_an_alert_that_says_so_opens_an_unblinding_of_who_read_it(lab: Lab) -> None:
    one = readers_of(lab, PAIRED)[0]
    reads(lab, one, COMP_CFV=2)
    (found,) = unblinding.unblindings(lab.open, lab.coordinator)
    assert (found.told.kind, found.told.alert, found.told.planned, found.by) == ("stent", "S01", False, None)
    with lab.open.store.read() as snapshot:
        assert unblinding.unblinded(snapshot) == {"S01": frozenset({one.account})}


# ---------------------------------------------------------------- after the signature


def test_the_questions_are_due_once_after_the_signature(lab: Lab) -> None:
    one = readers_of(lab, PAIRED)[0]
    assert not guessing.due(lab.open, one, own(lab, one))
    reads(lab, one)
    assert guessing.due(lab.open, one, own(lab, one))
    guessing.answer(lab.open, one, own(lab, one), "stent", "2")
    assert not guessing.due(lab.open, one, own(lab, one))
    with pytest.raises(GuessRefusedError):
        guessing.answer(lab.open, one, own(lab, one), "stent", "1")
    assert len(rows_of(lab, "guess")) == 1
    assert verify_open(lab.open).faults == ()


@pytest.mark.parametrize(("suggestion", "arm"), [("stent", "3"), ("the site told me", "1")])
def test_only_what_is_offered_is_an_answer(lab: Lab, suggestion: str, arm: str) -> None:
    one = readers_of(lab, PAIRED)[0]
    reads(lab, one)
    with pytest.raises(GuessRefusedError):
        guessing.answer(lab.open, one, own(lab, one), suggestion, arm)


def test_nobody_answers_for_another_reader(lab: Lab) -> None:
    one, two = readers_of(lab, PAIRED)
    reads(lab, one)
    assert not guessing.due(lab.open, two, own(lab, one))
    with pytest.raises(NotYoursError):
        guessing.answer(lab.open, two, own(lab, one), "stent", "1")


def test_an_answer_is_sealed_to_custody_alone(lab: Lab) -> None:
    one = readers_of(lab, PAIRED)[0]
    reads(lab, one)
    guessing.answer(lab.open, one, own(lab, one), "stent", "DK")
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="guess.answered")
        body = bytes((snapshot.one("event_payload", seq=event["seq"]) or {})["body"])
    assert lab.coordinator.custody is not None
    assert recipients(body) == (lab.coordinator.custody.public.key_id,)


def _all_read(lab: Lab) -> None:
    for session in (*readers_of(lab, PAIRED), *readers_of(lab, ALONE)):
        reads(lab, session)
        guessing.answer(lab.open, session, own(lab, session), "nothing", "1" if session is lab.reader_1 else "DK")
    compares(lab)


def test_guesses_leave_the_lab_only_after_the_lock(lab: Lab, tmp_path: Path) -> None:
    _all_read(lab)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "before", PASSWORD)
    assert not (made.package / "data/guess.csv").exists()
    packages.lock(lab.open, lab.coordinator, "All visits are in", PASSWORD)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "after", PASSWORD)
    assert verify_package(made.package).faults == ()
    with (made.package / "data/guess.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert sorted(row["GUESS"] for row in rows) == ["1", "DK", "DK"]
    assert {row["SUGGEST"] for row in rows} == {"nothing"}
    assert {row["LASTFL"] for row in rows} == {"Y"}
    assert {row["RECID"] for row in rows} == {row["id"] for row in rows_of(lab, "reading")}
    assert not guessing.due(lab.open, lab.reader_1, own(lab, lab.reader_1))


def test_a_package_counts_unblindings_by_kind(lab: Lab, tmp_path: Path) -> None:
    _all_read(lab)
    unblinding.record(lab.open, lab.coordinator, "S01:D10", "reader-1", told_of("other", "Seen on a list", "Wrote it down", planned=True))
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    assert json.loads((made.package / "qc/checks.json").read_text())["unblinding"] == {"other": 1}
