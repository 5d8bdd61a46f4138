"""Errors of the audit trail, its reviews and its copies, in words for people."""

from collections.abc import Callable, Mapping
from errno import ENOENT, ENOTDIR
from types import MappingProxyType
from typing import Any

from corelab.ui.said import Words, said

_REVIEW = {
    "scope": "The review does not say what was looked at, or takes more than 500 characters for it.",
    "findings": "A finding is blank, longer than 2000 characters, or there are more than 200.",
}


def _not_written(error: OSError) -> Words:
    missing = error.errno in (ENOENT, ENOTDIR)
    do = "Check the name, and make the folder first; then try again." if missing else "Make room or access, or choose another place."
    return Words(f"{error.filename} could not be written: {error.strerror or 'the disk refused'}.", "Nothing of it is left.", do)


AUDIT_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "NoSuchReadingError": said(
            "No reading has this id, or more than one begins so.", "Nothing was written.", "List the readings: corelab reading LAB list."
        ),
        "ReadingSealedError": said(
            "This reading is not released yet; its grades are sealed.", "Nothing was written.", "Print it after its exam was compared."
        ),
        "ReviewRefusedError": lambda error: Words(_REVIEW[error.what], "Nothing was signed.", "Correct it and sign again."),
        "CopyNotWrittenError": _not_written,
        "FileExistsError": said("There is a file or folder of this name already.", "It was not touched.", "Choose another name."),
    }
)
"""By the name of the error."""
