"""What the records cost: signing and saving a reading, beside bare durable commits of as many bytes, in turns on the same disk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from types import MappingProxyType
from uuid import uuid4

from corelab.domain.accounts import Role
from corelab.domain.checks import unconfirmed
from corelab.domain.clip import Timing, TimingSource
from corelab.domain.clip_json import regions_text, timing_text
from corelab.domain.clock import Clock
from corelab.domain.form import Form
from corelab.domain.intake import Outcome
from corelab.domain.reading import Reading
from corelab.domain.simulated import graded
from corelab.domain.values import first_value
from corelab.domain.vocabulary import (
    Answer,
    AssignmentId,
    Binding,
    Cell,
    ClipId,
    Evidence,
    ExamId,
    ExamState,
    Grade,
    SegmentId,
    Sha256,
    Side,
    SubjectCode,
    VisitId,
    not_evaluable,
)
from corelab.resources import resource
from corelab.services import assignment, reading
from corelab.services.accounts import Session
from corelab.services.bench_goals import Spread
from corelab.services.demo_staff import Staffed, staffed_lab
from corelab.services.reading import OpenReading
from corelab.storage import registry
from corelab.storage.bare_commit import BareFile, changed_pages
from corelab.storage.keys import Kdf
from corelab.storage.registry import ExamRecord, ObjectRecord
from corelab.storage.store import NewRow

SEGMENTS = 14
_CHARTER, _VISIT = "dvt_lower_extremity.toml", VisitId("D10")
_CHEAP = Kdf(1, 8192)
"""The deliberate cost of a password is not what is measured."""
_FRAMES = 10
_TIMING = Timing(TimingSource.FRAME_TIME, (40.0,) * _FRAMES)
_BARE_PAGES = 512
SEEN = "measured, not read: nobody looks at these pictures"


@dataclass(frozen=True, slots=True)
class Cost:
    """In seconds, of one turn. ``commit`` wrote as many pages as ``work`` did, bare."""

    work: float
    commit: float

    @property
    def share(self) -> float:
        """Of what it may take: two durable commits and a millisecond."""
        return self.work / (2 * self.commit + 0.001)


@dataclass(frozen=True, slots=True)
class RecordFigures:
    """The shares, over turns, of signing a complete reading of 14 segments and of saving one answer of it; each should be at most 1."""

    sign: Spread
    save: Spread
    sign_ms: float
    save_ms: float
    commit_ms: float


def measure(folder: Path, clock: Clock, turns: int) -> RecordFigures:
    """Signs ``turns`` readings, after one to warm up, each saved whole before."""
    charter = resource("charters", _CHARTER).read_bytes()
    with staffed_lab(folder / "lab", charter, (clock, folder / "configuration"), _CHEAP) as here:
        for number in range(turns + 1):
            add_exam(here, number)
        assignment.assign(here.lab, here.coordinator)
        bare = BareFile.made(folder / "bare.db", _BARE_PAGES)
        costs = [_turn(here, bare) for _ in range(turns + 1)][1:]
        bare.close()
    signs, saves = [sign for sign, _ in costs], [save for _, save in costs]
    return RecordFigures(
        Spread.of([cost.share for cost in signs]),
        Spread.of([cost.share for cost in saves]),
        1000 * median(cost.work for cost in signs),
        1000 * median(cost.work for cost in saves),
        1000 * median(cost.commit for cost in signs),
    )


def _turn(here: Staffed, bare: BareFile) -> tuple[Cost, Cost]:
    """The cost of signing, and that of saving the last answer before."""
    session, assignment = _next(here)
    opened = reading.open_reading(here.lab, session, assignment)
    whole = _answered(opened)
    last = list(whole.answers)[-1]
    partly = replace(whole, answers=MappingProxyType({cell: answer for cell, answer in whole.answers.items() if cell != last}))
    version = reading.save(here.lab, session, partly, version=opened.version).version
    save = _cost(here, bare, lambda: reading.save(here.lab, session, whole, last, version=version))
    password = here.password(session)
    sign = _cost(here, bare, lambda: reading.sign(here.lab, session, whole, password, version=version + 1))
    return sign, save


def _next(here: Staffed) -> tuple[Session, AssignmentId]:
    """What a reader can open now; another reads on where the charter has one stop for the day. Raises LookupError."""
    for session in here.having(Role.READER):
        row = reading.worklist(here.lab, session).next
        if row is not None:
            return session, row.assignment
    raise LookupError("worklist")


def _cost(here: Staffed, bare: BareFile, work: Callable[[], object]) -> Cost:
    path = here.lab.store.path
    before = path.read_bytes()
    spent = _seconds(work)
    over, more = changed_pages(before, path.read_bytes())
    return Cost(spent, _seconds(lambda: bare.commit(over, more)))


def _seconds(work: Callable[[], object]) -> float:
    """Of the wall clock: a commit is mostly waiting for the disk."""
    start = perf_counter()
    work()
    return perf_counter() - start


# ---------------------------------------------------------------- exams and answers


def _answered(opened: OpenReading) -> Reading:
    """Everything that the form requires, each with a marked frame of its segment; every clip played, every soft check confirmed."""
    form = opened.reading.form
    said = graded(form, lambda cell, _again: clean(form, cell))
    given = {cell: Answer(cell, grade, _proof(opened, cell)) for cell, grade in said.items() if not grade.prefilled}
    played = MappingProxyType({clip.sha256: frozenset(range(clip.frames)) for clip in opened.clips})
    made = replace(opened.reading, answers=MappingProxyType({**form.prefilled, **given}), played=played)
    for firing in unconfirmed(made, opened.clips):
        made = made.confirming(firing.check, firing.segment, SEEN)
    return made


def clean(form: Form, cell: Cell) -> Grade:
    """What stands first in the charter; a number, which has no first value, is not evaluable."""
    value = first_value(form.item(cell.item))
    return not_evaluable(form.ne_reasons(cell.item)[0].id) if value is None else Grade(value)


def _proof(opened: OpenReading, cell: Cell) -> tuple[Evidence, ...]:
    return tuple(Evidence(clip.sha256, 3, bound=Binding.MARKED) for clip in opened.clips if clip.segment == cell.segment)[:1]


def add_exam(here: Staffed, number: int, *, files: bool = False) -> None:
    """With one released clip of each of 14 segments; their pictures are never looked at. ``files``: what lies there has their digests."""
    subject, exam, code = str(uuid4()), ExamId(str(uuid4())), SubjectCode(f"S{number:05d}")
    segments = [SegmentId(one.id) for one in here.lab.charter.segments][:SEGMENTS]
    closed = {
        SegmentId(one.id): "NOT_SCANNED" for one in here.lab.charter.segments if one.presence == "required" and one.id not in segments
    }
    made = ExamRecord(exam, subject, code, _VISIT, uuid4().hex[:8], here.lab.charter.hash, ExamState.READY, closed)
    with here.lab.store.begin(here.coordinator.actor(Role.COORDINATOR)) as transaction:
        transaction.record("subject.set", "subject", subject, rows=[registry.subject_row(subject, code)])
        limb = registry.attribute_row(transaction, subject, here.lab.charter.exam.side_attribute or "", Side.LEFT.value)
        transaction.record("subject.set", "subject", subject, rows=[limb])
        delivery = str(uuid4())
        rows = [registry.exam_row(made), NewRow("delivery", {"id": delivery, "kind": "files"})]
        for n, segment in enumerate(segments, 1):
            rows += clip_rows(here, made, (delivery, n), segment, add_clip(here) if files else Sha256(uuid4().hex * 2))
        rows.append(registry.status_row(transaction, exam, ExamState.READY, closed))
        transaction.record("exam.expected", "exam", exam, rows=rows)


def add_clip(here: Staffed) -> Sha256:
    """A file whose pictures are never looked at."""
    content = uuid4().bytes * 64
    digest = Sha256(sha256(content).hexdigest())
    path = here.lab.clips / digest[:2] / f"{digest}.dcm"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return digest


def clip_rows(here: Staffed, exam: ExamRecord, delivered: tuple[str, int], segment: SegmentId, digest: Sha256) -> list[NewRow]:
    """A clip that was checked and released. ``delivered``: its delivery, and which object of it."""
    clip, source = ClipId(str(uuid4())), Sha256(uuid4().hex * 2)
    columns = {
        "id": clip,
        "exam_id": exam.id,
        "sha256": digest,
        "sop_uid": f"2.25.{uuid4().int}",
        "sop_class": "1.2.840.10008.5.1.4.1.1.3.1",
        "transfer_syntax": "1.2.840.10008.1.2.1",
        "frames": _FRAMES,
        "rows": 48,
        "columns": 64,
        "frame_times": timing_text(_TIMING),
        "calibration": regions_text(()),
        "source_sha256": source,
        "rules_version": "bench",
    }
    side = Side.UNPAIRED if here.lab.charter.segment(segment).side == "unpaired" else Side.LEFT
    checked = {"checker_id": here.coordinator.account, "verifier_id": here.second_coordinator.account}
    return [
        registry.object_row(ObjectRecord(clip, *delivered, source, Outcome.CHECKED, None, exam.id, 0)),
        NewRow("clip", columns),
        registry.label_row(clip, None, segment, side),
        NewRow("clip_release", {"clip_id": clip, **checked}),
    ]
