"""Makes the application and its window, and leads a person from the choice of a lab through sign-in to the pages and out again."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from corelab.domain.addresses import Place
from corelab.services import accounts, screen
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.screen import LockCause
from corelab.ui import dialogs, notices, own_keys, qt_messages
from corelab.ui.crash import FaultsShown
from corelab.ui.desk import Desk
from corelab.ui.idle import IdleWatch
from corelab.ui.jobs import Cancel, Jobs, ThreadJobs
from corelab.ui.lock_screen import LockScreen
from corelab.ui.main_window import MainWindow
from corelab.ui.notice_watch import NoticeWatch
from corelab.ui.own_account import OwnAccount
from corelab.ui.read_only import ReadOnlyBanner
from corelab.ui.restore_flow import Restore, RestoreFlow
from corelab.ui.sign_in_flow import SignInFlow
from corelab.ui.sign_in_page import SignInPage
from corelab.ui.theme import apply_theme
from corelab.ui.welcome_page import WelcomePage

if TYPE_CHECKING:
    from corelab.services.demo import Demo

Told = Callable[[int, int, str], None]
Shown = tuple[str, object]
"""A page and what it shows."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the composition root hands the window: how to open a lab, to make a demo lab (where it can), to note the last one.

    ``look_at`` opens a lab for reading only, ``restore`` makes one from a backup.
    """

    open_lab: Callable[[Place], OpenLab]
    make_demo: Callable[[Path, Told, Callable[[], bool]], "Demo"] | None
    remember: Callable[[Place], None]
    look_at: Callable[[Place], OpenLab] | None = None
    restore: Restore | None = None


class Front(QObject):
    """Everything before and around the pages: which lab, who, locked or not. Pages know nothing of it."""

    def __init__(self, window: MainWindow, jobs: Jobs, doors: Doors, at: Shown | None = None) -> None:
        super().__init__(window)
        self._at = at
        """Where the first who signs in is led to."""
        self.window = window
        self.jobs = jobs
        self.idle = IdleWatch(self)
        self.banner = ReadOnlyBanner(window)
        self.watch = NoticeWatch(window)
        self.own = OwnAccount(window)
        self._doors = doors
        self._lab: OpenLab | None = None
        self._desk: Desk | None = None
        self._welcome: WelcomePage | None = None
        self._sign_in: SignInPage | None = None
        self._lock: LockScreen | None = None
        window.lock_requested.connect(self.lock)
        window.sign_out_requested.connect(self.sign_out)
        window.closed.connect(self._on_closed)
        self.idle.idle.connect(self._on_idle)
        self.watch.over.connect(self.lock)

    # ------------------------------------------------------------ which lab

    def welcome(self) -> WelcomePage:
        """No lab is known: offer to open one."""
        self._welcome = WelcomePage(offers_demo=self._doors.make_demo is not None, offers_restore=self._doors.restore is not None)
        self._welcome.lab_chosen.connect(self._on_lab_chosen)
        self._welcome.demo_requested.connect(self._on_demo)
        self._welcome.look_requested.connect(self._on_look)
        RestoreFlow(self._welcome, self.jobs, self._doors.restore, self._on_lab_chosen)
        if self._lab is not None:  # another window may have it now
            self._lab.close()
            self._lab = None
        self.window.uncover()
        self.window.cover(self._welcome)
        return self._welcome

    def ask_sign_in(self, lab: OpenLab, user: str = "") -> SignInPage:
        """A lab is open; nobody is signed in, and nothing of the trial is shown."""
        self._lab = lab
        self.banner.tell(lab)
        self._sign_in = SignInPage(lab.kind, lab.address.host if lab.address is not None else "")
        self._sign_in.other_lab_requested.connect(self.welcome)
        flow = SignInFlow(lab, self.jobs, self._sign_in)
        flow.signed_in.connect(self._on_signed_in)
        flow.abandoned.connect(self._on_abandoned)
        self.window.uncover()
        self.window.cover(self._sign_in)
        self._sign_in.show_sign_in(user)
        return self._sign_in

    def _on_lab_chosen(self, place: Place) -> None:
        self.jobs.query(self, partial(self._doors.open_lab, place), self._on_lab_open, self._refuse_lab)

    def _on_look(self, place: Place) -> None:
        if self._doors.look_at is not None:
            self.jobs.query(self, partial(self._doors.look_at, place), self._on_lab_open, self._refuse_lab)

    def _on_lab_open(self, lab: OpenLab) -> None:
        self._doors.remember(lab.place)
        self.ask_sign_in(lab)

    def _on_demo(self, folder: str) -> None:
        if self._welcome is None or self._doors.make_demo is None:
            return
        working = self._welcome.working
        cancel = Cancel()
        working.cancelled.connect(cancel.ask)
        working.begin("Making the demo lab...")
        told = self.jobs.relay(working, working.tell)
        make = partial(self._doors.make_demo, Path(folder), told, cancel)
        self.jobs.query(self, make, self._on_demo_made, self._refuse_lab)

    def _on_demo_made(self, made: "Demo") -> None:
        """Who can sign in, with passwords: shown once, kept nowhere."""
        self._on_lab_chosen(made.lab)
        dialogs.show_accounts(self.window, [(each.user, each.role, each.password) for each in made.accounts])

    def _refuse_lab(self, error: Exception) -> None:
        if self._welcome is not None:
            self._welcome.refuse(error)

    # ------------------------------------------------------------ who

    def _on_signed_in(self, session: Session) -> None:
        if self._lab is not None:
            self._desk = Desk(self._lab, session, self.jobs)
            self._sign_in = None
            own_keys.put_on(self._desk)
            self.window.begin(self._desk)
            self.idle.watch()
            self.own.begin(self._desk)
            self.watch.begin(self._desk)
            notices.tell(self.window, self._desk)
            self._lead()

    def _lead(self) -> None:
        """To the page that the program was opened for, once; a person who may not see it is told so."""
        at, self._at = self._at, None
        lacks = self.window.lacks(at[0]) if at is not None else None
        if lacks is not None and self._desk is not None:
            self.jobs.query(self, partial(accounts.permit, self._desk.session, lacks), _nothing, self._show_error)
        elif at is not None:
            self.window.open_page(*at)

    def _on_abandoned(self) -> None:
        if self._lab is not None:
            self.ask_sign_in(self._lab)

    def sign_out(self) -> None:
        """Pages save, the window forgets, the keys are given back."""
        if self._desk is None or self._lab is None or not self.window.end():
            return
        desk, self._desk, self._lock = self._desk, None, None
        self._stop()
        self.jobs.query(self, partial(accounts.sign_out, desk.lab, desk.session), self._on_left, self._show_error)
        self.ask_sign_in(self._lab)

    def _stop(self) -> None:
        self.idle.stop()
        self.watch.end()
        self.own.end()
        own_keys.take_off()

    def _on_left(self, unwitnessed: Exception | None) -> None:
        if unwitnessed is not None:
            self._show_error(unwitnessed)

    # ------------------------------------------------------------ locked or not

    def _on_idle(self) -> None:
        self.lock(LockCause.IDLE)

    def lock(self, cause: LockCause = LockCause.PERSON) -> None:
        """Blank the work and the clipboard; what was saved stays, what is open stays open behind. It is an event, with its cause."""
        if self._desk is None or self._lock is not None:
            return
        self.jobs.query(self, partial(screen.locked, self._desk.lab, self._desk.session, cause), _nothing, _nothing)
        self.idle.stop()
        QGuiApplication.clipboard().clear()
        self._lock = LockScreen(self._desk.session.printed_name)
        self._lock.password_given.connect(self._on_unlock)
        self._lock.sign_out_requested.connect(self.sign_out)
        self.window.cover(self._lock)
        self._lock.password.setFocus()

    def _on_unlock(self, password: str) -> None:
        if self._desk is not None:
            check = partial(screen.unlock, self._desk.lab, self._desk.session, password)
            self.jobs.query(self, check, self._on_unlocked, self._refuse_unlock)

    def _on_unlocked(self, _answer: object) -> None:
        if self._desk is not None:
            self._desk.continuity.signed = False
            self._lock = None
            self.window.uncover()
            self.window.resume()
            self.idle.watch()

    def _refuse_unlock(self, error: Exception) -> None:
        if self._lock is not None:
            self._lock.refuse(error)

    # ------------------------------------------------------------ the end

    def _on_closed(self) -> None:
        if self._desk is not None:
            desk, self._desk = self._desk, None
            self._stop()
            self.jobs.query(self, partial(accounts.sign_out, desk.lab, desk.session), _nothing, _nothing)

    def _show_error(self, error: Exception) -> None:
        dialogs.show_error(self.window, error)


def _nothing(_answer: object) -> None:
    return


def dress(arguments: Sequence[str] = ()) -> QApplication:
    """The one application object, in the dress of the program."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(["corelab", *arguments])
    app.setApplicationName("Corelab")
    apply_theme(app)
    return app


def run(doors: Doors, lab: Place | None, at: Shown | None = None) -> int:
    """Open the window on ``lab`` (or offer to choose one) and stay until it is closed. Returns the exit code."""
    qt_messages.into_log()
    app = dress()
    jobs = ThreadJobs()
    window = MainWindow()
    front = Front(window, jobs, doors, at)
    sys.excepthook = FaultsShown(window)
    welcome = front.welcome()
    if lab is not None:
        welcome.lab_chosen.emit(lab)
    _show(window)
    code = app.exec()
    jobs.close()
    return code


def _show(window: MainWindow) -> None:
    """As large as the pictures, or the whole of a smaller screen."""
    available = window.screen().availableGeometry().size()
    window.resize(available.boundedTo(QSize(1600, 1000)))  # where nothing manages windows, maximizing alone changes no size
    if available.width() <= 1600 or available.height() <= 1000:
        window.showMaximized()
    else:
        window.show()
