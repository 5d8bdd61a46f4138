"""Two programs work on one lab at the same time: they wait for each other, and every event of both is there, in one chain without a gap."""

import itertools
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from corelab.services.labs import DATABASE
from tests.faults.day import READERS, Desk, copied, survived
from tests.faults.figures import Figures
from tests.faults.killing import writers

AT_ONCE = 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")
def test_two_programs_on_one_lab_lose_no_event_and_leave_no_gap(
    office: Path, tmp_path: Path, many: Callable[[int, int], int], figures: Figures
) -> None:
    folder, steps = copied(office, tmp_path / "lab"), many(3, 50)
    desk = Desk.at(folder)
    desk.close()
    with writers("one") as one, writers("other") as other:
        for writer, reader in ((one, READERS[0]), (other, READERS[1])):
            writer.begin(folder, reader)
        told = [told for _ in range(steps) for writer in (one, other) for told in writer.hear(AT_ONCE)]
        told += one.kill() + other.kill()
    after = survived(folder, told, desk.boxes)
    figures.tell(injected=2 * steps * AT_ONCE, acknowledged=len(told), lost=len(after.lost), undetected=len(after.faults))
    assert len(told) >= 2 * steps * AT_ONCE  # neither of them died of the other
    assert after.whole
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        numbers = [seq for (seq,) in connection.execute("SELECT seq FROM event ORDER BY seq")]
        sessions = connection.execute("SELECT session FROM event WHERE session IS NOT NULL ORDER BY seq").fetchall()
    assert numbers == list(range(1, len(numbers) + 1))
    assert sum(before != after for before, after in itertools.pairwise(sessions)) > 10  # they took turns
