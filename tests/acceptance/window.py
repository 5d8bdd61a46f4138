"""The program in its window, in a process of its own, worked with keys and mouse as a person would."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.patience import soon
from tests.acceptance.screen import Pixels, Screen, end
from tests.acceptance.words import Seen, look_for


@dataclass(frozen=True)
class Place:
    """Folders of one person at one workstation: home, settings, temporary files, and what the program said."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log" / "corelab.log"

    def require_quiet_log(self) -> None:
        """The program had nothing to complain about."""
        said = self.log.read_text(encoding="utf-8")
        assert not any(fault in said for fault in ("Traceback", 'File "', "QObject", "Fault of the program")), said

    @property
    def environment(self) -> Mapping[str, str]:
        own = {"HOME": "home", "CORELAB_CONFIG": "settings", "TMPDIR": "temporary", "XDG_RUNTIME_DIR": "runtime", "XDG_CACHE_HOME": "cache"}
        folders = {name: self.folder / folder for name, folder in own.items()}
        for each in (*folders.values(), self.log.parent):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT"}}
        return {**kept, "LANG": "C.UTF-8", **{name: str(folder) for name, folder in folders.items()}}


HEADER = (0, 0, 1600, 48)
"""Where the names of the pages and the state of saving stand."""


@dataclass
class Window:
    """Keys go to whichever window of the program has the focus. There is no window manager: the first focus is given here."""

    screen: Screen
    place: Place
    process: subprocess.Popen[bytes] = field(repr=False)

    # ------------------------------------------------------------ looking

    @property
    def shown(self) -> tuple[int, ...]:
        """The ids of its windows on screen, the one opened last at the end."""
        return tuple(sorted(int(each) for each in self.screen.asked("search", "--onlyvisible", "--class", "corelab").split()))

    @property
    def title(self) -> str:
        """The title of the main window."""
        shown = self.shown
        return self.screen.asked("getwindowname", shown[0]) if shown else ""

    def grab(self) -> Pixels:
        """The screen as it is; a program that has complained meanwhile ends the test at once."""
        self.place.require_quiet_log()
        return self.screen.grab()

    def still(self) -> Pixels:
        """The picture when two looks in a row agree."""
        last: list[Pixels] = [self.grab()]

        def same() -> bool:
            now = self.grab()
            before, last[0] = last[0], now
            return bool((now == before).all())

        soon("the screen stands still", same, every_s=0.15)
        return last[0]

    def sees(self, words: str, within: tuple[int, int, int, int] | None = None) -> tuple[Seen, ...]:
        """Where these words stand on the screen now."""
        return look_for(self.grab(), words, within=within)

    def reads(self, words: str, within: tuple[int, int, int, int] | None = None) -> tuple[Seen, ...]:
        """Wait until these words stand on the screen."""
        return soon(f"the words {words!r} on the screen", lambda: self.sees(words, within))

    def dialog(self) -> int:
        """Wait for a question or message over the main window, with the focus in it; its id."""

        def opened() -> int:
            shown = self.shown
            return shown[-1] if len(shown) > 1 and self._focus() == shown[-1] else 0

        return soon("a dialog opens", opened)

    def no_dialog(self) -> None:
        soon("the dialog closes", lambda: len(self.shown) == 1)

    # ------------------------------------------------------------ doing

    def keys(self, *keys: str) -> None:
        """Press keys one after another, in the words of xdotool: ``ctrl+Return``, ``Down``, ``2``."""
        for key in keys:
            self._hold_focus()
            self.screen.do("key", "--clearmodifiers", key)

    def type(self, words: str) -> None:
        self._hold_focus()
        self.screen.do("type", "--clearmodifiers", "--delay", "8", "--", words)

    def command(self, words: str) -> None:
        """Find a command by its words (Ctrl+K) and do it."""
        self.keys("ctrl+k")
        palette = self.dialog()
        self.type(words)
        self.keys("Return")
        soon("the list of commands closes", lambda: palette not in self.shown)

    def click(self, x: int, y: int, button: int = 1) -> None:
        self._hold_focus()
        self.screen.do("mousemove", x, y, "click", button)

    def click_on(self, words: str, within: tuple[int, int, int, int] | None = None) -> None:
        """Click the first place where these words stand."""
        self.click(*self.reads(words, within)[0].middle)

    def answer(self, words: str) -> None:
        """Press the button of this name in the dialog that is open, and wait until the dialog is gone."""
        dialog = self.dialog()
        left, top, right, bottom = self._place_of(dialog)
        self.click(*self.reads(words, (left, top, right, bottom))[-1].middle)
        soon("the dialog closes", lambda: dialog not in self.shown)

    def _place_of(self, window: int) -> tuple[int, int, int, int]:
        facts = dict(line.split("=", 1) for line in self.screen.do("getwindowgeometry", "--shell", window).splitlines() if "=" in line)
        left, top, width, height = (int(facts[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))
        return max(left, 0), max(top, 0), left + width, top + height

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: int = 1) -> None:
        self._hold_focus()
        self.screen.do("mousemove", *start, "mousedown", button)
        for share in (0.3, 0.6, 1.0):
            self.screen.do("mousemove", *(round(a + (b - a) * share) for a, b in zip(start, end, strict=True)))
        self.screen.do("mouseup", button)

    def away(self) -> None:
        """Put the mouse where it touches nothing."""
        self.screen.do("mousemove", 1599, 999)

    def _focus(self) -> int:
        answer = self.screen.asked("getwindowfocus", "-f")
        return int(answer) if answer.isdigit() else 0

    def _hold_focus(self) -> None:
        shown = self.shown
        if shown and self._focus() not in shown:
            self.screen.asked("windowfocus", "--sync", shown[-1])
            soon("the window has the focus", lambda: self._focus() in self.shown)

    # ------------------------------------------------------------ people

    def sign_in(self, user: str, password: str) -> None:
        """From the first screen to the pages; the title names the role then."""
        soon("the sign-in screen", lambda: self.title == "Corelab")
        self.still()
        self.keys("ctrl+a")
        self.type(user)
        self.keys("Return")
        self.type(password)
        self.keys("Return")
        soon(f"{user} is signed in", lambda: self.title != "Corelab")

    def sign_out(self) -> None:
        self.keys("ctrl+shift+l")
        soon("the sign-in screen", lambda: self.title == "Corelab")

    # ------------------------------------------------------------ the end

    def kill(self) -> None:
        """End the program as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)


@contextmanager
def window_on(screen: Screen, lab: Path, place: Place) -> Iterator[Window]:
    """``corelab run LAB`` on this screen, from start to end."""
    environment = {**place.environment, "DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb"}
    with place.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "corelab", "run", str(lab)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    window = Window(screen, place, process)
    try:
        soon("the window opens", lambda: process.poll() is not None or window.shown)
        assert process.poll() is None, place.log.read_text(encoding="utf-8")
        yield window
    finally:
        end(process)
