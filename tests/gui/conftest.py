"""The window of a small lab, for tests of pages."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.services.labs import OpenLab
from corelab.ui.theme import apply_theme
from tests.gui.desktop import Desktop, a_lab


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture
def open_lab(tmp_path: Path) -> OpenLab:
    return a_lab(tmp_path)


@pytest.fixture
def desktop(qtbot: QtBot, open_lab: OpenLab) -> Desktop:
    return Desktop(qtbot, open_lab)
