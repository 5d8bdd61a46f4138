"""Changes a table of a package and makes everything fit again that anybody could: hashes, sums, signatures with new keys."""

import base64
import csv
import hashlib
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from corelab.domain.audit import SignedDocument, canonical, key_id, payload_digest, payload_of
from corelab.export.manifest import files_digest
from corelab.storage.minisign import MinisignKey

Table = list[dict[str, str]]


def rows_of(package: Path, table: str) -> Table:
    return list(csv.DictReader(io.StringIO((package / "data" / f"{table}.csv").read_text(encoding="utf-8"))))


def forge(package: Path, table: str, change: Callable[[Table], None]) -> None:
    """``change`` alters the rows; afterwards no hash and no signature of the package contradicts them."""
    path = package / "data" / f"{table}.csv"
    before = path.read_text(encoding="utf-8")
    rows = rows_of(package, table)
    assert _written(rows) == before, "the table would change by being rewritten alone"
    change(rows)
    path.write_text(_written(rows), encoding="utf-8", newline="")
    key = MinisignKey.of(os.urandom(32))
    (package / "corelab.pub").write_text(key.public_text, encoding="utf-8", newline="")
    manifest = json.loads((package / "MANIFEST.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        data = (package / entry["path"]).read_bytes()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["approval"] = _approval(manifest)
    (package / "MANIFEST.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _sign(package, key)
    _write_sums(package, manifest)


def _sign(package: Path, key: MinisignKey) -> None:
    """With the comment that stood there."""
    path = package / "MANIFEST.json.minisig"
    comment = path.read_text(encoding="utf-8").split("\n")[2].removeprefix("trusted comment: ")
    signed = key.signature_text((package / "MANIFEST.json").read_bytes(), comment)
    path.write_text(signed, encoding="utf-8", newline="")


def _written(rows: Table) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _approval(manifest: dict[str, Any]) -> dict[str, Any]:
    """The same person, time and place in the chain; another key, and the content as it is now."""
    before = manifest["approval"]
    opening = base64.b64decode(before["opening"])
    payload = payload_of(opening) | {"files": files_digest(manifest["files"])}
    opening = opening[:32] + canonical(payload)
    key = SigningKey.generate()
    public = bytes(key.verify_key)
    document = replace(SignedDocument(**before["document"]), key=key_id(public), content=payload_digest(opening))
    return {
        "document": {**before["document"], "key": document.key, "content": document.content},
        "opening": base64.b64encode(opening).decode("ascii"),
        "public_key": public.hex(),
        "signature": base64.b64encode(key.sign(document.signed_bytes).signature).decode("ascii"),
    }


def _write_sums(package: Path, manifest: dict[str, Any]) -> None:
    digests = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    for name in ("MANIFEST.json", "MANIFEST.json.minisig"):
        digests[name] = hashlib.sha256((package / name).read_bytes()).hexdigest()
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    (package / "SHA256SUMS").write_text(lines, encoding="utf-8")
