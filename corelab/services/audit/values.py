"""Old value, new value: what an event changed, read from versioned rows and from answers that may be read."""

from collections.abc import Iterator, Mapping
from typing import Any

from corelab.domain import audit
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.content import Json
from corelab.domain.record_errors import RecordDamagedError
from corelab.domain.trail import Change, ValueOf, Visibility
from corelab.domain.vocabulary import NotApplicableCause
from corelab.services.labs import charter_of
from corelab.storage import audit_queries as queries
from corelab.storage.audit_queries import VERSIONED, Version
from corelab.storage.store import Row, Snapshot

ANSWER, MEASUREMENT, NOTE = "answer", "measurement", "note"


def visibility_of(payload: Row | None) -> Visibility:
    """What may be read of a payload without any key: what was written clear, or opened by a release."""
    if payload is None:
        return Visibility.NOTHING
    if payload["redacted"] is not None:
        return Visibility.REDACTED
    if payload["opened"] is not None:
        return Visibility.RELEASED
    return Visibility.CLEAR if payload["form"] == "clear" else Visibility.SEALED


def content_of(seq: int, payload: Row | None) -> Json:
    """The readable content of an event, empty where nothing may be read. Raises RecordDamagedError when it is not the recorded one."""
    if payload is None or not visibility_of(payload).readable:
        return {}
    body = payload["opened"] if payload["opened"] is not None else payload["body"]
    if audit.payload_digest(body) != payload["payload"]:
        raise RecordDamagedError(seq, "payload differs from its digest")
    return audit.payload_of(body)


# ---------------------------------------------------------------- rows that keep every version


def changes_at(snapshot: Snapshot, event: Row, content: Mapping[str, Any]) -> tuple[Change, ...]:
    """Everything that one event changed, as far as it may be read."""
    rows = [change for version in queries.versions_at(snapshot, event["seq"]) for change in changes_in(version)]
    return (*rows, *_in_content(snapshot, event, content))


def changes_in(version: Version) -> Iterator[Change]:
    """The columns that differ from the version before."""
    of = ValueOf(version.table, version.key)
    for column in VERSIONED[version.table][1]:
        old, new = (_text(row[column]) if row else None for row in (version.before, version.row))
        if old != new:
            yield Change(of, column, old, new)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# ---------------------------------------------------------------- answers


def _in_content(snapshot: Snapshot, event: Row, content: Mapping[str, Any]) -> tuple[Change, ...]:
    match event["kind"]:
        case "answer.changed" if content:
            return answer_changes(charter_at(snapshot, event["id"]), event["id"], content)
        case "measurement.changed" if content:
            old, new = (_measured_words(content[key]) for key in ("old", "new"))
            return (Change(ValueOf(MEASUREMENT, (event["id"],)), MEASUREMENT, old, new),)
        case "note.changed" if content:
            return (Change(ValueOf(NOTE, (event["id"],)), NOTE, _note_before(snapshot, event), content["note"]),)
        case _:
            return ()


def _measured_words(measured: Mapping[str, Any] | None) -> str | None:
    """``length 8.4 mm, frame 12``; counted from 1 as on screen."""
    if measured is None:
        return None
    return f"{measured['quantity']} {measured['value']} {measured['unit']}, frame {measured['frame'] + 1}"


def _note_before(snapshot: Snapshot, event: Row) -> str | None:
    before = [
        row["seq"] for row in snapshot.events(kind=event["kind"], entity=event["entity"], id=event["id"]) if row["seq"] < event["seq"]
    ]
    content = content_of(before[-1], queries.payload_rows(snapshot, before[-1:])[before[-1]]) if before else {}
    return content.get("note")


def charter_at(snapshot: Snapshot, assignment: str) -> Charter:
    """The charter under which the exam of an assignment came in."""
    exam = (snapshot.one("assignment", id=assignment) or {}).get("exam_id")
    return charter_of(snapshot, (snapshot.one("exam", id=exam) or {})["charter_hash"])


def answer_changes(charter: Charter, assignment: str, content: Mapping[str, Any]) -> tuple[Change, ...]:
    """The change of one answer: its grade, and what proves it."""
    segment, item = content["segment"], content["item"]
    of, label = ValueOf(ANSWER, (assignment, segment, item)), question_words(charter, segment, item)
    old, new = content["old"], content["new"]
    grade = Change(of, ANSWER, grade_words(charter, item, old), grade_words(charter, item, new), label)
    if _frames(old) == _frames(new):
        return (grade,)
    evidence = Change(of, "evidence", _frames(old), _frames(new), label)
    return (evidence,) if old and new and grade.old == grade.new else (grade, evidence)


def question_words(charter: Charter, segment: str, item: str) -> str:
    """``Compressibility, Common femoral vein, left``; an item of the whole exam by itself."""
    code, _, side = segment.partition(".")
    if not code:
        return charter.item(item).label
    words = f"{charter.item(item).label}, {charter.segment(code).name}"
    return f"{words}, {_SIDES[side]}" if side else words


_SIDES = {"L": "left", "R": "right"}


def grade_words(charter: Charter, item: str, answer: Mapping[str, Any] | None) -> str | None:
    """An answer in the charter's words: the option, the number, or why there is none."""
    if answer is None:
        return None
    if answer.get("missing"):
        return f"{_MISSING[answer['missing']]}: {_reason_words(charter, answer['reason'])}"
    asked = charter.item(item)
    option = asked.option(answer["value"]) if isinstance(asked, ChoiceItem) else None
    return option.label if option else str(answer["value"])


def _reason_words(charter: Charter, reason: str) -> str:
    """A reason of the charter by its label, a cause of the program by its name."""
    listed = next((one.label for one in (*charter.missing.ne, *charter.missing.ni) if one.id == reason), None)
    return listed or _CAUSES.get(reason, reason)


_CAUSES = {
    NotApplicableCause.CHARTER.value: "not asked by the charter",
    NotApplicableCause.CONDITION.value: "its condition is not met",
    NotApplicableCause.OPTIONAL.value: "not asked of this exam",
    NotApplicableCause.ABSENT.value: "not there",
}
_MISSING = {"NA": "Not applicable", "NE": "Not evaluable", "NI": "Not imaged"}


def _frames(answer: Mapping[str, Any] | None) -> str | None:
    """Which frames prove it: ``frame 12``, ``frames 12 and 47``; counted from 1 as on screen."""
    pieces = [piece[1:] for piece in (answer or {}).get("evidence", ())]
    if not pieces:
        return None
    words = [f"frame {one[0] + 1}" if len(one) == 1 else f"frames {one[0] + 1} and {one[1] + 1}" for one in pieces]
    return ", ".join(words)
