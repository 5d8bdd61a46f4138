"""What every test may rely on: an off-screen Qt, and a folder of its own for this person's settings. And how many faults to inject."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import part11
from tests.acceptance.blinding.summary import Summary
from tests.engines import engine, pytest_generate_tests
from tests.faults import figures
from tests.servers import orthanc, postgres_server, postgres_tls_server

__all__ = [
    "engine",
    "orthanc",
    "postgres_server",
    "postgres_tls_server",
    "pytest_generate_tests",
]  # pytest finds fixtures and hooks of all tests here

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("corelab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("corelab")  # how fast this machine is fails no test

ULTRASOUND = Path(__file__).parent.parent.parent / "shared" / "data" / "ultrasound"


@pytest.fixture(autouse=True)
def own_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path_factory.mktemp("configuration")))


@pytest.fixture(scope="session")
def ultrasound() -> Path:
    """The folder of real, derived, semi-synthetic and damaged ultrasound files; the test skips where it is absent."""
    if not ULTRASOUND.is_dir():
        pytest.skip("the shared ultrasound files are not on this machine")
    return ULTRASOUND


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="inject the full number of faults: hours instead of minutes")
    parser.addoption("--faults", type=Path, metavar="FILE", help="write the table of injected faults to this CSV file")
    parser.addoption("--p11-matrix", type=Path, metavar="FILE", help="write requirement, test and result to this CSV file")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Summary())
    if config.getoption("--p11-matrix"):
        config.pluginmanager.register(part11.Matrix(config.getoption("--p11-matrix").absolute()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of faults, of whichever tests injected some."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    table = [line for report in reports for line in figures.lines(report.user_properties)]
    if table:
        terminalreporter.section("faults")
        terminalreporter.write_line(figures.as_text(table))
        for told in [told for report in reports for told in figures.outcomes(report.user_properties)]:
            terminalreporter.write_line(told)
    if config.getoption("--faults") and not hasattr(config, "workerinput"):  # a worker knows only its own part
        figures.write_csv(table, config.getoption("--faults"))
