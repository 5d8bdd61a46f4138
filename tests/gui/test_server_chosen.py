"""A lab on a server is chosen by its address, checked while it is typed; what its server refuses is told in words."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from corelab import app
from corelab.domain.addresses import Place, ServerAddress
from corelab.domain.record_errors import ServerAwayError, ServerError, ServerRefusal, ServerRefusedError
from corelab.services.labs import OpenLab
from corelab.settings import last_lab, load_settings
from corelab.ui.application import Doors, Front
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.server_dialog import ServerDialog
from corelab.ui.sign_in_page import SignInPage
from corelab.ui.welcome_page import WelcomePage
from corelab.ui.words import words_for

ADDRESS = ServerAddress("records.example.org", 5432, "trial")


@dataclass
class Choosing:
    """The window where no lab is known; ``asked`` are the places that were to be opened."""

    window: MainWindow
    page: WelcomePage
    asked: list[Place] = field(default_factory=list)
    remembered: list[Place] = field(default_factory=list)
    refused: Exception | None = None
    lab: OpenLab | None = None

    def open(self, place: Place) -> OpenLab:
        self.asked.append(place)
        if self.refused is not None:
            raise self.refused
        assert self.lab is not None
        return self.lab

    @property
    def dialog(self) -> ServerDialog:
        self.page.server_button.click()
        (found,) = self.page.findChildren(ServerDialog)
        return found


@pytest.fixture
def choosing(qtbot: QtBot) -> Choosing:
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    made = Choosing(window, WelcomePage(offers_demo=False))
    front = Front(window, ImmediateJobs(), Doors(made.open, None, made.remembered.append))
    made.page = front.welcome()
    window.show()
    return made


def typed(dialog: ServerDialog, text: str) -> str:
    """What is told beside the fields after this was typed."""
    dialog.address.clear()
    QTest.keyClicks(dialog.address, text)
    return dialog.told.text()


def test_nothing_is_wrong_before_anything_is_typed(choosing: Choosing) -> None:
    dialog = choosing.dialog
    assert dialog.address.text() == "postgresql://"
    assert dialog.told.text() == ""
    assert not dialog.do.isEnabled()


def test_each_fault_is_told_while_it_is_typed_and_goes_with_it(choosing: Choosing) -> None:
    dialog = choosing.dialog
    assert typed(dialog, "postgresql://me@records.example.org:0/Trial").count("\n") == 2
    assert not dialog.do.isEnabled()
    assert typed(dialog, "postgresql://records.example.org") == "No database is named behind the server: / and its name."
    assert typed(dialog, "postgresql://records.example.org/trial") == (
        "The connection is encrypted, and the certificate of records.example.org is checked."
    )
    assert dialog.do.isEnabled()
    assert typed(dialog, "postgresql://localhost/trial") == "The server is this machine: nothing goes over a network."


def test_enter_opens_the_address(choosing: Choosing) -> None:
    choosing.refused = ServerAwayError(ADDRESS, "connection refused")
    dialog = choosing.dialog
    typed(dialog, ADDRESS.text)
    QTest.keyClick(dialog.address, Qt.Key.Key_Return)
    assert choosing.asked == [ADDRESS]
    assert "The server of this lab (records.example.org) does not answer." in choosing.page._fault.text()
    assert not choosing.page.choice.isVisible()


def test_a_certificate_file_is_chosen_and_has_to_be_there(choosing: Choosing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choosing.refused = ServerAwayError(ADDRESS)
    dialog, root = choosing.dialog, tmp_path / "ca of the lab.pem"
    typed(dialog, ADDRESS.text)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_asked: (str(root), ""))
    dialog.choose.click()
    assert dialog.told.text() == "There is no such certificate file."
    assert not dialog.do.isEnabled()
    root.write_text("certificate")
    QTest.keyClicks(dialog.address, "s")
    dialog.do.click()
    assert choosing.asked == [ServerAddress(ADDRESS.host, ADDRESS.port, "trials", root)]


def test_the_sign_in_names_the_server_and_the_address_is_remembered(choosing: Choosing, open_lab: OpenLab) -> None:
    object.__setattr__(open_lab, "address", ADDRESS)
    choosing.lab = open_lab
    choosing.page.lab_chosen.emit(ADDRESS)
    assert choosing.remembered == [ADDRESS]
    (page,) = choosing.window.findChildren(SignInPage)
    assert "Lab on the server records.example.org" in [label.text() for label in page.findChildren(QLabel)]


def test_the_last_lab_is_an_address_or_a_folder_that_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    settings, far = load_settings(), ServerAddress("::1", 5433, "trial", tmp_path / "my ca.pem")
    app._remember(settings, far)
    assert last_lab(settings) == far.text
    assert app._last(settings) == far
    lab = tmp_path / "lab"
    app._remember(settings, lab)
    assert app._last(settings) is None
    lab.mkdir()
    (lab / "corelab.db").touch()
    assert app._last(settings) == lab
    (settings.configuration / "settings.toml").write_text('last_lab = "postgresql://me:secret@db/lab"\n')
    assert app._last(settings) is None


@pytest.mark.parametrize("why", list(ServerRefusal))
def test_whatever_a_server_is_refused_for_has_its_words(why: ServerRefusal) -> None:
    words = words_for(ServerRefusedError(ADDRESS, why, "password=hunter2"))
    assert words.happened != words_for(ServerError(ADDRESS)).happened
    assert words.kept == "Nothing was changed."
    assert "hunter2" not in words.all
    assert words.do
