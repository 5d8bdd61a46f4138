"""``corelab charter schema``: what an editor needs to help with a charter."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.terminal import answer, command
from corelab.domain.charter.schema import charter_schema


@command
def schema(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to this file.", dir_okay=False)] = None,
) -> None:
    """Print the JSON Schema of charters, so that an editor completes keys and marks what does not belong.

    Put "#:schema ./charter.schema.json" on the first line of a charter for an editor with Taplo (VS Code: Even Better TOML).

    Example: corelab charter schema --out charter.schema.json
    """
    document = charter_schema()
    if out is None:
        answer(document, "", as_json=True)
        return
    out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    answer({}, f"The schema is in {out}.", as_json=False)
