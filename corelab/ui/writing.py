"""What makes a record: off, with the reason, in a lab that takes none."""

from PySide6.QtWidgets import QWidget

from corelab.services.labs import OpenLab
from corelab.ui.buttons import Button
from corelab.ui.commands import BoundAction

_UNSOUND = "Off: the records of this lab are not what was written, so it takes no more."
_LOOKING = "Off: this lab is open for reading only."

_COMMANDS = frozenset(
    {"accept_damage", "add_files", "add_folder", "assign", "change_password", "checkpoint", "compare", "display_check", "export"}
    | {"lock_lab", "mask_box", "nothing_to_mask", "open", "pass", "print_reading", "print_trail", "redact", "reject", "review_trail"}
    | {
        "ask_about_exam",
        "query_answer",
        "query_cancel",
        "query_close",
        "query_exclude",
        "query_give",
        "query_print",
        "query_raise",
        "query_send",
    }
    | {"keep_template", "second_factor"}
)
"""Opening a reading is a record too, and so is printing the trail."""


def why_not(lab: OpenLab) -> str:
    """Why nothing can be recorded in this lab; empty where it can."""
    return _UNSOUND if lab.store.unsound else _LOOKING if lab.store.read_only else ""


def writes(action: BoundAction) -> bool:
    """Whether what the action does makes a record."""
    return action.command in _COMMANDS


def bar(root: QWidget, lab: OpenLab) -> None:
    """Switch off what makes a record in ``root``. The lab never takes records again while it is open."""
    why = why_not(lab)
    if not why:
        return
    for button in root.findChildren(Button):
        if button.writes or button.command in _COMMANDS:
            button.bar(why)
    for action in root.findChildren(BoundAction):
        if writes(action):
            action.setEnabled(False)
            action.setToolTip(why)
