"""The audit trail by command: lines by filter, histories of old and new values, export that is read without the program."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, SignedIn, answer, command, say, signed_in
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.domain.trail import TrailFilter, TrailLine
from corelab.services import audit, trail_export
from corelab.ui.event_words import WORDING, filter_words, line_words

commands = typer.Typer()


@commands.command("audit")
@command
def show_audit(
    lab: LabPlace,
    case: Annotated[str, typer.Option("--case", help="Exam (code, id or SUBJECT:VISIT) or subject.")] = "",
    person: Annotated[str, typer.Option("--person", help="User name or printed name.")] = "",
    since: Annotated[str, typer.Option("--since", help="First day or time: 2026-01-12, 2026-01-12T08:00.")] = "",
    until: Annotated[str, typer.Option("--until", help="Last day (whole) or time.")] = "",
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Kind of event, or its first part: reading, clip.released.")] = None,
    before_release: Annotated[bool, typer.Option("--before-release", help="Sealed records opened before their release.")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Only changes of values, with old and new ones.")] = False,
    export: Annotated[Path | None, typer.Option("--export", help="Write the whole trail into this new folder.")] = None,
    print_to: Annotated[Path | None, typer.Option("--print", help="Write the lines into this PDF.", metavar="OUT.pdf")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Show the audit trail: who did what, when, where, on which record and why. For coordinators and auditors.

    With --export the whole trail is written; it is read and verified without this program.

    Example: corelab audit LAB --case S01:D10 --since 2026-01-12 --changes --json
    """
    _require_kinds(kind or ())
    with signed_in(lab, password_stdin=password_stdin) as here:
        wanted = TrailFilter(case, person, _since(here, since), _until(here, until), tuple(kind or ()), before_release, changes)
        if wanted.since and wanted.until and wanted.until < wanted.since:
            raise typer.BadParameter(f"--until {until} lies before --since {since}")
        if export is not None:
            _export(here, export, wanted, as_json=as_json)
        elif print_to is not None:
            count = audit.print_trail(here.lab, here.session, wanted, print_to, WORDING, filter_words(wanted))
            answer({"file": str(print_to), "events": count}, f"{print_to}\n{count} events.", as_json=as_json)
        else:
            _show(here, wanted, as_json=as_json)


def _require_kinds(asked: Sequence[str]) -> None:
    """A mistyped kind would look like a lab in which nothing happened."""
    for kind in asked:
        if not any(known == kind or known.startswith(f"{kind}.") for known in KIND_COMMANDS):
            first = ", ".join(sorted({known.partition(".")[0] for known in KIND_COMMANDS}))
            raise typer.BadParameter(f"no event is of kind {kind}; the first parts are {first}")


def _show(here: SignedIn, wanted: TrailFilter, *, as_json: bool) -> None:
    lines = audit.trail(here.lab, here.session, wanted)
    told = audit.changes_of(here.lab, here.session, lines) if wanted.changes else {}
    events = [audit.line_json(line, WORDING) | {"changes": [_change(one) for one in told.get(line.seq, ())]} for line in lines]
    words = [_words(line, told) for line in lines]
    if not lines and (wanted.case or wanted.person):
        say("No event fits. Are exam, subject and person written as the lab has them?")
    answer({"events": events}, "\n".join([*words, f"{len(lines)} events. {filter_words(wanted)}"]), as_json=as_json)


def _words(line: TrailLine, told: audit.Changes) -> str:
    return "\n".join((line_words(line), *(f"        {WORDING.change(one)}" for one in told.get(line.seq, ()))))


def _change(one: audit.Change) -> dict[str, str | None]:
    return {"value": WORDING.change(one).partition(": ")[0], "field": one.field, "old": one.old, "new": one.new}


def _export(here: SignedIn, folder: Path, wanted: TrailFilter, *, as_json: bool) -> None:
    if not wanted.asks_nothing:
        raise typer.BadParameter("--export writes the whole trail; leave the filters out")
    made = trail_export.export_trail(here.lab, here.session, folder)
    document = {"folder": str(made.folder), "events": made.events, "head": made.head}
    check = shlex.join(["python", str(made.folder / trail_export.VERIFIER), str(made.folder)])  # copied into a shell, spaces and all
    words = f"{made.folder}\n{made.events} events, head {made.head}.\nCheck it with: {check}"
    answer(document, words, as_json=as_json)


def _since(here: SignedIn, text: str) -> datetime | None:
    return _time(here, text, timedelta()) if text else None


def _until(here: SignedIn, text: str) -> datetime | None:
    """The whole of a day that is given without a time."""
    return _time(here, text, timedelta(days=1, milliseconds=-1) if len(text) == len("2026-01-12") else timedelta()) if text else None


def _time(here: SignedIn, text: str, more: timedelta) -> datetime:
    """A time without zone is one of this workstation."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no time; write it as 2026-01-12 or 2026-01-12T08:00") from None
    zone = timezone(timedelta(minutes=here.lab.clock.offset_minutes()))
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC) + more
