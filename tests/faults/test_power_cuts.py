"""The power fails at any instant, with sectors torn, lost and out of order: what had been told is there, and nothing by halves."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.day import signs_again, survived
from tests.faults.figures import Figures
from tests.faults.power import SHIPPED, Day, Ruin, a_day, cuts

pytest.importorskip("apsw")

STEPS = 40
"""Acknowledged steps of the recorded day."""


def _instead(**other: str) -> tuple[str, ...]:
    return tuple(f"{name}={other.get(name, value)}" for name, _, value in (pragma.partition("=") for pragma in SHIPPED))


@pytest.fixture(scope="module")
def day(office: Path, tmp_path_factory: pytest.TempPathFactory) -> Day:
    with pytest.MonkeyPatch.context() as patch:
        return a_day(office, tmp_path_factory.mktemp("power"), STEPS, SHIPPED, patch)


def test_p11_64_a_power_cut_loses_nothing_that_was_acknowledged(
    day: Day, tmp_path: Path, many: Callable[[int, int], int], figures: Figures
) -> None:
    count, chance, ruin = many(200, 2000), random.Random("power"), Ruin.of(day, tmp_path / "ruin")  # noqa: S311 - the same cuts every time
    lost, faults, told_of_all, rolled_back, again = list[str](), list[str](), 0, 0, list[int]()
    for files, told in cuts(day, count, chance):
        ruin.lay(files)
        rolled_back += any(name.endswith("-journal") and content for name, content in files.items())
        after = survived(ruin.folder, told, day.boxes)
        lost += after.lost
        faults += after.faults
        told_of_all += len(told)
        if told and told[-1].what == "signing" and len(again) < count // 20:
            again.append(signs_again(ruin.folder, told[-1]))
    figures.tell(injected=count, acknowledged=told_of_all, lost=len(lost), undetected=len(faults))
    assert not lost
    assert not faults
    assert set(again) == {1}  # the signature that nobody heard of is there once, and work goes on
    assert rolled_back > count // 10  # enough of them hit a transaction


@pytest.mark.parametrize(
    "careless", [_instead(synchronous="OFF"), _instead(journal_mode="DELETE", synchronous="FULL")], ids=["off", "full"]
)
def test_p11_64_a_disk_that_is_not_waited_for_loses_work_which_this_test_sees(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, careless: tuple[str, ...]
) -> None:
    """The control: with less care than the shipped settings take, the same cuts must be seen to do harm."""
    day = a_day(office, tmp_path / "control", STEPS // 2, careless, monkeypatch)
    ruin = Ruin.of(day, tmp_path / "ruin")
    harmed = 0
    for files, told in cuts(day, 25, random.Random("control")):  # noqa: S311 - the same cuts every time
        ruin.lay(files)
        harmed += not survived(ruin.folder, told, day.boxes).whole
    assert harmed
