"""What intake keeps beside the objects: transmittals, proposals, quality, replacements, sites, mask templates, queries. Rows <-> values."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from corelab.domain.intake import Box
from corelab.domain.transmittal import RowState
from corelab.domain.vocabulary import ClipId, ExamId
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow


@dataclass(frozen=True, slots=True)
class TransmittalRow:
    """One row of a site's list beside what arrived, or an object that no row names. None where the row is silent."""

    delivery: str
    n: int
    state: RowState
    object: ClipId | None = None
    subject: str | None = None
    visit: str | None = None
    segment: str | None = None
    side: str | None = None
    view: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """What one source says that a clip shows; ``source`` is its code."""

    n: int
    segment: str | None
    side: str | None
    view: str | None
    mode: str | None
    source: str


@dataclass(frozen=True, slots=True)
class QualityRow:
    """The quality of a clip as somebody graded it, with the codes of the reasons."""

    n: int
    grade: str
    reasons: tuple[str, ...]
    seq: int = 0


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One version of what a machine's pictures show where; ``boxes`` are the areas that are masked, in pixels."""

    id: str
    n: int
    manufacturer: str
    model: str
    software: str
    rows: int
    columns: int
    boxes: tuple[Box, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A question to a site. ``seq`` is the event that raised it, whose payload holds its facts."""

    id: str
    number: int
    site: str | None
    kind: str
    clip: ClipId | None
    exam: ExamId | None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One step of a query; the last one is its state. ``seq`` is its event, whose payload holds what was said."""

    query: str
    n: int
    state: str
    due: datetime | None
    seq: int = 0


# ---------------------------------------------------------------- transmittals


def transmittal_row(new: TransmittalRow) -> NewRow:
    said = {"subject": new.subject, "visit": new.visit, "segment": new.segment, "side": new.side, "view": new.view}
    return NewRow("transmittal_row", {"delivery_id": new.delivery, "n": new.n, "state": new.state, "object_id": new.object, **said})


def transmittal(snapshot: Snapshot, delivery: str) -> tuple[TransmittalRow, ...]:
    """The rows of one delivery by their numbers."""
    return tuple(_transmittal(row) for row in sorted(snapshot.all("transmittal_row", delivery_id=delivery), key=lambda row: row["n"]))


def _transmittal(row: Row) -> TransmittalRow:
    named = ClipId(row["object_id"]) if row["object_id"] else None
    said = (row["subject"], row["visit"], row["segment"], row["side"], row["view"])
    return TransmittalRow(row["delivery_id"], row["n"], RowState(row["state"]), named, *said)


# ---------------------------------------------------------------- labels and quality


def proposal_row(clip: str, new: ProposalRow) -> NewRow:
    values = {"segment": new.segment, "side": new.side, "view": new.view, "mode": new.mode, "source": new.source}
    return NewRow("label_proposal", {"clip_id": clip, "n": new.n, **values})


def proposals(snapshot: Snapshot, clip: str) -> tuple[ProposalRow, ...]:
    """What was proposed for a clip, in the order in which it was said."""
    return tuple(_proposal(row) for row in sorted(snapshot.all("label_proposal", clip_id=clip), key=lambda row: row["n"]))


def all_proposals(snapshot: Snapshot) -> dict[ClipId, tuple[ProposalRow, ...]]:
    found: dict[ClipId, list[ProposalRow]] = {}
    for row in sorted(snapshot.all("label_proposal"), key=lambda row: row["n"]):
        found.setdefault(ClipId(row["clip_id"]), []).append(_proposal(row))
    return {clip: tuple(rows) for clip, rows in found.items()}


def _proposal(row: Row) -> ProposalRow:
    return ProposalRow(row["n"], row["segment"], row["side"], row["view"], row["mode"], row["source"])


def quality_row(clip: str, last: QualityRow | None, grade: str, reasons: tuple[str, ...] = ()) -> NewRow:
    values = {"grade": grade, "reasons": ",".join(reasons) or None}
    return NewRow("clip_qc", {"clip_id": clip, "n": (last.n if last else 0) + 1, **values})


def quality_of(snapshot: Snapshot, clip: str) -> QualityRow | None:
    row = snapshot.latest("clip_qc", clip_id=clip)
    return _quality(row) if row else None


def all_qualities(snapshot: Snapshot) -> dict[ClipId, QualityRow]:
    """The latest of each clip."""
    return {ClipId(row["clip_id"]): _quality(row) for row in sorted(snapshot.all("clip_qc"), key=lambda row: row["n"])}


def qualities_in(snapshot: Snapshot, exam: str) -> dict[ClipId, QualityRow]:
    """The latest of each clip of an exam."""
    rows = sorted(snapshot.query(_qualities_in(), exam=exam), key=lambda row: row["n"])
    return {ClipId(row["clip_id"]): _quality(row) for row in rows}


@cache
def _qualities_in() -> Select[Any]:
    """Composed once: that takes longer than asking."""
    said, received = TABLES["clip_qc"], TABLES["intake_object"].columns
    return select(said).join(TABLES["intake_object"], received.id == said.columns.clip_id).where(received.exam_id == bindparam("exam"))


def _quality(row: Row) -> QualityRow:
    return QualityRow(row["n"], row["grade"], tuple(row["reasons"].split(",")) if row["reasons"] else (), row["event_seq"])


# ---------------------------------------------------------------- replacements and sites


def replacement_row(clip: str, replaced: str) -> NewRow:
    return NewRow("clip_replacement", {"clip_id": clip, "replaced_id": replaced})


def replaces(snapshot: Snapshot, clip: str) -> ClipId | None:
    """The clip whose place this one takes, as a coordinator said."""
    row = snapshot.one("clip_replacement", clip_id=clip)
    return ClipId(row["replaced_id"]) if row else None


def replacements_of(snapshot: Snapshot, replaced: str) -> tuple[ClipId, ...]:
    """Every clip that was said to take the place of this one, in the order in which that was said."""
    return tuple(ClipId(row["clip_id"]) for row in snapshot.all("clip_replacement", replaced_id=replaced))


def all_replacements(snapshot: Snapshot) -> dict[ClipId, ClipId]:
    """New clip -> the clip whose place it takes."""
    return {ClipId(row["clip_id"]): ClipId(row["replaced_id"]) for row in snapshot.all("clip_replacement")}


def delivery_site_row(delivery: str, site: str) -> NewRow:
    return NewRow("delivery_site", {"delivery_id": delivery, "site_code": site})


def site_of_delivery(snapshot: Snapshot, delivery: str) -> str | None:
    row = snapshot.one("delivery_site", delivery_id=delivery)
    return str(row["site_code"]) if row else None


def site_row(code: str) -> NewRow:
    return NewRow("site", {"code": code})


def sites(snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(row["code"] for row in snapshot.all("site"))


# ---------------------------------------------------------------- mask templates


def template_row(new: TemplateRow) -> NewRow:
    machine = {"manufacturer": new.manufacturer, "model": new.model, "software": new.software}
    picture = {"rows": new.rows, "columns": new.columns, "boxes": json.dumps([list(box) for box in new.boxes], separators=(",", ":"))}
    return NewRow("mask_template", {"id": new.id, "n": new.n, **machine, **picture, "state": "active" if new.active else "retired"})


def templates(snapshot: Snapshot) -> tuple[TemplateRow, ...]:
    """The latest version of each template, retired ones too, in the order in which they were first made."""
    found: dict[str, TemplateRow] = {}
    for row in snapshot.all("mask_template"):
        if row["id"] not in found or found[row["id"]].n < row["n"]:
            found[row["id"]] = _template(row)
    return tuple(found.values())


def _template(row: Row) -> TemplateRow:
    boxes = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in json.loads(row["boxes"]))
    machine = (row["manufacturer"], row["model"], row["software"], row["rows"], row["columns"])
    return TemplateRow(row["id"], row["n"], *machine, boxes, row["state"] == "active")


# ---------------------------------------------------------------- queries


def query_row(new: QueryRow) -> NewRow:
    values = {"id": new.id, "number": new.number, "site_code": new.site, "kind": new.kind, "clip_id": new.clip, "exam_id": new.exam}
    return NewRow("query", values)


def next_query_number(snapshot: Snapshot) -> int:
    last = snapshot.latest("query", by="number")
    return (last["number"] if last else 0) + 1


def queries(snapshot: Snapshot, **equals: str | None) -> tuple[QueryRow, ...]:
    """Queries in the order in which they were raised."""
    return tuple(_query(row) for row in snapshot.all("query", **equals))


def _query(row: Row) -> QueryRow:
    about = (ClipId(row["clip_id"]) if row["clip_id"] else None, ExamId(row["exam_id"]) if row["exam_id"] else None)
    return QueryRow(row["id"], row["number"], row["site_code"], row["kind"], *about, row["event_seq"])


def message_row(snapshot: Snapshot, query: str, state: str, due: datetime | None = None) -> NewRow:
    """The next step of a query."""
    last = snapshot.latest("query_message", query_id=query)
    return NewRow("query_message", {"query_id": query, "n": (last["n"] if last else 0) + 1, "state": state, "due": due})


def messages(snapshot: Snapshot, query: str) -> tuple[MessageRow, ...]:
    return tuple(_message(row) for row in sorted(snapshot.all("query_message", query_id=query), key=lambda row: row["n"]))


def all_messages(snapshot: Snapshot) -> tuple[MessageRow, ...]:
    """Every step of every query, by query in the order of its steps."""
    return tuple(_message(row) for row in sorted(snapshot.all("query_message"), key=lambda row: (row["query_id"], row["n"])))


def delivery_of(snapshot: Snapshot, clip: str) -> str | None:
    """The delivery that an object came with."""
    row = snapshot.one("intake_object", id=clip)
    return str(row["delivery_id"]) if row else None


def latest_messages(snapshot: Snapshot) -> dict[str, MessageRow]:
    """The last step of every query, by its id."""
    return {row["query_id"]: _message(row) for row in sorted(snapshot.all("query_message"), key=lambda row: row["n"])}


def _message(row: Row) -> MessageRow:
    return MessageRow(row["query_id"], row["n"], row["state"], row["due"], row["event_seq"])
