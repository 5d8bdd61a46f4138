"""The command that tells how large a lab becomes, how busy its machines are, and what to turn; it opens no lab."""

from typing import Annotated

import typer

from corelab.cli import plan_words
from corelab.cli.terminal import AsJson, answer, command
from corelab.domain.scaling.load import Load, Machines
from corelab.services import charters, planning

commands = typer.Typer()

_LOAD, _MACHINES = Load(), Machines()


@commands.command("plan")
@command
def plan(
    readers: Annotated[int, typer.Option("--readers", min=1, max=10_000, help="Who read at the same time, in all trials.")] = _LOAD.readers,
    trials: Annotated[int, typer.Option("--trials", min=1, max=10_000, help="Each is a lab of its own.")] = _LOAD.trials,
    subjects: Annotated[int, typer.Option("--subjects", min=1, max=1_000_000, help="Of each trial.")] = _LOAD.subjects,
    visits: Annotated[int | None, typer.Option("--visits", min=1, max=1000, help="Of each subject; else those of the charter.")] = None,
    clips: Annotated[int, typer.Option("--clips", min=1, max=1000, help="Of each exam.")] = _LOAD.clips,
    clip_mb: Annotated[float, typer.Option("--clip-mb", min=0.01, max=10_000, help="Megabytes of a clip.")] = _LOAD.clip_mb,
    minutes: Annotated[float, typer.Option("--minutes", min=0.5, max=480, help="That a reading takes.")] = _LOAD.minutes,
    hours: Annotated[float, typer.Option("--hours", min=0.5, max=24, help="Of a working day.")] = _LOAD.hours,
    cases: Annotated[float, typer.Option("--cases", min=0, max=1, help="Share of exams that go to an adjudicator.")] = _LOAD.case_share,
    charter: Annotated[str, typer.Option("--charter", metavar="NAME|FILE", help="Sets the size of a record.")] = "dvt-lower-extremity",
    trip_ms: Annotated[float, typer.Option("--trip-ms", min=0, max=10_000, help="To the server and back: ping.")] = _MACHINES.trip_ms,
    link_mbit: Annotated[float, typer.Option("--link-mbit", min=1, help="Network of server and archive, each.")] = _MACHINES.link_mbit,
    commit_ms: Annotated[
        float, typer.Option("--commit-ms", min=0, max=10_000, help="Of the server's disk: pg_test_fsync.")
    ] = _MACHINES.commit_ms,
    cores: Annotated[int, typer.Option("--cores", min=1, help="Of the server.")] = _MACHINES.cores,
    log_mb_s: Annotated[
        float, typer.Option("--log-mb-s", min=0.1, help="Megabytes a second that the server's log may grow by.")
    ] = _MACHINES.log_mb_s,
    archive_mb_s: Annotated[float, typer.Option("--archive-mb-s", min=0.1, help="That the archive's disk reads.")] = _MACHINES.archive_mb_s,
    connections: Annotated[int, typer.Option("--connections", min=4, help="max_connections of the server.")] = _MACHINES.connections,
    as_json: AsJson = False,
) -> None:
    """Tell what readers and trials ask of a server and an archive: sizes, commits, traffic, waits, what is full first, what to turn.

    Costs are measured on this program; yours stand in your network and disks. No lab is opened. The manual's plan shows the way from ten
    readers to a thousand.

    Example: corelab plan --readers 100 --trials 10 --subjects 600 --trip-ms 1
    """
    load = planning.with_charter(
        Load(readers, trials, subjects, _LOAD.visits, clips, clip_mb, case_share=cases, minutes=minutes, hours=hours),
        charters.read(charter),
        visits,
    )
    machines = Machines(trip_ms, link_mbit, commit_ms, cores, log_mb_s, archive_mb_s, connections)
    made = planning.planned(load, machines)
    answer(plan_words.document(made), plan_words.words(made), as_json=as_json)
