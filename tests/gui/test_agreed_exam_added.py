"""The calibration set on the People page: an exam with agreed truth is added from a file, and what is wrong with one is told."""

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from corelab.services import calibration
from corelab.ui.people_page import PeoplePage
from tests.builders import PASSWORD, Lab
from tests.gui.desktop import Desktop
from tests.integration.test_agreed_exams import portal, written
from tests.training_builders import a_training_lab, small_pictures

pytestmark = pytest.mark.usefixtures(small_pictures.__name__)
__all__ = ["small_pictures"]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_training_lab(tmp_path / "lab", portal())


def people(qtbot: QtBot, lab: Lab) -> tuple[Desktop, PeoplePage]:
    desktop = Desktop(qtbot, lab.open)
    desktop.sign_in("coordinator", PASSWORD)
    desktop.window.open_page("people")
    page = desktop.window.current
    assert isinstance(page, PeoplePage)
    return desktop, page


def test_it_is_added_from_a_file_and_the_card_says_for_whom_the_truth_is_known(
    qtbot: QtBot, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "panel")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    desktop, page = people(qtbot, lab)
    told = desktop.words(page.set)
    assert "Blinded remnant reading: 0 of 2 exams with known truth; phantoms cannot show it: add exams with agreed truth." in told
    page.set.add.click()
    assert "Blinded remnant reading: 1 of 2 exams with known truth" in desktop.words(page.set)
    assert calibration.calibration_set(lab.open, lab.coordinator).made == 1
    assert page.set.add.isEnabled()
    assert page.set.make.isEnabled()


def test_what_is_wrong_with_the_file_is_told_and_nothing_is_made(
    qtbot: QtBot, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "exam.json"
    file.write_text(json.dumps({"visit": "BL", "clips": {"a.dcm": "NOWHERE"}}))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    desktop, page = people(qtbot, lab)
    page.set.add.click()
    told = desktop.words(desktop.dialog())
    assert "clips.a.dcm: NOWHERE is not a segment" in told
    assert "Nothing was made." in told
    assert calibration.calibration_set(lab.open, lab.coordinator).made == 0
