"""Where readings and cases stand, told from what is recorded: assignments, ends, signatures, reopenings, invalidations, comparisons."""

from collections.abc import Mapping

from corelab.domain.reading_states import CaseState, ReadingState
from corelab.domain.vocabulary import AccountId, AssignmentId
from corelab.storage import readings
from corelab.storage.by_type import is_finished
from corelab.storage.readings import CaseRecord
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow


def reading_state(snapshot: Snapshot, of: str) -> ReadingState:
    """The state of the reading under a primary assignment."""
    latest = snapshot.latest("reading", by="revision", assignment_id=of)
    if latest is not None and snapshot.one("reading_invalidation", reading_id=latest["id"]):
        return ReadingState.INVALIDATED
    if snapshot.one("assignment_end", assignment_id=of) is not None:
        return ReadingState.WITHDRAWN
    back = snapshot.one("reading_reopening", reading_id=latest["id"]) if latest else None
    if latest is None or back is not None:
        begun = _opened_since(snapshot, "reading.opened", of, back["event_seq"] if back else 0)
        return ReadingState.IN_PROGRESS if begun else ReadingState.ASSIGNED
    return ReadingState.RELEASED if is_compared(snapshot, latest["id"]) else ReadingState.SIGNED


def _opened_since(snapshot: Snapshot, kind: str, of: str, seq: int) -> bool:
    return bool(snapshot.events(kind=kind, entity="assignment", id=of, after=seq))


def is_compared(snapshot: Snapshot, reading: str) -> bool:
    """Whether a comparison was made with this reading, or it was released alone, valid still or not."""
    if any(snapshot.one("comparison", **{column: reading}) for column in ("reading_1", "reading_2")):
        return True
    return snapshot.one("single_release", reading_id=reading) is not None


def case_state(snapshot: Snapshot, case: CaseRecord) -> CaseState:
    if snapshot.one("assignment_end", assignment_id=case.assignment) is not None:
        return CaseState.WITHDRAWN
    if readings.signed_adjudication(snapshot, case) is not None:
        return CaseState.FINISHED if is_finished(snapshot, case.id) else CaseState.DECIDED
    begun = _opened_since(snapshot, "adjudication.opened", case.assignment, 0)
    return CaseState.IN_PROGRESS if begun else CaseState.OPEN


def reopened(snapshot: Snapshot, account: AccountId) -> Mapping[AssignmentId, Row]:
    """The open assignments of a reader that were given back and are not signed again, each with its reopening."""
    found = {}
    for back in snapshot.all("reading_reopening"):
        reading = snapshot.one("reading", id=back["reading_id"]) or {}
        of = readings.assignment(snapshot, reading.get("assignment_id", ""))
        latest = snapshot.latest("reading", by="revision", assignment_id=of.id) if of else None
        if of is not None and latest is not None and of.account == account and latest["id"] == back["reading_id"]:
            found[of.id] = back
    return found


def begun(snapshot: Snapshot, of: AssignmentId, since: int = 0) -> bool:
    """Whether the reader has opened it after this event."""
    return _opened_since(snapshot, "reading.opened", of, since)


# ---------------------------------------------------------------- rows


def reopening_row(reading: str, cause: str) -> NewRow:
    return NewRow("reading_reopening", {"reading_id": reading, "cause": cause})


def invalidation_row(reading: str, cause: str) -> NewRow:
    return NewRow("reading_invalidation", {"reading_id": reading, "cause": cause})


def end_row(of: AssignmentId, cause: str) -> NewRow:
    return NewRow("assignment_end", {"assignment_id": of, "cause": cause})
