"""Queries for sending: letters for each site as a PDF, or a table as CSV; that they were printed is an event."""

from collections.abc import Sequence
from datetime import timedelta, timezone
from pathlib import Path

from corelab.domain.accounts import Command
from corelab.domain.queries import PENDING, Query, QueryFilter
from corelab.export.writers import csv_bytes
from corelab.services.accounts import Session, permit
from corelab.services.copies import hand_out
from corelab.services.labs import OpenLab
from corelab.services.queries.reading import all_queries
from corelab.storage import registry
from corelab.storage.snapshot import Snapshot

_HEADER = ("query", "number", "site", "kind", "state", "subject", "visit", "object", "sha256", "due", "text", "words")


def print_queries(lab: OpenLab, session: Session, out: Path, wanted: QueryFilter = PENDING) -> int:
    """Writes those that the filter leaves, as a table where ``out`` ends in .csv, else as letters; answers how many.

    Raises OSError (FileExistsError for a file that is there); then nothing was written.
    """
    role, now = permit(session, Command.QUERIES), lab.clock.now()
    with lab.store.read(session.account) as snapshot:
        found = tuple(one for one in all_queries(snapshot) if wanted.leaves(one, now))
        files = _files(snapshot, found)
    if out.suffix.lower() == ".csv":
        content = csv_bytes(_HEADER, (_cells(one, files.get(one.id, "")) for one in found))
    else:
        from corelab.export.query_pdf import QueryPrint, query_pdf  # noqa: PLC0415 - fonts: the start of the program stays short

        content = query_pdf(QueryPrint(lab.trial_id, lab.kind.value, _printed(lab, session), found, files))
    payload = {"queries": [one.number for one in found]}
    hand_out(lab, session, role, out, content, ("queries.printed", "lab", lab.lab_id, payload))
    return len(found)


def _files(snapshot: Snapshot, found: Sequence[Query]) -> dict[str, str]:
    """The digest of the file that each is about: a site finds its own file by it, and nobody else learns anything."""
    digests = ((one.id, registry.objects(snapshot, id=one.clip)) for one in found if one.clip)
    return {query: objects[0].sha256 for query, objects in digests if objects}


def _cells(one: Query, digest: str) -> tuple[str, ...]:
    words = " ".join(message.words for message in one.messages if message.words)
    due = f"{one.due:%Y-%m-%d}" if one.due else ""
    where = (one.subject or "", one.visit or "", str(one.object or ""), digest)
    return (one.name, str(one.number), one.site or "", one.kind.value, one.state.value, *where, due, one.text or "", words)


def _printed(lab: OpenLab, session: Session) -> str:
    at = lab.clock.now().astimezone(timezone(timedelta(minutes=lab.clock.offset_minutes())))
    return f"{at:%Y-%m-%d %H:%M} ({at.tzname()}) by {session.printed_name}"
