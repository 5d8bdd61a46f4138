"""Whether what stands clear after a release is what was sealed and signed: grades and evidence against openings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from corelab.domain.audit import Fault
from corelab.storage.verify import Source

PROJECTION = "projection"
_Key = tuple[str, str]
_PLACE = ("record_type", "record_id", "segment", "item")
_GRADE = ("value", "unit", "reason_code", "confidence", "prefilled")
_BOUND = ("clip_sha256", "frame_a", "frame_b")
_Cells = Mapping[tuple[Any, ...], tuple[Any, ...]]


def released_grades(source: Source) -> Iterator[Fault]:
    """Every opened record has exactly the grades and evidence of its opening, every other record none."""
    clear = _clear_rows(source)
    for record_type in ("reading", "adjudication"):
        for record in source.rows(record_type):
            grades, evidence = clear.pop((record_type, record["id"]), ({}, {}))
            payload = source.opened(record["event_seq"])
            place = f"{source.where(record['event_seq'])}, {record_type} {record['id']}"
            if payload is None and grades:
                yield Fault(place, f"{PROJECTION}: has grades but is not opened", PROJECTION)
            elif payload is not None:
                yield from _differences(place, (grades, evidence), _of_payload(payload))
    for record_type, record_id in clear:
        yield Fault(f"{record_type} {record_id}", f"{PROJECTION}: grades of a record that is not there", PROJECTION)


def _clear_rows(source: Source) -> dict[_Key, tuple[_Cells, _Cells]]:
    found: defaultdict[_Key, tuple[dict[Any, Any], dict[Any, Any]]] = defaultdict(lambda: ({}, {}))
    for cells in source.cells("grade", (*_PLACE, *_GRADE)):
        found[cells[:2]][0][cells[2:4]] = cells[4:]
    for cells in source.cells("evidence", (*_PLACE, "n", *_BOUND)):
        found[cells[:2]][1][cells[2:5]] = cells[5:]
    return dict(found)


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
