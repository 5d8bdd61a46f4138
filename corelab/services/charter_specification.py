"""The data transfer specification of a charter: needs no lab."""

from pathlib import Path

from corelab.domain.charter import load_charter
from corelab.export.xlsx import specification_file


def written(charter: bytes, path: Path) -> None:
    """The same charter gives the same bytes. Raises CharterError where it has faults, and OSError."""
    specification_file(path, (load_charter(charter),))
