"""Kills a writer at random instants, and knows what it had told until then."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from tests.faults.day import Told

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Writers:
    """Forks one writer after another; ``chance`` says when each is killed."""

    chance: random.Random
    _to: IO[str]
    _from: IO[bytes]
    _writer: int = 0

    def life(self, folder: Path) -> list[Told]:
        """One writer on this lab, killed after some of its words and a while: what it had told."""
        self.begin(folder)
        told = self.hear(self.chance.randrange(1, 9))
        time.sleep(self.chance.uniform(0, 0.07))
        return told + self.kill()

    def begin(self, folder: Path, *people: str) -> None:
        """A writer starts to work as these people, or as all."""
        self._to.write(f"{json.dumps([str(folder), *people])}\n")
        self._to.flush()
        self._writer = int(self._line().removeprefix(b"pid "))

    def hear(self, count: int) -> list[Told]:
        """The next things it tells; fewer only when it is dead."""
        return list(islice(iter(self._told, None), count))

    def kill(self) -> list[Told]:
        """Ends it at once; answers what it had told that nobody heard yet."""
        os.kill(self._writer, signal.SIGKILL)
        return list(iter(self._told, None))

    def _told(self) -> Told | None:
        line = self._line()
        return None if line.strip() == b"gone" else Told(**json.loads(line))

    def _line(self) -> bytes:
        ready, _, _ = select.select([self._from], [], [], 60)
        assert ready, "the writer is silent"
        return self._from.readline()


@contextmanager
def writers(seed: str) -> Iterator[Writers]:
    command = [sys.executable, "-m", "tests.faults.writer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=ROOT) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        with open(parent.stdin.fileno(), "w", encoding="utf-8", closefd=False) as to:
            yield Writers(random.Random(seed), to, parent.stdout)  # noqa: S311 - the same instants every time, as far as a machine goes
        parent.stdin.close()
