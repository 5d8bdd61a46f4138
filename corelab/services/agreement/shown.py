"""Figures as the answer shows them: 6 decimals, their intervals beside them, and in words what is not estimable."""

from typing import Any

from corelab.domain.agreement.bootstrap import Chance, Resampled
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined
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
