"""Figures as the answer shows them: 6 decimals, their intervals beside them, and in words what is not estimable."""

from collections.abc import Sequence
from typing import Any

from corelab.domain.agreement.bootstrap import Chance, Resampled
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined
from corelab.domain.agreement.graded_pairs import Coverage, Drift, Figure, Figures
from corelab.domain.agreement.measured import Limits
from corelab.domain.agreement.two_readers import Bias

NOT_ESTIMABLE = "not_estimable"


def number(value: float) -> float:
    """6 decimals, never minus 0."""
    return round(value, 6) + 0.0


def interval(held: Interval) -> list[float]:
    return [number(held.low), number(held.high)]


def reason(why: Undefined) -> str:
    return f"not estimable: {why.value}"


def put(answer: dict[str, Any], key: str, found: Estimate) -> None:
    """The figure under its key, its error and interval under ``_se`` and ``_ci95``; null and the reason where there is none."""
    answer[key] = None if found.value is None else number(found.value)
    if found.undefined is not None:
        answer.setdefault(NOT_ESTIMABLE, {})[key] = reason(found.undefined)
    if found.error is not None:
        answer[f"{key}_se"] = number(found.error)
    if found.interval is not None:
        answer[f"{key}_ci95"] = interval(found.interval)
    if found.no_interval is not None:
        answer[f"{key}_ci95"] = None
        answer.setdefault(NOT_ESTIMABLE, {})[f"{key}_ci95"] = reason(found.no_interval)


def put_by_subject(answer: dict[str, Any], key: str, found: Resampled) -> None:
    """The interval by subject, and in how many repetitions the figure was not estimable."""
    name = f"{key}_ci95_by_subject"
    answer[name] = None if found.interval is None else interval(found.interval)
    if found.reason is not None:
        answer.setdefault(NOT_ESTIMABLE, {})[name] = reason(found.reason)
    if found.undefined:
        answer[f"{key}_repetitions_not_estimable"] = found.undefined


def chance(held: Chance) -> dict[str, Any]:
    """What the intervals by subject can be repeated with."""
    return {"seed": held.seed, "repetitions": held.repetitions, "draws": "SHAKE-256 of seed|bootstrap|repetition"}


def bias(found: Bias) -> dict[str, Any]:
    said: dict[str, Any] = {"test": found.test, "degrees": found.degrees}
    put(said, "statistic", found.statistic)
    said["p"] = None if found.p is None else float(f"{found.p:.6g}")
    if found.statistic.undefined is not None:
        said[NOT_ESTIMABLE]["p"] = said[NOT_ESTIMABLE]["statistic"]
    return said


def limits(answer: dict[str, Any], found: Limits) -> None:
    """The limits stand together under ``loa_1.96``, their intervals apart."""
    put(answer, "mean_diff", found.mean)
    put(answer, "sd_diff", found.deviation)
    if found.low.value is None or found.high.value is None:
        answer["loa_1.96"] = None
        answer[NOT_ESTIMABLE]["loa_1.96"] = answer[NOT_ESTIMABLE]["sd_diff"]
        return
    answer["loa_1.96"] = [number(found.low.value), number(found.high.value)]
    for key, limit in (("low", found.low), ("high", found.high)):
        if limit.interval is not None:
            answer[f"loa_1.96_{key}_ci95"] = interval(limit.interval)


def coverage_shown(found: Coverage) -> dict[str, int]:
    """What became of the pairs."""
    return {
        "pairs": found.given,
        "both_graded": found.graded,
        "ne_of_one": found.not_evaluable_one,
        "ne_of_both": found.not_evaluable_both,
        "ni": found.not_imaged,
        "na": found.not_applicable,
        "subjects": found.subjects,
    }


def figures_shown(found: Figures) -> dict[str, Any]:
    """Every figure of one table, its interval by subject beside it."""
    answer: dict[str, Any] = {
        "n": sum(map(sum, found.table)),
        "categories": list(found.categories),
        "table": [list(row) for row in found.table],
    }
    _put(answer, "percent_agreement", found.percent)
    for weights, figure in found.kappa:
        _put(answer, f"kappa_{weights.value}", figure)
    for weights, figure in found.ac:
        _put(answer, f"ac_{weights.value}", figure)
    specific: dict[str, Any] = {}
    for category, figure in zip(found.categories, found.specific, strict=True):
        _put(specific, category, figure)
    return {**answer, "specific_agreement": specific, "bias": bias(found.bias)}


def _put(answer: dict[str, Any], key: str, figure: Figure) -> None:
    put(answer, key, figure.estimate)
    put_by_subject(answer, key, figure.by_subject)


def drift_shown(found: Drift, categories: Sequence[str]) -> dict[str, Any]:
    """One batch: kappa, and the share of each grade."""
    said: dict[str, Any] = {"batch": found.batch, "n": found.pairs}
    put(said, "kappa", found.kappa)
    return {**said, "shares": dict(zip(categories, map(number, found.shares), strict=False))}
