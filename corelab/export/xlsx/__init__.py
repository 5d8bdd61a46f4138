"""Spreadsheets of a package: a convenience copy of its tables, and the specification of the transfer to sign."""

from collections.abc import Sequence
from pathlib import Path

from corelab.domain.charter import Charter
from corelab.export.written import Written


def write_results(package: Written, into: Path) -> None:
    from corelab.export.xlsx.results import write  # noqa: PLC0415 - loaded when written: the start stays short

    write(package, into)


def write_specification(package: Written, into: Path) -> None:
    from corelab.export.xlsx.specification import write  # noqa: PLC0415 - as above

    write(package, into)


def specification_file(path: Path, charters: Sequence[Charter]) -> None:
    """The data transfer specification of these versions of a charter. Raises OSError."""
    from corelab.export.xlsx.archive import write_members  # noqa: PLC0415 - as above
    from corelab.export.xlsx.specification import specification  # noqa: PLC0415 - as above

    write_members(path, specification(charters))
