"""What a site sent, object by object: files, folders and the members of ZIP archives, copied as bytes, never by their names."""

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from corelab.domain.intake import IntakeCode, IntakeRefusedError, ObjectRefusedError, Refusal

OBJECT_LIMIT = 2 << 30
DELIVERY_LIMIT = 200 << 30
MEMBER_LIMIT = 50_000
RATIO_LIMIT = 200
_RATIO_COUNTS_FROM = 1 << 20
"""A member below this size may be as hollow as it likes."""
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One object of a delivery. ``name`` is the site's and never leaves the sealed record beside the quarantined bytes.

    ``again``: an archive has a member before it of the same name, upper and lower case being one.
    """

    path: Path = field(repr=False)
    name: str = field(repr=False)
    member: zipfile.ZipInfo | None = field(repr=False, default=None)
    again: bool = False


def listed(sources: Sequence[Path]) -> tuple[Source, ...]:
    """All objects, in a stable order. Links are not followed; only regular files count. Raises IntakeRefusedError when there is none."""
    found = [source for path in sources for source in _of(path)]
    if not found:
        raise IntakeRefusedError(Refusal.SOURCE)
    return tuple(found)


def _of(path: Path) -> Iterator[Source]:
    if path.is_symlink() or not path.exists():
        raise IntakeRefusedError(Refusal.SOURCE)
    for file in sorted(_files(path)):
        if zipfile.is_zipfile(file) and not _is_dicom(file):
            yield from _members(file, path)
        else:
            yield Source(file, _name(file, path))


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


def _members(archive: Path, root: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        infos = []
    if not infos or len(infos) > MEMBER_LIMIT:
        yield Source(archive, _name(archive, root))
        return
    seen: set[str] = set()
    for info in infos:
        yield Source(archive, f"{_name(archive, root)}/{info.filename}", info, again=info.filename.casefold() in seen)
        seen.add(info.filename.casefold())


def copied(source: Source, target: Path, room: int) -> str:
    """The bytes of an object to ``target`` (mode 0600), and their SHA-256. ``room`` is what is left of the delivery's size.

    Raises ObjectRefusedError: ARCHIVE_MEMBER, LIMIT_SIZE, SOURCE_GONE; OSError where ``target`` cannot be written. Then it is not there.
    """
    out = _created(target)
    try:
        with out, _opened(source) as stream:
            return _pour(stream, out, min(OBJECT_LIMIT, room), source.member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        target.unlink(missing_ok=True)
        raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _created(target: Path) -> IO[bytes]:
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _opened(source: Source) -> IO[bytes]:
    try:
        return _stream(source)
    except OSError as error:
        raise ObjectRefusedError(IntakeCode.SOURCE_GONE) from error


def _stream(source: Source) -> IO[bytes]:
    if source.member is None:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        return os.fdopen(os.open(source.path, flags), "rb")
    if source.again or _is_odd(source.member):
        raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER)
    with closing(zipfile.ZipFile(source.path)) as archive:
        return archive.open(source.member)  # the member keeps the file open until it is closed itself


def _is_odd(member: zipfile.ZipInfo) -> bool:
    """Encrypted, linked, badly named, oddly packed. Names are never used as paths; one that tries tells what the archive is."""
    link = stat.S_ISLNK(member.external_attr >> 16)
    odd_packing = member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    return bool(member.flag_bits & _ENCRYPTED) or link or odd_packing or _has_odd_name(member)


def _has_odd_name(member: zipfile.ZipInfo) -> bool:
    """A path that leaves the folder, or a name that is a device on some system."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    leaves = name.is_absolute() or ".." in name.parts or ":" in member.filename
    return leaves or not name.parts or any(_DEVICE.fullmatch(part.partition(".")[0].rstrip()) for part in name.parts)


def _pour(stream: IO[bytes], out: IO[bytes], limit: int, member: zipfile.ZipInfo | None) -> str:
    digest, size = hashlib.sha256(), 0
    while chunk := _read(stream):
        if member is not None and not size and chunk.startswith(b"PK\x03\x04"):
            raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER, "nested")
        size += len(chunk)
        if size > limit:
            raise ObjectRefusedError(IntakeCode.LIMIT_SIZE)
        if member is not None and size > _RATIO_COUNTS_FROM and size > RATIO_LIMIT * max(member.compress_size, 1):
            raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER, "inflates too far")
        digest.update(chunk)
        out.write(chunk)
    return digest.hexdigest()


def _read(stream: IO[bytes]) -> bytes:
    """A source that cannot be read on ends its object; a target that cannot be written ends the delivery."""
    try:
        return stream.read(_CHUNK)
    except OSError as error:
        raise ObjectRefusedError(IntakeCode.SOURCE_GONE) from error


def archive_digest(source: Source) -> str:
    """Stands for an object whose own bytes could not be read; the digest of nothing where the file cannot be read either."""
    try:
        with source.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256(b"").hexdigest()
