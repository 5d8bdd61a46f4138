"""What was found in an object, as the payload of its event: everything but what identifies somebody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corelab.domain.clip_json import regions_from, regions_text, timing_from, timing_text
from corelab.domain.intake import Box, ObjectFault
from corelab.imaging.deid.candidate import Facts, Prepared
from corelab.storage import registry
from corelab.storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Found:
    """An object as it stood after an event: facts, what was wrong, and the words about it."""

    facts: Facts | None
    faults: tuple[ObjectFault, ...]
    code: str | None
    message: str
    candidate: str | None


def payload_of(prepared: Prepared) -> dict[str, Any]:
    return {
        "facts": _facts(prepared.facts) if prepared.facts else None,
        "faults": [[fault.code, fault.message] for fault in prepared.faults],
        "code": prepared.code.value if prepared.code else None,
        "message": prepared.message,
        "candidate": prepared.sha256,
    }


def found_at(snapshot: Snapshot, seqs: Collection[int]) -> dict[int, Found]:
    """What each of these events says about its object."""
    return {seq: _found(payload) for seq, payload in registry.clear_payloads(snapshot, seqs).items()}


def _found(payload: Mapping[str, Any]) -> Found:
    return Found(
        _facts_from(payload["facts"]) if payload["facts"] else None,
        tuple(ObjectFault(code, message) for code, message in payload["faults"]),
        payload["code"],
        payload["message"],
        payload["candidate"],
    )


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "sop_uid": facts.sop_uid,
        "sop_class": facts.sop_class,
        "transfer_syntax": facts.transfer_syntax,
        "rows": facts.rows,
        "columns": facts.columns,
        "timing": timing_text(facts.timing),
        "regions": regions_text(facts.regions),
        "kept": _boxes(facts.kept),
        "drawn": _boxes(facts.drawn),
        "flagged": list(facts.flagged),
        "hits": _boxes(facts.hits),
        "study_date": facts.study_date,
        "rules_version": facts.rules_version,
        "declared": facts.declared,
        "left_out": list(facts.left_out),
    }


def _facts_from(stored: Mapping[str, Any]) -> Facts:
    return Facts(
        sop_uid=stored["sop_uid"],
        sop_class=stored["sop_class"],
        transfer_syntax=stored["transfer_syntax"],
        rows=stored["rows"],
        columns=stored["columns"],
        timing=timing_from(stored["timing"]),
        regions=regions_from(stored["regions"]),
        kept=boxes_from(stored["kept"]),
        drawn=boxes_from(stored["drawn"]),
        flagged=tuple(stored["flagged"]),
        hits=boxes_from(stored["hits"]),
        study_date=stored["study_date"],
        rules_version=stored["rules_version"],
        declared=stored["declared"],
        left_out=tuple(stored["left_out"]),
    )


def _boxes(boxes: Sequence[Box]) -> list[list[int]]:
    return [list(box) for box in boxes]


def boxes_from(stored: Sequence[Sequence[int]]) -> tuple[Box, ...]:
    return tuple((box[0], box[1], box[2], box[3]) for box in stored)
