"""Step 6: every signature verifies with a key that was its person's at that place of the chain, and agrees with row, record and event."""

from collections.abc import Iterator, Mapping

from corelab.domain import audit
from corelab.domain.accounts import Meaning, role_of_meaning
from corelab.domain.audit import Fault
from corelab.storage.keys import is_signed_by
from corelab.storage.signed import document_of
from corelab.storage.verify.person_keys import PersonKeys
from corelab.storage.verify.source import Event, RawRow, Source

SIGNATURE = "signature"
_SIGNED_RECORDS: Mapping[str, Meaning] = {"reading": Meaning.READING, "adjudication": Meaning.ADJUDICATION}
_SIGNED_ACTS: Mapping[str, frozenset[Meaning]] = {
    "lock": frozenset({Meaning.LOCK_APPROVAL, Meaning.UNLOCK_APPROVAL}),
    "package": frozenset({Meaning.PACKAGE_APPROVAL}),
    "reading_invalidation": frozenset({Meaning.INVALIDATION}),
    "review": frozenset({Meaning.AUDIT_REVIEW}),
    "specification_approval": frozenset({Meaning.SPECIFICATION_APPROVAL}),
}


def signatures(source: Source) -> Iterator[Fault]:
    keys = PersonKeys(source)
    for row in source.rows("signature"):
        event = source.by_seq.get(row["event_seq"])
        if event is None:
            yield Fault(f"event {row['event_seq']}", f"{SIGNATURE}: a signature without event", SIGNATURE)
            continue
        for what in _disagreements(source, row, event, keys):
            yield event.fault(SIGNATURE, what)
    yield from _unsigned(source)
    yield from _unsigned_acts(source)


def _disagreements(source: Source, row: RawRow, event: Event, keys: PersonKeys) -> Iterator[str]:
    header = event.header
    if (row["account_id"], row["at"], row["tz"], row["prev_hash"]) != (header.actor, header.at, header.tz, header.prev):
        yield "person, time or place in the chain differ from the event"
    if row["content_digest"] != header.payload:
        yield "what was signed is not the payload of the event"
    if (row["record_type"], row["record_id"]) != (header.entity, header.id):
        yield "the signed record is not the one of the event"
    if row["meaning"] not in {meaning.value for meaning in Meaning} or role_of_meaning(Meaning(row["meaning"])).value != header.role:
        yield "its meaning does not belong to the role"
    if row["printed_name"] != keys.printed_name(row["account_id"], header.seq):
        yield "the printed name is not the person's"
    public = keys.valid(row["account_id"], row["key_id"], header.seq)
    if public is None:
        yield "the key was not the person's at that time"
    elif not is_signed_by(public, _document(source, row, event), row["signature"]):
        yield "does not verify"


def _document(source: Source, row: RawRow, event: Event) -> bytes:
    lab = source.lab or {"lab_id": "", "trial_id": ""}
    document = document_of(row, lab, event.header.seq)
    try:
        return document.signed_bytes
    except audit.NotCanonicalError:
        return b""


def _unsigned(source: Source) -> Iterator[Fault]:
    """A reading or adjudication without the signature of its author, or one whose signature says otherwise."""
    found = {(row["record_type"], row["record_id"]): row for row in source.rows("signature")}
    for table, meaning in _SIGNED_RECORDS.items():
        for record in source.rows(table):
            row = found.get((table, record["id"]))
            place = source.where(record["event_seq"])
            if row is None or row["meaning"] != meaning.value:
                yield Fault(place, f"{SIGNATURE}: {table} {record['id']} is not signed", SIGNATURE)
            elif any(row[name] != record[name] for name in ("revision", "charter_hash", "content_digest", "event_seq")):
                yield Fault(place, f"{SIGNATURE}: {table} {record['id']} is not what was signed", SIGNATURE)


def _unsigned_acts(source: Source) -> Iterator[Fault]:
    """What only a signature brings about stands in the event of that signature: the chain alone can be continued by anybody."""
    signed = {(row["event_seq"], row["meaning"]) for row in source.rows("signature")}
    for table, meanings in _SIGNED_ACTS.items():
        for row in source.rows(table):
            if not any((row["event_seq"], meaning.value) in signed for meaning in meanings):
                yield Fault(source.where(row["event_seq"]), f"{SIGNATURE}: a row of {table} that nobody signed", SIGNATURE)
