"""Probes that hand their counts to the summary, and the small trial that they look into."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from corelab.ui.theme import apply_theme
from tests.acceptance.blinding.probes import PROPERTY, Probes
from tests.acceptance.blinding.world import OTHERS_NOTE, World, a_world


@pytest.fixture
def probes(record_property: Callable[[str, object], None]) -> Iterator[Probes]:
    """What a test looks through; a test that looked nowhere proves nothing."""
    made = Probes()
    yield made
    record_property(PROPERTY, made.handed_over())
    assert made.made.total() > 0
    assert made.leaks == []


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Nobody has read yet."""
    return a_world(tmp_path)


@pytest.fixture
def sealed(world: World) -> World:
    """The other reader has signed everything, and differs; the person at hand signed one and is at work on the next."""
    for _ in range(3):
        world.reads(world.other, OTHERS_NOTE, COMP_CFV=2, COMP_POPV="NE:WINDOW")
    world.reads(world.me)
    world.reads(world.me, sign=False)
    return world


@pytest.fixture
def released(sealed: World) -> World:
    """Both have signed everything, two exams are with the adjudicator, the third is decided."""
    sealed.reads(sealed.me)
    sealed.reads(sealed.me, COMP_CFV=2, COMP_POPV="NE:WINDOW")
    sealed.compares()
    sealed.decides()
    return sealed


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp)
