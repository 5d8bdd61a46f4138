"""Where each reading type of an exam stands: compared (or released, where one person reads) by readings that are valid, or not yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corelab.domain.vocabulary import ExamId, ExamState, ReadingTypeId
from corelab.storage import readings
from corelab.storage.readings import CaseRecord
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow


@dataclass(frozen=True, slots=True)
class Standing:
    """What was last made of a reading type's valid readings. ``comparison`` or ``single`` is its row; ``case`` None: nothing to decide.

    ``finished``: every cell of the type has a result.
    """

    readings: tuple[str, ...]
    comparison: Row | None
    single: Row | None
    case: CaseRecord | None
    finished: bool


def standing(snapshot: Snapshot, exam: ExamId) -> Mapping[ReadingTypeId, Standing]:
    """Of the types with a comparison or a release that no invalidation took back."""
    gone = {row["reading_id"] for row in snapshot.all("reading_invalidation")}
    found: dict[ReadingTypeId, Standing] = {}
    for row in snapshot.all("comparison", exam_id=exam):
        if not gone & {row["reading_1"], row["reading_2"]}:
            case = next(iter(readings.cases(snapshot, comparison_id=row["id"])), None)
            done = case is None or is_finished(snapshot, case.id)
            found[type_of(snapshot, row["reading_1"])] = Standing((row["reading_1"], row["reading_2"]), row, None, case, done)
    for row in snapshot.all("single_release", exam_id=exam):
        if row["reading_id"] not in gone:
            found[type_of(snapshot, row["reading_id"])] = Standing((row["reading_id"],), None, row, None, finished=True)
    return found


def type_of(snapshot: Snapshot, reading: str) -> ReadingTypeId:
    """The type of a signed reading. Raises LookupError."""
    of = snapshot.one("assignment", id=readings.reading_of(snapshot, reading).assignment)
    if of is None:
        raise LookupError(reading)
    return ReadingTypeId(of["reading_type"])


def is_finished(snapshot: Snapshot, case: str) -> bool:
    """Whether the results of a decided case are written."""
    return bool(snapshot.events(kind="case.finished", entity="case", id=case))


def state_rows(snapshot: Snapshot, exam: ExamId, due: Iterable[str], now: ReadingTypeId, *, finished: bool) -> tuple[NewRow, ...]:
    """The states that an exam comes to when ``now``, one of the types that are ``due``, is compared, or is ``finished`` with it.

    Released when all types are compared, final when every cell has a result.
    """
    stood, types = standing(snapshot, exam), set(map(ReadingTypeId, due))
    compared = types <= {*stood, now}
    final = compared and finished and all(stood[one].finished for one in types - {now})
    last = snapshot.latest("exam_status", exam_id=exam)
    released = last is not None and last["state"] == ExamState.RELEASED.value
    states = [*([ExamState.RELEASED] if compared and not released else []), *([ExamState.FINAL] if final else [])]
    return tuple(readings.state_row(snapshot, exam, state, after=place) for place, state in enumerate(states))
