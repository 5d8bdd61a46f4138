"""What the payload of each kind of event holds: its keys, which may be left out, and whether it is sealed. One table, compared by tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Seal(Enum):
    """Whether a payload is readable at once. ``EITHER``: sealed before a release, clear where there is nothing to protect."""

    CLEAR = "clear"
    SEALED = "sealed"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Payload:
    """``keys`` always stand there, ``may`` sometimes; a kind without both has no payload."""

    keys: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    seal: Seal = Seal.CLEAR

    def holds(self, keys: frozenset[str]) -> bool:
        return self.keys <= keys <= self.keys | self.may


NONE = Payload()
_REASON = Payload(frozenset({"reason_text"}))
_FOUND = frozenset({"facts", "faults", "code", "message", "candidate"})
_PERSON = Payload(frozenset({"reason_text", "from", "to"}))
_CUSTODY = Payload(frozenset({"granted", "by", "drafts", "former", "handed_over", "key", "reason_text"}))
_UNLOCK = Payload(frozenset({"reason_text", "scope", "state"}))


def _of(*keys: str, may: tuple[str, ...] = (), seal: Seal = Seal.CLEAR) -> Payload:
    return Payload(frozenset(keys), frozenset(may), seal)


_UNBLINDING = _of("alert", "done", "impact", "kind", "planned", "seen", seal=Seal.SEALED)

PAYLOADS: Mapping[str, Payload] = MappingProxyType(
    {
        # the lab
        "lab.created": _of("trial", "settings"),
        "lab.backed_up": _of("sha256", "bytes", "seq", "head", "clips", "file", "quarantine"),
        "lab.moved": _of("to", "clips", "invited"),
        "lab.stayed": _of("to"),
        "lab.restored": _of("seq", "head", "backed_up_at", "program", may=("invited",)),
        "archive.copied": _of("to", "clips", "bytes"),
        "archive.changed": _of("from", "to", "clips", "reason_text"),
        "schema.migrated": _of("from", "to", "copy"),
        "clock.backward": NONE,
        "clock.stepped": _of("seconds"),
        # people
        "account.created": _of("user", "name", "roles"),
        "account.invited": _of("user", "name", "roles", "identity"),
        "account.activated": NONE,
        "account.locked": NONE,
        "account.deactivated": _PERSON,
        "account.unlocked": _PERSON,
        "account.roles": _PERSON,
        "account.renamed": _PERSON,
        "account.reset": _of("reason_text", "identity"),
        "access.changed": _of("name", "from", "to", "reason_text"),
        "intake.accepts": _of("name", "from", "to", "reason_text"),
        "pixels.rule": _of("name", "from", "to", "reason_text"),
        "code.refused": NONE,
        "command.refused": _of("command", may=("roles",)),
        "credential.changed": NONE,
        "factor.enrolled": _of("step"),
        "factor.removal.requested": _REASON,
        "factor.removed": _of("requested"),
        "notice.seen": _of("up_to", "kinds"),
        "statement.accepted": _of("statement"),
        "training.recorded": NONE,
        "calibration.made": _of("n", "truth", may=("agreed",), seal=Seal.SEALED),
        "calibration.covers": _of("reading_types"),
        "certification.recorded": Payload(may=frozenset({"figures", "reason_text"}), seal=Seal.SEALED),
        "session.opened": _of("way", "step"),
        "session.closed": NONE,
        "screen.locked": NONE,
        "screen.unlocked": NONE,
        "signin.failed": NONE,
        "signin.elsewhere": _of("open", "workstation"),
        "signature.refused": NONE,
        "workstation.display_checked": _of("seen"),
        "workstation.enrolled": _of("enrolled", "host", "reason_text"),
        "workstation.refused": NONE,
        # keys and charters
        "custody.made": _of("granted"),
        "custody.granted": NONE,
        "custody.recovered": _CUSTODY,
        "custody.rotated": _CUSTODY,
        "custody.recovery.refused": NONE,
        "work.resealed": _of("drafts", "events", "key"),
        "charter.loaded": _of("charter", "version", "file"),
        "charter.approved": _of("charter", "version", "hash", may=("former", "changes")),
        # what came in
        "delivery.opened": Payload(may=frozenset({"objects", "drop"})),
        "listening.began": _of("called", "allowed", "address", "port", "tls"),
        "listening.ended": _of("drops"),
        "drop.received": _of("number", "sender", "objects", "bytes", "whole"),
        "drop.discarded": _of("number", "objects", "reason_text"),
        "transmittal.compared": NONE,
        "clip.replaces": _REASON,
        "clip.withdrawn": _of("by"),
        "object.received": Payload(_FOUND),
        "clip.masked": Payload(_FOUND, frozenset({"reason_text"})),
        "clip.unmasked": Payload(_FOUND, frozenset({"reason_text"})),
        "clip.accepted": Payload(_FOUND, frozenset({"reason_text"})),
        "clip.passed": _of("attended", "frames_seen", "rules"),
        "clip.released": _of(
            *("candidate", "released", "clean_pixels_claimed", "attended"), *("frames_seen", "rules", "drawn", "left_out")
        ),
        "clip.refused": NONE,
        "clip.rejected": _REASON,
        "clip.labelled": NONE,
        "clip.graded": NONE,
        "clips.tidied": _of("set_aside"),
        "template.kept": _of("clip", "boxes"),
        "template.retired": _REASON,
        "subject.set": NONE,
        "subject.corrected": _REASON,
        "query.raised": _of("delivery", "facts", "text", "words"),
        "query.sent": _of("words", may=("site",)),
        "query.reminded": _of("words"),
        "query.answered": _of("words", may=("attached",)),
        "query.returned": _of("words"),
        "query.closed": _of("words"),
        "query.cancelled": _REASON,
        "query.given": _of("owner"),
        "query.excluded": _REASON,
        "query.included": NONE,
        "queries.printed": _of("queries", "sha256"),
        "exam.expected": NONE,
        "exam.not_imaged": NONE,
        "exam.ready": NONE,
        "exam.receiving": NONE,
        # reading and adjudicating
        "exam.assigned": _of("batch", may=("breaches",)),
        "assignment.withdrawn": _of("reason_text", seal=Seal.SEALED),
        "reader.absent": _REASON,
        "reader.back": _REASON,
        "reader.replaced": _REASON,
        "reading.opened": NONE,
        "reading.open.refused": NONE,
        "reading.signed": _of(
            *("charter", "checks", "clips", "exam", "grades"),
            *("note", "reading_type", "revision", "viewing"),
            may=("change", "measurements", "seconds"),
            seal=Seal.SEALED,
        ),
        "reading.reopened": _of("reason_text", seal=Seal.SEALED),
        "reading.invalidated": _of("reading", "reason_text", seal=Seal.SEALED),
        "adjudication.opened": NONE,
        "adjudication.open.refused": NONE,
        "adjudication.signed": _of(
            *("charter", "clips", "exam", "decisions", "note", "revision", "viewing"), may=("checks", "measurements"), seal=Seal.SEALED
        ),
        "answer.changed": _of("segment", "item", "old", "new", seal=Seal.SEALED),
        "measurement.changed": _of("old", "new", seal=Seal.SEALED),
        "note.changed": _of("note", seal=Seal.SEALED),
        "clips.shown": _of("viewing", seal=Seal.SEALED),
        "alerts.checked": _of("after", "fired", "record", seal=Seal.SEALED),
        "alert.acknowledged": _of("alert", "done", seal=Seal.SEALED),
        "guess.answered": _of("arm", "suggestion", seal=Seal.SEALED),
        "unblinding.alerted": _UNBLINDING,
        "unblinding.excepted": _of("reason_text", seal=Seal.SEALED),
        "unblinding.recorded": _UNBLINDING,
        "unblinding.reported": _UNBLINDING,
        # batches
        "batch.released": _of("n"),
        "sealed.opened": _of("scope", "count", "exams"),
        "exam.compared": _of("outcome"),
        "reading.released": NONE,
        "repeat.released": NONE,
        "case.opened": _of("disputed", "segments", "agreed", "closure", may=("details", "measured", "mode", "stands"), seal=Seal.SEALED),
        "case.key": _of("segments", seal=Seal.SEALED),
        "case.finished": NONE,
        "case.withdrawn": NONE,
        "lock.approved": _of("exams", "reason_text", "scope", "state"),
        "unlock.requested": _UNLOCK,
        "unlock.approved": _UNLOCK,
        "unlock.refused": NONE,
        "redaction.requested": _REASON,
        "payload.redacted": _of("reason_text", "requested", "second"),
        # what leaves the lab
        "package.approved": _of("cutoff", "files", "kind", "product", "transfer", may=("libraries", "parts")),
        "package.kept": NONE,
        "specification.approved": _of("after", "differences", "reason_text"),
        "checkpoint.signed": _of("at_event"),
        "trail.exported": NONE,
        "audit.reviewed": _of("findings", "head", "last", "scope_text"),
        "audit.printed": _of("events", "filter", "sha256"),
        "frame.looked_at": _of("frame", "row"),
        "reading.printed": _of("revisions", "sha256"),
        "reading.exported": _of("revisions", "sha256"),
    }
)
"""By kind of event; a new kind stands here too."""
