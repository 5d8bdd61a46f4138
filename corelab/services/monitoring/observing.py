"""From the records of a lab to what is watched: readings opened one by one, exams with their comparisons, and who still has to sign."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from corelab.domain.content import AdjudicationContent, ReadingContent
from corelab.domain.monitoring.observed import Compared, Decided, ExamName, Observed, Purpose, Read, Waiting
from corelab.domain.record_errors import KeyRefusedError, RecordDamagedError
from corelab.domain.vocabulary import Cell, ExamId, ExamState, Grade, ItemId, Missing, SegmentId
from corelab.services.labs import charter_of, effective_charter
from corelab.services.monitoring.differences import classes_between
from corelab.services.monitoring.signed import Signed, SignedDecision, SignedReading
from corelab.storage import calibration, people, readings, registry, released
from corelab.storage.keys import BoxSecret, Opening
from corelab.storage.readings import ADJUDICATION, PRIMARY, SignedRecord
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Row, Snapshot

_FINAL = {ExamState.FINAL, ExamState.LOCKED}


class Observing:
    """Gathers as of one moment; a sealed record is opened with ``custody``, or counted where there is none."""

    def __init__(self, snapshot: Snapshot, signed: Signed, custody: BoxSecret | None, at: datetime) -> None:
        self._snapshot, self._signed, self._custody, self._at = snapshot, signed, custody, at
        self._users = {person.account: person.user_name for person in people.all_people(snapshot)}
        self._exams = {exam.id: exam for exam in registry.all_exams(snapshot)}
        self._reads: dict[tuple[ExamId, str, int], Read] = {}
        self._others: list[Read] = []
        self._decided: list[Decided] = []
        self._unopened = 0

    def open(self, record: SignedReading | SignedDecision) -> None:
        """A record that cannot be opened, or is not what was signed, is counted and left out."""
        if self._custody is None and record.seqs & self._signed.sealed:
            self._unopened += isinstance(record, SignedReading)
            return
        try:
            self._take(record)
        except (KeyRefusedError, RecordDamagedError, LookupError, TypeError, ValueError):
            self._unopened += isinstance(record, SignedReading)

    def _take(self, record: SignedReading | SignedDecision) -> None:
        if isinstance(record, SignedDecision):
            content = AdjudicationContent.from_json(self._opening(record.record).json)
            grades = MappingProxyType({one.cell: one.grade for one in content.decisions})
            sealed = record.record.seq in self._signed.sealed
            self._decided.append(Decided(self._name(record.exam), self._type_of(record), grades, sealed))
            return
        read, of = self._read(record), record.assignment
        if read.purpose is Purpose.PRIMARY:
            self._reads[of.exam, of.reading_type, of.slot] = read
        else:
            self._others.append(read)

    def _opening(self, record: SignedRecord) -> Opening:
        seq = record.seq
        opened = self._snapshot.one("opening", seq=seq)
        made = Opening(bytes(opened["body"])) if opened and opened["body"] is not None else self._unsealed(seq)
        if made.digest != record.content_digest:
            raise RecordDamagedError(seq, "payload differs from its digest")
        return made

    def _unsealed(self, seq: int) -> Opening:
        if self._custody is None:
            raise RecordDamagedError(seq, "payload is gone")
        return released.opened(self._snapshot, seq, self._custody)

    def _read(self, record: SignedReading) -> Read:
        of = record.assignment
        current = ReadingContent.from_json(self._opening(record.current).json)
        same = record.first.seq == record.current.seq
        first = current if same else ReadingContent.from_json(self._opening(record.first).json)
        return Read(
            exam=self._name(of.exam),
            reading_type=of.reading_type,
            reader=self._users[of.account],
            slot=of.slot,
            purpose=Purpose(of.kind),
            first=first.grades,
            grades=current.grades,
            signed_at=record.first.at,
            batch=self._batch_of.get(record.current.id, ""),
            sealed=bool(record.seqs & self._signed.sealed),
            readable=self._readable(of.exam, of.id),
            seconds=first.seconds or None,
            note=current.note,
            pauses=self._pauses(of.id, record.first.seq),
        )

    # ------------------------------------------------------------ facts beside the grades

    def _name(self, exam: ExamId) -> ExamName:
        found = self._exams[exam]
        return ExamName(found.subject, found.visit)

    def _type_of(self, record: SignedDecision) -> str:
        found = self._snapshot.one("assignment", id=record.case.assignment)
        return str(found["reading_type"]) if found else ""

    @cached_property
    def _times(self) -> Mapping[int, datetime]:
        """When each assignment was made and each clip released, by event."""
        seqs = {row["event_seq"] for table in ("assignment", "clip_release") for row in self._snapshot.all(table)}
        found = (self._snapshot.one("event", seq=seq) for seq in seqs)
        return {row["seq"]: row["at"] for row in found if row is not None}

    @cached_property
    def _released(self) -> Mapping[str, datetime]:
        """By exam, since when all its clips were released."""
        exams = {row["id"]: row["exam_id"] for row in self._snapshot.all("clip")}
        found: dict[str, datetime] = {}
        for row in self._snapshot.all("clip_release"):
            exam, at = exams[row["clip_id"]], self._times[row["event_seq"]]
            found[exam] = max(at, found.get(exam, at))
        return found

    @cached_property
    def _assigned(self) -> Mapping[str, datetime]:
        return {row["id"]: self._times[row["event_seq"]] for row in self._snapshot.all("assignment")}

    def _readable(self, exam: ExamId, assignment: str) -> datetime | None:
        """A reader can open an exam once its clips are released and it is assigned."""
        released_at, assigned_at = self._released.get(exam), self._assigned.get(assignment)
        known = [at for at in (released_at, assigned_at) if at is not None]
        return max(known, default=None)

    def _pauses(self, assignment: str, until: int) -> tuple[int, ...]:
        events = self._snapshot.events(kind="answer.changed", entity="assignment", id=assignment)
        times = [row["at"] for row in events if row["seq"] < until]
        return tuple(round((after - before).total_seconds() * 1000) for before, after in pairwise(times))

    # ------------------------------------------------------------ exams

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        ordered = sorted(self._snapshot.all("release_batch"), key=lambda row: row["n"])
        return {row["id"]: row["label"] for row in ordered}

    @cached_property
    def _batch_of(self) -> Mapping[str, str]:
        """The release of each reading, by its id: with another one, or alone where one reader is the design."""
        compared = ((row[column], row["batch_id"]) for row in self._snapshot.all("comparison") for column in ("reading_1", "reading_2"))
        alone = ((row["reading_id"], row["batch_id"]) for row in self._snapshot.all("single_release"))
        return {reading: self._labels[batch] for reading, batch in (*compared, *alone)}

    def _compared(self) -> Iterator[Compared]:
        for (exam_id, kind, slot), one in self._reads.items():
            two = self._reads.get((exam_id, kind, 2))
            if slot == 1 and two is not None:
                exam, rows = self._exams[exam_id], self._rows(exam_id)
                results = {cell: _grade(row["value"]) for cell, row in rows.items()}
                classes = _recorded(rows) if rows else self._classes(exam, one, two)
                own = {cell: found for cell, found in classes.items() if cell in one.grades}
                yield Compared(self._name(exam_id), kind, one, two, own, one.batch, results)

    def _classes(self, exam: ExamRecord, one: Read, two: Read) -> Mapping[Cell, tuple[str, ...]]:
        return classes_between(self._snapshot, charter_of(self._snapshot, exam.charter_hash), exam, one, two)

    def _rows(self, exam: ExamId) -> Mapping[Cell, Row]:
        """The results of a final exam, of each cell the latest: reading types have revisions of their own."""
        if self._exams[exam].state not in _FINAL:
            return {}
        ordered = sorted(self._snapshot.all("result", exam_id=exam), key=lambda row: row["revision"])
        return {_cell(row): row for row in ordered}

    def _waiting(self) -> Iterator[Waiting]:
        done = readings.signed_assignments(self._snapshot)
        dues = {row["id"]: row["due"] for row in self._snapshot.all("assignment")}
        for of in readings.assignments(self._snapshot):
            if of.id not in done and of.kind in {PRIMARY, ADJUDICATION}:
                case = of.kind == ADJUDICATION
                yield Waiting(self._name(of.exam), self._users[of.account], case, self._assigned[of.id], dues[of.id])

    @cached_property
    def _set(self) -> frozenset[ExamId]:
        """The exams of the calibration set: no part of the trial's states and rates."""
        return calibration.marked(self._snapshot)

    def _truth(self) -> Iterator[tuple[ExamName, Mapping[Cell, Grade]]]:
        """What is known of the exams of the set that somebody has read; nothing without custody."""
        for name in {read.exam for read in self._others if read.purpose is Purpose.CALIBRATION} if self._custody else ():
            exam = next(each.id for each in self._exams.values() if self._name(each.id) == name)
            known = calibration.truth_of(self._snapshot, exam, self._custody) if self._custody else {}
            if known:
                yield name, known

    def observed(self) -> Observed:
        reads = (*self._reads.values(), *self._others)
        return Observed(
            charter=effective_charter(self._snapshot),
            at=self._at,
            reads=tuple(sorted(reads, key=lambda read: (read.exam, read.purpose.value, read.slot, read.reader))),
            compared=tuple(sorted(self._compared(), key=lambda each: (each.exam, each.reading_type))),
            decided=tuple(self._decided),
            batches=tuple(self._labels.values()),
            states=MappingProxyType({self._name(exam.id): exam.state for exam in self._exams.values() if exam.id not in self._set}),
            waiting=tuple(self._waiting()),
            truth=MappingProxyType(dict(self._truth())),
            unopened=self._unopened,
        )


def _recorded(rows: Mapping[Cell, Row]) -> Mapping[Cell, tuple[str, ...]]:
    """The classes that stand with the results: ``B.1`` is the first rule of class B; what closure added has none."""
    rules = {cell: (row["rule_id"] or "").split(",") for cell, row in rows.items()}
    classes = {cell: tuple(dict.fromkeys(rule.partition(".")[0] for rule in said if "." in rule)) for cell, said in rules.items()}
    return {cell: found for cell, found in classes.items() if found}


def _cell(row: Row) -> Cell:
    return Cell(SegmentId(row["segment"]), ItemId(row["item"]))


def _grade(value: str) -> Grade:
    missing = {one.value: one for one in Missing}.get(value)
    return Grade(value) if missing is None else Grade(missing=missing)
