"""The command that says which kinds of files a lab takes in beyond the usual ones."""

from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, answer, command, signed_in
from corelab.services import intake

commands = typer.Typer()


@commands.command("accept")
@command
def accept(
    lab: LabPlace,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help=f"{' or '.join(intake.ACCEPTED_NAMES)}.", show_default=False)] = None,
    value: Annotated[str, typer.Argument(metavar="[on|off]", help="on or off.", show_default=False)] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it is changed.")] = "",
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Show which kinds of files are taken in beyond the usual ones, or switch one on or off (an administrator's work).

    Example: corelab accept LAB accept_deflated on --reason "The archive of site 03 sends nothing else"
    """
    if name is not None and value not in {"on", "off"}:
        raise typer.BadParameter(f"{name} is set to on or off")
    with signed_in(lab, password_stdin=password_stdin) as here:
        if name is None:
            found = intake.accepted(here.lab, here.session)
        else:
            found = intake.set_accepted(here.lab, here.session, name, reason, on=value == "on")
    document = {"accept_retired_sop": found.retired, "accept_deflated": found.deflated}
    answer(document, "\n".join(f"{key:<20} {'on' if on else 'off'}" for key, on in document.items()), as_json=as_json)
