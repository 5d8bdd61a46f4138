"""The command line: parse, get services from the composition root, call one, print. No logic."""

from importlib import import_module
from types import MappingProxyType

import typer
from typer.core import TyperCommand, TyperGroup

from corelab import app

_MODULES = MappingProxyType(
    {
        "run": "desktop",
        "demo": "showcase",
        "init": "labs",
        "account": "people",
        "activate": "people",
        "acknowledge": "access",
        "password": "access",
        "access": "access",
        "workstation": "access",
        "training": "training",
        "custody": "custody",
        "charter": "charter",
        "intake": "intake",
        "replace": "intake",
        "listen": "drops",
        "drops": "drops",
        "accept": "accept",
        "pixels": "clips",
        "label": "labels",
        "subject": "clips",
        "exam": "clips",
        "query": "queries",
        "assign": "work",
        "compare": "work",
        "status": "labs",
        "safety": "safety",
        "unblinding": "safety",
        "lock": "labs",
        "unlock": "records",
        "export": "work",
        "specification": "specification",
        "verify": "checks",
        "checkpoint": "checks",
        "audit": "audit",
        "trace": "tracing",
        "open": "tracing",
        "reading": "records",
        "redact": "records",
        "archive": "archive",
        "backup": "keeping",
        "move": "moving",
        "restore": "keeping",
        "inspect": "files",
        "compression": "compression",
        "phantom": "phantom",
        "agreement": "agreement",
        "plan": "plan",
        "simulate": "showcase",
        "bench": "bench",
    }
)


class _Commands(TyperGroup):
    """Loads the module of a command when it is called: opening the window must not wait for codecs it does not need yet."""

    def list_commands(self, _ctx: object) -> list[str]:
        return list(_MODULES)

    def get_command(self, _ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"corelab.cli.{_MODULES[cmd_name]}")
        return typer.main.get_group(module.commands).commands[cmd_name]  # type: ignore[return-value]  # typer makes its own kinds


cli = typer.Typer(
    cls=_Commands,
    name="corelab",
    help="Duplex ultrasound core-lab reading workstation. Without a command it opens the desktop application.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


@cli.callback(invoke_without_command=True)
def window(ctx: typer.Context) -> None:
    """Duplex ultrasound core-lab reading workstation. Without a command it opens the desktop application."""
    if ctx.invoked_subcommand is None:
        import_module("corelab.cli.desktop").run(None)


def main() -> None:
    """The program, from start to end: a fault outside of every command ends in words and a report as well."""
    if app.is_child():
        return
    app.start()
    try:
        cli()
    except Exception as error:  # noqa: BLE001 - a traceback would tell what the program worked with
        import_module("corelab.cli.terminal").end_by(error)
