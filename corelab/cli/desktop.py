"""The command that opens the desktop application; it loads nothing that the window does not need."""

from pathlib import Path
from typing import Annotated

import typer

from corelab import app
from corelab.cli.terminal import command

commands = typer.Typer()


@commands.command("run")
@command
def run(lab: Annotated[Path | None, typer.Argument(metavar="[LAB]", help="Folder of the lab; else the last one.")] = None) -> None:
    """Open the desktop application.

    Example: corelab run LAB
    """
    raise typer.Exit(app.run_window(lab))
