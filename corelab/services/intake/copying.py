"""The bytes of one delivered object, read under limits that count while they come: nothing of it is trusted, not even its size."""

import hashlib
import os
import re
import stat
import zipfile
import zlib
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.services.intake.delivered import Source

OBJECT_LIMIT = 2 << 30
RATIO_LIMIT = 200
_RATIO_COUNTS_FROM = 1 << 20
"""A member below this size may be as hollow as it likes."""
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)
_ODD_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error)
"""What the reader of archives says of a member that is damaged, encrypted, or packed in a way that it does not know."""


def copied(source: Source, target: Path, room: int) -> str:
    """The bytes of an object to ``target`` (mode 0600), and their SHA-256. ``room`` is what is left of the delivery's size.

    Raises ObjectRefusedError: ARCHIVE_MEMBER, LIMIT_SIZE, SOURCE_GONE; OSError where ``target`` cannot be written. Then it is not there.
    """
    out = _created(target)
    try:
        with out, _opened(source) as stream:
            return _pour(stream, out, min(OBJECT_LIMIT, room), source.member)
    except _ODD_ARCHIVE as error:
        target.unlink(missing_ok=True)
        raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def small_content(source: Source, limit: int) -> bytes:
    """The bytes of a small object. Raises ObjectRefusedError where it is larger than ``limit``, or cannot be read."""
    try:
        with _opened(source) as stream:
            content = stream.read(limit + 1)
    except (*_ODD_ARCHIVE, OSError) as error:
        raise ObjectRefusedError(IntakeCode.SOURCE_GONE) from error
    if len(content) > limit:
        raise ObjectRefusedError(IntakeCode.LIMIT_SIZE)
    return content


def head_of(source: Source, size: int) -> bytes:
    """The first bytes of an object; none where it cannot be read."""
    try:
        with _opened(source) as stream:
            return stream.read(size)
    except (*_ODD_ARCHIVE, OSError, ObjectRefusedError):
        return b""


def _created(target: Path) -> IO[bytes]:
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _opened(source: Source) -> IO[bytes]:
    try:
        return _stream(source)
    except OSError as error:
        raise ObjectRefusedError(IntakeCode.SOURCE_GONE) from error


def _stream(source: Source) -> IO[bytes]:
    if source.crowded:
        raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER, "too many members")
    if source.member is None:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        return os.fdopen(os.open(source.path, flags), "rb")
    if source.again or _is_odd(source.member):
        raise ObjectRefusedError(IntakeCode.ARCHIVE_MEMBER)
    with closing(zipfile.ZipFile(source.path)) as archive:
        return archive.open(source.member)  # the member keeps the file open until it is closed itself


def _is_odd(member: zipfile.ZipInfo) -> bool:
    """Encrypted, linked, a device, badly named, oddly packed. Names are never used as paths; one that tries tells what the archive is."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    odd_packing = member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    return bool(member.flag_bits & _ENCRYPTED) or kind not in {0, stat.S_IFREG} or odd_packing or _has_odd_name(member)


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
    out.flush()
    os.fsync(out.fileno())  # once it is recorded, the same bytes are a duplicate: a power cut may not take them away
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
