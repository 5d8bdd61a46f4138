"""Typed tables for large trials; its library is an optional extra and slow to load."""

from pathlib import Path

from corelab.export.written import Written


def write(package: Written, into: Path) -> None:
    from corelab.export.parquet.files import write_files  # noqa: PLC0415 - loaded when written: the extra may be absent

    write_files(package, into)
