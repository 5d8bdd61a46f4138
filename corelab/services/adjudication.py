"""An adjudicator's work: a case with A and B, decided, saved at every change, signed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning
from corelab.domain.adjudication import Case, CaseDraft, Decision, Take
from corelab.domain.case_content import case_of
from corelab.domain.checks import Firing
from corelab.domain.clip import Clip
from corelab.domain.content import AdjudicationContent, Draft, Json, Viewing, decision_json
from corelab.domain.reading_errors import ChecksUnconfirmedError, ClipsChangedError
from corelab.domain.vocabulary import AssignmentId, Cell, Sha256
from corelab.domain.watching import Watched
from corelab.services import accounts, offline, own_work, refusals, saving, shown, signing
from corelab.services.accounts import Session
from corelab.services.eligibility import require_able
from corelab.services.labs import OpenLab, charter_of
from corelab.services.offline import Drawer
from corelab.services.own_work import Signed
from corelab.services.saving import Saved, Saving
from corelab.services.signing import Complete
from corelab.storage import readings
from corelab.storage.readings import ADJUDICATION, Assignment, CaseRecord
from corelab.storage.store import Snapshot

__all__ = ["OpenCase", "Saved", "Signed", "open_case", "save", "sign"]

Played = Mapping[Sha256, frozenset[int]]
_NOTHING: Played = MappingProxyType({})
_Shown = tuple[Played, Mapping[Sha256, Watched]]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case with the decisions so far and the clips of the exam. ``signed_at`` is set for one that can only be looked at.

    ``version`` is the version of the draft that is shown: the first save names it.
    ``drawer`` is where it is kept while the server is away, and ``aside`` what was kept there and the server has not.
    """

    assignment: AssignmentId
    case: Case
    draft: CaseDraft
    clips: tuple[Clip, ...]
    pseudonym: str
    played: Played = field(default_factory=lambda: _NOTHING)
    signed_at: datetime | None = None
    submit: str | None = None
    version: int = 0
    watched: Mapping[Sha256, Watched] = field(default_factory=lambda: MappingProxyType({}))
    drawer: Drawer | None = None
    aside: Draft | None = None


def open_case(lab: OpenLab, session: Session, assignment: AssignmentId) -> OpenCase:
    """The case in progress or the next one, as it was saved last; or an own signed one, to look at.

    Raises NotYoursError, NotNextError, ResealNeededError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.ADJUDICATE)
    with own_work.opening(lab, session, role, assignment, ADJUDICATION) as (transaction, found):
        return _with_drawer(lab, transaction, session, _opened(transaction, session, found))


def _with_drawer(lab: OpenLab, snapshot: Snapshot, session: Session, opened: OpenCase) -> OpenCase:
    drawer = offline.drawer(lab, snapshot, session, opened.assignment, len(opened.clips))
    before = draft_of(opened.assignment, opened.draft, opened.clips, opened.played, watched=opened.watched)
    aside = offline.found(drawer, session, before)
    if opened.signed_at is None:
        return replace(opened, drawer=drawer, aside=aside)
    offline.lay_aside(drawer, aside)
    return opened


def resumed(opened: OpenCase) -> OpenCase:
    """With the decisions that were kept on this machine, to be saved on top of what the server has."""
    kept = opened.aside
    if kept is None:
        return opened
    played, watched = MappingProxyType(saving.played_of(kept.viewing)), MappingProxyType(saving.watched_of(kept.viewing))
    draft, submit = _draft_of(opened.case, kept), kept.submit or opened.submit
    return replace(opened, draft=draft, played=played, watched=watched, submit=submit, aside=None)


def draft_of(
    assignment: AssignmentId,
    draft: CaseDraft,
    clips: Sequence[Clip],
    played: Played,
    *,
    watched: Mapping[Sha256, Watched],
    submit: str | None = None,
) -> Draft:
    """What would be kept of it."""
    return _drafted(assignment, draft, saving.viewing_of(clips, played, watched), submit)


def _opened(snapshot: Snapshot, session: Session, of: Assignment) -> OpenCase:
    record, case = _case(snapshot, session, of)
    clips = shown.clips_for(snapshot, of.exam, of.reading_type)
    signed = readings.signed_adjudication(snapshot, record)
    if signed is not None:
        content = AdjudicationContent.from_json(own_work.opened(snapshot, session, signed.seq))
        kept = Draft(
            of.id,
            decisions=content.decisions,
            viewing=content.viewing,
            note=content.note,
            checks=content.checks,
            measurements=content.measurements,
        )
    else:
        kept = own_work.kept_draft(snapshot, session, of.id) or Draft(of.id)
    draft, played = _draft_of(case, kept), MappingProxyType(saving.played_of(kept.viewing))
    watched, at = MappingProxyType(saving.watched_of(kept.viewing)), signed.at if signed else None
    return OpenCase(of.id, case, draft, clips, of.pseudonym, played, at, kept.submit, kept.version, watched)


def _draft_of(case: Case, kept: Draft) -> CaseDraft:
    chosen = {one.cell: one for one in kept.decisions if one.take is not Take.FOLLOWS}
    return CaseDraft(case, MappingProxyType(chosen), kept.note, kept.checks, kept.measurements)


def _case(snapshot: Snapshot, session: Session, of: Assignment) -> tuple[CaseRecord, Case]:
    record = next(iter(readings.cases(snapshot, assignment_id=of.id)))
    form = shown.form_of(snapshot, of.exam, of.reading_type, shown.clips_of(snapshot, of.exam))
    required = charter_of(snapshot, shown.exam_of(snapshot, of.exam).charter_hash).adjudication.reason_required
    return record, case_of(own_work.opened(snapshot, session, record.seq), form, reason_required=required)


# ---------------------------------------------------------------- save


def save(  # noqa: PLR0913 - what is decided, and what was seen
    lab: OpenLab,
    session: Session,
    assignment: AssignmentId,
    draft: CaseDraft,
    played: Played = _NOTHING,
    *,
    watched: Mapping[Sha256, Watched] | None = None,
    version: int = 0,
) -> Saved:
    """Keeps the decisions as a draft, with one sealed event for each that differs from the draft before.

    ``version`` is that of the draft as it was opened or saved last here; 0: nothing was saved before.
    Raises NotYoursError, AlreadySignedError, NotNextError, DraftChangedError; then the draft stays as it was.
    """
    with refusals.recorded(lab, session, "adjudication.save", "assignment", assignment):
        return _keep(lab, session, assignment, draft, ((played, watched or {}), version, None))


def _keep(lab: OpenLab, session: Session, assignment: AssignmentId, draft: CaseDraft, on: tuple[_Shown, int, str | None]) -> Saved:
    seen, version, submit = on
    role = accounts.permit(session, Command.ADJUDICATE)
    with lab.store.read(session.account) as snapshot:
        own = own_work.mine(snapshot, session, assignment, ADJUDICATION)
        clips = shown.clips_for(snapshot, own.exam, own.reading_type)
        room = own_work.envelope(lab, snapshot, session, assignment, len(clips))
    with lab.store.begin(session.actor(role)) as transaction:
        found = own_work.writable(transaction, session, assignment, ADJUDICATION)
        before = own_work.kept_draft(transaction, session, assignment) or Draft(assignment, viewing=saving.viewing_of(clips, {}))
        after = saving.follows(found, before, _after(before, draft, clips, seen, submit), version)
        return Saving(transaction, room, before, after).run(_changes(before, after))


def _after(before: Draft, draft: CaseDraft, clips: Sequence[Clip], shown_: _Shown, submit: str | None) -> Draft:
    """The draft after ``before``, with what was shown since; nothing was: as it stood."""
    played, watched = shown_
    viewing = saving.viewing_of(clips, played, watched) if played else before.viewing
    return _drafted(AssignmentId(before.assignment), draft, viewing, submit)


def _drafted(assignment: AssignmentId, draft: CaseDraft, viewing: tuple[Viewing, ...], submit: str | None) -> Draft:
    decisions = tuple(draft.decisions[cell] for cell in draft.case.form.grid if cell in draft.decisions)
    return Draft(
        assignment,
        decisions=decisions,
        viewing=viewing,
        note=draft.note,
        submit=submit,
        checks=draft.confirmed,
        measurements=draft.measurements,
    )


def _changes(before: Draft, after: Draft) -> list[tuple[Json, Json | None, Json | None]]:
    old, new = ({one.cell: one for one in draft.decisions} for draft in (before, after))
    cells = [cell for cell in dict.fromkeys((*old, *new)) if old.get(cell) != new.get(cell)]
    return [(_place(cell), _json(old.get(cell)), _json(new.get(cell))) for cell in cells]


def _place(cell: Cell) -> Json:
    return {"item": cell.item, "segment": cell.segment}


def _json(decision: Decision | None) -> Json | None:
    return decision_json(decision) if decision else None


# ---------------------------------------------------------------- sign


def sign(  # noqa: PLR0913 - what a signature takes
    lab: OpenLab,
    session: Session,
    assignment: AssignmentId,
    draft: CaseDraft,
    password: str,
    submit: str | None = None,
    *,
    played: Played = _NOTHING,
    watched: Mapping[Sha256, Watched] | None = None,
    version: int = 0,
    attended: bool = True,
) -> Signed:
    """Signs all decisions of the case with the password just typed; with a ``submit`` id of before, answers what was signed then.

    What is signed is kept as the draft first, unless it was saved like that already. ``version`` as in ``save``.
    Raises CaseIncompleteError (all faults), ChecksFailedError (measurements), ChecksUnconfirmedError, SignInRefusedError,
    AlreadySignedError, NotYoursError, NotTrainedError, ClipsChangedError, DraftChangedError, SubmitConflictError, UnattendedError.
    """
    own_work.require_attended(lab, attended=attended)
    role, submit = accounts.permit(session, Command.ADJUDICATE), submit or str(uuid4())
    done = own_work.signed_before(lab, session, role, submit, "adjudication.signed", assignment)
    if done is not None:
        return done
    with refusals.recorded(lab, session, "adjudication.sign", "assignment", assignment):
        with lab.store.read(session.account) as snapshot:
            signable = _signable(snapshot, session, assignment, draft)
            kept, last = own_work.kept_draft(snapshot, session, assignment), snapshot.latest("event", by="seq")
            sealing = own_work.envelope(lab, snapshot, session, assignment, len(signable.clips))
        before = kept or Draft(assignment, viewing=saving.viewing_of(signable.clips, {}))
        after = _after(before, draft, signable.clips, (played, watched or {}), submit)
        if kept is None or not kept.says_as(after):
            _keep(lab, session, assignment, draft, ((played, watched or {}), version, submit))
        with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
            found = own_work.mine(transaction, session, assignment, ADJUDICATION)
            if last is None or transaction.next_head().prev != last["hash"]:
                after = _still(transaction, session, found, draft, (signable.clips, submit))
            return signing.write(transaction, signer, sealing, found, _complete(found, signable, after.viewing), submit)


@dataclass(frozen=True, slots=True)
class _Signable:
    """A case whose ``decisions`` can be signed now, with the clips it is about; ``made`` are they on the case as it was sealed."""

    record: CaseRecord
    charter: str
    made: CaseDraft
    decisions: tuple[Decision, ...]
    clips: tuple[Clip, ...]


def _still(snapshot: Snapshot, session: Session, of: Assignment, draft: CaseDraft, on: tuple[tuple[Clip, ...], str]) -> Draft:
    """What is kept, when something was recorded since this was found signable: it must be so still. Raises as ``sign`` does."""
    clips, submit = on
    if _signable(snapshot, session, of.id, draft).clips != clips:
        raise ClipsChangedError(of.id)
    kept = own_work.kept_draft(snapshot, session, of.id) or Draft(of.id)
    saving.require_kept(of, kept, _drafted(of.id, draft, kept.viewing, submit))
    return kept


def _signable(snapshot: Snapshot, session: Session, assignment: AssignmentId, draft: CaseDraft) -> _Signable:
    found = own_work.writable(snapshot, session, assignment, ADJUDICATION)
    record, case = _case(snapshot, session, found)
    clips = shown.clips_for(snapshot, found.exam, found.reading_type)
    made = _again(case, draft)
    decisions = made.complete(clips)
    if made.unconfirmed:
        raise ChecksUnconfirmedError(tuple(Firing(one.check, one.segment, one.message) for one in made.unconfirmed))
    exam = shown.exam_of(snapshot, found.exam)
    require_able(snapshot, found, exam)
    return _Signable(record, exam.charter_hash, made, decisions, clips)


def _again(case: Case, draft: CaseDraft) -> CaseDraft:
    """The decisions made anew on the case as it was sealed, so that what is taken is what A and B say. Raises DecisionRefusedError."""
    made = CaseDraft(case, note=draft.note, measurements=draft.measurements).replayed(draft.decisions.values())
    return replace(made, confirmed=draft.confirmed)


def _complete(of: Assignment, signable: _Signable, viewing: tuple[Viewing, ...]) -> Complete:
    charter, made = signable.charter, signable.made
    content = AdjudicationContent(
        charter=charter,
        exam=of.pseudonym,
        revision=1,
        decisions=signable.decisions,
        clips=tuple(clip.sha256 for clip in signable.clips),
        viewing=viewing,
        note=made.note,
        checks=made.confirmations,
        measurements=made.measurements,
    )
    row = partial(readings.adjudication_row, case=signable.record.id, charter_hash=charter)
    return Complete("adjudication", Meaning.ADJUDICATION, charter, content.to_json(), row)
