"""Commands that make a lab and tell and change its state."""

import tomllib
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab import app
from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, answer, command, progress, say, signed_in
from corelab.domain.addresses import ServerAddress
from corelab.domain.statement import signature_statement
from corelab.domain.vocabulary import LabKind
from corelab.services import charters, lab_installing, labs, packages, status
from corelab.ui.told_words import last_words

commands = typer.Typer()


def _words(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("the reason is blank; say why in words")
    return reason


Reason = Annotated[str, typer.Option("--reason", help="Why; stands in the audit trail.", show_default=False, callback=_words)]

_PERSON = ("user", "name", "password")
_HOLDS = "The file of --answers holds [administrator] and [coordinator], each with user, name and password. No lab was made."


@commands.command("init")
@command
def init(
    lab: LabPlace,
    charter: Annotated[str, typer.Option("--charter", help="A shipped charter's name, or a file.", show_default=False)],
    kind: Annotated[LabKind, typer.Option("--kind", help="What the lab is for.")] = LabKind.TRIAL,
    answers: Annotated[Path | None, typer.Option("--answers", help=r"TOML file with \[administrator] and \[coordinator].")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a lab: first administrator, first coordinator, custody key and its recovery code (shown once).

    On a server, PGUSER and PGPASSWORD name a role there that may make roles and owns the (empty) database.

    Example: corelab init /data/trial --charter dvt-lower-extremity --answers answers.toml
    """
    toml = charters.read(charter)
    if isinstance(lab, ServerAddress):
        lab_installing.require_free(lab)
    else:
        labs.require_free(lab)
    administrator, coordinator = (_answered(answers, role) if answers else _asked(role) for role in ("administrator", "coordinator"))
    say(
        f"{signature_statement().words}\n\nThe coordinator accepts this by making the lab: the charter's approval is the first signature.\n"
    )
    make = partial(app.make_lab_on_server, lab) if isinstance(lab, ServerAddress) else partial(app.make_lab, lab)
    made = make(toml, kind=kind, administrator=administrator, coordinator=coordinator)
    say(f"Recovery code of the custody key, shown only now. Keep it on paper, outside the lab:\n\n    {made.recovery_code}\n")
    if answers:
        say(f"Delete {answers} now: it holds passwords.")
    place = lab.text if isinstance(lab, ServerAddress) else str(made.folder)
    document = {"lab": place, "database_id": made.lab_id, "charter_sha256": made.charter_sha256}
    answer(document, f"Made the {kind.value} lab {place} with charter {made.charter_sha256[:12]}.", as_json=as_json)


def _answered(file: Path, role: str) -> labs.NewPerson:
    table = _tables(file).get(role, {})
    if not isinstance(table, dict):
        table = {}
    missing = [key for key in _PERSON if key not in table]
    if missing:
        raise typer.BadParameter(f"{file}: [{role}] does not hold {', '.join(missing)}. {_HOLDS}")
    unquoted = [key for key in _PERSON if not isinstance(table[key], str)]
    if unquoted:
        raise typer.BadParameter(f"{file}: values stand between quotes; in [{role}] not so: {', '.join(unquoted)}. {_HOLDS}")
    return labs.NewPerson(**{key: table[key] for key in _PERSON})


def _tables(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise typer.BadParameter(f"there is no file {file}. {_HOLDS}") from None
    except OSError as fault:
        raise typer.BadParameter(f"{file} cannot be read: {fault.strerror}. {_HOLDS}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise typer.BadParameter(f"{file} is no TOML file ({fault}). {_HOLDS}") from None


def _asked(role: str) -> labs.NewPerson:
    if not typer.get_text_stream("stdin").isatty():
        raise typer.BadParameter("without a terminal, name the first people with --answers FILE.toml")
    return labs.NewPerson(
        user=typer.prompt(f"User name of the first {role}", err=True),
        name=typer.prompt("Printed name, as in signatures", err=True),
        password=typer.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True, err=True),
    )


@commands.command("status")
@command
def show_status(lab: LabPlace, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Count exams by state, and say what waits for whom.

    Example: corelab status LAB --json
    """
    with signed_in(lab, password_stdin=password_stdin) as here:
        found = status.status(here.lab, here.session)
        say(last_words(here.session.last))
    answer(found.to_json(), found.in_words(), as_json=as_json)


@commands.command("lock")
@command
def lock(lab: LabPlace, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Lock the trial's data: after this no reading, decision or charter enters. Needs every exam final.

    Example: corelab lock LAB --reason "All visits in"
    """
    with signed_in(lab, password_stdin=password_stdin) as here, progress("Locking", quiet=as_json) as show:
        locked = packages.lock(here.lab, here.session, reason, here.password, show)
    answer({"locked": True, "exams": locked.exams, "seq": locked.seq}, f"Locked {locked.exams} exams.", as_json=as_json)
