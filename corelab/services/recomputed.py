"""Comparisons and results made anew from the opened records and the charter, and held against what stands in the lab."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corelab.domain.adjudication import Decision, finish
from corelab.domain.allocation import Slot
from corelab.domain.audit import Fault
from corelab.domain.case_content import case_of, stands_in
from corelab.domain.content import AdjudicationContent, ReadingContent
from corelab.domain.discordance import Comparison, compare
from corelab.domain.result import Result
from corelab.domain.vocabulary import ExamState, ReadingTypeId, Source
from corelab.services import shown
from corelab.services.labs import charter_of
from corelab.services.projections import PROJECTION
from corelab.storage import readings
from corelab.storage.readings import CaseRecord, SignedRecord
from corelab.storage.store import Row, Snapshot

_ResultKey = tuple[str, str]
_ResultValue = tuple[str, str, str, str, str | None]
_FINAL = {ExamState.FINAL.value, ExamState.LOCKED.value}


def recomputed_results(snapshot: Snapshot) -> Iterator[Fault]:
    """Every final exam has exactly the results that its valid records give; results of before an invalidation are those of theirs."""
    states = {row["exam_id"]: row["state"] for row in snapshot.all("exam_status")}
    found: dict[str, dict[int, list[Row]]] = {}
    for row in snapshot.all("result"):
        found.setdefault(row["exam_id"], {}).setdefault(row["revision"], []).append(row)
    for exam in snapshot.all("exam"):
        stored, place = found.pop(exam["id"], {}), f"exam {exam['id']}"
        if sorted(stored) != list(range(1, len(stored) + 1)) or not _belong(snapshot, exam, stored, final=states.get(exam["id"]) in _FINAL):
            yield Fault(place, f"{PROJECTION}: its state and its results do not belong together", PROJECTION)
            continue
        for revision in sorted(stored):
            yield from _revision(snapshot, exam["id"], stored[revision], place)
    for stray in found:
        yield Fault(f"exam {stray}", f"{PROJECTION}: results of an exam that is not there", PROJECTION)


def _belong(snapshot: Snapshot, exam: Row, stored: Mapping[int, Sequence[Row]], *, final: bool) -> bool:
    """A final exam has results of its latest comparison, whose readings are valid; of any other exam the results are of before."""
    compared = snapshot.latest("comparison", by="event_seq", exam_id=exam["id"])
    last = _compared(snapshot, stored[max(stored)]) if stored else None
    if final:
        return compared is not None and last is not None and last["id"] == compared["id"] and not _invalid(snapshot, compared)
    return not stored or (last is not None and _invalid(snapshot, last))


def _invalid(snapshot: Snapshot, compared: Row) -> bool:
    return any(snapshot.one("reading_invalidation", reading_id=compared[column]) for column in ("reading_1", "reading_2"))


def _compared(snapshot: Snapshot, rows: Sequence[Row]) -> Row | None:
    """The comparison from which results of one event were made."""
    events = {row["event_seq"] for row in rows}
    event = snapshot.one("event", seq=min(events)) if len(events) == 1 else None
    if event is None:
        return None
    case = snapshot.one("adj_case", id=event["id"]) if event["kind"] == "case.finished" else None
    return snapshot.one("comparison", id=case["comparison_id"] if case else event["id"])


def _revision(snapshot: Snapshot, exam: str, rows: Sequence[Row], place: str) -> Iterator[Fault]:
    compared = _compared(snapshot, rows)
    if compared is None or compared["exam_id"] != exam:
        yield Fault(place, f"{PROJECTION}: results that no comparison of it made", PROJECTION)
    else:
        yield from _exam(snapshot, compared, {(row["segment"], row["item"]): row for row in rows}, place)


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
    found = {key: _stored(row) for key, row in stored.items()}
    for key in sorted(expected.keys() | found.keys()) if expected != found else ():
        if expected.get(key) != found.get(key):
            yield Fault(place, f"{PROJECTION}: the result of {' '.join(key)} is not the one that its records give", PROJECTION)


def _open(snapshot: Snapshot, compared: Row) -> _Opened:
    records: dict[Slot, SignedRecord] = {1: readings.reading_of(snapshot, compared["reading_1"])}
    records[2] = readings.reading_of(snapshot, compared["reading_2"])
    contents: dict[Slot, ReadingContent] = {
        slot: ReadingContent.from_json(snapshot.opening_of(record.seq)) for slot, record in records.items()
    }
    charter, visit = charter_of(snapshot, compared["charter_hash"]), shown.exam_of(snapshot, compared["exam_id"]).visit
    case = next(iter(readings.cases(snapshot, comparison_id=compared["id"])), None)
    decided = readings.signed_adjudication(snapshot, case) if case else None
    decisions = AdjudicationContent.from_json(snapshot.opening_of(decided.seq)).decisions if decided else ()
    return _Opened(
        records,
        contents,
        lambda reference: compare(charter, visit, contents[1].grades, contents[2].grades, reference),
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
        for one in opened.decisions:
            if not stands_in(sealed, one):
                yield Fault(place, f"{PROJECTION}: a decision took a grade that its case does not show", PROJECTION)


def _sides(snapshot: Snapshot, case: CaseRecord, opened: _Opened, place: str) -> Iterator[Fault]:
    sides, key = snapshot.opening_of(case.seq)["segments"], snapshot.opening_of(case.key_seq)["segments"]
    said = {opened.records[slot].id: _told(opened.contents[slot]) for slot in opened.records}
    for segment, letters in sides.items():
        for letter, cells in letters.items():
            reading = said.get(key.get(segment, {}).get(letter, ""), {})
            if any(reading.get((segment, item)) != answer for item, answer in cells.items()):
                yield Fault(place, f"{PROJECTION}: {letter} of {segment} in its case is not what a reading says", PROJECTION)


def _told(content: ReadingContent) -> dict[_ResultKey, object]:
    """Each answer as a case shows it."""
    cells = content.to_json()["grades"]
    return {(one["segment"], one["item"]): {key: value for key, value in one.items() if key not in {"segment", "item"}} for one in cells}


def _value(result: Result, opened: _Opened, reference: Slot) -> _ResultValue:
    source = opened.decided if result.source is Source.ADJUDICATED and opened.decided else opened.records[reference]
    return result.grade.code, result.source.value, source.record_type, source.id, ",".join(result.rules) or None


def _stored(row: Row) -> _ResultValue:
    return row["value"], row["source"], row["from_type"], row["from_id"], row["rule_id"]
