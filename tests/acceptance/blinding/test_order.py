"""In which order a reader gets exams, under which names, and which read stands as A: by chance, stored, the same after a restart."""

import pytest

from corelab.domain import allocation
from corelab.domain.clock import SystemClock
from corelab.domain.vocabulary import LabKind, SegmentId
from corelab.services import assignment, labs, reading
from corelab.services.accounts import Session
from corelab.services.labs import LabSecrets
from tests.acceptance.blinding.graph import text_of
from tests.acceptance.blinding.probes import Probes
from tests.builders import Lab, a_lab
from tests.reading_builders import a_ready_exam, rows_of, signs

EXAMS = 200
NOISE = 0.25
"""3.5 standard errors of a rank correlation of 200 places."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """200 exams of 200 subjects, taken in one after another. The secret of chance is a constant."""
    secrets = LabSecrets(b"1" * 32, b"one of many")
    made = a_lab(tmp_path_factory.mktemp("order"), kind=LabKind.DEMO, secrets=secrets)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    for number in range(EXAMS):
        a_ready_exam(made, f"S{number:03d}", received=("CFV",))
    assignment.assign(made.open, made.coordinator)
    return made


def order_of(lab: Lab, session: Session) -> list[str]:
    """The exams in the order in which this reader gets them."""
    rows = [row for row in rows_of(lab, "assignment") if row["account_id"] == session.account]
    return [row["exam_id"] for row in sorted(rows, key=lambda row: row["order_key"])]


def correlation(one: list[str], other: list[str]) -> float:
    """Spearman's rank correlation of two orders of the same things."""
    place = {each: n for n, each in enumerate(other)}
    total = sum((n - place[each]) ** 2 for n, each in enumerate(one))
    return 1 - 6 * total / (len(one) * (len(one) ** 2 - 1))


def taken_in(lab: Lab) -> list[str]:
    return [row["id"] for row in sorted(rows_of(lab, "exam"), key=lambda row: row["event_seq"])]


def test_p11_57_the_orders_of_two_readers_have_nothing_in_common(lab: Lab, probes: Probes) -> None:
    one, other = order_of(lab, lab.reader_1), order_of(lab, lab.reader_2)
    assert sorted(one) == sorted(other)
    assert len(one) == EXAMS
    probes.hold("order of the worklist", "two readers", fine=abs(correlation(one, other)) < NOISE)


def test_p11_57_no_order_follows_the_intake(lab: Lab, probes: Probes) -> None:
    for session in (lab.reader_1, lab.reader_2):
        probes.hold("order of the worklist", "intake", fine=abs(correlation(order_of(lab, session), taken_in(lab))) < NOISE)


def test_a_common_order_would_be_found(lab: Lab) -> None:
    one = order_of(lab, lab.reader_1)
    nearly = [each for pair in zip(one[1::2], one[::2], strict=True) for each in pair]
    assert correlation(one, one) == 1
    assert correlation(one, nearly) > NOISE
    assert correlation(one, one[::-1]) < -NOISE


def test_p11_57_the_list_shows_the_next_of_the_stored_order_alone_and_the_same_after_a_restart(lab: Lab, probes: Probes) -> None:
    first = order_of(lab, lab.reader_1)[0]
    (row,) = reading.worklist(lab.open, lab.reader_1).rows
    (stored,) = (each for each in rows_of(lab, "assignment") if each["id"] == row.assignment)
    assert stored["exam_id"] == first
    again = labs.open_lab(lab.open.folder, SystemClock(), lab.open.configuration)
    probes.same("order of the worklist", "restart", (row,), reading.worklist(again, lab.reader_1).rows)
    again.close()


def test_p11_57_nothing_counts_what_is_to_come(lab: Lab, probes: Probes) -> None:
    """Of 200 exams the reader is told of one."""
    told = text_of(reading.worklist(lab.open, lab.reader_1))
    for number in (EXAMS, EXAMS - 1, 2 * EXAMS):
        probes.hold("counts", f"{number}", fine=str(number) not in told.split("\n"))


def test_p11_57_what_the_other_has_signed_moves_nothing_in_the_list(lab: Lab, probes: Probes) -> None:
    before, order = reading.worklist(lab.open, lab.reader_1).rows, order_of(lab, lab.reader_1)
    for _ in range(3):
        signs(lab, lab.reader_2, COMP_CFV=2)
    probes.same("order of the worklist", "the other's signatures", before, reading.worklist(lab.open, lab.reader_1).rows)
    probes.same("order of the worklist", "the other's signatures", tuple(order), tuple(order_of(lab, lab.reader_1)))


def test_p11_56_every_assignment_has_a_pseudonym_of_its_own_that_tells_nothing(lab: Lab, probes: Probes) -> None:
    """Sorted by pseudonym, exams stand in no order of intake; no two readers share one."""
    rows = rows_of(lab, "assignment")
    probes.hold("pseudonyms", "each its own", fine=len({row["pseudonym"] for row in rows}) == 2 * EXAMS)
    for session in (lab.reader_1, lab.reader_2):
        own = sorted((row for row in rows if row["account_id"] == session.account), key=lambda row: row["pseudonym"])
        probes.hold("pseudonyms", "intake", fine=abs(correlation([row["exam_id"] for row in own], taken_in(lab))) < NOISE)


@pytest.mark.parametrize("per_segment", [True, False])
def test_p11_59_a_and_b_are_drawn_evenly_over_400_cases(probes: Probes, *, per_segment: bool) -> None:
    """Within 3.3 standard deviations of one half, and independent of the slot that is the reference."""
    cases = [f"S{n:03d}:D10" for n in range(400)]
    segment = SegmentId("CFV") if per_segment else None
    first = [allocation.slot_of_a("a secret of chance", case, segment) == 1 for case in cases]
    same = [(allocation.reference_slot("a secret of chance", case) == 1) == a for case, a in zip(cases, first, strict=True)]
    for what, drawn in (("A is slot 1", first), ("A is the reference", same)):
        probes.hold("A and B", what, fine=abs(sum(drawn) - 200) <= 33)


def test_p11_59_segments_of_one_exam_are_drawn_apart(probes: Probes) -> None:
    """Who recognises a style on one segment learns nothing of the next."""
    pairs = [[allocation.slot_of_a("a secret of chance", f"S{n:03d}:D10", SegmentId(each)) for each in ("CFV", "POPV")] for n in range(400)]
    probes.hold("A and B", "two segments", fine=abs(sum(one == other for one, other in pairs) - 200) <= 33)
