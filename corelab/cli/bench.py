"""The command that measures the performance goals."""

import sys
from typing import Annotated

import typer

from corelab import app
from corelab.cli.bench_words import document, table
from corelab.cli.terminal import AsJson, Faulty, answer, command, say

commands = typer.Typer()

_IN_A_FILE = 150
"""Columns of what no terminal is going to show."""


@commands.command("bench")
@command
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer turns and smaller sizes: some minutes instead of an hour.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure every performance goal side by side in this run: median, spread over turns, limit.

    Other programs at work disturb what is measured: where a goal is missed, the answer tells how much of the machine they took.
    Peers (tjbench, ffmpeg, dcmtk, gdcmconv) are measured where they are on the PATH. Without a screen, windows are drawn in memory.

    Example: corelab bench --quick
    """
    report = app.bench(quick=quick, say=say)
    width = None if sys.stdout.isatty() else _IN_A_FILE
    answer(document(report), "" if as_json else table(report, width=width), as_json=as_json)
    if not all(goal.ok for goal in report.goals):
        raise Faulty("" if as_json else "At least one goal was missed.")
