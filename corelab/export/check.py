"""Everything a package can be checked for without a lab: files, tables, codes, and every result made anew from the readings."""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corelab.domain.adjudication import DecisionRefusedError
from corelab.domain.charter import Charter, CharterError, approved_charter
from corelab.export.codebook import codelists_for
from corelab.export.columns import Table
from corelab.export.manifest import MANIFEST, SIGNATURE, SUMS
from corelab.export.proof_tables import MEASUREMENTS
from corelab.export.records import Waiting
from corelab.export.reread import exams_of
from corelab.export.reread_proof import measurement_of
from corelab.export.rows import DERIVED, Tables, tables_of
from corelab.export.tables import GUESS, SPECIFICATION, WITHOUT_TRAIL, tables_for
from corelab.export.versions import Versions, VersionsDifferError
from corelab.export.writers import ColumnsDifferError, Row, read_table

LARGEST_FILE = 2 * 1024**3
LARGEST_LIST = 16 * 1024**2
"""Of some 100,000 files; a package has a few dozen."""

EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")
"""A number below 0, as a change often is: no spreadsheet takes it for a formula."""
"""How a cell begins that some spreadsheet executes (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class PackageFault:
    """``where`` is a file, or a file and a row; ``what`` says what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A package's files in memory, those that its manifest names."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def has_trail(self) -> bool:
        return _has_trail(self.manifest, self.files)

    @property
    def specification(self) -> str:
        """The one that the package says it was made by; the present one where it says none that can be read."""
        said = str(self.manifest.get("specification"))
        return said if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){2}", said) else SPECIFICATION

    def tables(self, charter: Charter) -> tuple[Table, ...]:
        """Those that it must hold, and what is there after the lock only."""
        named = {str(entry["path"]) for entry in self.manifest["files"]}
        return (*tables_for(charter, self.specification), *((GUESS,) if GUESS.path in named else ()))

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The exams that were left out: there, and not final."""
        try:
            told = json.loads(self.files["qc/checks.json"])["excluded"]
            return tuple(Waiting(str(one["subject"]), str(one["visit"])) for one in told)
        except (KeyError, TypeError, ValueError):
            return ()


def load(folder: Path) -> tuple[Loaded | None, tuple[PackageFault, ...]]:
    """Reads what the manifest names, and reports what is missing, additional, or not as its hash says."""
    try:
        manifest = json.loads(_small(folder / MANIFEST).decode("utf-8"))
        entries = [(str(entry["path"]), str(entry["sha256"]), int(entry["bytes"])) for entry in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:  # 1e999 bytes; a million brackets
        return None, (PackageFault(MANIFEST, f"cannot be read ({type(error).__name__})"),)
    files: dict[str, bytes] = {}
    faults: list[PackageFault] = []
    for path, sha256, size in entries:
        data, fault = _read(folder, path, size)
        if data is None:
            faults.append(PackageFault(path, fault))
        elif hashlib.sha256(data).hexdigest() != sha256:
            faults.append(PackageFault(path, "differs from its hash in the manifest"))
        if data is not None:
            files[path] = data
    faults += _strays(folder, {path for path, _, _ in entries})
    faults += _sums(folder, entries, (MANIFEST, SIGNATURE) if _has_trail(manifest, files) else (MANIFEST,))
    return Loaded(manifest, files), tuple(faults)


def _small(file: Path) -> bytes:
    """A list of a package, read before anything is known. Raises OSError, also for what is no plain file; ValueError if too large."""
    if not _is_plain(file):
        raise FileNotFoundError(file)
    with file.open("rb") as opened:
        data = opened.read(LARGEST_LIST + 1)
    if len(data) > LARGEST_LIST:
        raise ValueError("too large")
    return data


def _read(folder: Path, path: str, size: int) -> tuple[bytes | None, str]:
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or ":" in path or any(part in ("", ".", "..") for part in parts):
        return None, "a name outside the package"
    file = folder.joinpath(*parts)
    if not _is_plain(file):
        return None, "is missing"
    if file.stat().st_size != size or size > LARGEST_FILE:
        return None, f"has {file.stat().st_size} bytes instead of {size}"
    return file.read_bytes(), ""


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


def _has_trail(manifest: Mapping[str, Any], files: Collection[str]) -> bool:
    """Only packages of the first specification came without; the approval is over all files, so none can be taken out of a later one."""
    return manifest.get("specification") != WITHOUT_TRAIL or any(path.startswith("audit/") for path in files)


def _sums(folder: Path, entries: list[tuple[str, str, int]], more: tuple[str, ...]) -> Iterator[PackageFault]:
    try:
        lines = _small(folder / SUMS).decode("utf-8").splitlines()
        own = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in more]
    except (OSError, ValueError) as error:
        yield PackageFault(SUMS, f"cannot be read ({type(error).__name__})")
        return
    expected = sorted([f"{sha256}  {path}" for path, sha256, _ in entries] + own)
    if sorted(lines) != expected:
        yield PackageFault(SUMS, "does not name the same files and hashes as the manifest")


def charter_of(loaded: Loaded) -> tuple[Charter | None, tuple[PackageFault, ...]]:
    """The charter that names the columns."""
    versions, faults = versions_of(loaded)
    return (versions.main if versions is not None else None), faults


def versions_of(loaded: Loaded) -> tuple[Versions | None, tuple[PackageFault, ...]]:
    """The versions of the charter that the package carries, checked against the hashes that the manifest names."""
    charters: list[Charter] = []
    faults: list[PackageFault] = []
    named = [one.get("hash") for one in loaded.manifest.get("charter", [])]
    for path, data in loaded.files.items():
        if re.fullmatch(r"codebook/charter_[0-9.]+\.toml", path):
            try:
                charters.append(approved_charter(data))
            except CharterError as error:
                return None, (PackageFault(path, f"is no charter: {len(error.faults)} faults"),)
            if charters[-1].hash not in named:
                faults.append(PackageFault(path, "is not the charter that the manifest names"))
    if not charters:
        return None, (PackageFault("codebook", "holds no charter"),)
    try:
        return Versions.of(charters), tuple(faults)
    except VersionsDifferError as error:
        return None, (*faults, PackageFault("codebook", f"holds charters that do not belong together: {error}"))


def table_faults(versions: Versions, loaded: Loaded) -> tuple[tuple[PackageFault, ...], Mapping[str, tuple[Row, ...]]]:
    """Headers, keys, codes and counts of each table. A file that the manifest names and that did not load is `load`'s fault to tell."""
    faults: list[PackageFault] = []
    found: dict[str, tuple[Row, ...]] = {}
    counts = {entry["path"]: entry.get("rows") for entry in loaded.manifest["files"]}
    for table in loaded.tables(versions.main):
        try:
            rows = read_table(table, loaded.files[table.path])
        except KeyError:
            if table.path not in counts:
                faults.append(PackageFault(table.path, "is missing"))
            continue
        except ColumnsDifferError as error:
            faults.append(PackageFault(table.path, f"has other columns than the specification: {', '.join(error.found[:60])}"))
            continue
        except (UnicodeDecodeError, csv.Error) as error:
            faults.append(PackageFault(table.path, f"is no readable table ({error})"))
            continue
        found[table.name] = rows
        if counts.get(table.path) != len(rows):
            faults.append(PackageFault(table.path, f"has {len(rows)} rows instead of {counts.get(table.path)}"))
        faults += content_faults(versions, table, rows)
    return tuple(faults), found


def content_faults(versions: Versions, table: Table, rows: tuple[Row, ...]) -> Iterator[PackageFault]:
    """Keys that occur twice, values outside their code list, text that a spreadsheet would execute."""
    keys = Counter(tuple(row[name] for name in table.key) for row in rows)
    for key, count in keys.items():
        if count > 1:
            yield PackageFault(f"{table.path} {' '.join(key)}", f"stands {count} times")
    lists: dict[str, set[str]] = {}
    for code in codelists_for(*versions.all):
        lists.setdefault(code.codelist, set()).add(code.code)
    for row in rows:
        for column in table.columns:
            value = row[column.name]
            if column.codelist and value and value not in lists[column.codelist]:
                yield PackageFault(row_name(table, row), f"{column.name} holds {value!r}, which is in no code list")
            if column.kind == "text" and value.startswith(EXECUTED) and not _NEGATIVE.fullmatch(value):
                yield PackageFault(
                    row_name(table, row), f"{column.name} begins with {value[0]!r}: a spreadsheet would take it for a formula"
                )


def row_name(table: Table, row: Row) -> str:
    return f"{table.path} {' '.join(row[name] for name in table.key if row[name])}"


def recomputed_faults(versions: Versions, found: Mapping[str, tuple[Row, ...]], loaded: Loaded) -> tuple[PackageFault, ...]:
    """Every row that differs when results, endpoints and accepted marks are made anew from the readings and the charter."""
    try:
        made = tables_of(versions, exams_of(versions, found), loaded.waiting)
    except (LookupError, StopIteration, ValueError, DecisionRefusedError) as error:
        return (PackageFault("data/readings.csv", f"cannot be compared anew: {type(error).__name__} {error}"),)
    derived = (table for table in loaded.tables(versions.main) if table.name in DERIVED)
    return (*(fault for table in derived for fault in _differences(table, found[table.name], made)), *_mismeasured(found))


def _mismeasured(found: Mapping[str, tuple[Row, ...]]) -> Iterator[PackageFault]:
    """Values that are not what their points give. The calipers of before the size of a pixel was kept tell too little for that."""
    for row in found.get("measurements", ()):
        try:
            one = measurement_of(row)
            wrong = not one.follows and (one.spacing is not None or not row["TESTCD"])
        except (ValueError, ArithmeticError):
            wrong = True
        if wrong:
            yield PackageFault(row_name(MEASUREMENTS, row), f"MVAL is {row['MVAL']!r}, which its points do not give")


def _differences(table: Table, rows: tuple[Row, ...], made: Tables) -> Iterator[PackageFault]:
    expected = {tuple(row[name] for name in table.key): row for row in made.named()[table.name]}
    present = {tuple(row[name] for name in table.key): row for row in rows}
    for key, row in present.items():
        if key not in expected:
            yield PackageFault(row_name(table, row), "follows from no reading")
            continue
        wrong = [name for name in table.names if row[name] != expected[key][name]]
        if wrong:
            words = ", ".join(f"{name} is {row[name]!r}, the readings give {expected[key][name]!r}" for name in wrong)
            yield PackageFault(row_name(table, row), words)
    for key in expected.keys() - present.keys():
        yield PackageFault(row_name(table, expected[key]), "is missing")
