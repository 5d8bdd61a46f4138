"""What coordinators do to records after the first signature: readings given back, withdrawn, invalidated; unlock; redact."""

from typing import Annotated

import typer

from corelab.cli import readings
from corelab.cli.labs import Reason
from corelab.cli.readings import reading
from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, SignedIn, answer, command, lab_group, signed_in
from corelab.domain.reasons import InvalidationCause, RedactionCause, ReopenCause, WithdrawalCause
from corelab.services import exam_records, invalidation, packages, redaction, reopening, withdrawal
from corelab.services.exam_records import RecordRow
from corelab.ui.life_words import PURPOSES

commands = readings.commands
redact = lab_group("Empty personal data in an event's words, by two people: request, confirm, list.")
commands.add_typer(redact, name="redact")

Which = Annotated[str, typer.Argument(metavar="ID", help="Id of a reading or assignment, or its first 6 characters.", show_default=False)]
Seq = Annotated[int, typer.Argument(metavar="SEQ", help="Number of the event.", min=1, show_default=False)]
SHORTEST_ID = 6


@reading.command("states")
@command
def states(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Say where every reading and case stands, released or not, and by which ids the other commands know them. Never a grade.

    Example: corelab reading LAB states
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = exam_records.exam_records(here.lab, here.session)
    answer({"readings": [_json(row) for row in found]}, "\n".join(map(_line, found)) or "Nothing is assigned yet.", as_json=as_json)


def _json(row: RecordRow) -> dict[str, object]:
    return {
        "assignment": row.assignment,
        "subject": row.subject,
        "visit": row.visit,
        "kind": row.kind.value,
        "purpose": row.purpose,
        "reading_type": row.reading_type,
        "slot": row.slot,
        "reader": row.reader,
        "state": row.state.value,
        "reading": row.record,
        "revision": row.revision,
        "signed_at": row.signed_at.isoformat() if row.signed_at else None,
        "reopened": row.reopened,
    }


def _line(row: RecordRow) -> str:
    signed = f", revision {row.revision} signed {row.signed_at:%Y-%m-%d %H:%M} UTC ({row.record})" if row.signed_at else ""
    given_back = ", given back" if row.reopened else ""
    what = f"{row.subject} {row.visit}  {row.reading_type} {PURPOSES[row.purpose].lower()} {row.slot}"
    return f"{what}  {row.reader}: {row.state.value}{given_back}{signed} [{row.assignment}]"


def _named(here: SignedIn, which: str) -> RecordRow:
    """The assignment with this id, or of the reading with this id."""
    found = exam_records.exam_records(here.lab, here.session)
    hits = [row for row in found if which in {row.assignment, row.record}]
    if not hits and len(which) >= SHORTEST_ID:
        hits = [row for row in found if row.assignment.startswith(which) or (row.record or "").startswith(which)]
    if len(hits) != 1:
        raise typer.BadParameter(f"{which} names {len(hits)} readings; corelab reading LAB states lists their ids")
    return hits[0]


@reading.command("reopen")
@command
def reopen(
    ctx: typer.Context,
    which: Which,
    reason: Reason,
    cause: Annotated[ReopenCause, typer.Option("--cause", help="The reader is shown these words only.")] = ReopenCause.OTHER,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Give a signed reading back to its reader, before its release: the old one stays signed, the reader signs a revision.

    Example: corelab reading LAB reopen 3f0a91 --cause ASKED --reason "The reader noticed a slip"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        row = _named(here, which)
        reopening.reopen(here.lab, here.session, row.record or which, cause.value, reason)
    answer({"reopened": row.record, "reader": row.reader}, f"Given back to {row.reader}: {row.subject} {row.visit}.", as_json=as_json)


@reading.command("withdraw")
@command
def withdraw(
    ctx: typer.Context,
    which: Which,
    reason: Reason,
    cause: Annotated[WithdrawalCause, typer.Option("--cause", help="Why.")] = WithdrawalCause.OTHER,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Take an assignment back that is not signed. The next assign gives its slot to another reader; the draft is never a grade.

    Example: corelab reading LAB withdraw 91c2d0 --cause AWAY --reason "On leave for three weeks"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        row = _named(here, which)
        withdrawal.withdraw(here.lab, here.session, row.assignment, cause.value, reason)
    answer({"withdrawn": row.assignment, "reader": row.reader}, f"Withdrawn from {row.reader}: {row.subject} {row.visit}.", as_json=as_json)


@reading.command("invalidate")
@command
def invalidate(
    ctx: typer.Context,
    which: Which,
    reason: Reason,
    cause: Annotated[InvalidationCause, typer.Option("--cause", help="Why.")] = InvalidationCause.OTHER,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Declare a signed reading invalid, by signature, also after its release. The next assign gives its slot to another reader.

    Example: corelab reading LAB invalidate 3f0a91 --cause CLIPS --reason "A clip was of the other limb"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        row = _named(here, which)
        invalidation.invalidate(here.lab, here.session, row.record or which, cause.value, reason, here.password)
    words = f"Not valid any more: the reading of {row.reader}, {row.subject} {row.visit}. Assign gives it to another reader."
    answer({"invalidated": row.record, "reader": row.reader}, words, as_json=as_json)


@commands.command("unlock")
@command
def unlock(lab: LabPlace, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Open a locked trial again. Where the lab has two coordinators, the first asks and the second agrees with the same command.

    Example: corelab unlock LAB --reason "A query of the sponsor came late"
    """
    with signed_in(lab, password_stdin=password_stdin) as here:
        done = packages.unlock(here.lab, here.session, reason, here.password)
    words = f"Unlocked: {done.exams} exams are final again." if done.confirmed else "Asked. Another coordinator has to agree."
    answer({"unlocked": done.confirmed, "exams": done.exams, "seq": done.seq}, words, as_json=as_json)


# ---------------------------------------------------------------- redaction


@redact.command("request")
@command
def request(
    ctx: typer.Context,
    seq: Seq,
    reason: Reason,
    cause: Annotated[RedactionCause, typer.Option("--cause", help="What kind of personal data.")] = RedactionCause.OTHER,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Ask for the words of an event to be emptied. Nothing is emptied until another person agrees.

    Example: corelab redact LAB request 1204 --cause NAME --reason "The note holds a name"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        asked = redaction.request_redaction(here.lab, here.session, seq, reason, cause.value)
    answer({"requested": asked.of, "seq": asked.seq}, f"Asked to empty event {asked.of} ({asked.kind}).", as_json=as_json)


@redact.command("confirm")
@command
def confirm(ctx: typer.Context, seq: Seq, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Agree, as another coordinator or as auditor: the words are overwritten for good, the event stays in the chain.

    Example: corelab redact LAB confirm 1204 --reason "Seen: it is a name"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        by = redaction.confirm_redaction(here.lab, here.session, seq, reason, here.password)
    answer({"redacted": seq, "seq": by}, f"Event {seq} is emptied, by event {by}. Older backups still hold its words.", as_json=as_json)


@redact.command("list")
@command
def waiting(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """List what waits for a second person.

    Example: corelab redact LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = redaction.redactions_requested(here.lab, here.session)
    document = [{"seq": one.of, "kind": one.kind, "cause": one.cause.value, "by": one.person, "at": one.at.isoformat()} for one in found]
    lines = [f"event {one.of} ({one.kind}): {one.cause.value}, asked by {one.person}: {one.why}" for one in found]
    words = "\n".join(lines) or "Nothing waits."
    answer({"requests": document}, words, as_json=as_json)
