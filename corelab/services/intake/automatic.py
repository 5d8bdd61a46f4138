"""The automatic checks of a clip: what holds it when it comes, what is recorded beside it, and what the site is asked by itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.clip_evidence import combined, segments_conflict, sides_conflict
from corelab.domain.clip_findings import Finding, Shown, of_label, of_picture
from corelab.domain.clip_label import Proposal
from corelab.domain.intake import CheckAction, IntakeCode, Outcome
from corelab.domain.queries import QueryKind, QueryState
from corelab.domain.visit_window import day_of_exam, is_outside
from corelab.domain.vocabulary import ClipId, ExamId, Side
from corelab.imaging.deid.candidate import Facts, Prepared
from corelab.services.intake.proposals import Evidence, evidence_of, evidence_rows
from corelab.services.labs import charter_of
from corelab.storage import fingerprints, intake_rows, registry
from corelab.storage.registry import ExamRecord, Label, ObjectRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow

_SIDES = {"left": Side.LEFT, "right": Side.RIGHT}
_ENTERS = frozenset({Outcome.CHECKED, Outcome.HELD})


# ---------------------------------------------------------------- when a clip comes


@dataclass(frozen=True, slots=True)
class Judged:
    """An object and all that is said about what it shows; held where two of its sources disagree."""

    prepared: Prepared
    evidence: Evidence = ()

    @property
    def proposal(self) -> Proposal | None:
        return combined(self.evidence)

    def rows(self, clip: ClipId) -> list[NewRow]:
        """What is recorded with the receipt of ``clip``: nothing for an object that can never become one."""
        facts = self.prepared.facts
        if facts is None or self.prepared.outcome not in _ENTERS:
            return []
        fingerprint = fingerprints.fingerprint_row(clip, facts.picture, facts.sop_uid, _iso(facts.study_date))
        return [*evidence_rows(clip, self.evidence), fingerprint]


def judged(
    charter: Charter, prepared: Prepared, known: Attributes, *, side: Side | None = None, claimed: Iterable[Proposal] = ()
) -> Judged:
    """``known``: what is known of the subject; ``side``: what the delivery says of its clips; ``claimed``: what the site's list says."""
    if prepared.outcome not in _ENTERS:
        return Judged(prepared)
    study = _SIDES.get(known.of(charter.exam.side_attribute) or "") if charter.exam.side_attribute else None
    evidence = evidence_of(charter, prepared.hints, claimed, side or study, delivered=side is not None)
    if prepared.outcome is Outcome.CHECKED and in_conflict(evidence):
        code = IntakeCode.LABEL_CONFLICT
        prepared = replace(prepared, outcome=Outcome.HELD, code=code, message=code.message)
    return Judged(prepared, evidence)


def in_conflict(evidence: Evidence) -> bool:
    """Two sources disagree about segment or side: a person has to say what the clip shows."""
    return segments_conflict(evidence) or sides_conflict(evidence)


def _iso(text: str | None) -> str | None:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text else None


# ---------------------------------------------------------------- what the site is asked


def questions(snapshot: Snapshot, clip: ClipId, found: Judged) -> Iterator[tuple[QueryKind, Mapping[str, str]]]:
    """What the site is asked about a clip that is recorded, with the facts of the text."""
    ranked = sorted(found.evidence, key=lambda one: one.source.rank)
    if segments_conflict(ranked):
        segments = [one.segment for one in ranked if one.segment]
        yield QueryKind.SEGMENT_CONFLICT, {"segment": segments[0], "other_segment": next(each for each in segments if each != segments[0])}
    if sides_conflict(ranked):
        first, other = dict.fromkeys(one.side for one in ranked if one.side is not None and one.side is not Side.UNPAIRED)
        yield QueryKind.SIDE_CONFLICT, {"side": first.value, "other_side": other.value}
    received = next(iter(registry.objects(snapshot, id=clip)), None)
    if received is not None and received.exam is not None and Finding.REPEATED_ELSEWHERE in Lookout(snapshot).repeats(clip, received.exam):
        yield QueryKind.DUPLICATE, {}


def newly_outside(snapshot: Snapshot, exam: ExamId) -> tuple[ExamId, ...]:
    """The exams of a subject, of which this is one, that lie outside the window of their visit, and that no site was asked about yet."""
    touched = registry.exam(snapshot, exam)
    rows = snapshot.all("exam", subject_id=touched.subject_id) if touched else ()
    exams = [found for row in rows if (found := registry.exam(snapshot, row["id"])) is not None]
    lookout = Lookout(snapshot)
    outside = [each.id for each in exams if (day := lookout.day(each.id)) is not None and lookout.is_outside(each, day)]
    return tuple(each for each in outside if not intake_rows.queries(snapshot, kind=QueryKind.VISIT_WINDOW.value, exam_id=each))


def is_asked_about_patient(snapshot: Snapshot, exam: ExamId) -> bool:
    """Once for an exam: a site that numbers every study anew says so once."""
    return bool(intake_rows.queries(snapshot, kind=QueryKind.IDENTITY_MISMATCH.value, exam_id=exam, clip_id=None))


# ---------------------------------------------------------------- what is found


class Lookout:
    """What the checks need to know of other clips; read once, when it is first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._days: dict[str, date | None] = {}

    def findings(self, one: ObjectRecord, exam: ExamRecord, facts: Facts, label: Label | None, evidence: Evidence) -> tuple[Finding, ...]:
        """Everything that is found about one clip, the gravest first."""
        return tuple(dict.fromkeys(self._findings(one, exam, facts, label, evidence)))

    def _findings(self, one: ObjectRecord, exam: ExamRecord, facts: Facts, label: Label | None, evidence: Evidence) -> Iterator[Finding]:
        if one.code == IntakeCode.IDENTITY_MISMATCH.value:
            yield Finding.PATIENT
        if exam.id in self._patients_asked:
            yield Finding.PATIENTS_DIFFER
        if label is None:
            yield from (Finding.SEGMENT_CONFLICT,) if segments_conflict(evidence) else ()
            yield from (Finding.SIDE_CONFLICT,) if sides_conflict(evidence) else ()
        else:
            yield from of_label(label.segment, label.side, evidence)
        recorded = _iso(facts.study_date)
        if recorded is not None and self.is_outside(exam, date.fromisoformat(recorded)):
            yield Finding.VISIT_WINDOW
        yield from self.repeats(one.id, exam.id)
        said = [each for each in (label, combined(evidence)) if each is not None]
        view, mode = next((each.view for each in said if each.view), None), next((each.mode for each in said if each.mode), None)
        yield from of_picture(shown_in(facts), view, mode)

    def is_outside(self, exam: ExamRecord, recorded: date) -> bool:
        """False where nothing tells the day of the baseline exam."""
        charter = charter_of(self._snapshot, exam.charter_hash)
        first = next(visit.id for visit in charter.visits if visit.baseline)
        row = self._snapshot.one("exam", subject_id=exam.subject_id, visit=first)
        baseline = self.day(row["id"]) if row else None
        return baseline is not None and is_outside(charter, exam.visit, recorded, baseline)

    def day(self, exam: str) -> date | None:
        """The shifted day of an exam, by its clips that hold."""
        if exam not in self._days:
            dates = fingerprints.dates_of_exam(self._snapshot, exam)
            self._days[exam] = day_of_exam(date.fromisoformat(text) for clip, text in dates.items() if clip not in self._gone)
        return self._days[exam]

    def repeats(self, clip: ClipId, exam: ExamId) -> Iterator[Finding]:
        """Whether the pictures, or the identifier, of a clip came with another one that holds too."""
        own = fingerprints.fingerprint(self._snapshot, clip)
        if own is None:
            return
        alike = fingerprints.with_picture(self._snapshot, own["picture"]) if own["picture"] else ()
        same = [each for each in alike if self._counts(each, clip)]
        exams = {self._exam_of(each) for each in same}
        if exams - {exam}:
            yield Finding.REPEATED_ELSEWHERE
        if exam in exams:
            yield Finding.REPEATED
        named = (each for each in fingerprints.with_sop_uid(self._snapshot, own["sop_uid"]) if self._counts(each, clip))
        if any(each not in same for each in named):
            yield Finding.OTHER_CONTENT

    def _counts(self, other: ClipId, clip: ClipId) -> bool:
        return other != clip and other not in self._gone

    def _exam_of(self, clip: ClipId) -> str | None:
        row = self._snapshot.one("intake_object", id=clip)
        return row["exam_id"] if row else None

    @cached_property
    def _patients_asked(self) -> frozenset[str]:
        """Exams whose site is asked about the patient, and nobody has closed the question."""
        asked = [one for one in intake_rows.queries(self._snapshot, kind=QueryKind.IDENTITY_MISMATCH.value, clip_id=None) if one.exam]
        last = intake_rows.latest_messages(self._snapshot) if asked else {}
        return frozenset(one.exam for one in asked if one.exam and QueryState(last[one.id].state).pending)

    @cached_property
    def _gone(self) -> frozenset[str]:
        """Clips that were rejected, withdrawn, or gave their place to another one."""
        rejected = (row["clip_id"] for row in self._snapshot.all("pixel_check", action=CheckAction.REJECT))
        withdrawn = (row["clip_id"] for row in self._snapshot.all("clip_withdrawal"))
        return frozenset([*rejected, *withdrawn, *(row["replaced_id"] for row in self._snapshot.all("clip_replacement"))])


def shown_in(facts: Facts) -> Shown:
    kinds = frozenset(region.kind for region in facts.regions)
    return Shown(facts.timing, kinds, any(region.usable for region in facts.regions), facts.coloured)
