"""Commands about people: accounts and activation."""

from typing import Annotated, Any

import typer

from corelab import app
from corelab.cli.labs import Reason
from corelab.cli.terminal import (
    AsJson,
    Faulty,
    LabPlace,
    PasswordStdin,
    SignedIn,
    answer,
    command,
    lab_group,
    say,
    signed_in,
    typed_password,
)
from corelab.domain.access import IDENTITY_WORDS, IdentityCheck
from corelab.domain.accounts import Person, Role, user_key
from corelab.domain.record_errors import ResealIncompleteError
from corelab.services import accounts, reader_changes, resealing, second_factor

commands = typer.Typer()

account = lab_group("Accounts (an administrator's work): add, list, deactivate, unlock, role, reset; reseal, absent (a coordinator's).")
commands.add_typer(account, name="account")

User = Annotated[str, typer.Argument(metavar="USER", help="User name.", show_default=False)]
Name = Annotated[str, typer.Option("--name", help="Printed name, as in signatures.", show_default=False)]
Identity = Annotated[IdentityCheck, typer.Option("--identity", help="How it was checked who the person is; on record for ever.")]
Roles = Annotated[list[Role], typer.Option("--role", help="A role; repeat for a second one.", show_default=False)]


@account.command("add")
@command
def add(
    ctx: typer.Context,
    user: User,
    name: Name,
    role: Roles,
    identity: Identity = IdentityCheck.KNOWN,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Invite a person and print the one-time code with which they choose their own password.

    Example: corelab account LAB add reader-1 --name "Reader one" --role reader --identity in-person
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        code = accounts.add_person(here.lab, here.session, user, name, frozenset(role), identity)
    _tell_check(identity)
    answer({"user": user, "code": code}, f"One-time code for {user}, valid for 7 days: {code}", as_json=as_json)


def _tell_check(identity: IdentityCheck) -> None:
    say(f"On record of who this is: {IDENTITY_WORDS[identity].lower()} (--identity names another check).")


@account.command("list")
@command
def show(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show all accounts with roles and status.

    Example: corelab account LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        rows = [_shown(person) for person in accounts.people(here.lab, here.session)]
    words = "\n".join(f"{row['user']:<24}{row['status']:<13}{', '.join(row['roles']):<28}{row['name']}" for row in rows)
    answer({"accounts": rows}, words, as_json=as_json)


def _shown(person: Person) -> dict[str, Any]:
    roles = sorted(role.value for role in person.roles)
    return {"user": person.user_name, "name": person.printed_name, "roles": roles, "status": person.status.value}


def person_named(here: SignedIn, user: str) -> Person:
    for person in accounts.people(here.lab, here.session):
        if person.user_name == user_key(user):
            return person
    raise Faulty(f"There is no account {user}. Nothing was changed. See `corelab account LAB list`.")


@account.command("deactivate")
@command
def deactivate(ctx: typer.Context, user: User, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Close an account. It is never deleted, and its user name is never used again.

    Example: corelab account LAB deactivate reader-1 --reason "Left the lab"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        accounts.deactivate(here.lab, here.session, person_named(here, user).account, reason)
    answer({"user": user, "status": "deactivated"}, f"{user} is deactivated.", as_json=as_json)


@account.command("unlock")
@command
def unlock(ctx: typer.Context, user: User, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Unlock an account after too many wrong passwords.

    Example: corelab account LAB unlock reader-1 --reason "Identity checked by telephone"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        accounts.unlock(here.lab, here.session, person_named(here, user).account, reason)
    answer({"user": user, "status": "active"}, f"{user} is unlocked.", as_json=as_json)


@account.command("role")
@command
def set_roles(
    ctx: typer.Context, user: User, role: Roles, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False
) -> None:
    """Set the roles of a person; they replace the former ones.

    Example: corelab account LAB role reader-1 --role reader --role adjudicator --reason "Trained as adjudicator"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        accounts.set_roles(here.lab, here.session, person_named(here, user).account, frozenset(role), reason)
    roles = sorted(one.value for one in role)
    answer({"user": user, "roles": roles}, f"{user} is now {' and '.join(roles)}.", as_json=as_json)


@account.command("rename")
@command
def rename(
    ctx: typer.Context, user: User, name: Name, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False
) -> None:
    """Change the printed name of a person. What was signed before keeps the former name; the user name never changes.

    Example: corelab account LAB rename reader-1 --name "Reader one, RVT" --reason "New title"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        accounts.rename(here.lab, here.session, person_named(here, user).account, name, reason)
    answer({"user": user, "name": name}, f"{user} signs as {name} from now on.", as_json=as_json)


@account.command("reset")
@command
def reset(
    ctx: typer.Context,
    user: User,
    reason: Reason,
    identity: Identity = IdentityCheck.KNOWN,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Give a person a new one-time code: new password, new keys. Old signatures stay valid.

    Example: corelab account LAB reset reader-1 --reason "Password lost" --identity known
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        code = accounts.reset(here.lab, here.session, person_named(here, user).account, reason, identity)
    _tell_check(identity)
    answer({"user": user, "code": code}, f"One-time code for {user}, valid for 7 days: {code}", as_json=as_json)


@account.command("remove-factor")
@command
def remove_factor(ctx: typer.Context, user: User, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Ask to remove the second factor of a person; it stays until a second person confirms.

    Example: corelab account LAB remove-factor reader-1 --reason "Telephone lost"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        second_factor.request_removal(here.lab, here.session, person_named(here, user).account, reason)
    answer(
        {"user": user, "removed": False}, f"Asked. Another administrator or a coordinator confirms: confirm-removal {user}", as_json=as_json
    )


@account.command("confirm-removal")
@command
def confirm_removal(ctx: typer.Context, user: User, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Confirm, as the second person, that the second factor of somebody is removed.

    Example: corelab account LAB confirm-removal reader-1
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        second_factor.confirm_removal(here.lab, here.session, person_named(here, user).account)
    answer({"user": user, "removed": True}, f"{user} has no second factor any more and may set up a new one.", as_json=as_json)


@account.command("reseal")
@command
def reseal(ctx: typer.Context, user: User, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Hand the open work of a person who was reset over to their new keys (a coordinator's work, with custody).

    Example: corelab account LAB reseal reader-1
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        done = resealing.reseal(here.lab, here.session, person_named(here, user).account)
    words = f"{user} can open {done.drafts} drafts and {done.records} sealed records again."
    answer({"user": user, "drafts": done.drafts, "records": done.records, "damaged": done.damaged}, words, as_json=as_json)
    if done.damaged:
        raise ResealIncompleteError(done.damaged)


@account.command("absent")
@command
def absent(
    ctx: typer.Context,
    user: User,
    reason: Reason,
    back: Annotated[bool, typer.Option("--back", help="The person is here again.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Declare a reader or adjudicator absent: nothing new is dealt to them until they are back. A coordinator's work.

    Example: corelab account LAB absent reader-1 --reason "On leave until May"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        reader_changes.declare_absence(here.lab, here.session, person_named(here, user).account, reason, absent=not back)
    words = f"{user} is here again." if back else f"{user} is absent: nothing new is dealt to them until they are back (--back)."
    answer({"user": user, "absent": not back}, words, as_json=as_json)


@commands.command("activate")
@command
def activate(
    lab: LabPlace,
    code: Annotated[str, typer.Option("--code", help="The one-time code.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Turn a one-time code into an own password and keys. The password comes from CORELAB_PASSWORD or standard input.

    Example: corelab activate LAB --code CODE
    """
    person = accounts.activate(app.open_lab(lab), code, typed_password(stdin=password_stdin))
    answer({"user": person.user_name}, f"{person.user_name} is active and can sign in.", as_json=as_json)
