"""A clip that takes the place of another: named by a person, and the other one withdrawn when the new one is released; both are kept."""

from collections.abc import Iterator

from corelab.domain.intake import CheckAction, IntakeRefusedError, Outcome, Refusal
from corelab.domain.vocabulary import AccountId, ClipId
from corelab.services.intake.exam_work import Wanted
from corelab.storage import fingerprints, intake_rows, registry
from corelab.storage.registry import CheckStep, ExamRecord, ObjectRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

REPLACED = "replaced"
_CLIPS = frozenset({Outcome.CHECKED, Outcome.HELD})


def require_replaceable(snapshot: Snapshot, replaced: str, wanted: Wanted) -> ObjectRecord:
    """The clip whose place another one of the same exam is to take. Raises IntakeRefusedError where it is none of the exam's, or gone."""
    found = next(iter(registry.objects(snapshot, id=replaced)), None)
    exam = registry.exam(snapshot, found.exam) if found and found.exam else None
    if found is None or exam is None or found.outcome not in _CLIPS or (exam.subject, exam.visit) != (wanted.subject, wanted.visit):
        raise IntakeRefusedError(Refusal.REPLACED, replaced)
    if is_gone(snapshot, found.id):
        raise IntakeRefusedError(Refusal.REPLACED, replaced)
    return found


def is_gone(snapshot: Snapshot, clip: str) -> bool:
    """Rejected to the site, or withdrawn."""
    return registry.is_rejected(snapshot, clip) or snapshot.one("clip_withdrawal", clip_id=clip) is not None


def others_of(snapshot: Snapshot, sop_uid: str, clip: str) -> tuple[ClipId, ...]:
    """Clips with the same keyed identifier that still count: this one may be a later version of them."""
    return tuple(_others(snapshot, sop_uid, clip))


def has_others(snapshot: Snapshot, sop_uid: str, clip: str) -> bool:
    """Whether there is one at all: looked for no further than the first, for some machines give all their clips one identifier."""
    return any(True for _ in _others(snapshot, sop_uid, clip))


def _others(snapshot: Snapshot, sop_uid: str, clip: str) -> Iterator[ClipId]:
    released = (ClipId(row["id"]) for row in snapshot.all("clip", sop_uid=sop_uid))
    found = dict.fromkeys((*fingerprints.with_sop_uid(snapshot, sop_uid), *released))
    yield from (one for one in found if one != clip and not is_gone(snapshot, one))


def proposed_for(snapshot: Snapshot, clip: str, exam: ExamRecord) -> ClipId | None:
    """The clip of the same exam that this one seems to be a later version of; nobody has said so yet."""
    own = fingerprints.fingerprint(snapshot, clip)
    if own is None or intake_rows.replaces(snapshot, clip) is not None:
        return None
    here = {one.id: one.seq for one in registry.objects(snapshot, exam_id=exam.id)}
    earlier = [one for one in others_of(snapshot, own["sop_uid"], clip) if one in here and here[one] < here.get(ClipId(clip), 0)]
    return earlier[-1] if earlier else None


def withdraw_replaced(transaction: Transaction, clip: str, person: AccountId) -> None:
    """With the release of the new clip, in its transaction: the other one is withdrawn, or rejected where it was never released."""
    replaced = intake_rows.replaces(transaction, clip)
    if replaced is None or is_gone(transaction, replaced):
        return
    if transaction.one("clip", id=replaced) is not None:
        row = NewRow("clip_withdrawal", {"clip_id": replaced, "reason": REPLACED})
        transaction.record("clip.withdrawn", "clip", replaced, rows=[row], payload={"by": clip}, reason=REPLACED)
        return
    steps = registry.steps(transaction, replaced)
    step = CheckStep(len(steps) + 1, CheckAction.REJECT, person, None, ())
    row = registry.step_row(replaced, step)
    transaction.record("clip.rejected", "clip", replaced, rows=[row], payload={"reason_text": REPLACED}, reason=REPLACED)
