"""Commands about what a coordinator must see to: safety notices of the charter's alerts, and unblindings."""

from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, PasswordStdin, answer, command, lab_group, signed_in
from corelab.domain.unblinding import UnblindingKind, told
from corelab.services import safety, unblinding
from corelab.ui.safety_words import notice_words, unblinding_json, unblinding_words

commands = typer.Typer()
notices = lab_group("Safety notices: alerts of the charter that fired, never the grade.")
unblindings = lab_group("Who may know the treatment of which subject, and who is dealt it all the same.")
commands.add_typer(notices, name="safety")
commands.add_typer(unblindings, name="unblinding")
_KINDS = ", ".join(kind.value for kind in UnblindingKind)


@notices.command("list")
@command
def list_notices(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """List every alert that fired: exam, alert and message; those that wait come first.

    Example: corelab safety LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = safety.notices(here.lab, here.session)
    words = "\n".join(map(notice_words, found)) or "No alert has fired."
    answer({"notices": [one.to_json() for one in found]}, words, as_json=as_json)


@notices.command("acknowledge")
@command
def acknowledge(
    ctx: typer.Context,
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, as the list tells.", show_default=False)],
    done: Annotated[str, typer.Option("--done", help="What was done about it.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Record that a notice was seen to, and what was done.

    Example: corelab safety LAB acknowledge 3f0a91:S01 --done "Site informed by phone"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        safety.acknowledge(here.lab, here.session, notice, done)
    answer({"acknowledged": notice}, "Acknowledged.", as_json=as_json)


@unblindings.command("list")
@command
def list_unblindings(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """List every unblinding on record: who may know, about which exam, what was seen and done.

    Example: corelab unblinding LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = unblinding.unblindings(here.lab, here.session)
    words = "\n".join(map(unblinding_words, found)) or "No unblinding is on record."
    answer({"unblindings": [unblinding_json(one) for one in found]}, words, as_json=as_json)


@unblindings.command("add")
@command
def add_unblinding(
    ctx: typer.Context,
    exam: Annotated[str, typer.Argument(metavar="SUBJECT:VISIT", help="The exam, or its id or code.", show_default=False)],
    user: Annotated[str, typer.Argument(metavar="USER", help="Who may know.", show_default=False)],
    kind: Annotated[str, typer.Option("--kind", help=f"One of: {_KINDS}.", show_default=False)],
    seen: Annotated[str, typer.Option("--seen", help="What was seen.", show_default=False)],
    done: Annotated[str, typer.Option("--done", help="What was done.", show_default=False)],
    planned: Annotated[bool, typer.Option("--planned", help="It was planned; else a deviation is opened with it.")] = False,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Record that a person may know the treatment of a subject: no further exam of it is dealt to them without a reason.

    Example: corelab unblinding LAB add S01:D10 reader-1 --kind "site contact" --seen "Told on the phone" --done "Site reminded"
    """
    said = told(kind, seen, done, planned=planned)
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        unblinding.record(here.lab, here.session, exam, user, said)
    answer({"exam": exam, "user": user}, f"On record: {user} may know the treatment of {exam}.", as_json=as_json)


@unblindings.command("except")
@command
def except_from(
    ctx: typer.Context,
    exam: Annotated[str, typer.Argument(metavar="SUBJECT:VISIT", help="An exam of the subject, or its id or code.", show_default=False)],
    user: Annotated[str, typer.Argument(metavar="USER", help="Who may know.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why exams are dealt to them all the same.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Let further exams of a subject be dealt to a person who may know its treatment, for a reason. What was recorded of it stays.

    Example: corelab unblinding LAB except S01:D10 reader-1 --reason "No other reader is left; the monitor agreed"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        unblinding.except_from(here.lab, here.session, exam, user, reason)
    answer({"exam": exam, "user": user}, f"On record: exams of this subject may be dealt to {user} all the same.", as_json=as_json)
