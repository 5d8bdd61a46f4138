"""Steps 3, 4 and 5: the chain of events, the payloads that they commit to, and the rows that they made."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from corelab.domain import audit
from corelab.domain.audit import Fault, NotCanonicalError
from corelab.domain.redaction import may_be_emptied
from corelab.storage.schema import REGULATED, SCHEMA, hashed_columns, later_columns
from corelab.storage.schema.columns import parsed
from corelab.storage.transaction import BACKWARD
from corelab.storage.verify.source import Event, RawCells, RawRow, Source

CHAIN, PAYLOAD, ROWS = "chain", "payload", "rows"


def chain(source: Source) -> Iterator[Fault]:
    """Numbers without gap, each event continuing the one before, each header hashing to its hash; time steps back only when said."""
    lab = source.lab
    if lab is None:
        yield Fault("lab", f"{CHAIN}: the lab has no row", CHAIN)
        return
    previous = source.before
    for event in source.events:
        next_seq = previous.header.seq + 1 if previous else source.after + 1
        if not (previous.header.schema if previous else 1) <= event.header.schema <= SCHEMA:
            yield event.fault(CHAIN, f"is of a version of the tables that could not be ({event.header.schema})")
        if event.header.seq != next_seq:
            yield event.fault(CHAIN, f"event {next_seq} is missing before it")
        yield from _link(event, previous, str(lab["lab_id"]))
        previous = event


def _link(event: Event, previous: Event | None, lab: str) -> Iterator[Fault]:
    try:
        expected = previous.hash if previous else audit.genesis(lab)
        if event.header.prev != expected:
            yield event.fault(CHAIN, "does not continue the event before it")
        if event.header.hash != event.hash:
            yield event.fault(CHAIN, "its header differs from its hash")
        if previous and event.header.at < previous.header.at and _is_backward(event, previous):
            yield event.fault(CHAIN, "its time is before that of the event before it")
    except ValueError as error:
        yield event.fault(CHAIN, f"its header cannot be read ({error})")


def _is_backward(event: Event, previous: Event) -> bool:
    return event.header.kind != "clock.backward" and parsed(event.header.at) < parsed(previous.header.at) - BACKWARD


# ---------------------------------------------------------------- payloads


def payloads(source: Source) -> Iterator[Fault]:
    """Clear and opened payloads hash to what their events say; envelopes and wrapped keys are the ones recorded."""
    wraps = {row["event_seq"] for row in source.rows("credential")}
    forms: dict[int, str] = {}
    for stored in source.numbered("event_payload"):
        forms[stored["seq"]] = stored["form"]
        event = source.by_seq.get(stored["seq"])
        if event is None:
            yield Fault(f"event {stored['seq']}", f"{PAYLOAD}: a payload without event", PAYLOAD)
        else:
            yield from _payload(source, event, stored, _form(event, wraps))
    for event in source.events:
        if event.header.seq not in forms:
            yield from _no_payload(event, _form(event, wraps))
    yield from _openings(source, forms)
    yield from _wraps(source)


def _form(event: Event, wraps: Collection[int]) -> str:
    """What a credential's event names is no envelope but wrapped keys."""
    return "sealed" if event.header.sealed is not None and event.header.seq not in wraps else "clear"


def _no_payload(event: Event, form: str) -> Iterator[Fault]:
    if event.header.payload is not None:
        yield event.fault(PAYLOAD, "has no payload")
    elif form == "sealed":
        yield event.fault(PAYLOAD, "names an envelope that it does not have")


def _payload(source: Source, event: Event, stored: RawRow, form: str) -> Iterator[Fault]:
    if event.header.payload is None:
        yield event.fault(PAYLOAD, "has a payload that it does not name")
    elif stored["form"] != form:
        yield event.fault(PAYLOAD, "is sealed or clear against its event")
    elif stored["body"] is None or stored["redaction_seq"] is not None:
        yield from _redaction(source, event, stored)
    elif form == "clear" and audit.payload_digest(stored["body"]) != event.header.payload:
        yield event.fault(PAYLOAD, "differs from its digest")
    elif form == "sealed" and hashlib.sha256(stored["body"]).hexdigest() != event.header.sealed:
        yield event.fault(PAYLOAD, "its envelope is not the one recorded")


def _redaction(source: Source, event: Event, stored: RawRow) -> Iterator[Fault]:
    """Emptied by an event of its own, that names it, and the second person."""
    cause = source.by_seq.get(stored["redaction_seq"])
    if stored["body"] is not None or cause is None or not _names(cause, event.header.seq):
        yield event.fault(PAYLOAD, "was emptied without a redaction on record")
        return
    if not may_be_emptied(event.header.kind):
        yield event.fault(PAYLOAD, "was redacted, and has to stay")
    told = _clear_payload(source, cause)
    asked = source.by_seq.get(told.get("requested", 0))
    if asked is None or not _asks(asked, cause) or asked.header.actor != told.get("second"):
        yield event.fault(PAYLOAD, "was redacted without a second person")


def _asks(asked: Event, cause: Event) -> bool:
    """Whether another person asked before for what this redaction did."""
    before, same = asked.header.seq < cause.header.seq, (asked.header.entity, asked.header.id) == (cause.header.entity, cause.header.id)
    return asked.header.kind == "redaction.requested" and before and same and asked.header.actor not in {None, cause.header.actor}


def _names(cause: Event, seq: int) -> bool:
    return (cause.header.kind, cause.header.entity, cause.header.id) == ("payload.redacted", "event", str(seq))


def _clear_payload(source: Source, event: Event) -> dict[str, Any]:
    body = source.clear_body(event.header.seq)
    try:
        return audit.payload_of(body) if body else {}
    except ValueError:
        return {}


def _openings(source: Source, forms: Mapping[int, str]) -> Iterator[Fault]:
    for opening in source.numbered("opening"):
        event = source.by_seq.get(opening["seq"])
        if event is None or forms.get(opening["seq"]) != "sealed":
            yield Fault(source.where(opening["seq"]), f"{PAYLOAD}: is opened but was not sealed", PAYLOAD)
        elif opening["body"] is None or opening["redaction_seq"] is not None:
            yield from _redaction(source, event, opening)
        elif audit.payload_digest(opening["body"]) != event.header.payload:
            yield event.fault(PAYLOAD, "its published opening is not what was signed")


def _wraps(source: Source) -> Iterator[Fault]:
    newest: dict[str, int] = {}
    for row in source.rows("credential"):
        newest[row["account_id"]] = max(row["n"], newest.get(row["account_id"], 0))
    for row in source.rows("credential"):
        event = source.by_seq.get(row["event_seq"])
        if row["wrapped_sign"] is None or row["wrapped_box"] is None:
            if row["wrapped_sign"] is not row["wrapped_box"] or newest[row["account_id"]] == row["n"]:
                yield Fault(source.where(row["event_seq"]), f"{PAYLOAD}: wrapped keys are gone", PAYLOAD)
        elif event is None or hashlib.sha256(row["wrapped_sign"] + row["wrapped_box"]).hexdigest() != event.header.sealed:
            yield Fault(source.where(row["event_seq"]), f"{PAYLOAD}: wrapped keys are not the ones recorded", PAYLOAD)


# ---------------------------------------------------------------- rows


def rows(source: Source) -> Iterator[Fault]:
    """Every column of every regulated row is what its event recorded; no row is missing, none was added."""
    digests: defaultdict[object, list[str]] = defaultdict(list)
    schemas: Mapping[object, int] = {event.header.seq: event.header.schema for event in source.events}
    for table in REGULATED:
        names = hashed_columns(table)
        place, digest, older = names.index("event_seq"), audit.row_digester(table, names), _older(table)
        for cells in source.cells(table, names):
            seq = cells[place]
            try:
                digests[seq].append(_digest(table, names, cells, schemas[seq]) if schemas.get(seq) in older else digest(cells))
            except NotCanonicalError:
                yield Fault(source.where(seq), f"{ROWS}: a row of {table} holds what was never written", ROWS)
    for event in source.events:
        if audit.rows_digest(digests.pop(event.header.seq, ())) != event.header.rows:
            yield event.fault(ROWS, "its rows are not the ones recorded")
    for seq in digests:
        yield Fault(f"event {seq}", f"{ROWS}: rows without event", ROWS)


def _older(table: str) -> frozenset[int]:
    """The versions at which this table had other columns than now."""
    return frozenset(version for version in range(1, SCHEMA) if hashed_columns(table, version) != hashed_columns(table))


def _digest(table: str, names: tuple[str, ...], cells: RawCells, schema: int) -> str:
    """The digest of a row by the columns that there were at its event; what came later holds its default. Raises NotCanonicalError."""
    covered = hashed_columns(table, schema)
    row = dict(zip(names, cells, strict=True))
    if not covered or any(row[name] != default for name, default in later_columns(table, schema).items()):
        raise NotCanonicalError(row)
    return audit.row_digester(table, covered)([row[name] for name in covered])
