"""Commands about custody: who opens what is sealed."""

import os
import sys
from typing import Annotated

import typer

from corelab.cli.labs import Reason
from corelab.cli.people import person_named
from corelab.cli.terminal import AsJson, PasswordStdin, answer, command, lab_group, say, signed_in
from corelab.services import accounts, custody_facts
from corelab.services import custody as custodies

commands = typer.Typer()

custody = lab_group("Who holds the custody key that opens sealed readings.")
commands.add_typer(custody, name="custody")


@custody.command("grant")
@command
def grant(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="User name of a coordinator.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Give another coordinator the custody key.

    Example: corelab custody LAB grant coordinator-2
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        accounts.grant_custody(here.lab, here.session, person_named(here, person).account)
    answer({"user": person}, f"{person} holds the custody key from the next sign-in.", as_json=as_json)


@custody.command("rotate")
@command
def rotate(ctx: typer.Context, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Change the custody key, when somebody who held it has left. The new recovery code is shown once on standard error.

    Every coordinator who holds the key holds the new one from the next sign-in. Every other sign-in of the lab ends.

    Example: corelab custody LAB rotate --reason "A coordinator left the lab"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        code = custodies.rotate(here.lab, here.session, reason, here.password)
        facts = custody_facts.custody_facts(here.lab, here.session)
    _say_code(code)
    holders = [person.user_name for person in facts.holders]
    words = f"Custody key {facts.number} is held by {', '.join(holders)} from the next sign-in. The former one opens nothing new."
    answer({"number": facts.number, "holders": holders}, words, as_json=as_json)


def _say_code(code: str) -> None:
    say(f"New recovery code of the custody key, shown only now. Keep it on paper, outside the lab; destroy the old one:\n\n    {code}\n")


@custody.command("recover")
@command
def recover(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Take custody with the recovery code, which is replaced: the new one is shown once on standard error.

    The code comes from CORELAB_RECOVERY_CODE, or is asked for. Every other sign-in of the lab ends.

    Example: corelab custody LAB recover
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        code = custodies.recover(here.lab, here.session, _typed_code(), here.password)
        user = here.session.user_name
    _say_code(code)
    answer({"user": user}, f"{user} holds the custody key from the next sign-in.", as_json=as_json)


def _typed_code() -> str:
    code = os.environ.get("CORELAB_RECOVERY_CODE")
    if code is None and sys.stdin.isatty():
        code = typer.prompt("Recovery code", hide_input=True, err=True)
    if not code:
        raise typer.BadParameter("set CORELAB_RECOVERY_CODE to the recovery code of the lab")
    return str(code)
