"""Many readers on machines of their own, at once, on one server: nobody reads what another has, and nothing that was told is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from corelab.domain.accounts import Role
from corelab.domain.addresses import ServerAddress
from corelab.domain.clock import SystemClock
from corelab.services import accounts, assignment, labs
from corelab.services.verification import verify_open
from tests.builders import PASSWORD, a_lab
from tests.faults.figures import Figures
from tests.reading_builders import a_ready_exam
from tests.server_labs import put_on
from tests.servers import Server, cluster

ROOT = Path(__file__).parent.parent.parent
LONGEST = 1200.0
"""Seconds until readers that do not end fail the test."""


def a_lab_of_readers(folder: Path, server: Server, readers: int, exams: int) -> ServerAddress:
    """Each exam dealt to two of the readers."""
    lab = a_lab(folder)
    for number in range(1, readers + 1):
        assert lab.person(f"reader-{number}", Role.READER).account
    for number in range(1, 3):
        assert lab.person(f"adjudicator-{number}", Role.ADJUDICATOR).account
    for number in range(exams):
        a_ready_exam(lab, f"S{number:03}")
    assert assignment.assign(lab.open, lab.coordinator).assigned == 2 * exams
    return put_on(server, lab)


class Readers:
    """Their programs, each with what it told so far."""

    def __init__(self, address: ServerAddress, folder: Path, count: int) -> None:
        self.told: list[str] = []
        self._programs = [self._program(address, folder / f"machine-{number}", f"reader-{number}") for number in range(1, count + 1)]
        for program in self._programs:
            assert _lines(program)[0] == "in"
        self._ears = [Thread(target=self._hear, args=(program,)) for program in self._programs]
        for ear in self._ears:
            ear.start()

    @staticmethod
    def _program(address: ServerAddress, folder: Path, user: str) -> subprocess.Popen[bytes]:
        folder.mkdir()
        command = [sys.executable, "-m", "tests.faults.distant_reader", address.text, str(folder), user]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)

    def _hear(self, program: subprocess.Popen[bytes]) -> None:
        assert program.stdout is not None
        for line in program.stdout:
            self.told.append(json.loads(line))

    def begin(self) -> None:
        for program in self._programs:
            assert program.stdin is not None
            program.stdin.write(b"\n")
            program.stdin.flush()

    @property
    def working(self) -> bool:
        return any(program.poll() is None for program in self._programs)

    def finish(self) -> list[int]:
        """Waits for all; answers how each ended."""
        limit = time.monotonic() + LONGEST
        ended = [program.wait(max(0.1, limit - time.monotonic())) for program in self._programs]
        for ear in self._ears:
            ear.join()
        return ended

    def end(self) -> None:
        for program in self._programs:
            with suppress(ProcessLookupError):
                program.kill()
            program.wait()
            for pipe in (program.stdin, program.stdout):
                assert pipe is not None
                pipe.close()


def _lines(program: subprocess.Popen[bytes]) -> Sequence[Any]:
    assert program.stdout is not None
    return [json.loads(program.stdout.readline())]


@contextmanager
def readers_on(address: ServerAddress, folder: Path, count: int) -> Iterator[Readers]:
    made = Readers(address, folder, count)
    try:
        yield made
    finally:
        made.end()


class Kept:
    """What the server holds at the end, as the coordinator sees it, and whether all of it verifies."""

    def __init__(self, address: ServerAddress, folder: Path) -> None:
        lab = labs.open_lab(address, SystemClock(), folder / "configuration", folder / "state")
        session = accounts.sign_in(lab, "coordinator", PASSWORD)
        with lab.store.read(session.account) as snapshot:
            self.assignments: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in snapshot.all("assignment")}
            self.readings = snapshot.all("reading")
            self.numbers = [row["seq"] for row in snapshot.all("event")]
        self.faults = tuple(fault for fault in verify_open(lab).faults if fault.step != "clip")  # the exams have no files
        accounts.sign_out(lab, session)
        lab.close()


def test_twenty_readers_claim_and_sign_at_once(
    tmp_path: Path, postgres_server: Server, many: Callable[[int, int], int], figures: Figures
) -> None:
    exams = many(50, 300)
    address = a_lab_of_readers(tmp_path, postgres_server, 20, exams)
    with readers_on(address, tmp_path, 20) as readers:
        readers.begin()
        began = time.monotonic()
        assert readers.finish() == [0] * 20
        took = time.monotonic() - began
    figures.tell_outcomes({"readings signed by 20 readers at once": len(readers.told), "a second, times 10": round(10 * 2 * exams / took)})
    kept = Kept(address, tmp_path / "office")
    assert kept.faults == ()
    assert kept.numbers == list(range(1, len(kept.numbers) + 1))
    assert Counter(row["assignment_id"] for row in kept.readings) == Counter(list(kept.assignments))
    assert set(readers.told) == {row["assignment_id"] for row in kept.readings}
    of_exam = defaultdict(list)
    for row in kept.assignments.values():
        of_exam[row["exam_id"]].append(row["account_id"])
    assert len(of_exam) == exams
    assert all(len(people) == len(set(people)) == 2 for people in of_exam.values())


def test_a_server_that_crashes_under_eight_readers_loses_nothing_it_acknowledged(
    tmp_path: Path, many: Callable[[int, int], int], figures: Figures
) -> None:
    crashes, chance = many(6, 36), random.Random("crashes")  # noqa: S311 - the same instants every time, as far as a machine goes
    with cluster(fsync=True) as server:
        address = a_lab_of_readers(tmp_path, server, 8, 8 * crashes)
        with readers_on(address, tmp_path, 8) as readers:
            readers.begin()
            injected = sum(_crashed(server, readers, chance, number) for number in range(crashes))
            assert readers.finish() == [0] * 8
        kept = Kept(address, tmp_path / "office")
    lost = set(readers.told) - {row["assignment_id"] for row in kept.readings}
    figures.tell(injected=injected, acknowledged=len(readers.told), lost=len(lost), undetected=0)
    assert injected == crashes
    assert not lost
    assert kept.faults == ()
    assert Counter(row["assignment_id"] for row in kept.readings) == Counter(list(kept.assignments))


def _crashed(server: Server, readers: Readers, chance: random.Random, number: int) -> bool:
    """Once somebody has told something new: the whole server, or one of its processes, which takes the others with it."""
    heard, limit = len(readers.told), time.monotonic() + 60
    while len(readers.told) == heard and readers.working and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.1))
    if not readers.working:
        return False
    if number % 2:
        server.crash()
        server.start()
    else:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(server.backends()), signal.SIGKILL)
    return True
