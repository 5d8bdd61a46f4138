"""The files of a package in the making: tables from the records, then everything that is made from the tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corelab.export.change_table import CHANGES
from corelab.export.changes import write_changes
from corelab.export.check import PackageFault
from corelab.export.columns import Table
from corelab.export.manifest import PUBLIC_KEY, PackageFile, write_file
from corelab.export.parts import Part
from corelab.export.readme import readme
from corelab.export.records import Waiting
from corelab.export.rows import tables_of
from corelab.export.stops import Stop
from corelab.export.table_files import TableFiles, table_files
from corelab.export.tables import GUESS, tables_for
from corelab.export.writers import json_bytes
from corelab.export.written import PartRefusedError, Written
from corelab.imaging.archive import Archive
from corelab.services.packages import kept
from corelab.services.packages.causes import causes
from corelab.services.packages.errors import StopTheLineError
from corelab.services.packages.gather import Gatherer, SubjectExams
from corelab.services.packages.guesses import guess_rows
from corelab.services.packages.lab_rows import rows_of_lab, rows_of_subject
from corelab.services.packages.locking import is_locked
from corelab.services.packages.plan import Plan
from corelab.services.packages.stopping import Kept, after_parts, before_parts
from corelab.services.trail_export import write_trail
from corelab.services.verification import Progress
from corelab.storage.keys import BoxSecret
from corelab.storage.snapshot import Snapshot
from corelab.storage.unblinding import kinds_of


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a package needs of the lab's custody: ``chance`` drew the reference readings, ``custody`` opens what is told after the lock.

    ``package`` is the seed of the package key: under it free text of the last package was kept.
    """

    chance: str
    custody: BoxSecret
    package: bytes


@dataclass(slots=True)
class Making:
    """One package, as of one moment of the lab, written into ``folder``.

    Released clips lie in ``archive``, delivered files in ``quarantine``.
    """

    snapshot: Snapshot
    plan: Plan
    folder: Path
    archive: Archive
    quarantine: Path
    secrets: Secrets
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of the files that are tables or lists, by path."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows by table."""

    def run(self, parts: Mapping[str, Part], public_key: str, show: Progress) -> None:
        """Every file but the checkpoint and the manifest. Raises StopTheLineError, OSError."""
        self._tables(show)
        self._changes()
        self._charters()
        self._trail()
        show(0, 1, "Checking the tables")
        kept_here = Kept(self.archive, self.quarantine, self.secrets.custody)
        told = self._stopped(before_parts(self.snapshot, self.plan, self.written, kept_here))
        write_file(self.folder, PackageFile(PUBLIC_KEY, public_key.encode()))
        for number, (name, part) in enumerate(parts.items()):
            show(number, len(parts), f"Making {name}")
            try:
                part.write(self.written, self.folder)
            except PartRefusedError as error:
                raise StopTheLineError((PackageFault(error.path, error.what),)) from error
        write_file(self.folder, PackageFile("README.txt", readme(self.plan.facts, self.counts, self.plan.kind).encode()))
        show(0, 1, "Checking")
        told += self._stopped(after_parts(self.snapshot, self.written))
        write_file(self.folder, PackageFile("qc/checks.json", json_bytes(self._checks(told))))

    @property
    def tables(self) -> tuple[Table, ...]:
        always = tables_for(self.plan.versions.main)
        return (*always, GUESS) if is_locked(self.snapshot) else always

    @property
    def written(self) -> Written:
        return Written(self.folder, self.plan.facts, self.plan.versions, self.tables)

    # ---- tables and trail

    def _tables(self, show: Progress) -> None:
        gatherer, subjects = Gatherer(self.snapshot, self.secrets.chance), self.plan.scope.subjects
        with table_files(self.folder, self.tables) as files:
            for number, subject in enumerate(subjects):
                show(number, len(subjects), "Deriving results")
                self._subject(files, gatherer, subject)
            files.add(rows_of_lab(self.snapshot, self.plan.versions))
            if is_locked(self.snapshot):
                files.add({GUESS.name: guess_rows(self.snapshot, self.secrets.custody)})
            self.counts = files.counts
        self.rows |= {table.path: self.counts[table.name] for table in self.tables}

    def _subject(self, files: TableFiles, gatherer: Gatherer, subject: SubjectExams) -> None:
        waiting = (Waiting(one.subject, one.visit) for one in subject.excluded)
        files.add(tables_of(self.plan.versions, gatherer.exams(subject), waiting).named())
        files.add(rows_of_subject(self.snapshot, self.plan.versions, self.archive, subject.row))

    def _changes(self) -> None:
        """What differs from the package before, of the tables that stand now."""
        number = self.plan.number
        last = kept.last(self.snapshot, number, self.secrets.package)
        count = write_changes(last, self.written, causes(self.snapshot, number, self.plan.cutoff.seq), self.folder)
        self.counts = {**self.counts, CHANGES.name: count}
        self.rows[CHANGES.path] = count

    def _charters(self) -> None:
        for charter in self.plan.versions.all:
            stored = self.snapshot.one("charter", hash=charter.hash) or {}
            write_file(self.folder, PackageFile(f"codebook/charter_{stored['version']}.toml", stored["toml"]))

    def _trail(self) -> None:
        folder = self.folder / "audit"
        counts = write_trail(self.snapshot, self.plan.cutoff.seq, folder, for_analysts=True)
        self.rows |= {f"audit/{name}": count for name, count in counts.items()}

    # ---- checks

    def _stopped(self, found: Sequence[Stop]) -> list[Mapping[str, Any]]:
        """What the checks tell. Raises StopTheLineError where one of them found anything."""
        faults = tuple(fault for stop in found for fault in stop.faults)
        if faults:
            raise StopTheLineError(faults, tuple(stop.check.value for stop in found if stop.faults))
        return [stop.told for stop in found]

    def _checks(self, checks: list[Mapping[str, Any]]) -> dict[str, Any]:
        left_out = self.plan.scope.excluded
        excluded = [{"state": one.state, "subject": one.subject, "visit": one.visit, "why": one.why} for one in left_out]
        kinds = Counter(kinds_of(self.snapshot, self.secrets.custody))
        counted = {kind: kinds[kind] for kind in sorted(kinds)}
        queries = [asdict(one) for one in self.plan.open_queries]
        included = self.plan.scope.included
        return {"checks": checks, "excluded": excluded, "included": included, "queries": queries, "unblinding": counted}
