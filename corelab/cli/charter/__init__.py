"""Commands about charters: what is wrong in one, what it asks, what it makes of two readings; and the later version of a lab's."""

import typer

from corelab.cli.charter.approving import approve
from corelab.cli.charter.checking import check
from corelab.cli.charter.editing import schema
from corelab.cli.charter.printing import print_
from corelab.cli.charter.showing import show
from corelab.cli.charter.specifying import specification
from corelab.cli.charter.trying import try_case

commands = typer.Typer()

charter = typer.Typer(help="Imaging charters as files, and a later version of a lab's.", no_args_is_help=True)
commands.add_typer(charter, name="charter")


@charter.callback()
def of() -> None:
    """Makes a group of it, also while it has one command."""


charter.command("check")(check)
charter.command("show")(show)
charter.command("try")(try_case)
charter.command("print")(print_)
charter.command("specification")(specification)
charter.command("schema")(schema)
charter.command("approve")(approve)
