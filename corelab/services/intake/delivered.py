"""One object of a delivery, before anything of it is read: where its bytes lie, and what its disc or archive says about it."""

import zipfile
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class SourceNote(Enum):
    """What the list of a disc (DICOMDIR) says of an object, or why there is none. All but the first two stand for no bytes."""

    UNLISTED = "unlisted"
    UNREADABLE_LIST = "unreadable list"
    MISSING = "missing"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Source:
    """One object of a delivery. ``name`` is the site's and never leaves the sealed record beside the quarantined bytes.

    ``inner`` is its path within the folder or archive that was given, with forward slashes: compared with a site's list, never opened.
    ``again``: an archive has a member before it of the same name, upper and lower case being one, or with the same bytes.
    ``crowded``: an archive with more members than any delivery has.
    """

    path: Path = field(repr=False)
    name: str = field(repr=False)
    member: zipfile.ZipInfo | None = field(repr=False, default=None)
    again: bool = False
    inner: str = field(repr=False, default="")
    note: SourceNote | None = None
    crowded: bool = False
