"""``corelab charter print``: a charter as a PDF that a trial can sign."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.charter.checking import Name
from corelab.cli.terminal import AsJson, answer, command
from corelab.services import charter_print, charters


@command
def print_(
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="OUT.pdf", help="The file to write.", dir_okay=False, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write a charter as a PDF: everything in the file in words, lines to sign on, the content hash on every page.

    The same charter gives the same bytes. No lab is opened.

    Example: corelab charter print dvt-lower-extremity --out charter.pdf
    """
    content = charters.read(name)
    made = charter_print.printed(content)
    out.write_bytes(made)
    sha256 = charters.hash_of(name)
    answer({"ok": True, "sha256": sha256, "file": str(out), "bytes": len(made)}, f"{out}: charter {sha256[:12]}.", as_json=as_json)
