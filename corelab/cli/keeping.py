"""Commands that keep a lab: back it up, and make it again from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from corelab import app
from corelab.cli.terminal import (
    AsJson,
    LabPlace,
    PasswordStdin,
    Place,
    answer,
    codes_told,
    command,
    place,
    progress,
    say,
    signed_in,
    typed_password,
    typed_user,
)
from corelab.services import backup as backups
from corelab.services.restoring import Login

commands = typer.Typer()

_OF_NEW = "New or empty folder for the lab, or postgresql://host/database with nothing in it."


@commands.command("backup")
@command
def backup(
    lab: LabPlace,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file outside the lab, e.g. trial.backup.", show_default=False)],
    with_quarantine: Annotated[
        bool, typer.Option("--with-quarantine", help="Take along what was delivered and not released, sealed to the custody key.")
    ] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Copy the whole lab into one file while others work on: records, checked in full, and clips. No half file is ever left.

    Example: corelab backup LAB /safe/trial-2026-01-12.backup
    """
    with signed_in(lab, password_stdin=password_stdin) as here, progress("Backing up", quiet=as_json) as show:
        done = backups.back_up(here.lab, here.session, file, with_quarantine=with_quarantine, progress=show)
    document = {
        "file": str(done.file),
        "sha256": done.sha256,
        "bytes": done.size,
        "seq": done.seq,
        "head": done.head,
        "clips": done.clips,
        "quarantine": done.sealed,
    }
    words = f"{done.file}\n{done.clips} clips, {done.seq} events, {done.size:,} bytes; every record checked.\nSHA-256 {done.sha256}"
    answer(document, words, as_json=as_json)


@commands.command("restore")
@command
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
    lab: Annotated[Place, typer.Argument(metavar="LAB", parser=place, help=_OF_NEW, show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Make a lab again from a backup, in a new or empty folder, checked in full. Signs in with an account of the backup.

    Or on a server, in an empty database: PGUSER and PGPASSWORD name a role there that may make roles and owns the database.

    Example: corelab restore /safe/trial-2026-01-12.backup /data/trial
    """
    login = Login(typed_user(), typed_password(stdin=password_stdin))
    with progress("Restoring", quiet=as_json) as show:
        made = app.restore_lab(file, lab, login, show)
    if made.left_sealed:
        say("What was delivered and not released was left out: only a coordinator with the custody key can restore it.")
    if made.accounts:
        say(codes_told(made.accounts))
    named = str(lab) if isinstance(lab, Path) else lab.text
    document = {
        "lab": named,
        "lab_id": made.lab,
        "seq": made.seq,
        "head": made.head,
        "clips": made.clips,
        "left_sealed": made.left_sealed,
        "accounts": [{"user": each.user, "code": each.code} for each in made.accounts],
    }
    answer(document, f"Restored {named}: {made.seq} events, {made.clips} clips; verified.", as_json=as_json)
