"""What the overview says after release and compare."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from corelab.ui.buttons import Button
from corelab.ui.desk import Desk
from corelab.ui.dialogs import ConfirmDialog
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.overview_page import OverviewPage
from tests.reading_builders import a_lab_with_a_bad_record


def test_an_exam_with_a_bad_record_is_named_and_the_others_are_done(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_lab_with_a_bad_record(tmp_path, monkeypatch)
    page = OverviewPage(Desk(lab.open, lab.coordinator, ImmediateJobs()))
    qtbot.addWidget(page)
    page.show()
    page.opened()
    page.compare.click()
    (question,) = page.findChildren(ConfirmDialog)
    next(each for each in question.findChildren(Button) if each.text() == "Release and compare").click()
    said = page.told.text().splitlines()
    assert said[0].startswith("2 concordant, 0 new cases, 0 cases finished, 0 still waiting.")
    assert said[1].startswith("S01 ")
    assert said[1].endswith("a signed record was refused, it cannot be opened with the custody key.")
    assert said[2].startswith("This exam was left as it was; the others are done.")
