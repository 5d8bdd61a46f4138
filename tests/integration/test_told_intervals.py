"""The days since the visit before, where the blinding profile shows them: counted from what is on record, never guessed."""

from pathlib import Path

import pytest

from corelab.domain.vocabulary import ExamId, ReadingTypeId
from corelab.services import shown
from tests.builders import Lab, a_lab
from tests.exam_builders import changed
from tests.reading_builders import a_ready_exam

SHOWN = ('show = ["side", "segment_label"]', 'show = ["side", "segment_label", "interval_days"]')


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path, charter=changed(SHOWN))


def told(lab: Lab, exam: ExamId) -> tuple[tuple[str, str], ...]:
    with lab.open.store.read() as snapshot:
        return shown.form_of(snapshot, exam, ReadingTypeId("DUPLEX"), shown.clips_of(snapshot, exam)).told


def test_a_reader_is_told_how_many_days_after_the_visit_before_an_exam_was_made(lab: Lab) -> None:
    a_ready_exam(lab, visit="BL", dated="2026-01-02")
    after = a_ready_exam(lab, visit="D10", dated="2026-01-14")
    assert told(lab, after) == (("Interval", "12 days since the visit before"),)


def test_the_visit_before_is_the_last_one_of_this_subject_in_the_order_of_the_charter(lab: Lab) -> None:
    a_ready_exam(lab, visit="M6", dated="2026-07-01")
    a_ready_exam(lab, visit="BL", dated="2026-01-02")
    a_ready_exam(lab, "S02", visit="D10", dated="2026-01-13")
    after = a_ready_exam(lab, visit="D30", dated="2026-02-01")
    assert told(lab, after) == (("Interval", "30 days since the visit before"),)


def test_of_the_first_visit_nothing_is_told(lab: Lab) -> None:
    first = a_ready_exam(lab, visit="BL", dated="2026-01-02")
    a_ready_exam(lab, visit="D10", dated="2026-01-14")
    assert told(lab, first) == ()


@pytest.mark.parametrize(("before", "after"), [(None, "2026-01-14"), ("2026-01-02", None)])
def test_where_a_day_is_not_known_no_interval_is_told(lab: Lab, before: str | None, after: str | None) -> None:
    a_ready_exam(lab, visit="BL", dated=before)
    assert told(lab, a_ready_exam(lab, visit="D10", dated=after)) == ()


def test_a_profile_that_does_not_show_the_interval_tells_nothing(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    a_ready_exam(lab, visit="BL", dated="2026-01-02")
    assert told(lab, a_ready_exam(lab, visit="D10", dated="2026-01-14")) == ()
