"""Backing up from the pages, restoring and choosing a lab at the welcome page, and a lab that another window has."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from corelab import app
from corelab.domain.addresses import Place
from corelab.services import accounts, backup, labs
from corelab.services.labs import OpenLab
from corelab.services.verification import verify_lab
from corelab.ui.application import Doors, Front
from corelab.ui.backup_card import BackupCard
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.restore_flow import RestoreDialog
from tests.gui.desktop import PASSWORD, Desktop


def chosen(monkeypatch: pytest.MonkeyPatch, *, file: Path | None = None, folder: Path | None = None) -> None:
    """What the person picks in the system's file dialogs."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file or ""), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file or ""), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder or ""))


@pytest.mark.parametrize(("user", "page"), [("coordinator-1", "overview"), ("administrator", "people")])
def test_a_coordinator_and_an_administrator_back_up_from_their_pages(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str, page: str
) -> None:
    desktop.sign_in(user)
    desktop.window.open_page(page)
    card = desktop.window.current.findChild(BackupCard)  # type: ignore[union-attr]  # the page is there
    assert card is not None
    chosen(monkeypatch, file=tmp_path / "trial.backup")
    card.button.click()
    assert (tmp_path / "trial.backup").is_file()
    assert card.told.text().startswith("Backed up into trial.backup: ")
    assert not card.working.isVisible()
    card.button.click()
    assert "file of this name" in desktop.dialog().accessibleName()


def test_no_one_else_is_offered_a_backup(desktop: Desktop) -> None:
    for user in ("reader-1", "auditor-1"):
        desktop.sign_in(user)
        assert all(not each.isVisible() for each in desktop.window.findChildren(BackupCard))
        desktop.front.sign_out()


# ---------------------------------------------------------------- the welcome page


def _forget(_place: Place) -> None:
    return


class Welcomed:
    """The window before any lab is open, with the doors of the program."""

    def __init__(self, qtbot: QtBot, open_lab: OpenLab, tmp_path: Path) -> None:
        self.lab, self.tmp_path = open_lab, tmp_path
        self.window = MainWindow()
        qtbot.addWidget(self.window)
        self.front = Front(self.window, ImmediateJobs(), Doors(app.open_for_window, None, _forget, app.look_at_lab, app.restore_lab))
        self.page = self.front.welcome()
        self.window.resize(1066, 666)
        with qtbot.waitExposed(self.window):
            self.window.show()

    @property
    def signing_in(self) -> bool:
        return self.front._sign_in is not None and self.front._sign_in.isVisible()


@pytest.fixture
def welcomed(qtbot: QtBot, open_lab: OpenLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Welcomed]:
    monkeypatch.setenv("CORELAB_CONFIG", str(open_lab.configuration))
    made = Welcomed(qtbot, open_lab, tmp_path)
    yield made
    if made.front._lab is not None:
        made.front._lab.close()


@pytest.fixture
def a_backup(open_lab: OpenLab, tmp_path: Path) -> Path:
    session = accounts.sign_in(open_lab, "coordinator-1", PASSWORD)
    done = backup.back_up(open_lab, session, tmp_path / "trial.backup")
    accounts.sign_out(open_lab, session)
    return done.file


def test_a_backup_is_restored_and_the_lab_opens(welcomed: Welcomed, a_backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = welcomed.tmp_path / "again"
    chosen(monkeypatch, file=a_backup, folder=folder)
    welcomed.page.restore_button.click()
    (dialog,) = welcomed.page.findChildren(RestoreDialog)
    assert not dialog.do.isEnabled()
    QTest.keyClicks(dialog.user, "coordinator-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    dialog.do.click()
    assert verify_lab(folder).faults == ()
    assert welcomed.signing_in
    assert welcomed.front._lab is not None
    assert welcomed.front._lab.folder == folder


def test_a_restore_that_is_refused_says_why_and_leaves_nothing(welcomed: Welcomed, a_backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = welcomed.tmp_path / "again"
    chosen(monkeypatch, file=a_backup, folder=folder)
    welcomed.page.restore_button.click()
    (dialog,) = welcomed.page.findChildren(RestoreDialog)
    QTest.keyClicks(dialog.user, "coordinator-1")
    QTest.keyClicks(dialog.password, "not the password")
    dialog.do.click()
    assert "User name or password is not right." in welcomed.page._fault.text()
    assert not folder.exists()
    assert not welcomed.page.working.isVisible()


# ---------------------------------------------------------------- another window

OTHER = """
import sys
from pathlib import Path
from corelab import app
lab = app.open_for_window(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def another_window(open_lab: OpenLab) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    running: list[subprocess.Popen[str]] = []

    def begin() -> "subprocess.Popen[str]":
        arguments = [sys.executable, "-c", OTHER, str(open_lab.folder)]
        made = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(made)
        assert made.stdout is not None
        assert made.stdout.readline() == "open\n"
        return made

    yield begin
    for each in running:
        each.kill()
        each.communicate()


def test_p11_66_a_second_window_on_one_lab_is_told_who_has_it_and_waits(
    welcomed: Welcomed, another_window: Callable[[], "subprocess.Popen[str]"]
) -> None:
    other = another_window()
    welcomed.page.lab_chosen.emit(welcomed.lab.folder)
    told = welcomed.page._fault.text()
    assert f"process {other.pid}" in told
    assert "open in another window" in told
    assert welcomed.page.again.isVisible()
    welcomed.page.again.click()
    assert not welcomed.signing_in
    other.kill()  # without a word: the system gives its lock back
    other.wait()
    welcomed.page.again.click()
    assert welcomed.signing_in
    assert not welcomed.front.banner.isVisible()


def test_p11_66_a_second_window_may_look_without_changing_anything(
    welcomed: Welcomed, another_window: Callable[[], "subprocess.Popen[str]"]
) -> None:
    another_window()
    welcomed.page.lab_chosen.emit(welcomed.lab.folder)
    before = (welcomed.lab.folder / labs.DATABASE).read_bytes()
    welcomed.page.look.click()
    assert welcomed.signing_in
    assert "reading only" in welcomed.front.banner.words.text()
    form = welcomed.front._sign_in
    assert form is not None
    QTest.keyClicks(form.user, "auditor-1")
    QTest.keyClicks(form.password, PASSWORD)
    form.sign_in_requested.emit("auditor-1", PASSWORD)
    assert "Auditor" in welcomed.window.windowTitle()
    assert (welcomed.lab.folder / labs.DATABASE).read_bytes() == before


def test_another_lab_chosen_gives_the_first_one_back(welcomed: Welcomed, another_window: Callable[[], "subprocess.Popen[str]"]) -> None:
    welcomed.page.lab_chosen.emit(welcomed.lab.folder)
    assert welcomed.signing_in
    welcomed.front.welcome()
    assert another_window().poll() is None
