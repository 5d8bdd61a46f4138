"""Words about a person's own keys."""

from corelab.ui.commands import Action, action, key_of, spoken
from corelab.ui.keymap import Refused, Why

_ARROWS = ("Left", "Right", "Up", "Down")
_WHY = {
    Why.UNKNOWN: "This key has no name here. Press another one.",
    Why.DIGIT: "Digits give grades, and with Ctrl they go to a screen. Press another key.",
    Why.RESERVED: "Enter, Tab and Esc belong to fields, dialogs and signatures. Press another key.",
    Why.SYSTEM: "This key belongs to the system, or types a character on some keyboards. Press another one.",
    Why.MOVES: "This key moves in the lists of the page. Press another one, or the same with Ctrl or Alt.",
    Why.BARE: "What acts on every page needs Ctrl, Alt or a function key, so that no slip does it. Press another key.",
}


def refusal(key: str, refused: Refused) -> str:
    """Why the key was not taken, and what to do."""
    if refused.why is Why.FIXED:
        return "The keys of this action stay: the ways in and out, grades, reads and signatures are the same for everybody."
    if refused.why is Why.TAKEN:
        other = action(refused.taken_by)
        return f"{spoken(key)} is taken by {other.text!r} ({other.group.value}). Press another key, or give that action another one first."
    return _WHY[refused.why]


def listed(row: Action) -> str:
    """All keys of an action, e.g. "Space, C"."""
    return ",  ".join(row.caps) or "none"


def nudge_keys() -> str:
    """The four that move a point: "Alt+arrows" while they are."""
    keys = [key_of(f"nudge_{way}") for way in ("left", "right", "up", "down")]
    with_what = {key.removesuffix(name) for key, name in zip(keys, ("Left", "Right", "Up", "Down"), strict=True) if key.endswith(name)}
    return f"{with_what.pop()}arrows" if len(with_what) == 1 and all(key.endswith(_ARROWS) for key in keys) else ", ".join(keys)
