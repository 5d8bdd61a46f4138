"""``corelab charter approve``: a later version of the charter of a lab."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, answer, command, signed_in
from corelab.services import charter_approval, charters


@command
def approve(
    lab: LabPlace,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The later version, as a TOML file.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Sign a later version of the charter: it is in force for exams that come in from now on (a coordinator's work).

    Exams that are in the lab keep theirs. A package holds exams of several versions where one of them has the columns of all.
    After a new major version nobody reads until their training for it is recorded.

    Example: corelab charter approve LAB charter-1.1.0.toml
    """
    content = charters.read(str(file))
    with signed_in(lab, password_stdin=password_stdin) as here:
        done = charter_approval.approve(here.lab, here.session, content, here.password)
    said = {
        "charter_sha256": done.charter,
        "version": done.version,
        "former": done.former,
        "untrained": done.untrained,
        "exams": done.exams,
    }
    answer(said, _words(done), as_json=as_json)


def _words(done: charter_approval.Approved) -> str:
    words = [f"Charter {done.version} ({done.charter[:12]}) is in force after {done.former}."]
    if done.untrained:
        words.append(f"{done.untrained} active readers and adjudicators open nothing until their training for it is recorded.")
    if done.exams:
        words.append(f"{_exams(done.exams)} under an earlier version.")
    return "\n".join(words)


def _exams(number: int) -> str:
    return "1 exam stays" if number == 1 else f"{number} exams stay"
