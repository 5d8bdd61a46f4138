"""Machines and second factors on the people page."""

from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from corelab.domain.record_errors import SecondFactorNeededError
from corelab.domain.totp import code_of, step_at
from corelab.services import accounts, labs, second_factor, workstations
from corelab.ui.dialogs import ReasonDialog
from corelab.ui.machines_dialog import MachinesDialog
from tests.gui.desktop import PASSWORD, Desktop
from tests.gui.test_people_page import choose, give_reason, people_page


def has_factor(desktop: Desktop, user: str) -> None:
    session = accounts.sign_in(desktop.lab, user, PASSWORD)
    made = second_factor.begin(desktop.lab, session)
    second_factor.enrol(desktop.lab, session, made.secret, code_of(made.secret, step_at(desktop.lab.clock.now())))
    accounts.sign_out(desktop.lab, session)


def test_p11_21_an_administrator_asks_and_a_coordinator_confirms(desktop: Desktop) -> None:
    has_factor(desktop, "reader-1")
    page = people_page(desktop, "administrator")
    choose(page, "reader-1")
    assert "with a second factor" in desktop.words(page.chosen)
    assert not page.chosen.confirm_removal.isEnabled()
    page.chosen.remove_factor.click()
    give_reason(desktop, "telephone lost, asked in person")
    assert not page.chosen.remove_factor.isEnabled()
    page.chosen.confirm_removal.click()
    desktop.dialog().accept()
    assert "Another person has to confirm" in desktop.words(desktop.dialog())
    desktop.dialog().accept()
    with pytest.raises(SecondFactorNeededError):
        accounts.sign_in(desktop.lab, "reader-1", PASSWORD)
    desktop.front.sign_out()
    page = people_page(desktop, "coordinator-1")
    choose(page, "reader-1")
    page.chosen.confirm_removal.click()
    desktop.dialog().accept()
    assert accounts.sign_in(desktop.lab, "reader-1", PASSWORD).user_name == "reader-1"


def test_p11_28_an_administrator_enrols_a_machine_that_signed_in(desktop: Desktop, tmp_path: Path) -> None:
    other = labs.open_lab(desktop.lab.folder, desktop.lab.clock, tmp_path / "another machine")
    accounts.sign_out(other, accounts.sign_in(other, "reader-1", PASSWORD))
    page = people_page(desktop, "administrator")
    page.machines.click()
    dialog = desktop.dialog()
    assert isinstance(dialog, MachinesDialog)
    assert [row[3] for row in dialog.rows.texts()] == ["Yes", ""]
    assert not dialog.enrol.isEnabled(), "nobody takes out the machine at which they sit"
    dialog.rows.choose(1)
    dialog.enrol.click()
    (asked,) = [each for each in dialog.findChildren(ReasonDialog) if each.isVisible()]
    QTest.keyClicks(asked.words, "the new reading room")
    asked.do.click()
    assert [row[3] for row in dialog.rows.texts()] == ["Yes", "Yes"]
    administrator = accounts.sign_in(desktop.lab, "administrator", PASSWORD)
    assert all(each.enrolled for each in workstations.machines(desktop.lab, administrator))


def test_a_coordinator_sees_the_machines_and_enrols_none(desktop: Desktop) -> None:
    page = people_page(desktop, "coordinator-1")
    page.machines.click()
    dialog = desktop.dialog()
    assert len(dialog.rows.texts()) == 1
    assert not dialog.enrol.isVisible()
