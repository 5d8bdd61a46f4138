"""What a site sent, object by object: files, folders, discs and the members of ZIP archives, in an order that stays the same."""

import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.services.intake.archives import members
from corelab.services.intake.delivered import Source
from corelab.services.intake.disc import as_listed, is_directory

DELIVERY_LIMIT = 200 << 30


def listed(sources: Sequence[Path]) -> tuple[Source, ...]:
    """All objects, in a stable order. Links are not followed; only regular files count. Raises IntakeRefusedError when there is none."""
    found = {_key(source): source for path in _roots(sources) for source in as_listed(tuple(_of(path)))}
    if not found:
        raise IntakeRefusedError(Refusal.SOURCE)
    return tuple(found.values())


def _key(source: Source) -> object:
    """What is chosen twice, alone and with its folder, is one object."""
    return (source.path, id(source.member) if source.member else None, id(source) if source.note else None)


def _roots(sources: Sequence[Path]) -> Iterator[Path]:
    """A DICOMDIR that was chosen means its disc."""
    for path in sources:
        yield path.parent if path.is_file() and is_directory(Source(path, "", inner=path.name)) else path


def _of(path: Path) -> Iterator[Source]:
    if path.is_symlink() or not path.exists():
        raise IntakeRefusedError(Refusal.SOURCE)
    for file in sorted(_files(path)):
        inner = file.relative_to(path).as_posix() if file != path else ""
        if zipfile.is_zipfile(file) and not _is_dicom(file):
            yield from members(file, _name(file, path), inner)
        else:
            yield Source(file, _name(file, path), inner=inner or file.name)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for folder, _, names in os.walk(path, followlinks=False):
            yield from (Path(folder, name) for name in names if _counts(Path(folder, name)))
    elif _counts(path):
        yield path


def _counts(path: Path) -> bool:
    """Regular files, and what went away since its folder was read: a delivery says which of its objects are missing."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        return True


def _is_dicom(path: Path) -> bool:
    """A DICOM file may end with an archive that was appended to it."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _name(file: Path, root: Path) -> str:
    return str(file.relative_to(root.parent))
