"""Workbook files whose bytes tell nothing of the machine, the day or the account that wrote them."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

_STAMP = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o600 << 16
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_MOST = 2**31 - 1
"""Excel offers to repair a file whose parts carry 64-bit sizes, so only a part that needs them has them."""

Members = Mapping[str, bytes]


def members_of(fill: Callable[[Any], None], created: datetime, **properties: str) -> Members:
    """The parts of a workbook that ``fill`` writes into. Nothing becomes a formula, a link or a number by itself."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {**_AS_WRITTEN, "in_memory": True})
    book.set_properties({"created": created.replace(tzinfo=None), **properties})
    fill(book)
    book.close()
    with zipfile.ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_book(path: Path, parts: Iterator[tuple[str, Iterator[bytes], int]]) -> None:
    """Each part by name, its bytes in pieces, and about how many there are.

    The zip says neither system, rights nor time: the library's own takes them from where it runs. What stays is deflate, which is the same
    wherever Python comes with zlib.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, pieces, size in parts:
            with archive.open(_info(name), "w", force_zip64=size > _MOST) as member:
                for piece in pieces:
                    member.write(piece)


def write_members(path: Path, members: Members) -> None:
    write_book(path, ((name, iter((data,)), len(data)) for name, data in members.items()))


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.create_system, info.external_attr, info.compress_type = _UNIX, _MODE, zipfile.ZIP_DEFLATED
    return info
