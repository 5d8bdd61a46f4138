"""Packages of signed readings under a full charter, as their tables stand on disk: what SDTM files are made from."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from corelab.domain.charter import load_charter
from corelab.export.records import ExamRecord
from corelab.export.rows import tables_of
from corelab.export.tables import SPECIFICATION, tables_for
from corelab.export.versions import Versions
from corelab.export.written import Written
from tests.charter_builders import full
from tests.table_builders import table_bytes
from tests.unit.test_package_round_trip import a_subject

CUTOFF = "2026-01-12T10:00:00.000Z"
SEEDS = (1, 2)


def subjects(charter: str, seeds: Iterable[int] = SEEDS) -> tuple[ExamRecord, ...]:
    """Every visit of a subject for each seed; the baseline of the charter is on day 0."""
    loaded = load_charter(full(charter).encode())
    return tuple(
        replace(exam, study=loaded.trial.id, subject=f"{loaded.trial.id}-{seed:03}") for seed in seeds for exam in a_subject(loaded, seed)
    )


def a_package(folder: Path, charter: str, seeds: Iterable[int] = SEEDS, parts: tuple[str, ...] = ("sdtm", "xpt")) -> Written:
    loaded = load_charter(full(charter).encode())
    versions = Versions.of([loaded])
    rows = tables_of(versions, subjects(charter, seeds)).named()
    tables = tuple(table for table in tables_for(loaded) if table.name in rows)
    (folder / "data").mkdir(parents=True)
    for table in tables:
        (folder / table.path).write_bytes(table_bytes(table, rows[table.name]))
    return Written(folder, facts_of(loaded.trial.id, parts), versions, tables)


def facts_of(trial: str, parts: tuple[str, ...]) -> dict[str, Any]:
    cutoff = {"at": CUTOFF, "head": "ab" * 32, "seq": 4096}
    return {
        "trial": trial, "transfer": "T001", "kind": "TEST", "cutoff": cutoff, "specification": SPECIFICATION, "product": "corelab 0.6.0",
        "previous": None, "format": 1, "parts": list(parts),
    }  # fmt: skip
