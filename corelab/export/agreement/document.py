"""A report as one JSON document: figures with 6 decimals, and the exams behind each count."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from corelab.domain.clock import stamp
from corelab.domain.monitoring.cases import BatchShare, CaseRate
from corelab.domain.monitoring.items import GradedItem, MeasuredItem, by_segment, by_visit
from corelab.domain.monitoring.observed import ExamName, Purpose, Waiting
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.readers import ReaderFigures
from corelab.domain.monitoring.report import AgreementOf, Report
from corelab.domain.vocabulary import ExamState
from corelab.export.agreement.figures import (
    chance,
    coverage_shown,
    drift_shown,
    figures_shown,
    interval,
    number,
    put,
    put_by_subject,
    reason,
)

KEYS = ((Kind.READERS, "between_readers"), (Kind.REPEATS, "repeats"), (Kind.CALIBRATION, "calibration"))


def document(found: Report, *, parts: bool = True) -> dict[str, Any]:
    """``parts``: agreement between readers by segment and by visit too."""
    observed, charter = found.observed, found.observed.charter
    states = Counter(observed.states.values())
    return {
        "charter": {"id": charter.id, "version": charter.version, "sha256": charter.hash},
        "bootstrap": chance(found.chance),
        "states": {state.value: states[state] for state in ExamState},
        "readings": {purpose.value: sum(read.purpose is purpose for read in observed.reads) for purpose in Purpose},
        "not_opened": observed.unopened,
        "compared": len(observed.compared),
        **{key: _agreement(found, found.of(kind), parts=parts and kind is Kind.READERS) for kind, key in KEYS},
        "adjudication_rate": _rate(found.rate),
        "batches": [_batch(one) for one in found.batches],
        "in_order_of_signing": [_batch(one) for one in found.signing],
        "readers": [_reader(one) for one in found.readers],
        "rdi_limit": None if found.rdi is None else number(found.rdi.limit),
        "alike": [{"what": one.what, "readers": list(one.readers), "exams": [str(exam) for exam in one.exams]} for one in found.alike],
        "waiting": [_waiting(one) for one in observed.waiting],
        "overdue": [_waiting(one) for one in found.overdue],
    }


def _agreement(found: Report, of: AgreementOf, *, parts: bool) -> dict[str, Any] | None:
    """None where there are no pairs of this kind."""
    if not of.pairs:
        return None
    charter = found.observed.charter
    graded = []
    for item in of.graded:
        said = _graded(item)
        if parts:
            said["by_segment"] = [_graded(part) for part in by_segment(charter, item.pairs, item.item)]
            said["by_visit"] = [_graded(part) for part in by_visit(charter, item.pairs, item.item)]
        graded.append(said)
    return {"graded": graded, "measured": [_measured(item) for item in of.measured]}


def _graded(item: GradedItem) -> dict[str, Any]:
    return {
        **({"part": item.part} if item.part else {"item": item.item, "label": item.label}),
        "weights": item.weights.value,
        "n": item.counted,
        "coverage": coverage_shown(item.found.coverage),
        "without_ne": figures_shown(item.found.without_ne),
        "with_ne": figures_shown(item.found.with_ne),
    }


def _measured(item: MeasuredItem) -> dict[str, Any]:
    said: dict[str, Any] = {"item": item.item, "label": item.label, "unit": item.unit, "n": len(item.points)}
    said["coverage"] = coverage_shown(item.coverage)
    figures = (("ICC(2,1)", item.two_one), ("mean_diff", item.mean), ("loa_1.96_low", item.low), ("loa_1.96_high", item.high))
    for key, figure in figures:
        put(said, key, figure.estimate)
        put_by_subject(said, key, figure.by_subject)
    put(said, "sd_diff", item.deviation)
    return said


def _rate(found: CaseRate) -> dict[str, Any]:
    said: dict[str, Any] = {"unit": found.unit, "classes": list(found.classes), "part": found.part, "whole": found.whole}
    put(said, "share", found.share)
    return {**said, "with_case": _names(found.with_case)}


def _batch(one: BatchShare) -> dict[str, Any]:
    charted = one.charted
    return {
        "batch": charted.batch.name,
        "cases": charted.batch.cases,
        "exams": charted.batch.exams,
        "share": None if charted.share is None else number(charted.share),
        "centre": None if charted.centre is None else number(charted.centre),
        "limits": None if charted.limits is None else interval(charted.limits),
        "no_limits": None if charted.reason is None else reason(charted.reason),
        "signal": charted.signal,
        "with_case": _names(one.with_case),
    }


def _reader(one: ReaderFigures) -> dict[str, Any]:
    said: dict[str, Any] = {
        "reader": one.reader,
        "exams": len(one.exams),
        "comparable": one.comparable,
        "decided": len(one.verdicts),
        "adverse": one.adverse,
        "rdi": None if one.rdi is None else number(one.rdi),
        "rdi_alarm": one.alarm,
    }
    put(said, "side_taken", one.side)
    said["days"] = [number(took.days) for took in one.took if took.days is not None]
    said["minutes"] = [number(took.minutes) for took in one.took if took.minutes is not None]
    said["drift"] = [
        {"item": each.item, "batches": [drift_shown(batch, each.labels) for batch in each.batches]} for each in one.drift if each.batches
    ]
    return said


def _waiting(one: Waiting) -> dict[str, Any]:
    due = None if one.due is None else stamp(one.due)
    return {"exam": str(one.exam), "person": one.person, "case": one.case, "since": stamp(one.since), "due": due}


def _names(exams: Iterable[ExamName]) -> list[str]:
    return [str(exam) for exam in exams]


def rows(found: Report) -> Iterator[tuple[str, ...]]:
    """One line for each item of each kind of pairs: name, pairs, percent, kappa, AC or mean difference and limits, for a terminal."""
    for kind, _ in KEYS:
        for item in found.of(kind).graded:
            if item.pairs:
                figures = item.found.without_ne
                yield (kind.value, item.label, str(item.counted), *(_words(each) for each in (figures.percent, item.kappa, item.ac)))


def _words(figure: Any) -> str:
    value = figure.estimate.value
    if value is None:
        return str(reason(figure.estimate.undefined))
    around = figure.by_subject.interval
    return f"{value:.3f}" + (f" ({around.low:.3f} to {around.high:.3f})" if around else "")
