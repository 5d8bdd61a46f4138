"""An open DICOM file that gives any of its frames as BGRA pixels, from any thread."""

import hashlib
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from corelab.domain.vocabulary import Sha256
from corelab.imaging.faults import FileFault, FileRefusedError, FrameUnreadableError, StreamFaultError
from corelab.imaging.frames import jpeg
from corelab.imaging.frames.colour import Pixels, Samples, paint_grey, paint_palette, paint_rgb, paint_ybr
from corelab.imaging.frames.htj2k import decode_htj2k
from corelab.imaging.frames.native import read_samples, read_ybr_422, swapped
from corelab.imaging.frames.rle import decode_rle
from corelab.imaging.frames.stream import Stream, read_jpeg, read_jpeg2000
from corelab.imaging.header import Header, parse_header
from corelab.imaging.source import Source, encoding_of
from corelab.imaging.spans import FRAME_LIMIT
from corelab.imaging.syntaxes import VIDEO, Coding
from corelab.imaging.video import Film

_DAMAGE = (ValueError, RuntimeError, IndexError, struct.error, MemoryError, cv2.error)
"""What codecs and numpy raise for damage that no rule of ours foresaw."""


class FrameFile:
    """Close it after use. ``decode`` may run on several threads at once; decoders release the GIL."""

    def __init__(self, path: Path) -> None:
        """Raises FileRefusedError where there is nothing to show, or the pictures are coded in a way that is not supported."""
        self._source = Source(path)
        self._film: Film | None = None
        try:
            self.header = parse_header(self._source)
            self._refuse_unsupported()
            if self.header.coding in VIDEO:
                self._open_film()
            self.faults = (*self.header.faults, *self._stream_faults())
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        return cls(path)

    @property
    def frames(self) -> int:
        return self.header.frames_found

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.header.rows, self.header.columns, 4

    def decode(self, index: int, out: Pixels | None = None) -> Pixels:
        """Frame ``index`` from 0, into ``out`` (rows x columns x 4, uint8, contiguous) or a new array. Raises FrameUnreadableError."""
        if not 0 <= index < self.frames:
            raise FrameUnreadableError(index, "there is no such frame")
        if out is None:
            out = np.empty(self.shape, np.uint8)
        elif out.shape != self.shape or out.dtype != np.uint8 or not out.flags.c_contiguous:
            raise ValueError("the buffer does not fit the frame")
        try:
            self._paint(index, out)
        except StreamFaultError as error:
            raise FrameUnreadableError(index, str(error)) from error
        except _DAMAGE as error:
            raise FrameUnreadableError(index, "the frame is damaged") from error
        return out

    def rgb(self, index: int) -> NDArray[np.uint8]:
        """Frame ``index`` as rows x columns x 3."""
        return np.ascontiguousarray(self.decode(index)[..., 2::-1])

    def encoded(self, index: int) -> bytes:
        """The bytes of frame ``index`` as they lie in the file, its fragments joined. A video has one span, 0: all of it."""
        return b"".join(self._source.buffer[start : start + length] for start, length in self.header.spans[index])

    def digest(self) -> Sha256:
        """SHA-256 of the whole file, from the very bytes that are decoded."""
        with memoryview(self._source.file_bytes) as view:
            return Sha256(hashlib.sha256(view).hexdigest())

    def close(self) -> None:
        if self._film is not None:
            self._film.close()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _refuse_unsupported(self) -> None:
        if self.header.coding is None:
            fault = next(fault for fault in self.header.faults if fault.code == "syntax_unsupported")
            raise FileRefusedError(fault.code, fault.message)

    def _open_film(self) -> None:
        """Frames are counted in the stream; the header is read again with their number."""
        ((*spans,),) = self.header.spans
        buffer, (start, length) = self._source.buffer, spans[-1]
        cut = struct.unpack_from("<I", buffer, start - 4)[0] != length  # its last item says that it is longer
        pieces = (memoryview(buffer)[start : start + length] for start, length in spans)
        self._film = Film(pieces, self.shape[:2], FRAME_LIMIT, cut=cut)
        self.header = parse_header(self._source, self._film.frames)

    def _stream_faults(self) -> tuple[FileFault, ...]:
        """Where the first sound stream has other components than the header says; it is shown as the stream says."""
        if self._film is not None:
            return _film_faults(self.header, self._film)
        if self.header.coding in {Coding.NATIVE, Coding.RLE}:
            return ()
        for index in range(self.frames):
            try:
                stream = self._stream(self.encoded(index))[0]
            except StreamFaultError:
                continue
            return _disagreement(self.header, stream)
        return ()

    def _paint(self, index: int, out: Pixels) -> None:
        if self._film is not None:
            self._film.paint(index, out)
            return
        match self.header.coding:
            case Coding.NATIVE:
                self._paint_native(index, out)
            case Coding.RLE:
                self._paint_samples(decode_rle(self.encoded(index), self._stored_shape, self.header.layout.bits_allocated), out)
            case _:
                self._paint_stream(self.encoded(index), out)

    @property
    def _stored_shape(self) -> tuple[int, int, int]:
        return self.header.rows, self.header.columns, self.header.layout.samples

    def _paint_native(self, index: int, out: Pixels) -> None:
        header, layout = self.header, self.header.layout
        ((start, length),) = header.spans[index]
        if length < layout.frame_bytes:
            raise StreamFaultError("the frame is cut off")
        big = encoding_of(header.syntax).big
        buffer = self._source.buffer
        if big and layout.words and layout.bits_allocated == 8:
            buffer, start = swapped(buffer, start, length, header.spans[0][0][0]), 0
        if header.photometric == "YBR_FULL_422":
            paint_ybr(*read_ybr_422(buffer, start, header.rows, header.columns), out)
        else:
            self._paint_samples(read_samples(buffer, start, self._stored_shape, layout.bits_allocated, big=big, planar=layout.planar), out)

    def _stream(self, data: bytes) -> tuple[Stream, bytes]:
        if self.header.coding in {Coding.JPEG_2000, Coding.HTJ2K}:
            stream, start = read_jpeg2000(data)
            return stream, data[start:]
        return read_jpeg(data), data

    def _paint_stream(self, data: bytes, out: Pixels) -> None:
        stream, data = self._stream(data)
        if (stream.rows, stream.columns) != (self.header.rows, self.header.columns):
            raise StreamFaultError(
                f"the stream is {stream.columns} x {stream.rows} pixels, the header says {self.header.columns} x {self.header.rows}"
            )
        if stream.components not in {1, 3} or stream.precision > self.header.layout.bits_allocated:
            raise StreamFaultError("the stream has other components or more bits than the header says")
        if jpeg.goes_straight(stream, self.header.photometric):
            jpeg.paint_jpeg(data, stream, self.header.photometric, out)
            return
        self._paint_decoded(self._decoded(data, stream), stream, out)

    def _decoded(self, data: bytes, stream: Stream) -> Samples:
        coding = self.header.coding
        if coding is Coding.HTJ2K:
            return decode_htj2k(data, jpeg.room(stream))
        if coding is Coding.JPEG_2000:
            return jpeg.decode_jpeg2000(data, stream)
        if stream.lossless:
            return jpeg.decode_lossless(data, stream)
        if stream.frame == 0xF7:
            return jpeg.decode_jpeg_ls(data, stream)
        return jpeg.decode_grey(data, stream) if stream.precision == 8 else jpeg.decode_extended(data)

    def _paint_decoded(self, samples: Samples, stream: Stream, out: Pixels) -> None:
        if samples.shape[:2] != (self.header.rows, self.header.columns):
            raise StreamFaultError("the stream holds another size than it says")
        if samples.ndim == 2:
            self._paint_one(samples, min(stream.precision, self.header.layout.bits_stored), out)
        elif stream.mixed or jpeg.holds_rgb(stream, self.header.photometric):
            paint_rgb(samples, out)
        else:
            paint_ybr(samples[..., 0], samples[..., 1], samples[..., 2], out)

    def _paint_samples(self, samples: Samples, out: Pixels) -> None:
        """Samples as the header describes them."""
        if samples.ndim == 2:
            self._paint_one(samples, self.header.layout.bits_stored, out)
        elif self.header.photometric in {"YBR_FULL", "YBR_FULL_422"}:
            paint_ybr(samples[..., 0], samples[..., 1], samples[..., 2], out)
        else:
            paint_rgb(samples, out)

    def _paint_one(self, samples: Samples, bits: int, out: Pixels) -> None:
        if self.header.palette is not None:
            paint_palette(samples, self.header.palette, out)
        else:
            paint_grey(samples, bits, out, inverted=self.header.photometric == "MONOCHROME1", signed=self.header.layout.signed)


def _film_faults(header: Header, film: Film) -> tuple[FileFault, ...]:
    if film.size != (header.rows, header.columns):
        return (FileFault("header_stream_mismatch", "The stream holds a picture of another size than the header says."),)
    if film.coding is not header.coding:
        return (FileFault("header_stream_mismatch", "The video is coded in another way than the header says: shown as the stream says."),)
    return ()


def _disagreement(header: Header, stream: Stream) -> tuple[FileFault, ...]:
    if (stream.rows, stream.columns) != (header.rows, header.columns):
        return (FileFault("header_stream_mismatch", "The stream holds a picture of another size than the header says."),)
    if stream.components != header.layout.samples:
        return (
            FileFault(
                "header_stream_mismatch",
                f"The header says {header.layout.samples} components, the stream holds {stream.components}: shown as the stream says.",
            ),
        )
    return ()
