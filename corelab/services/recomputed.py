"""Comparisons and results made anew from the opened records and the charter, and held against what stands in the lab."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corelab.domain.adjudication import Decision, finish
from corelab.domain.allocation import Slot
from corelab.domain.audit import Fault
from corelab.domain.case_content import case_of, misplaced
from corelab.domain.content import AdjudicationContent, Json, ReadingContent, answer_json
from corelab.domain.discordance import Comparison, compare
from corelab.domain.result import Result
from corelab.domain.single import results_of_one
from corelab.domain.vocabulary import Answer, ExamState, ReadingTypeId, Source
from corelab.services import shown
from corelab.services.labs import charter_of
from corelab.services.projections import PROJECTION
from corelab.storage import by_type, readings, registry, released
from corelab.storage.by_type import Standing
from corelab.storage.readings import CaseRecord, SignedRecord
from corelab.storage.store import Row, Snapshot

_ResultKey = tuple[str, str]
_ResultValue = tuple[str, str, str, str, str | None]
_FINAL = {ExamState.FINAL.value, ExamState.LOCKED.value}


@dataclass(frozen=True, slots=True)
class _Made:
    """What results of one event were made from: a comparison, or the release of one reading."""

    row: Row
    kind: ReadingTypeId
    single: bool


def recomputed_results(snapshot: Snapshot) -> Iterator[Fault]:
    """Every exam has exactly the results that its valid records give, by reading type; those of before an invalidation are of theirs."""
    states = {row["exam_id"]: row["state"] for row in snapshot.all("exam_status")}
    exams = snapshot.all("exam")
    for exam in exams:
        stored, place = _by_revision(snapshot, exam["id"]), f"exam {exam['id']}"
        made = [_made_by(snapshot, stored[revision]) for revision in sorted(stored)]
        whole = sorted(stored) == list(range(1, len(stored) + 1))
        if not whole or not _belong(snapshot, exam, made, final=states.get(exam["id"]) in _FINAL):
            yield Fault(place, f"{PROJECTION}: its state and its results do not belong together", PROJECTION)
            continue
        for revision in sorted(stored):
            yield from _revision(snapshot, exam["id"], stored[revision], place)
    for stray in sorted(released.exams_with_results(snapshot) - {exam["id"] for exam in exams}):
        yield Fault(f"exam {stray}", f"{PROJECTION}: results of an exam that is not there", PROJECTION)


def _by_revision(snapshot: Snapshot, exam: str) -> Mapping[int, Sequence[Row]]:
    found: dict[int, list[Row]] = {}
    for row in snapshot.all("result", exam_id=exam):
        found.setdefault(row["revision"], []).append(row)
    return found


def _belong(snapshot: Snapshot, exam: Row, made: Sequence[_Made | None], *, final: bool) -> bool:
    """A final exam has results of every reading type of its visit; the latest of each are those of its valid readings."""
    stood, latest = by_type.standing(snapshot, exam["id"]), {one.kind: one.row["id"] for one in made if one is not None}
    if any(latest.get(kind) != _source_of(one) for kind, one in stood.items() if one.finished):
        return False
    waiting = {_source_of(one) for one in stood.values() if not one.finished}
    if waiting & set(latest.values()):
        return False
    due = {kind.id for kind in charter_of(snapshot, exam["charter_hash"]).types_at(exam["visit"])}
    return final == all(ReadingTypeId(kind) in stood and stood[ReadingTypeId(kind)].finished for kind in due)


def _source_of(one: Standing) -> str:
    row = one.comparison or one.single or {}
    return str(row["id"])


def _made_by(snapshot: Snapshot, rows: Sequence[Row]) -> _Made | None:
    """None where the rows are of several events, or of one that makes no results."""
    events = {row["event_seq"] for row in rows}
    event = snapshot.one("event", seq=min(events)) if len(events) == 1 else None
    if event is None:
        return None
    if event["kind"] == "reading.released":
        row, reading = snapshot.one("single_release", id=event["id"]), "reading_id"
    else:
        case = snapshot.one("adj_case", id=event["id"]) if event["kind"] == "case.finished" else None
        row, reading = snapshot.one("comparison", id=case["comparison_id"] if case else event["id"]), "reading_1"
    return _Made(row, by_type.type_of(snapshot, row[reading]), reading == "reading_id") if row is not None else None


def _revision(snapshot: Snapshot, exam: str, rows: Sequence[Row], place: str) -> Iterator[Fault]:
    made = _made_by(snapshot, rows)
    if made is None or made.row["exam_id"] != exam:
        yield Fault(place, f"{PROJECTION}: results that no comparison of it made", PROJECTION)
        return
    stored = {(row["segment"], row["item"]): row for row in rows}
    yield from (_single if made.single else _exam)(snapshot, made.row, stored, place)


def _single(snapshot: Snapshot, released: Row, stored: Mapping[_ResultKey, Row], place: str) -> Iterator[Fault]:
    """The results of a type with one reader are the grades of that reading."""
    record = readings.reading_of(snapshot, released["reading_id"])
    assigned = snapshot.one("assignment", id=record.assignment) or {}
    kind = charter_of(snapshot, released["charter_hash"]).reading_type(assigned["reading_type"])
    if (assigned.get("exam_id"), assigned.get("kind"), kind.readers) != (released["exam_id"], "primary", 1):
        yield Fault(place, f"{PROJECTION}: a reading stands alone that has another to be compared with", PROJECTION)
    content = ReadingContent.from_json(snapshot.opening_of(record.seq))
    expected = {
        (str(one.cell.segment), str(one.cell.item)): (one.grade.code, one.source.value, "reading", record.id, None)
        for one in results_of_one(content.grades)
    }
    yield from _compared_rows(expected, stored, place)


def _compared_rows(expected: Mapping[_ResultKey, _ResultValue], stored: Mapping[_ResultKey, Row], place: str) -> Iterator[Fault]:
    found = {key: _stored(row) for key, row in stored.items()}
    for key in sorted(expected.keys() | found.keys()) if expected != found else ():
        if expected.get(key) != found.get(key):
            yield Fault(place, f"{PROJECTION}: the result of {' '.join(key)} is not the one that its records give", PROJECTION)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A final exam as its openings tell it."""

    records: Mapping[Slot, SignedRecord]
    contents: Mapping[Slot, ReadingContent]
    comparison: Callable[[Slot], Comparison]
    decided: SignedRecord | None
    decisions: tuple[Decision, ...]


def _exam(snapshot: Snapshot, compared: Row, stored: Mapping[_ResultKey, Row], place: str) -> Iterator[Fault]:
    opened = _open(snapshot, compared)
    for slot, record in opened.records.items():
        assigned = snapshot.one("assignment", id=record.assignment) or {}
        if (assigned.get("exam_id"), assigned.get("slot")) != (compared["exam_id"], slot):
            yield Fault(place, f"{PROJECTION}: reading {slot} of its comparison is another one", PROJECTION)
        if readings.revisions(snapshot, record.assignment)[-1].id != record.id:
            yield Fault(place, f"{PROJECTION}: reading {slot} of its comparison is not the latest revision", PROJECTION)
    reference = _reference_slot(opened, stored.values())
    comparison = opened.comparison(reference)
    if compared["outcome"] != _outcome(comparison):
        yield Fault(place, f"{PROJECTION}: its comparison is recorded as {compared['outcome']} and is {_outcome(comparison)}", PROJECTION)
    if bool(comparison.to_decide) != (opened.decided is not None):
        yield Fault(place, f"{PROJECTION}: it is decided without a case, or has a case without decision", PROJECTION)
        return
    yield from _taken(snapshot, compared, opened, place)
    expected = {(str(one.cell.segment), str(one.cell.item)): _value(one, opened, reference) for one in finish(comparison, opened.decisions)}
    yield from _compared_rows(expected, stored, place)


def _open(snapshot: Snapshot, compared: Row) -> _Opened:
    records: dict[Slot, SignedRecord] = {1: readings.reading_of(snapshot, compared["reading_1"])}
    records[2] = readings.reading_of(snapshot, compared["reading_2"])
    contents: dict[Slot, ReadingContent] = {
        slot: ReadingContent.from_json(snapshot.opening_of(record.seq)) for slot, record in records.items()
    }
    charter, exam = charter_of(snapshot, compared["charter_hash"]), shown.exam_of(snapshot, compared["exam_id"])
    attributes = registry.attributes(snapshot, exam.subject_id)
    case = next(iter(readings.cases(snapshot, comparison_id=compared["id"])), None)
    decided = readings.signed_adjudication(snapshot, case) if case else None
    decisions = AdjudicationContent.from_json(snapshot.opening_of(decided.seq)).decisions if decided else ()
    return _Opened(
        records,
        contents,
        lambda reference: compare(charter, exam.visit, contents[1].grades, contents[2].grades, reference, attributes=attributes),
        decided,
        decisions,
    )


def _reference_slot(opened: _Opened, stored: Iterable[Row]) -> Slot:
    """The reading that the undisputed results came from; the draw itself can be repeated only with the seed, after the lock."""
    sources = {row["from_id"] for row in stored if row["source"] != Source.ADJUDICATED.value}
    return 2 if sources == {opened.records[2].id} else 1


def _outcome(comparison: Comparison) -> str:
    if comparison.to_decide:
        return "case"
    return "reference" if any(one.source is Source.REFERENCE for one in comparison.results) else "concordant"


def _taken(snapshot: Snapshot, compared: Row, opened: _Opened, place: str) -> Iterator[Fault]:
    """A and B were the two readings, and whoever took one got its grade."""
    for case in readings.cases(snapshot, comparison_id=compared["id"]):
        clips = shown.clips_of(snapshot, case.exam)
        form = shown.form_of(snapshot, case.exam, ReadingTypeId(opened.contents[1].reading_type), clips)
        sealed = case_of(snapshot.opening_of(case.seq), form, reason_required=False)
        yield from _sides(snapshot, case, opened, place)
        for _ in misplaced(sealed, opened.decisions):
            yield Fault(place, f"{PROJECTION}: a decision took a grade that its case does not show", PROJECTION)


def _sides(snapshot: Snapshot, case: CaseRecord, opened: _Opened, place: str) -> Iterator[Fault]:
    sides, key = snapshot.opening_of(case.seq)["segments"], snapshot.opening_of(case.key_seq)["segments"]
    said: dict[str, Mapping[_ResultKey, Answer]] = {
        record.id: {(one.cell.segment, one.cell.item): one for one in opened.contents[slot].answers}
        for slot, record in opened.records.items()
    }
    for segment, letters in sides.items():
        for letter, cells in letters.items():
            reading = said.get(key.get(segment, {}).get(letter, ""), {})
            if any(_told(reading.get((segment, item))) != answer for item, answer in cells.items()):
                yield Fault(place, f"{PROJECTION}: {letter} of {segment} in its case is not what a reading says", PROJECTION)


def _told(answer: Answer | None) -> Json | None:
    """An answer as a case shows it."""
    if answer is None:
        return None
    return {key: value for key, value in answer_json(answer).items() if key not in {"segment", "item"}}


def _value(result: Result, opened: _Opened, reference: Slot) -> _ResultValue:
    source = opened.decided if result.source is Source.ADJUDICATED and opened.decided else opened.records[reference]
    return result.grade.code, result.source.value, source.record_type, source.id, ",".join(result.rules) or None


def _stored(row: Row) -> _ResultValue:
    return row["value"], row["source"], row["from_type"], row["from_id"], row["rule_id"]
