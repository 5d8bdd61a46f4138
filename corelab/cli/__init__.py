"""The command line: parse, get services from the composition root, call one, print. No logic."""

import typer

from corelab.cli import clips, files, labs, people, showcase, work

cli = typer.Typer(
    name="corelab",
    help="Duplex ultrasound core-lab reading workstation. Without a command it opens the desktop application.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

cli.command("run")(work.run)
cli.command("demo")(showcase.demo)
cli.command("init")(labs.init)
cli.add_typer(people.account, name="account")
cli.command("activate")(people.activate)
cli.add_typer(people.training, name="training")
cli.add_typer(people.custody, name="custody")
cli.command("intake")(clips.take_in)
cli.add_typer(clips.pixels, name="pixels")
cli.command("label")(clips.label)
cli.add_typer(clips.subject, name="subject")
cli.add_typer(clips.exam, name="exam")
cli.command("assign")(work.assign)
cli.command("compare")(work.compare)
cli.command("status")(labs.show_status)
cli.command("lock")(labs.lock)
cli.command("export")(work.export)
cli.command("verify")(work.verify)
cli.command("inspect")(files.inspect)
cli.command("phantom")(files.phantom)
cli.command("simulate")(showcase.simulate)
cli.command("bench")(files.bench)


@cli.callback(invoke_without_command=True)
def window(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        work.run(None)


def main() -> None:
    cli()
