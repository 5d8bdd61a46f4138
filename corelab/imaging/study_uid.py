"""Which study a delivered file says it belongs to, found by the walk alone: nothing of it is parsed."""

import mmap
from pathlib import Path

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.deid.keyed import is_uid
from corelab.imaging.raw_walk import walk

_STUDY = 0x0020000D
_LONGEST = 64


def study_uid(path: Path) -> str:
    """The UID; empty where the file names none that is valid. Raises ObjectRefusedError where the file cannot be walked."""
    with path.open("rb") as file:
        if not file.read(1):
            raise ObjectRefusedError(IntakeCode.NOT_DICOM)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found = next((one for one in walk(data).elements if one.tag == _STUDY and not one.path and one.length <= _LONGEST), None)
            text = data[found.offset : found.offset + found.length].rstrip(b" \0").decode("ascii", "replace") if found else ""
    return text if is_uid(text) else ""
