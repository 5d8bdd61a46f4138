"""Checks everything that the database of a lab promises; reads only, needs no key, and survives whatever it finds."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from corelab.domain.audit import Fault
from corelab.domain.record_errors import DiskFailedError
from corelab.storage.verify.checkpoints import checkpoints, presented
from corelab.storage.verify.history import history
from corelab.storage.verify.packages import packages
from corelab.storage.verify.reading_life import reading_life
from corelab.storage.verify.redactions import redactions
from corelab.storage.verify.signatures import signatures
from corelab.storage.verify.source import RawRow, Source, source_of
from corelab.storage.verify.structure import integrity, schema
from corelab.storage.verify.trail import chain, payloads, rows

__all__ = ["DatabaseChecked", "RawRow", "Source", "Step", "check_connection", "check_database", "check_recent", "presented", "source_of"]

Step = Callable[[Source], Iterable[Fault]]
Steps = Mapping[str, Step]
Told = Callable[[str, int, int], None]
"""Hears which step begins, how many are done, and how many there are."""

_STEPS: Steps = MappingProxyType(
    {
        "integrity": integrity,
        "schema": schema,
        "chain": chain,
        "payload": payloads,
        "rows": rows,
        "signature": signatures,
        "history": history,
        "readings": reading_life,
        "package": packages,
        "checkpoint": checkpoints,
    }
)


_RECENT = ("schema", "chain", "rows")
_NONE: Steps = MappingProxyType({})
_UNSOUND = frozenset({"integrity", "chain", "payload", "rows"})
"""Faults after which nothing can be made anew from the records: they are not those that were written."""


@dataclass(frozen=True, slots=True)
class DatabaseChecked:
    """What was looked at, by count, what is wrong, and what two people emptied."""

    counted: Mapping[str, int]
    faults: tuple[Fault, ...]
    redacted: tuple[str, ...] = ()


def check_connection(connection: sqlite3.Connection) -> tuple[Fault, ...]:
    """The faults that all steps find on an open database, within its transaction."""
    source = Source(connection)
    return tuple(fault for step, check in _STEPS.items() for fault in _guarded(step, check, source))


def check_database(path: Path, more: Steps, anew: Steps = _NONE, told: Told | None = None) -> DatabaseChecked:
    """All steps on the database in this file, ``more`` of them that need what lies beside it, and ``anew`` where records are as written.

    Raises DiskFailedError from a step of ``anew``: that is no fault of the records, what they say was not read.
    """
    try:
        with source_of(path) as source:
            source.connection.execute("SELECT count(*) FROM sqlite_master")  # a file that is no database is one fault, not one per step
            faults = tuple(_all_faults(source, {**_STEPS, **more}, anew, told or _untold))
            return DatabaseChecked(MappingProxyType(dict(_counted(source))), faults, _redacted(source))
    except DiskFailedError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever damage does to the reading of a file is told as damage
        return DatabaseChecked(MappingProxyType({}), (_unreadable(error),))


def _all_faults(source: Source, steps: Steps, anew: Steps, told: Told) -> Iterator[Fault]:
    total, found = len(steps) + len(anew), set[str]()
    for done, (step, check) in enumerate((*steps.items(), *anew.items())):
        told(step, done, total)
        if done >= len(steps) and found & _UNSOUND:
            return
        for fault in _guarded(step, check, source):
            found.add(fault.step)
            yield fault


def _untold(_step: str, _done: int, _total: int) -> None:
    return


def check_recent(path: Path, events: int) -> tuple[Fault, ...]:
    """Schema, chain and rows of the last ``events`` events: fast enough for every start."""
    try:
        with source_of(path) as source:
            last = source.connection.execute("SELECT max(seq) FROM event").fetchone()[0] or 0
            source.after = max(0, last - events)
            return tuple(fault for step in _RECENT for fault in _guarded(step, _STEPS[step], source))
    except Exception as error:  # noqa: BLE001 - as above
        return (_unreadable(error),)


def _unreadable(error: Exception) -> Fault:
    return Fault("database", f"integrity: cannot be read ({error})", "integrity")


def _guarded(step: str, check: Step, source: Source) -> Iterator[Fault]:
    """The faults of one step; damage that stops the step is itself a fault."""
    try:
        yield from check(source)
    except DiskFailedError:
        raise
    except Exception as error:  # noqa: BLE001 - damage shows itself as any error, and is a fault like others
        yield Fault("database", f"{step}: the check stopped ({type(error).__name__}: {error})", step)


def _redacted(source: Source) -> tuple[str, ...]:
    """Nothing where damage keeps it from being read: the steps tell that."""
    try:
        return redactions(source)
    except Exception:  # noqa: BLE001 - as above
        return ()


def _counted(source: Source) -> Iterator[tuple[str, int]]:
    for name, table in (("events", "event"), ("payloads", "event_payload"), ("signatures", "signature"), ("grades", "grade")):
        try:
            yield name, int(source.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of our own tables
        except sqlite3.Error:
            yield name, 0
