"""How blind the readers were, from a package's guess.csv and the file of arms: outside every lab, for whoever holds the allocation."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corelab.services.agreement import MOST_BYTES, AgreementFileError, answered

_ARMS = ("1", "2")
_GUESSES = ("1", "2", "DK")
_Row = Mapping[str, str]


def of_guesses(guesses: Path, arms: Path) -> list[dict[str, Any]]:
    """Bang's and James's indices of the last answer of each reader about each subject, which is the primary one, and of every answer.

    ``arms``: columns USUBJID and ARM, with 1 and 2 for the charter's first and second arm. Raises AgreementFileError with every fault.
    """
    rows = _read(guesses, ("USUBJID", "READERID", "GUESS", "LASTFL"))
    arm_of = _arms(arms)
    faults = [f"{guesses}: {fault}" for fault in _faults(rows, arm_of)]
    if faults:
        raise AgreementFileError(guesses, tuple(faults))
    last = [row for row in rows if row["LASTFL"] == "Y"]
    named = (("last answer of each reader about each subject", last), ("every answer", rows))
    return answered([{"name": name, "kind": "blinding", "guesses": _table(held, arm_of)} for name, held in named])


def _table(rows: Sequence[_Row], arm_of: Mapping[str, str]) -> list[list[int]]:
    """Arms as rows, answers as columns."""
    return [[sum(arm_of[row["USUBJID"]] == arm and row["GUESS"] == guess for row in rows) for guess in _GUESSES] for arm in _ARMS]


def _arms(path: Path) -> Mapping[str, str]:
    rows = _read(path, ("USUBJID", "ARM"))
    faults = [f"{path}: line {n}: ARM is 1 or 2, not {row['ARM']!r}" for n, row in enumerate(rows, 2) if row["ARM"] not in _ARMS]
    subjects = [row["USUBJID"] for row in rows]
    faults += [f"{path}: {subject} stands more than once" for subject in sorted({one for one in subjects if subjects.count(one) > 1})]
    if faults:
        raise AgreementFileError(path, tuple(faults))
    return {row["USUBJID"]: row["ARM"] for row in rows}


def _faults(rows: Sequence[_Row], arm_of: Mapping[str, str]) -> Iterator[str]:
    for n, row in enumerate(rows, 2):
        if row["GUESS"] not in _GUESSES:
            yield f"line {n}: GUESS is 1, 2 or DK, not {row['GUESS']!r}"
        if row["USUBJID"] not in arm_of:
            yield f"line {n}: {row['USUBJID']} is in no arm"


def _read(path: Path, columns: tuple[str, ...]) -> list[_Row]:
    """Raises AgreementFileError for what is no such table, OSError where it cannot be read."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise AgreementFileError(path, (f"{path}: is larger than {MOST_BYTES // 2**20} MiB",))
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        absent = [name for name in columns if name not in (reader.fieldnames or ())]
        rows: list[_Row] = [] if absent else [{name: row[name] or "" for name in columns} for row in reader]
    except (csv.Error, UnicodeDecodeError, KeyError) as error:
        raise AgreementFileError(path, (f"{path}: is no table of comma-separated values ({type(error).__name__})",)) from None
    if absent:
        raise AgreementFileError(path, (f"{path}: has no column {', '.join(absent)}",))
    return rows
