"""From a quarantined object to a candidate: the exact bytes that may be released once people have looked at them."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corelab.domain.clip import Region, Timing
from corelab.domain.clip_label import Hint
from corelab.domain.intake import Box, HitClass, IntakeCode, ObjectFault, ObjectRefusedError, Outcome
from corelab.domain.mask_template import Machine, Template, chosen
from corelab.imaging.deid.fingerprint import Fingerprint, coloured
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.hints import hints_of
from corelab.imaging.deid.hit_pictures import hit_pictures
from corelab.imaging.deid.hit_words import NOTHING_READ, Burned, burned_in
from corelab.imaging.deid.identity import Identity, identity_of
from corelab.imaging.deid.intake_source import Opened, opened
from corelab.imaging.deid.machines import machine_of
from corelab.imaging.deid.policy import load_policy
from corelab.imaging.deid.storing import Look, Storing, brightness, stored_form
from corelab.imaging.deid.streams import Streams
from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames import FrameFile, FrameUnreadableError
from corelab.imaging.pixel_mask import PIXELS, Kept, Pixels, kept_by_regions, whole_frame
from corelab.imaging.text_finder import TextFinder
from corelab.imaging.words_read import Tesseract

_REMEMBERED = 96 << 20
"""Decoded frames of clips up to this size are decoded once; of larger ones, each time they are needed, so that memory stays flat."""
_COLOUR_FRAMES = 6
_READ_BEFORE = 150.0
"""Seconds after which no word is read any more, so that a slow object ends in its time as it does without."""
_SUSPECTED = "burned_in_text_suspected"


@dataclass(frozen=True, slots=True)
class Decision:
    """What people decided about an object so far: boxes to be blackened, "nothing to mask", damage accepted."""

    drawn: tuple[Box, ...] = ()
    nothing: bool = False
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an object without any value that identifies somebody. Boxes are (x0, y0, x1, y1), inclusive.

    ``picture`` is the keyed digest of its frames as they were looked at; ``coloured``: they show colour. None in records of older labs.
    ``blocks``: what the mask lies on, (1, 1) for pixels. ``machine``: which one made it; ``templated``: what its ``template`` blackens.
    ``classes``: of each hit, what was read there; empty where nothing could be read with.
    """

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
    picture: str | None = None
    coloured: bool | None = None
    blocks: tuple[int, int] = PIXELS
    machine: Machine | None = None
    template: str | None = None
    templated: tuple[Box, ...] = ()
    classes: tuple[HitClass, ...] = ()

    @property
    def frames(self) -> int:
        return len(self.timing.frame_times_ms)

    @property
    def blackened(self) -> tuple[Box, ...]:
        """Everything that people drew, for this clip or for its machine."""
        return tuple(dict.fromkeys((*self.drawn, *self.templated)))


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
    hints: tuple[Hint, ...] = ()


NOBODY = Identity({})


def prepare(  # noqa: PLR0913 - what an object is prepared under
    source: Path,
    candidate: Path,
    mark: Mark,
    decision: Decision,
    *,
    retired: bool = True,
    deflated: bool = False,
    templates: Sequence[Template] = (),
    reader: Tesseract | None = None,
) -> Prepared:
    """De-identify the object at ``source`` into ``candidate``. Whatever is wrong with it ends in a code, never in an exception.

    ``templates``: those in use, one of which may be for the machine and the size of this object. ``reader``: what reads words where text
    is found, None where nothing does.
    """
    identity: list[Identity] = []
    began = time.monotonic()
    try:
        with opened(source, retired=retired, deflated=deflated) as found:
            identity.append(identity_of(found.values, found.walk))
            preparation = _Preparation(found, candidate, mark, decision, identity[0], templates)
            result = preparation.result()
            left = _READ_BEFORE - (time.monotonic() - began)
            burned = preparation.read_by(reader, left) if reader is not None and result.facts else NOTHING_READ
            facts = replace(result.facts, classes=burned.classes) if result.facts else None
            hints = hints_of(found.values, facts.regions, coloured=facts.coloured, burned=burned.texts) if facts else ()
            return replace(result, facts=facts, study=found.values.text(0x0020000D, "UI"), hints=hints)
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

    def __init__(
        self, found: Opened, candidate: Path, mark: Mark, decision: Decision, identity: Identity, templates: Sequence[Template]
    ) -> None:
        self.found = found
        self.candidate = candidate
        self.mark = mark
        self.decision = decision
        self.identity = identity
        self.policy = load_policy()
        self.streams = Streams(found)
        self.kept_frames: dict[int, Pixels] = {}
        self.machine = machine_of(found.values, mark.keyed, self.policy)
        self.choice = chosen(templates, self.machine, found.rows, found.columns)
        self.finder, self.fingerprint = TextFinder(), Fingerprint()
        self.storing = Storing(found, candidate, mark, self.policy, self._decoded, self.streams)
        self.whole = tuple(self._whole_frames())
        self.left_out = tuple(sorted(set(range(found.frames.frames)) - set(self.whole)))

    def result(self) -> Prepared:
        if not self.whole:
            raise ObjectRefusedError(IntakeCode.CONTAINER if self.streams.other_size else IntakeCode.DECODE, "no whole frame")
        salvage = self.found.salvage or (IntakeCode.DECODE if self.left_out else None)
        if salvage is not None and not self.decision.accepted:
            return self._held(salvage, self._words_of(salvage))
        if self.choice.mismatch and not self._decided:
            return self._held(IntakeCode.TEMPLATE_MISMATCH, IntakeCode.TEMPLATE_MISMATCH.message)
        kept = self._kept()
        if kept is None:
            return self._held(IntakeCode.REGION_INVALID, IntakeCode.REGION_INVALID.message)
        return self._checked(kept)

    def _words_of(self, salvage: IntakeCode) -> str:
        there, declared = len(self.whole), self.found.frames.header.frames_declared
        if declared is not None and there > declared:
            return f"{salvage.message} {there} frames are whole; the file says that it holds {declared}."
        return f"{salvage.message} {there} of {declared or self.found.frames.frames} frames are whole."

    def _whole_frames(self) -> Iterator[int]:
        """Numbers of the frames that are complete and can be decoded."""
        for index in range(self.found.frames.frames):
            try:
                self.streams.require(index)  # first: what it says of its size, before anything of that size is made
                self._decoded(index)
            except (FrameUnreadableError, ObjectRefusedError, StreamFaultError):
                continue
            yield index

    def _decoded(self, index: int) -> Pixels:
        """One frame as it would be stored: (rows, columns) for grey, (rows, columns, 3) for colour."""
        if index in self.kept_frames:
            return self.kept_frames[index]
        frame = stored_form(self.found.frames.decode(index), self.storing.photometric)
        if frame.nbytes * self.found.frames.frames <= _REMEMBERED:
            self.kept_frames[index] = frame
        return frame

    def _kept(self) -> Kept | None:
        rows, columns, drawn = self.found.rows, self.found.columns, (*self.decision.drawn, *self._templated)
        by_regions = kept_by_regions(self.found.regions, rows, columns, drawn)
        if by_regions is not None:
            return by_regions
        return whole_frame(rows, columns, drawn) if self._decided else None

    @property
    def _templated(self) -> tuple[Box, ...]:
        return self.choice.template.boxes if self.choice.template else ()

    @property
    def _decided(self) -> bool:
        """Whether a person said what of this clip is to be masked."""
        return bool(self.decision.drawn) or self.decision.nothing

    def _held(self, code: IntakeCode, message: str) -> Prepared:
        """Looked at for text as it is, so that a person knows where to draw."""
        self.candidate.unlink(missing_ok=True)
        look = self._begun_look()
        for index in self.whole:
            look(brightness(self._decoded(index)))
        facts = self._facts(self.found.frames, self.found.syntax, None)
        return Prepared(Outcome.HELD, code, message, self._faults(), self.identity, facts)

    def _checked(self, kept: Kept) -> Prepared:
        stored = self.storing.store(kept, self.whole, self._begun_look)
        with FrameFile.open(self.candidate) as written:
            facts = self._facts(written, written.header.syntax, stored)
        return Prepared(Outcome.CHECKED, None, "", self._faults(), self.identity, facts, file_sha256(self.candidate))

    def _begun_look(self) -> Look:
        self.finder, self.fingerprint = TextFinder(), Fingerprint()
        return self._look

    def _look(self, frame: Pixels) -> None:
        self.finder.add(frame)
        self.fingerprint.add(frame)

    def read_by(self, reader: Tesseract, seconds: float) -> Burned:
        """What stands where text was found, as far as there is time. The clip's frames are numbered without those that were left out."""
        boxes = self.finder.findings().boxes
        pictures = hit_pictures(self.finder.shown(boxes), lambda n: brightness(self._decoded(self.whole[n])))
        return burned_in(pictures, len(boxes), self.identity, reader, seconds)

    def _coloured(self) -> bool:
        """Some frames tell: a colour box is there from the first to the last."""
        step = max(1, len(self.whole) // _COLOUR_FRAMES)
        return coloured(self._decoded(index) for index in self.whole[::step])

    def _faults(self) -> tuple[ObjectFault, ...]:
        """The file's own claim about text in its pixels is not repeated; what was found is."""
        faults = tuple(fault for fault in self.found.faults if fault.code != _SUSPECTED)
        hits = self.finder.findings().boxes
        return (*faults, ObjectFault(_SUSPECTED, "There may be readable text in the picture.")) if hits else faults

    def _facts(self, file: FrameFile, syntax: str, kept: Kept | None) -> Facts:
        values, found = self.found.values, self.finder.findings()
        return Facts(
            sop_uid=self.mark.keyed.uid(values.text(0x00080018, "UI")),
            sop_class=file.header.sop_class,
            transfer_syntax=syntax,
            rows=self.found.rows,
            columns=self.found.columns,
            timing=file.header.timing,
            regions=file.header.regions,
            kept=kept.rectangles if kept else (),
            drawn=self.decision.drawn,
            flagged=found.frames,
            hits=found.boxes,
            study_date=self.mark.keyed.date_text(values.text(0x00080020, "DA")) or None,
            rules_version=self.policy.version,
            declared=self.found.frames.header.frames_declared,
            left_out=self.left_out,
            picture=self.fingerprint.keyed(self.mark.keyed.key),
            coloured=self._coloured(),
            blocks=kept.blocks if kept else PIXELS,
            machine=self.machine,
            template=self.choice.template.key if self.choice.template else None,
            templated=self._templated,
        )


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
