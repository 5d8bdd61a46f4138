"""The program is killed in the middle of its work, again and again: what it had told is there, and nothing by halves."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.day import Desk, Told, copied, signs_again, survived
from tests.faults.figures import Figures
from tests.faults.killing import Writers, writers

LIVES = 5
"""How often one lab is killed before the next is taken."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system kills no process in the middle of a write as kill -9 does")
def test_p11_63_no_acknowledged_work_is_lost_when_the_program_is_killed(
    office: Path, tmp_path: Path, many: Callable[[int, int], int], figures: Figures
) -> None:
    kills, told, lost, faults, asked = many(50, 500), 0, list[str](), list[str](), 0
    with writers("kills") as killed:
        for shift in range(kills // LIVES):
            for one in _shift(killed, copied(office, tmp_path / f"shift {shift}")):
                told += len(one.told)
                lost += one.lost
                faults += one.faults
                asked += one.asked_again
    figures.tell(injected=kills, acknowledged=told, lost=len(lost), undetected=len(faults))
    assert not lost
    assert not faults
    assert told > kills
    assert asked > kills // 25  # enough of them died while they signed


@dataclass(frozen=True, slots=True)
class Life:
    """One writer's: what it told, what of that was gone afterwards, and whether its last signature was asked for again."""

    told: tuple[Told, ...]
    lost: tuple[str, ...]
    faults: tuple[str, ...]
    asked_again: bool


def _shift(killed: Writers, folder: Path) -> list[Life]:
    """Every writer goes on where the one before was killed; each looks at all that was told since the lab was new."""
    desk = Desk.at(folder)
    desk.close()
    told: list[Told] = []
    lives = []
    for _ in range(LIVES):
        heard = killed.life(folder)
        told += heard
        after = survived(folder, told, desk.boxes)
        asked = bool(heard) and heard[-1].what == "signing"
        twice = (f"{heard[-1].assignment} was signed more than once",) if asked and signs_again(folder, heard[-1]) != 1 else ()
        lives.append(Life(tuple(heard), after.lost + twice, after.faults, asked))
    return lives
