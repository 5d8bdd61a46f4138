"""Commands that bring clips into a lab: a delivery, whole or by the site's list, and a clip that takes the place of another."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from corelab.cli.labs import Reason
from corelab.cli.terminal import AsJson, Faulty, LabPlace, PasswordStdin, answer, command, progress, signed_in
from corelab.domain.transmittal import RowState
from corelab.domain.vocabulary import Side
from corelab.services import intake

commands = typer.Typer()

SIDES = {"L": Side.LEFT, "R": Side.RIGHT}


def side_of(letter: str | None) -> Side | None:
    """Raises BadParameter for anything but L or R."""
    if letter is None:
        return None
    if letter.upper() not in SIDES:
        raise typer.BadParameter("--side is L or R")
    return SIDES[letter.upper()]


@commands.command("intake")
@command
def take_in(
    lab: LabPlace,
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", help="Files, folders, discs, ZIPs.", show_default=False)],
    subject: Annotated[str | None, typer.Option("--subject", help="The trial's code of the subject.", show_default=False)] = None,
    visit: Annotated[str | None, typer.Option("--visit", help="Visit, as in the charter.", show_default=False)] = None,
    side: Annotated[str | None, typer.Option("--side", help="L or R, for all objects of this call.")] = None,
    transmittal: Annotated[
        Path | None, typer.Option("--transmittal", help="The site's list (CSV), instead of --subject and --visit.", show_default=False)
    ] = None,
    replaces: Annotated[
        str | None, typer.Option("--replaces", metavar="CLIP", help="The one file delivered takes the place of this clip.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; keep nothing.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Write the report (JSON) to this file.")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Take files, folders, discs or ZIPs into quarantine and de-identify them. The report never holds a name from the source.

    Ctrl+C ends the delivery after the object at work; delivered again, it goes on where it ended.

    Examples: corelab intake LAB delivery.zip --subject S001 --visit D10 --side R; corelab intake LAB disc --transmittal list.csv
    """
    require_named(transmittal, subject=subject, visit=visit, side=side, replaces=replaces)
    if report and (report.is_dir() or not report.parent.is_dir()):
        raise typer.BadParameter(f"--report {report} is no file in a folder that exists; nothing was taken in")
    with (
        signed_in(lab, password_stdin=password_stdin) as here,
        progress("Taking in", quiet=as_json) as show,
        interruptible() as cancelled,
    ):
        taken = intake.take_in(
            here.lab,
            here.session,
            sources,
            subject=subject or "",
            visit=visit or "",
            side=side_of(side),
            transmittal=transmittal,
            replaces=replaces,
            dry_run=dry_run,
            progress=show,
            cancelled=cancelled,
        )
    # Said before it is written: the disk may be full.
    answer(taken.to_json(), taken.in_words(), as_json=as_json)
    if report:
        report.write_text(taken.json_text(), encoding="utf-8")
    require_whole(taken, as_json=as_json)


def require_named(transmittal: Path | None, **exam: str | None) -> None:
    if transmittal is None and not (exam["subject"] and exam["visit"]):
        raise typer.BadParameter("name --subject and --visit, or --transmittal FILE.csv")
    if transmittal is not None and any(exam.values()):
        given = ", ".join(f"--{name}" for name, value in exam.items() if value)
        raise typer.BadParameter(f"with --transmittal the rows say what belongs where: leave out {given}")


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl+C asks the delivery to end; a second one ends the program."""
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def require_whole(taken: intake.IntakeReport, *, as_json: bool) -> None:
    """Exit code 1 where a person has something to do: make room, deliver again, ask the site."""
    said = list(_left_to_do(taken))
    if said or taken.cancelled:
        raise Faulty("" if as_json else " ".join(said))


def _left_to_do(taken: intake.IntakeReport) -> Iterator[str]:
    if taken.stopped:
        yield taken.ending
    if any(one.doubtful for one in taken.objects):
        yield "Some files are in the lab for another exam already. The report says which, by number (in order of names): ask the site."
    if any(one.outcome is intake.Outcome.REJECTED for one in taken.objects):
        yield "Some objects were rejected; the others are kept. The report says why, by number (in order of names)."
    states = {row.state for row in taken.unmatched}
    if states:
        listed = ", ".join(state.value for state in RowState if state in states)
        yield f"The transmittal and what arrived differ ({listed}). The report says where, by row; ask the site."


@commands.command("replace")
@command
def replace(
    lab: LabPlace,
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="The clip that came later, and waits.", show_default=False)],
    replaced: Annotated[str, typer.Argument(metavar="REPLACED", help="The clip of the same exam that it replaces.", show_default=False)],
    reason: Reason,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Say that a clip takes the place of another one of its exam. That one is withdrawn when the new one is released; both are kept.

    Example: corelab replace LAB CLIP REPLACED --reason "The site sent the whole clip"
    """
    with signed_in(lab, password_stdin=password_stdin) as here:
        gone = intake.replace_clip(here.lab, here.session, clip, replaced, reason)
    answer({"clip": clip, "replaces": gone}, f"{clip} takes the place of {gone} once it is released.", as_json=as_json)
