"""What was found in an object, as the payload of its event: everything but what identifies somebody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from corelab.domain.intake import ObjectFault
from corelab.imaging.deid.as_json import facts_from, facts_json
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
        "facts": facts_json(prepared.facts) if prepared.facts else None,
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
        facts_from(payload["facts"]) if payload["facts"] else None,
        tuple(ObjectFault(code, message) for code, message in payload["faults"]),
        payload["code"],
        payload["message"],
        payload["candidate"],
    )
