"""The end of a test run tells how many probes of the blinding were made, and how many leaked."""

from collections.abc import Iterator

import pytest

from tests.acceptance.blinding.probes import PROPERTY, as_lines, summed


class Summary:
    """A plug-in of the test run; with several workers, the counts come with the reports."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        reports = [each for several in terminalreporter.stats.values() for each in several if isinstance(each, pytest.TestReport)]
        counts = [counts for report in reports if report.when == "teardown" for counts in _counts(report)]
        if counts:
            terminalreporter.section("blinding")
            for line in as_lines(summed(counts)):
                terminalreporter.write_line(line)


def _counts(report: pytest.TestReport) -> Iterator[dict[str, list[int]]]:
    for name, value in report.user_properties:
        if name == PROPERTY and isinstance(value, dict):
            yield value
