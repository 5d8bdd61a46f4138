"""Copies that leave the lab: the trail on paper, a reading on paper or as JSON; each is an event, and the file is there only with it."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any

from corelab.domain.accounts import Command
from corelab.domain.checkpoint import short_form
from corelab.domain.trail import ReadingRecord, TrailFilter, TrailLine, Wording
from corelab.export.reading_pdf import reading_pdf
from corelab.export.trail_pdf import TrailPrint, trail_pdf
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.audit import reading_record
from corelab.services.audit.reading_the_trail import trail
from corelab.services.copies import hand_out
from corelab.services.labs import OpenLab


def print_trail(lab: OpenLab, session: Session, wanted: TrailFilter, out: Path, wording: Wording, scope: str) -> int:
    """The lines that the filter leaves as a PDF; answers how many. ``scope`` says the filter in words.

    Raises NotPermittedError, OSError (FileExistsError for a file that is there); then nothing was written.
    """
    lines = trail(lab, session, wanted)
    with lab.store.read(session.account) as snapshot:
        head = snapshot.latest("event", by="seq") or {}
    what = TrailPrint(
        trial=lab.trial_id,
        kind=lab.kind.value,
        scope=scope,
        printed=_printed(lab, session),
        checkpoint=short_form(head["seq"], head["hash"]),
        rows=[_row(line, wording) for line in lines],
    )
    payload = {"events": len(lines), "filter": _asked(wanted)}
    _hand_out(lab, session, out, trail_pdf(what), ("audit.printed", "lab", lab.lab_id, payload))
    return len(lines)


def print_reading(lab: OpenLab, session: Session, reading: str, out: Path, wording: Wording) -> ReadingRecord:
    """A released reading as a PDF. Raises as ``reading_record.record``, and OSError; then nothing was written."""
    found = reading_record.record(lab, session, reading)
    _of_reading(lab, session, found, out, ("reading.printed", reading_pdf(found, wording, _printed(lab, session))))
    return found


def export_reading(lab: OpenLab, session: Session, reading: str, out: Path, wording: Wording) -> ReadingRecord:
    """A released reading as JSON. Raises as ``print_reading``."""
    found = reading_record.record(lab, session, reading)
    text = json.dumps(reading_json(found, wording), indent=2, ensure_ascii=False, sort_keys=True)
    _of_reading(lab, session, found, out, ("reading.exported", f"{text}\n".encode()))
    return found


def _of_reading(lab: OpenLab, session: Session, found: ReadingRecord, out: Path, made: tuple[str, bytes]) -> None:
    kind, content = made
    last = found.revisions[-1]
    _hand_out(lab, session, out, content, (kind, "reading", last.id, {"revisions": len(found.revisions)}))


def _hand_out(lab: OpenLab, session: Session, out: Path, content: bytes, event: tuple[str, str, str, dict[str, Any]]) -> None:
    hand_out(lab, session, accounts.permit(session, Command.AUDIT), out, content, event)


def _printed(lab: OpenLab, session: Session) -> str:
    at = lab.clock.now().astimezone(timezone(timedelta(minutes=lab.clock.offset_minutes())))
    return f"{at:%Y-%m-%d %H:%M} ({at.tzname()}) by {session.printed_name}"


def _row(line: TrailLine, wording: Wording) -> tuple[str, ...]:
    at = f"{line.local:%Y-%m-%d %H:%M:%S} ({line.local.tzname()})"
    who = f"{wording.who(line)}, {line.role}" if line.role else wording.who(line)
    return str(line.seq), at, who, line.workstation, wording.happened(line), wording.record(line.record), wording.reason(line)


def _asked(wanted: TrailFilter) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(wanted).items() if value not in ("", None, (), False)}


# ---------------------------------------------------------------- JSON


def line_json(line: TrailLine, wording: Wording) -> dict[str, Any]:
    """One event for programs: what stands in the record, and beside it what people read."""
    return {
        "seq": line.seq,
        "at": line.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "local": line.local.isoformat(timespec="milliseconds"),
        "clock": line.clock,
        "kind": line.kind,
        "what": wording.happened(line),
        "person": wording.who(line),
        "role": line.role,
        "workstation": line.workstation,
        "session": line.session,
        "app": line.app,
        "record": {"kind": line.record.kind, "id": line.record.id, "words": wording.record(line.record)},
        "reason": {"code": line.reason_code, "text": line.reason_text},
        "content": line.visibility.value,
        "hash": line.hash,
    }


def reading_json(found: ReadingRecord, wording: Wording) -> dict[str, Any]:
    """The whole record as plain values."""
    plain: dict[str, Any] = _plain(asdict(found))
    for revision, facts in zip(plain["revisions"], found.revisions, strict=True):
        revision["signature"]["at"] = facts.signature.local.isoformat(timespec="milliseconds")
        for grade, one in zip(revision["grades"] or (), facts.grades or (), strict=True):
            grade["changed"] = one.changed
    plain["trail"] = [
        {**line_json(one.line, wording), "changes": _plain([asdict(change) for change in one.changes])} for one in found.trail
    ]
    return plain


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case Enum():
            return value.value
        case _:
            return value
