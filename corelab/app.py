"""The composition root: makes the parts once and hands each what it needs.

Imports stand inside the functions: a command that needs no window must not load Qt, and the window must not load codecs.
"""

import atexit
import os
import platform
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from corelab import __version__, log, process
from corelab.domain.addresses import AddressRefusedError, ServerAddress, place_of
from corelab.domain.clock import Clock, SystemClock
from corelab.settings import Settings, last_lab, load_settings, remember_lab

if TYPE_CHECKING:
    from corelab.domain.addresses import Place
    from corelab.domain.vocabulary import LabKind
    from corelab.services.accounts import Session
    from corelab.services.bench import Plan as WindowPlan
    from corelab.services.bench import Report, WindowFigures
    from corelab.services.demo import Demo
    from corelab.services.labs import CreatedLab, NewPerson, OpenLab
    from corelab.services.moving import Moved
    from corelab.services.restoring import Login, Restored
    from corelab.services.simulation import Plan, Simulated
    from corelab.ui.tour import Toured

Told = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class At:
    """Which page the window opens after the sign-in, and what it shows there."""

    page: str
    argument: object = None


class NoDisplayError(Exception):
    """There is no screen to open a window on."""


def is_child() -> bool:
    """Whether this very process was one that reads a delivered object for another, and is done. Only where there is no interpreter."""
    if not getattr(sys, "frozen", False):
        return False
    from corelab.imaging.child.program import became_child  # noqa: PLC0415 - it loads codecs

    return became_child(sys.argv[1:])


def start() -> None:
    """Before anything else of the program: no core dump, a log, temporary files in a private folder; faults on no page go into the log."""
    state = load_settings().state
    process.forbid_core_dumps()
    log.start(state)
    system = sys.platform if sys.platform in {"linux", "win32", "darwin"} else "other"
    log.tell("program.started", version=__version__, python=platform.python_version(), system=system)
    removed = process.use_private_temporary(state / "temporary")
    atexit.register(process.leave_private_temporary, state / "temporary")
    if removed:
        log.tell("temporary.cleaned", folders=removed)
    threading.excepthook = _on_thread
    sys.unraisablehook = _unraisable


def _on_thread(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_value is not None:
        log.tell("fault", fault=fault.exc_value, at=fault.exc_traceback)


def _unraisable(fault: "sys.UnraisableHookArgs") -> None:
    if fault.exc_value is not None:
        log.tell("fault.unraisable", fault=fault.exc_value, at=fault.exc_traceback)


def clock() -> Clock:
    return SystemClock()


def open_lab(place: "Place") -> "OpenLab":
    """Open the lab in a folder or on a server; one that fails the quick check takes no more records."""
    from corelab.services import verification  # noqa: PLC0415

    settings = load_settings()
    return verification.open_checked(place, clock(), settings.configuration, settings.state)


def open_for_window(place: "Place") -> "OpenLab":
    """Open a lab for a window: one at a time may change a lab in a folder. Raises LabOpenElsewhereError.

    A server has many windows at once; that a person has one only is a rule of signing in.
    """
    from corelab.services import window_lock  # noqa: PLC0415

    if isinstance(place, ServerAddress):
        return open_lab(place)
    hold = window_lock.take(place, clock()) if (place / "corelab.db").is_file() else None
    try:
        return replace(open_lab(place), hold=hold)
    except BaseException:
        if hold is not None:
            hold.release()
        raise


def look_at_lab(place: "Place") -> "OpenLab":
    """Open a lab for reading only."""
    from corelab.services import labs  # noqa: PLC0415

    settings = load_settings()
    return labs.open_lab(place, clock(), settings.configuration, settings.state, read_only=True)


def make_lab(folder: Path, charter: bytes, *, kind: "LabKind", administrator: "NewPerson", coordinator: "NewPerson") -> "CreatedLab":
    """Make a lab with its first two people."""
    from corelab.services import labs  # noqa: PLC0415

    return labs.create(
        folder,
        charter,
        kind=kind,
        administrator=administrator,
        coordinator=coordinator,
        clock=clock(),
        configuration=load_settings().configuration,
    )


def make_lab_on_server(
    address: ServerAddress, charter: bytes, *, kind: "LabKind", administrator: "NewPerson", coordinator: "NewPerson"
) -> "CreatedLab":
    """Make a lab on a server with its first two people."""
    from corelab.services import lab_installing  # noqa: PLC0415

    settings = load_settings()
    return lab_installing.create_on_server(
        address,
        charter,
        kind=kind,
        administrator=administrator,
        coordinator=coordinator,
        clock=clock(),
        configuration=settings.configuration,
        state=settings.state,
    )


def move_lab(lab: "OpenLab", session: "Session", to: "Place", progress: Told) -> "Moved":
    """Take a lab from a folder to a server, or back."""
    from corelab.services import moving  # noqa: PLC0415

    return moving.move(lab, session, to, state=load_settings().state, progress=progress)


def resume_move(lab: "Place", to: "Place", login: "Login", progress: Told) -> "Moved":
    """Move a lab once more that left its place and never arrived."""
    from corelab.services import moving  # noqa: PLC0415

    settings = load_settings()
    return moving.resume(lab, to, login, clock=clock(), configuration=settings.configuration, state=settings.state, progress=progress)


def restore_lab(file: Path, place: "Place", login: "Login", progress: Told, stopped: Callable[[], bool] | None = None) -> "Restored":
    """Make a lab again from a backup, in a folder or on a server."""
    from corelab.services import restoring  # noqa: PLC0415

    settings = load_settings()
    where = {"configuration": settings.configuration, "state": settings.state}
    return restoring.restore(file, place, login, clock=clock(), progress=progress, stopped=stopped, **where)


def simulate(lab: "Place", charter: bytes, plan: "Plan", progress: Told) -> "Simulated":
    """Run a whole simulated trial in a new lab."""
    from corelab.services import simulation  # noqa: PLC0415

    return simulation.simulate(lab, charter, plan, clock=clock(), configuration=load_settings().configuration, progress=progress)


def bench(*, quick: bool, say: Callable[[str], None]) -> "Report":
    """Measure the performance goals here, the window's on a demo lab of its own: on the screen if there is one, else in memory."""
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM") or _platforms(os.environ, sys.platform)
    from corelab.services import bench as goals  # noqa: PLC0415

    sizes = goals.QUICK if quick else goals.WHOLE
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        return goals.measure(sizes, window=partial(window_figures, Path(folder) / "lab"), told=say)


def _platforms(environment: Mapping[str, str], system: str) -> str:
    """Where Qt is to show windows, in the order it is to try them."""
    if system != "linux":
        return {"win32": "windows", "darwin": "cocoa"}.get(system, "offscreen")
    screens = [("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "xcb")]
    return ";".join([*(plugin for name, plugin in screens if environment.get(name)), "offscreen"])


def window_figures(folder: Path, plan: "WindowPlan") -> "WindowFigures":
    """A reader of a new demo lab in ``folder`` opens a reading, over and over, and plays the clips of ``plan``."""
    from corelab.services import accounts  # noqa: PLC0415
    from corelab.ui import figures, qt_messages  # noqa: PLC0415

    qt_messages.into_log()
    made = make_demo(folder, lambda _done, _total, _words: None)
    reader = next(each for each in made.accounts if each.role == "reader")
    lab = open_lab(folder)
    session = accounts.sign_in(lab, reader.user, reader.password)
    figure = figures.measure(lab, session, plan)
    accounts.sign_out(lab, session)
    lab.close()
    return figure


def make_demo(folder: Path, progress: Told, cancelled: Callable[[], bool] | None = None) -> "Demo":
    """Make the demo lab in a new or empty folder."""
    from corelab.services import demo  # noqa: PLC0415

    return demo.make(folder, clock=clock(), configuration=load_settings().configuration, progress=progress, cancelled=cancelled)


def tour(folder: Path, made: "Demo", out: Path, say: Callable[[str], None]) -> "Toured":
    """Walk through the demo lab off screen; pictures of every page and a package go to ``out``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from corelab.ui import qt_messages  # noqa: PLC0415
    from corelab.ui import tour as walk  # noqa: PLC0415

    qt_messages.into_log()
    return walk.tour(open_lab(folder), {each.user: each.password for each in made.accounts}, out, say)


def require_display() -> None:
    """Raises NoDisplayError: without a screen Qt would end the whole program."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise NoDisplayError


def run_window(lab: "Place | None", at: At | None = None) -> int:
    """Open the desktop application on ``lab``, else on the last one, else with the choice of a lab. Returns the exit code.

    ``at``: where the first person who signs in finds the window.

    Raises NoDisplayError.
    """
    require_display()
    from corelab.ui import application  # noqa: PLC0415

    settings = load_settings()
    doors = application.Doors(
        open_lab=open_for_window, make_demo=make_demo, remember=partial(_remember, settings), look_at=look_at_lab, restore=restore_lab
    )
    return application.run(doors, lab or _last(settings), (at.page, at.argument) if at else None)


def _last(settings: Settings) -> "Place | None":
    """A folder that is gone is not offered; whether a server is there is told when it is asked."""
    noted = last_lab(settings)
    try:
        lab = place_of(noted) if noted is not None else None
    except AddressRefusedError:
        return None
    return lab if lab is None or isinstance(lab, ServerAddress) or (lab / "corelab.db").is_file() else None


def _remember(settings: Settings, lab: "Place") -> None:
    remember_lab(settings, lab.text if isinstance(lab, ServerAddress) else str(lab.resolve()))
