"""What is done for one subject alone, in the window: dealt without its other visits, and read by another reader."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from corelab.domain.accounts import Role
from corelab.ui.buttons import Button
from corelab.ui.desk import Desk
from corelab.ui.dialogs import ConfirmDialog, ReasonDialog
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.overview_page import OverviewPage
from corelab.ui.records_dialog import RecordsDialog
from tests.builders import Lab
from tests.dealing_builders import a_design, a_trial, ready
from tests.life_builders import dealt
from tests.reading_builders import a_ready_exam, a_staffed_lab, rows_of


def overview(lab: Lab, qtbot: QtBot) -> OverviewPage:
    page = OverviewPage(Desk(lab.open, lab.coordinator, ImmediateJobs()))
    qtbot.addWidget(page)
    page.show()
    page.opened()
    return page


def readers(lab: Lab) -> set[tuple[str, str]]:
    """(subject, reader) of every reading that has not ended."""
    subjects = {row["id"]: row["code"] for row in rows_of(lab, "subject")}
    exams = {row["id"]: subjects[row["subject_id"]] for row in rows_of(lab, "exam")}
    people = {row["id"]: row["user_name"] for row in rows_of(lab, "account")}
    ended = {row["assignment_id"] for row in rows_of(lab, "assignment_end")}
    return {(exams[row["exam_id"]], people[row["account_id"]]) for row in rows_of(lab, "assignment") if row["id"] not in ended}


def test_a_subject_is_assigned_without_waiting_for_its_other_visits(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_trial(tmp_path, a_design(order="time_sequential", subject_spacing=0))
    ready(lab, ("S01", "S02"), ("D30",))
    page = overview(lab, qtbot)
    page.assign_exams()
    assert readers(lab) == set()
    page._on_opened([str(exam.subject) for exam in page._listed()].index("S02"))
    (asked,) = page.findChildren(ConfirmDialog)
    next(one for one in asked.findChildren(Button) if one.text() == "Assign now").click()
    assert {subject for subject, _ in readers(lab)} == {"S02"}
    assert "2 readings assigned" in page.told.text()


def test_a_reader_is_replaced_for_one_subject(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab, "S02")
    dealt(lab)
    assert lab.person("reader-3", Role.READER).account
    before = readers(lab)
    assert before == {(subject, user) for subject in ("S01", "S02") for user in ("reader-1", "reader-2")}
    page = overview(lab, qtbot)
    page._on_opened([str(exam.subject) for exam in page._listed()].index("S02"))
    (records,) = page.findChildren(RecordsDialog)
    records.rows.choose([row[1] for row in records.rows.texts()].index("reader-1"))
    records.replace.click()
    (asked,) = records.findChildren(ReasonDialog)
    asked.choice.setCurrentIndex(0)
    asked.words.setPlainText("On leave until May")
    asked.do.click()
    assert before - readers(lab) == {("S02", "reader-1")}
    assert readers(lab) - before == {("S02", "reader-3")}
    assert "1 reading of S02 dealt to others." in page.told.text()
    records.accept()
