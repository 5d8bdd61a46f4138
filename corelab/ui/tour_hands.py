"""Hands for the walk through the demo lab: they sign in, do commands, answer, sign and take pictures through the window's own parts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from corelab.services.labs import OpenLab
from corelab.ui.application import Doors, Front
from corelab.ui.clip_view import ClipView
from corelab.ui.commands import BoundAction
from corelab.ui.dialogs import SignDialog
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.page import Page

D = TypeVar("D", bound=QDialog)
P = TypeVar("P", bound=Page)
_SIZE = (1600, 1000)
_PAINTED_MS = 30
_BEHIND = QColor(0, 0, 0, 120)
_PICTURE_MS = 400
"""Long enough for a clip to show its first frames."""


class TourStoppedError(Exception):
    """The window did not do what the walk asked for; ``step`` says where."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class Hands:
    """One window on the lab, and the pictures taken of it."""

    def __init__(self, lab: OpenLab, passwords: Mapping[str, str], out: Path, say: Callable[[str], None]) -> None:
        self.window = MainWindow()
        self.window.resize(*_SIZE)
        self.pictures: list[Path] = []
        self._lab = lab
        self._front = Front(self.window, ImmediateJobs(), Doors(lambda _place: lab, None, _forget))
        self._passwords, self._out, self._say = passwords, out, say
        self._user = ""
        self._front.ask_sign_in(lab)
        self.window.show()

    def sign_in(self, user: str) -> None:
        self._front.sign_out()
        form = self._front.ask_sign_in(self._lab, user)
        form.password.setText(self._passwords[user])
        form.do.click()
        self._user = user
        self.page(Page)

    def go(self, name: str, kind: type[P]) -> P:
        self.window.open_page(name)
        self.wait(_PAINTED_MS)
        return self.page(kind)

    def page(self, kind: type[P]) -> P:
        """The page on screen, which must be of this kind."""
        page = self.window.current
        if not isinstance(page, kind):
            raise TourStoppedError(f"{kind.name or 'sign in'}")
        return page

    def do(self, command: str, *keys: str) -> None:
        """What the key of this command does on the page; ``keys`` one after another where each has its own meaning."""
        page = self.page(Page)
        for key in keys or ("",):
            bound = (each for each in page.findChildren(BoundAction) if each.command == command)
            found = next((each for each in bound if not key or each.shortcut() == QKeySequence(key)), None)
            if found is None:
                raise TourStoppedError(f"{page.name}: {command} {key}".strip())
            found.trigger()
            self.wait(_PAINTED_MS)

    def press(self, target: QWidget, key: Qt.Key, times: int) -> None:
        """A key that a widget itself understands."""
        for _ in range(times):
            QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))

    def click(self, view: ClipView, *places: tuple[float, float]) -> None:
        """Clicks on a picture, one after another; ``places`` are shares of its width and height."""
        width, height = view.placement.image
        for x, y in places:
            at = QPointF(*view.placement.to_view(x * width, y * height)) / view.devicePixelRatioF()
            for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
                left = Qt.MouseButton.LeftButton
                event = QMouseEvent(kind, at, view.mapToGlobal(at), left, left, Qt.KeyboardModifier.NoModifier)
                QApplication.sendEvent(view, event)
            self.wait(_PAINTED_MS)

    def answer(self, kind: type[QDialog]) -> None:
        """Yes to the dialog of this kind."""
        self._dialog(kind).accept()
        self.wait(_PAINTED_MS)

    def sign(self) -> None:
        """The signature dialog, as the person who is signed in."""
        dialog = self._dialog(SignDialog)
        dialog.user.setText(self._user)
        dialog.password.setText(self._passwords[self._user])
        dialog.do.click()
        self.wait(_PAINTED_MS)
        if shiboken6.isValid(dialog) and dialog.isVisible():
            raise TourStoppedError(f"signature of {self._user}")

    def shoot(self, name: str) -> None:
        """A picture of the window as it is."""
        self.wait(_PICTURE_MS)
        self._save(name, self.window.grab())

    def _save(self, name: str, picture: QPixmap) -> None:
        self._say(f"picture {name}")
        path = self._out / f"{name}.png"
        if not picture.save(str(path), "PNG", 0):  # 0: packed as small as it gets
            raise OSError(f"{path.name} could not be written")
        self.pictures.append(path)

    def shoot_dialog(self, name: str, kind: type[QDialog]) -> None:
        """A picture of the window with the dialog of this kind in its middle, which closes then."""
        self.wait(_PAINTED_MS)
        dialog, picture = self._dialog(kind), self.window.grab()
        with QPainter(picture) as painter:
            painter.fillRect(self.window.rect(), _BEHIND)
            painter.drawPixmap(self.window.rect().center() - dialog.rect().center(), dialog.grab())
        self._save(name, picture)
        dialog.close()

    def wait(self, milliseconds: int) -> None:
        """Let the window work and paint."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _dialog(self, kind: type[D]) -> D:
        found = next((each for each in self.window.findChildren(kind) if each.isVisible()), None)
        if found is None:
            raise TourStoppedError(kind.__name__)
        return found


def _forget(_place: object) -> None:
    """The tour's lab is not the last one that a person worked in."""
