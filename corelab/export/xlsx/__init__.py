"""Spreadsheets of a package: a convenience copy of its tables, and the specification of the transfer to sign."""

from pathlib import Path

from corelab.export.written import Written


def write_results(package: Written, into: Path) -> None:
    from corelab.export.xlsx.results import write  # noqa: PLC0415 - loaded when written: the start stays short

    write(package, into)
