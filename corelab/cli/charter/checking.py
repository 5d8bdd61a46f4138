"""``corelab charter check``: all faults of a charter at once, what changed since an earlier version, how many cases it would make."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab.cli.terminal import AsJson, Faulty, answer, command, progress
from corelab.domain.agreement.estimate import Estimate
from corelab.domain.charter import Fault
from corelab.domain.forecast.load import Forecast
from corelab.domain.values import counted
from corelab.services import charter_check, charters
from corelab.services.charter_check import Compared, Report
from corelab.ui.charter_words import change_words

Name = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A shipped charter, or a TOML file.", show_default=False)]
_RATES = typer.Option("--rates", metavar="FILE", exists=True, dir_okay=False, help="Grades and readers, for a forecast of cases.")
_EXAMS = typer.Option("--exams", min=100, max=1_000_000, help="How many exams the forecast draws; else enough for 1 %.")
_WIDEST, _SHOWN = 64, 11


@command
def check(
    name: Name,
    against: Annotated[str | None, typer.Option("--against", metavar="OLD", help="The version before: a NAME or FILE.")] = None,
    rates: Annotated[Path | None, _RATES] = None,
    exams: Annotated[int | None, _EXAMS] = None,
    as_json: AsJson = False,
) -> None:
    """Say all that is wrong in a charter, each fault with its place, what is allowed there, and what was probably meant.

    With --against it lists every change since another version with its level, and faults a version step that is too small. With --rates
    it runs the comparison of readings on exams drawn by chance and tells how many would go to an adjudicator. No lab is opened.

    Example: corelab charter check charter-1.1.0.toml --against charter-1.0.0.toml
    """
    content = charters.read(name)
    with progress("exams", quiet=rates is None) as told:
        report = charter_check.check(
            content,
            against=charters.read(against) if against is not None else None,
            rates=rates.read_bytes() if rates is not None else None,
            exams=exams,
            told=lambda done, of: told(done, of, ""),
        )
    answer(document(name, report), words(report), as_json=as_json)
    if not report.ok:
        raise Faulty


# ---------------------------------------------------------------- as a document


def document(name: str, report: Report) -> dict[str, Any]:
    said: dict[str, Any] = {
        "ok": report.ok,
        "file": name,
        "format": report.format,
        "charter": report.charter,
        "version": report.version,
        "sha256": report.sha256,
        "errors": report.errors,
        "warnings": report.warnings,
        "faults": [fault_document(fault) for fault in report.faults],
    }
    if report.against is not None:
        said["against"] = _against(report.against)
    if report.forecast is not None:
        said["forecast"] = forecast_document(report.forecast)
    return said


def fault_document(fault: Fault) -> dict[str, Any]:
    return {
        "code": fault.code,
        "level": fault.level.value,
        "path": fault.path,
        "message": fault.message,
        "found": fault.found,
        "allowed": list(fault.allowed),
        "suggestion": fault.suggestion,
    }


def _against(compared: Compared) -> dict[str, Any]:
    return {
        "version": compared.version,
        "sha256": compared.sha256,
        "needed": compared.needed.word,
        "given": compared.given.word,
        "changes": [
            {"level": one.step.word, "path": one.path, "change": one.how.value, "old": one.old, "new": one.new} for one in compared.changes
        ],
    }


def forecast_document(forecast: Forecast) -> dict[str, Any]:
    return {
        "exams": forecast.exams,
        "with_case": _estimate(forecast.with_case),
        "different": _estimate(forecast.different),
        "cell_agreement": _estimate(forecast.agreement),
        "cell_agreement_of": {item: _estimate(found) for item, found in forecast.agreement_of.items()},
        "cells_per_case": forecast.cells_per_case,
        "planned_exams": forecast.planned_exams,
        "minutes_per_case": forecast.minutes_per_case,
        "hours": forecast.hours,
        "classes": [{"id": one.id, "label": one.label, "action": one.action, "exams": _estimate(one.exams)} for one in forecast.classes],
        "rules": [{"rule": one.rule, "exams": _estimate(one.exams), "without": _estimate(one.without)} for one in forecast.rules],
        "assumed_equal": list(forecast.assumed),
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    interval = estimate.interval
    return {"value": estimate.value, "low": interval.low if interval else None, "high": interval.high if interval else None}


# ---------------------------------------------------------------- in words


def words(report: Report) -> str:
    lines = [*fault_lines(report.faults)]
    if report.against is not None:
        lines += [*_change_lines(report.against)]
    if report.forecast is not None:
        lines += [*_forecast_lines(report.forecast)]
    named = f"{report.charter} {report.version} ({report.sha256[:12]})" if report.charter and report.version and report.sha256 else ""
    summed = f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}"
    return "\n".join((*lines, f"{named}: {summed}" if named and report.ok else summed))


def fault_lines(faults: tuple[Fault, ...]) -> Iterator[str]:
    """Each fault on a line: place, code, message; below it what is allowed there and what was probably meant."""
    width = max((len(fault.path) for fault in faults if len(fault.path) <= _WIDEST), default=0)
    for fault in faults:
        yield f"{fault.path or '(file)':{width}}   {fault.code}  {fault.message}"
        beside = [_found(fault), _allowed(fault), f"did you mean {fault.suggestion}?" if fault.suggestion else ""]
        told = "   ".join(part for part in beside if part)
        if told:
            yield f"    {told}"


def _found(fault: Fault) -> str:
    """Where neither the message nor the place says it."""
    if fault.found is None or fault.found in fault.message or fault.path.endswith(f".{fault.found}"):
        return ""
    return f"found: {fault.found}"


def _allowed(fault: Fault) -> str:
    shown = ", ".join(fault.allowed[:_SHOWN])
    return f"allowed: {shown}{', ...' if len(fault.allowed) > _SHOWN else ''}" if shown else ""


def _change_lines(compared: Compared) -> Iterator[str]:
    yield f"Changes since {compared.version} ({compared.sha256[:12]}):" if compared.changes else f"No change since {compared.version}."
    width = max((len(one.path) for one in compared.changes if len(one.path) <= _WIDEST), default=0)
    for one in compared.changes:
        yield f"  {one.step.word:5}  {one.path:{width}}   {change_words(one)}"
    if compared.changes:
        yield f"They need a {compared.needed.word} step; the version makes {_step(compared)}."


def _step(compared: Compared) -> str:
    return f"a {compared.given.word} one" if compared.given else "none"


def _forecast_lines(forecast: Forecast) -> Iterator[str]:
    yield f"Forecast from {forecast.exams} exams drawn by chance:"
    yield f"  exams with a case        {_share(forecast.with_case)}"
    yield f"  exams with a difference  {_share(forecast.different)}"
    yield f"  cells answered alike     {_share(forecast.agreement)}"
    yield f"  cells to decide          {forecast.cells_per_case:.1f} per case"
    minutes = f"{forecast.minutes_per_case:g} min per case"
    yield f"  hours of adjudication    {forecast.hours:.1f} for {forecast.planned_exams} exams at {minutes}"
    for each in forecast.classes:
        yield f"  class {each.id}, {each.action:10}  {_share(each.exams)}  {each.label}"
    for rule in forecast.rules:
        yield f"  rule {rule.rule:5}  {_share(rule.exams)}  without it a case in {_share(rule.without)}"
    if forecast.assumed:
        yield f"  No rates, so answered alike: {', '.join(forecast.assumed)}"


def _share(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not estimable"
    interval = f" ({estimate.interval.low:.1%} to {estimate.interval.high:.1%})" if estimate.interval else ""
    return f"{estimate.value:6.1%}{interval}"
