"""``import/``: scripts for Python, R and SAS that read the tables of a package with their types, labels and code lists."""

from pathlib import Path
from typing import Final

from corelab.export.codebook import codelists_for
from corelab.export.datapackage import lists_of
from corelab.export.readers import python, r, sas
from corelab.export.readers.source import Source
from corelab.export.written import Written

_LANGUAGES: Final = {"import.R": r.script, "import.py": python.script, "import.sas": sas.script}


def write(package: Written, into: Path) -> None:
    source = Source(package.facts, package.tables, lists_of(codelists_for(*package.versions.all)))
    folder = into / "import"
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in _LANGUAGES.items():
        (folder / name).write_bytes(script(source).encode())
