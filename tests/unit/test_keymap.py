"""A person's own keys: what may be changed, what clashes, what a file of another version does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corelab.ui import keymap
from corelab.ui.commands import ACTIONS, Group, action, spoken
from corelab.ui.keymap import FIXED, PRESETS, SCREENS, Changes, Refused, Why

TABLE = {row.id: row.keys for row in ACTIONS}


def test_without_changes_the_keys_are_those_of_the_table() -> None:
    assert keymap.keymap({}) == TABLE


def test_the_table_itself_gives_no_key_twice_on_one_page() -> None:
    for command, keys in TABLE.items():
        assert [keymap.holder(command, key, TABLE) for key in keys if keymap.holder(command, key, TABLE)] == [], command


def test_every_command_stands_on_some_page() -> None:
    assert frozenset().union(*SCREENS.values()) == set(TABLE)


def test_a_change_takes_the_place_of_all_keys_of_its_command_and_of_no_other() -> None:
    keys = keymap.keymap({"play": ("Q",)})
    assert keys["play"] == ("Q",)
    assert {command: each for command, each in keys.items() if command != "play"} == {
        command: each for command, each in TABLE.items() if command != "play"
    }


@pytest.mark.parametrize(
    ("command", "key", "why"),
    [
        ("answer", "Q", Why.FIXED),
        ("own_grade", "Q", Why.FIXED),
        ("not_evaluable", "Q", Why.FIXED),
        ("sign", "Ctrl+Q", Why.FIXED),
        ("take_a", "Q", Why.FIXED),
        ("leave", "Q", Why.FIXED),
        ("note", "3", Why.DIGIT),
        ("note", "Ctrl+3", Why.DIGIT),
        ("note", "Return", Why.RESERVED),
        ("note", "Ctrl+Return", Why.RESERVED),
        ("note", "Esc", Why.RESERVED),
        ("note", "Tab", Why.RESERVED),
        ("note", "Ctrl+Alt+Q", Why.SYSTEM),
        ("note", "Meta+Q", Why.SYSTEM),
        ("note", "Alt+F4", Why.SYSTEM),
        ("note", "Ctrl", Why.UNKNOWN),
        ("note", "", Why.UNKNOWN),
        ("assign", "Down", Why.MOVES),
        ("assign", "Shift+Down", Why.MOVES),
        ("lock", "Q", Why.BARE),
        ("sign_out", "Shift+Q", Why.BARE),
    ],
)
def test_what_no_person_can_set(command: str, key: str, why: Why) -> None:
    assert keymap.refused(command, key, {}) == Refused(why)
    assert keymap.keymap({command: (key,)}) == TABLE


@pytest.mark.parametrize(
    ("command", "key", "holder"),
    [
        ("note", "K", "evidence"),
        ("segment_forward", "Ctrl+K", "palette"),
        ("lock", "Ctrl+Z", "undo"),
        ("lock", "Ctrl+E", "facts"),
        ("dispute_forward", "Ctrl+Y", "redo"),
        ("area", "Shift+K", "evidence_pair"),
        ("filter", "A", "assign"),
    ],
)
def test_two_actions_of_one_page_never_share_a_key(command: str, key: str, holder: str) -> None:
    assert keymap.refused(command, key, {}) == Refused(Why.TAKEN, holder)
    assert keymap.keymap({command: (key,)}) == TABLE


@pytest.mark.parametrize(("command", "key"), [("pass", "K"), ("assign", "K"), ("optional", "B"), ("take_proposal", "Q"), ("lock", "F9")])
def test_a_key_may_mean_different_things_on_different_pages(command: str, key: str) -> None:
    assert keymap.refused(command, key, {}) is None
    assert keymap.keymap({command: (key,)})[command] == (key,)


def test_a_key_is_free_once_its_action_has_another_one() -> None:
    freed: Changes = {"evidence": ("Q",)}
    assert keymap.refused("note", "K", freed) is None
    keys = keymap.keymap({"note": ("K",), "evidence": ("N",)})
    assert (keys["note"], keys["evidence"]) == (("K",), ("N",))


def test_two_changes_that_clash_fall_away_together_and_the_others_stay() -> None:
    assert keymap.fitting({"note": ("Q",), "pair": ("Q",), "undo": ("Ctrl+U",)}) == {"undo": ("Ctrl+U",)}


def test_a_change_that_leans_on_one_that_fell_away_falls_too() -> None:
    """The note has the key of evidence, which has no other after all: both are as in the table."""
    assert keymap.keymap({"note": ("K",), "evidence": ("3",)}) == TABLE


@pytest.mark.parametrize("changes", [{"of_another_version": ("Q",)}, {"note": ()}, {"note": ("Q", "Q")}, {"note": ("N",)}])
def test_what_is_no_change_is_left_out(changes: Changes) -> None:
    assert keymap.fitting(changes) == {}


def test_enter_stays_beside_the_key_that_a_person_chose() -> None:
    assert keymap.keymap({"check_next": ("Q",)})["check_next"] == ("Q", "Return")


def test_presets_fit_as_a_whole_and_touch_neither_grades_nor_signatures() -> None:
    assert PRESETS["Corelab"] == {}
    for name, preset in PRESETS.items():
        assert keymap.fitting(preset) == preset, name
        assert {action(command).group for command in preset} <= {Group.CINE, Group.CLIPS, Group.IMAGE, Group.MEASURE}
        assert keymap.preset_of(preset) == name
    assert keymap.preset_of({"note": ("Q",)}) == ""


def test_every_command_that_gives_a_grade_or_signs_is_fixed() -> None:
    giving = {row.id for row in ACTIONS if any(key.isdigit() or key == "Ctrl+Return" for key in row.keys)}
    assert giving <= FIXED


def test_the_parts_of_a_key() -> None:
    assert keymap.parts("Ctrl++") == (frozenset({"Ctrl"}), "+")
    assert keymap.parts("+") == (frozenset(), "+")
    assert keymap.parts("Ctrl+Shift+A") == (frozenset({"Ctrl", "Shift"}), "A")


def test_no_words_in_the_window_name_a_key_that_can_be_changed() -> None:
    """Such words ask the table (``key_of``, ``with_keys``, ``Button(key=...)``, ``command_hint``), or they lie to whoever changed it."""
    said = [f"{path.name}:{line}: {words}" for path in sorted(UI.glob("*.py")) for line, words in _words_with_keys(path)]
    assert said == []


@pytest.mark.parametrize(
    "words", ["Undo - Ctrl+Z", "mark it (K)", "mark its frame: K", "Filter   /", "PgDn", "O", "then V", "K and Shift+K"]
)
def test_the_search_for_such_words_finds_them(words: str) -> None:
    assert _NAMES_A_KEY.search(words)


UI = Path(keymap.__file__).parent
MOVABLE = {spoken(key) for row in ACTIONS if row.id not in FIXED for key in row.keys} - {"Enter", "Tab", "Home", "End"}
ARROWS = {"Left", "Right", "Up", "Down"}
"""Those of lists, and of boxes that are drawn: they are no commands."""
_LETTERS = "".join(sorted(key for key in MOVABLE if len(key) == 1 and key.isalpha()))
_LONG = "|".join(re.escape(key) for key in sorted(MOVABLE - ARROWS, key=len, reverse=True) if len(key) > 1)
_NAMES_A_KEY = re.compile(
    rf"(?<![\w+])(?:{_LONG})(?!\w)"  # Ctrl+Z, PgDn, F3
    rf"|\([{_LETTERS}]\)|: [{_LETTERS}](?![\w'])|\b(?:then|Press|press|with|and|or) [{_LETTERS}]\b"  # (K), ": K", "Press G"
    rf"|(?:^|\s)(?![AIB]\b)[{_LETTERS}](?: [a-z]+s\b|$|,| and\b)"  # "V, then one click", " W: ", "O"
    r"|   /"
)
_NO_KEYS = {"facts_dialog.py", "theme.py", "vein_paths.py", "tour.py", "tour_hands.py"}
"""A grid with a key of its own, style sheets, drawn lines, and the tour that presses by name."""
_NO_WORDS = {"T", "R", "L", "C", "M", "W", "E-mail"}
"""Names of types and of sides."""


def _words_with_keys(path: Path) -> Iterator[tuple[int, str]]:
    if path.name in {"commands.py", "keymap.py", *_NO_KEYS}:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            words = node.value
            if words not in _NO_WORDS and _NAMES_A_KEY.search(words):
                yield node.lineno, words
