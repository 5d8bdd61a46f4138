"""One bit of the database flips: either verify says so, or nothing that anybody could read has changed."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

from corelab.services.labs import DATABASE
from corelab.services.verification import verify_lab
from tests.faults.day import Desk, copied, work
from tests.faults.figures import Figures

STEPS = 15
"""Far enough into a day that records are sealed, signed and released."""


def test_no_flipped_bit_changes_a_record_unseen(office: Path, tmp_path: Path, many: Callable[[int, int], int], figures: Figures) -> None:
    folder = copied(office, tmp_path / "lab")
    desk = Desk.at(folder)
    assert "compared" in {told.what for told in islice(work(desk), STEPS)}
    desk.close()
    content, whole, chance = (folder / DATABASE).read_bytes(), _everything(folder), random.Random("flips")  # noqa: S311 - repeatable
    flips, found, missed = many(120, 600), 0, []
    for _ in range(flips):
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        (folder / DATABASE).write_bytes(flipped)
        if not verify_lab(folder).ok:
            found += 1
        elif _everything(folder) != whole:
            missed.append((place, bit))
    figures.tell(injected=flips, undetected=len(missed))
    assert not missed
    assert found > flips // 5  # much of a small file is unused room


def _everything(folder: Path) -> list[str]:
    """Every value of every table, and all that says how it is to be read."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        said = [f"{name}={connection.execute(f'PRAGMA {name}').fetchall()}" for name in ("encoding", "user_version", "application_id")]
        return [*said, *connection.iterdump()]
