"""Whether what stands clear after a release is what was sealed and signed: grades and evidence against openings."""

from collections.abc import Iterator, Mapping
from typing import Any

from corelab.domain.audit import Fault
from corelab.storage.verify import Source

PROJECTION = "projection"
_Key = tuple[str, str]
_RECORD, _CELL = ("record_type", "record_id"), ("segment", "item")
_GRADE = ("value", "unit", "reason_code", "confidence", "prefilled")
_BOUND = ("clip_sha256", "frame_a", "frame_b")
_Cells = Mapping[tuple[Any, ...], tuple[Any, ...]]


def released_grades(source: Source) -> Iterator[Fault]:
    """Every opened record has exactly the grades and evidence of its opening, every other record none."""
    for record_type in ("reading", "adjudication"):
        for record in source.rows(record_type):
            found = _clear_rows(source, (record_type, record["id"]))
            payload = source.opened(record["event_seq"])
            place = f"{source.where(record['event_seq'])}, {record_type} {record['id']}"
            if payload is None and any(found):
                yield Fault(place, f"{PROJECTION}: has grades but is not opened", PROJECTION)
            elif payload is not None:
                yield from _differences(place, found, _of_payload(payload))
    for record_type, record_id in _strays(source):
        yield Fault(f"{record_type} {record_id}", f"{PROJECTION}: grades of a record that is not there", PROJECTION)


def _clear_rows(source: Source, record: _Key) -> tuple[_Cells, _Cells]:
    """Of one record at a time: all of a large lab would fill the memory."""
    grades = {cells[:2]: cells[2:] for cells in source.of_record("grade", (*_CELL, *_GRADE), record)}
    evidence = {cells[:3]: cells[3:] for cells in source.of_record("evidence", (*_CELL, "n", *_BOUND), record)}
    return grades, evidence


def _strays(source: Source) -> Iterator[_Key]:
    there = {(record_type, record["id"]) for record_type in ("reading", "adjudication") for record in source.rows(record_type)}
    found = dict.fromkeys(cells[:2] for table in ("grade", "evidence") for cells in source.different(table, _RECORD))
    yield from (key for key in found if key not in there)


def _of_payload(payload: Mapping[str, Any]) -> tuple[_Cells, _Cells]:
    grades: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    evidence: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for answer in payload.get("grades", payload.get("decisions", ())):
        cell = answer["segment"], answer["item"]
        value = answer.get("missing") or answer["value"]
        grades[cell] = (value, answer.get("unit"), answer.get("reason"), answer.get("confidence"), int(answer.get("prefilled", False)))
        for n, bound in enumerate(answer["evidence"], 1):
            first, *more = bound["frames"]
            evidence[*cell, n] = (bound["clip"], first, more[0] if more else None)
    return grades, evidence


def _differences(place: str, found: tuple[_Cells, _Cells], expected: tuple[_Cells, _Cells]) -> Iterator[Fault]:
    for what, rows, wanted in (("grade", found[0], expected[0]), ("evidence", found[1], expected[1])):
        for key in sorted(rows.keys() | wanted.keys()) if rows != wanted else ():
            if rows.get(key) != wanted.get(key):
                cell = " ".join(str(part) for part in key)
                yield Fault(place, f"{PROJECTION}: the {what} of {cell} is not the signed one", PROJECTION)
