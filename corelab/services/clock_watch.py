"""Watches the wall clock against one that cannot be set: who sets the clock while somebody is signed in leaves an event."""

import time
from collections.abc import Callable

from corelab.domain.record_errors import ClockApartError
from corelab.services.labs import OpenLab
from corelab.services.session import Session

MOST_STEP_S = 60.0
MOST_APART_S = 60.0
"""Records carry the server's time: this far from it what a person sees on their own clock confuses."""


def running_seconds() -> float:
    """Seconds that no setting of the clock moves; where the system counts them, with those asleep."""
    counting = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if counting is None else time.clock_gettime(counting)


def apart(session: Session) -> ClockApartError | None:
    """What a person is to be warned of after signing in: this machine and the server of the lab are too far apart."""
    here, server = session.clocks or (None, None)
    if here is None or server is None or abs((here - server).total_seconds()) <= MOST_APART_S:
        return None
    return ClockApartError(here, server)


class ClockWatch:
    """From the sign-in on; each step is recorded once, and counted from anew."""

    def __init__(self, lab: OpenLab, session: Session, running: Callable[[], float] = running_seconds) -> None:
        self._lab, self._session, self._running = lab, session, running
        self._difference = self._now()

    def look(self) -> float:
        """The seconds by which the wall clock was set since the last look, where they are too many; else 0."""
        now = self._now()
        step = now - self._difference
        if abs(step) <= MOST_STEP_S:
            return 0.0
        self._difference = now
        with self._lab.store.begin(self._session.actor(None)) as transaction:
            transaction.record("clock.stepped", "session", self._session.id, payload={"seconds": round(step)})
        return step

    def _now(self) -> float:
        return self._lab.clock.now().timestamp() - self._running()
