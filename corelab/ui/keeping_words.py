"""Words for what can go wrong with a lab as a folder and a file: backing up, restoring, where it may lie, who else has it open.

By the names of the errors: they live in services, which the start of the program must not load.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.ui.said import Words, said


def _damaged(error: Any) -> Words:
    first = error.faults[0] if error.faults else "it is cut short"
    more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
    return Words(
        f"This backup is not what was written: {first}{more}.", "Nothing was restored.", "Use another copy of it, or an older backup."
    )


def _elsewhere(error: Any) -> Words:
    since = f", since {error.since:%Y-%m-%d %H:%M} UTC" if error.since else ""
    return Words(
        f"This lab is open in another window: on {error.host}, process {error.pid}{since}.",
        "Nothing was changed.",
        "Close that window, then try again; or look at the lab here without changing it.",
    )


def _not_moved(error: Any) -> Words:
    others = f" ({', '.join(error.who)})" if error.who else ""
    there = "Name a folder for a lab on a server, or an address for a lab in a folder."
    do = "Ask them to sign out, then move it again." if error.who else there
    return Words(f"The lab was not moved: {error.why.value}{others}.", "It stays where it is, and nothing was changed.", do)


KEEPING_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "BackupCancelledError": said("Stopped as you asked.", "Nothing of it was left.", "Start again when you like."),
        "BackupExistsError": said("There is a file of this name already.", "It was not touched.", "Choose another name."),
        "BackupInsideError": said(
            "A backup inside the lab's own folder is lost with it.", "Nothing was written.", "Choose a place on another disk."
        ),
        "NotABackupError": said(
            "This file is no backup that this version can read.", "Nothing was restored.", "Choose a file that `corelab backup` wrote."
        ),
        "BackupDamagedError": _damaged,
        "NetworkFileSystemError": lambda error: Words(
            f"This lab lies on another machine ({error.kind}), where two programs at once can damage its database.",
            "It was not opened for writing.",
            "Keep the lab on a disk of this machine; for several workstations use a PostgreSQL lab.",
        ),
        "JournalLeftError": said(
            "This lab was copied in the middle of a change, and here it cannot be written to finish it.",
            "It was not changed.",
            "Copy its folder to a place that can be written and open it there, or use a backup.",
        ),
        "LabOpenElsewhereError": _elsewhere,
        "LabMovedError": lambda error: Words(
            f"This lab was moved to {error.to} and takes no more records here.",
            "What stands here is as it was when it left.",
            f"Open {error.to}; here it can still be verified and looked at.",
        ),
        "MoveRefusedError": _not_moved,
        "CopyDiffersError": lambda error: Words(
            f"What arrived in the other place is not what was sent: {', '.join(error.tables)}.",
            "Nothing was kept there; the lab stays where it is, and in use.",
            "Check the disk and memory of both machines, then try again.",
        ),
    }
)
