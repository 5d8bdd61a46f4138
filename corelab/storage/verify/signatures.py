"""Step 6: every signature verifies with a key that was its person's at that place of the chain, and agrees with row, record and event."""

from collections.abc import Iterator, Mapping

from corelab.domain import audit
from corelab.domain.accounts import Meaning, role_of_meaning
from corelab.domain.audit import Fault
from corelab.storage.keys import is_signed_by
from corelab.storage.signed import document_of
from corelab.storage.verify.source import Event, RawRow, Source

SIGNATURE = "signature"
_SIGNED_RECORDS: Mapping[str, Meaning] = {"reading": Meaning.READING, "adjudication": Meaning.ADJUDICATION}


def signatures(source: Source) -> Iterator[Fault]:
    keys = _Keys(source)
    for row in source.rows("signature"):
        event = source.by_seq.get(row["event_seq"])
        if event is None:
            yield Fault(f"event {row['event_seq']}", f"{SIGNATURE}: a signature without event", SIGNATURE)
            continue
        for what in _disagreements(source, row, event, keys):
            yield event.fault(SIGNATURE, what)
    yield from _unsigned(source)


def _disagreements(source: Source, row: RawRow, event: Event, keys: "_Keys") -> Iterator[str]:
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


class _Keys:
    """Who had which signing key and which printed name at which number of the chain."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def valid(self, account: str, key_id: str, seq: int) -> bytes | None:
        """The public key of this id, if the person had it then: from its credential until a reset or other keys."""
        own = sorted((row for row in self._source.rows("credential") if row["account_id"] == account), key=lambda row: row["n"])
        before = [row for row in own if row["event_seq"] < seq]
        if not before or audit.key_id(before[-1]["sign_pub"]) != key_id:
            return None
        invited = [row["event_seq"] for row in self._source.rows("invitation") if row["account_id"] == account]
        if any(before[-1]["event_seq"] < reset < seq for reset in invited):
            return None
        return bytes(before[-1]["sign_pub"])

    def printed_name(self, account: str, seq: int) -> str | None:
        own = (row for row in self._source.rows("account_revision") if row["account_id"] == account and row["event_seq"] < seq)
        latest = max(own, key=lambda row: row["n"], default=None)
        return latest["printed_name"] if latest else None


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
