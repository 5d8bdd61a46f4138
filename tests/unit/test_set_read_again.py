"""The calibration set comes back: a reader against the own earlier reading of the same exam, never against a colleague's."""

from datetime import UTC, datetime, timedelta

from corelab.domain.charter import Charter, load_charter
from corelab.domain.monitoring.observed import ExamName, Observed, Purpose, Read
from corelab.domain.monitoring.pairing import Kind, pairs_of
from corelab.domain.vocabulary import ExamState, Grade
from tests.exam_builders import cell, changed

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PLACE = cell("COMP.CFV")


def a_read(reader: str, said: str, day: int, subject: str = "CAL-001", purpose: Purpose = Purpose.CALIBRATION) -> Read:
    grades = {PLACE: Grade(said)}
    return Read(ExamName(subject, "BL"), "DUPLEX", reader, 3, purpose, grades, grades, AT + timedelta(days=day), sealed=True)


def repeated(*reads: Read) -> list[tuple[str, str, str, str]]:
    charter: Charter = load_charter(changed())
    observed = Observed(charter, AT, reads, (), (), states={ExamName("S01", "BL"): ExamState.ASSIGNED})
    return [(*pair.readers, pair.one, pair.other) for pair in pairs_of(observed, Kind.REPEATS)]


def test_each_reading_of_the_set_is_held_against_the_next_of_the_same_reader() -> None:
    reads = (a_read("R1", "none", 90), a_read("R1", "full", 0), a_read("R2", "partial", 1), a_read("R1", "partial", 180))
    assert repeated(*reads) == [("R1", "R1", "full", "none"), ("R1", "R1", "none", "partial")]


def test_other_exams_and_other_purposes_make_no_pair() -> None:
    assert repeated(a_read("R1", "full", 0), a_read("R1", "none", 90, "CAL-002"), a_read("R1", "none", 95, purpose=Purpose.PRIMARY)) == []
