"""A person's own keys: what may be changed, what two actions may not share, and the presets. Pure: no screen, no disk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from corelab.ui.commands import ACTIONS, Action, Group, action

Changes = Mapping[str, tuple[str, ...]]
"""The keys of those commands that differ from the table, in Qt's portable words."""


def _of(*groups: Group) -> frozenset[str]:
    return frozenset(each.id for each in ACTIONS if each.group in groups)


_EVERYWHERE: Final = _of(Group.EVERYWHERE)
_LISTS: Final = _of(Group.LISTS)
_CLIPS: Final = _of(Group.CINE, Group.CLIPS, Group.IMAGE, Group.MEASURE)
_ON_A_CASE: Final = frozenset(
    {"not_evaluable", "not_evaluable_written", "clear", "clear_written", "accept", "note", "first_unanswered", "undo", "redo", "sign"}
)
"""What a decision takes over from the grades."""
_WITH_LISTS: Final = (Group.LISTS, Group.INTAKE, Group.COORDINATE, Group.QUERIES, Group.MONITORING, Group.EXPORT, Group.AUDIT)

SCREENS: Final[Mapping[str, frozenset[str]]] = {
    "reading": _EVERYWHERE | (_CLIPS - {"area_of_case"}) | _of(Group.GRADE),
    "adjudication": _EVERYWHERE | (_CLIPS - {"area"}) | _of(Group.ADJUDICATE) | _ON_A_CASE,
    "pixel check": _EVERYWHERE | _of(Group.PIXEL_CHECK) | {"refresh"},
    **{group.value.casefold(): _EVERYWHERE | _LISTS | _of(group) for group in _WITH_LISTS},
}
"""The commands that act at the same time on one page: no two of them share a key."""

FIXED: Final = frozenset(
    {"help", "screen", "open", "back", "leave"}  # the way in and the way out stay where everybody finds them
    | {"view", "mode", "quality"}  # one meaning per key, as they stand on screen
    | {"answer", "own_grade", "not_evaluable", "clear", "accept"}  # a digit is a grade, for every reader at every workstation
    | {"take_a", "take_b", "evidence_a", "evidence_b"}  # these keys are the names of the reads
    | {"sign", "export", "review_trail"}  # a signature is never one slip away
)
"""Commands whose keys nobody moves."""

_RESERVED: Final = frozenset({"Esc", "Return", "Enter", "Tab", "Backtab"})
_MOVES: Final = frozenset({"Left", "Right", "Up", "Down", "Home", "End", "PgUp", "PgDown", "Space"})
_MODIFIERS: Final = frozenset({"Ctrl", "Shift", "Alt", "Meta"})


class Why(Enum):
    """Why a key is not given to a command."""

    UNKNOWN = "no key of a keyboard"
    FIXED = "the keys of this action stay"
    DIGIT = "digits are grades, and screens with Ctrl"
    RESERVED = "keys of forms and dialogs"
    SYSTEM = "keys of the system, or of characters"
    MOVES = "keys that move in lists"
    BARE = "would act by a slip on every page"
    TAKEN = "another action of the page has it"


@dataclass(frozen=True, slots=True)
class Refused:
    """``taken_by``: the command that has the key, where one has."""

    why: Why
    taken_by: str = ""


def keymap(changes: Changes) -> Mapping[str, tuple[str, ...]]:
    """The keys of every command. A change that cannot be (of another version, or of a file written by hand) is left out."""
    return _with(fitting(changes))


def fitting(changes: Changes) -> Changes:
    """Those changes that can be, all together; of two that clash neither is kept."""
    kept = {command: tuple(keys) for command, keys in changes.items() if _may_be(command, keys)}
    while clashing := _clashing(kept):
        kept = {command: keys for command, keys in kept.items() if command not in clashing}
    return {command: keys for command, keys in kept.items() if _whole(command, keys) != action(command).keys}


def refused(command: str, key: str, changes: Changes) -> Refused | None:
    """Why ``command`` cannot have ``key`` beside these changes; None: it can."""
    why = _why_never(command, key)
    if why is not None:
        return Refused(why)
    taken = holder(command, key, keymap(changes))
    return Refused(Why.TAKEN, taken) if taken else None


def holder(command: str, key: str, keys: Mapping[str, tuple[str, ...]]) -> str:
    """Another command with this key on a page where ``command`` acts; empty where there is none."""
    beside = frozenset().union(*(screen for screen in SCREENS.values() if command in screen))
    return next((each.id for each in ACTIONS if each.id in beside - {command} and key in keys[each.id]), "")


def preset_of(changes: Changes) -> str:
    """The name of the preset that these changes are; empty: a person's own."""
    return next((name for name, preset in PRESETS.items() if fitting(preset) == fitting(changes)), "")


PRESETS: Final[Mapping[str, Changes]] = {
    "Corelab": {},
    # By Weasis' own page of shortcuts: C plays, Space and I show or hide the annotations, Ctrl with + and - zooms. M, K, Tab, Home and
    # End are the same in both. Its Up and Down (images), digits (window presets), D and Y (tools), Esc (reset) and Ctrl+Enter (fit)
    # move through segments, grade, answer, leave and sign here, and stay.
    "Weasis-like": {"play": ("C",), "overlays": ("Space", "I"), "zoom_in": ("Ctrl++", "Ctrl+="), "zoom_out": ("Ctrl+-",)},
}


def _with(changes: Changes) -> dict[str, tuple[str, ...]]:
    return {each.id: _whole(each.id, changes[each.id]) if each.id in changes else each.keys for each in ACTIONS}


def _whole(command: str, keys: Iterable[str]) -> tuple[str, ...]:
    """With the Enter of the table where it has one: that stays beside what a person chooses."""
    return (*keys, *(key for key in action(command).keys if key in _RESERVED and key not in keys and len(action(command).keys) > 1))


def _may_be(command: str, keys: tuple[str, ...]) -> bool:
    known = any(each.id == command for each in ACTIONS)
    return known and bool(keys) and len(set(keys)) == len(keys) and all(_why_never(command, key) is None for key in keys)


def _clashing(changes: Changes) -> frozenset[str]:
    keys = _with(changes)
    return frozenset(command for command in changes if any(holder(command, key, keys) for key in keys[command]))


def _why_never(command: str, key: str) -> Why | None:
    """What stands against it whatever other keys there are."""
    row = action(command)
    modifiers, name = parts(key)
    if command in FIXED:
        return Why.FIXED
    if key in row.keys:
        return None
    if not name or name in _MODIFIERS:
        return Why.UNKNOWN
    if name.isdigit():
        return Why.DIGIT
    if name in _RESERVED:
        return Why.RESERVED
    return _why_not_here(row, modifiers, name)


def _why_not_here(row: Action, modifiers: frozenset[str], name: str) -> Why | None:
    with_clips = any(row.id in SCREENS[screen] for screen in ("reading", "adjudication")) and row.id not in _EVERYWHERE
    if "Meta" in modifiers or modifiers >= {"Ctrl", "Alt"} or (modifiers, name) == (frozenset({"Alt"}), "F4"):
        return Why.SYSTEM  # Ctrl+Alt is AltGr, with which many keyboards type
    if name in _MOVES and not modifiers & {"Ctrl", "Alt"} and not with_clips:
        return Why.MOVES
    if row.id in _EVERYWHERE and not modifiers & {"Ctrl", "Alt"} and not _is_function_key(name):
        return Why.BARE
    return None


def parts(key: str) -> tuple[frozenset[str], str]:
    """Modifiers and the key itself: "Ctrl++" is Ctrl and "+"."""
    if key.endswith("+"):
        return frozenset(each for each in key[:-1].split("+") if each), "+"
    *modifiers, name = key.split("+")
    return frozenset(modifiers), name


def _is_function_key(name: str) -> bool:
    return name[:1] == "F" and name[1:].isdigit()
