"""Commands that make a lab to try things out: demo and simulate."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab import app
from corelab.cli.terminal import AsJson, LabPlace, answer, command, new_folder, progress, say
from corelab.domain.addresses import ServerAddress
from corelab.process import SYSTEM_TEMPORARY
from corelab.services import charters, simulation

commands = typer.Typer()

Until = Annotated[simulation.Until, typer.Option("--until", help="Where the trial stops.")]


@commands.command("demo")
@command
def demo(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", parser=new_folder, help="Folder of the demo lab; else a temporary one.")
    ] = None,
    tour: Annotated[Path | None, typer.Option("--tour", help="Work off screen: pictures of every screen and a package go here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a demo lab from phantom clips through real intake, and open it. Accounts are named by role; passwords are printed.

    Example: corelab demo demo-lab --tour pictures
    """
    if tour is None:
        app.require_display()
    place = folder or Path(tempfile.mkdtemp(prefix="corelab-demo-", dir=SYSTEM_TEMPORARY)) / "lab"
    with progress("Making the demo lab", quiet=as_json) as show:
        made = app.make_demo(place, show)
    document: dict[str, Any] = {"lab": str(place), "accounts": _accounts(made.accounts), "pictures": [], "package": None}
    words = [f"Demo lab: {place}", *(f"{one['user']:<16}{one['role']:<28}{one['password']}" for one in document["accounts"])]
    if tour is not None:
        shown = app.tour(place, made, tour, say)
        document |= {"pictures": [str(one) for one in shown.pictures], "package": str(shown.package)}
        words += [f"{len(shown.pictures)} pictures in {tour}", f"Package: {shown.package}"]
    answer(document, "\n".join(words), as_json=as_json)
    if tour is None:
        raise typer.Exit(app.run_window(place))


def _accounts(made: tuple[simulation.Account, ...]) -> list[dict[str, str]]:
    return [{"user": one.user, "role": one.role, "password": one.password} for one in made]


@commands.command("simulate")
@command
def simulate(
    lab: LabPlace,
    charter: Annotated[str, typer.Option("--charter", help="A shipped charter's name, or a file.", show_default=False)],
    subjects: Annotated[int, typer.Option("--subjects", min=1, max=100_000, show_default=False)],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same clips, grades and results.", show_default=False)],
    agreement: Annotated[float, typer.Option("--agreement", min=0.0, max=1.0, help="Share of cells on which two readers agree.")] = 0.9,
    clips_per_segment: Annotated[int, typer.Option("--clips-per-segment", min=1, max=20)] = 1,
    until: Until = simulation.Until.LOCKED,
    note: Annotated[str, typer.Option("--note", help="Goes into every reading's free text, to look for leaks.")] = "",
    archive: Annotated[str, typer.Option("--archive", help="Address of a DICOMweb server on which the clips lie.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run a whole trial through the same services as real work, in a lab of kind demo.

    Example: corelab simulate LAB --charter dvt-lower-extremity --subjects 20 --seed 1
    """
    plan = simulation.Plan(subjects, seed, agreement, clips_per_segment, until=until, note=note, archive=archive)
    with progress("Simulating", quiet=as_json) as show:
        done = app.simulate(lab, charters.read(charter), plan, show)
    place = lab.text if isinstance(lab, ServerAddress) else str(lab)
    document: dict[str, Any] = {
        "lab": place,
        "accounts": _accounts(done.accounts),
        "subjects": done.subjects,
        "exams": done.exams,
        "readings": done.readings,
        "cases": done.cases,
        "seconds": dict(done.seconds),
    }
    people = (f"{one['user']:<16}{one['role']:<28}{one['password']}" for one in document["accounts"])
    counts = f"{done.subjects} subjects, {done.exams} exams, {done.readings} readings, {done.cases} cases"
    answer(document, "\n".join((f"Lab: {place}", *people, counts)), as_json=as_json)
