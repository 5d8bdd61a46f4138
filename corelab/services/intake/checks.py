"""How the pixel check of one clip stands, as its steps and events tell it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corelab.domain.clip import TimingSource
from corelab.domain.clip_evidence import combined
from corelab.domain.clip_findings import Finding
from corelab.domain.clip_label import Mode, Proposal, ProposalSource, View
from corelab.domain.clip_quality import ClipQuality
from corelab.domain.intake import Box, CheckAction, ClipState, HitClass, IntakeCode, ObjectFault, Outcome
from corelab.domain.vocabulary import AccountId, ClipId, ExamId, SegmentId, Sha256, Side, SubjectCode, VisitId
from corelab.imaging.deid.candidate import Decision, Facts
from corelab.services.intake.automatic import Lookout, in_conflict
from corelab.services.intake.exam_work import exam_of_clip
from corelab.services.intake.facts import Found, found_at
from corelab.services.intake.proposals import evidence_from
from corelab.services.labs import OpenLab
from corelab.services.quarantine import Place
from corelab.services.received import quality_from
from corelab.storage import intake_rows, registry
from corelab.storage.intake_rows import ProposalRow, QualityRow
from corelab.storage.registry import CheckStep, ExamRecord, Label, ObjectRecord
from corelab.storage.snapshot import Snapshot

_DECIDES = frozenset({CheckAction.MASK, CheckAction.NOTHING, CheckAction.PASS})
_MAKES_CANDIDATE = frozenset({CheckAction.MASK, CheckAction.NOTHING, CheckAction.ACCEPT})


@dataclass(frozen=True, slots=True)
class WaitingClip:
    """A clip that is not yet released, as the coordinator sees it. ``number`` counts the objects of its delivery.

    ``regions`` are the areas that stay, by the file's own word; ``boxes`` those drawn by a person; ``flagged`` the frames to look at;
    ``hits`` where text may be; ``checker`` who passed it; ``calibrated``: lengths can be measured in at least one region.
    ``segment`` to ``mode`` and ``quality`` are what a person said; ``proposal`` is what the ``evidence`` comes to, None where it says
    nothing; ``checks`` what was found by itself. ``declared`` frames stand in the header, ``left_out`` are damaged; ``rate_assumed``: the
    file does not say how fast it was recorded. ``back_by`` is who drew a box after another person had passed it; ``second``: of a passed
    clip, whether another person is needed, None before. ``templated`` is what its machine's mask ``template`` blackens beside ``boxes``;
    ``blocks``: (columns, rows) of what the whole mask lies on.
    """

    clip: ClipId
    number: int
    subject: SubjectCode
    visit: VisitId
    outcome: Outcome
    state: ClipState
    code: str | None
    message: str
    faults: tuple[ObjectFault, ...]
    frames: int
    rows: int
    columns: int
    rate: float
    segment: SegmentId | None
    side: Side | None
    regions: tuple[Box, ...]
    boxes: tuple[Box, ...]
    flagged: tuple[int, ...]
    hits: tuple[Box, ...]
    checker: AccountId | None
    calibrated: bool
    view: View | None = None
    mode: Mode | None = None
    quality: ClipQuality | None = None
    proposal: Proposal | None = None
    evidence: tuple[Proposal, ...] = ()
    checks: tuple[Finding, ...] = ()
    declared: int | None = None
    left_out: tuple[int, ...] = ()
    rate_assumed: bool = False
    back_by: AccountId | None = None
    second: bool | None = None
    earlier: ClipId | None = None
    """A clip of the same exam of which this one seems to be a later version; nobody has said so yet."""
    template: str | None = None
    templated: tuple[Box, ...] = ()
    blocks: tuple[int, int] = (1, 1)
    can_keep_template: bool = False
    classes: tuple[HitClass, ...] = ()
    """What was read in each of ``hits``; empty where nothing could be read with."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a clip under check: its quality as a person graded it, its evidence, and what was found by itself."""

    quality: ClipQuality | None = None
    proposal: Proposal | None = None
    evidence: tuple[Proposal, ...] = ()
    findings: tuple[Finding, ...] = ()


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Check:
    """One clip under check: its object, exam, steps, and what was last found in it."""

    object: ObjectRecord
    exam: ExamRecord
    steps: tuple[CheckStep, ...]
    found: Found
    label: Label | None
    released: bool
    beside: Beside = NOTHING

    @property
    def facts(self) -> Facts:
        if self.found.facts is None:
            raise LookupError(self.object.id)
        return self.found.facts

    @property
    def state(self) -> ClipState:
        if self.released:
            return ClipState.RELEASED
        last = self.steps[-1].action if self.steps else None
        if last is CheckAction.REJECT:
            return ClipState.REJECTED
        if last is CheckAction.PASS:
            return ClipState.PASSED
        return ClipState.CHECKED if self.found.candidate and not self.in_conflict else ClipState.HELD

    @property
    def in_conflict(self) -> bool:
        """Two sources disagree about what it shows, and no person has said it yet."""
        return self.label is None and in_conflict(self.beside.evidence)

    @property
    def code(self) -> str | None:
        """Why it is held now: a conflict ends with a person's label, everything else with a new look at the object."""
        if self.in_conflict:
            return self.found.code or IntakeCode.LABEL_CONFLICT.value
        return None if self.found.code == IntakeCode.LABEL_CONFLICT.value else self.found.code

    @property
    def message(self) -> str:
        return self.found.message if self.code == self.found.code else IntakeCode(self.code).message if self.code else ""

    @property
    def decision(self) -> Decision:
        """What people decided so far: the last word about boxes, and whether damage was accepted."""
        made = [step for step in self.steps if step.action in {CheckAction.MASK, CheckAction.NOTHING}]
        last = made[-1] if made else None
        return Decision(
            drawn=last.boxes if last else (),
            nothing=last is not None and last.action is CheckAction.NOTHING,
            accepted=any(step.action is CheckAction.ACCEPT for step in self.steps),
        )

    @property
    def passed_by(self) -> CheckStep | None:
        return self.steps[-1] if self.state is ClipState.PASSED else None

    @property
    def can_keep_template(self) -> bool:
        """Whether its mask can be kept for its machine: a person drew or passed it, and the machine has a listed name."""
        return self.found.facts is not None and self.facts.machine is not None and any(step.action in _DECIDES for step in self.steps)

    @property
    def sent_back_by(self) -> AccountId | None:
        """Who changed the mask of a clip that another person had passed: it is that person's, or a third one's, to pass it again."""
        last = self.steps[-1] if self.steps else None
        if last is None or last.action not in _MAKES_CANDIDATE:
            return None
        passed_before = any(step.action is CheckAction.PASS and step.person != last.person for step in self.steps)
        return last.person if passed_before else None

    def place(self, lab: OpenLab) -> Place:
        return Place(Path(lab.quarantine) / self.object.delivery, self.object.n)

    def step(self, action: CheckAction, person: AccountId, candidate: str | None, boxes: Collection[Box] = ()) -> CheckStep:
        """The next step."""
        return CheckStep(len(self.steps) + 1, action, person, Sha256(candidate) if candidate else None, tuple(boxes))

    def shown(self) -> WaitingClip:
        facts = self.facts
        return WaitingClip(
            clip=self.object.id,
            number=self.object.n,
            subject=self.exam.subject,
            visit=self.exam.visit,
            outcome=self.object.outcome,
            state=self.state,
            code=self.code,
            message=self.message,
            faults=self.found.faults,
            frames=facts.frames,
            rows=facts.rows,
            columns=facts.columns,
            rate=facts.timing.rate,
            segment=self.label.segment if self.label else None,
            side=self.label.side if self.label else None,
            regions=facts.kept,
            boxes=facts.drawn,
            flagged=facts.flagged,
            hits=facts.hits,
            checker=self.passed_by.person if self.passed_by else None,
            calibrated=any(region.usable for region in facts.regions),
            view=self.label.view if self.label else None,
            mode=self.label.mode if self.label else None,
            quality=self.beside.quality,
            proposal=self.beside.proposal,
            evidence=self.beside.evidence,
            checks=self.beside.findings,
            declared=facts.declared,
            left_out=facts.left_out,
            rate_assumed=facts.timing.source is TimingSource.ASSUMED,
            back_by=self.sent_back_by,
            template=facts.template,
            templated=facts.templated,
            blocks=facts.blocks,
            can_keep_template=self.can_keep_template,
            classes=facts.classes,
        )


def check_of(snapshot: Snapshot, clip: str) -> Check:
    """Raises IntakeRefusedError for an object that cannot become a clip."""
    one, exam = exam_of_clip(snapshot, clip)
    steps = registry.steps(snapshot, one.id)
    seq = _told_at(one, steps)
    released = snapshot.one("clip_release", clip_id=one.id) is not None
    beside = _beside(intake_rows.proposals(snapshot, one.id), intake_rows.quality_of(snapshot, one.id))
    return Check(one, exam, steps, found_at(snapshot, [seq])[seq], registry.label_of(snapshot, one.id), released, beside)


def with_findings(snapshot: Snapshot, checks: Sequence[Check]) -> tuple[Check, ...]:
    """With what the automatic checks find in each: for whoever looks at them, as it asks about all other clips of the lab."""
    lookout = Lookout(snapshot)
    return tuple(replace(check, beside=replace(check.beside, findings=_found_in(lookout, check))) for check in checks)


def _found_in(lookout: Lookout, check: Check) -> tuple[Finding, ...]:
    return lookout.findings(check.object, check.exam, check.facts, check.label, check.beside.evidence)


def all_waiting(snapshot: Snapshot, among: Collection[ExamId] | None = None) -> tuple[Check, ...]:
    """Every clip that is neither released nor rejected, in the order in which they came; ``among``: of these exams only."""
    done, steps, labels = registry.released(snapshot), registry.all_steps(snapshot), registry.all_labels(snapshot)
    said, graded = intake_rows.all_proposals(snapshot), intake_rows.all_qualities(snapshot)
    exams = {exam.id: exam for exam in registry.all_exams(snapshot)}
    received = tuple(one for one in registry.objects(snapshot) if among is None or one.exam in among)
    ordered = _by_order(received, labels)
    open_ones = [one for one in received if one.id not in done and _is_open(one, steps.get(one.id, ()))]
    told = found_at(snapshot, [_told_at(one, steps.get(one.id, ())) for one in open_ones])
    return tuple(
        Check(one, exams[one.exam], of, told[_told_at(one, of)], labels.get(one.id), False, beside)  # noqa: FBT003 - a field
        for one in open_ones
        if one.exam is not None
        for of, beside in [(steps.get(one.id, ()), _beside(said.get(one.id, ()), graded.get(one.id), ordered.get(one.id, ())))]
    )


def _by_order(received: Sequence[ObjectRecord], labels: Mapping[ClipId, Label]) -> dict[ClipId, tuple[Proposal, ...]]:
    """A clip without label may show what the one before it in its exam was said to show. Nothing of the clip itself says so."""
    last: dict[str, Label] = {}
    found: dict[ClipId, tuple[Proposal, ...]] = {}
    for one in received:
        if one.exam is not None and one.id in labels:
            last[one.exam] = labels[one.id]
        elif one.exam in last:
            before = last[one.exam]
            found[one.id] = (Proposal(before.segment, before.side, None, None, ProposalSource.ORDER),)
    return found


def _beside(said: Sequence[ProposalRow], graded: QualityRow | None, order: tuple[Proposal, ...] = ()) -> Beside:
    evidence = (*evidence_from(said), *order)
    return Beside(quality_from(graded), combined(evidence), evidence)


def _is_open(one: ObjectRecord, steps: Sequence[CheckStep]) -> bool:
    rejected = bool(steps) and steps[-1].action is CheckAction.REJECT
    return one.exam is not None and one.outcome in {Outcome.CHECKED, Outcome.HELD} and not rejected


def _told_at(one: ObjectRecord, steps: Sequence[CheckStep]) -> int:
    """The event that last said what is in the object: its receipt, or the last decision about it."""
    return next((step.seq for step in reversed(steps) if step.action in _MAKES_CANDIDATE), one.seq)
