"""Tests that hold on both engines: each runs with a lab in a folder, and again with that lab on a private server."""

from collections.abc import Iterator

import pytest

from tests import server_labs

FILE, SERVER = "file", "server"
BOTH = frozenset(
    {
        "test_alerts_and_guesses",
        "test_archived_labs",
        "test_assignment",
        "test_blind_reading",
        "test_damaged_records",
        "test_dealing",
        "test_drafts_and_signatures",
        "test_reading_changes",
        "test_reading_life",
        "test_reading_types",
        "test_unblinding",
        "test_withdrawn_and_invalid",
    }
)
"""Modules of tests of records, blinding, comparison and adjudication."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Twice, where the module is one of them, but what is about the file itself."""
    of_file = metafunc.definition.get_closest_marker("of_the_file") is not None
    if metafunc.module.__name__.rpartition(".")[2] in BOTH and not of_file:
        metafunc.parametrize("engine", [FILE, SERVER], indirect=True)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which one this test runs on."""
    chosen = getattr(request, "param", FILE)
    if chosen == SERVER:
        with server_labs.all_on(request.getfixturevalue("postgres_server")):
            yield chosen
    else:
        yield chosen
