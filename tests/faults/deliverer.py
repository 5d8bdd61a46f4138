"""A program that takes a delivery in until it is killed: one warmed-up parent that forks a fresh one for each line it is given.

A line on standard input is a JSON list: the folder of a lab, what the site sent, and at which of its calls within intake and storage the
program kills itself (0: never). On standard output, for each line, how many such calls it made where it came to its end; then ``gone``.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from corelab.services import intake
from tests.faults.day import Desk

WATCHED = ("services/intake/", "services/quarantine", "storage/store", "storage/registry", "imaging/child/reader", "imaging/child/trust")
"""Not where it waits for its child: how often it looks there depends on the machine."""


class _Fuse:
    """Counts calls and returns, and ends this process at one of them as a power switch would."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0

    def __call__(self, frame: FrameType, event: str, _what: object) -> None:
        if event in {"call", "return"} and any(part in frame.f_code.co_filename for part in WATCHED):
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


def _delivers(folder: str, site: str, kill_at: int) -> None:
    desk = Desk.at(Path(folder), ("coordinator",))
    fuse = _Fuse(kill_at)
    sys.setprofile(fuse)
    try:
        intake.take_in(desk.lab.open, desk.lab.person("coordinator"), [Path(site)], subject="S-1", visit="D10")
    finally:
        sys.setprofile(None)
    os.write(sys.stdout.fileno(), f"{fuse.count}\n".encode())


def main() -> None:
    """Serves until its standard input ends."""
    for line in sys.stdin:
        deliverer = os.fork()
        if deliverer == 0:
            try:
                _delivers(*json.loads(line))
            finally:
                os._exit(0)
        os.waitpid(deliverer, 0)
        os.write(sys.stdout.fileno(), b"gone\n")


if __name__ == "__main__":
    main()
