"""The charter in the window: which one is in force, its versions, on paper, and a later one checked and signed."""

from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from corelab.domain.accounts import Role
from corelab.domain.record_errors import NotPermittedError
from corelab.services import accounts, charter_versions
from corelab.ui.charter_dialog import CharterDialog
from corelab.ui.charter_later import LaterDialog
from corelab.ui.dialogs import SignDialog
from corelab.ui.overview_page import OverviewPage
from tests.exam_builders import changed
from tests.gui.desktop import PASSWORD, Desktop
from tests.gui.test_coordinator_pages import page

VERSION = 'version = "0.9.0"'
NEXT = 'version = "0.9.1"\nsupersedes = ["0.9.0"]'
LATER = changed((VERSION, NEXT), ('changes = "First version', 'changes = "Wording only. First version'))
TOO_SMALL = changed((VERSION, NEXT), ('presence = "required"', 'presence = "if_received"'))
FAULTY = changed((VERSION, NEXT), ('use = "core"', 'use = "main"'))


@pytest.fixture
def overview(desktop: Desktop) -> OverviewPage:
    desktop.sign_in("coordinator-1")
    return page(desktop, OverviewPage)


def versions_of(overview: OverviewPage) -> CharterDialog:
    overview.charter.button.click()
    dialog = overview.findChild(CharterDialog)
    assert dialog is not None
    return dialog


def checked(overview: OverviewPage, tmp_path: Path, toml: bytes) -> LaterDialog:
    file = tmp_path / "later.toml"
    file.write_bytes(toml)
    dialog = versions_of(overview)
    dialog.check_file(file)
    later = dialog.findChild(LaterDialog)
    assert later is not None
    return later


def test_the_overview_names_the_charter_in_force(overview: OverviewPage, desktop: Desktop) -> None:
    charter = desktop.lab.charter
    assert overview.charter.name.text() == charter.title
    assert overview.charter.which.text() == f"{charter.id}, version 0.9.0, {charter.hash[:12]}"
    assert overview.charter.locked.text() == "No reading is signed under it yet."


def test_the_versions_are_listed_and_printed(overview: OverviewPage, desktop: Desktop, tmp_path: Path) -> None:
    dialog = versions_of(overview)
    (row,) = dialog.rows.texts()
    assert row[:2] == ["0.9.0", desktop.lab.charter.hash[:12]]
    assert row[3:] == ["coordinator-1", "0", "0"]
    dialog.print_into(tmp_path / "charter.pdf")
    text = PdfReader(tmp_path / "charter.pdf").pages[0].extract_text()
    assert desktop.lab.charter.hash in text
    assert "Printed into charter.pdf" in dialog.told.text()


def test_a_later_version_shows_its_changes_and_is_signed(overview: OverviewPage, desktop: Desktop, tmp_path: Path) -> None:
    later = checked(overview, tmp_path, LATER)
    assert [row[:2] for row in later.changes.texts()] == [["patch", "charter.changes"]]
    assert later.sign.isEnabled()
    later.sign.click()
    signing = later.findChild(SignDialog)
    assert signing is not None
    assert "charter approval" in "".join(label.text() for label in signing.findChildren(type(signing.heading)))
    signing.user.setText("coordinator-1")
    QTest.keyClicks(signing.password, PASSWORD)
    QTest.keyClick(signing.password, Qt.Key.Key_Return)
    assert desktop.lab.charter.version == "0.9.1"
    assert overview.charter.which.text().startswith("dvt-lower-extremity, version 0.9.1")
    assert "is in force after 0.9.0" in overview.told.text()
    dialog = overview.findChild(CharterDialog)
    assert dialog is not None
    assert [row[0] for row in dialog.rows.texts()] == ["0.9.1", "0.9.0"]


def test_a_wrong_password_approves_nothing(overview: OverviewPage, desktop: Desktop, tmp_path: Path) -> None:
    later = checked(overview, tmp_path, LATER)
    later.sign.click()
    signing = later.findChild(SignDialog)
    assert signing is not None
    signing.user.setText("coordinator-1")
    QTest.keyClicks(signing.password, "not this one")
    QTest.keyClick(signing.password, Qt.Key.Key_Return)
    assert signing.isVisible()
    assert desktop.lab.charter.version == "0.9.0"


def test_a_step_that_is_too_small_cannot_be_signed(overview: OverviewPage, tmp_path: Path) -> None:
    later = checked(overview, tmp_path, TOO_SMALL)
    assert later.changes.texts()[0][0] == "major"
    assert any("need a major one" in row[2] for row in later.faults.texts())
    assert "need a major one" in later.whole.text()
    later.faults.choose(1)
    assert later.whole.text().startswith("reading_type[0](DUPLEX): ")
    assert not later.sign.isEnabled()
    assert "cannot be approved" in later.verdict.text()


def test_every_fault_of_a_file_is_shown(overview: OverviewPage, tmp_path: Path) -> None:
    later = checked(overview, tmp_path, FAULTY)
    assert ["C02", "ask[0](Q01).use"] in [row[:2] for row in later.faults.texts()]
    assert not later.sign.isEnabled()


def test_the_charter_in_force_is_no_later_version(overview: OverviewPage, tmp_path: Path) -> None:
    later = checked(overview, tmp_path, changed())
    assert not later.sign.isEnabled()


def test_only_a_coordinator_may_look(desktop: Desktop) -> None:
    session = accounts.sign_in(desktop.lab, "reader-1", PASSWORD)
    assert Role.READER in session.roles
    with pytest.raises(NotPermittedError):
        charter_versions.versions(desktop.lab, session)
