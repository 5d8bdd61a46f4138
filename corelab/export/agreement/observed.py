"""What readings.csv and results.csv tell of readers, one subject after the other. No lab, no key.

Batches of release, times of work and people's names are not told in a package.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from corelab.domain.charter import Charter
from corelab.domain.monitoring.observed import Compared, Decided, ExamName, Observed, Purpose, Read
from corelab.domain.vocabulary import Cell, ExamState, Grade, ItemId, Missing, SegmentId
from corelab.export.writers import Row
from corelab.export.written import SubjectRows, Written

_SLOTS = MappingProxyType({"READER 1": 1, "READER 2": 2})
_PRIMARY, _REPEAT, _CALIBRATION, _ADJUDICATION = "PRIMARY", "REPEAT", "CALIBRATION", "ADJUDICATION"
_PURPOSES = MappingProxyType({_REPEAT: Purpose.REPEAT, _CALIBRATION: Purpose.CALIBRATION})
_LONG_AGO = datetime.fromtimestamp(0, UTC)


def observed(package: Written) -> Observed:
    """Every signed reading and decision; each distinct cell and grade is kept once. Raises OSError, ValueError, LookupError."""
    rows = _Rows(package.versions.main)
    reads: list[Read] = []
    compared: list[Compared] = []
    decided: list[Decided] = []
    names: set[ExamName] = set()
    for subject in package.subjects(("readings", "results")):
        own = tuple(rows.reads(subject))
        reads += own
        compared += rows.compared(own, subject.rows["results"])
        decided += rows.decisions(subject)
        names |= {_exam(row) for row in subject.rows["readings"]}
    return Observed(
        charter=package.versions.main,
        at=max((read.signed_at for read in reads), default=_LONG_AGO),
        reads=tuple(sorted(reads, key=lambda read: (read.exam, read.purpose.value, read.slot, read.reader))),
        compared=tuple(sorted(compared, key=lambda each: (each.exam, each.reading_type))),
        decided=tuple(decided),
        states=MappingProxyType(dict.fromkeys(sorted(names), ExamState.FINAL)),
    )


class _Rows:
    """Rows of tables as grades, by the charter's own words."""

    def __init__(self, charter: Charter) -> None:
        self._items = {item.export.testcd: ItemId(item.id) for item in charter.items}
        self._both = {segment.id for segment in charter.segments if segment.side == "both"}
        blocks = {block: kind.id for kind in charter.reading_types for block in kind.blocks}
        self._types = {item: {blocks[block] for block in ask.blocks} for ask in charter.asks for item in ask.items}
        self._cells: dict[tuple[str, str, str], Cell] = {}
        self._grades: dict[tuple[str, str, str], Grade] = {}

    def reads(self, subject: SubjectRows) -> Iterator[Read]:
        """The current readings, each with what its first revision said."""
        records = _records(subject)
        for held in records:
            one = held[0]
            if one["CURRFL"] == "Y" and one["PURPOSE"] != _ADJUDICATION:
                first = min((rows for rows in records if _same_reading(rows[0], one)), key=lambda rows: int(rows[0]["REVISION"]))
                yield self._read(held, first)

    def decisions(self, subject: SubjectRows) -> Iterator[Decided]:
        for held in _records(subject):
            if held[0]["CURRFL"] == "Y" and held[0]["PURPOSE"] == _ADJUDICATION:
                grades = self._told(held)
                yield Decided(_exam(held[0]), self._type_of(held[0], grades), grades)

    def compared(self, reads: Iterable[Read], results: Iterable[Row]) -> Iterator[Compared]:
        """Two current primary readings of one exam and type, with the classes that the results name."""
        primary = {(read.exam, read.reading_type, read.slot): read for read in reads if read.purpose is Purpose.PRIMARY}
        final: dict[ExamName, list[Row]] = defaultdict(list)
        for row in results:
            final[_exam(row)].append(row)
        for (exam, kind, slot), one in primary.items():
            two = primary.get((exam, kind, 2))
            if slot == 1 and two is not None:
                rows = final[exam]
                classes = {self._cell(row): tuple(row["CLASSID"].split(",")) for row in rows if row["CLASSID"]}
                own = {cell: found for cell, found in classes.items() if cell in one.grades}
                yield Compared(exam, kind, one, two, MappingProxyType(own), results=self._told(rows))

    def _read(self, held: Sequence[Row], first: Sequence[Row]) -> Read:
        one, grades = held[0], self._told(held)
        return Read(
            exam=_exam(one),
            reading_type=self._type_of(one, grades),
            reader=one["READERID"],
            slot=_SLOTS.get(one["EVALROLE"], 0),
            purpose=_PURPOSES.get(one["PURPOSE"], Purpose.PRIMARY),
            first=grades if first is held else self._told(first),
            grades=grades,
            signed_at=datetime.fromisoformat(first[0]["SIGNDTC"]),
            seconds=int(first[0].get("ACTSEC") or 0) or None,
        )

    def _told(self, rows: Iterable[Row]) -> Mapping[Cell, Grade]:
        return MappingProxyType({self._cell(row): self._grade(row) for row in rows})

    def _cell(self, row: Row) -> Cell:
        place = (row["SEGCD"], row["SIDE"], row["TESTCD"])
        if place not in self._cells:
            segment = f"{row['SEGCD']}.{row['SIDE'][:1]}" if row["SEGCD"] in self._both else row["SEGCD"]
            self._cells[place] = Cell(SegmentId(segment), self._items[row["TESTCD"]])
        return self._cells[place]

    def _grade(self, row: Row) -> Grade:
        said = (row["EVALSTAT"], row["NERSN"], row["RESCD"])
        if said not in self._grades:
            missing, reason, value = said
            self._grades[said] = Grade(missing=Missing(missing), reason=reason or None) if missing else Grade(value=value)
        return self._grades[said]

    def _type_of(self, row: Row, cells: Iterable[Cell]) -> str:
        """What the row says; in packages that did not say it, the reading type that asks most of these items."""
        if row.get("RDTYPE"):
            return row["RDTYPE"]
        met = Counter(kind for cell in cells for kind in self._types.get(cell.item, ()))
        return max(sorted(met), key=lambda kind: met[kind], default="")


def _records(subject: SubjectRows) -> tuple[tuple[Row, ...], ...]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in subject.rows["readings"]:
        held[row["RECID"]].append(row)
    return tuple(tuple(rows) for rows in held.values())


def _same_reading(row: Row, one: Row) -> bool:
    """Another revision of the same reading."""
    return all(row[name] == one[name] for name in ("VISIT", "EVALROLE", "READERID", "READNO", "PURPOSE"))


def _exam(row: Row) -> ExamName:
    return ExamName(row["USUBJID"], row["VISIT"])
