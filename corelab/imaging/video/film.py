"""A video as numbered frames: unpacked once into a private file, decoded segment by segment, a few decoded frames kept."""

from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from corelab.imaging.faults import FileRefusedError, StreamFaultError
from corelab.imaging.video.container import SUFFIX, Unpacked, looks_like_video, unpack
from corelab.imaging.video.decoder import Decoder
from corelab.imaging.video.segments import Segment, cut_short, segments_of

Pixels = NDArray[np.uint8]

KEPT_BYTES = 16 * 1024 * 1024
"""Decoded frames kept here, so that stepping back does not decode a whole segment each time; at least ``KEPT_FRAMES``."""
KEPT_FRAMES = 4
_CHUNK = 1 << 20


class Film:
    """Close it after use. ``frame`` may be called from any thread, but decodes for one at a time.

    The unpacked video lies in a private folder of the temporary one, which goes with the process even where it dies.
    """

    def __init__(self, fragments: Iterable[memoryview], size: tuple[int, int], most: int, *, cut: bool = False) -> None:
        """``size`` is rows and columns as the header says; ``cut``: the file ends inside the video.

        Raises FileRefusedError where it is no video that can be read.
        """
        self._lock = Lock()
        self._wanted = size
        self._folder = TemporaryDirectory(prefix="corelab-video-", ignore_cleanup_errors=True)
        self._stream = Path(self._folder.name) / "stream"
        self._closed = False
        self._decoder: Decoder | None = None
        self._kept: dict[int, Pixels] = {}
        try:
            unpacked = self._unpack(fragments, most)
        except OSError as error:
            self._folder.cleanup()
            raise FileRefusedError("too_large", "There is no room in the temporary folder to unpack the video.") from error
        except BaseException:
            self._folder.cleanup()
            raise
        self.coding = unpacked.coding
        self._stream = self._stream.rename(self._stream.with_suffix(SUFFIX[self.coding]))
        self.size = unpacked.rows, unpacked.columns
        self._segments = segments_of(cut_short(unpacked.packets) if cut else unpacked.packets)
        self._faults = {
            each.first: (each.first + each.sound, "the video is damaged here") for each in self._segments if each.sound < each.frames
        }
        self._firsts = [segment.first for segment in self._segments]
        self.frames = sum(segment.frames for segment in self._segments)
        self._room = max(KEPT_FRAMES, KEPT_BYTES // (size[0] * size[1] * 3))

    def paint(self, index: int, out: Pixels) -> None:
        """Frame ``index`` from 0 into ``out``, rows x columns x 4. Raises StreamFaultError."""
        with self._lock:
            cv2.cvtColor(self._decoded(index), cv2.COLOR_BGR2BGRA, dst=out)

    def close(self) -> None:
        self._closed = True  # before the lock: what is being decoded for another thread stops at its next frame
        with self._lock:
            self._leave()
            self._kept.clear()
            self._folder.cleanup()

    def _decoded(self, index: int) -> Pixels:
        self._require_sound(index)
        if index not in self._kept:
            decoder = self._decoder_for(index)
            try:
                while decoder.next <= index and not self._closed:
                    decoder.step(self._slot(decoder.next, index))
            except StreamFaultError as error:
                self._faults[decoder.segment.first] = (decoder.next - 1, str(error))
                self._kept.pop(decoder.next - 1, None)
                raise
        if self._closed:
            raise StreamFaultError("the file is closed")
        return self._kept[index]

    def _require_sound(self, index: int) -> None:
        if self._closed:
            raise StreamFaultError("the file is closed")
        if self.size != self._wanted:
            (rows, columns), (own_rows, own_columns) = self._wanted, self.size
            raise StreamFaultError(f"the stream is {own_columns} x {own_rows} pixels, the header says {columns} x {rows}")
        first, fault = self._faults.get(self._segment(index).first, (index + 1, ""))
        if index >= first:
            raise StreamFaultError(fault)

    def _slot(self, number: int, wanted: int) -> Pixels | None:
        """Where frame ``number`` goes on the way to ``wanted``; None where it would be dropped before that."""
        if number <= wanted - self._room:
            return None
        if len(self._kept) < self._room:
            self._kept[number] = np.empty((*self._wanted, 3), np.uint8)
        else:
            farthest = max(self._kept, key=lambda kept: abs(kept - wanted))
            self._kept[number] = self._kept.pop(farthest)
        return self._kept[number]

    def _segment(self, index: int) -> Segment:
        return self._segments[bisect_right(self._firsts, index) - 1]

    def _decoder_for(self, index: int) -> Decoder:
        segment = self._segment(index)
        if self._decoder is None or self._decoder.segment is not segment or self._decoder.next > index:
            self._leave()
            self._decoder = Decoder(self._stream_of(segment), segment)
        return self._decoder

    def _leave(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def _stream_of(self, segment: Segment) -> Path:
        """The bytes of one segment as a file; the whole stream where it is one segment."""
        if segment.runs == ((0, self._stream.stat().st_size),) and not segment.sets:
            return self._stream
        path = self._stream.with_name(f"segment{SUFFIX[self.coding]}")
        with self._stream.open("rb") as whole, path.open("wb") as out:
            out.writelines(segment.sets)
            for start, length in segment.runs:
                whole.seek(start)
                _copy(whole, length, out)
        return path

    def _unpack(self, fragments: Iterable[memoryview], most: int) -> Unpacked:
        """The container is written whole, its elementary stream taken out of it, and the container removed."""
        container = Path(self._folder.name) / "container"
        with container.open("wb") as out:
            for fragment in fragments:
                with fragment:
                    out.write(fragment)
        with container.open("rb") as file:
            if not looks_like_video(file.read(256)):
                raise FileRefusedError("header_stream_mismatch", "The file says that it holds a video, but none can be read in it.")
        with self._stream.open("wb") as out:
            unpacked = unpack(container, out, most)
        container.unlink()
        return unpacked


def _copy(source: BinaryIO, length: int, out: BinaryIO) -> None:
    while length > 0 and (piece := source.read(min(length, _CHUNK))):
        out.write(piece)
        length -= len(piece)
