"""Phantom clips of a simulated trial, through real intake: delivered, labelled, passed by one coordinator, released by another."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from corelab.domain.simulated import SimulatedTrial
from corelab.domain.vocabulary import Cell, ClipId, ItemId, SegmentId, SubjectCode, VisitId
from corelab.services import intake
from corelab.services.demo_staff import Staffed
from corelab.services.phantoms import Phantom, make_phantom, rewrap

_COMPRESSION: Mapping[str, str] = {"full": "compressible", "partial": "partial", "none": "noncompressible"}
_COLOUR: Mapping[str, str] = {"complete": "colour_patent", "partial": "colour_partial", "absent": "colour_absent"}
_FIRST_DAY = date(2025, 1, 6)
_VARIANTS = 2
"""How many different pictures of each kind there are; every clip has its own identifiers around one of them."""


class PhantomRefusedError(Exception):
    """Intake did not release a phantom: a fault of the program, never of the person. ``codes`` of intake."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = tuple(codes)


@dataclass(frozen=True, slots=True)
class Footage:
    """How large and long the pictures are. Drawn once, then wrapped anew for every clip."""

    frames: int
    size: tuple[int, int]
    layout: str = "generic"
    _drawn: dict[tuple[str, int], Phantom] = field(default_factory=dict, repr=False)

    def clip(self, kind: str, seed: int, *parts: object, **header: str) -> Phantom:
        if (kind, seed) not in self._drawn:
            self._drawn[kind, seed] = make_phantom(kind, seed, frames=self.frames, size=self.size, layout=self.layout)
        return rewrap(self._drawn[kind, seed], *parts, **header)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The clips of one exam that intake took in, by segment."""

    clips: tuple[tuple[ClipId, SegmentId], ...]


def deliver(here: Staffed, trial: SimulatedTrial, exam: tuple[SubjectCode, VisitId], footage: Footage) -> Delivered:
    """Takes in the clips of an exam as a site would send them, and labels them; what was not imaged is closed with a reason."""
    subject, visit = exam
    sent = [(segment, n) for segment in trial.segments for n in range(trial.clips(subject, visit, segment))]
    with tempfile.TemporaryDirectory(prefix="corelab-phantoms-") as folder:
        files = [Path(folder) / f"{place:04d}.dcm" for place in range(len(sent))]
        for file, (segment, n) in zip(files, sent, strict=True):
            file.write_bytes(_phantom(trial, exam, segment, n, footage).dicom)
        report = intake.take_in(here.lab, here.coordinator, files, subject=subject, visit=visit, side=trial.side(subject))
    if report.stopped:
        raise OSError(report.stopped)
    clips = tuple(
        (one.clip, segment) for one, (segment, _) in zip(report.objects, sent, strict=True) if one.clip is not None and not one.doubtful
    )
    if len(clips) < len(sent):
        raise PhantomRefusedError([one.code or one.outcome.value for one in report.objects if one.clip is None])
    for clip, segment in clips:
        intake.label(here.lab, here.coordinator, clip, segment, trial.side(subject))
    missing = [segment for segment in trial.segments if not trial.clips(subject, visit, segment)]
    if missing:
        reason = trial.charter.missing.ni[0].id
        intake.set_not_imaged(here.lab, here.coordinator, f"{subject}:{visit}", missing, reason)
    return Delivered(clips)


def release(here: Staffed, delivered: Delivered) -> None:
    """Both people of the pixel check, unattended: only a demo lab allows it, and its packages say so."""
    clips = [clip for clip, _ in delivered.clips]
    intake.pass_pixels(here.lab, here.coordinator, clips, attended=False)
    outcomes = intake.verify_pixels(here.lab, here.second_coordinator, clips, attended=False)
    refused = [one.code for one in outcomes if one.code is not None]
    if refused:
        raise PhantomRefusedError(refused)


def _phantom(trial: SimulatedTrial, exam: tuple[SubjectCode, VisitId], segment: SegmentId, n: int, footage: Footage) -> Phantom:
    """The picture that the truth of this segment asks for; of several clips every second one shows the flow."""
    subject, visit = exam
    kinds = tuple(_kinds(trial, subject, visit, segment))
    header = {"patient_id": f"000-{subject}", "study_date": _study_date(trial, subject, visit)}
    parts = ("simulated", trial.seed, subject, visit, segment, n)
    return footage.clip(kinds[n % len(kinds)], 1 + (n + len(segment)) % _VARIANTS, *parts, **header)


def _kinds(trial: SimulatedTrial, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> Iterator[str]:
    """One kind of phantom for each thing that is asked of the segment; a vein that cannot be graded looks like an open one."""
    asked = {item for ask in trial.charter.asks for item in ask.items if _asks(trial, ask.groups, ask.segments, segment)}
    for item, kinds in (("COMP", _COMPRESSION), ("FLOW", _COLOUR)):
        if item in asked:
            truth = trial.truth(subject, visit, Cell(segment, ItemId(item)))
            yield kinds.get(truth.value or "", next(iter(kinds.values())))
    if not asked & {"COMP", "FLOW"}:
        yield _COMPRESSION["full"]


def _asks(trial: SimulatedTrial, groups: Sequence[str], segments: Sequence[str], segment: SegmentId) -> bool:
    base = segment.partition(".")[0]
    return base in segments or any(base in trial.charter.group(group).segments for group in groups)


def _study_date(trial: SimulatedTrial, subject: SubjectCode, visit: VisitId) -> str:
    """The visit's nominal day after a first day of the subject's own."""
    number = int("".join(letter for letter in subject if letter.isdigit()) or "0")
    return f"{_FIRST_DAY + timedelta(days=3 * number + trial.charter.visit(visit).day):%Y%m%d}"
