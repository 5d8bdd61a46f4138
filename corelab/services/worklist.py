"""What one person can open now, and has signed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from corelab.domain.accounts import Command, Role
from corelab.domain.allocation import Shut
from corelab.domain.asking import Standing, settle
from corelab.domain.charter import ChoiceItem
from corelab.domain.clip import Clip
from corelab.domain.content import Draft
from corelab.domain.reasons import ReopenCause
from corelab.domain.record_errors import ResealNeededError
from corelab.domain.vocabulary import AssignmentId, Cell, ItemId, SegmentId
from corelab.domain.worklist import WorkKind, Worklist, WorklistRow, WorkState
from corelab.services import accounts, own_work, shown
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, effective_charter
from corelab.storage import own_assignments, reading_life, readings
from corelab.storage.readings import ADJUDICATION, PRIMARY, Assignment, SignedRecord
from corelab.storage.store import Snapshot


def worklist(lab: OpenLab, session: Session) -> Worklist:
    """The next reading and the next case of this person, then what they signed, latest first."""
    accounts.permit(session, Command.WORKLIST)
    with lab.store.read(session.account) as snapshot:
        open_rows, shut = _waiting(lab, snapshot, session)
        signed = [row for _, row in sorted(_signed_rows(snapshot, session), key=lambda pair: pair[0], reverse=True)]
    return Worklist((*open_rows, *signed), shut)


def offered(lab: OpenLab, session: Session) -> tuple[tuple[AssignmentId, WorkKind], ...]:
    """What this person can open now, without a look into it: for who only goes on to the next."""
    accounts.permit(session, Command.WORKLIST)
    with lab.store.read(session.account) as snapshot:
        return tuple((one.id, own_work.KINDS[one.kind]) for one in _offered(lab, snapshot, session)[0])


def _waiting(lab: OpenLab, snapshot: Snapshot, session: Session) -> tuple[tuple[WorklistRow, ...], Shut | None]:
    found, shut = _offered(lab, snapshot, session)
    return tuple(_open_row(snapshot, session, one) for one in found), shut


def _offered(lab: OpenLab, snapshot: Snapshot, session: Session) -> tuple[tuple[Assignment, ...], Shut | None]:
    """A reading whose day has not come is not shown: only when it comes is."""
    cases = own_work.offered(snapshot, session, ADJUDICATION) if Role.ADJUDICATOR in session.roles else ()
    readings_ = own_work.offered(snapshot, session, PRIMARY) if Role.READER in session.roles else ()
    shut = own_work.shut(lab, snapshot, readings_)
    return (*cases, *(readings_ if shut is None else ())), shut


def _open_row(snapshot: Snapshot, session: Session, of: Assignment) -> WorklistRow:
    back = reading_life.reopened(snapshot, session.account).get(of.id)
    clips, opened = shown.clips_of(snapshot, of.exam), _opened(snapshot, of, back["event_seq"] if back else 0)
    state = WorkState.IN_PROGRESS if opened else WorkState.NEXT
    row = WorklistRow(
        of.id, of.pseudonym, own_work.KINDS[of.kind], state, len(clips), 0, 0, reopened=ReopenCause(back["cause"]) if back else None
    )
    try:
        draft = own_work.kept_draft(snapshot, session, of.id)
        asked = _asked(snapshot, session, of, clips, draft)
    except ResealNeededError:
        return replace(row, sealed=True)
    done = () if draft is None else (*(one.cell for one in draft.answers), *(one.cell for one in draft.decisions))
    answered = asked if draft is None and back else asked.intersection(done)
    return replace(row, answered=len(answered), asked=len(asked))


def _opened(snapshot: Snapshot, of: Assignment, since: int) -> bool:
    return bool(snapshot.events(kind=own_work.OPENED[own_work.KINDS[of.kind]], entity="assignment", id=of.id, after=since))


def _asked(snapshot: Snapshot, session: Session, of: Assignment, clips: Sequence[Clip], draft: Draft | None) -> frozenset[Cell]:
    """What must be answered or decided after the answers so far, without what a default fills."""
    if of.kind == ADJUDICATION:
        case = next(iter(readings.cases(snapshot, assignment_id=of.id)))
        disputed = own_work.opened(snapshot, session, case.seq)["disputed"]
        return frozenset(Cell(SegmentId(segment), ItemId(item)) for segment, item in disputed)
    form = shown.form_of(snapshot, of.exam, of.reading_type, clips)
    given = {one.cell: one.grade for one in (form.prefilled.values() if draft is None else draft.answers)}
    required = (cell for cell, stands in settle(form, given).standing.items() if stands is Standing.REQUIRED)
    return frozenset(required) - frozenset(form.prefilled)


def _signed_rows(snapshot: Snapshot, session: Session) -> Iterator[tuple[int, WorklistRow]]:
    """(place in the chain, row) of everything this person signed."""
    items = effective_charter(snapshot).items
    defaults = {item.id for item in items if isinstance(item, ChoiceItem) and item.default is not None}
    ever = own_assignments.first_signed(snapshot, session.account)
    for one in readings.all_assignments(snapshot, account_id=session.account):
        if one.kind != ADJUDICATION and one.id not in ever:
            continue
        record = own_work.signed_record(snapshot, one)
        if record is not None:
            yield record.seq, _signed_row(snapshot, session, (one, record), defaults)


def _signed_row(snapshot: Snapshot, session: Session, signed: tuple[Assignment, SignedRecord], defaults: Collection[str]) -> WorklistRow:
    of, record = signed
    try:
        content = own_work.opened(snapshot, session, record.seq)
    except ResealNeededError:
        clips = len(shown.clips_of(snapshot, of.exam))
        return WorklistRow(of.id, of.pseudonym, own_work.KINDS[of.kind], WorkState.SIGNED, clips, 0, 0, record.at, sealed=True)
    clips, asked = len(content["clips"]), _answered(content, defaults)
    return WorklistRow(of.id, of.pseudonym, own_work.KINDS[of.kind], WorkState.SIGNED, clips, asked, asked, record.at)


def _answered(content: Mapping[str, Any], defaults: Collection[str]) -> int:
    """How many questions a signed record answers, without what a default fills, what is not asked and what was not imaged."""
    if "decisions" in content:
        return len(content["decisions"])
    return sum(grade["item"] not in defaults and grade.get("missing") not in {"NA", "NI"} for grade in content["grades"])
