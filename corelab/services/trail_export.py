"""The audit trail as files that are read without this program, and checked by a script that comes with them."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corelab.domain import audit
from corelab.domain.accounts import Command
from corelab.domain.checkpoint import Checkpoint
from corelab.domain.clock import stamp
from corelab.export.manifest import PackageFile, sums_file, write_package
from corelab.export.writers import json_bytes
from corelab.resources import resource
from corelab.services.labs import OpenLab
from corelab.services.session import Session, permit
from corelab.services.witness import unsigned
from corelab.storage.signed import document_of
from corelab.storage.snapshot import Row, Snapshot

VERIFIER = "verify_standalone.py"

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
    with lab.store.read() as snapshot:
        head = unsigned(snapshot, lab)
        files = write_trail(snapshot, head)
    write_package(folder, (*files, sums_file(files)), lambda _folder: None)
    return ExportedTrail(folder, head.seq, head.head)


def write_trail(snapshot: Snapshot, checkpoint: Checkpoint, *, for_analysts: bool = False) -> tuple[PackageFile, ...]:
    """The trail up to the event of ``checkpoint``: the same bytes whenever it is written.

    No seal is opened for it. ``for_analysts`` holds back what they have no use for: who people are, machines, deliveries, clips.
    """
    trail = _Trail(snapshot, checkpoint.seq, for_analysts=for_analysts)
    return (
        _lines("events.jsonl", trail.events()),
        _lines("openings.jsonl", trail.openings()),
        _lines("signatures.jsonl", trail.signatures()),
        PackageFile("keys.json", json_bytes({"format": 1, "keys": list(trail.keys()), "lab": checkpoint.lab, "trial": checkpoint.trial})),
        PackageFile("checkpoint.txt", checkpoint.text.encode()),
        PackageFile(VERIFIER, resource(VERIFIER).read_bytes()),
    )


def _lines(name: str, records: Iterator[Mapping[str, Any]]) -> PackageFile:
    lines = [audit.canonical(record) + b"\n" for record in records]
    return PackageFile(name, b"".join(lines), len(lines))


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
        stored = {row["seq"]: row for row in self.snapshot.all("event_payload")}
        opened = {row["seq"]: row for row in self.snapshot.all("opening") if row["event_seq"] <= self.last}
        for event in self._events():
            if event["payload"] is not None:
                seq = event["seq"]
                yield {"seq": seq, **self._told(str(event["kind"]), stored[seq], opened.get(seq))}

    def _told(self, kind: str, stored: Row, opened: Row | None) -> Mapping[str, Any]:
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
        resets = self._until("invitation")
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
