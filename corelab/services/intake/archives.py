"""The members of a ZIP archive, counted before they are listed: a directory of a million entries is never built."""

import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from corelab.services.intake.delivered import Source

MEMBER_LIMIT = 50_000
_DIRECTORY_LIMIT = 64 << 20
_END, _END_64, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x01\x02"
_TAIL = (1 << 16) + 22
_NOT_HERE = 0xFFFFFFFF


def members(archive: Path, name: str, inner: str) -> Iterator[Source]:
    """Every file in the archive, in its order; the archive itself where it has none, has too many, or cannot be listed.

    ``name`` and ``inner`` are those of the archive; ``inner`` is empty where the archive is what was delivered.
    """
    infos = _infos(archive)
    if not infos:
        yield Source(archive, name, inner=inner or archive.name, crowded=infos is None)
        return
    seen: set[str] = set()
    lapping = _lapping(infos)
    for info in infos:
        plain = unicodedata.normalize("NFC", info.filename.replace("\\", "/")).casefold()
        inside = f"{inner}/{info.filename}" if inner else info.filename
        yield Source(archive, f"{name}/{info.filename}", info, plain in seen or info.header_offset in lapping, inside.replace("\\", "/"))
        seen.add(plain)


def _infos(archive: Path) -> list[zipfile.ZipInfo] | None:
    """None where there are more than any delivery has."""
    try:
        count = _entries(archive)
        if not 0 < count <= MEMBER_LIMIT:
            return None if count else []
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.filename.endswith("/")]  # is_dir() fails on a name that is empty
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        return []
    return infos if len(infos) <= MEMBER_LIMIT else None


def _entries(archive: Path) -> int:
    """At least as many as the directory has; 0 where there is none."""
    with archive.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - _TAIL))
        tail = file.read()
        at = tail.rfind(_END)
        end = length - len(tail) + at
        size = struct.unpack_from("<I", tail, at + 12)[0]
        if size == _NOT_HERE:
            end, size = _zip64(file, end)
        if size > end:
            return 0
        if size > _DIRECTORY_LIMIT:
            return MEMBER_LIMIT + 1
        file.seek(end - size)
        return file.read(size).count(_ENTRY)


def _zip64(file: IO[bytes], end: int) -> tuple[int, int]:
    """Where the directory of a large archive ends, and its size."""
    file.seek(max(0, end - 20 - 56))
    record = file.read(56)
    if not record.startswith(_END_64):
        raise zipfile.BadZipFile
    return end - 20 - 56, int(struct.unpack_from("<Q", record, 40)[0])


def _lapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Where members begin that share bytes: a small archive would fill a large disk. All are refused, as newer Pythons do by themselves."""
    found: set[int] = set()
    reach, widest = -1, -1
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < reach:
            found |= {widest, info.header_offset}
        end = info.header_offset + info.compress_size + 30
        if end > reach:
            reach, widest = end, info.header_offset
    return found
