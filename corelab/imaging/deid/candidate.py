"""From a quarantined object to a candidate: the exact bytes that may be released once people have looked at them."""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
from pydicom.dataset import Dataset

from corelab.domain.clip import Region, Timing, TimingSource
from corelab.domain.intake import Box, IntakeCode, ObjectFault, ObjectRefusedError, Outcome
from corelab.imaging.container import JPEG_BASELINE, JPEG_EXTENDED, RLE, Shape, check_rle, clean_jpeg
from corelab.imaging.deid.header import Mark, Picture, rebuild
from corelab.imaging.deid.identity import Identity, identity_of
from corelab.imaging.deid.intake_source import Opened, opened
from corelab.imaging.deid.policy import Policy, load_policy
from corelab.imaging.deid.writer import Frames, encapsulated_file, native_file
from corelab.imaging.frames import FrameFile, FrameUnreadableError
from corelab.imaging.pixel_mask import Kept, Mask, Pixels, kept_by_regions, whole_frame
from corelab.imaging.raw_walk import EXPLICIT_LITTLE
from corelab.imaging.text_finder import TextFinder

_NATIVE_LIMIT = 64 << 20
"""Larger masked clips are stored by runs. JPEG-LS would be 3 to 10 times smaller than native, but a 1024 x 768 colour frame full of
speckle then takes 18 to 26 ms to decode, against 9 by runs and 0.2 native: too close to the 33 ms of a frame."""
_REMEMBERED = 96 << 20
"""Decoded frames of clips up to this size are decoded once; of larger ones, each time they are needed, so that memory stays flat."""


_SUSPECTED = "burned_in_text_suspected"


@dataclass(frozen=True, slots=True)
class Decision:
    """What people decided about an object so far: boxes to be blackened, "nothing to mask", damage accepted."""

    drawn: tuple[Box, ...] = ()
    nothing: bool = False
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an object without any value that identifies somebody. Boxes are (x0, y0, x1, y1), inclusive."""

    sop_uid: str
    sop_class: str
    transfer_syntax: str
    rows: int
    columns: int
    timing: Timing
    regions: tuple[Region, ...]
    kept: tuple[Box, ...]
    drawn: tuple[Box, ...]
    flagged: tuple[int, ...]
    hits: tuple[Box, ...]
    study_date: str | None
    rules_version: str
    declared: int | None
    left_out: tuple[int, ...]

    @property
    def frames(self) -> int:
        return len(self.timing.frame_times_ms)


@dataclass(frozen=True, slots=True)
class Prepared:
    """How an object fared. ``sha256`` is that of the candidate, None while it is held or when it was rejected.

    ``identity`` and ``study`` (the source's UID) identify somebody: they are never recorded in the clear.
    """

    outcome: Outcome
    code: IntakeCode | None
    message: str
    faults: tuple[ObjectFault, ...]
    identity: Identity
    facts: Facts | None = None
    sha256: str | None = None
    study: str = field(default="", repr=False)


NOBODY = Identity({})


def prepare(source: Path, candidate: Path, mark: Mark, decision: Decision, *, retired: bool = True) -> Prepared:
    """De-identify the object at ``source`` into ``candidate``. Whatever is wrong with it ends in a code, never in an exception."""
    identity: list[Identity] = []
    try:
        with opened(source, retired=retired) as found:
            identity.append(identity_of(found.values, found.walk))
            result = _Preparation(found, candidate, mark, decision, identity[0], load_policy()).result()
            return replace(result, study=found.values.text(0x0020000D, "UI"))
    except ObjectRefusedError as error:
        code = error.code
    except MemoryError:
        code = IntakeCode.LIMIT_MEMORY
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - hostile content fails in ways that nobody can list: it ends the object, not the delivery
        code = IntakeCode.STRUCTURE
    candidate.unlink(missing_ok=True)
    return _rejected(code, identity)


def _rejected(code: IntakeCode, identity: Sequence[Identity]) -> Prepared:
    return Prepared(Outcome.REJECTED, code, code.message, (), identity[0] if identity else NOBODY)


class _Preparation:
    """One object on its way; made for one call of ``prepare``."""

    def __init__(self, found: Opened, candidate: Path, mark: Mark, decision: Decision, identity: Identity, policy: Policy) -> None:
        self.found = found
        self.candidate = candidate
        self.mark = mark
        self.decision = decision
        self.identity = identity
        self.policy = policy
        self.streams: dict[int, bytes] = {}
        self.kept_frames: dict[int, Pixels] = {}
        self.whole = tuple(self._whole_frames())
        self.left_out = tuple(sorted(set(range(found.frames.frames)) - set(self.whole)))

    def result(self) -> Prepared:
        if not self.whole:
            raise ObjectRefusedError(IntakeCode.DECODE, "no whole frame")
        salvage = self.found.salvage or (IntakeCode.DECODE if self.left_out else None)
        if salvage is not None and not self.decision.accepted:
            return self._held(salvage, self._words_of(salvage))
        kept = self._kept()
        if kept is None:
            return self._held(IntakeCode.REGION_INVALID, IntakeCode.REGION_INVALID.message)
        return self._checked(kept)

    def _words_of(self, salvage: IntakeCode) -> str:
        declared = self.found.frames.header.frames_declared or self.found.frames.frames
        return f"{salvage.message} {len(self.whole)} of {declared} frames are whole."

    def _whole_frames(self) -> Iterator[int]:
        """Numbers of the frames that are complete and can be decoded."""
        for index in range(self.found.frames.frames):
            try:
                self._decoded(index)
                self._require_container(index)
            except (FrameUnreadableError, ObjectRefusedError):
                continue
            yield index

    def _require_container(self, index: int) -> None:
        """What the frame's own stream says must hold together; a clean copy of a JPEG stream is kept, as it may be stored as it is."""
        if self.found.is_jpeg:
            self.streams[index] = self._clean(index)
        elif self.found.syntax == RLE:
            planes = self.found.samples * self.found.frames.header.layout.bits_allocated // 8
            check_rle(self.found.frames.encoded(index), planes)

    def _clean(self, index: int) -> bytes:
        stream, shape = clean_jpeg(self.found.frames.encoded(index), self.found.syntax)
        if shape != Shape(self.found.rows, self.found.columns, self.found.samples, 8):
            raise ObjectRefusedError(IntakeCode.CONTAINER, "another size than declared")
        return stream

    def _decoded(self, index: int) -> Pixels:
        """One frame as it would be stored: (rows, columns) for grey, (rows, columns, 3) for colour."""
        if index in self.kept_frames:
            return self.kept_frames[index]
        frame = stored_form(self.found.frames.decode(index), self._photometric)
        if frame.nbytes * self.found.frames.frames <= _REMEMBERED:
            self.kept_frames[index] = frame
        return frame

    @property
    def _grey(self) -> bool:
        return self.found.photometric in {"MONOCHROME1", "MONOCHROME2"}

    @property
    def _photometric(self) -> str:
        return self.found.photometric if self._grey else "RGB"

    def _kept(self) -> Kept | None:
        rows, columns, drawn = self.found.rows, self.found.columns, self.decision.drawn
        by_regions = kept_by_regions(self.found.regions, rows, columns, drawn)
        if by_regions is not None:
            return by_regions
        return whole_frame(rows, columns, drawn) if drawn or self.decision.nothing else None

    def _held(self, code: IntakeCode, message: str) -> Prepared:
        """Looked at for text as it is, so that a person knows where to draw."""
        self.candidate.unlink(missing_ok=True)
        finder = TextFinder()
        for index in self.whole:
            finder.add(_brightness(self._decoded(index)))
        facts = self._facts(self.found.frames, self.found.syntax, (), finder)
        return Prepared(Outcome.HELD, code, message, self._faults(finder), self.identity, facts)

    def _checked(self, kept: Kept) -> Prepared:
        mask, finder = Mask.of(kept, self._photometric), TextFinder()
        as_it_is = self.found.is_jpeg and not any(mask.changes(self._decoded(index)) for index in self.whole)
        if as_it_is:
            self._keep_streams(finder)
        else:
            self._store_masked(mask, finder)
        with FrameFile.open(self.candidate) as written:
            self._prove(written, mask)
            facts = self._facts(written, written.header.syntax, kept.rectangles, finder)
        return Prepared(Outcome.CHECKED, None, "", self._faults(finder), self.identity, facts, file_sha256(self.candidate))

    def _keep_streams(self, finder: TextFinder) -> None:
        """Nothing is to be masked: the compressed frames stay, without what their picture does not need."""
        picture = self._picture(self.found.photometric, lossy=self.found.syntax in {JPEG_BASELINE, JPEG_EXTENDED})
        header = rebuild(self.found.values, self.mark, picture, self.policy)
        with encapsulated_file(self.candidate, header, self.found.syntax, len(self.whole)) as out:
            for index in self.whole:
                out.add(self.streams[index])
                finder.add(_brightness(self._decoded(index)))

    def _store_masked(self, mask: Mask, finder: TextFinder) -> None:
        """Decoded, masked and stored without loss, so that no diagnostic pixel changes."""
        header = rebuild(self.found.values, self.mark, self._picture(self._photometric, lossy=self._lossy), self.policy)
        with self._lossless_file(header) as out:
            for index in self.whole:
                masked = mask.apply(self._decoded(index))
                out.add(np.ascontiguousarray(masked).data.cast("B"))
                finder.add(_brightness(masked))

    @contextmanager
    def _lossless_file(self, header: Dataset) -> Iterator[Frames]:
        samples = 1 if self._grey else 3
        length = self.found.rows * self.found.columns * samples * len(self.whole)
        if length <= _NATIVE_LIMIT:
            with native_file(self.candidate, header, EXPLICIT_LITTLE, length) as out:
                yield out
        else:
            with encapsulated_file(self.candidate, header, RLE, len(self.whole)) as fragments:
                yield _RleFrames(fragments, (self.found.rows, self.found.columns, samples))

    @property
    def _lossy(self) -> bool:
        return self.found.syntax in {JPEG_BASELINE, JPEG_EXTENDED} or self.found.values.text(0x00282110, "CS") == "01"

    def _picture(self, photometric: str, *, lossy: bool) -> Picture:
        return Picture(
            rows=self.found.rows,
            columns=self.found.columns,
            frames=len(self.whole),
            samples=1 if photometric.startswith("MONOCHROME") else 3,
            photometric=photometric,
            lossy=lossy,
            times=self._times_between() if self.left_out else None,
        )

    def _times_between(self) -> tuple[float, ...] | None:
        """Frame times with the gaps of frames that were left out; None where the source gives no rate."""
        timing = self.found.frames.header.timing
        if timing.source is TimingSource.ASSUMED or len(self.whole) < 2:
            return None
        starts = [timing.starts_ms[index] for index in self.whole]
        return (0.0, *(after - before for before, after in pairwise(starts)))

    def _prove(self, written: FrameFile, mask: Mask) -> None:
        """Read the candidate back: every frame is there, its kept area equal to the source bit for bit, all else black."""
        if written.frames != len(self.whole):
            raise ObjectRefusedError(IntakeCode.MASK_PROOF, "frames")
        for number, index in enumerate(self.whole):
            if not mask.proves(self._decoded(index), stored_form(written.decode(number), self._photometric)):
                raise ObjectRefusedError(IntakeCode.MASK_PROOF, f"frame {number}")

    def _faults(self, finder: TextFinder) -> tuple[ObjectFault, ...]:
        """The file's own claim about text in its pixels is not repeated; what was found is."""
        faults = tuple(fault for fault in self.found.faults if fault.code != _SUSPECTED)
        hits = finder.findings().boxes
        return (*faults, ObjectFault(_SUSPECTED, "There may be readable text in the picture.")) if hits else faults

    def _facts(self, file: FrameFile, syntax: str, kept: tuple[Box, ...], finder: TextFinder) -> Facts:
        values, found = self.found.values, finder.findings()
        return Facts(
            sop_uid=self.mark.keyed.uid(values.text(0x00080018, "UI")),
            sop_class=file.header.sop_class,
            transfer_syntax=syntax,
            rows=self.found.rows,
            columns=self.found.columns,
            timing=file.header.timing,
            regions=file.header.regions,
            kept=kept,
            drawn=self.decision.drawn,
            flagged=found.frames,
            hits=found.boxes,
            study_date=self.mark.keyed.date_text(values.text(0x00080020, "DA")) or None,
            rules_version=self.policy.version,
            declared=self.found.frames.header.frames_declared,
            left_out=self.left_out,
        )


class _RleFrames:
    """Takes plain frames and passes them on run-length coded (PS3.5 annex G): each sample plane one segment, each row on its own."""

    def __init__(self, out: Frames, shape: tuple[int, int, int]) -> None:
        self._out = out
        self._shape = shape

    def add(self, frame: bytes | memoryview) -> None:
        planes = np.moveaxis(np.frombuffer(frame, np.uint8).reshape(self._shape), -1, 0)
        segments = [bytes(imagecodecs.packbits_encode(np.ascontiguousarray(plane))) for plane in planes]
        segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
        offsets = [64 + sum(map(len, segments[:index])) for index in range(len(segments))]
        self._out.add(struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments))


def stored_form(painted: Pixels, photometric: str) -> Pixels:
    """BGRA as shown -> as stored: (rows, columns) for grey, turned over for MONOCHROME1, else (rows, columns, 3) RGB."""
    if photometric == "MONOCHROME1":
        return np.asarray(255 - painted[..., 0], np.uint8)
    if photometric == "MONOCHROME2":
        return np.ascontiguousarray(painted[..., 0])
    return np.asarray(cv2.cvtColor(painted, cv2.COLOR_BGRA2RGB), np.uint8)


def _brightness(frame: Pixels) -> Pixels:
    """The brightest of the three colours: text may have any of them."""
    if frame.ndim == 2:
        return frame
    red, green, blue = cv2.split(frame)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
