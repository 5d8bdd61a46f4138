"""What is done with a signed reading by command: listed, printed, exported."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, PasswordStdin, answer, command, lab_group, signed_in
from corelab.services import audit
from corelab.ui.event_words import WORDING

commands = typer.Typer()
reading = lab_group("Readings: list, print, export the released ones; states, reopen, withdraw, invalidate (a coordinator's work).")
commands.add_typer(reading, name="reading")

Reading = Annotated[str, typer.Argument(metavar="READING", help="Id of a reading, or its first 6 characters.", show_default=False)]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="New file.", show_default=False)]


@reading.command("list")
@command
def list_readings(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="[SUBJECT]", help="Only of this subject, visit or reader.")] = "",
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """List released readings, with the ids by which they are printed.

    Example: corelab reading LAB list S01
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = audit.released(here.lab, here.session, case)
    names = ("id", "subject", "visit", "reader")
    words = "\n".join(f"{id_}  {subject} {visit}  {reader}" for id_, subject, visit, reader in found)
    answer({"readings": [dict(zip(names, one, strict=True)) for one in found]}, words or "No reading is released yet.", as_json=as_json)


@reading.command("print")
@command
def print_reading(ctx: typer.Context, which: Reading, out: Out, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Print one released reading as a PDF: grades, all revisions, signatures, its audit trail. The printing is an event.

    Example: corelab reading LAB print 3f0a91 reading.pdf
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        made = audit.print_reading(here.lab, here.session, which, out, WORDING)
    document = {"file": str(out), "reading": made.revisions[-1].id, "revisions": len(made.revisions)}
    answer(document, f"{out}\nReading of {made.reader}, {made.subject} {made.visit}.", as_json=as_json)


@reading.command("export")
@command
def export_reading(ctx: typer.Context, which: Reading, out: Out, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Write one released reading as JSON, with the same content as its print. The export is an event.

    Example: corelab reading LAB export 3f0a91 reading.json
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        made = audit.export_reading(here.lab, here.session, which, out, WORDING)
    document = {"file": str(out), "reading": made.revisions[-1].id, "revisions": len(made.revisions)}
    answer(document, f"{out}\nReading of {made.reader}, {made.subject} {made.visit}.", as_json=as_json)
