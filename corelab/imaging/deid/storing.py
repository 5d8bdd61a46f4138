"""How the frames of a candidate are stored: as they came where nothing is to be masked, else masked and without loss."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from corelab.domain.clip import TimingSource
from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container import RLE, run_lengths
from corelab.imaging.deid.header import Mark, Picture, rebuild
from corelab.imaging.deid.intake_source import Opened
from corelab.imaging.deid.policy import Policy
from corelab.imaging.deid.streams import Streams
from corelab.imaging.deid.writer import Frames, encapsulated_file, native_file
from corelab.imaging.frames import FrameFile
from corelab.imaging.pixel_mask import Mask, Pixels
from corelab.imaging.raw_walk import EXPLICIT_LITTLE
from corelab.imaging.syntaxes import Coding

_NATIVE_LIMIT = 64 << 20
"""Larger masked clips are stored by runs. JPEG-LS would be 3 to 10 times smaller than native, but a 1024 x 768 colour frame full of
speckle then takes 18 to 26 ms to decode, against 9 by runs and 0.2 native: too close to the 33 ms of a frame."""

_METHODS = {
    Coding.JPEG: "ISO_10918_1", Coding.JPEG_LS: "ISO_14495_1", Coding.JPEG_2000: "ISO_15444_1", Coding.HTJ2K: "ISO_15444_15",
    Coding.MPEG2: "ISO_13818_2", Coding.H264: "ISO_14496_10", Coding.HEVC: "ISO_23008_2",
}  # fmt: skip

Look = Callable[[Pixels], None]
"""Is shown each stored frame in order, as its brightest colour: (rows, columns)."""


@dataclass(frozen=True, slots=True)
class Storing:
    """One object on its way into its candidate file.

    ``decoded`` gives a frame of the source as it would be stored; ``streams`` the clean stream of each whole frame, where it has one.
    """

    found: Opened
    candidate: Path
    mark: Mark
    policy: Policy
    decoded: Callable[[int], Pixels] = field(repr=False)
    streams: Streams = field(repr=False)

    @property
    def _grey(self) -> bool:
        return self.found.photometric in {"MONOCHROME1", "MONOCHROME2"}

    @property
    def photometric(self) -> str:
        """Of decoded frames: any colour form becomes RGB."""
        return self.found.photometric if self._grey else "RGB"

    def store(self, mask: Mask, whole: Sequence[int], look: Look) -> None:
        """Writes the frames ``whole`` (numbers in the source)."""
        photometric = self.streams.photometric
        if photometric is not None and not self._changes(mask, whole) and self.streams.hide_nothing(whole):
            self._as_it_is(photometric, whole, look)
        else:
            self._lossless(mask, whole, look)

    def _changes(self, mask: Mask, whole: Sequence[int]) -> bool:
        return any(mask.changes(self.decoded(index)) for index in whole)

    def _as_it_is(self, photometric: str, whole: Sequence[int], look: Look) -> None:
        """Nothing is to be masked: the compressed frames stay, without what their picture does not need."""
        picture = self._picture(photometric, whole)
        header = rebuild(self.found.values, self.mark, picture, self.policy)
        with encapsulated_file(self.candidate, header, self.found.syntax, len(whole)) as out:
            for index in whole:
                out.add(self.streams.clean(index))
                look(brightness(self.decoded(index)))

    def _lossless(self, mask: Mask, whole: Sequence[int], look: Look) -> None:
        """Decoded, masked and stored without loss, so that no diagnostic pixel changes."""
        with self._lossless_file(whole) as out:
            for index in whole:
                masked = mask.apply(self.decoded(index))
                out.add(np.ascontiguousarray(masked).data.cast("B"))
                look(brightness(masked))

    @contextmanager
    def _lossless_file(self, whole: Sequence[int]) -> Iterator[Frames]:
        header = rebuild(self.found.values, self.mark, self._picture(self.photometric, whole), self.policy)
        samples = 1 if self._grey else 3
        length = self.found.rows * self.found.columns * samples * len(whole)
        if length <= _NATIVE_LIMIT:
            with native_file(self.candidate, header, EXPLICIT_LITTLE, length) as out:
                yield out
        else:
            with encapsulated_file(self.candidate, header, RLE, len(whole)) as fragments:
                yield _RleFrames(fragments, (self.found.rows, self.found.columns, samples))

    def _picture(self, photometric: str, whole: Sequence[int]) -> Picture:
        coding = self.found.frames.header.coding
        return Picture(
            rows=self.found.rows,
            columns=self.found.columns,
            frames=len(whole),
            samples=1 if photometric.startswith("MONOCHROME") else 3,
            photometric=photometric,
            lossy=self.streams.lossy,
            method=_METHODS.get(coding, "") if self.streams.lossy_here and coding else "",
            ratio=self._ratio(),
            times=self._times_between(whole) if len(whole) < self.found.frames.frames else None,
        )

    def _ratio(self) -> float:
        """How many times fewer bytes the frames took as they came, to two places."""
        found, element = self.found, self.found.walk.pixel
        decoded = found.rows * found.columns * found.samples * found.frames.frames
        return round(decoded / element.length, 2) if found.walk.encapsulated and element and element.length else 0.0

    def _times_between(self, whole: Sequence[int]) -> tuple[float, ...] | None:
        """Frame times with the gaps of frames that were left out; None where the source gives no rate."""
        timing = self.found.frames.header.timing
        if timing.source is TimingSource.ASSUMED or len(whole) < 2:
            return None
        starts = [timing.starts_ms[index] for index in whole]
        return (0.0, *(after - before for before, after in pairwise(starts)))

    def prove(self, written: FrameFile, mask: Mask, whole: Sequence[int]) -> None:
        """Read the candidate back: every frame is there, its kept area equal to the source bit for bit, all else black."""
        if written.frames != len(whole):
            raise ObjectRefusedError(IntakeCode.MASK_PROOF, "frames")
        for number, index in enumerate(whole):
            if not mask.proves(self.decoded(index), stored_form(written.decode(number), self.photometric)):
                raise ObjectRefusedError(IntakeCode.MASK_PROOF, f"frame {number}")


class _RleFrames:
    """Takes plain frames and passes them on run-length coded."""

    def __init__(self, out: Frames, shape: tuple[int, int, int]) -> None:
        self._out = out
        self._shape = shape

    def add(self, frame: bytes | memoryview) -> None:
        self._out.add(run_lengths(np.frombuffer(frame, np.uint8).reshape(self._shape)))


def stored_form(painted: Pixels, photometric: str) -> Pixels:
    """BGRA as shown -> as stored: (rows, columns) for grey, turned over for MONOCHROME1, else (rows, columns, 3) RGB."""
    if photometric == "MONOCHROME1":
        return np.asarray(255 - painted[..., 0], np.uint8)
    if photometric == "MONOCHROME2":
        return np.ascontiguousarray(painted[..., 0])
    return np.asarray(cv2.cvtColor(painted, cv2.COLOR_BGRA2RGB), np.uint8)


def brightness(frame: Pixels) -> Pixels:
    """The brightest of the three colours: text may have any of them."""
    if frame.ndim == 2:
        return frame
    red, green, blue = cv2.split(frame)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
