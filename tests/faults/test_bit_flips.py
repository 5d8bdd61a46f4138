"""One bit of the database flips: either verify says so, or nothing that anybody could read has changed."""

import random
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path

from corelab.domain.content import Draft
from corelab.domain.record_errors import KeyRefusedError
from corelab.services.labs import DATABASE
from corelab.services.verification import verify_lab
from corelab.storage import readings
from corelab.storage.file_store import FileStore
from corelab.storage.keys import BoxSecret
from tests.builders import TickingClock
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
    drafts = _drafts(folder, desk.boxes)
    assert drafts
    flips, found, missed = many(100, 600), 0, []
    for _ in range(flips):
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        (folder / DATABASE).write_bytes(flipped)
        if not verify_lab(folder).ok or not _drafts(folder, desk.boxes) >= drafts:
            found += 1
        elif _everything(folder) != whole or _drafts(folder, desk.boxes) != drafts:
            missed.append((place, bit))
    figures.tell(injected=flips, undetected=len(missed))
    assert not missed
    assert found > flips // 5  # much of a small file is unused room


def _everything(folder: Path) -> list[str]:
    """Every value of every record, and all that says how it is to be read."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        said = [f"{name}={connection.execute(f'PRAGMA {name}').fetchall()}" for name in ("encoding", "user_version", "application_id")]
        return [*said, *(line for line in connection.iterdump() if not line.startswith('INSERT INTO "draft"'))]


def _drafts(folder: Path, boxes: Mapping[str, BoxSecret]) -> frozenset[Draft]:
    """What their authors find when they open their drafts: verify has no key, and a draft is no record yet."""
    opened: set[Draft] = set()
    with closing(FileStore.open(folder / DATABASE, TickingClock(), read_only=True)) as store, store.read() as snapshot:
        for (of,) in snapshot._rows.connection.exec_driver_sql("SELECT assignment_id FROM draft").fetchall():
            for box in boxes.values():
                with suppress(KeyRefusedError, ValueError):  # another's; or damaged, which its author is told
                    found = readings.draft(snapshot, of, box)
                    opened |= {found} if found else set()
    return frozenset(opened)
