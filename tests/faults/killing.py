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
from pathlib import Path
from typing import IO

from tests.faults.day import Told

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Writers:
    """Forks a writer per life; ``chance`` says when each is killed."""

    chance: random.Random
    _to: IO[str]
    _from: IO[bytes]

    def life(self, folder: Path) -> list[Told]:
        """One writer on this lab, killed after some of its words and a while: what it had told."""
        self._to.write(f"{folder}\n")
        self._to.flush()
        writer = int(self._line().removeprefix(b"pid "))
        told: list[Told] = []
        for _ in range(self.chance.randrange(1, 9)):
            self._hear(told)
        time.sleep(self.chance.uniform(0, 0.07))
        os.kill(writer, signal.SIGKILL)
        while self._hear(told):
            pass
        return told

    def _hear(self, told: list[Told]) -> bool:
        line = self._line()
        if line.strip() == b"gone":
            return False
        told.append(Told(**json.loads(line)))
        return True

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
