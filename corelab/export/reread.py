"""Rows of the tables of a package back to exam records: verifying a package is making its tables anew."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from corelab.domain.allocation import Slot
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import TextItem
from corelab.domain.vocabulary import WHOLE_EXAM, Answer, Cell, Grade, ItemId, Missing, ReadingTypeId, SegmentId
from corelab.export.beside import SIDE_WORDS
from corelab.export.decisions import adjudicated_from
from corelab.export.records import ExamRecord, Purpose, SignedRecord
from corelab.export.reread_proof import Proof
from corelab.export.versions import Versions
from corelab.export.writers import Row

_SIDES = {word: side for side, word in SIDE_WORDS.items()}
_SLOTS: Mapping[str, Slot | None] = {"READER 1": 1, "READER 2": 2, "ADJUDICATOR 1": None}
_PURPOSES: Mapping[str, Purpose] = {"PRIMARY": "PRIMARY", "REPEAT": "REPEAT", "ADJUDICATION": "ADJUDICATION"}
_Place = tuple[str, str, str]


def exams_of(versions: Versions, rows: Mapping[str, Sequence[Row]]) -> tuple[ExamRecord, ...]:
    """The exams that readings.csv describes; subject_visit.csv adds which reading is the reference, notes.csv the free text.

    A package of an earlier specification has one reading type and no attributes but the side. Raises LookupError or ValueError where a
    row names what the charter does not have.
    """
    readers = {one.hash: _Reader(one, rows) for one in versions.all}
    ordered = sorted(rows["readings"], key=_exam_key)
    exams = ((key, tuple(own)) for key, own in groupby(ordered, _exam_key))
    return tuple(readers[own[0]["FORMHASH"]].exam(key, own) for key, own in exams)


def _exam_key(row: Row) -> tuple[str, str]:
    return row["USUBJID"], row["VISIT"]


class _Reader:
    """The rows of a package by what they are about, read under one version of the charter."""

    def __init__(self, charter: Charter, rows: Mapping[str, Sequence[Row]]) -> None:
        self._charter = charter
        self._heads = {_exam_key(row): row for row in rows["subject_visit"]}
        self._items = {item.export.testcd: ItemId(item.id) for item in charter.items}
        self._attributes = rows.get("attributes", ())
        self._typed = "attributes" in rows
        self._proof = Proof(rows)
        self._decisions: dict[str, list[Row]] = {}
        for row in rows.get("adjudications", ()):
            self._decisions.setdefault(row["RECID"], []).append(row)
        self._notes: dict[str, dict[_Place, str]] = {}
        for row in rows.get("notes", ()):
            self._notes.setdefault(row["RECID"], {})[row["SIDE"], row["SEGCD"], row["TESTCD"]] = row["NOTE"]

    def exam(self, key: tuple[str, str], rows: tuple[Row, ...]) -> ExamRecord:
        first, head = rows[0], self._heads[key]
        ordered = sorted(rows, key=lambda row: row["RECID"])
        records = [self._record(tuple(own)) for _, own in groupby(ordered, lambda row: row["RECID"])]
        return ExamRecord(
            study=first["STUDYID"],
            site=first["SITEID"],
            subject=first["USUBJID"],
            visit=first["VISIT"],
            date=first["EXAMDTC"],
            day=first["EXAMDY"],
            limb=head["SIDE"],
            reference_slot=1 if head["REFREAD"] == "1" else 2,
            charter_version=first["CHARTVER"],
            charter_hash=first["FORMHASH"],
            sides=MappingProxyType({self._cell(row).segment: _SIDES[row["SIDE"]] for row in rows}),
            records=tuple(sorted(records, key=lambda one: (one.kind, one.slot or 3, one.number, one.revision))),
            attributes=self._attributes_of(first["USUBJID"], head["SIDE"]),
        )

    def _attributes_of(self, subject: str, side: str) -> Attributes:
        if not self._typed:
            return Attributes({self._charter.exam.side_attribute or "": side.lower()})
        own = [row for row in self._attributes if row["USUBJID"] == subject]
        return Attributes(
            MappingProxyType({row["ATTRCD"]: row["VALUE"] for row in own if not row["SEGCD"]}),
            MappingProxyType({(row["ATTRCD"], self._segment(row)): row["VALUE"] for row in own if row["SEGCD"]}),
        )

    def _segment(self, row: Row) -> SegmentId:
        if not row["SEGCD"]:
            return WHOLE_EXAM
        both = self._charter.segment(row["SEGCD"]).side == "both"
        return SegmentId(f"{row['SEGCD']}.{row['SIDE'][:1]}" if both else row["SEGCD"])

    def _cell(self, row: Row) -> Cell:
        return Cell(self._segment(row), self._items[row["TESTCD"]])

    def _record(self, rows: tuple[Row, ...]) -> SignedRecord:
        first, answers = rows[0], {self._cell(row): self._answer(row) for row in rows}
        return SignedRecord(
            record=first["RECID"],
            slot=_SLOTS[first["EVALROLE"]],
            reader=first["READERID"],
            revision=int(first["REVISION"]),
            current=first["CURRFL"] == "Y",
            signed_at=first["SIGNDTC"],
            event=int(first["EVENTSEQ"]),
            answers=MappingProxyType(answers),
            kind=ReadingTypeId(first["RDTYPE"] if self._typed else self._charter.reading_types[0].id),
            purpose=_PURPOSES[first["PURPOSE"]],
            number=int(first["READNO"]),
            seconds=int(first.get("ACTSEC") or 0),
            measurements=self._proof.measurements(first["RECID"]),
            adjudicated=adjudicated_from(self._decisions.get(first["RECID"], ()), self._cell),
        )

    def _answer(self, row: Row) -> Answer:
        cell = self._cell(row)
        return Answer(cell, self._grade(cell, row), self._proof.evidence(row))

    def _grade(self, cell: Cell, row: Row) -> Grade:
        if row["EVALSTAT"]:
            return Grade(missing=Missing(row["EVALSTAT"]), reason=row["NERSN"] or None)
        if isinstance(self._charter.item(cell.item), TextItem):
            return Grade(self._notes[row["RECID"]][row["SIDE"], row["SEGCD"], row["TESTCD"]])
        return Grade(row["RESCD"])
