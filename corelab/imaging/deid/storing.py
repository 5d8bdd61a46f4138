"""How the frames of a candidate are stored: as they came, masked in their coefficients, or masked and without loss; and the proof."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from corelab.domain.clip import TimingSource
from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container import JPEG_BASELINE, JPEG_EXTENDED, RLE, run_lengths
from corelab.imaging.dct import NotMaskableError, blackened, picture_of
from corelab.imaging.deid.header import Mark, Picture, rebuild
from corelab.imaging.deid.intake_source import Opened
from corelab.imaging.deid.policy import Policy
from corelab.imaging.deid.streams import Streams
from corelab.imaging.deid.writer import Frames, encapsulated_file, native_file
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.frames import FrameFile
from corelab.imaging.frames.jpeg import holds_rgb
from corelab.imaging.frames.stream import read_jpeg
from corelab.imaging.pixel_mask import Kept, Mask, Pixels
from corelab.imaging.raw_walk import EXPLICIT_LITTLE
from corelab.imaging.syntaxes import Coding

_NATIVE_LIMIT = 64 << 20
"""Larger masked clips are stored by runs. JPEG-LS would be 3 to 10 times smaller than native, but a 1024 x 768 colour frame full of
speckle then takes 18 to 26 ms to decode, against 9 by runs and 0.2 native: too close to the 33 ms of a frame."""
_PROGRESSIVE_LIMIT = 5 << 20
"""Progressive streams of a clip up to this size are masked in their coefficients: that takes about ten seconds for each MiB."""
_LOSSY_JPEG = frozenset({JPEG_BASELINE, JPEG_EXTENDED})

_METHODS = {
    Coding.JPEG: "ISO_10918_1", Coding.JPEG_LS: "ISO_14495_1", Coding.JPEG_2000: "ISO_15444_1", Coding.HTJ2K: "ISO_15444_15",
    Coding.MPEG2: "ISO_13818_2", Coding.H264: "ISO_14496_10", Coding.HEVC: "ISO_23008_2",
}  # fmt: skip

Look = Callable[[Pixels], None]
"""Is shown each stored frame in order, as its brightest colour: (rows, columns)."""
Looks = Callable[[], Look]
"""Begins a look from the first frame: a way of storing that fails its proof has shown frames that do not count."""


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

    def store(self, kept: Kept, whole: Sequence[int], looks: Looks) -> Kept:
        """Writes the frames ``whole`` (numbers in the source) and proves them; gives the area with the blocks that its mask lies on.

        Raises ObjectRefusedError where no way of storing passes its proof.
        """
        photometric, mask = self.streams.photometric, Mask.of(kept, self.photometric)
        if photometric is not None:
            if not self._changes(mask, whole) and self.streams.hide_nothing(whole):
                if self._as_it_is(photometric, mask, whole, looks):
                    return kept
            elif on_blocks := self._in_coefficients(photometric, kept, whole, looks):
                return on_blocks
        self._lossless(mask, whole)
        self._prove(mask, whole, looks())
        return kept

    def _in_coefficients(self, photometric: str, kept: Kept, whole: Sequence[int], looks: Looks) -> Kept | None:
        """Masked without decoding, so that the clip stays as small as it came; None where that cannot be done, or does not hold."""
        if self.found.syntax not in _LOSSY_JPEG:
            return None
        try:
            on_blocks = replace(kept, blocks=self._blocks(whole))
            header = rebuild(self.found.values, self.mark, self._picture(photometric, whole), self.policy)
            with encapsulated_file(self.candidate, header, self.found.syntax, len(whole)) as out:
                for index in whole:
                    out.add(self._blackened(index, on_blocks))
            self._prove(Mask.of(on_blocks, self.photometric), whole, looks())
        except (NotMaskableError, ObjectRefusedError, FrameUnreadableError):
            return None
        return on_blocks

    def _blocks(self, whole: Sequence[int]) -> tuple[int, int]:
        """Of all frames: a mask has one grid only."""
        streams = [self.streams.clean(index) for index in whole]
        pictures = [picture_of(stream) for stream in streams]
        progressive = sum(len(stream) for stream, picture in zip(streams, pictures, strict=True) if picture.progressive)
        found = {picture.block for picture in pictures}
        if len(found) > 1 or progressive > _PROGRESSIVE_LIMIT:
            raise NotMaskableError("frames of different kinds, or too long")
        return found.pop()

    def _blackened(self, index: int, kept: Kept) -> bytes:
        stream, photometric = self.streams.clean(index), self.found.photometric
        return blackened(stream, kept.stays(), rgb=holds_rgb(read_jpeg(stream), photometric), inverted=photometric == "MONOCHROME1")

    def _changes(self, mask: Mask, whole: Sequence[int]) -> bool:
        return any(mask.changes(self.decoded(index)) for index in whole)

    def _as_it_is(self, photometric: str, mask: Mask, whole: Sequence[int], looks: Looks) -> bool:
        """Nothing is to be masked: the compressed frames stay, without what their picture does not need.

        False where that changed a picture after all, as where a private segment said in which colours it is coded.
        """
        picture = self._picture(photometric, whole)
        header = rebuild(self.found.values, self.mark, picture, self.policy)
        with encapsulated_file(self.candidate, header, self.found.syntax, len(whole)) as out:
            for index in whole:
                out.add(self.streams.clean(index))
        try:
            self._prove(mask, whole, looks())
        except (ObjectRefusedError, FrameUnreadableError):
            return False
        return True

    def _lossless(self, mask: Mask, whole: Sequence[int]) -> None:
        """Decoded, masked and stored without loss, so that no diagnostic pixel changes."""
        with self._lossless_file(whole) as out:
            for index in whole:
                out.add(np.ascontiguousarray(mask.apply(self.decoded(index))).data.cast("B"))

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

    def _prove(self, mask: Mask, whole: Sequence[int], look: Look) -> None:
        """Read the candidate back: every frame is there, its kept area equal to the source bit for bit, the masked area black."""
        with FrameFile.open(self.candidate) as written:
            if written.frames != len(whole):
                raise ObjectRefusedError(IntakeCode.MASK_PROOF, "frames")
            for number, index in enumerate(whole):
                stored = stored_form(written.decode(number), self.photometric)
                if not mask.proves(self.decoded(index), stored):
                    raise ObjectRefusedError(IntakeCode.MASK_PROOF, f"frame {number}")
                look(brightness(stored))


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
