"""A small lab with one person of each role, opened in the real window with immediate jobs."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.clock import SystemClock
from corelab.domain.vocabulary import LabKind
from corelab.services import accounts, labs
from corelab.services.labs import OpenLab
from corelab.storage.keys import Kdf
from corelab.ui.application import Doors, Front
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from tests.builders import accepted
from tests.charter_builders import REDUCED

PASSWORD = "six words nobody else would say"
PEOPLE = {
    "coordinator-2": Role.COORDINATOR,
    "reader-1": Role.READER,
    "reader-2": Role.READER,
    "adjudicator-1": Role.ADJUDICATOR,
    "auditor-1": Role.AUDITOR,
}


def a_lab(tmp_path: Path) -> OpenLab:
    """A demo lab with people of every role; passwords cheap to check, because this is no test of their cost."""
    folder, configuration = tmp_path / "lab", tmp_path / "configuration"
    first = [labs.NewPerson(user, user, PASSWORD) for user in ("administrator", "coordinator-1")]
    labs.create(
        folder,
        REDUCED.read_bytes(),
        kind=LabKind.DEMO,
        administrator=first[0],
        coordinator=first[1],
        clock=SystemClock(),
        configuration=configuration,
        kdf=Kdf(1, 8192),
    )
    lab = labs.open_lab(folder, SystemClock(), configuration)
    administrator = accounts.sign_in(lab, "administrator", PASSWORD)
    for user, role in PEOPLE.items():
        accounts.activate(lab, accounts.add_person(lab, administrator, user, user, {role}, IdentityCheck.KNOWN), PASSWORD)
        session = accounts.sign_in(lab, user, PASSWORD)
        accepted(lab, session)
        accounts.sign_out(lab, session)
    return lab


class Desktop:
    """The window as a person uses it: keys, clicks, and what can be read on it."""

    def __init__(self, qtbot: QtBot, lab: OpenLab) -> None:
        self.qtbot = qtbot
        self.lab = lab
        self.window = MainWindow()
        self.front = Front(self.window, ImmediateJobs(), Doors(lambda _folder: lab, None, lambda _folder: None))
        qtbot.addWidget(self.window)
        self.window.resize(1600, 1000)
        self.page = self.front.ask_sign_in(lab)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()

    def sign_in(self, user: str, password: str = PASSWORD) -> None:
        self.front.ask_sign_in(self.lab)
        form = self.front._sign_in
        assert form is not None
        form.user.setFocus()
        QTest.keyClicks(form.user, user)
        QTest.keyClick(form.user, Qt.Key.Key_Return)
        QTest.keyClicks(form.password, password)
        QTest.keyClick(form.password, Qt.Key.Key_Return)

    def press(self, *keys: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Keys to whatever has the focus, as from the keyboard."""
        for key in keys:
            QApplication.processEvents()
            modal = QApplication.activeModalWidget()
            if QApplication.activeWindow() is None:
                (self.window if modal is None else modal).activateWindow()  # as a window manager does when a dialog closes
                QApplication.processEvents()
            target = modal.focusWidget() if modal is not None else QApplication.focusWidget()
            if target is None:
                target = modal if modal is not None else self.window
            QTest.keyClick(target, key, modifier)  # type: ignore[arg-type]  # a key or a letter

    def dialog(self) -> Any:
        """The one dialog that is open."""
        found = [each for each in self.window.findChildren(QDialog) if each.isVisible()]
        assert len(found) == 1, [type(each).__name__ for each in found]
        return found[0]

    def words(self, root: QWidget | None = None) -> str:
        """Everything that can be read in labels, titles, tool tips and accessible names."""
        root = self.window if root is None else root
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        said = [self.window.windowTitle()]
        for widget in [root, *root.findChildren(QWidget)]:
            said += [widget.accessibleName(), widget.toolTip()]
            text = getattr(widget, "text", None)
            if callable(text) and not widget.isHidden():
                said.append(str(text()))
        return "\n".join(each for each in said if each)
