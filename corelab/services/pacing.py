"""When a reader may begin the next exam: batches with days between them, and so many exams in one day of reading."""

from corelab.domain.allocation import Mode, Shut, door, place_of
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.vocabulary import LabKind
from corelab.services.dealing.places import limits_of
from corelab.services.labs import OpenLab, effective_charter
from corelab.storage import own_assignments, readings, registry
from corelab.storage.readings import ADJUDICATION, Assignment
from corelab.storage.store import Snapshot


def type_of(snapshot: Snapshot, of: Assignment) -> ReadingType:
    """The rules in force for this type of reading; a type that was ever dealt never leaves the charter."""
    return effective_charter(snapshot).reading_type(of.reading_type)


def together(snapshot: Snapshot, of: Assignment) -> bool:
    """Whether the visits of a subject are read together by this type."""
    return of.kind != ADJUDICATION and Mode(type_of(snapshot, of).order).together


def shown_together(snapshot: Snapshot, first: Assignment, own: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """Of a person's unsigned work what is open now: the first one, and the visits that are read together with it."""
    if not together(snapshot, first):
        return (first,)
    return tuple(one for one in own if one == first or _one_group(snapshot, first, one))


def _one_group(snapshot: Snapshot, first: Assignment, other: Assignment) -> bool:
    return (first.kind, first.reading_type) == (other.kind, other.reading_type) and _subject(snapshot, first) == _subject(snapshot, other)


def _subject(snapshot: Snapshot, of: Assignment) -> str | None:
    found = registry.exam(snapshot, of.exam)
    return found.subject if found else None


def shut(lab: OpenLab, snapshot: Snapshot, of: Assignment) -> Shut | None:
    """Why this exam is not begun now, and when it may be. A lab of kind demo passes months in minutes: its doors stand open."""
    if lab.kind is LabKind.DEMO or of.kind == ADJUDICATION:
        return None
    kind, signed = type_of(snapshot, of), own_assignments.first_signed(snapshot, of.account)
    own = readings.all_assignments(snapshot, account_id=of.account)
    batches = {one.id: place_of(one.order_key)[0] for one in own if one.kind != ADJUDICATION and one.reading_type == of.reading_type}
    former = max((batch for batch in batches.values() if 0 < batch < batches[of.id]), default=0)
    before = [signed[one] for one, batch in batches.items() if batch == former and one in signed]
    return door(limits_of(kind), lab.clock.now(), before=before, signed=signed.values())
