"""`verify PACKAGE`: everything a package says is checked against itself; no lab and no key is needed."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import corelab
from corelab.domain.accounts import Meaning
from corelab.domain.audit import SignedDocument, key_id, payload_digest, payload_of
from corelab.domain.checkpoint import Checkpoint
from corelab.export.check import Loaded, PackageFault, load, versions_of
from corelab.export.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, files_digest
from corelab.export.versions import Versions
from corelab.services.packages.tables_checking import Looked
from corelab.services.packages.trail_checking import Trail
from corelab.services.verification import counts, refuse_others
from corelab.storage.keys import is_signed_by
from corelab.storage.minisign import trusted_comment


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


def verify_package(folder: Path, checkpoints: Sequence[Checkpoint] = (), *, formats: bool = True) -> VerifiedPackage:
    """Files and hashes, signatures, columns, keys and codes, the trail and the readings against it, and all that follows made anew.

    Also whether the trail is the one that these checkpoints saw. Without ``formats`` what is made from the tables is not made again: by
    whoever made it this minute. Raises OtherLabError for a checkpoint of another lab.
    """
    loaded, faults = load(folder)
    if loaded is None:
        return VerifiedPackage(MappingProxyType({"files": 0}), faults)
    trail = Trail(loaded, checkpoints)
    refuse_others(trail.lab or (checkpoints[0].lab if checkpoints else ""), checkpoints)
    versions, charter_faults = versions_of(loaded)
    faults += (*charter_faults, *approval_faults(loaded))
    if loaded.has_trail:
        faults += (*minisign_faults(folder, loaded), *trail.found)
    faults += tuple(trail.against(checkpoints))
    checked = {"files": len(loaded.present), **trail.counted, **counts(checkpoints)}
    if versions is not None:
        looked = Looked(versions, loaded, trail.recorded if loaded.has_trail else None)
        faults += looked.faults
        checked |= looked.counted
        if looked.sound and formats:
            faults, checked = _with_parts(versions, loaded, faults, checked)
    return VerifiedPackage(MappingProxyType(checked), faults)


def _with_parts(
    versions: Versions, loaded: Loaded, faults: tuple[PackageFault, ...], checked: dict[str, int]
) -> tuple[tuple[PackageFault, ...], dict[str, int]]:
    """Every file that the tables give, made again; what cannot be is said."""
    from corelab.export.check.anew import made_anew  # noqa: PLC0415 - knows every format: the start of the program stays short
    from corelab.export.check.changed import changed_faults  # noqa: PLC0415 - as above
    from corelab.export.parts import PARTS  # noqa: PLC0415 - as above

    written, product = loaded.written(versions), f"corelab {corelab.__version__}"
    made = made_anew(written, product, PARTS, loaded.present)
    left = {f"part {name} not made anew ({why})": 1 for name, why in made.left.items()}
    return (*faults, *changed_faults(written, product), *made.faults), {**checked, "files made anew from the tables": made.same, **left}


def approval_faults(loaded: Loaded) -> tuple[PackageFault, ...]:
    """The coordinator's signature is over these files, by the key it names, with the right meaning."""
    try:
        approval = loaded.manifest["approval"]
        document = SignedDocument(**approval["document"])
        public, opening = bytes.fromhex(approval["public_key"]), base64.b64decode(approval["opening"], validate=True)
        signature = base64.b64decode(approval["signature"], validate=True)
        payload, signed = payload_of(opening), document.signed_bytes
        found = _approval_faults(loaded.manifest, document, payload)
    except (KeyError, TypeError, ValueError, binascii.Error, json.JSONDecodeError, RecursionError) as error:
        return (PackageFault(MANIFEST, f"its approval cannot be read ({type(error).__name__})"),)
    if not is_signed_by(public, signed, signature) or key_id(public) != document.key:
        found.append("the signature of the approval is not valid")
    if payload_digest(opening) != document.content:
        found.append("the approval is for other content")
    return tuple(PackageFault(MANIFEST, what) for what in found)


def minisign_faults(folder: Path, loaded: Loaded) -> tuple[PackageFault, ...]:
    """The lab's package key signed the manifest, and the comment says which package it is."""
    try:
        data, text = (folder / MANIFEST).read_bytes(), (folder / SIGNATURE).read_text(encoding="utf-8")
        comment = trusted_comment(data, text, loaded.content(PUBLIC_KEY).decode())
    except (OSError, KeyError, ValueError) as error:
        return (PackageFault(SIGNATURE, f"cannot be read ({type(error).__name__})"),)
    if comment is None:
        return (PackageFault(SIGNATURE, f"is not by the key in {PUBLIC_KEY} over this manifest"),)
    said = dict(part.partition(":")[::2] for part in comment.split())
    named = (str(loaded.manifest.get("trial")), str(loaded.manifest.get("transfer")))
    return () if (said.get("trial"), said.get("transfer")) == named else (PackageFault(SIGNATURE, "is of another package"),)


def _approval_faults(manifest: Mapping[str, Any], document: SignedDocument, payload: Mapping[str, Any]) -> list[str]:
    expected = {
        "the approval is for other files": (payload["files"], files_digest(list(manifest["files"]))),
        "the approval is for another cut-off": (payload["cutoff"], manifest["cutoff"]["seq"]),
        "the approval is for another transfer": (payload["transfer"], manifest["transfer"]),
        "the approval is for another kind of package": (payload["kind"], manifest["kind"]),
        "the approval is for other parts": (payload.get("parts"), manifest.get("parts")),
        "the approval is for other libraries": (payload.get("libraries"), manifest.get("libraries")),
        "the approval is for another trial": (document.trial, manifest["trial"]),
        "the approval has another meaning": (document.meaning, Meaning.PACKAGE_APPROVAL.value),
        "the approval is for another kind of record": (document.record_type, "package"),
    }
    return [what for what, (found, named) in expected.items() if found != named]
