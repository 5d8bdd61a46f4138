"""What is read of a package: its endpoints by subject and visit, and only after the package has been verified."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corelab.winratio.faults import Fault, LabGivenError, PackageRefusedError
from corelab.winratio.tables import SUBJECT, Line, Outcome, Rows, outcome, rows_of
from corelab.winratio.tiers import Place, PlacedTier

MANIFEST, VISITS, DICTIONARY = "MANIFEST.json", "data/subject_visit.csv", "codebook/dictionary.csv"
_LAB = "corelab.db"
_DAY = "EXAMDY"
"""The day of an exam is derived as well, and no endpoint."""


@dataclass(frozen=True, slots=True)
class Package:
    """``manifest_sha256`` says which package it was; ``endpoints`` are the columns that a tier may name."""

    path: Path
    manifest_sha256: str
    visits: Rows
    endpoints: tuple[str, ...]

    @property
    def subjects(self) -> frozenset[str]:
        return frozenset(line.subject for line in self.visits.lines)

    def outcome(self, place: Place) -> Outcome:
        return outcome(self.visits, place.column, self._at(place.visit))

    def faults_of(self, file: str, placed: PlacedTier) -> tuple[Fault, ...]:
        """What a tier asks that the package does not have."""
        place, faults = placed.place, []
        if place.column not in self.endpoints:
            known = ", ".join(self.endpoints) or "none"
            faults.append(Fault(file, placed.line, f"the package has no endpoint {place.column}; it has {known}"))
        if not self._at(place.visit):
            known = ", ".join(dict.fromkeys(line.fields["VISIT"] for line in self.visits.lines)) or "none"
            faults.append(Fault(file, placed.line, f"the package has no visit {place.visit}; it has {known}"))
        return tuple(faults)

    def _at(self, visit: str | None) -> Sequence[Line]:
        return [line for line in self.visits.lines if line.fields["VISIT"] == visit]


def open_package(given: str) -> Package:
    """Verifies the package and reads it. Raises LabGivenError, PackageRefusedError.

    The product's own check runs as a program of its own, so that nothing of what opens labs is ever loaded beside an arm file.
    """
    path = Path(given)
    if "://" in given or (path / _LAB).exists() or path.name == _LAB:
        raise LabGivenError(given)
    if not (path / MANIFEST).is_file():
        raise PackageRefusedError(path, (f"there is no {MANIFEST}: this folder is no package",))
    faults = _verified(path.absolute())
    if faults:
        raise PackageRefusedError(path, faults)
    return _read(path)


def _verified(path: Path) -> tuple[str, ...]:
    """The faults that `corelab verify` finds."""
    command = [sys.executable, "-P", "-m", "corelab", "verify", "--json", "--", str(path)]
    ran = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program, no shell
    try:
        found: Mapping[str, Any] = json.loads(ran.stdout)
        faults = tuple(f"{fault['where']}: {fault['what']}" for fault in found["faults"])
        sound = found["ok"] is True and ran.returncode == 0
    except (ValueError, KeyError, TypeError):
        return (f"the check did not end: {ran.stderr.decode(errors='replace').strip()[-400:] or ran.returncode}",)
    return faults if faults or sound else ("the check refused it",)


def _read(path: Path) -> Package:
    try:
        manifest = (path / MANIFEST).read_bytes()
        hashes = {entry["path"]: entry["sha256"] for entry in json.loads(manifest)["files"]}
        visits, dictionary = (_same(path, name, hashes[name]) for name in (VISITS, DICTIONARY))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackageRefusedError(path, (f"it changed while it was read ({type(error).__name__})",)) from error
    described = rows_of(DICTIONARY, dictionary, ("FILE", "NAME", "ORIGIN", "LABEL"), None)
    derived = [line.fields["NAME"] for line in described.lines if (line.fields["FILE"], line.fields["ORIGIN"]) == (VISITS, "derived")]
    endpoints = tuple(name for name in derived if name != _DAY)
    rows = rows_of(VISITS, visits, (SUBJECT, "VISIT", *endpoints), None)
    if rows.faults or described.faults:
        raise PackageRefusedError(path, tuple(fault.words for fault in (*rows.faults, *described.faults)))
    return Package(path, hashlib.sha256(manifest).hexdigest(), rows, endpoints)


def _same(path: Path, name: str, sha256: str) -> str:
    """The text of a file, as the manifest that was verified names it."""
    data = (path / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(name)
    return data.decode()
