"""How many faults are injected: few in the normal run, many with --nightly; and where their figures go."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.day import an_office
from tests.faults.figures import Figures


@pytest.fixture(scope="session")
def many(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """``many(normal, nightly)``: the count for this run."""
    nightly = bool(request.config.getoption("--nightly"))
    return lambda normal, night: night if nightly else normal


@pytest.fixture
def figures(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Figures:
    """The line that this test has in the table of faults."""
    return Figures(request.node.name, record_property)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lab with staff and exams to read: copied, never worked on."""
    return an_office(tmp_path_factory.mktemp("office"))
