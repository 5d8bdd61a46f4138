"""How goals of speed are told: as a table by theme for a person, as one document for programs, and why a goal was missed."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corelab.services.bench_goals import Beside, Goal, NotMeasured, Report, Result, Spread, Theme

_BUSY = 0.1
"""A tenth of the machine for others is more than an idle system needs."""
_NARROWEST = 100
_GONE = "-"


def document(report: Report) -> dict[str, Any]:
    return {
        "goals": [_goal(one) for one in report.goals],
        "beside": [{"id": one.id, "what": one.what, "value": one.value, **_spread(one.spread), **_theme(one)} for one in report.beside],
        "not_measured": [{"id": one.id, "what": one.what, "reason": one.reason, **_theme(one)} for one in report.not_measured],
        "where": list(report.where),
    }


def _goal(goal: Goal) -> dict[str, Any]:
    judged = {"id": goal.id, "what": goal.what, "value": goal.value, "limit": goal.limit, "ok": goal.ok}
    return {**judged, **_spread(goal.spread), **_theme(goal), "reason": reason(goal), "others": goal.others}


def _spread(spread: Spread | None) -> dict[str, float | None]:
    return {"low": spread.low if spread else None, "high": spread.high if spread else None}


def _theme(result: Result) -> dict[str, str | None]:
    return {"theme": result.theme.value if result.theme else None}


def reason(goal: Goal) -> str:
    """Why a goal was missed, as far as the measurement tells; empty where it was met."""
    if goal.ok:
        return ""
    busy = goal.others is not None and goal.others >= _BUSY
    found = []
    if busy:
        found.append(f"other programs took {goal.others:.0%} of the processors meanwhile")
    if goal.some_turn_met_it:
        found.append("some turns met it")
    elif goal.spread is not None:
        found.append("no turn met it")
    if goal.others is None:
        found.append("how busy the machine was is not known")
    elif not busy:
        found.append("the machine was free: it is slower than its goal")
    return "; ".join(found)


# ---------------------------------------------------------------- for a person


def table(report: Report, *, width: int | None = None) -> str:
    """Every result in the order measured, grouped by theme; then how many goals were met, and why others were not."""
    console = Console(width=width, highlight=False, color_system=None) if width else Console(highlight=False)
    with console.capture() as captured:
        for theme in Theme:
            rows = [one for one in report.results if one.theme is theme]
            if rows:
                console.print(_of_theme(theme, rows, console.width < _NARROWEST))
                console.print()
        for line in _summary(report):
            console.print(line, markup=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()).rstrip()


def _of_theme(theme: Theme, rows: list[Result], narrow: bool) -> Table:
    made = Table(title=theme.value.capitalize(), title_justify="left", title_style="bold", box=None, expand=False, pad_edge=False)
    made.add_column("")
    made.add_column("goal", no_wrap=True)
    for name in ("median", "limit"):
        made.add_column(name, justify="right", no_wrap=True)
    if not narrow:
        made.add_column("turns", justify="right", no_wrap=True)
    made.add_column("what", overflow="fold")
    for row in rows:
        cells = _cells(row)
        made.add_row(*(cells[:4] + cells[5:] if narrow else cells))
    made.add_section()
    return made


def _cells(row: Result) -> tuple[Text | str, ...]:
    """Judgement, id, median, limit, spread, words."""
    match row:
        case Goal():
            judged = Text("ok", "green") if row.ok else Text("MISS", "bold red")
            return judged, row.id, number(row.value), number(row.limit), _turns(row.spread), row.what
        case Beside():
            return "", row.id, number(row.value), _GONE, _turns(row.spread), row.what
        case NotMeasured():
            return Text("none", "yellow"), row.id, _GONE, _GONE, _GONE, f"{row.what}: {row.reason}"


def _turns(spread: Spread | None) -> str:
    return f"{number(spread.low)} to {number(spread.high)}" if spread else _GONE


def number(value: float) -> str:
    """Three digits that tell something: 0.0041, 0.532, 12.3, 130."""
    if value == int(value):
        return f"{value:.0f}"
    size = abs(value)
    digits = 4 if size < 0.1 else 3 if size < 1 else 2 if size < 10 else 1
    return f"{value:.{digits}f}"


def _summary(report: Report) -> Iterator[str]:
    missed = [goal for goal in report.goals if not goal.ok]
    yield f"{len(report.goals) - len(missed)} of {len(report.goals)} goals met. Measured on: {', '.join(report.where)}."
    for goal in missed:
        yield f"  {goal.id}: {number(goal.value)} where at most {number(goal.limit)} was the goal; {reason(goal)}."
    if report.not_measured:
        yield f"{len(report.not_measured)} not measured: {', '.join(one.id for one in report.not_measured)}."
