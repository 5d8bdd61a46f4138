"""The same figures from a package alone: readings.csv and results.csv, and the charter that lies with them. No lab, no key."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from corelab.domain.charter import Charter
from corelab.domain.monitoring.observed import Compared, Decided, ExamName, Observed, Purpose, Read
from corelab.domain.monitoring.report import Progress, Report, report
from corelab.domain.vocabulary import Cell, ExamState, Grade, ItemId, Missing, SegmentId
from corelab.export.check import PackageFault, load, table_faults, versions_of
from corelab.export.writers import Row
from corelab.services.packages.checking import is_package, verify_package

_SLOTS = MappingProxyType({"READER 1": 1, "READER 2": 2})
_REPEAT, _CALIBRATION = "REPEAT", "CALIBRATION"
_PURPOSES = MappingProxyType({_REPEAT: Purpose.REPEAT, _CALIBRATION: Purpose.CALIBRATION})


class NoPackageError(Exception):
    """The folder is no package, or one that does not verify; then ``faults`` say why."""

    def __init__(self, folder: Path, faults: Sequence[PackageFault] = ()) -> None:
        super().__init__(str(folder))
        self.folder, self.faults = folder, tuple(faults)


def of_package(folder: Path, progress: Progress | None = None) -> Report:
    """What a package tells of its readings; batches, times and people's names it does not tell. Raises NoPackageError."""
    if not is_package(folder):
        raise NoPackageError(folder)
    verified = verify_package(folder)
    loaded, _ = load(folder)
    versions = versions_of(loaded)[0] if loaded is not None else None
    if loaded is None or versions is None or not verified.ok:
        raise NoPackageError(folder, verified.faults)
    tables = table_faults(versions, loaded)[1]
    return report(observed(versions.main, tables["readings"], tables["results"]), progress)


def observed(charter: Charter, readings: Sequence[Row], results: Sequence[Row]) -> Observed:
    """From the rows of the two tables."""
    rows = _Rows(charter)
    records = _grouped(readings, "RECID")
    current = [held for held in records.values() if held[0]["CURRFL"] == "Y"]
    reads = [rows.read(held, records.values()) for held in current if held[0]["PURPOSE"] != "ADJUDICATION"]
    decided = [rows.decided(held) for held in current if held[0]["PURPOSE"] == "ADJUDICATION"]
    names = {ExamName(row["USUBJID"], row["VISIT"]) for row in readings}
    return Observed(
        charter=charter,
        at=max((read.signed_at for read in reads), default=datetime.fromtimestamp(0).astimezone()),
        reads=tuple(sorted(reads, key=lambda read: (read.exam, read.purpose.value, read.slot, read.reader))),
        compared=tuple(sorted(rows.compared(reads, results), key=lambda each: (each.exam, each.reading_type))),
        decided=tuple(decided),
        states=MappingProxyType(dict.fromkeys(sorted(names), ExamState.FINAL)),
    )


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[row[column]].append(row)
    return held


class _Rows:
    """Rows of tables as grades, by the charter's own words."""

    def __init__(self, charter: Charter) -> None:
        self._items = {item.export.testcd: ItemId(item.id) for item in charter.items}
        self._both = {segment.id for segment in charter.segments if segment.side == "both"}
        blocks = {block: kind.id for kind in charter.reading_types for block in kind.blocks}
        self._types = {item: {blocks[block] for block in ask.blocks} for ask in charter.asks for item in ask.items}

    def cell(self, row: Row) -> Cell:
        segment = f"{row['SEGCD']}.{row['SIDE'][:1]}" if row["SEGCD"] in self._both else row["SEGCD"]
        return Cell(SegmentId(segment), self._items[row["TESTCD"]])

    def grades(self, rows: Iterable[Row]) -> Mapping[Cell, Grade]:
        return MappingProxyType({self.cell(row): _grade(row) for row in rows})

    def type_of(self, row: Row, cells: Iterable[Cell]) -> str:
        """What the row says; in packages that did not say it, the reading type that asks most of these items."""
        if row.get("RDTYPE"):
            return row["RDTYPE"]
        met = Counter(kind for cell in cells for kind in self._types.get(cell.item, ()))
        return max(sorted(met), key=lambda kind: met[kind], default="")

    def read(self, held: Sequence[Row], records: Iterable[Sequence[Row]]) -> Read:
        one, grades = held[0], self.grades(held)
        first = min((rows for rows in records if _same_reading(rows[0], one)), key=lambda rows: int(rows[0]["REVISION"]))
        return Read(
            exam=_exam(one),
            reading_type=self.type_of(one, grades),
            reader=one["READERID"],
            slot=_SLOTS.get(one["EVALROLE"], 0),
            purpose=_PURPOSES.get(one["PURPOSE"], Purpose.PRIMARY),
            first=self.grades(first),
            grades=grades,
            signed_at=datetime.fromisoformat(first[0]["SIGNDTC"]),
            seconds=int(first[0].get("ACTSEC") or 0) or None,
        )

    def decided(self, held: Sequence[Row]) -> Decided:
        grades = self.grades(held)
        return Decided(_exam(held[0]), self.type_of(held[0], grades), grades)

    def compared(self, reads: Iterable[Read], results: Iterable[Row]) -> Iterator[Compared]:
        primary = {(read.exam, read.reading_type, read.slot): read for read in reads if read.purpose is Purpose.PRIMARY}
        final: dict[ExamName, list[Row]] = defaultdict(list)
        for row in results:
            final[_exam(row)].append(row)
        for (exam, kind, slot), one in primary.items():
            two = primary.get((exam, kind, 2))
            if slot == 1 and two is not None:
                rows = final[exam]
                classes = {self.cell(row): tuple(row["CLASSID"].split(",")) for row in rows if row["CLASSID"]}
                own = {cell: found for cell, found in classes.items() if cell in one.grades}
                yield Compared(exam, kind, one, two, MappingProxyType(own), results=self.grades(rows))


def _same_reading(row: Row, one: Row) -> bool:
    """Another revision of the same reading."""
    return all(row[name] == one[name] for name in ("USUBJID", "VISIT", "EVALROLE", "READERID", "READNO", "PURPOSE"))


def _exam(row: Row) -> ExamName:
    return ExamName(row["USUBJID"], row["VISIT"])


def _grade(row: Row) -> Grade:
    return Grade(missing=Missing(row["EVALSTAT"]), reason=row["NERSN"] or None) if row["EVALSTAT"] else Grade(value=row["RESCD"])
