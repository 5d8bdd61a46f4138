"""The command that opens the desktop application; it loads nothing that the window does not need."""

import typer

from corelab import app
from corelab.cli.terminal import LabOrLast, command

commands = typer.Typer()


@commands.command("run")
@command
def run(lab: LabOrLast = None) -> None:
    """Open the desktop application.

    Example: corelab run LAB
    """
    raise typer.Exit(app.run_window(lab))
