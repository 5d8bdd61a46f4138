"""The files of a package against its manifest: read in blocks, so that a package of any size is checked in little memory."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from corelab.domain.charter import Charter
from corelab.export.check.fault import PackageFault, limited
from corelab.export.columns import Table
from corelab.export.manifest import MANIFEST, SIGNATURE, SUMS
from corelab.export.records import Waiting
from corelab.export.tables import GUESS, SPECIFICATION, WITHOUT_TRAIL, tables_for
from corelab.export.versions import Versions
from corelab.export.written import OF_FILES, Written

LARGEST_FILE = 16 * 1024**3
LARGEST_LIST = 16 * 1024**2
"""Of some 100,000 files; a package of a large trial has a few thousand."""
LARGEST_LINE = 16 * 1024**2
_BLOCK = 1024**2
_CHECKS = "qc/checks.json"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A package that is looked at. ``present``: the files that its manifest names and that are there in the size it says."""

    folder: Path
    manifest: Mapping[str, Any]
    present: frozenset[str]

    @property
    def named(self) -> frozenset[str]:
        return frozenset(str(entry["path"]) for entry in self.manifest["files"])

    @property
    def has_trail(self) -> bool:
        """Only packages of the first specification came without; the approval is over all files: none can be taken out of a later one."""
        return self.manifest.get("specification") != WITHOUT_TRAIL or any(path.startswith("audit/") for path in self.present)

    @property
    def specification(self) -> str:
        """The one that the package says it was made by; the present one where it says none that can be read."""
        said = str(self.manifest.get("specification"))
        return said if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){2}", said) else SPECIFICATION

    def tables(self, charter: Charter) -> tuple[Table, ...]:
        """Those that it must hold, and what is there after the lock only."""
        return (*tables_for(charter, self.specification), *((GUESS,) if GUESS.path in self.named else ()))

    def written(self, versions: Versions) -> Written:
        """To be read one subject after the other."""
        facts = {name: value for name, value in self.manifest.items() if name not in OF_FILES}
        return Written(self.folder, facts, versions, tuple(one for one in self.tables(versions.main) if one.path in self.present))

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The exams that were left out: there, and not final."""
        try:
            told = json.loads(self.content(_CHECKS))["excluded"]
            return tuple(Waiting(str(one["subject"]), str(one["visit"])) for one in told)
        except (KeyError, TypeError, ValueError, OSError, RecursionError):
            return ()

    def opened(self, path: str) -> BinaryIO:
        """Raises KeyError for a file that did not load, OSError."""
        if path not in self.present:
            raise KeyError(path)
        return self.folder.joinpath(*path.split("/")).open("rb")

    def content(self, path: str) -> bytes:
        """All of a small file. Raises KeyError for one that did not load, ValueError for a large one, OSError."""
        with self.opened(path) as file:
            return _within(file)

    def lines(self, path: str) -> Iterator[tuple[int, bytes]]:
        """Every line that is not empty, with where in the file it begins. Raises KeyError, ValueError, OSError."""
        with self.opened(path) as file:
            at = 0
            while line := file.readline(LARGEST_LINE + 1):
                if len(line) > LARGEST_LINE:
                    raise ValueError("a line that is too long")
                if line != b"\n":
                    yield at, line
                at += len(line)


def load(folder: Path) -> tuple[Loaded | None, tuple[PackageFault, ...]]:
    """Hashes what the manifest names, and reports what is missing, additional, or not as its hash says."""
    try:
        manifest = json.loads(_small(folder / MANIFEST).decode("utf-8"))
        entries = [(str(entry["path"]), str(entry["sha256"]), int(entry["bytes"])) for entry in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:  # 1e999 bytes; a million brackets
        return None, (PackageFault(MANIFEST, f"cannot be read ({type(error).__name__})"),)
    present: set[str] = set()
    faults: list[PackageFault] = []
    for path, sha256, size in entries:
        digest, fault = _digest(folder, path, size)
        if digest is None:
            faults.append(PackageFault(path, fault))
            continue
        present.add(path)
        if digest != sha256:
            faults.append(PackageFault(path, "differs from its hash in the manifest"))
    loaded = Loaded(folder, manifest, frozenset(present))
    faults += limited(_strays(folder, {path for path, _, _ in entries}), str(folder.name))
    faults += _sums(folder, entries, (MANIFEST, SIGNATURE) if loaded.has_trail else (MANIFEST,))
    return loaded, tuple(faults)


def _small(file: Path) -> bytes:
    """A list of a package, read before anything is known. Raises OSError, also for what is no plain file; ValueError if too large."""
    if not _is_plain(file):
        raise FileNotFoundError(file)
    with file.open("rb") as opened:
        return _within(opened)


def _within(file: BinaryIO) -> bytes:
    data = file.read(LARGEST_LIST + 1)
    if len(data) > LARGEST_LIST:
        raise ValueError("too large")
    return data


def _digest(folder: Path, path: str, size: int) -> tuple[str | None, str]:
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or ":" in path or any(part in ("", ".", "..") for part in parts):
        return None, "a name outside the package"
    file = folder.joinpath(*parts)
    if not _is_plain(file):
        return None, "is missing"
    if file.stat().st_size != size or size > LARGEST_FILE:
        return None, f"has {file.stat().st_size} bytes instead of {size}"
    return _hashed(file), ""


def _hashed(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _is_plain(file: Path) -> bool:
    try:
        return file.is_file() and not file.is_symlink()
    except (OSError, ValueError):  # no file can have such a name
        return False


def _strays(folder: Path, named: set[str]) -> Iterator[PackageFault]:
    known = named | {MANIFEST, SIGNATURE, SUMS}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if (file.is_symlink() or not file.is_dir()) and path not in known:
            yield PackageFault(path, "is not named by the manifest")


def _sums(folder: Path, entries: list[tuple[str, str, int]], more: tuple[str, ...]) -> Iterator[PackageFault]:
    try:
        lines = _small(folder / SUMS).decode("utf-8").splitlines()
        own = [f"{hashlib.sha256(_small(folder / name)).hexdigest()}  {name}" for name in more]
    except (OSError, ValueError) as error:
        yield PackageFault(SUMS, f"cannot be read ({type(error).__name__})")
        return
    expected = sorted([f"{sha256}  {path}" for path, sha256, _ in entries] + own)
    if sorted(lines) != expected:
        yield PackageFault(SUMS, "does not name the same files and hashes as the manifest")
