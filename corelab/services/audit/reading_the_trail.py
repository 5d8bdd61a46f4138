"""The trail for those who may read it: lines by filter and page, everything about one event, the history of one value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corelab.domain.accounts import Command
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.domain.trail import (
    Change,
    EventFacts,
    HistoryLine,
    SignatureFacts,
    TrailFilter,
    TrailLine,
    TrailPage,
    ValueOf,
    Visibility,
)
from corelab.domain.vocabulary import AccountId, ExamId
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.audit import naming, values
from corelab.services.labs import OpenLab
from corelab.storage import audit_queries as queries
from corelab.storage import people
from corelab.storage.audit_queries import EventFilter
from corelab.storage.store import Row, Snapshot

PAGE = 200


def page(lab: OpenLab, session: Session, wanted: TrailFilter | None = None, *, before: int | None = None, limit: int = PAGE) -> TrailPage:
    """Lines of the trail, the newest first, those below event ``before``. A filter that names nobody and nothing finds nothing.

    Raises NotPermittedError.
    """
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        asked = resolved(snapshot, wanted or TrailFilter())
        rows = queries.page(snapshot, asked, before=before, limit=limit + 1)
        return TrailPage(lines_of(snapshot, rows[:limit]), queries.count(snapshot, asked), len(rows) > limit)


def trail(lab: OpenLab, session: Session, wanted: TrailFilter | None = None) -> tuple[TrailLine, ...]:
    """All lines that the filter leaves, in their order. Raises NotPermittedError."""
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        asked = resolved(snapshot, wanted or TrailFilter())
        return tuple(reversed([line for rows in _pages(snapshot, asked) for line in lines_of(snapshot, rows)]))


def _pages(snapshot: Snapshot, asked: EventFilter) -> Iterator[tuple[Row, ...]]:
    before = None
    while rows := queries.page(snapshot, asked, before=before, limit=_AT_ONCE):
        yield rows
        before = rows[-1]["seq"]


_AT_ONCE = 2000


# ---------------------------------------------------------------- filters


def resolved(snapshot: Snapshot, wanted: TrailFilter) -> EventFilter:
    """The filter in ids."""
    return EventFilter(
        exams=naming.exams_named(snapshot, wanted.case) if wanted.case else None,
        actor=_account(snapshot, wanted.person) if wanted.person else None,
        since=wanted.since,
        until=wanted.until,
        kinds=_kinds(snapshot, wanted.kinds) if wanted.kinds else None,
        seqs=_early(snapshot) if wanted.before_release else None,
        changes=wanted.changes,
    )


def _account(snapshot: Snapshot, person: str) -> AccountId:
    """By user name or printed name; an account of nobody where there is none."""
    known = people.person_named(snapshot, person)
    if known is None:
        known = next((one for one in people.all_people(snapshot) if one.printed_name.casefold() == person.casefold()), None)
    return known.account if known else AccountId("nobody")


def _kinds(snapshot: Snapshot, asked: Sequence[str]) -> frozenset[str]:
    """Kinds by their names or first parts; a kind that only an earlier version wrote is found too."""
    known = KIND_COMMANDS.keys() | queries.kinds_in(snapshot)
    return frozenset(kind for kind in known if any(kind == one or kind.startswith(f"{one}.") for one in asked))


def _early(snapshot: Snapshot) -> frozenset[int]:
    events = snapshot.events(kind="sealed.opened")
    payloads = queries.payload_rows(snapshot, [row["seq"] for row in events])
    opened = {}
    for row in events:
        exams = values.content_of(row["seq"], payloads.get(row["seq"])).get("exams", ())
        opened[row["seq"]] = row["entity"] == "release_batch", tuple(ExamId(one) for one in exams)
    return queries.opened_before_release(snapshot, opened)


# ---------------------------------------------------------------- lines


def lines_of(snapshot: Snapshot, events: Iterable[Row]) -> tuple[TrailLine, ...]:
    """Events with names for ids and the words that may be read of them; looked up together, not one by one."""
    rows = tuple(events)
    payloads = queries.payload_rows(snapshot, [row["seq"] for row in rows if row["payload"] is not None])
    names, records, hosts = queries.names_then(snapshot, rows), naming.records_of(snapshot, rows), queries.hosts(snapshot)
    return tuple(
        TrailLine(
            seq=row["seq"],
            at=row["at"],
            tz=row["tz"],
            kind=row["kind"],
            record=records[row["seq"]],
            account=row["actor"],
            person=names.get(row["seq"], ""),
            role=row["role"],
            workstation=hosts.get(row["workstation"], row["workstation"] or ""),
            app=row["app"],
            session=row["session"],
            clock=row["clock"],
            visibility=values.visibility_of(payloads.get(row["seq"])),
            reason_code=row["reason"],
            reason_text=_reason(row["seq"], payloads.get(row["seq"])),
            hash=row["hash"],
        )
        for row in rows
    )


def _reason(seq: int, payload: Row | None) -> str:
    if payload is None or b'"reason' not in (payload["opened"] or payload["body"] or b""):
        return ""
    return str(values.content_of(seq, payload).get("reason_text") or "")


# ---------------------------------------------------------------- one event


def event(lab: OpenLab, session: Session, seq: int) -> EventFacts:
    """Everything about one event that may be read without a key. Raises NotPermittedError, LookupError."""
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        row = snapshot.one("event", seq=seq)
        if row is None:
            raise LookupError(seq)
        return facts_of(snapshot, row)


def facts_of(snapshot: Snapshot, row: Row) -> EventFacts:
    (line,) = lines_of(snapshot, (row,))
    content = values.content_of(row["seq"], queries.payload_rows(snapshot, (row["seq"],)).get(row["seq"]))
    signed = tuple(signature_facts(one) for one in snapshot.all("signature", event_seq=row["seq"]))
    changes = values.changes_at(snapshot, row, content)
    return EventFacts(line, changes, signed, () if changes else _facts(content))


Changes = Mapping[int, tuple[Change, ...]]
"""Changes by event number."""


def changes_of(lab: OpenLab, session: Session, lines: Iterable[TrailLine]) -> Changes:
    """Old and new values of these events, as far as they may be read. Raises NotPermittedError."""
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        wanted = [line.seq for line in lines]
        payloads = queries.payload_rows(snapshot, wanted)
        rows = (snapshot.one("event", seq=seq) for seq in wanted)
        contents = ((row, values.content_of(row["seq"], payloads.get(row["seq"]))) for row in rows if row is not None)
        return {row["seq"]: values.changes_at(snapshot, row, content) for row, content in contents}


def signature_facts(row: Row) -> SignatureFacts:
    return SignatureFacts(row["printed_name"], row["at"], row["tz"], row["meaning"], row["record_type"], row["revision"], row["key_id"])


def _facts(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What else stands in the content, for values short enough to be read in a line."""
    shown = ((name, value) for name, value in sorted(content.items()) if name != "reason_text" and value is not None)
    return tuple((name, _told(value)) for name, value in shown)


def _told(value: object) -> str:
    match value:
        case list() | tuple() if all(isinstance(one, str | int) for one in value) and len(value) <= _SHORT_LIST:
            return ", ".join(str(one) for one in value)
        case list() | tuple() | dict():
            return f"{len(value)} entries"
        case _:
            return str(value)


_SHORT_LIST = 12


# ---------------------------------------------------------------- one value


def history(lab: OpenLab, session: Session, of: ValueOf) -> tuple[HistoryLine, ...]:
    """Every version of a value, the oldest first: old, new, who, when, why. What is sealed still stands there without its content.

    Raises NotPermittedError.
    """
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        found = dict(_versions(snapshot, of))
        rows = (snapshot.one("event", seq=seq) for seq in sorted(found))
        lines = lines_of(snapshot, (row for row in rows if row is not None))
        return tuple(HistoryLine(line, found[line.seq]) for line in lines)


def _versions(snapshot: Snapshot, of: ValueOf) -> Iterator[tuple[int, tuple[Change, ...]]]:
    if of.table not in {values.ANSWER, values.MEASUREMENT, values.NOTE}:
        for version in queries.versions_of(snapshot, of.table, of.key):
            yield version.row["event_seq"], tuple(values.changes_in(version))
        return
    events = snapshot.events(kind=f"{of.table}.changed", entity="assignment", id=of.key[0])
    yield from ((seq, ()) for seq in _reopenings(snapshot, of.key[0]))
    payloads = queries.payload_rows(snapshot, [row["seq"] for row in events])
    for row in events:
        content = values.content_of(row["seq"], payloads.get(row["seq"]))
        changes = tuple(one for one in values.changes_at(snapshot, row, content) if one.of == of)
        if changes or values.visibility_of(payloads.get(row["seq"])) is Visibility.SEALED:
            yield row["seq"], changes


def _reopenings(snapshot: Snapshot, assignment: str) -> Iterator[int]:
    """What allowed a change after a signature, with its reason."""
    for reading in snapshot.all("reading", assignment_id=assignment):
        yield from (row["seq"] for row in snapshot.events(kind="reading.reopened", entity="reading", id=reading["id"]))
