"""The pages of the window in their order: name, title, who may see it, how it is made. Each is loaded when first opened."""

from collections.abc import Callable
from dataclasses import dataclass

from corelab.domain.accounts import Command
from corelab.ui.desk import Desk
from corelab.ui.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """``commands``: a person sees the page who may do any of these. ``listed``: its name stands in the header.

    ``needs_head``: the header is its own, and leaves only the way back.
    """

    name: str
    title: str
    commands: frozenset[Command]
    make: Callable[[Desk], Page]
    listed: bool = True
    needs_head: bool = False


def _worklist(desk: Desk) -> Page:
    from corelab.ui.worklist_page import WorklistPage  # noqa: PLC0415 - loaded when opened: the start stays short

    return WorklistPage(desk)


def _reading(desk: Desk) -> Page:
    from corelab.ui.reading_page import ReadingPage  # noqa: PLC0415 - the same

    return ReadingPage(desk)


def _adjudication(desk: Desk) -> Page:
    from corelab.ui.adjudication_page import AdjudicationPage  # noqa: PLC0415 - the same

    return AdjudicationPage(desk)


def _overview(desk: Desk) -> Page:
    from corelab.ui.overview_page import OverviewPage  # noqa: PLC0415 - the same

    return OverviewPage(desk)


def _intake(desk: Desk) -> Page:
    from corelab.ui.intake_page import IntakePage  # noqa: PLC0415 - the same

    return IntakePage(desk)


def _pixels(desk: Desk) -> Page:
    from corelab.ui.pixel_check import PixelCheckPage  # noqa: PLC0415 - the same

    return PixelCheckPage(desk)


def _monitoring(desk: Desk) -> Page:
    from corelab.ui.monitoring_page import MonitoringPage  # noqa: PLC0415 - the same

    return MonitoringPage(desk)


def _export(desk: Desk) -> Page:
    from corelab.ui.export_page import ExportPage  # noqa: PLC0415 - the same

    return ExportPage(desk)


def _people(desk: Desk) -> Page:
    from corelab.ui.people_page import PeoplePage  # noqa: PLC0415 - the same

    return PeoplePage(desk)


def _audit(desk: Desk) -> Page:
    from corelab.ui.audit_page import AuditPage  # noqa: PLC0415 - the same

    return AuditPage(desk)


def _trace(desk: Desk) -> Page:
    from corelab.ui.trace_page import TracePage  # noqa: PLC0415 - the same

    return TracePage(desk)


def _queries(desk: Desk) -> Page:
    from corelab.ui.queries_page import QueriesPage  # noqa: PLC0415 - the same

    return QueriesPage(desk)


def _help(desk: Desk) -> Page:
    from corelab.ui.help_page import HelpPage  # noqa: PLC0415 - the same

    return HelpPage(desk)


PAGES: tuple[Entry, ...] = (
    Entry("worklist", "Worklist", frozenset({Command.WORKLIST}), _worklist),
    Entry("overview", "Overview", frozenset({Command.STATUS}), _overview),
    Entry("intake", "Intake", frozenset({Command.INTAKE}), _intake),
    Entry("pixels", "Pixel check", frozenset({Command.PIXELS}), _pixels),
    Entry("monitoring", "Monitoring", frozenset({Command.AGREEMENT}), _monitoring),
    Entry("export", "Export", frozenset({Command.EXPORT}), _export),
    Entry("audit", "Audit", frozenset({Command.AUDIT}), _audit),
    Entry("people", "People", frozenset({Command.PEOPLE}), _people),
    Entry("queries", "Queries", frozenset({Command.QUERIES}), _queries),
    Entry("help", "Keys and help", frozenset({Command.HELP}), _help),
    Entry("trace", "Trace", frozenset({Command.AUDIT}), _trace, listed=False),
    Entry("reading", "Reading", frozenset({Command.READ}), _reading, listed=False, needs_head=True),
    Entry("adjudication", "Adjudication", frozenset({Command.ADJUDICATE}), _adjudication, listed=False, needs_head=True),
)
