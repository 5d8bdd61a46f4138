"""The ClinicalData of one subject: every signed record as a form, every grade with what the trail tells of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_item import TextItem
from corelab.domain.vocabulary import Cell, ItemId, SegmentId
from corelab.export.odm import marks, names
from corelab.export.odm.grades import Act, Entry, Frame, Step, Told, steps, told_of
from corelab.export.odm.study import OF_RECORD
from corelab.export.odm.trail import Happened, Signed, Trail
from corelab.export.row_cells import cell_of
from corelab.export.tables import TEXT
from corelab.export.writers import Row

_TYPES = ("reading", "adjudication")
_INVALIDATION = "reading_invalidation"


@dataclass(frozen=True, slots=True)
class _Record:
    """One signed record in the making: its rows in file order."""

    rows: tuple[Row, ...]
    frame: Frame
    entries: Mapping[Cell, tuple[Entry, ...]]
    before: Mapping[Cell, Told]
    """The grades of the revision before; empty for a first one."""

    @property
    def id(self) -> str:
        return self.rows[0]["RECID"]

    @property
    def current(self) -> bool:
        return self.rows[0]["CURRFL"] == "Y"


class SubjectWriter:
    """Tells one subject after the other under one charter version."""

    def __init__(self, charter: Charter, trail: Trail) -> None:
        self._charter, self._trail = charter, trail
        self._cells: dict[tuple[str, str, str], Cell] = {}
        self._defaults = {item.id: item.default for item in charter.items if isinstance(item, ChoiceItem) and item.default}

    def lines(self, rows: Sequence[Row]) -> Iterator[str]:
        """``rows``: those of readings.csv of one subject under this version, by visit. Raises LookupError, ValueError."""
        first = rows[0]
        yield marks.start("SubjectData", SubjectKey=first["USUBJID"], TransactionType="Insert") + "\n"
        if first["SITEID"]:
            yield marks.empty("SiteRef", LocationOID=names.site(first["SITEID"]))
        for visit, own in groupby(rows, key=lambda row: row["VISIT"]):
            yield marks.start("StudyEventData", StudyEventOID=names.visit(visit), TransactionType="Insert") + "\n"
            yield from self._visit(tuple(own))
            yield "</StudyEventData>\n"
        yield "</SubjectData>\n"

    def _visit(self, rows: Sequence[Row]) -> Iterator[str]:
        ordered = sorted(rows, key=lambda row: (int(row["EVENTSEQ"]), row["RECID"]))
        records: list[_Record] = []
        for _, own in groupby(ordered, key=lambda row: row["RECID"]):
            records.append(self._record(tuple(own), records))
        for record in records:
            yield from self._form(record)
        for record in records:
            if not record.current:
                yield from self._ended(record, records)

    # ------------------------------------------------------------ one record

    def _record(self, rows: tuple[Row, ...], earlier: Sequence[_Record]) -> _Record:
        record, reader = rows[0]["RECID"], rows[0]["READERID"]
        signed, begun = self._trail.signed(record), self._trail.begun(record)
        before = next((one for one in earlier if one.frame.signed.seq == begun.seq), None)
        frame = Frame(_act(begun, reader), _act(signed, reader))
        entries: dict[Cell, list[Entry]] = {}
        for happened, content in self._trail.entries(record):
            cell = Cell(SegmentId(content["segment"]), ItemId(content["item"]))
            text = TEXT if isinstance(self._charter.item(cell.item), TextItem) else ""
            why = signed.why or (content["new"] or {}).get("why") or ""
            entry = Entry(told_of(content["old"], text), told_of(content["new"], text), replace(_act(happened, reader), why=why))
            entries.setdefault(cell, []).append(entry)
        said = {self._cell(row): _signed(row) for row in before.rows} if before else {}
        return _Record(rows, frame, {cell: tuple(own) for cell, own in entries.items()}, said)

    def _form(self, record: _Record) -> Iterator[str]:
        yield self._form_start(record, "Insert") + marks.audit_record(record.frame.begun)
        found = (self._trail.signatures.get((kind, record.id)) for kind in _TYPES)
        signed = next((one for one in found if one is not None), None)
        if signed is not None:
            yield marks.signature(signed, record.rows[0]["READERID"])
        yield from self._about(record)
        for place, rows in groupby(sorted(record.rows, key=_place), key=_place):
            yield from self._segment(record, place, tuple(rows))
        yield "</FormData>\n"

    def _form_start(self, record: _Record, kind: str) -> str:
        oid = names.form(record.rows[0]["RDTYPE"])
        return marks.start("FormData", FormOID=oid, FormRepeatKey=record.id, TransactionType=kind)

    def _about(self, record: _Record) -> Iterator[str]:
        group = marks.start("ItemGroupData", ItemGroupOID=names.RECORD_GROUP, TransactionType="Insert")
        yield group + marks.audit_record(record.frame.signed)
        for name in OF_RECORD:
            value = record.rows[0][name]
            if value:
                yield marks.empty("ItemData", ItemOID=names.record_item(name), TransactionType="Insert", Value=value) + "\n"
        yield "</ItemGroupData>\n"

    def _segment(self, record: _Record, place: tuple[str, str], rows: Sequence[Row]) -> Iterator[str]:
        segment, side = place
        group = names.group(record.rows[0]["RDTYPE"], whole_exam=not segment)
        key = f"{segment} {side}".strip()
        yield marks.start("ItemGroupData", ItemGroupOID=group, ItemGroupRepeatKey=key, TransactionType="Insert") + "\n"
        for row in rows:
            *earlier, last = self._steps(record, row)
            for step in earlier:
                yield marks.item_data(row["TESTCD"], step, row["UNIT"], accepted=False)
            yield marks.item_data(row["TESTCD"], last, row["UNIT"], accepted=row["ACPTFL"] == "Y")
        yield "</ItemGroupData>\n"

    def _steps(self, record: _Record, row: Row) -> tuple[Step, ...]:
        cell = self._cell(row)
        entries = record.entries.get(cell, ())
        default = not entries and not record.before and self._defaults.get(cell.item) == row["RESCD"]
        return steps(_signed(row, prefilled=default), entries, record.frame, record.before.get(cell))

    def _cell(self, row: Row) -> Cell:
        named = row["SIDE"], row["SEGCD"], row["TESTCD"]
        if named not in self._cells:
            self._cells[named] = cell_of(self._charter, row)
        return self._cells[named]

    # ------------------------------------------------------------ what ended a record

    def _ended(self, record: _Record, records: Sequence[_Record]) -> Iterator[str]:
        """A record that no result rests on any more: removed by its next revision, or by an invalidation - also of what it decided on."""
        found = self._end_of(record, records)
        if found is not None:
            act, signed = found
            by = marks.signature(signed, act.user) if signed is not None else ""
            yield f"{self._form_start(record, 'Remove')}{marks.audit_record(act)}{by}</FormData>\n"

    def _end_of(self, record: _Record, records: Sequence[_Record]) -> tuple[Act, Signed | None] | None:
        own, reader = self._trail.invalidated(record.id), record.rows[0]["READERID"]
        if own is not None:
            return self._by_coordinator(own), self._trail.signatures.get((_INVALIDATION, record.id))
        later = self._trail.replaced_by(record.id)
        if later is not None:
            return _act(later, reader), None
        if record.rows[0]["PURPOSE"] == "ADJUDICATION":
            same = (one for one in records if one.rows[0]["RDTYPE"] == record.rows[0]["RDTYPE"])
            ended = [end for one in same if (end := self._trail.invalidated(one.id)) and end.seq > record.frame.signed.seq]
            return (self._by_coordinator(min(ended, key=lambda one: one.seq)), None) if ended else None
        return None

    def _by_coordinator(self, happened: Happened) -> Act:
        return _act(happened, self._trail.coordinators[happened.actor])


def _place(row: Row) -> tuple[str, str]:
    return row["SEGCD"], row["SIDE"]


def _signed(row: Row, *, prefilled: bool = False) -> Told:
    return Told(row["RESCD"], row["EVALSTAT"], row["NERSN"], prefilled=prefilled)


def _act(happened: Happened, user: str) -> Act:
    return Act(happened.seq, happened.at, user, happened.why)
