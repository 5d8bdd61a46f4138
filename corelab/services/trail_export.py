"""The audit trail as files that are read without this program, and checked by a script that comes with them."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corelab.domain import audit
from corelab.domain.accounts import Command
from corelab.domain.clock import stamp
from corelab.export.manifest import PackageFile, entries_of, half_made, write_file, write_sums
from corelab.export.writers import json_bytes
from corelab.resources import resource
from corelab.services.labs import OpenLab
from corelab.services.session import Session, permit
from corelab.services.witness import unsigned
from corelab.storage.signed import document_of
from corelab.storage.snapshot import Row, Snapshot

VERIFIER = "verify_standalone.py"
CHECKPOINT = "checkpoint.txt"

# What of the trail goes to analysts in clear: the life of records and results. Who people are, machines, deliveries, clips and subjects
# stay in the lab; of their events the header stands there, with the digest of what is held back.
_FOR_ANALYSTS = (
    "adjudication.", "answer.", "batch.", "case.", "charter.", "checkpoint.", "exam.", "lab.", "lock.", "note.", "package.",
    "payload.redacted", "reading.", "result.", "sealed.opened", "specification.", "unlock.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedTrail:
    """The folder, how many events are in it, and the hash of the last."""

    folder: Path
    events: int
    head: str


def export_trail(lab: OpenLab, session: Session, folder: Path) -> ExportedTrail:
    """The whole trail in a new folder, each payload that is not sealed in clear; that it was exported is its last event.

    Raises NotPermittedError, PackageExistsError for a folder that is there, OSError; then no folder is there.
    """
    role = permit(session, Command.AUDIT)
    if lab.store.writable:
        with lab.store.begin(session.actor(role)) as transaction:
            transaction.record("trail.exported", "lab", lab.lab_id)
    with half_made(folder) as made, lab.store.read(session.account) as snapshot:
        head = unsigned(snapshot, lab)
        write_trail(snapshot, head.seq, made)
        write_file(made, PackageFile(CHECKPOINT, head.text.encode()))
        write_sums(made, entries_of(made, {}))
    return ExportedTrail(folder, head.seq, head.head)


def write_trail(snapshot: Snapshot, last: int, folder: Path, *, for_analysts: bool = False) -> Mapping[str, int]:
    """The trail up to event ``last`` below ``folder``: the same bytes whenever it is written. Returns the number of lines by file.

    No seal is opened for it. ``for_analysts`` holds back what they have no use for: who people are, machines, deliveries, clips.
    """
    trail, lab = _Trail(snapshot, last, for_analysts=for_analysts), snapshot.all("lab")[0]
    keys = {"format": 1, "keys": list(trail.keys()), "lab": lab["lab_id"], "trial": lab["trial_id"]}
    write_file(folder, PackageFile("keys.json", json_bytes(keys)))
    write_file(folder, PackageFile(VERIFIER, resource(VERIFIER).read_bytes()))
    records = {"events.jsonl": trail.events(), "openings.jsonl": trail.openings(), "signatures.jsonl": trail.signatures()}
    return {name: _write_lines(folder / name, own) for name, own in records.items()}


def _write_lines(file: Path, records: Iterator[Mapping[str, Any]]) -> int:
    count = 0
    with file.open("xb") as opened:
        for record in records:
            opened.write(audit.canonical(record) + b"\n")
            count += 1
    return count


@dataclass(frozen=True, slots=True)
class _Trail:
    snapshot: Snapshot
    last: int
    for_analysts: bool

    def events(self) -> Iterator[Mapping[str, Any]]:
        """Each header with its hash."""
        lab = self._lab()["lab_id"]
        for row in self._events():
            yield {**row, "at": stamp(row["at"]), "lab": lab, "v": 1}

    def openings(self) -> Iterator[Mapping[str, Any]]:
        """One line for each event with a payload: what it says, or why it is not told here."""
        for event in self._events():
            if event["payload"] is not None:
                seq = event["seq"]
                # One at a time: all payloads of a trial at once would fill the memory.
                opened = next((row for row in self.snapshot.all("opening", seq=seq) if row["event_seq"] <= self.last), None)
                yield {"seq": seq, **self._told(str(event["kind"]), self.snapshot.one("event_payload", seq=seq), opened)}

    def _told(self, kind: str, stored: Row | None, opened: Row | None) -> Mapping[str, Any]:
        if stored is None:
            raise LookupError(kind)
        source = opened or stored
        if source["redaction_seq"] is not None:
            return {"form": "redacted", "by": source["redaction_seq"]}
        if opened is None and stored["form"] == "sealed":
            return {"form": "sealed"}
        if self.for_analysts and not kind.startswith(_FOR_ANALYSTS):
            return {"form": "held back"}
        body = bytes(source["body"])
        return {"form": "opened" if opened else "clear", "salt": body[: audit.SALT_BYTES].hex(), "payload": audit.payload_of(body)}

    def signatures(self) -> Iterator[Mapping[str, Any]]:
        """What each signature is over, in full, and the signature."""
        lab = self._lab()
        for row in self._until("signature"):
            signature = base64.b64encode(row["signature"]).decode("ascii")
            yield {"document": asdict(document_of(row, lab, row["event_seq"])), "id": row["id"], "signature": signature}

    def keys(self) -> Iterator[Mapping[str, Any]]:
        """Each public key with its person and the events between which it was theirs: after ``from``, up to ``until``."""
        resets = tuple(row for row in self._until("account_revision") if row["status"] == "invited")
        credentials = self._until("credential")
        for row in credentials:
            later = [one["event_seq"] for one in (*credentials, *resets) if one["account_id"] == row["account_id"]]
            until = min((seq for seq in later if seq > row["event_seq"]), default=None)
            yield {"account": row["account_id"], "from": row["event_seq"], "public": bytes(row["sign_pub"]).hex(), "until": until}

    def _lab(self) -> Row:
        return self.snapshot.all("lab")[0]

    def _events(self) -> tuple[Row, ...]:
        return tuple(row for row in self.snapshot.events() if row["seq"] <= self.last)

    def _until(self, table: str) -> tuple[Row, ...]:
        return tuple(row for row in self.snapshot.all(table) if row["event_seq"] <= self.last)
