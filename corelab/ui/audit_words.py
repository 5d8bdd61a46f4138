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


def _no_row(error: Any) -> Words:
    if error.named:
        return Words(
            f"No released result has the name {error.text}.",
            "Nothing was changed.",
            "Check it against results.csv: USUBJID/VISIT/SEGCD/TESTCD. What is not compared yet has no result.",
        )
    return Words(
        f"{error.text} names no row.",
        "Nothing was changed.",
        "A row is named USUBJID/VISIT/SEGCD/TESTCD, as in S01/D10/CFV/VNCOMPR; a question about the whole exam has - as SEGCD.",
    )


AUDIT_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "NoSuchReadingError": said(
            "No reading has this id, or more than one begins so.", "Nothing was written.", "List the readings: corelab reading LAB list."
        ),
        "ReadingSealedError": said(
            "This reading is not released yet; its grades are sealed.", "Nothing was written.", "Print it after its exam was compared."
        ),
        "RowUnknownError": _no_row,
        "RowDiffersError": lambda error: Words(
            f"The row {error.text} of the package is not the record that this lab holds: {error.column} differs.",
            "Nothing was changed.",
            "Verify both: corelab verify PACKAGE, corelab verify LAB. Do not use the package before you know why.",
        ),
        "PackageForeignError": said(
            "This folder is no package that this lab signed.", "Nothing was changed.", "Choose a package of this lab, as it was written."
        ),
        "FrameUnknownError": said(
            "No released clip begins so, more than one does, or it has no such frame.",
            "Nothing was changed.",
            "Give 8 characters of CLIPID or more, and a frame counted from 1, as in the tables.",
        ),
        "ReviewRefusedError": lambda error: Words(_REVIEW[error.what], "Nothing was signed.", "Correct it and sign again."),
        "CopyNotWrittenError": _not_written,
        "FileExistsError": said("There is a file or folder of this name already.", "It was not touched.", "Choose another name."),
    }
)
"""By the name of the error."""
