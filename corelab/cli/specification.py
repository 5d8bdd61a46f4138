"""Commands about the columns and codes of packages: how the next one differs, and the approval of what is gone."""

from typing import Any

import typer

from corelab.cli.labs import Reason
from corelab.cli.terminal import AsJson, PasswordStdin, answer, command, lab_group, signed_in
from corelab.domain.specification import Difference
from corelab.domain.specification_words import change_words
from corelab.services import packages
from corelab.services.packages import SpecificationState

commands = typer.Typer()
specification = lab_group("Files, columns and codes of packages: show how the next one differs, approve what is gone or changed.")
commands.add_typer(specification, name="specification")


@specification.command("show")
@command
def show(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Say how the files, columns and codes of the next package differ from those of the last one, and what has to be approved.

    Example: corelab specification LAB show
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = packages.specification(here.lab, here.session)
    answer(_document(found), _words(found), as_json=as_json)


@specification.command("approve")
@command
def approve(ctx: typer.Context, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Approve by signature that columns or codes are gone or changed, exactly those that show lists. Then a package can be written.

    Example: corelab specification LAB approve --reason "The item was dropped by amendment 2; the analysts know"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = packages.approve_specification(here.lab, here.session, reason, here.password)
    answer(_document(found), f"Approved. {_words(found)}", as_json=as_json)


def _document(found: SpecificationState) -> dict[str, Any]:
    return {
        "after": found.after,
        "approved": found.approved,
        "differences": [_difference(one) for one in found.differences],
        "may_export": not found.stops,
        "may_be_approved": bool(found.stops) and not found.refused,
    }


def _difference(one: Difference) -> dict[str, Any]:
    needs = "nothing" if one.is_allowed else "another name" if one.is_refused else "approval"
    return {"change": one.change.value, "where": one.where, "old": one.old, "new": one.new, "needs": needs}


def _words(found: SpecificationState) -> str:
    if found.after is None:
        return "No package was written yet: there is nothing to compare with."
    if not found.differences:
        return f"The next package has the same files, columns and codes as {found.after}."
    return "\n".join([f"Against {found.after}:", *(_line(one, found) for one in found.differences)])


def _line(one: Difference, found: SpecificationState) -> str:
    if one.is_refused:
        return f"refused   {change_words(one)}"
    if one.is_allowed:
        return f"allowed   {change_words(one)}"
    return f"{'approved' if found.approved else 'stops'}{'' if found.approved else '   '}  {change_words(one)}"
