"""The report of a fault of the program: what a person may send away unread. It holds no value that the program worked with."""

import contextlib
import platform
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from secrets import token_hex

from corelab import __version__
from corelab.log import fields
from corelab.log.file import last_lines, reports, tell

LIBRARIES = ("PySide6-Essentials", "pydicom", "numpy", "opencv-python-headless", "imagecodecs", "SQLAlchemy", "PyNaCl")
KEPT = 20
"""Reports in the folder: the oldest goes when there are more."""

_HEAD = (
    "Corelab: report of a fault of the program.",
    "It holds versions, names of functions and the last lines of the log:",
    "no grade, subject, name, password or text of anybody.",
)


def report_of(error: BaseException, at: datetime) -> str:
    """The whole report as text."""
    parts = [("Program", _program(at)), ("Fault", _faults(error)), ("Last lines of the log", last_lines(40))]
    return "\n".join([*_HEAD, *(line for title, lines in parts for line in ("", title, *(f"  {each}" for each in lines)))]) + "\n"


def report(error: BaseException) -> Path | None:
    """Put the fault into the log and write its report; None where neither can be: a fault must not end in another."""
    tell("fault", fault=error, at=error.__traceback__)
    folder, at = reports(), datetime.fromtimestamp(time.time(), UTC)
    return None if folder is None else _saved(folder, report_of(error, at), at)


def _saved(folder: Path, text: str, at: datetime) -> Path | None:
    path = folder / f"fault-{at:%Y%m%dT%H%M%SZ}-{token_hex(3)}.txt"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        for old in sorted(folder.glob("fault-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return path
    return None


def _program(at: datetime) -> Iterator[str]:
    yield f"time: {at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"corelab: {__version__}"
    yield f"python: {platform.python_version()}"
    yield f"system: {platform.system()} {platform.release()} {platform.machine()}"
    yield f"sqlite: {sqlite3.sqlite_version}"
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            yield f"{name}: {version(name)}"


def _faults(error: BaseException) -> Iterator[str]:
    """The fault, and those it came from, each with its places in the code."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield fields.class_name(one)
        yield from (f"  {place}" for place in fields.places(one.__traceback__))
        one = one.__cause__ or one.__context__
