"""The command: parse, read, compare, print. Errors end in words and an exit code: 1 failed, 2 wrong usage."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab.domain.winratio import compare
from corelab.process import forbid_core_dumps
from corelab.winratio.answers import in_words, of_trial
from corelab.winratio.entries import answers_of
from corelab.winratio.faults import FilesFaultyError, LabGivenError, PackageRefusedError
from corelab.winratio.package import open_package
from corelab.winratio.tables import read_arms, read_outcomes
from corelab.winratio.tiers import read_tiers
from corelab.winratio.trial import trial_of

_FAILED = 1
_SHOWN = 20
"""More faults of a package than these help nobody."""

program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@program.command("corelab-winratio")
def winratio(  # noqa: PLR0913, PLR0917 - the options of its contract
    package: Annotated[str | None, typer.Option("--package", metavar="PKG", help="Folder of a package; it is verified first.")] = None,
    arms: Annotated[Path | None, typer.Option("--arms", metavar="CSV", help="USUBJID, ARM[, STRATUM].")] = None,
    pro: Annotated[Path | None, typer.Option("--pro", metavar="CSV", help="USUBJID and one column for each further tier.")] = None,
    tiers: Annotated[
        Path | None, typer.Option("--tiers", metavar="TOML", help="The hierarchy: a table for each tier, see the manual.")
    ] = None,
    treatment: Annotated[
        str | None, typer.Option("--treatment", metavar="ARM", help="The arm whose wins are counted; else the first by name.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="JSON", help="Examples instead of a package: an entry or entries.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else there.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Compare two arms pair by pair, tier by tier: win ratio, net benefit, win odds.

    A double-programming aid: a check of the analysis, not the analysis of record. It reads a package, never a lab.

    Example: corelab-winratio --package OUT/DVT-LE_T003_... --arms arms.csv --pro outcomes.csv --tiers tiers.toml
    """
    if data is not None:
        if any(option is not None for option in (package, arms, pro, tiers, treatment)):
            raise typer.BadParameter("--data stands alone, without --package, --arms, --pro, --tiers and --treatment")
        _ended(lambda: _examples(data, as_json=as_json))
        return
    if package is None or arms is None or tiers is None:
        raise typer.BadParameter("give --package, --arms and --tiers (and --pro where a tier reads it), or --data")
    given, armed, tiered = package, arms, tiers
    _ended(lambda: _trial(given, armed, pro, tiered, treatment, as_json=as_json))


def main() -> None:
    """The program, from start to end. A core dump would hold who was in which arm."""
    forbid_core_dumps()
    program(prog_name="corelab-winratio")


def _examples(data: Path, *, as_json: bool) -> None:
    entries = answers_of(data)
    _answer({"entries": entries}, "\n\n".join(in_words(each, each["tiers"], each["name"]) for each in entries), as_json=as_json)


def _trial(given: str, arms: Path, pro: Path | None, tiers: Path, treatment: str | None, *, as_json: bool) -> None:
    package = open_package(given)
    trial = trial_of(package, read_arms(arms), read_outcomes(pro) if pro else None, read_tiers(tiers), treatment)
    for note in trial.notes:
        _say(note)
    document = of_trial(trial, compare(trial.tiers, trial.strata))
    document["package"] = {"name": package.path.absolute().name, "manifest_sha256": package.manifest_sha256}
    _answer(document, in_words(document, document["tiers"], document["package"]["name"]), as_json=as_json)


def _ended(work: Callable[[], None]) -> None:
    try:
        work()
    except (FilesFaultyError, LabGivenError, PackageRefusedError) as error:
        _say(_words_of(error))
        raise typer.Exit(_FAILED) from None
    except KeyboardInterrupt:
        _say("Stopped. Nothing was written.")
        raise typer.Exit(_FAILED) from None
    except Exception as error:  # noqa: BLE001 - a traceback would show what the files hold
        _say(f"The program met a fault of its own ({type(error).__name__}). Nothing was written and no file was changed.")
        raise typer.Exit(_FAILED) from None


def _words_of(error: FilesFaultyError | LabGivenError | PackageRefusedError) -> str:
    match error:
        case FilesFaultyError(faults=faults):
            return "\n".join((*(fault.words for fault in faults), "Nothing was compared. Mend the files and run this again."))
        case LabGivenError():
            return f"{error.given} is a lab. This program reads packages only and opened nothing. Give the folder of a package."
        case PackageRefusedError(faults=faults):
            more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
            end = "The package is not verified, so nothing was compared. Keep it as it is and ask for it again."
            return "\n".join((f"{error.package}:", *faults[:_SHOWN], *more, end))


def _answer(document: dict[str, Any], words: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) if as_json else words) + "\n")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
