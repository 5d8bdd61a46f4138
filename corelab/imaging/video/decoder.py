"""Decodes one segment of a video, forward, frame by frame."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from corelab.imaging.faults import StreamFaultError
from corelab.imaging.video.complaints import listening
from corelab.imaging.video.segments import Segment

Pixels = NDArray[np.uint8]

_ALONE = [cv2.CAP_PROP_N_THREADS, 1]
"""One thread, so that what FFmpeg complains about is heard on the thread that asked; frames of several clips use the others."""


class Decoder:
    """One use of a segment, from its first frame on. From the first sign of damage on, every later frame is refused (StreamFaultError).

    FFmpeg covers what it cannot decode with pieces of other pictures, and pictures that refer to it inherit them: only the next segment
    is sound again.
    """

    def __init__(self, stream: Path, segment: Segment) -> None:
        self.segment = segment
        self.next = segment.first
        """The frame that ``step`` gives next."""
        self._fault = ""
        with listening():
            self._capture = cv2.VideoCapture(str(stream), cv2.CAP_FFMPEG, _ALONE)
        if not self._capture.isOpened():
            self._fault = "its part of the video cannot be decoded"

    def step(self, out: Pixels | None) -> None:
        """Frame ``next`` as rows x columns x 3, blue, green, red, into ``out``; passed over where ``out`` is None."""
        self.next += 1
        self._fault = self._fault or self._grabbed(out)
        if self._fault:
            raise StreamFaultError(self._fault)

    def close(self) -> None:
        self._capture.release()

    def _grabbed(self, out: Pixels | None) -> str:
        """What is wrong with the next frame; empty where it is sound."""
        with listening() as complaints:
            there = self._capture.grab()
        if complaints:
            return "the video is damaged here"
        if not there:
            return "the video is damaged before this frame: one is missing"
        if out is not None and (fault := self._retrieved(out)):
            return fault
        if self.next == self.segment.first + self.segment.frames and not self._ends():
            return "the video holds other frames here than were counted"
        return ""

    def _retrieved(self, out: Pixels) -> str:
        """FFmpeg refuses to convert pictures of two fields, and OpenCV then gives whatever lay in its memory, without an error."""
        with listening() as complaints:
            there, frame = self._capture.retrieve()
        if complaints or not there:
            return "its picture is coded as two fields, which cannot be shown"
        if frame.shape != out.shape:
            return "the video has another size here than the header says"
        out[...] = frame
        return ""

    def _ends(self) -> bool:
        """Behind the last frame there may be no more than was counted, or frames have been taken for others."""
        more = 0
        with listening():
            while self.segment.frames + more <= self.segment.shown and self._capture.grab():
                more += 1
        return self.segment.frames + more == self.segment.shown
