"""The tables about signed records against the trail: who holds only the package key cannot change a reading and have it believed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from corelab.domain.adjudication import Decision
from corelab.domain.charter import Charter
from corelab.domain.content import AdjudicationContent, ReadingContent
from corelab.domain.vocabulary import Answer, ReadingTypeId, SegmentId
from corelab.export import beside, measured
from corelab.export.check import Loaded, PackageFault
from corelab.export.check.derived import compared
from corelab.export.columns import Table
from corelab.export.decisions import adjudication_rows
from corelab.export.records import Adjudicated, ExamRecord, SignedRecord
from corelab.export.rows import record_rows
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.export.written import SubjectRows
from corelab.services.packages.trail_files import DAMAGED
from corelab.services.packages.trail_recorded import ADJUDICATION, READING, Recorded, Told

_DERIVED_OF_ROW = frozenset({"ACPTFL"})
"""Of readings.csv: made anew from all readings of an exam."""
_OF_RECORDS = ("readings", "evidence", "measurements", "viewing", "checks", "notes", "adjudications")
_SAYS, _STRAY = "its signed record says", "is in no signed record"


class Held:
    """Takes one subject after the other; ``count`` are the records that the trail says the same of."""

    def __init__(self, versions: Versions, loaded: Loaded, recorded: Recorded) -> None:
        self._versions, self._recorded = versions, recorded
        self._tables = {table.name: _told_by_records(table) for table in loaded.tables(versions.main) if table.name in _OF_RECORDS}
        self._excluded = bool(loaded.waiting)
        self._people: dict[str, str] = {}
        self._pseudonyms: dict[str, str] = {}
        self._places: dict[tuple[str, str], tuple[str, str]] = {}
        self._seen: set[int] = set()
        self.count = 0
        self.exams = 0

    def faults(self, subject: SubjectRows, exams: Iterable[ExamRecord]) -> Iterator[PackageFault]:
        """Of one subject's rows: every record with the event that signed it."""
        own = {name: _by_record(subject.rows.get(name, ())) for name in self._tables}
        for exam in exams:
            self.exams += 1
            for record in exam.records:
                yield from self._record(exam, record, {name: held.pop(record.record, []) for name, held in own.items()})
        for name, held in own.items():
            for stray in held:
                yield PackageFault(f"{self._tables[name].path} record {stray}", "is of no reading of this subject")

    def _record(self, exam: ExamRecord, record: SignedRecord, rows: Mapping[str, list[Row]]) -> Iterator[PackageFault]:
        where, told = f"data/readings.csv record {record.record}", self._recorded.records.get(record.event)
        if told is None or (told.record, told.kind) != (record.record, ADJUDICATION if record.slot is None else READING):
            yield PackageFault(where, f"event {record.event} of the trail is not its signature")
            return
        if record.event in self._seen:
            yield PackageFault(where, f"event {record.event} of the trail is the signature of another record too")
        self._seen.add(record.event)
        wrong = [*self._header(exam, record, told), *self._standing(exam, record), *self._person(exam, record, told)]
        yield from (PackageFault(where, what) for what in wrong)
        try:
            content = list(self._content(exam, record, told, rows))
        except LookupError:
            content = [PackageFault(where, f"the trail does not tell what event {record.event} signed")]
        except DAMAGED as error:
            content = [PackageFault(where, f"what event {record.event} signed cannot be read ({type(error).__name__})")]
        yield from content
        self.count += not wrong and not content

    # ---------------------------------------------------------------- what the event and its signature say

    def _header(self, exam: ExamRecord, record: SignedRecord, told: Told) -> Iterator[str]:
        if record.signed_at != told.at:
            yield f"SIGNDTC is {record.signed_at!r}, the trail says {told.at!r}"
        if told.signed is None:
            return
        if record.revision != told.signed.revision:
            yield f"REVISION is {record.revision}, what was signed says {told.signed.revision}"
        if exam.charter_hash != told.signed.charter:
            yield f"FORMHASH is {exam.charter_hash!r}, what was signed says {told.signed.charter!r}"

    def _standing(self, exam: ExamRecord, record: SignedRecord) -> Iterator[str]:
        """Superseded, invalidated, withdrawn with its case: then it is not current, and else it is."""
        gone = self._taken_back(exam, record)
        if record.current and gone is not None:
            yield f"CURRFL is 'Y', by the trail it {gone}"
        if not record.current and gone is None and record.record not in self._recorded.reopened:
            yield "CURRFL is 'N', by the trail it stands"
        repeat = record.record in self._recorded.repeats
        if record.slot is not None and repeat != (record.purpose == "REPEAT"):
            yield f"PURPOSE is {record.purpose!r}, by the trail it was{'' if repeat else ' not'} released as a second reading"

    def _taken_back(self, exam: ExamRecord, record: SignedRecord) -> str | None:
        if record.slot is None:
            case = self._case_of(exam, record)
            return "was withdrawn with its case" if case in self._recorded.withdrawn else None
        if record.record in self._recorded.invalidated:
            return "was declared invalid"
        return "was signed anew later" if self._recorded.is_superseded(self._recorded.records[record.event]) else None

    def _case_of(self, exam: ExamRecord, record: SignedRecord) -> str | None:
        """The last case before this decision that stands on a reading of this exam and of its type."""
        own = (one.record for one in exam.records if one.kind == record.kind and one.slot is not None)
        return self._recorded.case_of(own, record.event)

    def _person(self, exam: ExamRecord, record: SignedRecord, told: Told) -> Iterator[str]:
        """One pseudonym for each person, one person for each pseudonym; and one exam for each name under which somebody knew one."""
        if self._people.setdefault(told.actor, record.reader) != record.reader:
            yield f"READERID is {record.reader!r}, another record of the same person says {self._people[told.actor]!r}"
        if self._pseudonyms.setdefault(record.reader, told.actor) != told.actor:
            yield f"READERID {record.reader!r} stands for two people"
        place = (exam.subject, exam.visit)
        if told.place is not None and self._places.setdefault((told.actor, told.exam), place) != place:
            yield f"its person knew this exam by the name of {' '.join(self._places[told.actor, told.exam])}"

    # ---------------------------------------------------------------- what was signed

    def _content(self, exam: ExamRecord, record: SignedRecord, told: Told, rows: Mapping[str, list[Row]]) -> Iterator[PackageFault]:
        """Raises LookupError where the trail does not tell it, ValueError and its like for what cannot be read."""
        charter, payload = self._versions.under(exam.charter_hash), self._recorded.content(told)
        if record.slot is None:
            signed = self._decided(exam, record, AdjudicationContent.from_json(payload))
        else:
            signed = _read(record, ReadingContent.from_json(payload))
        whole = replace(exam, records=tuple(signed if one.record == record.record else one for one in exam.records))
        made = _rows_of(charter, whole, signed)
        for name, table in self._tables.items():
            yield from compared(table, rows[name], made[name], _SAYS, _STRAY)

    def _decided(self, exam: ExamRecord, record: SignedRecord, content: AdjudicationContent) -> SignedRecord:
        answers = {one.cell: Answer(one.cell, one.grade, one.evidence) for one in content.decisions}
        signed = replace(
            record,
            revision=content.revision,
            answers=MappingProxyType(answers),
            note=content.note,
            checks=content.checks,
            viewing=content.viewing,
            measurements=content.measurements,
        )
        return replace(signed, adjudicated=self._sides(exam, record, content.decisions))

    def _sides(self, exam: ExamRecord, record: SignedRecord, decisions: Iterable[Decision]) -> Adjudicated | None:
        if record.adjudicated is None:
            return None
        sides = self._recorded.sides.get(self._case_of(exam, record) or "", {})
        taken = MappingProxyType({one.cell: (one.take, one.reason) for one in decisions})
        a, b = ({SegmentId(segment): said[letter] for segment, said in sides.items() if letter in said} for letter in "AB")
        return Adjudicated(taken, MappingProxyType(a), MappingProxyType(b))

    # ---------------------------------------------------------------- after the last subject

    def ended(self) -> Iterator[PackageFault]:
        """Records of the trail that are in no table though nothing explains it."""
        for one in self.left:
            if (one.actor, one.exam) in self._places:
                yield PackageFault("data/readings.csv", f"record {one.record} (event {one.seq}) of an exam that is there is missing")
            elif not self._excluded and not self._recorded.sets_aside:
                yield PackageFault("data/readings.csv", f"record {one.record} (event {one.seq}) of the trail is missing")
        locked = self._recorded.locked_exams
        if locked is not None and locked != self.exams:
            yield PackageFault("data/readings.csv", f"has {self.exams} exams, {locked} were locked")

    @property
    def left(self) -> tuple[Told, ...]:
        """The opened records that no table holds."""
        return tuple(one for one in self._recorded.opened() if one.seq not in self._seen)


def _told_by_records(table: Table) -> Table:
    return replace(table, columns=tuple(one for one in table.columns if one.name not in _DERIVED_OF_ROW))


def _by_record(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["RECID"], []).append(row)
    return found


def _read(record: SignedRecord, content: ReadingContent) -> SignedRecord:
    """A reading as it was signed; its slot and its number are the lab's."""
    return replace(
        record,
        revision=content.revision,
        answers=MappingProxyType({answer.cell: answer for answer in content.answers}),
        kind=ReadingTypeId(content.reading_type),
        seconds=content.seconds,
        note=content.note,
        checks=content.checks,
        viewing=content.viewing,
        measurements=content.measurements,
    )


def _rows_of(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Mapping[str, Iterator[Row]]:
    return {
        "readings": record_rows(charter, replace(exam, records=(record,))),
        "evidence": measured.evidence_rows(charter, exam, record),
        "measurements": measured.measurement_rows(charter, exam, record),
        "viewing": beside.viewing_rows(charter, exam, record),
        "checks": beside.check_rows(charter, exam, record),
        "notes": beside.note_rows(charter, exam, record),
        "adjudications": adjudication_rows(charter, exam, record),
    }
