"""A walk through the demo lab, off screen: a picture of every page, a dispute decided, and a package written, by the window itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QWidget

from corelab.services.labs import OpenLab
from corelab.ui.adjudication_page import AdjudicationPage
from corelab.ui.application import Doors, Front, dress
from corelab.ui.commands import BoundAction
from corelab.ui.dialogs import ConfirmDialog, SignDialog
from corelab.ui.export_page import ExportPage
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.page import Page
from corelab.ui.worklist_page import WorklistPage

D = TypeVar("D", bound=QDialog)
_SIZE = (1600, 1000)
_PAINTED_MS = 160
"""Long enough for a clip to show its first frames."""


@dataclass(frozen=True, slots=True)
class Toured:
    """What the walk left behind."""

    pictures: tuple[Path, ...]
    package: Path


class TourStoppedError(Exception):
    """The window did not do what the walk asked for; ``step`` says where."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def tour(lab: OpenLab, passwords: Mapping[str, str], out: Path, say: Callable[[str], None]) -> Toured:
    """Walk through ``lab`` (a fresh demo lab) as each of its people; pictures and the package go to ``out``."""
    dress()
    out.mkdir(parents=True, exist_ok=True)
    walk = _Walk(lab, passwords, out, say)
    try:
        return walk.whole()
    finally:
        walk.window.close()


class _Walk:
    def __init__(self, lab: OpenLab, passwords: Mapping[str, str], out: Path, say: Callable[[str], None]) -> None:
        self.window = MainWindow()
        self.window.resize(*_SIZE)
        self._lab = lab
        self._front = Front(self.window, ImmediateJobs(), Doors(lambda _folder: lab, None, _forget))
        self._passwords = passwords
        self._out = out
        self._say = say
        self._pictures: list[Path] = []

    def whole(self) -> Toured:
        self._front.ask_sign_in(self._lab)
        self.window.show()
        self._shoot("sign_in")
        self._as("administrator")
        self._shoot("people")
        self._as_coordinator()
        self._as("reader-1")
        page = self._page()
        if isinstance(page, WorklistPage):
            page.show_all()
        self._shoot("worklist")
        self._do("open")
        self._shoot("reading")
        self._adjudicate()
        package = self._package()
        return Toured(tuple(self._pictures), package)

    def _as_coordinator(self) -> None:
        self._as("coordinator-1")
        self._shoot("overview")
        for page in ("intake", "pixels", "help"):
            self.window.open_page(page)
            self._shoot(page)

    def _adjudicate(self) -> None:
        """The open disputes are decided for the one read, with the first reason, and signed."""
        self._as("adjudicator-1")
        self._do("open")
        self._shoot("adjudication")
        page = self._page()
        if not isinstance(page, AdjudicationPage) or page.deciding is None:
            raise TourStoppedError("adjudication")
        for _ in page.deciding.draft.case.disputes:
            self._do("first_unanswered")
            self._do("take_a")
            self._do("own_grade", key="1")
        self._do("sign")
        self._sign("adjudicator-1")

    def _package(self) -> Path:
        """The next batch makes the decision a result; the package is signed and written."""
        self._as("coordinator-1")
        self._do("compare")
        self._answer(ConfirmDialog)
        self.window.open_page("export")
        page = self._page()
        if not isinstance(page, ExportPage):
            raise TourStoppedError("export")
        page.out.setText(str(self._out))
        self._do("export")
        self._sign("coordinator-1")
        self._shoot("export")
        if page.package is None:
            raise TourStoppedError("package")
        return page.package

    # ------------------------------------------------------------ steps

    def _as(self, user: str) -> None:
        self._front.sign_out()
        form = self._front.ask_sign_in(self._lab, user)
        form.password.setText(self._passwords[user])
        form.do.click()
        self._page()

    def _page(self) -> Page:
        page = self.window.current
        if page is None:
            raise TourStoppedError("sign in")
        return page

    def _do(self, command: str, *, key: str = "") -> None:
        """What the key of this command does on the page; ``key`` where each key has its own meaning."""
        page = self._page()
        bound = (each for each in page.findChildren(BoundAction) if each.command == command)
        found = next((each for each in bound if not key or each.shortcut() == QKeySequence(key)), None)
        if found is None:
            raise TourStoppedError(f"{page.name}: {command}")
        found.trigger()
        self._wait(0)

    def _sign(self, user: str) -> None:
        dialog = self._dialog(SignDialog)
        dialog.user.setText(user)
        dialog.password.setText(self._passwords[user])
        dialog.do.click()
        self._wait(0)
        if shiboken6.isValid(dialog) and dialog.isVisible():
            raise TourStoppedError(f"signature of {user}")

    def _answer(self, kind: type[QDialog]) -> None:
        self._dialog(kind).accept()
        self._wait(0)

    def _dialog(self, kind: type[D]) -> D:
        found = next((each for each in self.window.findChildren(kind) if each.isVisible()), None)
        if found is None:
            raise TourStoppedError(kind.__name__)
        return found

    def _shoot(self, name: str) -> None:
        self._say(f"picture {name}")
        self._wait(_PAINTED_MS)
        path = self._out / f"{name}.png"
        _grabbed(self.window, path)
        self._pictures.append(path)

    def _wait(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()


def _grabbed(window: QWidget, path: Path) -> None:
    if not window.grab().save(str(path)):
        raise OSError(f"{path.name} could not be written")


def _forget(_folder: Path) -> None:
    """The tour's lab is not the last one that a person worked in."""
