"""A deflated object as a file that is not deflated, for those who walk its bytes: as long as a hard limit lets it grow, no longer."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.source import DEFLATED, EXPLICIT_LITTLE, INFLATED_LIMIT, start_of

_CHUNK = 1 << 20
_NAMED = DEFLATED.encode()
_PLAIN = EXPLICIT_LITTLE.encode().ljust(len(_NAMED), b"\0")


@contextmanager
def inflated(path: Path, *, allowed: bool) -> Iterator[Path]:
    """``path`` itself where nothing is deflated; else, where that is ``allowed``, a private file that goes when it is left.

    The file meta stays as it was but for the name of the encoding. Bytes behind the deflated ones stay behind the data set.
    Raises ObjectRefusedError: TRANSFER_SYNTAX where it is not allowed, LIMIT_SIZE beyond the limit, TRUNCATED where it ends too early.
    """
    start = start_of(path)
    if start is None or start.syntax != DEFLATED:
        yield path
        return
    if not allowed:
        raise ObjectRefusedError(IntakeCode.TRANSFER_SYNTAX, "deflated")
    with tempfile.TemporaryDirectory(prefix="corelab-inflated-") as folder:
        plain = Path(folder) / "plain"
        with path.open("rb") as source, plain.open("wb") as out:
            out.write(source.read(start.offset).replace(_NAMED, _PLAIN, 1))
            _inflate(source, out)
        yield plain


def _inflate(source: BinaryIO, out: BinaryIO) -> None:
    """Piece by piece: two megabytes of deflated zeros hold two gigabytes."""
    inflater, room = zlib.decompressobj(-zlib.MAX_WBITS), INFLATED_LIMIT
    left = b""
    try:
        while not inflater.eof and (left or (left := source.read(_CHUNK))):
            piece = inflater.decompress(left, _CHUNK)
            left = inflater.unconsumed_tail
            room -= len(piece)
            if room < 0:
                raise ObjectRefusedError(IntakeCode.LIMIT_SIZE, "inflates too far")
            out.write(piece)
    except zlib.error as error:
        raise ObjectRefusedError(IntakeCode.TRUNCATED, "damaged deflated data") from error
    if not inflater.eof:
        raise ObjectRefusedError(IntakeCode.TRUNCATED, "the deflated data do not end")
    behind = inflater.unused_data + source.read(_CHUNK)
    if behind not in {b"", b"\0"}:  # one byte of 0 makes the length of the file even (PS3.5 section A.5)
        out.write(behind)
