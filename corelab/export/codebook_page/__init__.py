"""``codebook/codebook.html``: the data of a package in words, on one page that needs nothing else and prints well."""

from pathlib import Path
from typing import Final

from corelab.export.codebook_page.page import page
from corelab.export.written import Written

PATH: Final = "codebook/codebook.html"


def write(package: Written, into: Path) -> None:
    """Nothing on it comes from elsewhere: no script, no address, no font."""
    (into / PATH).parent.mkdir(parents=True, exist_ok=True)
    (into / PATH).write_bytes(page(package).encode())
