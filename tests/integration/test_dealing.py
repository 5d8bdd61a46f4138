"""What a charter's reading design makes of a deal: types of reading, one reader or two, units, orders, who is kept apart or away."""

from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.reading_errors import NotNextError
from corelab.domain.vocabulary import ReadingTypeId, SubjectCode
from corelab.services import accounts, assignment, certification, reader_changes, reading
from corelab.services.assignment import Why
from corelab.services.eligibility import Pool
from corelab.services.labs import effective_charter
from corelab.services.verification import verify_open
from corelab.storage.store import NewRow
from tests.builders import Lab, a_lab
from tests.dealing_builders import VISITS, a_design, a_trial, assigns, dealt, reads, ready, two_types
from tests.exam_builders import changed
from tests.reading_builders import first, opened_next, rows_of, signs

AWAY = "On leave until the spring"


def people_of(lab: Lab, exam: str) -> dict[tuple[str, int], str]:
    """(reading type, slot) -> user, of the first readings that are not over."""
    users = {row["id"]: row["user_name"] for row in rows_of(lab, "account")}
    over = {row["assignment_id"] for row in rows_of(lab, "assignment_end")}
    rows = [row for row in rows_of(lab, "assignment") if row["exam_id"] == exam and row["id"] not in over and row["kind"] == "primary"]
    return {(row["reading_type"], row["slot"]): users[row["account_id"]] for row in rows}


SECOND = ReadingTypeId("SECOND")


def second_readers(lab: Lab) -> set[str]:
    """Who may read the first subject by the second type."""
    with lab.open.store.read() as snapshot:
        return {one.user_name for one in Pool(snapshot, effective_charter(snapshot)).readers(SubjectCode("S01"), SECOND)}


def waits(lab: Lab) -> dict[str, Why]:
    return {one.what: one.reason for one in assigns(lab).waiting}


# ---------------------------------------------------------------- types of reading


def test_each_type_is_dealt_on_its_own_and_only_where_the_visit_has_its_blocks(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(readers=1), readers=4)
    baseline, day_10 = ready(lab, visits=("BL", "D10"))
    assert assigns(lab).assigned == 2 + 3
    assert set(people_of(lab, baseline)) == {("DUPLEX", 1), ("DUPLEX", 2)}
    assert set(people_of(lab, day_10)) == {("DUPLEX", 1), ("DUPLEX", 2), ("SECOND", 1)}
    assert assigns(lab).assigned == 0


def test_one_person_never_reads_one_exam_twice_by_two_types(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(readers=1), readers=3)
    exams = ready(lab, [f"S{n:02d}" for n in range(6)])
    assigns(lab)
    for exam in exams:
        found = people_of(lab, exam)
        assert len(found) == len(set(found.values())) == 3


def test_nobody_is_dealt_both_of_two_types_that_are_kept_apart(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(apart=True), readers=4, adjudicators=2)
    exams = ready(lab, [f"S{n:02d}" for n in range(4)], ("BL", "D10"))
    assigns(lab)
    for n in range(0, len(exams), 2):
        first_type = {user for exam in exams[n : n + 2] for (kind, _), user in people_of(lab, exam).items() if kind == "DUPLEX"}
        other = {user for (kind, _), user in people_of(lab, exams[n + 1]).items() if kind == "SECOND"}
        assert len(other) == 2
        assert not first_type & other


def test_the_other_type_waits_when_only_those_are_left_who_read_the_subject(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(apart=True), readers=3)
    (exam,) = ready(lab)
    assert waits(lab) == {"S01 D10": Why.NO_PAIR}
    assert set(people_of(lab, exam)) == {("DUPLEX", 1), ("DUPLEX", 2)}
    assert lab.person("reader-4", Role.READER).account
    assert waits(lab) == {}, "the type that waited is dealt on its own"
    assert set(people_of(lab, exam)) == {("DUPLEX", 1), ("DUPLEX", 2), ("SECOND", 1), ("SECOND", 2)}


def test_who_read_one_type_never_adjudicates_the_other_that_is_kept_apart(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(apart=True, more=(('excludes = ["reader_of_subject", ', "excludes = ["),)), readers=2)
    both = lab.person("both-1", Role.READER, Role.ADJUDICATOR)
    exams = ready(lab, visits=("BL", "D10"))
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        values = {"id": "a1", "exam_id": exams[1], "reading_type": "SECOND", "slot": 1, "attempt": 1, "kind": "primary"}
        values |= {"account_id": both.account, "pseudonym": "AAA-BBB", "order_key": "000001-000001", "due": None}
        transaction.record("exam.assigned", "exam", exams[1], rows=[NewRow("assignment", values)], payload={"batch": [1], "breaches": 0})
    with lab.open.store.read() as snapshot:
        pool = Pool(snapshot, effective_charter(snapshot))
        duplex = {one.user_name for one in pool.adjudicators(SubjectCode("S01"), ReadingTypeId("DUPLEX"), exams[0])}
        second = {one.user_name for one in pool.adjudicators(SubjectCode("S01"), SECOND, exams[0])}
    assert "both-1" not in duplex
    assert "both-1" in second, "by the type itself only what the charter excludes keeps them away"


def test_withdrawn_before_it_was_opened_keeps_nobody_apart(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(apart=True), readers=4, adjudicators=2)
    (exam,) = ready(lab)
    assigns(lab)
    user = people_of(lab, exam)["DUPLEX", 1]
    reader = lab.person(user)
    assert user not in second_readers(lab)
    assert lab.person("reader-5", Role.READER).account
    reader_changes.replace_reader(lab.open, lab.coordinator, reader.account, "AWAY", AWAY)
    assert user in second_readers(lab)


# ---------------------------------------------------------------- one reader, units


def test_one_reading_of_each_exam_needs_no_adjudicator(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(readers=1), readers=3, adjudicators=0)
    exams = ready(lab, ("S01", "S02", "S03"))
    assert assigns(lab).assigned == 3
    assert sorted(people_of(lab, exam)["DUPLEX", 1] for exam in exams) == ["reader-1", "reader-2", "reader-3"]


def test_pairs_per_exam_are_balanced_over_the_exams_of_one_subject(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(pair_unit="exam"), readers=3)
    exams = ready(lab, ("S01", "S02", "S03"), VISITS[:2])
    assigns(lab)
    pairs = [tuple(sorted(people_of(lab, exam).values())) for exam in exams]
    assert sorted(pairs.count(pair) for pair in set(pairs)) == [2, 2, 2]


# ---------------------------------------------------------------- who may, and who is here


def test_nothing_new_is_dealt_to_who_is_absent_until_they_are_back(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(), readers=3)
    gone = lab.person("reader-3")
    reader_changes.declare_absence(lab.open, lab.coordinator, gone.account, AWAY, absent=True)
    assert reader_changes.absent_people(lab.open, lab.administrator) == {gone.account}
    ready(lab, ("S01", "S02"))
    assigns(lab)
    assert dealt(lab, gone) == []
    reader_changes.declare_absence(lab.open, lab.coordinator, gone.account, "Here again since today", absent=False)
    ready(lab, ("S03",))
    assigns(lab)
    assert dealt(lab, gone) == ["S03:D10"]


def test_the_next_visit_waits_while_a_reader_of_the_subject_is_absent(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(), readers=2)
    ready(lab, visits=("BL",))
    assigns(lab)
    assert lab.person("reader-3", Role.READER).account
    reader_changes.declare_absence(lab.open, lab.coordinator, lab.reader_1.account, AWAY, absent=True)
    ready(lab)
    assert waits(lab) == {"S01 D10": Why.READER_ABSENT}


def test_absence_is_declared_once(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design())
    with pytest.raises(Exception, match="here"):
        reader_changes.declare_absence(lab.open, lab.coordinator, lab.reader_1.account, AWAY, absent=False)
    reader_changes.declare_absence(lab.open, lab.coordinator, lab.reader_1.account, AWAY, absent=True)
    with pytest.raises(Exception, match="absent"):
        reader_changes.declare_absence(lab.open, lab.coordinator, lab.reader_1.account, AWAY, absent=True)


def test_exams_wait_for_certified_readers_where_the_charter_asks_for_a_certificate(tmp_path: Path) -> None:
    asked = changed(("training_record = true\ncalibration_exams = 0", "training_record = true\ncalibration_exams = 1"))
    lab = a_trial(tmp_path, asked, certified=False)
    ready(lab)
    assert waits(lab) == {"S01 D10": Why.POOL_TOO_SMALL}
    for person in (lab.reader_1, lab.reader_2):
        certification.certify_elsewhere(lab.open, lab.coordinator, person.account, "certified in the lab for training")
    assert waits(lab) == {}


# ---------------------------------------------------------------- a reader is replaced


def test_a_reader_is_replaced_for_what_is_not_signed_in_one_act(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(), readers=2)
    exams = ready(lab, visits=VISITS[:3])
    assigns(lab)
    assert lab.person("reader-3", Role.READER).account
    signs(lab, lab.reader_1)
    opened = opened_next(lab, lab.reader_1)
    reading.save(lab.open, lab.reader_1, opened.reading.with_note("begun"))
    done = reader_changes.replace_reader(lab.open, lab.coordinator, lab.reader_1.account, "LEFT", "Left the core lab in May")
    assert (done.assigned, done.waiting) == (2, ())
    held = [people_of(lab, exam) for exam in exams]
    assert sorted("reader-1" in one.values() for one in held) == [False, False, True]
    assert sorted("reader-3" in one.values() for one in held) == [False, True, True]
    assert len({slot for one in held for (_, slot), user in one.items() if user == "reader-2"}) == 1
    assert reading.worklist(lab.open, lab.reader_1).next is None
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="reader.replaced")
        assert (event["entity"], event["id"], event["reason"]) == ("account", lab.reader_1.account, "LEFT")
        assert snapshot.opening_of(event["seq"]) == {"reason_text": "Left the core lab in May"}
        assert len([row for row in snapshot.all("assignment_end") if row["event_seq"] == event["seq"]]) == 2
    assert verify_open(lab.open).faults == ()


def test_later_visits_of_the_subject_go_to_the_new_reader(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(), readers=2)
    exams = ready(lab, visits=("D10",))
    assigns(lab)
    assert lab.person("reader-3", Role.READER).account
    reader_changes.replace_reader(lab.open, lab.coordinator, lab.reader_1.account, "LEFT", "Left the core lab in May")
    exams += ready(lab, visits=("BL", "M6"))
    assigns(lab)
    assert len({tuple(sorted(people_of(lab, exam).items())) for exam in exams}) == 1
    assert "reader-1" not in people_of(lab, exams[-1]).values()


def test_an_exam_that_waits_for_a_reader_who_is_gone_is_dealt_by_replacing_them(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(), readers=2)
    (baseline,) = ready(lab, visits=("BL",))
    assigns(lab)
    reads(lab, lab.reader_1)
    accounts.deactivate(lab.open, lab.administrator, lab.reader_1.account, "left the core lab")
    assert lab.person("reader-3", Role.READER).account
    (exam,) = ready(lab)
    assert waits(lab) == {"S01 D10": Why.READER_GONE}
    done = reader_changes.replace_reader(lab.open, lab.coordinator, lab.reader_1.account, "LEFT", "Left the core lab in May")
    assert (done.assigned, done.waiting) == (2, ())
    assert sorted(people_of(lab, exam).values()) == ["reader-2", "reader-3"]
    assert "reader-1" in people_of(lab, baseline).values(), "what is signed stays"


def test_a_reader_may_be_replaced_for_one_subject(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(), readers=2)
    first_exam, second_exam = ready(lab, ("S01", "S02"))
    assigns(lab)
    assert lab.person("reader-3", Role.READER).account
    reader = lab.reader_1.account
    reader_changes.replace_reader(lab.open, lab.coordinator, reader, "CONFLICT", "Knows this patient", subject=SubjectCode("S02"))
    assert "reader-1" in people_of(lab, first_exam).values()
    assert "reader-1" not in people_of(lab, second_exam).values()


# ---------------------------------------------------------------- orders


def test_visits_in_time_order_follow_one_another_and_wait_for_earlier_ones(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(order="time_sequential", subject_spacing=0))
    ready(lab, ("S01",), ("D30", "BL"))
    ready(lab, ("S02",), ("D10", "BL"))
    assert waits(lab) == {"S01 D30": Why.VISITS_MISSING}
    ready(lab, ("S01",), ("D10",))
    assert waits(lab) == {}
    for reader in (lab.reader_1, lab.reader_2):
        own = dealt(lab, reader)
        assert [exam for exam in own if exam.startswith("S01")] == ["S01:BL", "S01:D10", "S01:D30"]
        assert [exam for exam in own if exam.startswith("S02")] == ["S02:BL", "S02:D10"]


def test_a_visit_that_never_comes_is_not_waited_for_where_the_coordinator_says_so(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(order="time_sequential", subject_spacing=0))
    ready(lab, ("S01", "S02"), ("D30",))
    done = assignment.assign(lab.open, lab.coordinator, early=[SubjectCode("S01")])
    assert (done.assigned, [one.what for one in done.waiting]) == (2, ["S02 D30"])


def test_visits_shown_together_wait_for_all_and_open_together(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(order="simultaneous", subject_spacing=0))
    ready(lab, ("S01", "S02"), VISITS)
    ready(lab, ("S03",), VISITS[:3])
    assert waits(lab) == {f"S03 {visit}": Why.VISITS_MISSING for visit in VISITS[:3]}
    own = dealt(lab, lab.reader_1)
    assert [exam.partition(":")[2] for exam in own] == [*VISITS, *VISITS]
    rows = reading.worklist(lab.open, lab.reader_1).rows
    assert len(rows) == 4, "the four visits of the first subject, and nothing of the other"
    opened = reading.open_reading(lab.open, lab.reader_1, rows[2].assignment)
    assert reading.open_reading(lab.open, lab.reader_1, rows[0].assignment).pseudonym != opened.pseudonym
    reads(lab, lab.reader_1, 3)
    assert len([row for row in reading.worklist(lab.open, lab.reader_1).rows if row.signed_at is None]) == 1
    reads(lab, lab.reader_1, 1)
    assert len([row for row in reading.worklist(lab.open, lab.reader_1).rows if row.signed_at is None]) == 4


def test_where_visits_are_read_one_by_one_no_second_one_opens(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(order="time_sequential", subject_spacing=0))
    ready(lab, visits=VISITS[:2])
    assigns(lab)
    own = sorted((row for row in rows_of(lab, "assignment") if row["account_id"] == lab.reader_1.account), key=lambda row: row["order_key"])
    assert first(lab, lab.reader_1) == own[0]["id"]
    with pytest.raises(NotNextError):
        reading.open_reading(lab.open, lab.reader_1, own[1]["id"])


def test_after_the_first_readings_a_subject_comes_once_more_in_time_order(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, a_design(order="hybrid_randomised"))
    ready(lab, ("S01", "S02"), VISITS)
    assigns(lab)
    reads(lab, lab.reader_1, 7)
    assigns(lab)
    complete = dealt(lab, lab.reader_1, "repeat")
    assert len(complete) == 4, "of the subject whose visits are all signed"
    assert [exam.partition(":")[2] for exam in complete] == list(VISITS)
    assert dealt(lab, lab.reader_2, "repeat") == []
    assert reads(lab, lab.reader_1) == 5
    assigns(lab)
    assert reads(lab, lab.reader_1) == 4
    assigns(lab)
    assert reads(lab, lab.reader_1) == 0, "never a third time"
    assert {row["slot"] for row in rows_of(lab, "assignment") if row["kind"] == "repeat"} == {3}


def test_what_is_dealt_into_an_earlier_batch_takes_nothing_out_of_the_readers_hands(tmp_path: Path) -> None:
    lab = a_trial(tmp_path, two_types(readers=1), readers=3)
    ready(lab, [f"S{n:02d}" for n in range(3)])
    assigns(lab)
    reader = next(one for one in (lab.reader_1, lab.reader_2, lab.person("reader-3")) if len(dealt(lab, one)) > 2)
    seconds = {row["id"] for row in rows_of(lab, "assignment") if row["reading_type"] == "SECOND"}
    while first(lab, reader) not in seconds:
        signs(lab, reader)
    begun = opened_next(lab, reader)
    ready(lab, [f"S{n:02d}" for n in range(3, 9)], ("BL",))
    assigns(lab)
    assert first(lab, reader) == begun.reading.assignment
    reading.save(lab.open, reader, begun.reading.with_note("still in hand"))
    reads(lab, reader)
    own = {row["id"] for row in rows_of(lab, "assignment") if row["account_id"] == reader.account}
    assert own == {row["assignment_id"] for row in rows_of(lab, "reading")}


def test_a_subject_that_nobody_knows_is_not_dealt_early(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    with pytest.raises(IntakeRefusedError) as refused:
        assignment.assign(lab.open, lab.coordinator, early=[SubjectCode("NOBODY")])
    assert (refused.value.refusal, refused.value.value) == (Refusal.SUBJECT_UNKNOWN, "NOBODY")
