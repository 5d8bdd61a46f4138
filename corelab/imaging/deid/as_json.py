"""What goes to and from the process in which an object is read, as JSON; the facts are recorded in the same form."""

from collections.abc import Mapping, Sequence
from typing import Any

from corelab.domain.clip_json import regions_from, regions_text, timing_from, timing_text
from corelab.domain.intake import Box, HitClass, IntakeCode, ObjectFault, Outcome
from corelab.domain.mask_template import Machine, Template
from corelab.imaging.deid.candidate import Decision, Facts, Prepared
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.hints import hints_from, hints_json
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import Keyed
from corelab.imaging.pixel_mask import PIXELS


def prepared_json(prepared: Prepared) -> dict[str, Any]:
    return {
        "outcome": prepared.outcome.value,
        "code": prepared.code.value if prepared.code else None,
        "message": prepared.message,
        "faults": [[fault.code, fault.message] for fault in prepared.faults],
        "identity": prepared.identity.to_json(),
        "facts": facts_json(prepared.facts) if prepared.facts else None,
        "sha256": prepared.sha256,
        "study": prepared.study,
        "hints": hints_json(prepared.hints),
    }


def prepared_from(stored: Mapping[str, Any]) -> Prepared:
    """Raises KeyError, TypeError or ValueError for another form."""
    return Prepared(
        outcome=Outcome(stored["outcome"]),
        code=IntakeCode(stored["code"]) if stored["code"] is not None else None,
        message=stored["message"],
        faults=tuple(ObjectFault(code, message) for code, message in stored["faults"]),
        identity=Identity.from_json(stored["identity"]),
        facts=facts_from(stored["facts"]) if stored["facts"] is not None else None,
        sha256=stored["sha256"],
        study=stored["study"],
        hints=hints_from(stored["hints"]),
    )


def facts_json(facts: Facts) -> dict[str, Any]:
    return {
        "sop_uid": facts.sop_uid,
        "sop_class": facts.sop_class,
        "transfer_syntax": facts.transfer_syntax,
        "rows": facts.rows,
        "columns": facts.columns,
        "timing": timing_text(facts.timing),
        "regions": regions_text(facts.regions),
        "kept": boxes_json(facts.kept),
        "drawn": boxes_json(facts.drawn),
        "flagged": list(facts.flagged),
        "hits": boxes_json(facts.hits),
        "study_date": facts.study_date,
        "rules_version": facts.rules_version,
        "declared": facts.declared,
        "left_out": list(facts.left_out),
        "picture": facts.picture,
        "coloured": facts.coloured,
        "blocks": list(facts.blocks),
        "machine": [facts.machine.manufacturer, facts.machine.model, facts.machine.software] if facts.machine else None,
        "template": facts.template,
        "templated": boxes_json(facts.templated),
        "classes": [each.value for each in facts.classes],
    }


def facts_from(stored: Mapping[str, Any]) -> Facts:
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
        picture=stored.get("picture"),
        coloured=stored.get("coloured"),
        blocks=blocks_from(stored.get("blocks", PIXELS)),
        machine=Machine(*stored["machine"]) if stored.get("machine") else None,
        template=stored.get("template"),
        templated=boxes_from(stored.get("templated", ())),
        classes=tuple(HitClass(each) for each in stored.get("classes", ())),
    )


def decision_json(decision: Decision) -> dict[str, Any]:
    return {"drawn": boxes_json(decision.drawn), "nothing": decision.nothing, "accepted": decision.accepted}


def decision_from(stored: Mapping[str, Any]) -> Decision:
    return Decision(boxes_from(stored["drawn"]), nothing=stored["nothing"], accepted=stored["accepted"])


def mark_json(mark: Mark) -> dict[str, Any]:
    """With the lab's key: for a pipe, never for a file."""
    keyed = {"key": mark.keyed.key.hex(), "subject": mark.keyed.subject}
    return {"pseudonym": mark.pseudonym, "trial": mark.trial, "keyed": keyed, "number": mark.number}


def mark_from(stored: Mapping[str, Any]) -> Mark:
    keyed = Keyed(bytes.fromhex(stored["keyed"]["key"]), stored["keyed"]["subject"])
    return Mark(stored["pseudonym"], stored["trial"], keyed, stored["number"])


def template_json(template: Template) -> dict[str, Any]:
    machine = [template.machine.manufacturer, template.machine.model, template.machine.software]
    size = {"rows": template.rows, "columns": template.columns}
    return {"id": template.id, "n": template.n, "machine": machine, **size, "boxes": boxes_json(template.boxes)}


def template_from(stored: Mapping[str, Any]) -> Template:
    machine = Machine(*stored["machine"])
    return Template(stored["id"], stored["n"], machine, stored["rows"], stored["columns"], boxes_from(stored["boxes"]))


def blocks_from(stored: Sequence[int]) -> tuple[int, int]:
    width, height = stored
    return width, height


def boxes_json(boxes: Sequence[Box]) -> list[list[int]]:
    return [list(box) for box in boxes]


def boxes_from(stored: Sequence[Sequence[int]]) -> tuple[Box, ...]:
    return tuple((box[0], box[1], box[2], box[3]) for box in stored)
