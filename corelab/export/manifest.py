"""The folder of a package: its list of files with hashes, written all at once or not at all."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from corelab.export.writers import json_bytes

MANIFEST = "MANIFEST.json"
SIGNATURE = "MANIFEST.json.minisig"
PUBLIC_KEY = "corelab.pub"
SUMS = "SHA256SUMS"


class PackageExistsError(Exception):
    """A package of that name is there already; nothing was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package: ``path`` relative to it, with forward slashes; ``rows`` of a table."""

    path: str
    data: bytes
    rows: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def entry(self) -> dict[str, Any]:
        return {"bytes": len(self.data), "path": self.path, "rows": self.rows, "sha256": self.sha256}


def files_digest(entries: list[dict[str, Any]]) -> str:
    """One digest over the list of files: what the approval signature covers."""
    lines = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in sorted(entries, key=lambda entry: str(entry["path"])))
    return hashlib.sha256(lines.encode()).hexdigest()


def entries_of(files: tuple[PackageFile, ...]) -> list[dict[str, Any]]:
    return [file.entry for file in sorted(files, key=lambda file: file.path)]


def with_manifest(files: tuple[PackageFile, ...], facts: Mapping[str, Any], sign: Callable[[bytes], str]) -> tuple[PackageFile, ...]:
    """The files with MANIFEST.json (facts + list of files), its signature by ``sign``, and SHA256SUMS."""
    manifest = PackageFile(MANIFEST, json_bytes({**facts, "files": entries_of(files)}))
    signature = PackageFile(SIGNATURE, sign(manifest.data).encode())
    everything = tuple(sorted((*files, manifest, signature), key=lambda file: file.path))
    return (*everything, sums_file(everything))


def sums_file(files: tuple[PackageFile, ...]) -> PackageFile:
    """SHA256SUMS: every file but itself, for `sha256sum -c`."""
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return PackageFile(SUMS, "".join(lines).encode())


def write_package(target: Path, files: tuple[PackageFile, ...], check: Callable[[Path], None]) -> None:
    """Writes beside the target, flushes to disk, lets ``check`` look at it, renames.

    Raises PackageExistsError and what ``check`` raises; on any failure nothing of that name exists.
    """
    if target.exists():
        raise PackageExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    half_made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for file in files:
            _write(half_made / PurePosixPath(file.path), file.data)
        for folder in {half_made, *(path for path in half_made.rglob("*") if path.is_dir())}:
            _flush_folder(folder)
        check(half_made)
        half_made.chmod(0o755)
        half_made.rename(target)
        _flush_folder(target.parent)
    except BaseException:
        shutil.rmtree(half_made, ignore_errors=True)
        raise


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    # Windows cannot open a folder; its rename is journalled by the file system.
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
