"""Every action a person can do in the window: its text and its keys, in one table.

Pages give an action its work with ``bind``; the header, the help page (F1), the command palette (Ctrl+K) and the tests read
the same table. What does not stand here has no key. Who is signed in may have other keys (keymap.py): ``KEYS`` wears them, and
every word on screen that names a key asks for it by ``key_of`` or ``with_keys``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget


class Group(Enum):
    """Where an action belongs; the value heads its part of the help page."""

    EVERYWHERE = "Everywhere"
    LISTS = "Lists"
    CINE = "Cine"
    CLIPS = "Clips"
    IMAGE = "Image"
    MEASURE = "Measure and evidence"
    GRADE = "Grade"
    ADJUDICATE = "Adjudicate"
    INTAKE = "Intake"
    PIXEL_CHECK = "Pixel check"
    COORDINATE = "Overview"
    QUERIES = "Queries"
    MONITORING = "Monitoring"
    EXPORT = "Export"
    AUDIT = "Audit"


DIGITS_ONLY = "digitsOnly"
"""The property of a field that takes numbers only: letters and arrows stay commands while it has the focus."""

GUARDED = frozenset({Group.GRADE, Group.ADJUDICATE, Group.PIXEL_CHECK})
"""Groups whose bare keys do nothing while a text field or a list has the focus: a typed word must never become a grade."""


@dataclass(frozen=True, slots=True)
class Action:
    """``keys`` of the table in Qt's portable words; ``shown`` where they are better said otherwise; ``repeats`` while a key is held."""

    id: str
    group: Group
    text: str
    keys: tuple[str, ...] = ()
    shown: str = ""
    repeats: bool = False

    @property
    def caps(self) -> tuple[str, ...]:
        """The words for key caps as they act now, e.g. ("Space", "C")."""
        keys = KEYS.of(self)
        return (self.shown,) if self.shown and keys == self.keys else tuple(spoken(key) for key in keys)


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something done with the mouse, for the help page."""

    group: Group
    what: str
    text: str


_E, _L, _C, _P, _I = Group.EVERYWHERE, Group.LISTS, Group.CINE, Group.CLIPS, Group.IMAGE
_M, _G, _A, _X = Group.MEASURE, Group.GRADE, Group.ADJUDICATE, Group.PIXEL_CHECK

ACTIONS: tuple[Action, ...] = (
    Action("help", _E, "Keys, manual, changes", ("F1",)),
    Action("palette", _E, "Find a command", ("Ctrl+K",)),
    Action("own_keys", _E, "Change your keys"),
    Action("change_password", _E, "Change your password"),
    Action("second_factor", _E, "Set up a second factor"),
    Action("display_check", _E, "Check this display"),
    Action("lock", _E, "Lock the screen", ("Ctrl+L",)),
    Action("sign_out", _E, "Sign out", ("Ctrl+Shift+L",)),
    Action("screen", _E, "Go to a screen", tuple(f"Ctrl+{n}" for n in range(1, 10)), "Ctrl+1..9"),
    Action("full_screen", _E, "Full screen", ("F2",)),
    Action("filter", _L, "Filter", ("/",)),
    Action("open", _L, "Open the chosen row", ("Return",)),
    Action("back", _L, "Back from the keys and the manual", ("Esc",)),
    Action("refresh", _L, "Look again", ("Ctrl+R",)),
    Action("play", _C, "Play or pause", ("Space", "C")),
    Action("frame_back", _C, "One frame back", ("Left",), repeats=True),
    Action("frame_forward", _C, "One frame forward", ("Right",), repeats=True),
    Action("frames_back", _C, "Ten frames back", ("Shift+Left",), repeats=True),
    Action("frames_forward", _C, "Ten frames forward", ("Shift+Right",), repeats=True),
    Action("first_frame", _C, "First frame", ("Home",)),
    Action("last_frame", _C, "Last frame", ("End",)),
    Action("slower", _C, "Slower, down to 0.25x", (",",)),
    Action("faster", _C, "Faster, up to 4x", (".",)),
    Action("own_rate", _C, "The file's own rate", ("Alt+0",)),
    Action("loop", _C, "Loop, bounce or once", ("L",)),
    Action("loop_in", _C, "Loop from here", ("[",)),
    Action("loop_out", _C, "Loop to here", ("]",)),
    Action("loop_clear", _C, "Loop the whole clip", ("\\",)),
    Action("clip_back", _P, "Previous clip of the segment", ("PgUp",), repeats=True),
    Action("clip_forward", _P, "Next clip of the segment", ("PgDown",), repeats=True),
    Action("reset_view", _I, "Reset zoom, position and window", ("R",)),
    Action("zoom_in", _I, "Zoom in", ("+", "="), "+", repeats=True),
    Action("zoom_out", _I, "Zoom out", ("-",), repeats=True),
    Action("one_to_one", _I, "One image pixel on one screen pixel, and back", ("Z",)),
    Action("overlays", _I, "Show or hide calipers and marks", ("I",)),
    Action("layout_one", _I, "One viewport", ("F3",)),
    Action("layout_two", _I, "Two viewports side by side", ("F4",)),
    Action("layout_stacked", _I, "Two viewports, one below the other", ("F5",)),
    Action("layout_four", _I, "Four viewports", ("F6",)),
    Action("viewport_next", _I, "Next viewport", ("Tab",)),
    Action("synchronise", _I, "Play the viewports in step", ("S",)),
    Action("caliper", _M, "Caliper: two clicks", ("M",)),
    Action("area", _M, "Area: click round it; Enter or a double click closes", ("A",)),
    Action("area_of_case", _M, "Area, where A takes a read", ("Shift+M",)),
    Action("strip_caliper", _M, "Time or velocity on a spectral strip: two clicks", ("T",)),
    Action("point_next", _M, "Pick the next point of what is measured on this frame; what clears an answer deletes it", ("H",)),
    Action("point_back", _M, "Pick the point before", ("Shift+H",)),
    Action("nudge_left", _M, "Move the picked point one pixel to the left", ("Alt+Left",), repeats=True),
    Action("nudge_right", _M, "Move the picked point one pixel to the right", ("Alt+Right",), repeats=True),
    Action("nudge_up", _M, "Move the picked point one pixel up", ("Alt+Up",), repeats=True),
    Action("nudge_down", _M, "Move the picked point one pixel down", ("Alt+Down",), repeats=True),
    Action("leave", _M, "Leave the caliper or the choice", ("Esc",)),
    Action("evidence", _M, "Bind this frame to the current grade; of a pair, the one without pressure", ("K",)),
    Action("evidence_pair", _M, "Bind the frame under pressure beside it", ("Shift+K",)),
    Action("pair", _M, "Rest and compressed side by side, and back", ("P",)),
    Action("curve", _M, "Follow the vein through the clip: one click inside it at rest", ("V",)),
    Action("take_proposal", _M, "Show the proposed pair; again: take what is on screen as evidence", ("Y",)),
    Action("proposed_rest", _M, "Go to the frame proposed for rest", ("J",)),
    Action("proposed_compressed", _M, "Go to the frame proposed for compressed", ("Shift+J",)),
    Action("take_diameter", _M, "Answer the question with the diameter on this side of the pair", ("D",)),
    Action("segment_back", _G, "Previous segment", ("Up",), repeats=True),
    Action("segment_forward", _G, "Next segment", ("Down",), repeats=True),
    Action("question_back", _G, "Previous question of the segment", ("Shift+Up",), repeats=True),
    Action("question_forward", _G, "Next question of the segment", ("Shift+Down",), repeats=True),
    Action("answer", _G, "Answer the current question, go to the next", tuple("12345678"), "1..8"),
    Action("not_evaluable", _G, "Not evaluable, then a reason", ("9",)),
    Action("not_evaluable_written", _G, "Not evaluable, also where a number or words are asked", ("E",)),
    Action("clear", _G, "Clear the answer", ("0",)),
    Action("clear_written", _G, "Clear the answer, also a number or words", ("Del",)),
    Action("accept", _G, "Take the options chosen; begin to write", ("Return",)),
    Action("optional", _G, "Show or fold the optional questions", ("O",)),
    Action("confirm_check", _G, "Confirm what a check asks, with a reason", ("W",)),
    Action("unblinding", _G, "Report that the treatment may be known", ("U",)),
    Action("note", _G, "Write the note", ("N",)),
    Action("first_unanswered", _G, "First unanswered question", ("G",)),
    Action("undo", _G, "Undo, until the signature", ("Ctrl+Z",)),
    Action("redo", _G, "Redo", ("Ctrl+Y",)),
    Action("sign", _G, "Sign", ("Ctrl+Return",)),
    Action("take_a", _A, "Take read A", ("A",)),
    Action("take_b", _A, "Take read B", ("B",)),
    Action("evidence_a", _A, "Go to the frame of read A", ("Shift+A",)),
    Action("evidence_b", _A, "Go to the frame of read B", ("Shift+B",)),
    Action("own_grade", _A, "An own grade, then a reason", tuple("12345678"), "1..8"),
    Action("dispute_back", _A, "Previous dispute", ("Up",), repeats=True),
    Action("dispute_forward", _A, "Next dispute", ("Down",), repeats=True),
    Action("take_in", Group.INTAKE, "Name subject and visit of what is taken in", ("Ctrl+T",)),
    Action("add_files", Group.INTAKE, "Take in files or a ZIP", ("Ctrl+O",)),
    Action("add_folder", Group.INTAKE, "Take in a folder", ("Ctrl+Shift+O",)),
    Action("facts", Group.INTAKE, "Facts of the subject and its segments", ("Ctrl+E",)),
    Action("view", Group.INTAKE, "Rest, compression or augmentation", ("Alt+1", "Alt+2", "Alt+3"), "Alt+1..3"),
    Action("mode", Group.INTAKE, "B mode, colour or spectral", ("Alt+4", "Alt+5", "Alt+6"), "Alt+4..6"),
    Action("quality", Group.INTAKE, "Diagnostic, limited or non-diagnostic", ("Alt+7", "Alt+8", "Alt+9"), "Alt+7..9"),
    Action("filter_next", Group.INTAKE, "Next filter: needs label, held, conflict, to check", ("Alt+F",)),
    Action("accept_held", Group.INTAKE, "Accept a held clip, with a reason", ("Alt+W",)),
    Action("replace_clip", Group.INTAKE, "Take the clip in the place of its earlier version, with a reason", ("Alt+E",)),
    Action("ask_site", Group.INTAKE, "Raise a query about the clip", ("Alt+Q",)),
    Action("reject_clip", Group.INTAKE, "Reject to the site, with a reason", ("Alt+R",)),
    Action("completeness", Group.INTAKE, "Go to what the exams miss", ("Ctrl+M",)),
    Action("ask_missing", Group.INTAKE, "Raise a query for all that the exam misses", ("Alt+M",)),
    Action("to_pixel_check", Group.INTAKE, "Go to the pixel check", ("Ctrl+P",)),
    Action("pass", _X, "Pass, or confirm as the second person", ("P",)),
    Action("mask_box", _X, "Draw a mask box", ("X",)),
    Action("mask_text", _X, "Boxes over all text that was found", ("T",)),
    Action("keep_template", _X, "Keep the mask for all later clips of this machine", ("M",)),
    Action("machine_masks", _X, "Masks kept for machines: list, retire with a reason", ("L",)),
    Action("nothing_to_mask", _X, "Confirm that nothing is to be masked", ("C",)),
    Action("accept_damage", _X, "Accept a clip that is damaged or doubted, with a reason", ("W",)),
    Action("reject", _X, "Reject to the site, with a reason", ("R",)),
    Action("check_next", _X, "Next clip", ("Return", "N")),
    Action("check_back", _X, "Previous clip", ("PgUp",)),
    Action("check_play", _X, "Play the frames, and stop; what only plays by is not seen", ("Space",)),
    Action("flagged_next", _X, "Next flagged frame", ("F", "PgDown")),
    Action("box_remove", _X, "Remove the chosen box", ("Del",)),
    Action("assign", Group.COORDINATE, "Assign ready exams to readers", ("A",)),
    Action("compare", Group.COORDINATE, "Release and compare signed readings", ("C",)),
    Action("lock_lab", Group.COORDINATE, "Lock or unlock the database"),
    Action("ask_about_exam", Group.COORDINATE, "Raise a query about the chosen exam", ("Q",)),
    Action("charter", Group.COORDINATE, "The charter: its versions, print, approve a later one"),
    Action("query_send", Group.QUERIES, "Say that the query was sent, remind the site, or send it back", ("S",)),
    Action("query_answer", Group.QUERIES, "Keep the site's answer", ("A",)),
    Action("query_close", Group.QUERIES, "Close the query", ("C",)),
    Action("query_cancel", Group.QUERIES, "Cancel the query, with a reason", ("Del",)),
    Action("query_exclude", Group.QUERIES, "Exclude the query from what blocks a package, or include it again", ("E",)),
    Action("query_give", Group.QUERIES, "Give the query to another coordinator", ("G",)),
    Action("query_raise", Group.QUERIES, "Raise a query", ("Ctrl+N",)),
    Action("query_print", Group.QUERIES, "Print letters or a table of what is listed", ("Ctrl+P",)),
    Action("next_pairs", Group.MONITORING, "Two readers, hidden repeats, calibration set", ("P",)),
    Action("by_segment", Group.MONITORING, "Agreement segment by segment", ("S",)),
    Action("by_visit", Group.MONITORING, "Agreement visit by visit", ("V",)),
    Action("export", Group.EXPORT, "Sign and write the package", ("Ctrl+Return",)),
    Action("checkpoint", Group.EXPORT, "Save a checkpoint"),
    Action("approve_columns", Group.EXPORT, "Approve changed columns"),
    Action("trace", Group.AUDIT, "Trace a row of results to its frames, and back", ("Ctrl+T",)),
    Action("trace_row", Group.AUDIT, "Show what the row rests on", ("Ctrl+Shift+T",)),
    Action("history", Group.AUDIT, "Every earlier value, with reasons", ("Ctrl+H",)),
    Action("verify_now", Group.AUDIT, "Verify the whole lab now", ("Ctrl+Shift+V",)),
    Action("review_trail", Group.AUDIT, "Sign a review of the trail", ("Ctrl+Return",)),
    Action("print_trail", Group.AUDIT, "Print the lines shown", ("Ctrl+P",)),
    Action("export_trail", Group.AUDIT, "Export the whole trail", ("Ctrl+E",)),
    Action("redact", Group.AUDIT, "Redact the words of the event: ask, or confirm", ("Ctrl+Shift+R",)),
    Action("print_reading", Group.AUDIT, "Print the chosen reading", ("Ctrl+Shift+P",)),
)

GESTURES: tuple[Gesture, ...] = (
    Gesture(_P, "Wheel", "Frame by frame"),
    Gesture(_P, "Shift+wheel", "Clip by clip"),
    Gesture(_I, "Ctrl+wheel", "Zoom at the cursor"),
    Gesture(_I, "Right drag", "Window and level"),
    Gesture(_I, "Middle drag", "Move the image"),
    Gesture(_I, "Double click", "One viewport large, and back"),
    Gesture(_M, "Drag a point", "Move the end of a caliper, or a corner"),
    Gesture(Group.INTAKE, "Enter", "Confirm the label proposed for the chosen clips; where none is, type one"),
    Gesture(Group.INTAKE, "Drop files", "Take in files, folders or ZIPs, anywhere on the page"),
    Gesture(Group.INTAKE, "Drag clips", "Onto a vein: say what they show"),
    Gesture(_X, "Arrows", "Move the chosen box; Shift+arrows size it"),
)


class Keys(QObject):
    """The keys at work in this window: those of the table, or of the person who is signed in.

    Signals:
        changed: other keys act from now on.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._worn: Mapping[str, tuple[str, ...]] = {}

    def of(self, row: Action) -> tuple[str, ...]:
        return self._worn.get(row.id, row.keys)

    def wear(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Other keys by command; what is not in it has the keys of the table."""
        if self._worn != keys:
            self._worn = keys
            self.changed.emit()


KEYS = Keys()
"""One for the process, as the keyboard is: one window, one person at it."""

_TABLE = {action.id: action for action in ACTIONS}
_SPOKEN = {"Return": "Enter", "PgDown": "PgDn"}


def action(command: str) -> Action:
    """The row of a command. An unknown id is a KeyError: the table is complete."""
    return _TABLE[command]


def spoken(key: str) -> str:
    """A key in the words that stand on keyboards: "Ctrl+Return" is "Ctrl+Enter"."""
    return "+".join(_SPOKEN.get(part, part) for part in key.split("+"))


class _Worded(dict[str, str]):
    def __missing__(self, command: str) -> str:
        return key_of(command)


def key_of(command: str) -> str:
    """The first key of a command as it stands on the keyboard. An IndexError where it has none: no words may name it."""
    return action(command).caps[0]


def with_keys(words: str) -> str:
    """Words with the keys of the commands that they name in braces: "Back: {undo}". Never words that a person typed."""
    return words.format_map(_Worded())


def bind(owner: QWidget, command: str, slot: Callable[[], object]) -> QAction:
    """An action of the table, doing ``slot``, alive as long as ``owner`` and acting while it is visible.

    ``slot`` should be a bound method: a lambda that captures the window keeps it alive.
    """
    bound = BoundAction(owner, action(command), slot)
    bound.wear_keys()
    KEYS.changed.connect(bound.wear_keys)
    return _on(owner, bound)


def bind_each(owner: QWidget, command: str, slot: Callable[[str], object]) -> tuple[QAction, ...]:
    """The same for a row with one meaning per key (digits), which nobody changes: ``slot`` receives the key, e.g. "3" or "Ctrl+2"."""
    row = action(command)
    return tuple(_on(owner, _for_one_key(BoundAction(owner, row, partial(slot, key)), key)) for key in row.keys)


def typing() -> bool:
    """Whether the focus is where keys write or choose: a text field, a list, a box of choices."""
    focus = QApplication.focusWidget()
    if focus is not None and focus.property(DIGITS_ONLY):
        return False
    return isinstance(focus, QLineEdit | QPlainTextEdit | QAbstractItemView | QAbstractSpinBox | QComboBox)


class BoundAction(QAction):
    """A row of the table at work in one page; ``command`` is its id."""

    def __init__(self, owner: QWidget, row: Action, slot: Callable[[], object]) -> None:
        super().__init__(row.text, owner)
        self.command = row.id
        self._row = row
        self._guarded = row.group in GUARDED
        self._slot = slot
        self.setAutoRepeat(row.repeats)
        self.triggered.connect(self._run)

    def wear_keys(self) -> None:
        """Act by the keys of who is at the window."""
        self.setShortcuts([QKeySequence(each) for key in KEYS.of(self._row) for each in _twins(key)])

    def at_work(self) -> bool:
        """Whether its widget is on screen, so that the command can be offered."""
        owner = self.parent()
        return self.isEnabled() and isinstance(owner, QWidget) and owner.isVisible()

    def _run(self) -> None:
        if not (self._guarded and typing()):
            self._slot()


def _for_one_key(bound: BoundAction, key: str) -> BoundAction:
    bound.setShortcuts([QKeySequence(each) for each in _twins(key)])
    return bound


def _on(owner: QWidget, bound: BoundAction) -> QAction:
    bound.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    owner.addAction(bound)
    return bound


def _twins(key: str) -> list[str]:
    """Both Enter keys of a keyboard where one is meant."""
    return [key, key.replace("Return", "Enter")] if "Return" in key else [key]
