"""Words for a check that stopped a package: which one, what it found, and what takes it out of the way."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from corelab.ui.said import Words

_LAB = "Verify the lab and compare it with a backup before you go on."
_CHARTER = "The charter asks for what a package cannot hold: correct it in a new version."
_REASON = "A reason is emptied by two people under Records."
_NOTE = "A signed note stays with its reading: ask the sponsor before anything is sent."

TO_DO: Mapping[str, str] = MappingProxyType(
    {
        "keys are unique and in order": _LAB,
        "codes stand in their lists": _CHARTER,
        "values are of their type and length": _CHARTER,
        "no cell is a formula": _CHARTER,
        "each result has one accepted grade": _LAB,
        "expected cells reconcile with clips": _LAB,
        "subjects and sites are those of the lab": _LAB,
        "clips are those of the archive": _LAB,
        "accepted records are signed by people trained for their charter": (
            "Declare the reading invalid; somebody who is trained for this charter reads it anew."
        ),
        "what is open is left out and listed": "Close what is open, or exclude the query with a reason.",
        "the specification is not lower than that of the last package": "Export with the program of the last package, or a later one.",
        "no treatment is named": f"Take the word out of the charter in a new version. {_REASON} {_NOTE}",
        "nobody is named but where signatures are told": f"{_REASON} {_NOTE}",
        "no typed text identifies anybody": f"{_REASON} {_NOTE}",
    }
)
"""By the name of the check, as it stands in qc/checks.json."""
_SHOWN = 3


def stopped(error: Any) -> Words:
    """Of a StopTheLineError: by its first check; without any, a file cannot be made or is not what was written."""
    listed = "; ".join(f"{fault.where} {fault.what}" for fault in error.faults[:_SHOWN])
    more = f"; and {len(error.faults) - _SHOWN} more" if len(error.faults) > _SHOWN else ""
    if not error.checks:
        return Words(
            f"The package cannot be made as it has to be: {listed}{more}.",
            "Nothing was written.",
            "Export again. If it is refused once more, keep the lab as it is and report what is named here.",
        )
    names = "; ".join(error.checks)
    return Words(f"The package was stopped. Not so: {names}. {listed}{more}.", "Nothing was signed or written.", TO_DO[error.checks[0]])
