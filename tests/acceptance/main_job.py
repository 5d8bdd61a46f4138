"""The main job of a core lab of one machine, done in the window by keys and mouse; what was seen on the way is kept for the tests."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corelab.storage.store import Store
from tests.acceptance.frames_shown import ShownFrame, decoded, shown_in
from tests.acceptance.leaks import found_in, found_in_memory
from tests.acceptance.patience import soon
from tests.acceptance.screen import Pixels, Screen
from tests.acceptance.window import HEADER, Place, Window, window_on
from tests.builders import PASSWORD, Lab

SIDE = (0, 48, 420, 130)
"""Where the intake page offers what it shows beside its list: left, top, right, bottom."""
SUBJECT, VISIT = "S001", "D10"
QUESTION = "Does the vein compress?"
NOTE = "kingfisher oboe"
"""What reader 1 writes; no other person and no file may hold it before the readings are released."""


@dataclass
class Seen:
    """What the tests are about."""

    frames: list[ShownFrame] = field(default_factory=list)
    """Frames grabbed while the clip played, one after another."""
    unknown: int = 0
    """Grabs during play in which no decoded frame stood, pixel for pixel."""
    evidence: ShownFrame | None = None
    draft_before: tuple[Any, ...] = ()
    draft_after: tuple[Any, ...] = ()
    in_memory: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """What was found in the memory of reader 2's program: reader 1's note, and, as a control, the name of reader 2's page."""
    in_files: Mapping[tuple[str, str], int] = field(default_factory=dict)
    package: Path | None = None


class MainJob:
    """One exam of three clips, from delivery to package. ``files`` are what the site sent, in one folder."""

    def __init__(self, screen: Screen, lab: Lab, folder: Path, files: Sequence[Path]) -> None:
        self.lab = lab
        self.files = tuple(files)
        self.clips = decoded(self.files)
        self.seen = Seen()
        self._screen, self._folder = screen, folder
        self._stack = ExitStack()
        self._places = [Place(folder / "workstation 1")]
        self.window = self._opened()

    def _opened(self) -> Window:
        return self._stack.enter_context(window_on(self._screen, self.lab.open.folder, self._places[-1]))

    def change_workstation(self) -> None:
        """The program ends here and starts in another place, with settings and temporary files of its own."""
        self.end()
        self._places.append(Place(self._folder / f"workstation {len(self._places) + 1}"))
        self.window = self._opened()

    def end(self) -> None:
        self._stack.close()

    def require_quiet_logs(self) -> None:
        for place in self._places:
            place.require_quiet_log()

    # ------------------------------------------------------------ what the records say

    @property
    def store(self) -> Store:
        return self.lab.open.store

    def count(self, table: str, **equals: Any) -> int:
        with self.store.read() as snapshot:
            return len(snapshot.all(table, **equals))

    def comes(self, table: str, number: int, **equals: Any) -> None:
        """Wait until the records hold so many rows."""
        soon(f"{number} rows of {table} {equals or ''}", lambda: self.count(table, **equals) == number)

    def state(self, wanted: str) -> None:
        soon(f"the exam is {wanted}", lambda: self.count("exam_status", state=wanted) > 0)

    def draft(self) -> tuple[Any, ...]:
        with self.store.read() as snapshot:
            return tuple((row["assignment_id"], row["updated_at"], row["body"]) for row in snapshot.all("draft"))

    # ------------------------------------------------------------ the coordinators

    def take_in(self) -> None:
        window = self.window
        window.sign_in("coordinator", PASSWORD)
        window.keys("ctrl+2")
        window.reads("Files or ZIP")
        for words in (SUBJECT, VISIT, "R"):
            window.type(words)
            window.keys("Tab")
        window.keys("ctrl+shift+o")
        window.dialog()
        window.still()
        window.type(str(self.files[0].parent))
        window.still()
        window.keys("Return")
        self.comes("intake_object", len(self.files))
        window.reads("3 held")

    def label(self) -> None:
        window = self.window
        for number in range(1, len(self.files) + 1):
            window.still()
            window.type("POPV")
            window.keys("Return")
            self.comes("clip_label", number)  # the next clip without a label is there by itself

    def close_the_rest(self) -> None:
        """Everything but the popliteal vein was not scanned."""
        self.window.click_on("Exam", SIDE)
        self.window.click_on("Close missing as not imaged")
        self.window.answer("Not imaged")
        soon("the other segments are closed", lambda: self.count("event", kind="exam.not_imaged") == 1)

    def check_pixels(self) -> None:
        """The regions cover the whole picture: the first person confirms that nothing is to be masked, and passes."""
        self.window.keys("ctrl+3")
        for number in range(1, len(self.files) + 1):
            self._to_clip(number)
            self.window.keys("c")
            self.window.answer("Nothing to mask")
            self.comes("pixel_check", number, action="nothing")
            self._to_clip(number)
            self.window.keys("p")
            self.comes("pixel_check", number, action="pass")
        self.window.sign_out()

    def verify_pixels(self) -> None:
        self.window.sign_in("coordinator-2", PASSWORD)
        self.window.keys("ctrl+3")
        for number in range(1, len(self.files) + 1):
            self._to_clip(number)
            self.window.keys("p")
            self.comes("clip_release", number)
        self.state("ready")

    def _to_clip(self, number: int) -> None:
        """The clip of this number with its pictures, whichever the page went to by itself."""
        current = soon("a clip is on the page", self._clip_on_page)
        while current != number:
            self.window.keys("n")
            current = soon("another clip is on the page", lambda: self._clip_on_page(but=current))  # noqa: B023 - asked before it changes
        self.window.reads("Temporal maximum")
        self.window.reads("Frame 1 of 60")
        self.window.still()

    def _clip_on_page(self, but: int = 0) -> int:
        """The number of the clip that the header names, 0 where none is named or it is still ``but``."""
        numbers = range(1, len(self.files) + 1)
        named = next((each for each in numbers if self.window.sees(f"{SUBJECT} {VISIT}, clip {each}", HEADER)), 0)
        return 0 if named == but else named

    def assign(self) -> None:
        self.window.keys("ctrl+1")
        self.window.reads("1 ready: assign them to readers.")
        self.window.keys("a")
        self.comes("assignment", 2)
        self.window.sign_out()

    def compare(self, user: str = "coordinator") -> None:
        self.window.sign_in(user, PASSWORD)
        self.window.reads("1 exam is signed: release and compare.")
        self.window.keys("c")
        self.window.answer("Release and compare")

    def lock(self) -> None:
        self.window.reads("Every exam is final: export, or lock the database first.")
        self.window.click_on("Lock the database")
        self.window.dialog()
        self.window.type("All exams of this trial are final.")
        self.window.answer("Go on to the signature")
        self._sign("coordinator")
        self.state("locked")

    def export(self) -> None:
        self.window.keys("ctrl+5")
        self.window.reads("every exam is in")
        self.window.keys("ctrl+Return")
        self._sign(None)
        self.window.reads("Written and verified")
        self.seen.package = next(each for each in self.lab.open.exports.iterdir() if each.is_dir())
        self.window.sign_out()

    # ------------------------------------------------------------ readers and adjudicator

    def open_next(self, user: str, *, showing: str) -> None:
        """Sign in and open what is next; ``showing`` are words of the page that opens."""
        self.window.sign_in(user, PASSWORD)
        self.window.reads("Worklist")
        self.window.still()
        self.window.keys("Return")
        self.window.reads(showing)

    def watch(self, instants: int) -> None:
        """Look at the playing clip, one image pixel on one screen pixel, until so many different frames were caught."""
        window = self.window
        window.away()
        soon("the clip plays", lambda: self._moves(window))
        window.keys("z")
        soon("the clip stands at 1:1", lambda: shown_in(window.grab(), self.clips))

        def caught() -> bool:
            found = shown_in(window.grab(), self.clips)
            if found is None:
                self.seen.unknown += 1
            elif found.frame not in {each.frame for each in self.seen.frames}:
                self.seen.frames.append(found)
            return len(self.seen.frames) >= instants

        soon(f"{instants} instants of play", caught)

    @staticmethod
    def _moves(window: Window) -> bool:
        before: Pixels = window.grab()
        return bool((window.grab() != before).any())

    def stand_on_evidence(self) -> ShownFrame:
        """Pause and step three frames on; what stands there."""
        self.window.keys("space")
        self.window.still()
        self.window.keys("Right", "Right", "Right")
        self.window.still()
        found = shown_in(self.window.grab(), self.clips)
        assert found is not None, "no decoded frame stands on the screen"
        return found

    def grade(self, *keys: str, done: str) -> None:
        """Keys that answer; afterwards so much is answered ("1 of 2"), everything is saved, and the window says so."""
        for key in keys:
            before = self.draft()
            self.window.keys(key)
            if key != "9":
                soon(f"{key} is saved", lambda: self.draft() != before)  # noqa: B023 - looked at before the next key
        self.window.reads(done)
        self.window.reads("Saved", HEADER)

    def write_note(self) -> None:
        self.window.keys("n")
        before = self.draft()
        self.window.type(NOTE)
        self.window.keys("Escape")
        soon("the note is saved", lambda: self.draft() != before)
        self.window.reads("Saved", HEADER)

    def look_for_the_note(self) -> None:
        """In everything that the program of the person now at work can write to, and in every folder."""
        self.seen.in_memory = found_in_memory(self.window.process.pid, [NOTE, QUESTION])
        self.seen.in_files = found_in([self.lab.open.folder, *(place.folder for place in self._places)], [NOTE])

    def sign(self, user: str, *, readings: int = 0, adjudications: int = 0) -> None:
        self.window.keys("ctrl+Return")
        self._sign(user)
        self.comes("reading", readings)
        self.comes("adjudication", adjudications)
        self.window.reads("Signed", HEADER)
        self.window.sign_out()

    def _sign(self, user: str | None) -> None:
        """The signature dialog; it asks for the user name at the first signature of a sign-in."""
        dialog = self.window.dialog()
        self.window.still()
        if user:
            self.window.type(user)
            self.window.keys("Return")
        self.window.type(PASSWORD)
        self.window.keys("Return")
        soon("the signature is accepted", lambda: dialog not in self.window.shown)

    def die_and_start_again(self) -> None:
        """The program is killed while a reading is open; nothing is said to it before."""
        self.seen.draft_before = self.draft()
        self.window.kill()
        self.window = self._opened()
        self.seen.draft_after = self.draft()
