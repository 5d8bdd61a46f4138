"""A lab that failed its check: a banner across the window, a sign-in for looking, and nothing more is recorded. And its checkpoints."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from corelab.domain.checkpoint import parse_checkpoint
from corelab.domain.clock import SystemClock
from corelab.services import verification
from corelab.services.labs import DATABASE, OpenLab
from corelab.services.verification import verify_lab
from corelab.ui.export_page import ExportPage
from corelab.ui.trail_words import UNSOUND
from tests.gui.desktop import PASSWORD, Desktop


def events(lab: OpenLab) -> int:
    with lab.store.read() as snapshot:
        return len(snapshot.events())


def spoiled(lab: OpenLab) -> OpenLab:
    """A name in the database changed with another tool, and the lab opened again."""
    lab.close()
    with closing(sqlite3.connect(lab.folder / DATABASE)) as connection:
        (trigger,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'account_revision_no_update'").fetchone()
        connection.execute("DROP TRIGGER account_revision_no_update")
        connection.execute("UPDATE account_revision SET printed_name = 'Somebody Else' WHERE roles = 'reader'")
        connection.execute(trigger)
        connection.commit()
    return verification.open_checked(lab.folder, SystemClock(), lab.configuration)


def test_p11_04_a_faulty_lab_opens_for_looking_only_and_the_window_says_so(desktop: Desktop) -> None:
    assert not desktop.front.banner.isVisible()
    lab = spoiled(desktop.lab)
    before = events(lab)
    desktop.front.ask_sign_in(lab)
    assert desktop.front.banner.isVisible()
    assert desktop.front.banner.words.text() == UNSOUND.all
    desktop.lab = lab
    desktop.sign_in("auditor-1")
    assert desktop.front.banner.isVisible()
    assert desktop.window.current is not None
    desktop.front.sign_out()
    assert events(lab) == before


def test_a_sound_lab_has_no_banner(desktop: Desktop) -> None:
    desktop.front.ask_sign_in(verification.open_checked(desktop.lab.folder, SystemClock(), desktop.lab.configuration))
    assert not desktop.front.banner.isVisible()


def test_a_coordinator_saves_a_checkpoint_from_the_export_page(desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "outside.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    desktop.sign_in("coordinator-1")
    desktop.window.open_page("export")
    page = desktop.window.current
    assert isinstance(page, ExportPage)
    page.checkpoint.save.click()
    dialog = page.checkpoint._dialog
    assert dialog is not None
    dialog.user.setText("coordinator-1")
    dialog.password.setText("not the password at all")
    dialog.do.click()
    assert not out.exists()
    dialog.password.setText(PASSWORD)
    dialog.do.click()
    made = parse_checkpoint(out.read_text(encoding="utf-8"))
    assert made.short in page.checkpoint.said.text()
    assert verify_lab(desktop.lab.folder, [made]).ok
