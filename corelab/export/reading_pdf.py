"""One signed reading on paper: grades of every revision with what was changed, signatures in words, its own trail."""

from collections.abc import Iterator, Sequence

from corelab.domain.trail import GradeFacts, ReadingRecord, RevisionFacts, SignatureFacts, Wording
from corelab.export.print_page import Column, Foot, Pages

_GRADES: tuple[Column, ...] = (("Question", 0.38), ("Answer", 0.27), ("Evidence", 0.12), ("Since first entry", 0.23))
_ARROW = " \u2192 "
_TRAIL: tuple[Column, ...] = (
    ("No.", 0.07),
    ("Time", 0.2),
    ("Person, role", 0.17),
    ("What happened", 0.17),
    (f"Old{_ARROW}new, reason", 0.39),
)

UNCHANGED = "not changed"


def reading_pdf(record: ReadingRecord, wording: Wording, printed: str) -> bytes:
    """The PDF; ``printed`` says when and by whom. The same content gives the same bytes."""
    left = f"Reading of {record.reader}, {record.subject} {record.visit}, trial {record.trial}. Printed {printed}."
    foot = Foot(left, f"Checkpoint {record.checkpoint}")
    badge = "" if record.kind == "trial" else record.kind.upper()
    pages = Pages(foot, title=f"Reading {record.subject} {record.visit}", badge=badge)
    pages.heading(f"Reading of {record.subject} {record.visit}", 16)
    for name, value in _facts(record):
        pages.fact(name, value)
    for revision in reversed(record.revisions):
        _write_revision(pages, revision)
    pages.heading("Audit trail of this reading")
    pages.table(_TRAIL, tuple(_trail_rows(record, wording)))
    return pages.finished()


def _facts(record: ReadingRecord) -> Iterator[tuple[str, str]]:
    yield "Trial", record.trial
    yield "Reader", record.reader
    yield "Shown to the reader as", record.pseudonym
    yield "Charter", f"{record.charter}, {record.charter_hash}"
    yield "Revisions", str(len(record.revisions))


def _write_revision(pages: Pages, revision: RevisionFacts) -> None:
    ended = f", {revision.ended}" if revision.ended else ""
    pages.heading(f"Revision {revision.revision}{ended}", 12)
    pages.fact("Signed", signature_words(revision.signature))
    pages.fact("Record", f"{revision.id}, event {revision.seq}")
    pages.fact("Digest of what was signed", revision.content_digest)
    if revision.note:
        pages.fact("Note", revision.note)
    pages.gap()
    if revision.grades is None:
        pages.words("This revision is sealed until its release.")
    else:
        pages.table(_GRADES, [grade_row(one) for one in revision.grades])


def grade_row(grade: GradeFacts) -> tuple[str, str, str, str]:
    """Question, answer, evidence, and whether it was changed since its first entry."""
    changed = f"changed: {_ARROW.join((*grade.earlier, grade.words))}" if grade.changed else UNCHANGED
    return grade.question, grade.words, grade.frames, changed


def signature_words(signature: SignatureFacts) -> str:
    """Printed name, time with zone, meaning."""
    at = signature.local
    return f"{signature.printed_name}, {at:%Y-%m-%d %H:%M:%S} ({at.tzname()}), meaning: {signature.meaning}"


def _trail_rows(record: ReadingRecord, wording: Wording) -> Iterator[Sequence[str]]:
    for one in record.trail:
        line = one.line
        told = [wording.change(change) for change in one.changes] or [wording.sealed(line.visibility)]
        reason = wording.reason(line)
        told += [f"Reason: {reason}"] if reason else []
        at = f"{line.local:%Y-%m-%d %H:%M:%S} ({line.local.tzname()})"
        who = f"{wording.who(line)}, {line.role}" if line.role else wording.who(line)
        yield str(line.seq), at, who, wording.happened(line), "\n".join(part for part in told if part)
