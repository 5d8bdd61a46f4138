"""What a coordinator must see to, in the window: safety notices that wait, and an unblinding recorded from an exam's records."""

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.unblinding import told
from corelab.services import safety, unblinding
from corelab.ui.dialogs import ReasonDialog
from corelab.ui.overview_page import OverviewPage
from corelab.ui.unblinding_dialog import UnblindingDialog
from tests.builders import PASSWORD, Lab
from tests.gui.desktop import Desktop
from tests.types_builders import PAIRED, a_lab_of_two_types, readers_of, reads


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab_of_two_types(tmp_path)


def overview(qtbot: QtBot, lab: Lab) -> tuple[Desktop, OverviewPage]:
    desktop = Desktop(qtbot, lab.open)
    desktop.sign_in("coordinator", PASSWORD)
    desktop.window.open_page("overview")
    page = desktop.window.current
    assert isinstance(page, OverviewPage)
    return desktop, page


def test_no_notice_takes_no_room(qtbot: QtBot, lab: Lab) -> None:
    reads(lab, readers_of(lab, PAIRED)[0])
    _, page = overview(qtbot, lab)
    assert page.safety.isHidden()


def test_a_notice_tells_exam_alert_and_message_and_is_acknowledged_with_words(qtbot: QtBot, lab: Lab) -> None:
    reads(lab, readers_of(lab, PAIRED)[0], COMP_CFV=2)
    desktop, page = overview(qtbot, lab)
    assert not page.safety.isHidden()
    assert page.safety.rows.texts() == [["S01 D10", "S01"]]
    assert page.safety.message.text() == "A vein of the core does not compress."
    page.safety.acknowledge.click()
    QTest.keyClicks(desktop.dialog().words, "Site informed by phone")
    desktop.dialog().do.click()
    assert page.safety.isHidden()
    assert "acknowledged" in page.told.text()
    (seen,) = safety.notices(lab.open, lab.coordinator)
    assert seen.acknowledged is not None
    assert seen.acknowledged.done == "Site informed by phone"


def test_an_unblinding_is_recorded_from_the_records_of_an_exam(qtbot: QtBot, lab: Lab) -> None:
    desktop, page = overview(qtbot, lab)
    page._on_opened(0)
    records = desktop.dialog()
    records.unblinded.click()
    (asked,) = desktop.window.findChildren(UnblindingDialog)
    asked.kind.pick(1)
    QTest.keyClicks(asked.seen, "The site said so on the phone")
    assert not asked.do.isEnabled()
    QTest.keyClicks(asked.acted, "The site was reminded")
    asked.do.click()
    (found,) = unblinding.unblindings(lab.open, lab.coordinator)
    assert (found.subject, found.told.kind, found.told.planned) == ("S01", "stent", False)
    assert found.person == records.chosen.reader.replace("-", " ").capitalize()
    records.accept()


def test_exams_are_dealt_to_an_unblinded_person_for_a_reason_given_in_the_records_of_an_exam(qtbot: QtBot, lab: Lab) -> None:
    desktop, page = overview(qtbot, lab)
    page._on_opened(0)
    records = desktop.dialog()
    assert not records.excepted.isEnabled()
    assert "not on record that this person may know the treatment" in records.excepted.toolTip()
    said = told("stent", "A stent is in the picture", "Nothing was done", planned=True)
    unblinding.record(lab.open, lab.coordinator, records.chosen.exam, records.chosen.reader, said)
    records._look()
    assert records.excepted.isEnabled()
    records.excepted.click()
    (asked,) = records.findChildren(ReasonDialog)
    QTest.keyClicks(asked.words, "No other reader is left")
    asked.do.click()
    assert not records.excepted.isEnabled()
    assert records.unblinded.isEnabled()
    assert {one.excepted.why for one in unblinding.unblindings(lab.open, lab.coordinator) if one.excepted} == {"No other reader is left"}
    records.accept()
