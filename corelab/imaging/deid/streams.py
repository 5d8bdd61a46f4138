"""The compressed frames of a delivered object: checked against its header, and cleaned so that they may be stored as they are."""

from collections.abc import Iterable

import numpy as np

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container import HTJ2K, JPEG_2000, LOSSLESS_JPEG, LOSSY, RLE, STREAMS, Shape, check_rle, clean_stream, run_lengths
from corelab.imaging.container.jpeg2000 import codestream_of
from corelab.imaging.deid.intake_source import Opened
from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.colour import Samples
from corelab.imaging.frames.htj2k import decode_htj2k
from corelab.imaging.frames.jpeg import decode_jpeg2000, goes_straight
from corelab.imaging.frames.rle import decode_rle
from corelab.imaging.frames.stream import read_jpeg, read_jpeg2000

_PALETTE = "PALETTE COLOR"
_MOST_PARTS = 16
"""Streams in more tile-parts are not worth the time of looking behind each: their pictures are stored in another form."""


class Streams:
    """Clean streams of an object, each made once. Those of a palette, of video and of uncompressed frames are never stored as they are."""

    def __init__(self, found: Opened) -> None:
        self._found = found
        self._clean: dict[int, bytes] = {}
        self._shapes: set[Shape] = set()
        self.other_size = False
        """Whether a stream says another size than the header: then the object is not damaged but wrong."""

    @property
    def lossy(self) -> bool:
        """Whether coding lost something before the object came."""
        return self.lossy_here or self._found.values.text(0x00282110, "CS") == "01"

    @property
    def lossy_here(self) -> bool:
        """Whether the very coding in which it came loses something."""
        return self._found.syntax in LOSSY or any(shape.lossy for shape in self._shapes)

    @property
    def photometric(self) -> str | None:
        """What the header of the streams as they are must say; None where they must not stay: no clean stream says what its picture is."""
        said = self._found.photometric
        if said == _PALETTE or not self._clean or self._found.frames.header.layout.bits_allocated != 8:
            return None
        if self._found.syntax not in JPEG_2000 | HTJ2K or self._found.samples == 1:
            return said
        if len(self._shapes) != 1:
            return None
        (shape,) = self._shapes
        if shape.mixed:
            return "YBR_ICT" if shape.lossy else "YBR_RCT"
        return said if said in {"RGB", "YBR_FULL"} else None

    def require(self, index: int) -> None:
        """The stream of frame ``index`` holds together and is what the header says. Raises ObjectRefusedError."""
        syntax = self._found.syntax
        if syntax == RLE:
            self._require_runs(index)
        elif syntax in STREAMS:
            self._clean[index] = self._required(index)

    def clean(self, index: int) -> bytes:
        """The clean stream of a frame that was required before."""
        return self._clean[index]

    def hide_nothing(self, frames: Iterable[int]) -> bool:
        """Whether every byte of these clean streams is needed for its picture."""
        found = self._found
        return not any(hides(self._clean[index], found.syntax, found.photometric) for index in frames)

    def _required(self, index: int) -> bytes:
        found, bits = self._found, self._found.frames.header.layout.bits_allocated
        stream, shape = clean_stream(found.frames.encoded(index), found.syntax)
        if (shape.rows, shape.columns, shape.components) != (found.rows, found.columns, found.samples) or shape.precision > bits:
            self.other_size = True
            raise ObjectRefusedError(IntakeCode.CONTAINER, "another size than declared")
        self._shapes.add(shape)
        return stream

    def _require_runs(self, index: int) -> None:
        found, layout = self._found, self._found.frames.header.layout
        encoded = found.frames.encoded(index)
        check_rle(encoded, found.samples * layout.bits_allocated // 8)
        if found.photometric != _PALETTE and layout.bits_allocated == 8:
            self._clean[index] = run_lengths(decode_rle(encoded, (found.rows, found.columns, found.samples), 8))


def hides(stream: bytes, syntax: str, photometric: str) -> bool:
    """Whether a clean stream may hold bytes between its last pixel and its end mark that no picture needs.

    A codestream of JPEG 2000 is then decoded without its last ones too. Decoders of the other codings refuse such bytes themselves, but
    for the one of lossless JPEG in other colours than red, green and blue.
    """
    if syntax in LOSSLESS_JPEG:
        said = read_jpeg(stream)
        return said.components > 1 and not goes_straight(said, photometric)
    if syntax not in JPEG_2000 | HTJ2K:
        return False
    found = codestream_of(stream, high_throughput=syntax in HTJ2K)
    if len(found.parts) > _MOST_PARTS:
        return True
    whole = _decoded(stream, syntax)
    shortened = (found.written(shortened=number) for number, part in enumerate(found.parts) if part.data)
    return whole is None or any(_same(whole, _decoded(shorter, syntax)) for shorter in shortened)


def _decoded(stream: bytes, syntax: str) -> Samples | None:
    try:
        return decode_htj2k(stream, None) if syntax in HTJ2K else decode_jpeg2000(stream, read_jpeg2000(stream)[0]).copy()
    except StreamFaultError:
        return None


def _same(whole: Samples, other: Samples | None) -> bool:
    return other is not None and np.array_equal(whole, other)
