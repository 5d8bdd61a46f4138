"""``corelab charter specification``: the data transfer specification of a trial, to sign before the first transfer."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.charter.checking import Name
from corelab.cli.terminal import AsJson, answer, command
from corelab.services import charter_specification, charters


@command
def specification(
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="OUT.xlsx", help="The file to write.", dir_okay=False, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write the data transfer specification of a charter as a workbook: tables, columns, codes, rules of change, lines to sign on.

    The same charter gives the same bytes. No lab is opened. A package carries the same file.

    Example: corelab charter specification dvt-lower-extremity --out specification.xlsx
    """
    content = charters.read(name)
    charter_specification.written(content, out)
    sha256 = charters.hash_of(name)
    said = {"ok": True, "sha256": sha256, "file": str(out), "bytes": out.stat().st_size}
    answer(said, f"{out}: data transfer specification of charter {sha256[:12]}.", as_json=as_json)
