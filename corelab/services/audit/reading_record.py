"""One signed reading with all that belongs to it: every revision, its signatures, and its own trail with old and new values."""

from collections.abc import Mapping, Sequence

from corelab.domain.accounts import Command
from corelab.domain.charter import Charter
from corelab.domain.checkpoint import short_form
from corelab.domain.content import ReadingContent, grade_json
from corelab.domain.trail import GradeFacts, HistoryLine, ReadingRecord, RevisionFacts
from corelab.domain.vocabulary import Answer, Cell, ItemId, SegmentId
from corelab.services import accounts, shown
from corelab.services.accounts import Session
from corelab.services.audit import values
from corelab.services.audit.reading_the_trail import facts_of, signature_facts
from corelab.services.labs import OpenLab, charter_of
from corelab.storage import audit_queries as queries
from corelab.storage.store import Row, Snapshot

_LEAST_PREFIX = 6


class NoSuchReadingError(LookupError):
    """Nothing, or more than one reading, has an id that begins so."""


class ReadingSealedError(Exception):
    """The reading is not released: nobody may hold a copy of its grades."""


def record(lab: OpenLab, session: Session, reading: str) -> ReadingRecord:
    """A released reading by its id, or the beginning of it (6 characters or more).

    Only those who read the trail have it, and only after the release: a copy of grades on paper is outside the seal, also its author's.
    Raises NotPermittedError, NoSuchReadingError, ReadingSealedError.
    """
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        found = _found(snapshot, reading)
        if not queries.has_opening(snapshot, found["event_seq"]):
            raise ReadingSealedError
        return _record(lab, snapshot, found)


def released(lab: OpenLab, session: Session, case: str = "") -> tuple[tuple[str, str, str, str], ...]:
    """The readings that can be printed: id, subject, visit, reader; of one exam or subject where ``case`` names it."""
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        return tuple(
            (row["id"], *_named(snapshot, row["assignment_id"]))
            for row in snapshot.all("reading")
            if queries.has_opening(snapshot, row["event_seq"]) and (not case or case in _named(snapshot, row["assignment_id"]))
        )


def _named(snapshot: Snapshot, assignment: str) -> tuple[str, str, str]:
    found = snapshot.all("assignment", id=assignment)[0]
    exam = shown.exam_of(snapshot, found["exam_id"])
    person = snapshot.latest("account_revision", account_id=found["account_id"]) or {}
    return exam.subject, exam.visit, person["printed_name"]


def _found(snapshot: Snapshot, reading: str) -> Row:
    exact = snapshot.one("reading", id=reading)
    if exact is not None:
        return exact
    begins = [row for row in snapshot.all("reading") if len(reading) >= _LEAST_PREFIX and row["id"].startswith(reading)]
    if len(begins) != 1:
        raise NoSuchReadingError(reading)
    return begins[0]


def _record(lab: OpenLab, snapshot: Snapshot, of: Row) -> ReadingRecord:
    assignment = snapshot.all("assignment", id=of["assignment_id"])[0]
    subject, visit, reader = _named(snapshot, assignment["id"])
    charter = charter_of(snapshot, of["charter_hash"])
    revisions = tuple(sorted(snapshot.all("reading", assignment_id=assignment["id"]), key=lambda row: row["revision"]))
    trail = _trail(snapshot, assignment["id"], revisions)
    head = snapshot.latest("event", by="seq") or {}
    return ReadingRecord(
        trial=lab.trial_id,
        kind=lab.kind.value,
        subject=subject,
        visit=visit,
        pseudonym=assignment["pseudonym"],
        reader=reader,
        charter=f"{charter.id} {charter.version}",
        charter_hash=charter.hash,
        revisions=tuple(_revision(snapshot, row, _entries(trail)) for row in revisions),
        trail=trail,
        checkpoint=short_form(head["seq"], head["hash"]),
    )


def _trail(snapshot: Snapshot, assignment: str, revisions: Sequence[Row]) -> tuple[HistoryLine, ...]:
    """Every event about the assignment or a revision of its reading, in order."""
    events = [*snapshot.events(entity="assignment", id=assignment)]
    for row in revisions:
        events += snapshot.events(entity="reading", id=row["id"])
    facts = (facts_of(snapshot, row) for row in sorted(events, key=lambda row: row["seq"]))
    return tuple(HistoryLine(one.line, one.changes) for one in facts)


def _entries(trail: Sequence[HistoryLine]) -> Mapping[Cell, Sequence[tuple[int, str]]]:
    """What was answered to each question, one after another: event number and words."""
    found: dict[Cell, list[tuple[int, str]]] = {}
    for line in trail:
        for change in (one for one in line.changes if one.field == values.ANSWER):
            _assignment, segment, item = change.of.key
            said = found.setdefault(Cell(SegmentId(segment), ItemId(item)), [])
            words = change.new or "Cleared"
            if not said or said[-1][1] != words:
                said.append((line.line.seq, words))
    return found


# ---------------------------------------------------------------- one revision


def _revision(snapshot: Snapshot, row: Row, entries: Mapping[Cell, Sequence[tuple[int, str]]]) -> RevisionFacts:
    signature = snapshot.all("signature", record_type="reading", record_id=row["id"])[0]
    content = values.content_of(row["event_seq"], queries.payload_rows(snapshot, (row["event_seq"],))[row["event_seq"]])
    read = ReadingContent.from_json(content) if content else None
    charter = charter_of(snapshot, row["charter_hash"])
    return RevisionFacts(
        id=row["id"],
        revision=row["revision"],
        seq=row["event_seq"],
        content_digest=row["content_digest"],
        signature=signature_facts(signature),
        grades=tuple(_grade(charter, one, row, entries.get(one.cell, ())) for one in read.answers) if read else None,
        note=read.note if read else "",
        ended=_ended(snapshot, row),
    )


def _grade(charter: Charter, answer: Answer, row: Row, entries: Sequence[tuple[int, str]]) -> GradeFacts:
    words = values.grade_words(charter, answer.cell.item, grade_json(answer.grade)) or ""
    before = tuple(said for seq, said in entries if seq < row["event_seq"])
    frames = [(one.frame_a, one.frame_b) for one in answer.evidence]
    told = [f"frame {a + 1}" if b is None else f"frames {a + 1} and {b + 1}" for a, b in frames]
    return GradeFacts(
        segment=answer.cell.segment,
        item=answer.cell.item,
        question=values.question_words(charter, answer.cell.segment, answer.cell.item),
        code=answer.grade.code,
        words=words,
        reason=answer.grade.reason,
        frames=", ".join(told),
        earlier=before[:-1] if before[-1:] == (words,) else before,
    )


def _ended(snapshot: Snapshot, row: Row) -> str:
    """``invalidated``, ``superseded``, or nothing: it counts."""
    if snapshot.one("reading_invalidation", reading_id=row["id"]):
        return "invalidated"
    last = snapshot.latest("reading", by="revision", assignment_id=row["assignment_id"]) or row
    return "superseded" if last["revision"] > row["revision"] else ""
