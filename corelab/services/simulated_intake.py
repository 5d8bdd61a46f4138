"""Phantom clips of a simulated trial, through real intake: delivered, labelled, passed by one coordinator, released by another."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from corelab.domain.charter import ChoiceItem
from corelab.domain.clip_label import Mode, Said, View
from corelab.domain.completeness import Fact
from corelab.domain.form import Place, Question, Use, form_for
from corelab.domain.simulated import SimulatedTrial
from corelab.domain.vocabulary import ClipId, Grade, SegmentId, Side, SubjectCode, VisitId
from corelab.services import intake
from corelab.services.demo_staff import Staffed
from corelab.services.phantoms import Phantom, another, make_phantom

_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "b_mode": ("compressible", "partial", "noncompressible"),
        "colour": ("colour_patent", "colour_partial", "colour_absent"),
        "spectral": ("spectral_phasic", "spectral_continuous", "spectral_reflux"),
    }
)
"""What a phantom shows, by the region that proves an answer: from the best rank to the worst."""
_TAKEN: Mapping[str, tuple[View, Mode]] = MappingProxyType(
    {"b_mode": (View.COMPRESSION, Mode.B), "colour": (View.REST, Mode.COLOUR), "spectral": (View.REST, Mode.SPECTRAL)}
)
"""How a phantom of each region is taken."""
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
        return another(self._drawn[kind, seed], *parts, **header)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The clips of one exam that intake took in, by segment."""

    clips: tuple[tuple[ClipId, SegmentId], ...]


def deliver(here: Staffed, trial: SimulatedTrial, exam: tuple[SubjectCode, VisitId], footage: Footage, *, unlabelled: int = 0) -> Delivered:
    """Takes in the clips of an exam as a site would send them, and labels all but the last ones; what was not imaged is closed."""
    subject, visit = exam
    sent = list(_sent(trial, subject, visit))
    with tempfile.TemporaryDirectory(prefix="corelab-phantoms-") as folder:
        files = [Path(folder) / f"{place:04d}.dcm" for place in range(len(sent))]
        for number, (file, (place, kind)) in enumerate(zip(files, sent, strict=True)):
            file.write_bytes(_phantom(trial, exam, place, number, kind, footage).dicom)
        report = intake.take_in(here.lab, here.coordinator, files, subject=subject, visit=visit, side=_study_side(trial, subject))
    if report.stopped:
        raise OSError(report.stopped)
    _describe(here, trial, subject)
    shown = {one.clip: each for one, each in zip(report.objects, sent, strict=True) if one.clip is not None and not one.doubtful}
    if len(shown) < len(sent):
        raise PhantomRefusedError([one.code or one.outcome.value for one in report.objects if one.clip is None])
    said = {clip: Said(place.id, _side(place), *_taken(kind)) for clip, (place, kind) in [*shown.items()][: len(shown) - unlabelled]}
    intake.label_all(here.lab, here.coordinator, said)
    received = {place.id for place, _ in sent}
    missing = [place.id for place in trial.places(subject) if place.required and place.id not in received]
    if missing:
        reason = trial.charter.missing.ni[0].id
        intake.set_not_imaged(here.lab, here.coordinator, f"{subject}:{visit}", missing, reason)
    return Delivered(tuple((clip, place.id) for clip, (place, _) in shown.items()))


def _taken(kind: str) -> tuple[View, Mode]:
    return next(_TAKEN[region] for region, kinds in _KINDS.items() if kind in kinds)


def _describe(here: Staffed, trial: SimulatedTrial, subject: SubjectCode) -> None:
    """What the charter wants to know of the subject."""
    known = trial.attributes(subject)
    facts = {Fact(name): value for name, value in known.subject.items()}
    facts |= {Fact(name, segment): value for (name, segment), value in known.segments.items()}
    if facts:
        intake.set_facts(here.lab, here.coordinator, subject, facts)


def _study_side(trial: SimulatedTrial, subject: SubjectCode) -> Side | None:
    return trial.side(subject) if trial.charter.exam.side_attribute else None


def _side(place: Place) -> Side | None:
    return None if place.side is Side.UNPAIRED else place.side


def release(here: Staffed, delivered: Delivered) -> None:
    """Both people of the pixel check, unattended: only a demo lab allows it, and its packages say so."""
    clips = [clip for clip, _ in delivered.clips]
    intake.pass_pixels(here.lab, here.coordinator, clips, attended=False)
    outcomes = intake.verify_pixels(here.lab, here.second_coordinator, clips, attended=False)
    refused = [one.code for one in outcomes if one.code is not None]
    if refused:
        raise PhantomRefusedError(refused)


def _phantom(trial: SimulatedTrial, exam: tuple[SubjectCode, VisitId], place: Place, n: int, kind: str, footage: Footage) -> Phantom:
    """Its description says what it shows, as sonographers write it."""
    subject, visit = exam
    view, mode = _taken(kind)
    words = f"{place.side.letter} {place.segment.name} {view.value} {mode.value}-mode".strip()
    header = {"patient_id": f"000-{subject}", "study_date": _study_date(trial, subject, visit), "series_description": words}
    parts = ("simulated", trial.seed, subject, visit, place.id, n)
    return footage.clip(kind, 1 + (n + len(place.id)) % _VARIANTS, *parts, **header)


def _sent(trial: SimulatedTrial, subject: SubjectCode, visit: VisitId) -> Iterator[tuple[Place, str]]:
    """Every clip that the site sends, as the segment and what its picture shows."""
    asked = _asked(trial, subject, visit)
    for place in trial.places(subject):
        kinds = tuple(_shows(trial, subject, visit, asked.get(place.id, ()))) or (_KINDS["b_mode"][0],)
        number = trial.clips(subject, visit, place.id)
        wanted = [kinds[n % len(kinds)] for n in range(number)]
        measured = [kind for kind in kinds if kind in _KINDS["spectral"] and kind not in wanted] if number else []
        yield from ((place, kind) for kind in (*wanted, *measured))


def _asked(trial: SimulatedTrial, subject: SubjectCode, visit: VisitId) -> Mapping[SegmentId, tuple[Question, ...]]:
    """What any reader would be asked about each segment at this visit."""
    there = frozenset(place.id for place in trial.places(subject))
    found: dict[SegmentId, tuple[Question, ...]] = {}
    for kind in trial.charter.reading_types:
        form = form_for(trial.charter, kind.id, visit=visit, attributes=trial.attributes(subject), received=there, not_imaged={})
        for cell, question in form.questions.items():
            found[cell.segment] = (*found.get(cell.segment, ()), question)
    return found


def _shows(trial: SimulatedTrial, subject: SubjectCode, visit: VisitId, asked: Sequence[Question]) -> Iterator[str]:
    """One picture for each region that proves something; it shows the truth of the first ordinal question that rests on it."""
    shown: set[str] = set()
    for question in asked:
        region = _region(question, shown)
        if region is not None and region not in shown:
            shown.add(region)
            yield _picture(_KINDS[region], question, trial.truth(subject, visit, question.cell))


def _region(question: Question, shown: set[str]) -> str | None:
    """Where any region will do, tissue is shown first and colour next."""
    rule = question.item.evidence
    if rule is None or question.use is Use.OPTIONAL:
        return None
    return rule.region if rule.region != "any" else next((region for region in ("b_mode", "colour") if region not in shown), None)


def _picture(kinds: Sequence[str], question: Question, truth: Grade) -> str:
    """A vein that cannot be graded looks like an open one."""
    item = question.item
    rank = item.rank(truth.value) if isinstance(item, ChoiceItem) and truth.value is not None else None
    return kinds[0] if rank is None or not isinstance(item, ChoiceItem) else kinds[round(rank / item.worst_rank * (len(kinds) - 1))]


def _study_date(trial: SimulatedTrial, subject: SubjectCode, visit: VisitId) -> str:
    """The visit's nominal day after a first day of the subject's own."""
    number = int("".join(letter for letter in subject if letter.isdigit()) or "0")
    return f"{_FIRST_DAY + timedelta(days=3 * number + trial.charter.visit(visit).day):%Y%m%d}"
