"""Reader statistics of a lab or a package: one table for a terminal, all of it in the JSON."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corelab.cli.terminal import Faulty, Place, progress, signed_in
from corelab.domain.monitoring.report import Report
from corelab.services import monitoring
from corelab.services.labs import DATABASE
from corelab.services.monitoring import document, rows

_HEADINGS = ("item", "n", "agreed (95 % by subject)", "kappa", "AC")
_SHOWN = 10


def is_lab(path: Path) -> bool:
    return (path / DATABASE).is_file()


def of_lab(place: Place, *, password_stdin: bool, as_json: bool) -> tuple[dict[str, Any], str]:
    with signed_in(place, password_stdin=password_stdin) as here, progress("Looking", quiet=as_json) as show:
        return _told(monitoring.look(here.lab, here.session, show), as_json=as_json)


def of_package(path: Path, *, as_json: bool) -> tuple[dict[str, Any], str]:
    """Raises NoPackageError for a folder that is none."""
    try:
        with progress("Looking", quiet=as_json) as show:
            return _told(monitoring.of_package(path, show), as_json=as_json)
    except monitoring.NoPackageError as error:
        if not error.faults:
            raise
        raise Faulty(_faults(error)) from None


def _faults(error: monitoring.NoPackageError) -> str:
    shown = [f"  {fault.where}: {fault.what}" for fault in error.faults[:_SHOWN]]
    more = [f"  ... and {len(error.faults) - _SHOWN} more"] if len(error.faults) > _SHOWN else []
    head = f"{error.folder} does not verify. Nothing was computed. Ask the lab for the package again; corelab verify lists every fault."
    return "\n".join((head, *shown, *more))


def _told(found: Report, *, as_json: bool) -> tuple[dict[str, Any], str]:
    return (document(found), "") if as_json else (document(found, parts=False), "\n".join(_lines(found)))


def _lines(found: Report) -> Iterator[str]:
    observed, rate = found.observed, found.rate
    charter = observed.charter
    yield f"{len(observed.compared)} pairs of readings, charter {charter.version}"
    if observed.unopened:
        yield f"{observed.unopened} signed readings are sealed and not counted: this account holds no custody, or the lab takes no record."
    if not charter.monitoring.agreement_items:
        yield "The charter names no item whose agreement is watched (monitoring.agreement_items)."
    yield _table(found)
    share = "not estimable" if rate.share.value is None else f"{100 * rate.share.value:.1f} %"
    around = rate.share.interval
    yield f"Cases: {rate.part} of {rate.whole} {rate.unit}s, {share}" + (
        f" (95 % {100 * around.low:.1f} to {100 * around.high:.1f})" if around else ""
    )
    for one in found.readers:
        index = "-" if one.rdi is None else f"{one.rdi:.2f}"
        yield f"{one.reader}: discordance index {index}, {one.adverse} of {one.comparable} cells{', above the limit' if one.alarm else ''}"
    for batch in (one.charted for one in found.batches if one.charted.signal):
        yield f"Batch {batch.batch.name} is outside the limits: {batch.batch.cases} of {batch.batch.exams} exams."
    chance = found.chance
    yield f"Intervals by subject: {chance.repetitions} repetitions, seed {chance.seed}."


def _table(found: Report) -> str:
    """One table for each kind of pairs that there are."""
    console = Console()
    with console.capture() as captured:
        for kind, held in groupby(rows(found), itemgetter(0)):
            table = Table(title=f"Pairs of {kind}", title_justify="left")
            for heading in _HEADINGS:
                table.add_column(heading, justify="left" if heading == _HEADINGS[0] else "right", no_wrap=heading == _HEADINGS[0])
            for row in held:
                table.add_row(*map(Text, row[1:]))
            console.print(table)
    return captured.get().rstrip("\n")
