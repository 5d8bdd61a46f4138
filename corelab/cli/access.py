"""Commands about getting in: the statement before signing, the own password, rules of access, machines, second factors."""

import os
import sys
from typing import Annotated

import typer

from corelab.cli.labs import Reason
from corelab.cli.terminal import AsJson, Faulty, LabPlace, PasswordStdin, answer, command, lab_group, say, signed_in
from corelab.services import access, accounts, acknowledgements, workstations
from corelab.services.workstations import Machine

commands = typer.Typer()

rules = lab_group("Rules of access (an administrator's work): how old passwords may be, second factors, enrolled workstations.")
machines = lab_group("The workstations of a lab: which signed in, which are enrolled, whose display was checked.")
commands.add_typer(rules, name="access")
commands.add_typer(machines, name="workstation")


@commands.command("acknowledge")
@command
def acknowledge(
    lab: LabPlace,
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
def password(lab: LabPlace, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
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


# ---------------------------------------------------------------- rules of access


@rules.command("show")
@command
def show_rules(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show the rules that are on.

    Example: corelab access LAB show
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = access.rules(here.lab, here.session)
    roles = sorted(role.value for role in found.second_factor)
    document = {
        "password_age_days": found.password_age_days,
        "second_factor_roles": roles,
        "enrolled_workstations_only": found.enrolled_only,
    }
    age = f"{found.password_age_days} days" if found.password_age_days else "off"
    words = f"password_age_days            {age}\nsecond_factor_roles          {', '.join(roles) or 'off'}\n"
    answer(document, words + f"enrolled_workstations_only   {'on' if found.enrolled_only else 'off'}", as_json=as_json)


@rules.command("set")
@command
def set_rule(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(access.NAMES)}.", show_default=False)],
    value: Annotated[str, typer.Argument(help="Days; roles with commas between; on. `off` switches it off.", show_default=False)],
    reason: Reason,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Change one rule, from the next sign-ins on.

    Example: corelab access LAB set password_age_days 90 --reason "Policy of the lab"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        access.set_rule(here.lab, here.session, name, "" if value == "off" else value, reason)
    answer({"name": name, "value": value}, f"{name} is {value}.", as_json=as_json)


# ---------------------------------------------------------------- machines


@machines.command("list")
@command
def list_machines(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show the workstations that ever signed in or tried to.

    Example: corelab workstation LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = workstations.machines(here.lab, here.session)
        this = here.lab.workstation
    rows = [{**_shown(each), "this": each.id == this} for each in found]
    words = (f"{row['id']}  {row['host']:<24}{'enrolled' if row['enrolled'] else '-':<10}display {row['display'] or '-'}" for row in rows)
    answer({"workstations": rows}, "\n".join(words), as_json=as_json)


def _shown(machine: Machine) -> dict[str, object]:
    seen = machine.display.value if machine.display else None
    at = machine.display_at.isoformat() if machine.display_at else None
    return {"id": machine.id, "host": machine.host, "os": machine.os, "enrolled": machine.enrolled, "display": seen, "display_at": at}


@machines.command("enrol")
@command
def enrol(
    ctx: typer.Context,
    machine: Annotated[str, typer.Argument(metavar="ID", help="Id of the workstation, or its beginning.", show_default=False)],
    reason: Reason,
    out: Annotated[bool, typer.Option("--out", help="Take it out again.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Enrol a workstation (an administrator's work); where the rule is on, people get in at enrolled ones only.

    Example: corelab workstation LAB enrol 3f2a91c0 --reason "Reading room"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = [each.id for each in workstations.machines(here.lab, here.session) if each.id.startswith(machine)]
        if len(found) != 1:
            raise Faulty(f"There is no workstation {machine}, or more than one. Nothing was changed. See `corelab workstation LAB list`.")
        workstations.enrol(here.lab, here.session, found[0], reason, enrolled=not out)
    answer({"id": found[0], "enrolled": not out}, f"{found[0]} is {'no longer ' if out else ''}enrolled.", as_json=as_json)
