"""What an auditor asks of the trail, as queries: events by filter and page, the versions of a value, who was called what then."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, literal, or_, select, union

from corelab.domain.vocabulary import AccountId, ExamId
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot

VERSIONED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "account_revision": (("account_id",), ("printed_name", "status", "roles", "email")),
        "clip_label": (("clip_id",), ("segment", "side", "view", "mode")),
        "clip_qc": (("clip_id",), ("grade", "reasons")),
        "exam_status": (("exam_id",), ("state", "not_imaged")),
        "lock": (("scope",), ("state",)),
        "mask_template": (("id",), ("manufacturer", "model", "software", "rows", "columns", "boxes", "state")),
        "query_message": (("query_id",), ("state", "due")),
        "setting": (("name",), ("value",)),
        "subject_attribute": (("subject_id", "attribute", "segment"), ("value",)),
        "workstation": (("id",), ("host", "os", "enrolled", "display_check")),
    }
)
"""Tables that keep every version of a value, by number ``n``: what names the record, and what may change."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events: all that is left empty asks nothing. ``exams``: those about these exams, their clips, readings and cases.

    ``changes``: those that changed a value which stood before. Times include both ends.
    """

    exams: frozenset[ExamId] | None = None
    actor: AccountId | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: frozenset[str] | None = None
    seqs: frozenset[int] | None = None
    changes: bool = False


def page(snapshot: Snapshot, wanted: EventFilter, *, before: int | None, limit: int) -> tuple[Row, ...]:
    """At most ``limit`` events below number ``before``, the newest first."""
    event = TABLES["event"]
    statement = select(event).where(_asked(wanted)).order_by(event.columns.seq.desc()).limit(limit)
    return snapshot.query(statement if before is None else statement.where(event.columns.seq < before))


def count(snapshot: Snapshot, wanted: EventFilter) -> int:
    """How many events the filter leaves."""
    return int(snapshot.query(select(func.count().label("n")).select_from(TABLES["event"]).where(_asked(wanted)))[0]["n"])


def _asked(wanted: EventFilter) -> ColumnElement[bool]:
    event = TABLES["event"].columns
    parts: list[ColumnElement[bool]] = []
    if wanted.exams is not None:
        parts.append(event.id.in_(_about(wanted.exams)))
    if wanted.actor is not None:
        parts.append(event.actor == wanted.actor)
    if wanted.since is not None:
        parts.append(event.at >= wanted.since)
    if wanted.until is not None:
        parts.append(event.at <= wanted.until)
    if wanted.kinds is not None:
        parts.append(event.kind.in_(sorted(wanted.kinds)))
    if wanted.seqs is not None:
        parts.append(event.seq.in_(sorted(wanted.seqs)))
    if wanted.changes:
        parts.append(_changes())
    return and_(literal(True), *parts)  # noqa: FBT003 - SQL's own


def _changes() -> ColumnElement[bool]:
    """An answer or note that was changed, or a row of a versioned table that is not its first; not the states that exams go through."""
    event = TABLES["event"].columns
    kept = (TABLES[name].columns for name in sorted(VERSIONED.keys() - {"exam_status"}))
    later = [select(table.event_seq).where(table.n > 1) for table in kept]
    revised = [select(TABLES[name].columns.event_seq).where(TABLES[name].columns.revision > 1) for name in ("reading", "adjudication")]
    return or_(event.kind.in_(CHANGING), event.seq.in_(union(*later, *revised)))


CHANGING = ("answer.changed", "measurement.changed", "note.changed", "exam.not_imaged")


def _about(exams: Collection[ExamId]) -> CompoundSelect[Any]:
    """The ids of everything that belongs to these exams."""
    mine = sorted(exams)
    tables = {name: TABLES[name].columns for name in _OF_EXAM}
    of_exam = [select(columns.id).where(columns.exam_id.in_(mine)) for columns in tables.values()]
    assigned = select(TABLES["assignment"].columns.id).where(TABLES["assignment"].columns.exam_id.in_(mine))
    compared = select(TABLES["comparison"].columns.id).where(TABLES["comparison"].columns.exam_id.in_(mine))
    case = select(TABLES["adj_case"].columns.id).where(TABLES["adj_case"].columns.comparison_id.in_(compared))
    exam = TABLES["exam"].columns
    return union(
        *of_exam,
        select(exam.id).where(exam.id.in_(mine)),
        select(exam.subject_id).where(exam.id.in_(mine)),
        select(TABLES["reading"].columns.id).where(TABLES["reading"].columns.assignment_id.in_(assigned)),
        case,
        select(TABLES["adjudication"].columns.id).where(TABLES["adjudication"].columns.case_id.in_(case)),
    )


_OF_EXAM = ("assignment", "intake_object", "comparison", "query", "alert", "unblinding", "deviation")


# ---------------------------------------------------------------- who and what


def names_then(snapshot: Snapshot, events: Iterable[Row]) -> dict[int, str]:
    """The printed name that the actor of each event had when it was written, by event number."""
    rows = tuple(events)
    accounts = {row["actor"] for row in rows if row["actor"]}
    revision = TABLES["account_revision"].columns
    statement = select(revision.account_id, revision.event_seq, revision.printed_name).where(revision.account_id.in_(sorted(accounts)))
    known: dict[str, list[tuple[int, str]]] = {}
    for row in snapshot.query(statement.order_by(revision.n)):
        known.setdefault(row["account_id"], []).append((row["event_seq"], row["printed_name"]))
    return {row["seq"]: _name_at(known[row["actor"]], row["seq"]) for row in rows if row["actor"] in known}


def _name_at(revisions: list[tuple[int, str]], seq: int) -> str:
    return next((name for since, name in reversed(revisions) if since < seq), revisions[0][1])


def rows_of(snapshot: Snapshot, table: str, column: str, values: Iterable[str]) -> tuple[Row, ...]:
    """The rows of ``table`` whose ``column`` holds any of these."""
    found: list[Row] = []
    wanted = sorted(set(values))
    columns = TABLES[table].columns
    for begin in range(0, len(wanted), _AT_ONCE):
        found += snapshot.query(select(TABLES[table]).where(columns[column].in_(wanted[begin : begin + _AT_ONCE])))
    return tuple(found)


_AT_ONCE = 500


def hosts(snapshot: Snapshot) -> dict[str, str]:
    """The latest host name of each workstation."""
    return {row["id"]: row["host"] for row in sorted(snapshot.all("workstation"), key=lambda row: row["n"])}


# ---------------------------------------------------------------- values and payloads


@dataclass(frozen=True, slots=True)
class Version:
    """One row of a versioned table and the one before it (None: the first)."""

    table: str
    row: Row
    before: Row | None

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(str(self.row[name]) for name in VERSIONED[self.table][0])


def versions_at(snapshot: Snapshot, seq: int) -> tuple[Version, ...]:
    """What the event of this number changed in versioned tables."""
    found = ((table, row) for table in VERSIONED for row in snapshot.all(table, event_seq=seq))
    return tuple(Version(table, row, _before(snapshot, table, row)) for table, row in found)


def _before(snapshot: Snapshot, table: str, row: Row) -> Row | None:
    return snapshot.one(table, **{name: row[name] for name in VERSIONED[table][0]}, n=row["n"] - 1)


def versions_of(snapshot: Snapshot, table: str, key: tuple[str, ...]) -> tuple[Version, ...]:
    """Every version of one record, the oldest first."""
    rows = sorted(snapshot.all(table, **dict(zip(VERSIONED[table][0], key, strict=True))), key=lambda row: row["n"])
    return tuple(Version(table, row, before) for row, before in zip(rows, (None, *rows), strict=False))


def payload_rows(snapshot: Snapshot, seqs: Collection[int]) -> dict[int, Row]:
    """Of each event: ``form``, ``body`` of its payload, ``opened`` (the body of its opening), ``payload`` (digest), ``redacted``."""
    event, stored, opening = TABLES["event"].columns, TABLES["event_payload"].columns, TABLES["opening"].columns
    parts = (event.seq, event.payload, stored.form, stored.body, opening.body.label("opened"))
    redacted = func.coalesce(opening.redaction_seq, stored.redaction_seq).label("redacted")
    found: dict[int, Row] = {}
    wanted = sorted(seqs)
    for begin in range(0, len(wanted), _AT_ONCE):
        statement: Select[Any] = (
            select(*parts, redacted)
            .join_from(TABLES["event"], TABLES["event_payload"], stored.seq == event.seq)
            .outerjoin(TABLES["opening"], opening.seq == event.seq)
            .where(event.seq.in_(wanted[begin : begin + _AT_ONCE]))
        )
        found |= {row["seq"]: row for row in snapshot.query(statement)}
    return found


def opened_before_release(snapshot: Snapshot, opened: Mapping[int, tuple[bool, Collection[ExamId]]]) -> frozenset[int]:
    """Of openings of sealed records, those by which somebody saw an exam that was not released then.

    ``opened``: event number -> (whether it was for a batch of release and compare, the exams). A batch that released the exam before
    the next opening was its release; an opening that names no exam is never known to be of released ones only.
    """
    status = TABLES["exam_status"].columns
    rows = snapshot.query(select(status.exam_id, status.event_seq, status.state).where(status.state.in_(["released", "final"])))
    order = sorted(opened)
    ends = dict(zip(order, [*order[1:], None], strict=True))
    early = set()
    for seq, (batch, exams) in opened.items():
        end = ends[seq]
        done = {row["exam_id"] for row in rows if row["state"] == "final" and row["event_seq"] < seq}
        if batch:
            done |= {row["exam_id"] for row in rows if seq < row["event_seq"] and (end is None or row["event_seq"] < end)}
        if not exams or not done.issuperset(exams):
            early.add(seq)
    return frozenset(early)


def kinds_in(snapshot: Snapshot) -> frozenset[str]:
    """The kinds of event that this lab holds."""
    return frozenset(row["kind"] for row in snapshot.query(select(TABLES["event"].columns.kind).distinct()))


def has_opening(snapshot: Snapshot, seq: int) -> bool:
    """Whether a release published what the event sealed."""
    found = snapshot.one("opening", seq=seq)
    return found is not None and found["body"] is not None
