"""The coordinator approves on the Export page that columns are gone: the reason, the signature, then the package can be written."""

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.services import packages
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import ReasonDialog, SignDialog
from corelab.ui.export_page import ExportPage
from corelab.ui.jobs import ImmediateJobs
from tests.builders import PASSWORD, Lab
from tests.reading_builders import rows_of
from tests.specification_builders import QUALITY, WHY, a_lab_that_dropped_an_item, amended, amends, read


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return a_lab_that_dropped_an_item(tmp_path, monkeypatch)


def export_page(lab: Lab, qtbot: QtBot) -> ExportPage:
    page = ExportPage(Desk(lab.open, lab.coordinator, ImmediateJobs()))
    qtbot.addWidget(page)
    page.resize(1400, 900)
    page.show()
    page.opened()
    return page


def dialog(kind: type[Dialog]) -> Dialog:
    QApplication.processEvents()
    (found,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]
    return found


def gives_reason(words: str) -> None:
    asked = dialog(ReasonDialog)
    assert isinstance(asked, ReasonDialog)
    QTest.keyClicks(asked.words, words)
    asked.do.click()


def signs_it(lab: Lab, password: str) -> SignDialog:
    asked = dialog(SignDialog)
    assert isinstance(asked, SignDialog)
    asked.user.setText("coordinator")
    QTest.keyClicks(asked.password, password)
    asked.do.click()
    QApplication.processEvents()
    return asked


def test_columns_that_are_gone_are_named_and_no_package_is_offered_until_they_are_approved(lab: Lab, qtbot: QtBot) -> None:
    page = export_page(lab, qtbot)
    assert page.columns.isVisible()
    assert "IMGQUAL" in page.columns.listed.text()
    assert not page.write.isEnabled()
    page.columns.approve.click()
    gives_reason(WHY)
    refused = signs_it(lab, "not the password at all")
    assert refused.isVisible()
    assert rows_of(lab, "specification_approval") == []
    signs_it(lab, PASSWORD)
    assert not page.columns.isVisible()
    assert page.write.isEnabled()
    assert len(rows_of(lab, "specification_approval")) == 1


def test_a_name_with_another_meaning_is_told_and_offers_no_approval(lab: Lab, qtbot: QtBot, tmp_path: Path) -> None:
    packages.approve_specification(lab.open, lab.coordinator, WHY, PASSWORD)
    packages.export(lab.open, lab.coordinator, tmp_path / "two", PASSWORD)
    amends(lab, amended("2.0.0", "1.0.0", (QUALITY, 'label = "Overall impression"'), quality=True))
    read(lab, "S03")
    page = export_page(lab, qtbot)
    assert page.columns.isVisible()
    assert "Overall impression" in page.columns.listed.text()
    assert page.columns.approve.isHidden()
    assert not page.write.isEnabled()
    page.columns.ask()
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, ReasonDialog) and one.isVisible()]


def test_where_nothing_is_gone_the_page_says_nothing_of_columns(lab: Lab, qtbot: QtBot, tmp_path: Path) -> None:
    packages.approve_specification(lab.open, lab.coordinator, WHY, PASSWORD)
    packages.export(lab.open, lab.coordinator, tmp_path / "two", PASSWORD)
    page = export_page(lab, qtbot)
    assert not page.columns.isVisible()
    assert page.write.isEnabled()
