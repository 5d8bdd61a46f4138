"""The coordinator's approval of a package: over every file, recorded once, and carried by the manifest."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import corelab
from corelab.domain.accounts import Meaning
from corelab.domain.audit import key_id
from corelab.export.manifest import PackageFile, entries_of, files_digest, seal, write_file
from corelab.export.parts import libraries
from corelab.export.tables import SPECIFICATION
from corelab.services import checkpoints
from corelab.services.packages.errors import ExportedMeanwhileError
from corelab.services.packages.kept import Packed, keep
from corelab.services.packages.plan import Plan
from corelab.storage.keys import Opening, Signer, make_opening
from corelab.storage.minisign import MinisignKey
from corelab.storage.signed import document_of
from corelab.storage.snapshot import Row
from corelab.storage.transaction import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class Approval:
    """Signs what stands in ``folder`` by ``plan``: the person with ``signer``, the lab with its package key. ``held`` is kept of it."""

    plan: Plan
    folder: Path
    signer: Signer
    sealing: MinisignKey
    held: Packed | None

    def give(self, transaction: Transaction, rows: Mapping[str, int]) -> int:
        """Adds checkpoint, manifest, signature and sums; records the package unless it was made before. Returns the number of files.

        Raises ExportedMeanwhileError, OSError; then nothing is recorded.
        """
        self._require_last(transaction)
        at = self.plan.cutoff
        checkpoint = checkpoints.signed_row(transaction, self.signer, (at.seq, at.head))
        write_file(self.folder, PackageFile("audit/checkpoint.txt", checkpoint.text.encode()))
        entries = entries_of(self.folder, rows)
        if self.plan.again is not None:
            self._seal(entries, _recorded(transaction, self.plan.again))
        else:
            self._record(transaction, entries)
        return len(entries) + 3

    def _require_last(self, transaction: Transaction) -> None:
        last = transaction.latest("package")
        if last is not None and (self.plan.last is None or last["id"] != self.plan.last["id"]):
            raise ExportedMeanwhileError(f"T{last['n']:03d}")

    def _seal(self, entries: Sequence[Mapping[str, Any]], approval: Mapping[str, Any]) -> str:
        facts = {**self.plan.facts, "approval": approval}
        return seal(self.folder, facts, entries, lambda manifest: self.sealing.signature_text(manifest, self.plan.comment))

    def _record(self, transaction: Transaction, entries: Sequence[Mapping[str, Any]]) -> None:
        opening, record = make_opening(self._approved(entries)), str(uuid4())
        signature = transaction.signature(
            self.signer,
            record_type="package",
            record_id=record,
            revision=1,
            meaning=Meaning.PACKAGE_APPROVAL,
            charter_hash=self.plan.versions.main.hash,
            content_digest=opening.digest,
        )
        seq = transaction.next_head().seq
        manifest = self._seal(entries, _told(transaction, {**signature.values, "seq": seq}, opening, self.signer.public))
        package = {
            "id": record,
            "n": self.plan.number,
            "spec_version": SPECIFICATION,
            "cutoff_seq": self.plan.cutoff.seq,
            "manifest_sha256": manifest,
            "head": self.plan.cutoff.head,
        }
        transaction.record("package.approved", "package", record, rows=[signature, NewRow("package", package)], payload=opening)
        if self.held is not None:
            keep(transaction, record, self.held)

    def _approved(self, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What the signature is over."""
        plan = self.plan
        of = {"cutoff": plan.cutoff.seq, "kind": plan.kind, "parts": list(plan.parts), "transfer": plan.transfer}
        return {**of, "libraries": libraries(), "files": files_digest(entries), "product": corelab.__version__}


def _told(transaction: Transaction, signature: Mapping[str, Any], opening: Opening, public: bytes) -> dict[str, Any]:
    """An approval as the manifest tells it, so that it is checked without the lab."""
    document = document_of(signature, transaction.all("lab")[0], signature["seq"])
    return {
        "document": asdict(document),
        "opening": base64.b64encode(opening.body).decode("ascii"),
        "public_key": public.hex(),
        "signature": base64.b64encode(signature["signature"]).decode("ascii"),
    }


def _recorded(transaction: Transaction, package: Row) -> dict[str, Any]:
    """The approval that is on record."""
    signature = transaction.one("signature", record_type="package", record_id=package["id"]) or {}
    credentials = transaction.all("credential", account_id=signature["account_id"])
    public = next(bytes(row["sign_pub"]) for row in credentials if key_id(bytes(row["sign_pub"])) == signature["key_id"])
    stored = transaction.one("event_payload", seq=package["event_seq"]) or {}
    return _told(transaction, {**signature, "seq": package["event_seq"]}, Opening(bytes(stored["body"])), public)
