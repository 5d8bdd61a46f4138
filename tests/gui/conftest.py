"""The window of a small lab, for tests of pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.services.labs import OpenLab
from corelab.ui.theme import apply_theme
from tests.builders import Lab
from tests.gui.adjudicator import Adjudicator, a_case_lab, at_the_case
from tests.gui.desktop import Desktop, a_lab
from tests.gui.reader import Reader, a_reading_lab, at_the_page


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture
def open_lab(tmp_path: Path) -> OpenLab:
    return a_lab(tmp_path)


@pytest.fixture
def desktop(qtbot: QtBot, open_lab: OpenLab) -> Desktop:
    return Desktop(qtbot, open_lab)


@pytest.fixture
def reading_lab(tmp_path: Path) -> Lab:
    return a_reading_lab(tmp_path)


@pytest.fixture
def reader(reading_lab: Lab, qtbot: QtBot) -> Iterator[Reader]:
    with at_the_page(reading_lab, qtbot) as somebody:
        yield somebody


@pytest.fixture
def adjudicator(tmp_path: Path, qtbot: QtBot) -> Iterator[Adjudicator]:
    with at_the_case(a_case_lab(tmp_path), qtbot) as somebody:
        yield somebody
