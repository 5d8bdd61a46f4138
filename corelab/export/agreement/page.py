"""The report of agreement as one page of HTML that needs nothing else and prints well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from corelab.domain.charter import Charter
from corelab.domain.monitoring.items import GradedItem, MeasuredItem, by_segment, by_visit
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.report import AgreementOf, Report
from corelab.domain.values import counted
from corelab.export.agreement import said
from corelab.export.agreement.plots import bland_altman, interval_bar, p_chart
from corelab.export.agreement.style import STYLE

_KINDS: Final = (
    (Kind.READERS, "Agreement between the two readers", "Reader 1", "Reader 2"),
    (Kind.REPEATS, "Agreement of a reader with the hidden repeat", "First", "Repeat"),
    (Kind.CALIBRATION, "Agreement with the calibration set", "Reader", "Known"),
)


def page(found: Report, facts: Mapping[str, Any]) -> str:
    """``facts`` of the manifest."""
    badge = "" if facts["kind"] == "PROD" else f'<div class="across" aria-hidden="true">{escape(facts["kind"])}</div>'
    title = f"Reader agreement, trial {facts['trial']}, transfer {facts['transfer']}"
    body = "\n".join(("<main>", *_head(found, facts), *_body(found), "</main>"))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>{STYLE}'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>{badge}\n{body}\n</body>\n</html>\n'


def _head(found: Report, facts: Mapping[str, Any]) -> Iterator[str]:
    cutoff, charter = facts["cutoff"], found.observed.charter
    kind = "" if facts["kind"] == "PROD" else f' <span class="badge">{escape(facts["kind"])}: not for analysis</span>'
    yield f"<header><h1>Reader agreement{kind}</h1>"
    yield f'<p class="lead">{escape(charter.title)}</p>'
    told = (
        ("Trial", facts["trial"]),
        ("Transfer", f"{facts['transfer']}, {facts['kind']}"),
        ("Cut-off", f"{cutoff['at'][:19].replace('T', ' ')} (UTC)"),
        ("Head of the chain", f"{cutoff['seq']} {cutoff['head']}"),
        ("Imaging charter", f"{charter.id} {charter.version}"),
        ("Made by", facts["product"]),
    )
    yield f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(value)}</dd>' for name, value in told)}</dl></header>"


def _body(found: Report) -> Iterator[str]:
    observed, chance = found.observed, found.chance
    yield "<section><h2>How the figures are made</h2>"
    yield (
        f"<p>{counted(len(observed.compared), 'pair')} of primary readings. Agreement is of what each reader said first: the first "
        "signed revision. Not evaluable (NE) of one reader counts as a category of its own where it says so, and is left out elsewhere; "
        "not imaged and not applicable never enter. Intervals are 95 % by subject: whole subjects drawn again, "
        f"{chance.repetitions} repetitions, seed {chance.seed}, percentiles. Beside kappa stands Gwet's AC1, with "
        "weights AC2. The same figures stand in agreement.json.</p></section>"
    )
    for kind, title, one, two in _KINDS:
        of = found.of(kind)
        if of.pairs:
            yield from _overview(title, of)
            if kind is Kind.READERS:
                yield from _adjudication(found)
                yield from _items(observed.charter, of, one, two)
        elif kind is Kind.READERS:
            yield f"<section><h2>{escape(title)}</h2><p>No exam of this package has two signed readings.</p></section>"
    yield from _readers(found)


# ---------------------------------------------------------------- at a glance


def _overview(title: str, of: AgreementOf) -> Iterator[str]:
    yield f"<section><h2>{escape(title)}</h2>"
    if of.graded:
        yield _table(
            ("Item", "Pairs", "Subjects", "Agreed, %", "Kappa", "", "AC1 or AC2", "NE: one, both"),
            [_graded_row(item, item.label) for item in of.graded],
            "figures",
        )
    if of.measured:
        yield _table(
            ("Measured item", "Pairs", "Subjects", "Mean difference", "ICC(2,1)", "", "Limits of agreement"),
            [_measured_row(item) for item in of.measured],
            "figures",
        )
    yield "</section>"


def _graded_row(item: GradedItem, name: str) -> tuple[str, ...]:
    met = item.found.coverage
    return (
        f"{escape(name)} {said.small(said.WEIGHTS[item.weights]) if not item.part else ''}",
        str(item.counted),
        str(met.subjects),
        said.with_interval(item.found.without_ne.percent, 1, 100.0),
        said.with_interval(item.kappa),
        interval_bar(item.kappa),
        said.with_interval(item.ac),
        f"{met.not_evaluable_one}, {met.not_evaluable_both}",
    )


def _measured_row(item: MeasuredItem) -> tuple[str, ...]:
    digits = item.decimals + 1
    limits = " to ".join(said.value(each.estimate, digits) for each in (item.low, item.high))
    if item.low.estimate.value is None:
        limits = said.why(item.low.estimate.undefined)
    return (
        f"{escape(item.label)} {said.small(item.unit)}",
        str(len(item.points)),
        str(item.coverage.subjects),
        said.with_interval(item.mean, digits),
        said.with_interval(item.two_one),
        interval_bar(item.two_one),
        limits,
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """``rows`` are HTML already."""
    titles = "".join(f"<th>{escape(each)}</th>" for each in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="{kind}"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>'


# ---------------------------------------------------------------- item by item


def _items(charter: Charter, of: AgreementOf, one: str, two: str) -> Iterator[str]:
    for item in of.graded:
        yield f'<section class="item"><h2>{escape(item.label)}</h2><div class="beside">'
        yield f"<div><h3>What both said {said.small('with not evaluable')}</h3>{_counts(item, one, two)}</div>"
        yield f"<div><h3>Agreement on each grade</h3>{_specific(item)}</div></div>"
        yield from _parts("By visit", by_visit(charter, item.pairs, item.item), {visit.id: visit.label for visit in charter.visits})
        yield from _parts("By segment", by_segment(charter, item.pairs, item.item), {one.id: one.name for one in charter.segments})
        yield "</section>"
    for measured in of.measured:
        yield f'<section class="item"><h2>{escape(measured.label)}</h2>{_measured(measured)}</section>'


def _counts(item: GradedItem, one: str, two: str) -> str:
    """Rows are reader 1; the diagonal is agreement."""
    figures, labels = item.found.with_ne, item.labels
    rows = [
        (escape(label), *(f'<span class="{"same" if row == column else "other"}">{count}</span>' for column, count in enumerate(counts)))
        for row, (label, counts) in enumerate(zip(labels, figures.table, strict=True))
    ]
    return _table((f"{one} \u2193  {two} \u2192", *labels), rows, "counts")


def _specific(item: GradedItem) -> str:
    """Positive and negative agreement where there are two grades; of more, that of each."""
    figures = item.found.without_ne
    names = [escape(label) for label in item.labels[: len(figures.specific)]]
    if len(names) == 2:
        names = [f"{names[0]} {said.small('positive agreement')}", f"{names[1]} {said.small('negative agreement')}"]
    rows = [(name, said.with_interval(figure), interval_bar(figure)) for name, figure in zip(names, figures.specific, strict=True)]
    bias = figures.bias
    test = f"{escape(said.test_words(bias.test))}: " + (said.p_words(bias.p) or escape(said.not_estimable(bias.statistic.undefined)))
    return _table(("Grade", "Agreement", ""), rows) + f'<p class="note">Whether one reader grades higher than the other: {test}.</p>'


def _parts(title: str, parts: Sequence[GradedItem], names: Mapping[str, str]) -> Iterator[str]:
    if not parts:
        return
    head = (title, "Pairs", "Subjects", "Agreed, %", "Kappa", "", "AC1 or AC2", "NE: one, both")
    yield _table(head, [_graded_row(part, names.get(part.part, part.part) or "Whole exam") for part in parts], "figures")


def _measured(item: MeasuredItem) -> str:
    if not item.points:
        return "<p>No pair was measured by both readers.</p>"
    digits = item.decimals + 1
    low, high = (f"{said.value(each.estimate, digits)} (95 % {said.by_subject(each.by_subject, digits)})" for each in (item.low, item.high))
    words = (
        f"{counted(len(item.points), 'pair')}, reader 1 minus reader 2. Limits of agreement (mean \u00b1 1.96 SD): {low} and {high}; "
        f"SD {said.value(item.deviation, digits)} {item.unit}."
    )
    shaded = " Bands are 95 % intervals, by subject where there are ten subjects or more."
    return f'<p class="note">{escape(words + shaded)}</p>{bland_altman(item)}'


# ---------------------------------------------------------------- cases


def _adjudication(found: Report) -> Iterator[str]:
    rate = found.rate
    share = "not estimable" if rate.share.value is None else f"{100 * rate.share.value:.1f} %"
    around = f" (95 % {said.between(rate.share.interval, 1, 100.0)}, Wilson)" if rate.share.interval is not None else ""
    classes = escape(", ".join(rate.classes))
    of = counted(rate.whole, rate.unit)
    yield "<section><h2>Adjudication</h2>"
    yield f"<p><b>{share}</b>{around}: {rate.part} of {of} with a difference of class {classes}.</p>"
    if found.signing:
        yield p_chart(found.signing)
        yield f'<p class="note">{_chart_words(found)}</p>'
    yield "</section>"


def _chart_words(found: Report) -> str:
    size = found.observed.charter.monitoring.p_chart_batch_min
    signals = [one.charted.batch.name for one in found.signing if one.charted.signal]
    outside = f" Outside the limits: exams {', '.join(signals)}." if signals else " No group lies outside the limits."
    if not any(one.charted.limits for one in found.signing):
        outside = " No group has limits yet: they need a group before it."
    return escape(
        f"Groups of {size} exams; the line is the share of all exams before the group, the dashed lines are three standard errors from it."
        f"{outside} A package does not tell in which batch an exam was released."
    )


def _readers(found: Report) -> Iterator[str]:
    if not found.readers:
        return
    yield "<section><h2>Readers</h2>"
    rows = [
        (
            escape(one.reader),
            str(len(one.exams)),
            str(one.comparable),
            str(len(one.verdicts)),
            str(one.adverse),
            escape("not estimable" if one.rdi is None else said.number(one.rdi))
            + (' <span class="badge">above the limit</span>' if one.alarm else ""),
            escape(said.value(one.side)),
        )
        for one in found.readers
    ]
    head = ("Reader", "Exams", "Comparable cells", "Decided", "Decided against", "Discordance index", "Share taken")
    yield _table(head, rows)
    words = "Readers stand under their pseudonyms. Share taken: of the decided cells, those in which the adjudicator took their grade."
    yield f'<p class="note">{words}</p></section>'
