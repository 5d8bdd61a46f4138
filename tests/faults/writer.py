"""A program that works on a lab until it is killed: one warmed-up parent that forks a fresh writer for each line it is given.

Starting the interpreter for every kill would take most of the time. The parent has one thread and no open lab, so a fork of it is clean.
A line on standard input is a JSON list: the folder of a lab, and those who work, where it is not everybody.
On standard output: ``pid N``, then one JSON line for each thing told, then ``gone``.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults.day import Desk, Told, work, work_of


def _write(line: str) -> None:
    """In one write: shorter than a pipe's buffer, so that a kill never leaves half a line."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def _told(one: Told) -> None:
    _write(json.dumps(asdict(one)))


def _works(folder: str, *people: str) -> None:
    place = Path(folder)
    for one in work_of(Desk.at(place, people), *people) if people else work(Desk.at(place)):
        _told(one)


def main() -> None:
    """Serves until its standard input ends."""
    for line in sys.stdin:
        writer = os.fork()
        if writer == 0:
            try:
                _works(*json.loads(line))
            finally:
                os._exit(1)
        _write(f"pid {writer}")
        os.waitpid(writer, 0)
        _write("gone")


if __name__ == "__main__":
    main()
