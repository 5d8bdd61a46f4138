"""The release of a clip: the last look at its final bytes, then archive and records together."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corelab.domain.accounts import Role
from corelab.domain.clip_json import regions_text, timing_text
from corelab.domain.intake import CheckAction, IntakeCode, IntakeRefusedError, ObjectRefusedError, Refusal
from corelab.domain.vocabulary import ExamState, Sha256
from corelab.imaging.archive import Archive
from corelab.imaging.child import finish, require_clean
from corelab.imaging.deid.candidate import file_sha256
from corelab.imaging.frame_plan import FramePlan, plan_of
from corelab.imaging.pixel_mask import PIXELS
from corelab.services.accounts import Session
from corelab.services.archive import archive_of
from corelab.services.intake.checks import Check
from corelab.services.intake.exam_work import require_open_for, settle
from corelab.services.intake.replacement import withdraw_replaced
from corelab.services.labs import OpenLab
from corelab.storage import archives, registry
from corelab.storage.registry import CheckStep
from corelab.storage.store import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class Looked:
    """How the second person looked: attended on the page with these frames, or by command."""

    attended: bool
    frames: tuple[int, ...]


def release(lab: OpenLab, session: Session, role: Role, check: Check, looked: Looked) -> None:
    """Releases a clip that another person passed.

    Raises ObjectRefusedError when its bytes do not pass the gate, ArchiveError where the archive does not take it; nothing is released
    then, and the clip waits as before.
    """
    checked, place = _two_people_looked(lab, session, check, looked), check.place(lab)
    draft = place.draft()
    archive = archive_of(lab, session.account)
    archive.ready()
    try:
        final = _final_bytes(lab, session, check, draft, checked=checked)
        with lab.store.begin(session.actor(role)) as transaction:
            _require_unchanged(transaction, check)
            _archive(archive, draft, final)
            _record(transaction, session, check, looked, _Final(final, checked, _plan(transaction, draft)))
            withdraw_replaced(transaction, check.object.id, session.account)
            settle(transaction, check.exam.id)
    except ObjectRefusedError as refused:
        _record_refusal(lab, session, role, check, refused.code)
        raise
    finally:
        draft.unlink(missing_ok=True)
    place.remove_candidates()


def _passed(check: Check) -> CheckStep:
    if check.passed_by is None:
        raise IntakeRefusedError(Refusal.CLIP_STATE, check.object.id)
    return check.passed_by


def _two_people_looked(lab: OpenLab, session: Session, check: Check, looked: Looked) -> bool:
    """Only then clean pixels are claimed. A lab may let one person do both steps; that is one pair of eyes, however often it looked."""
    passed = _passed(check)
    if passed.person == session.account or not looked.attended:
        return False
    with lab.store.read(session.account) as snapshot:
        return snapshot.opening_of(passed.seq).get("attended") is True


def _final_bytes(lab: OpenLab, session: Session, check: Check, draft: Path, *, checked: bool) -> Sha256:
    """The final file at ``draft``, made from the very bytes that were looked at, and searched like a stranger's."""
    place, seen = check.place(lab), _passed(check).candidate or ""
    candidate = place.candidate(seen)
    if not candidate.is_file() or file_sha256(candidate) != seen:
        raise ObjectRefusedError(IntakeCode.MASK_PROOF, "the candidate changed")
    draft.touch(mode=0o600)
    finish(candidate, draft, checked=checked)
    require_clean(draft, place.identity(lab, session), check.facts.kept, check.facts.blackened, check.facts.blocks)
    return Sha256(file_sha256(draft))


def _archive(archive: Archive, draft: Path, final: Sha256) -> None:
    if archive.put(draft) != final:
        raise ObjectRefusedError(IntakeCode.MASK_PROOF, "the file changed")


def _plan(transaction: Transaction, draft: Path) -> FramePlan | None:
    """Where the frames lie, for a clip that will be asked for by its frames: not of one in the folder of the lab."""
    return plan_of(draft) if archives.address_in(transaction) else None


def _require_unchanged(transaction: Transaction, before: Check) -> None:
    """Nobody masked, rejected or released it meanwhile."""
    exam = registry.exam(transaction, before.exam.id)
    released = transaction.one("clip_release", clip_id=before.object.id)
    if exam is None or released is not None or registry.steps(transaction, before.object.id) != before.steps:
        raise IntakeRefusedError(Refusal.CLIP_STATE, before.object.id)
    require_open_for(transaction, exam, before.object.id)
    if exam.state is ExamState.ASSIGNED and registry.label_of(transaction, before.object.id) is None:
        raise IntakeRefusedError(Refusal.REPLACED_LABEL, before.object.id)


@dataclass(frozen=True, slots=True)
class _Final:
    """The file that is released, whether clean pixels are claimed of it, and where its frames lie."""

    sha256: Sha256
    checked: bool
    plan: FramePlan | None


def _record(transaction: Transaction, session: Session, check: Check, looked: Looked, final: _Final) -> None:
    verified = check.step(CheckAction.VERIFY, session.account, _passed(check).candidate, check.facts.drawn)
    people = {"clip_id": check.object.id, "checker_id": _passed(check).person, "verifier_id": session.account}
    rows = [registry.step_row(check.object.id, verified), _clip_row(check, final.sha256), NewRow("clip_release", people)]
    rows += [archives.frames_row(check.object.id, final.plan.packed)] if final.plan is not None else []
    payload = {
        "candidate": _passed(check).candidate,
        "released": final.sha256,
        "clean_pixels_claimed": final.checked,
        "attended": looked.attended,
        "frames_seen": list(looked.frames),
        "rules": check.facts.rules_version,
        "drawn": [list(box) for box in check.facts.drawn],
        "left_out": list(check.facts.left_out),
    }
    transaction.record("clip.released", "clip", check.object.id, rows=rows, payload=payload)


def _clip_row(check: Check, sha256: Sha256) -> NewRow:
    facts = check.facts
    mask: dict[str, Any] = {"kept": [list(box) for box in facts.kept], "drawn": [list(box) for box in facts.drawn]}
    mask |= {"blocks": list(facts.blocks)} if facts.blocks != PIXELS else {}
    mask |= {"template": facts.template, "templated": [list(box) for box in facts.templated]} if facts.template else {}
    return NewRow(
        "clip",
        {
            "id": check.object.id,
            "exam_id": check.exam.id,
            "sha256": sha256,
            "sop_uid": facts.sop_uid,
            "sop_class": facts.sop_class,
            "transfer_syntax": facts.transfer_syntax,
            "frames": facts.frames,
            "rows": facts.rows,
            "columns": facts.columns,
            "frame_times": timing_text(facts.timing),
            "calibration": regions_text(facts.regions),
            "study_date": _iso(facts.study_date),
            "source_sha256": check.object.sha256,
            "rules_version": facts.rules_version,
            "mask": json.dumps(mask, separators=(",", ":"), sort_keys=True),
        },
    )


def _iso(date: str | None) -> str | None:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if date else None


def _record_refusal(lab: OpenLab, session: Session, role: Role, check: Check, code: IntakeCode) -> None:
    with lab.store.begin(session.actor(role)) as transaction:
        transaction.record("clip.refused", "clip", check.object.id, reason=code.value)
