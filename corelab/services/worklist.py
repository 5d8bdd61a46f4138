"""What one person can open now, and has signed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from corelab.domain.accounts import Command, Role
from corelab.domain.charter import ChoiceItem
from corelab.domain.clip import Clip
from corelab.domain.record_errors import ResealNeededError
from corelab.domain.vocabulary import Cell, ItemId, SegmentId
from corelab.domain.worklist import WorkKind, Worklist, WorklistRow, WorkState
from corelab.services import accounts, own_work, shown
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, effective_charter
from corelab.storage import readings
from corelab.storage.readings import ADJUDICATION, PRIMARY, Assignment, SignedRecord
from corelab.storage.store import Snapshot

_KINDS = {PRIMARY: WorkKind.READING, ADJUDICATION: WorkKind.ADJUDICATION}
_OPENED = {PRIMARY: "reading.opened", ADJUDICATION: "adjudication.opened"}


def worklist(lab: OpenLab, session: Session) -> Worklist:
    """The next reading and the next case of this person, then what they signed, latest first."""
    accounts.permit(session, Command.WORKLIST)
    with lab.store.read() as snapshot:
        open_rows = [_open_row(snapshot, session, one) for one in _next_ones(snapshot, session)]
        signed = [row for _, row in sorted(_signed_rows(snapshot, session), key=lambda pair: pair[0], reverse=True)]
    return Worklist((*open_rows, *signed))


def _next_ones(snapshot: Snapshot, session: Session) -> Iterator[Assignment]:
    if Role.ADJUDICATOR in session.roles:
        yield from list(own_work.unsigned(snapshot, session, ADJUDICATION))[:1]
    if Role.READER in session.roles:
        yield from list(own_work.unsigned(snapshot, session, PRIMARY))[:1]


def _open_row(snapshot: Snapshot, session: Session, of: Assignment) -> WorklistRow:
    opened = snapshot.events(kind=_OPENED[of.kind], entity="assignment", id=of.id)
    clips = shown.clips_of(snapshot, of.exam)
    state = WorkState.IN_PROGRESS if opened else WorkState.NEXT
    try:
        draft, asked = own_work.kept_draft(snapshot, session, of.id), _asked(snapshot, session, of, clips)
    except ResealNeededError:
        return WorklistRow(of.id, of.pseudonym, _KINDS[of.kind], state, len(clips), 0, 0, sealed=True)
    done = () if draft is None else (*(one.cell for one in draft.answers), *(one.cell for one in draft.decisions))
    return WorklistRow(of.id, of.pseudonym, _KINDS[of.kind], state, len(clips), len(asked.intersection(done)), len(asked))


def _asked(snapshot: Snapshot, session: Session, of: Assignment, clips: Sequence[Clip]) -> frozenset[Cell]:
    """What is to be answered or decided, without what a default fills."""
    if of.kind == ADJUDICATION:
        case = next(iter(readings.cases(snapshot, assignment_id=of.id)))
        disputed = own_work.opened(snapshot, session, case.seq)["disputed"]
        return frozenset(Cell(SegmentId(segment), ItemId(item)) for segment, item in disputed)
    form = shown.form_of(snapshot, of.exam, of.reading_type, clips)
    return frozenset(form.cells) - frozenset(form.prefilled)


def _signed_rows(snapshot: Snapshot, session: Session) -> Iterator[tuple[int, WorklistRow]]:
    """(place in the chain, row) of everything this person signed."""
    items = effective_charter(snapshot).items
    defaults = {item.id for item in items if isinstance(item, ChoiceItem) and item.default is not None}
    for one in readings.assignments(snapshot, account_id=session.account):
        record = own_work.signed_record(snapshot, one)
        if record is not None:
            yield record.seq, _signed_row(snapshot, session, (one, record), defaults)


def _signed_row(snapshot: Snapshot, session: Session, signed: tuple[Assignment, SignedRecord], defaults: Collection[str]) -> WorklistRow:
    of, record = signed
    try:
        content = own_work.opened(snapshot, session, record.seq)
    except ResealNeededError:
        clips = len(shown.clips_of(snapshot, of.exam))
        return WorklistRow(of.id, of.pseudonym, _KINDS[of.kind], WorkState.SIGNED, clips, 0, 0, record.at, sealed=True)
    clips, asked = len(content["clips"]), _answered(content, defaults)
    return WorklistRow(of.id, of.pseudonym, _KINDS[of.kind], WorkState.SIGNED, clips, asked, asked, record.at)


def _answered(content: Mapping[str, Any], defaults: Collection[str]) -> int:
    """How many questions a signed record answers, without what a default fills, what is not asked and what was not imaged."""
    if "decisions" in content:
        return len(content["decisions"])
    return sum(grade["item"] not in defaults and grade.get("missing") not in {"NA", "NI"} for grade in content["grades"])
