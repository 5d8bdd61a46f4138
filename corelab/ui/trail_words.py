"""Words about the trail: a lab that failed its check, checkpoints and the witness."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.ui.said import Words, said

UNSOUND = Words(
    "This lab failed its check: its records are not what was written.",
    "It is open for looking only; nothing was changed.",
    "Do not work on. Run corelab verify on its folder, keep the folder as it is, and compare it with a backup.",
)


def _unwitnessed(error: Any) -> Words:
    if error.differs:
        return Words(
            f"The witness folder {error.folder} holds another head of this trail ({error.detail}).",
            "Nothing was changed there. You are signed out.",
            "One of the two was changed: run corelab verify LAB --checkpoint with that file, and keep both.",
        )
    return Words(
        f"No copy of the head of the trail was left in the witness folder {error.folder}: {error.detail}.",
        "Your work is saved and you are signed out.",
        "Check the folder, or name another: corelab checkpoint LAB --witness FOLDER.",
    )


def _no_checkpoint(error: Any) -> Words:
    where = f", line {error.line}" if error.line else ""
    return Words(f"{error.path} is no checkpoint{where}: {error.what}.", "Nothing was checked.", "Bring the file as it was saved.")


def _other_lab(error: Any) -> Words:
    one = error.checkpoint
    return Words(
        f"The checkpoint {one.short} is of another lab (trial {one.trial}, lab {one.lab}).",
        "Nothing was checked.",
        "Bring a checkpoint of this lab.",
    )


TRAIL_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "LabUnsoundError": lambda _error: UNSOUND,
        "WitnessFailedError": _unwitnessed,
        "CheckpointFileError": _no_checkpoint,
        "OtherLabError": _other_lab,
        "InsideTheLabError": said(
            "A checkpoint inside its own lab proves nothing.", "Nothing was written.", "Choose a place outside the folder of the lab."
        ),
    }
)
