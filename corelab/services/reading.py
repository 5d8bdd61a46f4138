"""A reader's work: the next exam of their own order, opened, saved at every change, signed; sealed all the while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning
from corelab.domain.checks import CheckFault, Firing, firings, hard_faults, unconfirmed
from corelab.domain.clip import Clip
from corelab.domain.content import Draft, Json, ReadingContent, Viewing, answer_json
from corelab.domain.form import Form
from corelab.domain.measurement import Measurement
from corelab.domain.reading import Confirmed, Reading
from corelab.domain.reading_errors import (
    ChecksFailedError,
    ChecksUnconfirmedError,
    ClipsChangedError,
    FormChangedError,
    ReasonMissingError,
)
from corelab.domain.reasons import Change, ReopenCause, lasting_words
from corelab.domain.vocabulary import Answer, AssignmentId, Cell, Sha256
from corelab.domain.watching import Watched
from corelab.domain.worklist import WorkKind, Worklist, WorklistRow, WorkState
from corelab.services import accounts, offline, own_work, refusals, saving, shown, signing
from corelab.services.accounts import Session
from corelab.services.eligibility import require_able
from corelab.services.labs import OpenLab
from corelab.services.offline import Drawer
from corelab.services.own_work import Signed
from corelab.services.saving import Saved, Saving
from corelab.services.signing import Complete
from corelab.services.worklist import worklist
from corelab.storage import reading_life, readings
from corelab.storage.readings import PRIMARY, Assignment, SignedRecord
from corelab.storage.store import Snapshot

__all__ = [
    "OpenReading",
    "Saved",
    "Signed",
    "WorkKind",
    "WorkState",
    "Worklist",
    "WorklistRow",
    "faults",
    "open_reading",
    "save",
    "sign",
    "worklist",
]


@dataclass(frozen=True, slots=True)
class OpenReading:
    """A reading with the clips it is about. ``signed_at`` is set for one that can only be looked at.

    ``submit`` is the id of a signature that was begun and not confirmed: sign again with the same one.
    ``version`` is the version of the draft that is shown: the first save names it.
    ``reopened``: it was signed and given back; it is signed again with a reason.
    ``drawer`` is where it is kept while the server is away, and ``aside`` what was kept there and the server has not.
    """

    reading: Reading
    clips: tuple[Clip, ...]
    pseudonym: str
    signed_at: datetime | None = None
    submit: str | None = None
    version: int = 0
    reopened: ReopenCause | None = None
    drawer: Drawer | None = None
    aside: Draft | None = None


def open_reading(lab: OpenLab, session: Session, assignment: AssignmentId) -> OpenReading:
    """The reading in progress or the next one, as it was saved last; or an own signed one, to look at.

    Raises NotYoursError, NotNextError, ResealNeededError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.READ)
    with own_work.opening(lab, session, role, assignment, PRIMARY) as (transaction, found):
        signed = own_work.signed_record(transaction, found)
        if signed is None:
            return _with_drawer(lab, transaction, session, _in_progress(transaction, session, found))
        opened = _signed_one(transaction, session, found, signed)
        offline.lay_aside(*_drawer(lab, transaction, session, opened))
        return opened


def _with_drawer(lab: OpenLab, snapshot: Snapshot, session: Session, opened: OpenReading) -> OpenReading:
    drawer, aside = _drawer(lab, snapshot, session, opened)
    return replace(opened, drawer=drawer, aside=aside)


def _drawer(lab: OpenLab, snapshot: Snapshot, session: Session, opened: OpenReading) -> tuple[Drawer | None, Draft | None]:
    """Where it is kept while the server is away, and what is kept there that the server has not."""
    drawer = offline.drawer(lab, snapshot, session, opened.reading.assignment, len(opened.clips))
    return drawer, offline.found(drawer, session, draft_of(opened.reading, opened.clips))


def _in_progress(snapshot: Snapshot, session: Session, of: Assignment) -> OpenReading:
    clips = shown.clips_for(snapshot, of.exam, of.reading_type)
    draft = own_work.kept_draft(snapshot, session, of.id)
    restored = _restored(snapshot, session, of, clips, draft)
    back = reading_life.reopened(snapshot, session.account).get(of.id)
    cause = ReopenCause(back["cause"]) if back else None
    kept = (draft.submit, draft.version) if draft else (None, 0)
    return OpenReading(restored, clips, of.pseudonym, None, *kept, reopened=cause)


def resumed(opened: OpenReading) -> OpenReading:
    """With the answers that were kept on this machine, to be saved on top of what the server has."""
    if opened.aside is None:
        return opened
    reading = _as_kept(opened.reading.form, opened.clips, opened.aside)
    return replace(opened, reading=reading, submit=opened.aside.submit or opened.submit, aside=None)


def draft_of(reading: Reading, clips: Sequence[Clip], submit: str | None = None) -> Draft:
    """What would be kept of it."""
    return _drafted(reading, clips, submit)


def _restored(snapshot: Snapshot, session: Session, of: Assignment, clips: Sequence[Clip], draft: Draft | None) -> Reading:
    """As it was saved last; before the first save as it begins, or as it was signed before it was given back."""
    if draft is None:
        signed = next(reversed(readings.revisions(snapshot, of.id)), None)
        return _as_signed(snapshot, session, of, clips, signed) if signed else Reading.begun(of.id, _form(snapshot, of, clips))
    return _as_kept(_form(snapshot, of, clips), clips, draft)


def _as_kept(form: Form, clips: Sequence[Clip], draft: Draft) -> Reading:
    answers = MappingProxyType({answer.cell: answer for answer in draft.answers})
    played = MappingProxyType(saving.played_of(draft.viewing))
    known = (draft.note, played, draft.checks, draft.seconds, _on(clips, draft.measurements), _watched(draft.viewing))
    return Reading(AssignmentId(draft.assignment), form, answers, *known)


def _on(clips: Sequence[Clip], measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Those on clips that are here still: nobody could see the others, or delete them."""
    here = {clip.sha256 for clip in clips}
    return tuple(one for one in measurements if one.clip in here)


def _watched(viewing: Sequence[Viewing]) -> Mapping[Sha256, Watched]:
    return MappingProxyType(saving.watched_of(viewing))


def _form(snapshot: Snapshot, of: Assignment, clips: Sequence[Clip]) -> Form:
    return shown.form_of(snapshot, of.exam, of.reading_type, clips)


def _signed_one(snapshot: Snapshot, session: Session, of: Assignment, record: SignedRecord) -> OpenReading:
    clips = shown.clips_for(snapshot, of.exam, of.reading_type)
    return OpenReading(_as_signed(snapshot, session, of, clips, record), clips, of.pseudonym, signed_at=record.at)


def _as_signed(snapshot: Snapshot, session: Session, of: Assignment, clips: Sequence[Clip], record: SignedRecord) -> Reading:
    content = ReadingContent.from_json(own_work.opened(snapshot, session, record.seq))
    form = _form(snapshot, of, clips)
    asked = set(form.cells)
    answers = {**form.prefilled, **{answer.cell: answer for answer in content.answers if answer.cell in asked}}
    played = MappingProxyType(saving.played_of(content.viewing))
    known = (content.note, played, content.checks, content.seconds, content.measurements, _watched(content.viewing))
    return Reading(of.id, form, MappingProxyType(answers), *known)


# ---------------------------------------------------------------- save


def save(lab: OpenLab, session: Session, reading: Reading, changed: Cell | None = None, *, version: int = 0) -> Saved:
    """Keeps the reading as its draft, with one sealed event for each answer that differs from the draft before.

    ``changed`` is the cell the reader just touched: it is recorded even where the answer is the same again.
    ``version`` is that of the draft as it was opened or saved last here; 0: nothing was saved before.
    Raises NotYoursError, AlreadySignedError, NotNextError, DraftChangedError; then the draft stays as it was.
    """
    with refusals.recorded(lab, session, "reading.save", "assignment", reading.assignment):
        return _keep(lab, session, reading, (version, None), changed)


def _keep(lab: OpenLab, session: Session, reading: Reading, on: tuple[int, str | None], changed: Cell | None = None) -> Saved:
    version, submit = on
    role = accounts.permit(session, Command.READ)
    with lab.store.read(session.account) as snapshot:
        own = own_work.mine(snapshot, session, reading.assignment, PRIMARY)
        clips = shown.clips_for(snapshot, own.exam, own.reading_type)
        room = own_work.envelope(lab, snapshot, session, reading.assignment, len(clips))
    with lab.store.begin(session.actor(role)) as transaction:
        found = own_work.writable(transaction, session, reading.assignment, PRIMARY)
        kept = own_work.kept_draft(transaction, session, found.id) or _begun(transaction, session, found, clips)
        after = saving.follows(found, kept, _drafted(reading, clips, submit), version)
        return Saving(transaction, room, kept, after).run(_changes(kept, after, changed))


def _begun(snapshot: Snapshot, session: Session, of: Assignment, clips: Sequence[Clip]) -> Draft:
    return _drafted(_restored(snapshot, session, of, clips, None), clips, None)


def _drafted(reading: Reading, clips: Sequence[Clip], submit: str | None) -> Draft:
    answers = tuple(reading.answers[cell] for cell in reading.form.cells if cell in reading.answers)
    return Draft(
        reading.assignment,
        answers,
        viewing=saving.viewing_of(clips, reading.played, reading.watched),
        note=reading.note,
        submit=submit,
        checks=reading.confirmed,
        seconds=reading.seconds,
        measurements=reading.measurements,
    )


def _changes(before: Draft, after: Draft, touched: Cell | None) -> list[tuple[Json, Json | None, Json | None]]:
    old, new = ({answer.cell: answer for answer in draft.answers} for draft in (before, after))
    cells = [cell for cell in dict.fromkeys((*old, *new)) if old.get(cell) != new.get(cell) or cell == touched]
    return [({"item": cell.item, "segment": cell.segment}, _json(old.get(cell)), _json(new.get(cell))) for cell in cells]


def _json(answer: Answer | None) -> Json | None:
    return answer_json(answer) if answer else None


# ---------------------------------------------------------------- sign


def faults(lab: OpenLab, session: Session, reading: Reading, clips: Sequence[Clip]) -> tuple[CheckFault, ...]:  # noqa: ARG001 - the contract of all services
    """Everything that keeps this reading from being signed, all at once."""
    accounts.permit(session, Command.READ)
    return hard_faults(reading, clips)


def to_confirm(lab: OpenLab, session: Session, reading: Reading, clips: Sequence[Clip]) -> tuple[Firing, ...]:  # noqa: ARG001 - the contract of all services
    """Every soft check that fires and wants a reason before this reading is signed."""
    accounts.permit(session, Command.READ)
    return unconfirmed(reading, clips)


def sign(  # noqa: PLR0913 - what a signature takes
    lab: OpenLab,
    session: Session,
    reading: Reading,
    password: str,
    submit: str | None = None,
    *,
    version: int = 0,
    attended: bool = True,
    change: Change | None = None,
) -> Signed:
    """Signs the complete reading with the password just typed. With a ``submit`` id that was used before, answers what was signed then.

    What is signed is kept as the draft first, with the id; what was saved like that already is not written again: a draft that is there
    after a crash says by itself that nothing was signed. ``version`` as in ``save``. ``attended=False`` (nobody
    typed the password) is refused but in labs of kind demo. ``change`` is why a reading that was given back is signed again; a first
    entry has none. Raises ChecksFailedError (all faults), ChecksUnconfirmedError, SignInRefusedError, AlreadySignedError, NotYoursError,
    NotTrainedError, FormChangedError, ClipsChangedError, DraftChangedError, UnattendedError, SubmitConflictError, ClockBackwardError,
    ReasonMissingError, ReasonRefusedError.
    """
    own_work.require_attended(lab, attended=attended)
    role, submit = accounts.permit(session, Command.READ), submit or str(uuid4())
    done = own_work.signed_before(lab, session, role, submit, "reading.signed", reading.assignment)
    if done is not None:
        return done
    with refusals.recorded(lab, session, "reading.sign", "assignment", reading.assignment):
        with lab.store.read(session.account) as snapshot:
            clips = _signable(snapshot, session, reading)
            _require_reason(snapshot, reading.assignment, change)
            kept, seen = own_work.kept_draft(snapshot, session, reading.assignment), snapshot.latest("event", by="seq")
            sealing = own_work.envelope(lab, snapshot, session, reading.assignment, len(clips))
        if kept is None or not kept.says_as(_drafted(reading, clips, submit)):
            _keep(lab, session, reading, (version, submit))
        with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
            found = own_work.mine(transaction, session, reading.assignment, PRIMARY)
            if seen is None or transaction.next_head().prev != seen["hash"]:
                _require_still(transaction, session, reading, found, clips)
            return signing.write(transaction, signer, sealing, found, _complete(transaction, reading, found, clips, change), submit)


def _require_still(transaction: Snapshot, session: Session, reading: Reading, of: Assignment, clips: Sequence[Clip]) -> None:
    """Something was recorded since this was found signable and saved: it must be so still. Raises as ``sign`` does."""
    if _signable(transaction, session, reading) != clips:
        raise ClipsChangedError(reading.assignment)
    saving.require_kept(of, own_work.kept_draft(transaction, session, of.id), _drafted(reading, clips, None))


def _require_reason(snapshot: Snapshot, of: AssignmentId, change: Change | None) -> None:
    """Raises ReasonMissingError where a revision has no reason or a first entry has one, ReasonRefusedError where it says too little."""
    again = bool(readings.revisions(snapshot, of))
    if again != (change is not None):
        raise ReasonMissingError(of, asked=again)
    if change is not None:
        lasting_words(change.text)


def _signable(snapshot: Snapshot, session: Session, reading: Reading) -> tuple[Clip, ...]:
    """The clips of the exam, when this reader may sign this reading of them now."""
    found = own_work.writable(snapshot, session, reading.assignment, PRIMARY)
    clips = shown.clips_for(snapshot, found.exam, found.reading_type)
    if shown.form_of(snapshot, found.exam, found.reading_type, clips) != reading.form:
        raise FormChangedError(reading.assignment)
    found_faults = hard_faults(reading, clips)
    if found_faults:
        raise ChecksFailedError(found_faults)
    to_do = unconfirmed(reading, clips)
    if to_do:
        raise ChecksUnconfirmedError(to_do)
    require_able(snapshot, found, shown.exam_of(snapshot, found.exam))
    return clips


def _fired(reading: Reading, clips: Sequence[Clip]) -> tuple[Confirmed, ...]:
    """The checks that fire now, with the reasons they were confirmed for; a confirmation of what no longer fires is left out."""
    now = {(one.check, one.segment) for one in firings(reading, clips)}
    return tuple(one for one in reading.confirmed if (one.check, one.segment) in now)


def _complete(snapshot: Snapshot, reading: Reading, of: Assignment, clips: Sequence[Clip], change: Change | None) -> Complete:
    charter, before = shown.exam_of(snapshot, of.exam).charter_hash, next(reversed(readings.revisions(snapshot, of.id)), None)
    revision = before.revision + 1 if before else 1
    content = ReadingContent(
        charter=charter,
        exam=of.pseudonym,
        reading_type=of.reading_type,
        revision=revision,
        answers=reading.complete(),
        clips=tuple(clip.sha256 for clip in clips),
        viewing=saving.viewing_of(clips, reading.played, reading.watched),
        note=reading.note,
        change=change,
        checks=_fired(reading, clips),
        seconds=reading.seconds,
        measurements=reading.measurements,
    )
    row = partial(readings.reading_row, of=of.id, charter_hash=charter, before=before)
    cause = change.cause.value if change else None
    return Complete("reading", Meaning.READING, charter, content.to_json(), row, revision, cause)
