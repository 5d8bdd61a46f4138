"""`verify PACKAGE`: everything a package says is checked against itself; no lab and no key is needed."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corelab.domain.accounts import Meaning
from corelab.domain.audit import SignedDocument, key_id, payload_digest, payload_of
from corelab.export.check import Loaded, PackageFault, charter_of, load, recomputed_faults, table_faults
from corelab.export.manifest import MANIFEST, files_digest
from corelab.storage.keys import is_signed_by


@dataclass(frozen=True, slots=True)
class VerifiedPackage:
    """``checked`` counts what was looked at; ``faults`` name file and row."""

    checked: Mapping[str, int]
    faults: tuple[PackageFault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


def is_package(path: Path) -> bool:
    return (path / MANIFEST).is_file()


def verify_package(folder: Path) -> VerifiedPackage:
    """Files and hashes, the approval signature, columns, keys and codes, and every result, endpoint and accepted mark made anew."""
    loaded, faults = load(folder)
    if loaded is None:
        return VerifiedPackage(MappingProxyType({"files": 0}), faults)
    charter, charter_faults = charter_of(loaded)
    faults += charter_faults + approval_faults(loaded)
    checked = {"files": len(loaded.files), "signatures": 1}
    if charter is not None:
        wrong, tables = table_faults(charter, loaded)
        faults += wrong
        checked |= {f"{name} rows": len(rows) for name, rows in tables.items()}
        if len(tables) == len({"readings", "results", "subject_visit"}):
            faults += recomputed_faults(charter, tables)
    return VerifiedPackage(MappingProxyType(checked), faults)


def approval_faults(loaded: Loaded) -> tuple[PackageFault, ...]:
    """The coordinator's signature is over these files, by the key it names, with the right meaning."""
    try:
        approval = loaded.manifest["approval"]
        document = SignedDocument(**approval["document"])
        public, opening = bytes.fromhex(approval["public_key"]), base64.b64decode(approval["opening"], validate=True)
        signature = base64.b64decode(approval["signature"], validate=True)
        payload = payload_of(opening)
        found = _approval_faults(loaded.manifest, document, payload)
    except (KeyError, TypeError, ValueError, binascii.Error, json.JSONDecodeError) as error:
        return (PackageFault(MANIFEST, f"its approval cannot be read ({type(error).__name__})"),)
    if not is_signed_by(public, document.signed_bytes, signature) or key_id(public) != document.key:
        found.append("the signature of the approval is not valid")
    if payload_digest(opening) != document.content:
        found.append("the approval is for other content")
    return tuple(PackageFault(MANIFEST, what) for what in found)


def _approval_faults(manifest: Mapping[str, Any], document: SignedDocument, payload: Mapping[str, Any]) -> list[str]:
    expected = {
        "the approval is for other files": (payload["files"], files_digest(list(manifest["files"]))),
        "the approval is for another cut-off": (payload["cutoff"], manifest["cutoff"]["seq"]),
        "the approval is for another transfer": (payload["transfer"], manifest["transfer"]),
        "the approval is for another kind of package": (payload["kind"], manifest["kind"]),
        "the approval is for another trial": (document.trial, manifest["trial"]),
        "the approval has another meaning": (document.meaning, Meaning.PACKAGE_APPROVAL.value),
        "the approval is for another kind of record": (document.record_type, "package"),
    }
    return [what for what, (found, named) in expected.items() if found != named]
