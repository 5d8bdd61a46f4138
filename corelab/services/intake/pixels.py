"""The pixel check: masks drawn by a person, pass by one coordinator, verification by another, or back to the site."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from corelab.domain.accounts import Command, Role
from corelab.domain.clip_findings import Finding
from corelab.domain.intake import DOUBTS, Box, CheckAction, ClipState, IntakeRefusedError, ObjectRefusedError, Outcome, Refusal
from corelab.domain.mask_template import Template
from corelab.domain.vocabulary import ClipId, ExamId, LabKind
from corelab.imaging.child import prepared as prepare
from corelab.imaging.deid.candidate import Decision, Prepared
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.keyed import Keyed
from corelab.imaging.pixel_mask import usable_box
from corelab.services.accounts import Session, lab_secret, permit
from corelab.services.intake.checks import Check, WaitingClip, all_waiting, check_of, with_findings
from corelab.services.intake.exam_work import require_open_for, settle
from corelab.services.intake.eyes import needs_second, rule_in, with_second
from corelab.services.intake.facts import payload_of
from corelab.services.intake.release import Looked, release
from corelab.services.intake.replacement import proposed_for
from corelab.services.intake.report import ClipOutcome
from corelab.services.intake.strays import set_strays_aside
from corelab.services.intake.templates import templates_in_use
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.storage import registry
from corelab.storage.registry import CheckStep
from corelab.storage.snapshot import Snapshot

_OPEN = frozenset({ClipState.HELD, ClipState.CHECKED, ClipState.PASSED})
Seen = Mapping[ClipId, Collection[int]]


def waiting(lab: OpenLab, session: Session, among: Collection[ExamId] | None = None) -> tuple[WaitingClip, ...]:
    """Everything that is not yet released, in the order in which it came; ``among``: of these exams only."""
    permit(session, Command.PIXELS)
    with lab.store.read(session.account) as snapshot:
        rule, found = rule_in(snapshot), with_findings(snapshot, all_waiting(snapshot, among))
        doubled = [check for check in found if Finding.OTHER_CONTENT in check.beside.findings]
        earlier = {check.object.id: proposed_for(snapshot, check.object.id, check.exam) for check in doubled}
    return tuple(replace(clip, earlier=earlier.get(clip.clip)) for clip in with_second(lab, session, rule, found))


# ---------------------------------------------------------------- masks


def set_mask(lab: OpenLab, session: Session, clip: ClipId, boxes: Sequence[Box]) -> WaitingClip:
    """Blackens ``boxes`` in every frame, beside what the file's regions leave out; the clip is to be passed again.

    Raises IntakeRefusedError for boxes outside the picture, or none on a clip that has no believable regions.
    """
    check = _asked(lab, session, clip)
    _require_identity(check)
    drawn = tuple(dict.fromkeys(usable_box(box, check.facts.rows, check.facts.columns) for box in boxes))
    if None in drawn or (not drawn and not check.facts.kept):
        raise IntakeRefusedError(Refusal.BOXES)
    decision = replace(check.decision, drawn=tuple(box for box in drawn if box is not None), nothing=False)
    return _decide(lab, session, check, CheckAction.MASK, decision)


def confirm_nothing_to_mask(lab: OpenLab, session: Session, clip: ClipId) -> WaitingClip:
    """A person looked: no frame shows anything that could identify somebody. Only for a clip held because its regions say nothing."""
    check = _asked(lab, session, clip)
    _require_identity(check)
    if check.state is not ClipState.HELD or check.found.candidate:
        raise IntakeRefusedError(Refusal.CLIP_STATE, clip)
    return _decide(lab, session, check, CheckAction.NOTHING, replace(check.decision, drawn=(), nothing=True))


def accept_damage(lab: OpenLab, session: Session, clip: ClipId, reason: str) -> WaitingClip:
    """Takes a damaged clip with the frames that are whole, or one whose identity was doubted and has been cleared up, for a reason."""
    check = _asked(lab, session, clip)
    if check.state is not ClipState.HELD or check.found.candidate or check.decision.accepted or not reason.strip():
        raise IntakeRefusedError(Refusal.CLIP_STATE, clip)
    return _decide(lab, session, check, CheckAction.ACCEPT, replace(check.decision, accepted=True), reason)


def _require_identity(check: Check) -> None:
    """A mask does not tell whose clip it is: a doubt about the patient must be cleared up first."""
    if check.found.code in {code.value for code in DOUBTS}:
        raise IntakeRefusedError(Refusal.CLIP_STATE, check.object.id)


def _asked(lab: OpenLab, session: Session, clip: ClipId) -> Check:
    permit(session, Command.PIXELS)
    with lab.store.read(session.account) as snapshot:
        return _open_check(snapshot, clip)


def _open_check(snapshot: Snapshot, clip: ClipId) -> Check:
    require_unlocked(snapshot)
    check = check_of(snapshot, clip)
    if check.state not in _OPEN:
        raise IntakeRefusedError(Refusal.CLIP_STATE, clip)
    require_open_for(snapshot, check.exam, clip)
    return check


def _decide(lab: OpenLab, session: Session, check: Check, action: CheckAction, decision: Decision, reason: str = "") -> WaitingClip:
    """Makes the candidate again under a decision; the old one stays what is on record until the new one is."""
    role, place = permit(session, Command.PIXELS), check.place(lab)
    draft = place.draft()
    try:
        prepared = prepare(place.source, draft, _mark(lab, session, check), decision, deflated=True, templates=_in_use(lab))
        if prepared.outcome is Outcome.REJECTED:
            raise IntakeRefusedError(Refusal.CLIP_STATE, prepared.code.value if prepared.code else "")
        step = check.step(action, session.account, prepared.sha256, decision.drawn)
        _record_decision(lab, session, role, check, (step, prepared, reason, draft))
    finally:
        draft.unlink(missing_ok=True)
    with lab.store.read(session.account) as snapshot:
        return with_findings(snapshot, [check_of(snapshot, check.object.id)])[0].shown()


def _record_decision(lab: OpenLab, session: Session, role: Role, check: Check, done: tuple[CheckStep, Prepared, str, Path]) -> None:
    step, prepared, reason, draft = done
    clip = check.object.id
    with lab.store.begin(session.actor(role)) as transaction:
        if _open_check(transaction, clip).steps != check.steps:
            raise IntakeRefusedError(Refusal.CLIP_STATE, clip)
        payload = payload_of(prepared) | ({"reason_text": reason} if reason else {})
        transaction.record(f"clip.{_KINDS[step.action]}", "clip", clip, rows=[registry.step_row(clip, step)], payload=payload)
        settle(transaction, check.exam.id)
        if prepared.sha256:
            check.place(lab).keep_candidate(draft, prepared.sha256)


_KINDS = {CheckAction.MASK: "masked", CheckAction.NOTHING: "unmasked", CheckAction.ACCEPT: "accepted"}


def _in_use(lab: OpenLab) -> tuple[Template, ...]:
    with lab.store.read() as snapshot:
        return templates_in_use(snapshot)


def _mark(lab: OpenLab, session: Session, check: Check) -> Mark:
    with lab.store.read(session.account) as snapshot:
        before = [one.id for one in registry.objects(snapshot, exam_id=check.exam.id)]
    keyed = Keyed(lab_secret(lab, session, "deid"), check.exam.subject)
    return Mark(check.exam.code, lab.trial_id, keyed, before.index(check.object.id) + 1)


# ---------------------------------------------------------------- two people


def pass_pixels(
    lab: OpenLab, session: Session, clips: Sequence[ClipId], frames_seen: Seen | None = None, *, attended: bool = True
) -> tuple[ClipOutcome, ...]:
    """The first person's word that each of these clips may be read. ``frames_seen`` must hold every flagged frame of each.

    Who changed the mask of a clip that another person had passed does not pass it again. Without attendance (by command) only in demo and
    training labs. Raises IntakeRefusedError; then no clip of the call is passed.
    """
    role = permit(session, Command.PIXELS)
    _require_attended(lab, attended=attended)
    with lab.store.begin(session.actor(role)) as transaction:
        for clip in clips:
            check = _open_check(transaction, clip)
            if check.state is not ClipState.CHECKED:
                raise IntakeRefusedError(Refusal.CLIP_STATE, clip)
            if check.sent_back_by == session.account and rule_in(transaction).percent:
                raise IntakeRefusedError(Refusal.SENT_BACK)
            looked = _looked(check, frames_seen, attended=attended)
            step = check.step(CheckAction.PASS, session.account, check.found.candidate, check.facts.drawn)
            payload = {"attended": looked.attended, "frames_seen": list(looked.frames), "rules": check.facts.rules_version}
            transaction.record("clip.passed", "clip", clip, rows=[registry.step_row(clip, step)], payload=payload)
    return tuple(_passed(lab, session, clip) for clip in clips)


def _passed(lab: OpenLab, session: Session, clip: ClipId) -> ClipOutcome:
    with lab.store.read(session.account) as snapshot:
        rule, check = rule_in(snapshot), check_of(snapshot, clip)
    return ClipOutcome(clip, ClipState.PASSED, second=needs_second(lab, session, rule, check))


def verify_pixels(
    lab: OpenLab, session: Session, clips: Sequence[ClipId], frames_seen: Seen | None = None, *, attended: bool = True
) -> tuple[ClipOutcome, ...]:
    """The second person's word, and the release of each clip. One that does not pass the release gate stays passed, with a code.

    Raises IntakeRefusedError before anything is released: the same person, a flagged frame not looked at, a clip in another state.
    """
    role = permit(session, Command.PIXELS)
    _require_attended(lab, attended=attended)
    with lab.store.read(session.account) as snapshot:
        rule, checks = rule_in(snapshot), [check_of(snapshot, clip) for clip in clips]
    set_strays_aside(lab, session, role)
    two = {check.object.id: needs_second(lab, session, rule, check) for check in checks}
    looked = [_verifiable(check, session, frames_seen, two=two[check.object.id], attended=attended) for check in checks]
    return tuple(_released(lab, session, role, check, look) for check, look in zip(checks, looked, strict=True))


def _verifiable(check: Check, session: Session, frames_seen: Seen | None, *, two: bool, attended: bool) -> Looked:
    passed = check.passed_by
    if passed is None:
        raise IntakeRefusedError(Refusal.CLIP_STATE, check.object.id)
    if two and passed.person == session.account:
        raise IntakeRefusedError(Refusal.SAME_PERSON)
    return _looked(check, frames_seen, attended=attended)


def _released(lab: OpenLab, session: Session, role: Role, check: Check, looked: Looked) -> ClipOutcome:
    clip = check.object.id
    try:
        release(lab, session, role, check, looked)
    except ObjectRefusedError as refused:
        return ClipOutcome(clip, ClipState.PASSED, refused.code.value, refused.code.message)
    return ClipOutcome(clip, ClipState.RELEASED)


def _require_attended(lab: OpenLab, *, attended: bool) -> None:
    if not attended and lab.kind is LabKind.TRIAL:
        raise IntakeRefusedError(Refusal.ATTENDED)


def _looked(check: Check, frames_seen: Seen | None, *, attended: bool) -> Looked:
    seen = frozenset((frames_seen or {}).get(check.object.id, ()))
    if attended and not seen >= set(check.facts.flagged):
        raise IntakeRefusedError(Refusal.FRAMES)
    return Looked(attended, tuple(sorted(frame for frame in seen if 0 <= frame < check.facts.frames)))


def reject_pixels(lab: OpenLab, session: Session, clip: ClipId, reason: str) -> ClipOutcome:
    """Sends a clip back to the site; it never becomes readable. Raises IntakeRefusedError, also for a blank reason."""
    role = permit(session, Command.PIXELS)
    if not reason.strip():
        raise IntakeRefusedError(Refusal.REASON)
    with lab.store.begin(session.actor(role)) as transaction:
        check = _open_check(transaction, clip)
        step = check.step(CheckAction.REJECT, session.account, check.found.candidate, check.facts.drawn)
        transaction.record("clip.rejected", "clip", clip, rows=[registry.step_row(clip, step)], payload={"reason_text": reason})
        settle(transaction, check.exam.id)
    return ClipOutcome(clip, ClipState.REJECTED)
