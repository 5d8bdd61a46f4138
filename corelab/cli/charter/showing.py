"""``corelab charter show``: what a charter asks at which visit of which segment, and how many keys a clean exam takes."""

from collections.abc import Iterator
from typing import Any

from corelab.cli.charter.checking import Name
from corelab.cli.terminal import AsJson, answer, command
from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.form_load import AskedCell, BlockLoad, asked_at, load_of
from corelab.services import charters

_MARKS = {"core": "C", "detail": "D", "optional": "o"}
_LEGEND = "C must be answered, P the same but prefilled, D asked when a condition holds, o optional; * only where an attribute says so"
_WHOLE = "(whole exam)"


@command
def show(name: Name, as_json: AsJson = False) -> None:
    """Print what a charter asks: visits, segments and questions as a table, and the keys that a clean exam takes.

    Example: corelab charter show dvt-lower-extremity
    """
    charter = load_charter(charters.read(name))
    answer(_document(charter), _words(charter), as_json=as_json)


def _document(charter: Charter) -> dict[str, Any]:
    return {
        "charter": charter.id,
        "version": charter.version,
        "sha256": charter.hash,
        "title": charter.title,
        "visits": [
            {
                "id": visit.id,
                "label": visit.label,
                "day": visit.day,
                "window": list(visit.window),
                "blocks": list(visit.blocks),
                "cells": [_cell(cell) for cell in asked_at(charter, visit.id)],
            }
            for visit in charter.visits
        ],
        "load": [{"block": load.block, "keys": load.keys, "items": dict(load.items)} for load in load_of(charter)],
    }


def _cell(cell: AskedCell) -> dict[str, Any]:
    return {"segment": cell.segment, "item": cell.item, "use": cell.use, "prefilled": cell.prefilled, "some": cell.some}


def _words(charter: Charter) -> str:
    lines = [f"{charter.title}", f"{charter.id} {charter.version}, {charter.hash}", ""]
    for cells, visits in _alike(charter).items():
        lines += [*(_visit(charter, visit) for visit in visits), "", *_table(charter, cells), ""]
    lines += [_LEGEND, "", "Keys for a clean exam (core questions without default, required segments):"]
    return "\n".join((*lines, *map(_load, load_of(charter))))


def _alike(charter: Charter) -> dict[tuple[AskedCell, ...], list[str]]:
    """The visits by what they ask, so that a table stands once."""
    found: dict[tuple[AskedCell, ...], list[str]] = {}
    for visit in charter.visits:
        found.setdefault(asked_at(charter, visit.id), []).append(visit.id)
    return found


def _visit(charter: Charter, name: str) -> str:
    visit = charter.visit(name)
    low, high = visit.window
    kinds = [word for word, is_so in (("baseline", visit.baseline), ("not required", not visit.required)) if is_so]
    rest = "".join(f", {word}" for word in kinds)
    return f"{visit.id}  {visit.label}: day {visit.day} ({low} to {high}), {', '.join(visit.blocks)}{rest}"


def _table(charter: Charter, cells: tuple[AskedCell, ...]) -> Iterator[str]:
    marks = {(cell.segment, cell.item): _mark(cell) for cell in cells}
    items = [item.id for item in charter.items if any(cell.item == item.id for cell in cells)]
    segments = [one for one in (*(segment.id for segment in charter.segments), "") if any(cell.segment == one for cell in cells)]
    wide = max(len(one) for one in (*segments, _WHOLE if "" in segments else ""))
    yield f"  {'':{wide}}  {'  '.join(items)}"
    for segment in segments:
        row = "  ".join(f"{marks.get((segment, item), '.'):^{len(item)}}" for item in items)
        yield f"  {segment or _WHOLE:{wide}}  {row}".rstrip()


def _mark(cell: AskedCell) -> str:
    return ("P" if cell.prefilled else _MARKS[cell.use]) + ("*" if cell.some else "")


def _load(load: BlockLoad) -> str:
    parts = " + ".join(f"{number} {item}" for item, number in load.items.items())
    return f"  {load.block}: {load.keys}" + (f" ({parts})" if parts else "")
