"""The command that makes a synthetic clip."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, answer, command
from corelab.services import phantoms

commands = typer.Typer()


@commands.command("phantom")
@command
def phantom(
    out: Annotated[Path, typer.Argument(metavar="OUT.dcm", show_default=False)],
    kind: Annotated[str, typer.Option("--kind", help=f"One of {', '.join(phantoms.KINDS)}.", show_default=False)],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 1,
    syntax: Annotated[str | None, typer.Option("--syntax", help="Transfer syntax UID.")] = None,
    layout: Annotated[str, typer.Option("--layout", help=f"One of {', '.join(phantoms.LAYOUTS)}.")] = "generic",
    level: Annotated[str | None, typer.Option("--level", help=f"One of {', '.join(phantoms.LEVELS)}.")] = None,
    clocking: Annotated[str | None, typer.Option("--clocking", help=f"When frames were taken: {', '.join(phantoms.CLOCKINGS)}.")] = None,
    hard: Annotated[str | None, typer.Option("--hard", help=f"One of {', '.join(phantoms.HARD)}.")] = None,
    rest_start: Annotated[bool, typer.Option("--rest-start/--pressed-start", help="Whether the clip begins at rest.")] = True,
    psf: Annotated[int | None, typer.Option("--psf", help="Draw the point spread from this number, not from the seed.")] = None,
    reflux: Annotated[float | None, typer.Option("--reflux", help="How many seconds blood runs back, for spectral_reflux.")] = None,
    truth: Annotated[Path | None, typer.Option("--truth", help="Write the truth (JSON) to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make one synthetic duplex clip with known truth.

    Example: corelab phantom vein.dcm --kind partial --seed 7 --truth vein.json
    """
    lists = {
        "--kind": (kind, phantoms.KINDS),
        "--layout": (layout, phantoms.LAYOUTS),
        "--syntax": (syntax, phantoms.SYNTAXES),
        "--level": (level, phantoms.LEVELS),
        "--clocking": (clocking, phantoms.CLOCKINGS),
        "--hard": (hard, phantoms.HARD),
    }
    for option, (word, known) in lists.items():
        if word is not None and word not in known:
            raise typer.BadParameter(f"{option} {word} is not known; one of {', '.join(known)}")
    options = phantoms.Options(syntax, layout, hard, rest_start, psf, level, clocking, reflux)
    try:
        made = phantoms.write_phantom(out, kind, seed, options, truth=truth)
    except phantoms.PhantomHardError as error:
        can = f"one of {', '.join(error.known)}" if error.known else "nobody presses in such a clip"
        raise typer.BadParameter(f"--kind {kind} cannot be made with {error.hard}: {can}") from None
    except phantoms.PhantomRefluxError as error:
        words = f"{error.shortest} to {error.longest} s, with --kind spectral_reflux"
        raise typer.BadParameter(f"--reflux {error.seconds:g}: {words}") from None
    except phantoms.PhantomClockingError as error:
        raise typer.BadParameter(f"--clocking {error.word} cannot be in a film: one of {', '.join(error.known)}") from None
    answer(made, f"Wrote {out}: {kind}, residual {made['residual_ap_percent']} %.", as_json=as_json)
