"""Looks, at a calm rate and at each change of page, for what the person has to be told, and for a clock that was set."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from corelab.domain.notices import Notice
from corelab.domain.record_errors import ServerAwayError
from corelab.services import accounts, notices
from corelab.services.clock_watch import ClockWatch
from corelab.ui.desk import Desk
from corelab.ui.dialogs import show_error
from corelab.ui.main_window import MainWindow
from corelab.ui.told_words import last_words, notice_words

PERIOD_MS = 15_000
AWAY_PERIOD_MS = 60_000
"""While a server is away every look may wait for it, and the work behind it too."""


class NoticeWatch(QObject):
    """One for the window; at work while somebody is signed in, also behind the lock.

    Signals:
        over: the sign-in was ended from elsewhere.
    """

    over = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk: Desk | None = None
        self._clock: ClockWatch | None = None
        self._shown: tuple[Notice, ...] = ()
        self.timer = QTimer(self)
        self.timer.setInterval(PERIOD_MS)
        self.timer.timeout.connect(self.look)
        window.turned.connect(self.look)
        window.notices.confirmed.connect(self._on_confirmed)

    def begin(self, desk: Desk) -> None:
        """Somebody is in: tell when they were last, and go on looking."""
        self._desk, self._clock = desk, ClockWatch(desk.lab, desk.session)
        self._window.notices.show_told([last_words(desk.session.last)])
        self.timer.start()
        self.look()

    def end(self) -> None:
        self.timer.stop()
        self._desk, self._clock, self._shown = None, None, ()
        self._window.notices.show_attention(())
        self._window.notices.forget_told()

    def look(self) -> None:
        if self._desk is not None and self._clock is not None:
            work = partial(_looked, self._desk, self._clock)
            self._desk.jobs.query(self, work, partial(self._on_looked, self._desk), self._not_now)

    def _on_looked(self, desk: Desk, found: tuple[Notice, ...] | None) -> None:
        if desk is not self._desk:
            return
        if found is None:
            self.timer.stop()
            self.over.emit()
        else:
            self.timer.setInterval(PERIOD_MS)
            self._window.answered()
            self._shown = found
            self._window.notices.show_attention([notice_words(notice, desk.lab.clock) for notice in found])

    def _not_now(self, error: Exception) -> None:
        """A lab that cannot be read now says so where the person works; the next look tells what was missed."""
        if isinstance(error, ServerAwayError):
            self.timer.setInterval(AWAY_PERIOD_MS)

    def _on_confirmed(self) -> None:
        if self._desk is not None:
            work = partial(notices.confirm, self._desk.lab, self._desk.session, self._shown)
            self._desk.jobs.query(self, work, self._on_written, self._show_error)

    def _show_error(self, error: Exception) -> None:
        show_error(self._window, error)

    def _on_written(self, _answer: object) -> None:
        self.look()


def _looked(desk: Desk, clock: ClockWatch) -> tuple[Notice, ...] | None:
    """None when the sign-in is over."""
    if accounts.is_over(desk.lab, desk.session):
        return None
    clock.look()
    return notices.unseen(desk.lab, desk.session)
