"""The folder of a package: its list of files with hashes, written all at once or not at all."""

import contextlib
import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """One small file of a package: ``path`` relative to it, with forward slashes."""

    path: str
    data: bytes


def files_digest(entries: Sequence[Mapping[str, Any]]) -> str:
    """One digest over the list of files: what the approval signature covers."""
    lines = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in sorted(entries, key=lambda entry: str(entry["path"])))
    return hashlib.sha256(lines.encode()).hexdigest()


def entries_of(folder: Path, rows: Mapping[str, int]) -> list[dict[str, Any]]:
    """Every file below the folder with its size and hash; ``rows``: the number of rows of those that are tables, by path."""
    return [_entry(folder, path, rows.get(path)) for path in paths_in(folder)]


def paths_in(folder: Path) -> list[str]:
    """The files below a folder by name, with forward slashes."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _entry(folder: Path, path: str, rows: int | None) -> dict[str, Any]:
    file = folder / path
    return {"bytes": file.stat().st_size, "path": path, "rows": rows, "sha256": sha256_of(file)}


def sha256_of(file: Path) -> str:
    """The hash of a file of any size. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def seal(folder: Path, facts: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], sign: Callable[[bytes], str]) -> str:
    """Adds MANIFEST.json (facts and list of files), its signature by ``sign``, and SHA256SUMS; the hash of the manifest."""
    manifest = json_bytes({**facts, "files": list(entries)})
    write_file(folder, PackageFile(MANIFEST, manifest))
    write_file(folder, PackageFile(SIGNATURE, sign(manifest).encode()))
    listed = [*entries, _entry(folder, MANIFEST, None), _entry(folder, SIGNATURE, None)]
    write_sums(folder, listed)
    return hashlib.sha256(manifest).hexdigest()


def write_sums(folder: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """SHA256SUMS: every file but itself, for `sha256sum -c`."""
    lines = (f"{entry['sha256']}  {entry['path']}\n" for entry in sorted(entries, key=lambda entry: str(entry["path"])))
    write_file(folder, PackageFile(SUMS, "".join(lines).encode()))


@contextlib.contextmanager
def half_made(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` to fill; when all went well it is flushed to disk and gets its name.

    Raises PackageExistsError, and whatever was raised while it was filled; on any failure nothing of that name exists.
    """
    if target.exists():
        raise PackageExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield folder
        _flush(folder)
        folder.chmod(0o755)
        folder.rename(target)
        _flush_folder(target.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _sweep(target)


def _sweep(target: Path) -> None:
    """What a killed process left of this package: nothing can get its name any more."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*"):
        shutil.rmtree(left, ignore_errors=True)


def write_file(folder: Path, file: PackageFile) -> None:
    """A new file below the folder. Raises OSError, also where one of that name is there."""
    path = folder / PurePosixPath(file.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as opened:
        opened.write(file.data)


def _flush(folder: Path) -> None:
    """Every file and folder to the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            _flush_folder(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    # Windows cannot open a folder; its rename is journalled by the file system.
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
