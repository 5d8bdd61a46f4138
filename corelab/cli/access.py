"""Commands about getting in: the statement before signing, the own password, rules of access, machines, second factors."""

import os
import sys
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, Faulty, LabFolder, PasswordStdin, answer, command, say, signed_in
from corelab.services import accounts, acknowledgements

commands = typer.Typer()


@commands.command("acknowledge")
@command
def acknowledge(
    lab: LabFolder,
    accept: Annotated[bool, typer.Option("--accept", help="Accept without being asked, where nobody sits at a terminal.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Read and accept, once, that an electronic signature binds like a handwritten one. Nobody signs before.

    Example: corelab acknowledge LAB --accept
    """
    with signed_in(lab, password_stdin=password_stdin) as here:
        statement = acknowledgements.due(here.lab, here.session)
        if statement is not None:
            say(f"{statement.words}\n")
            if not (accept or _agreed()):
                raise Faulty("Not accepted. Nothing was recorded. Run it again, or with --accept.")
            acknowledgements.accept(here.lab, here.session, statement.digest)
        user = here.session.user_name
    words = f"{user} has accepted the statement." if statement else f"{user} has nothing to accept."
    answer({"user": user, "accepted": statement.digest if statement else None}, words, as_json=as_json)


def _agreed() -> bool:
    return sys.stdin.isatty() and typer.confirm("I accept", err=True)


@commands.command("password")
@command
def password(lab: LabFolder, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Change the own password; the keys stay the same. The new one comes from CORELAB_NEW_PASSWORD, or is asked for.

    Example: corelab password LAB
    """
    with signed_in(lab, password_stdin=password_stdin) as here:
        accounts.change_password(here.lab, here.session, here.password, _new_password())
        user = here.session.user_name
    answer({"user": user}, f"The password of {user} is changed.", as_json=as_json)


def _new_password() -> str:
    new = os.environ.get("CORELAB_NEW_PASSWORD")
    if new is None and sys.stdin.isatty():
        new = typer.prompt("New password (12 characters or more)", hide_input=True, confirmation_prompt=True, err=True)
    if not new:
        raise typer.BadParameter("set CORELAB_NEW_PASSWORD to the new password")
    return str(new)
