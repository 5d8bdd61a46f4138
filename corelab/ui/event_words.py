"""Events of the trail in words: what happened, on which record, why, and what an old and a new value mean."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from corelab.domain.trail import Change, HistoryLine, RecordName, ReviewFacts, SignatureFacts, TrailFilter, TrailLine, Visibility, Wording

NOBODY = "The program"

KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {
        # the lab and its program
        "lab.created": "Lab made",
        "lab.backed_up": "Backup written",
        "archive.copied": "Released clips copied into another archive",
        "archive.changed": "Archive of released clips changed",
        "lab.moved": "Lab moved to another place; this is the last event there",
        "lab.stayed": "Lab not moved after all, and in use again",
        "lab.restored": "Lab restored from a backup",
        "schema.migrated": "Database brought up to a later version",
        "clock.backward": "The clock went back",
        "clock.stepped": "The clock was moved",
        # people
        "account.created": "First account made",
        "account.invited": "Person added, one-time code made",
        "account.activated": "Account activated with an own password",
        "account.deactivated": "Account deactivated",
        "account.locked": "Account locked after too many wrong passwords",
        "account.unlocked": "Account unlocked",
        "account.roles": "Roles changed",
        "account.renamed": "Printed name changed",
        "account.reset": "Account reset, new one-time code made",
        "access.changed": "Access rules changed",
        "intake.accepts": "Kinds of files that are taken in changed",
        "pixels.rule": "Rule of the pixel check changed",
        "credential.changed": "Password or its protection changed",
        "code.refused": "One-time code refused",
        "command.refused": "Command refused",
        "factor.enrolled": "Second factor set up",
        "factor.removal.requested": "Removal of a second factor requested",
        "factor.removed": "Second factor removed by a second person",
        "notice.seen": "Notice seen",
        "statement.accepted": "Accepted that the electronic signature equals a handwritten one",
        "training.recorded": "Training recorded",
        "calibration.made": "Calibration exam made",
        "calibration.covers": "Reading types told that a calibration exam is for",
        "certification.recorded": "Certification recorded",
        "workstation.display_checked": "Display of the workstation checked",
        "workstation.enrolled": "Workstation enrolled",
        "workstation.refused": "Workstation refused",
        "session.opened": "Signed in",
        "session.closed": "Signed out",
        "signin.failed": "Sign-in failed",
        "signin.elsewhere": "Sign-in refused: signed in elsewhere",
        "screen.locked": "Screen locked",
        "screen.unlocked": "Screen unlocked",
        "signature.refused": "Signature refused: wrong password",
        # keys and charters
        "custody.made": "Custody key made",
        "custody.granted": "Custody granted",
        "custody.recovered": "Custody taken with the recovery code",
        "custody.recovery.refused": "Recovery code refused",
        "custody.rotated": "Custody key replaced",
        "work.resealed": "Open work sealed to new keys",
        "charter.loaded": "Charter loaded",
        "charter.approved": "Charter approved",
        # what came in
        "delivery.opened": "Delivery taken in",
        "listening.began": "Listening for senders began",
        "listening.ended": "Listening for senders ended",
        "drop.received": "Files received by network",
        "drop.discarded": "Files received by network discarded",
        "object.received": "File received",
        "transmittal.compared": "Delivery compared with the transmittal",
        "clip.replaces": "Clip takes the place of another",
        "clip.withdrawn": "Clip withdrawn: another took its place",
        "clip.masked": "Mask drawn on a clip",
        "template.kept": "Mask kept for a machine",
        "template.retired": "Mask of a machine retired",
        "clip.unmasked": "Nothing to mask confirmed",
        "clip.accepted": "Damaged or doubted clip accepted",
        "clip.passed": "Clip passed the pixel check",
        "clip.released": "Clip released to readers",
        "clip.refused": "Clip refused at release",
        "clip.rejected": "Clip rejected to the site",
        "clip.labelled": "Clip mapped to a segment",
        "clip.graded": "Quality of a clip graded",
        "clips.tidied": "Files without a record set aside",
        "subject.set": "Attribute of a subject set",
        "subject.corrected": "Attribute of a subject corrected while readers have an exam",
        "query.raised": "Query to the site raised",
        "query.sent": "Query sent to the site",
        "query.reminded": "Site reminded of a query",
        "query.answered": "Query answered by the site",
        "query.returned": "Query sent back: the answer does not settle it",
        "query.closed": "Query closed",
        "query.cancelled": "Query cancelled",
        "query.given": "Query given to another coordinator",
        "query.excluded": "Open query excluded from what blocks a package",
        "query.included": "Query blocks packages again",
        "queries.printed": "Queries printed",
        "exam.expected": "Exam expected",
        "exam.not_imaged": "Segments noted as not imaged",
        "exam.ready": "Exam ready for reading",
        "exam.receiving": "Exam open again for clips",
        # reading and adjudicating
        "exam.assigned": "Exam dealt to readers",
        "assignment.withdrawn": "Assignment withdrawn",
        "reader.absent": "Reader declared absent",
        "reader.back": "Reader is back",
        "reader.replaced": "Reader replaced for what is not read",
        "reading.opened": "Reading opened",
        "reading.open.refused": "Opening a reading refused",
        "reading.signed": "Reading signed",
        "reading.reopened": "Reading reopened for a new revision",
        "reading.invalidated": "Reading invalidated",
        "adjudication.opened": "Adjudication opened",
        "adjudication.open.refused": "Opening an adjudication refused",
        "adjudication.signed": "Adjudication signed",
        "answer.changed": "Answer changed",
        "measurement.changed": "Measurement changed",
        "note.changed": "Note changed",
        "clips.shown": "Frames played",
        "alerts.checked": "Alert rules run",
        "alert.acknowledged": "Safety notice acknowledged",
        "guess.answered": "Questions after the signature answered",
        "unblinding.alerted": "Unblinding opened by an alert",
        "unblinding.excepted": "Exception from an unblinding: further exams may be dealt",
        "unblinding.recorded": "Unblinding recorded by a coordinator",
        "unblinding.reported": "Unblinding reported by the person",
        # batches
        "batch.released": "Batch of release and compare begun",
        "sealed.opened": "Sealed records opened",
        "exam.compared": "Readings compared, result stands",
        "reading.released": "Only reading of its type released, result stands",
        "repeat.released": "Second reading opened, no result",
        "case.opened": "Readings differ, case opened",
        "case.key": "Order of A and B sealed",
        "case.finished": "Case finished, result stands",
        "case.withdrawn": "Case withdrawn",
        "lock.approved": "Database locked",
        "unlock.requested": "Unlocking the database requested",
        "unlock.approved": "Database unlocked",
        "unlock.refused": "Unlocking the screen refused: wrong password",
        # what leaves the lab
        "package.approved": "Package signed and written",
        "package.kept": "Rows of the package kept",
        "specification.approved": "Changed columns of packages approved",
        "checkpoint.signed": "Checkpoint signed",
        "audit.reviewed": "Audit trail reviewed",
        "audit.printed": "Audit trail printed",
        "frame.looked_at": "Frame of a result looked at",
        "trail.exported": "Audit trail exported",
        "reading.printed": "Reading printed",
        "reading.exported": "Reading exported",
        "redaction.requested": "Redaction requested",
        "payload.redacted": "Content redacted by a second person",
    }
)

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Reading and adjudication": (
            *("reading", "adjudication", "answer", "measurement", "note", "clips.shown"),
            *("assignment", "exam.assigned", "reader"),
        ),
        "Release and results": (
            *("batch", "sealed", "exam.compared", "reading.released", "repeat", "case"),
            *("alert", "alerts", "guess", "unblinding"),
        ),
        "Intake and pixel check": (
            "delivery",
            "listening",
            "drop",
            "transmittal",
            "object",
            "clip",
            "clips.tidied",
            "template",
            "intake",
            "pixels",
            "subject",
            "exam",
            "query",
            "queries",
        ),
        "People and roles": ("account", "access", "training", "calibration", "certification", "statement", "code", "credential", "factor"),
        "Sign-in and screen": ("session", "signin", "screen", "unlock.refused", "signature", "workstation", "notice", "command"),
        "Keys and charters": ("custody", "work", "charter"),
        "Lock, packages, prints": (
            *("lock", "unlock", "package", "specification", "checkpoint", "audit", "trail", "frame"),
            *("reading.printed", "reading.exported", "redaction", "payload"),
        ),
        "Lab and clock": ("lab", "schema", "clock", "setting", "backup", "archive"),
    }
)
"""Kinds under the words by which they are chosen; first parts of names."""

_RECORDS: Mapping[str, str] = MappingProxyType(
    {
        "account": "Account", "adjudication": "Adjudication", "alert": "Alerts", "assignment": "Assignment", "case": "Case",
        "charter": "Charter", "checkpoint": "Checkpoint", "clip": "Clip", "comparison": "Comparison", "custody_key": "Custody key",
        "delivery": "Delivery", "drop": "Network drop", "event": "Event", "exam": "Exam", "guess": "Questions after a signature",
        "lab": "Lab", "lock": "Lock", "package": "Package", "query": "Query",
        "reading": "Reading", "reading_invalidation": "Reading",
        "release_batch": "Batch", "review": "Review", "session": "Sign-in", "single_release": "Release", "subject": "Subject",
        "workstation": "Workstation",
    }
)  # fmt: skip

FIELD_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "answer": "Answer", "display_check": "Display check", "due": "Due", "email": "E-mail", "enrolled": "Enrolled",
        "evidence": "Evidence", "grade": "Quality", "host": "Host name", "mode": "Mode",
        "not_imaged": "Not imaged", "measurement": "Measurement", "note": "Note", "os": "System",
        "printed_name": "Printed name", "reasons": "Reasons", "roles": "Roles", "segment": "Segment", "side": "Side", "state": "State",
        "status": "Status", "value": "Value", "view": "View",
    }
)  # fmt: skip


# ---------------------------------------------------------------- lines


def happened(line: TrailLine) -> str:
    """What happened; a kind that this version does not know is named as it stands in the record."""
    words = KIND_WORDS.get(line.kind, f"Event {line.kind}")
    if line.kind == "screen.locked" and line.reason_code == "idle":
        return f"{words}: nobody was there"
    return words


def record_words(record: RecordName) -> str:
    """On which record: ``Clip 12, S01 D10``; ``Reading of Reader 1, S01 D10``."""
    words = _RECORDS.get(record.kind, record.kind.replace("_", " ").capitalize())
    if record.number is not None and (record.kind != "reading" or record.number > 1):
        words = f"{words} revision {record.number}" if record.kind in {"reading", "adjudication"} else f"{words} {record.number}"
    if record.person:
        words = f"{words} of {record.person}"
    if record.name and record.kind not in {"account", "package", "release_batch"}:
        words = f"{words} {record.name}"
    exam = f"{record.subject} {record.visit}".strip()
    return f"{words}, {exam}" if exam and record.kind not in {"exam", "subject"} else f"{words} {exam}".strip()


def line_words(line: TrailLine) -> str:
    """One event in one line, for a terminal."""
    who_ = f"{who(line)} ({line.role})" if line.role else who(line)
    reason = reason_words(line)
    words = f"{line.seq:>6}  {time_with_zone(line.local)}  {who_}, {line.workstation}: {happened(line)}; {record_words(line.record)}"
    return f"{words}. Reason: {reason}" if reason else words


def filter_words(wanted: TrailFilter) -> str:
    """What was asked for, in a sentence."""
    if wanted.asks_nothing:
        return "All events."
    parts = [f"about {wanted.case}"] * bool(wanted.case) + [f"by {wanted.person}"] * bool(wanted.person)
    parts += [f"from {wanted.since:%Y-%m-%d %H:%M} UTC"] if wanted.since else []
    parts += [f"until {wanted.until:%Y-%m-%d %H:%M} UTC"] if wanted.until else []
    parts += [f"of the kinds {', '.join(wanted.kinds)}"] if wanted.kinds else []
    parts += ["sealed records opened before their release"] * wanted.before_release + ["changes of values only"] * wanted.changes
    return f"Events {'; '.join(parts)}."


def who(line: TrailLine) -> str:
    return line.person or NOBODY


def role_words(line: TrailLine) -> str:
    return (line.role or "").capitalize()


def reason_words(line: TrailLine) -> str:
    """The reason: the code of the pick list in words, and the words that were typed."""
    code = (line.reason_code or "").replace("_", " ").replace(".", " ").lower()
    return ": ".join(part for part in (code.capitalize(), line.reason_text) if part)


def time_with_zone(local: datetime) -> str:
    """``2026-01-12 13:00:07 (UTC+01:00)``: as it was at the workstation."""
    return f"{local:%Y-%m-%d %H:%M:%S} ({local.tzname()})"


def signature_words(signature: SignatureFacts) -> str:
    """Printed name, time with zone, meaning: as every signature is shown."""
    return f"{signature.printed_name}, {time_with_zone(signature.local)}, meaning: {signature.meaning}"


VISIBILITY_WORDS: Mapping[Visibility, str] = MappingProxyType(
    {
        Visibility.NOTHING: "Nothing was written beside this line.",
        Visibility.CLEAR: "",
        Visibility.RELEASED: "Sealed until its release; opened by it.",
        Visibility.SEALED: "Sealed until release. It will be readable here from then on.",
        Visibility.REDACTED: "Redacted by two people; the line and its place in the chain stay.",
    }
)


# ---------------------------------------------------------------- values


def field_words(change: Change) -> str:
    """Which value: the question of an answer, the name of an attribute or setting, or the field."""
    if change.label:
        return change.label if change.field == "answer" else f"{change.label}: {FIELD_WORDS[change.field].lower()}"
    name = FIELD_WORDS.get(change.field, change.field.replace("_", " ").capitalize())
    match change.of.table:
        case "setting":
            return f"Setting {change.of.key[0].replace('_', ' ')}"
        case "subject_attribute":
            return " ".join(("Attribute", *(part for part in change.of.key[1:] if part)))
        case _:
            return name


def value_words(change: Change, value: str | None) -> str:
    """A value as people read it; nothing stood there: a dash."""
    if value is None:
        return "\u2013"
    if change.field == "not_imaged":
        return ", ".join(f"{segment} {reason.replace('_', ' ').lower()}" for segment, reason in json.loads(value).items()) or "(empty)"
    if change.field == "roles":
        return value.replace(",", ", ")
    return {"0": "No", "1": "Yes"}.get(value, value) if change.field == "enrolled" else value or "(empty)"


def change_words(change: Change) -> str:
    return f"{field_words(change)}: {value_words(change, change.old)} \u2192 {value_words(change, change.new)}"


def history_words(one: HistoryLine) -> str:
    """One version of a value in a line."""
    told = "; ".join(change_words(change) for change in one.changes) or VISIBILITY_WORDS[one.line.visibility]
    reason = reason_words(one.line)
    return f"{time_with_zone(one.line.local)}  {who(one.line)}: {told}{f'. Reason: {reason}' if reason else ''}"


def review_words(review: ReviewFacts) -> str:
    found = "No findings" if not review.findings else "1 finding" if len(review.findings) == 1 else f"{len(review.findings)} findings"
    return f"{found} in events 1 to {review.last}: {review.scope.rstrip('.')}. {signature_words(review.signature)}"


def _sealed_words(visibility: Visibility) -> str:
    return VISIBILITY_WORDS[visibility] if visibility in {Visibility.SEALED, Visibility.REDACTED} else ""


WORDING = Wording(happened=happened, record=record_words, who=who, reason=reason_words, change=change_words, sealed=_sealed_words)
"""All of it, for what is printed."""

ATTENTION: frozenset[str] = frozenset(
    {"account.locked", "clock.backward", "clock.stepped", "command.refused", "custody.recovered", "custody.recovery.refused"}
    | {"lab.moved", "lab.restored", "payload.redacted", "reading.invalidated", "signature.refused", "signin.elsewhere", "signin.failed"}
    | {"unlock.refused", "workstation.refused"}
)
"""Kinds that an auditor looks at first."""
