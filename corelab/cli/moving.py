"""The command that takes a lab from a folder to a server, and back."""

import os
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
from corelab.domain.addresses import ServerAddress
from corelab.domain.moving import LabMovedError
from corelab.services.moving import Moved
from corelab.services.restoring import Login

commands = typer.Typer()

NewPlace = Annotated[
    Place,
    typer.Argument(
        metavar="TO", parser=place, help="postgresql://host/database of an empty database, or a new folder.", show_default=False
    ),
]


@commands.command("move")
@command
def move(lab: LabPlace, to: NewPlace, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Take a lab from a folder to a PostgreSQL server, or back. Every row, event and signature verifies there, or nothing is moved.

    The old place takes no more records from then on and says where the lab is. On a server, PGUSER and PGPASSWORD name a role there
    that may make roles and owns the (empty) database; a lab comes back from one without. Given again, it finishes what was broken off.

    Example: corelab move /data/trial postgresql://records.example.org/trial
    """
    login = Login(typed_user(), typed_password(stdin=password_stdin), os.environ.get("CORELAB_CODE"))
    with progress("Moving", quiet=as_json) as show:
        try:
            with signed_in(lab, typed=(login.user, login.password)) as here:
                moved = app.move_lab(here.lab, here.session, to, show)
        except LabMovedError:
            moved = app.resume_move(lab, to, login, show)
    if moved.accounts:
        say(codes_told(moved.accounts))
    answer(_document(moved), _words(moved), as_json=as_json)


def _document(moved: Moved) -> dict[str, object]:
    return {
        "lab": _named(moved.place),
        "events": moved.events,
        "head": moved.head,
        "clips": moved.clips,
        "accounts": [{"user": each.user, "code": each.code} for each in moved.accounts],
    }


def _named(where: Path | ServerAddress) -> str:
    return where.text if isinstance(where, ServerAddress) else str(where)


def _words(moved: Moved) -> str:
    clips = f"{moved.clips} clips lie in {moved.folder}." if isinstance(moved.place, ServerAddress) else f"{moved.clips} clips came along."
    kept = "Packages and backups stay where they were made; the old place is only read from now on."
    return f"Moved to {_named(moved.place)}: {moved.events} events, verified.\nHead {moved.head}\n{clips} {kept}"
