"""How far readers agree: in a lab, in a package, or from a file of entries; package and file need no lab and no sign-in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from corelab.cli import agreement_found
from corelab.cli.terminal import AsJson, Faulty, PasswordStdin, Place, answer, command, place
from corelab.domain.addresses import ServerAddress
from corelab.services import agreement as statistics
from corelab.services.agreement.guesses import of_guesses
from corelab.services.monitoring import NoPackageError

commands = typer.Typer()

_SHOWN_FAULTS = 100
_BESIDE = ("_se", "_ci95", "_ci95_by_subject", "_repetitions_not_estimable")
_HEADINGS = ("figure", "value", "error", "95 % interval", "95 % by subject")
_NOTHING = ("", "", "", "")
_SMALL = 0.00005
_ELSEWHERE = {"name", "kind", "counted", "table", "not_estimable", "draws"}
"""Above or below the table, beside its figure, or in the JSON only."""


@commands.command("agreement")
@command
def agreement(
    source: Annotated[
        Place | None,
        typer.Argument(
            metavar="LAB|PACKAGE|FILE.json", parser=place, help="A lab, a package, or entries with name, kind and data.", show_default=False
        ),
    ] = None,
    guess: Annotated[
        Path | None, typer.Option("--guess", metavar="CSV", help="guess.csv of a package; with --arms, instead of the argument.")
    ] = None,
    arms: Annotated[Path | None, typer.Option("--arms", metavar="CSV", help="USUBJID, ARM (1 or 2); never in a lab.")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Say how far readers agree: kappa, AC1 and AC2, ICC, limits of agreement, cases by batch, each reader's discordance index.

    Of a lab a coordinator is told, and that sealed readings were looked at is on record. A package is read alone, without a lab.
    The kinds of entries of a file and their data stand in the manual. With --guess and --arms: how blind the readers were.

    Example: corelab agreement LAB --json
    """
    if source is None or guess is not None or arms is not None:
        _of_guesses(source, guess, arms, as_json=as_json)
        return
    if isinstance(source, ServerAddress) or agreement_found.is_lab(source):
        answer(*agreement_found.of_lab(source, password_stdin=password_stdin, as_json=as_json), as_json=as_json)
        return
    if source.is_dir():
        try:
            answer(*agreement_found.of_package(source, as_json=as_json), as_json=as_json)
        except NoPackageError:
            raise Faulty(f"{source} is no lab and no package. Nothing was changed. Give the folder of one of them, or a file.") from None
        return
    _of_file(source, as_json=as_json)


def _of_guesses(source: Place | None, guess: Path | None, arms: Path | None, *, as_json: bool) -> None:
    if source is not None or guess is None or arms is None:
        raise typer.BadParameter("give a lab, a package or a file; or --guess and --arms together, and nothing else")
    try:
        entries = of_guesses(guess, arms)
    except statistics.AgreementFileError as error:
        raise Faulty(_faults(error)) from None
    except OSError as error:
        raise Faulty(f"{error.filename} cannot be read ({error.strerror}). Nothing was changed. Check the name.") from None
    answer({"entries": entries}, "" if as_json else _tables(entries), as_json=as_json)


def _of_file(file: Path, *, as_json: bool) -> None:
    try:
        entries = statistics.of_file(file)
    except statistics.AgreementFileError as error:
        raise Faulty(_faults(error)) from None
    except statistics.NotAFileOfEntriesError:
        raise Faulty(
            "This is no file of entries, and no folder of a lab or a package. "
            "Nothing was changed. Unpack the package first, or put the pairs into a file as the manual shows."
        ) from None
    except OSError as error:
        raise Faulty(f"{file} cannot be read ({error.strerror}). Nothing was changed. Check the name and that you may read it.") from None
    answer({"entries": entries}, "" if as_json else _tables(entries), as_json=as_json)


def _faults(error: statistics.AgreementFileError) -> str:
    shown = error.faults[:_SHOWN_FAULTS]
    more = [f"... and {len(error.faults) - len(shown)} more"] if len(error.faults) > len(shown) else []
    number = "1 fault" if len(error.faults) == 1 else f"{len(error.faults)} faults"
    head = f"{error.path}: {number}. Nothing was computed. Mend the file and run the command again."
    return "\n".join((head, *(f"  {fault}" for fault in (*shown, *more))))


def _tables(entries: list[dict[str, Any]]) -> str:
    console = Console()
    with console.capture() as captured:
        for entry in entries:
            console.print(Text(f"{entry['name']} ({entry['kind']})", style="bold"))
            console.print(_table(entry))
            console.print(Text(f"counted: {entry['counted']}\n"))
    return captured.get().rstrip("\n")


def _table(entry: Mapping[str, Any]) -> Table:
    table = Table()
    rows = list(_rows(entry, ""))
    columns = [column for column in zip(_HEADINGS, *rows, strict=True) if any(column[1:])]
    for heading, *_ in columns:
        table.add_column(heading, overflow="fold", justify="left" if heading == _HEADINGS[0] else "right")
    for row in zip(*(column[1:] for column in columns), strict=True):
        table.add_row(*map(Text, row))
    return table


def _rows(held: Mapping[str, Any], before: str) -> Iterator[tuple[str, ...]]:
    """One row for each figure, its error and intervals beside it; what stands inside another under its name."""
    reasons = held.get("not_estimable", {})
    for key, value in held.items():
        if key in _ELSEWHERE or _stands_beside(key, held):
            continue
        words = f"{before}{key.replace('_', ' ').replace('ci95', '95 %')}"
        if isinstance(value, dict):
            yield (words, *_NOTHING)
            yield from _rows(value, f"{before}  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for each in value:
                yield (f"{before}{each['batch']}", *_NOTHING)
                yield from _rows({name: one for name, one in each.items() if name != "batch"}, f"{before}  ")
        else:
            yield (words, _words(value, reasons.get(key)), *(_beside(held, key, end, reasons) for end in _BESIDE[:3]))


def _stands_beside(key: str, held: Mapping[str, Any]) -> bool:
    return any(key.endswith(end) and key.removesuffix(end) in held for end in _BESIDE)


def _beside(held: Mapping[str, Any], key: str, end: str, reasons: Mapping[str, str]) -> str:
    return _words(held[f"{key}{end}"], reasons.get(f"{key}{end}")) if f"{key}{end}" in held else ""


def _words(value: Any, reason: str | None) -> str:
    """A figure with 4 decimals, an interval, or why there is none."""
    if reason is not None:
        return reason
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return (" to " if isinstance(value[0], float) else ", ").join(_words(one, None) for one in value)
    if isinstance(value, float):
        return f"{value:.4f}" if value == 0 or abs(value) >= _SMALL else f"{value:.1e}"
    return str(value)
