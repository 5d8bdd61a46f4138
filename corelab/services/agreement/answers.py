"""Each kind of entry: what its data must be, and what is answered. The check comes first, for every entry; what it returns computes."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from corelab.domain.agreement import batches, blinding, many_readers, measured, proportion, two_readers
from corelab.domain.agreement.two_readers import MOST_CATEGORIES, MOST_PAIRS, Weights
from corelab.export.agreement.figures import NOT_ESTIMABLE, bias, interval, limits, number, put, reason
from corelab.services.agreement.entry import Answer, Entry, is_number, is_whole
from corelab.services.agreement.pairs import graded_pairs, measured_pairs

_ALL = "every pair that is given; a pair with NA, NE or NI has no place here"
_MOST_VALUES = 1000
_COUNT = (lambda value: is_whole(value) and 0 <= value <= MOST_PAIRS, f"a whole number from 0 to {MOST_PAIRS}")
_NUMBER = (is_number, "a number")


def _two_rater_table(entry: Entry) -> Answer:
    table = entry.rows("table", *_COUNT)
    numbered = [str(n) for n in range(1, len(table) + 1)]
    names = (
        entry.row("categories", lambda name: isinstance(name, str) or is_whole(name), "a text") if "categories" in entry.held else numbered
    )
    if table and len(table) != len(table[0]):
        entry.fault("table", f"as many rows as columns are needed, not {len(table)} x {len(table[0])}")
    if len(names) != len(table):
        entry.fault("categories", f"one for each of the {len(table)} rows is needed, not {len(names)}")
    if len(table) > MOST_CATEGORIES:
        entry.fault("table", f"at most {MOST_CATEGORIES} categories, not {len(table)}")
    if not entry.faults and sum(map(sum, table)) > MOST_PAIRS:
        entry.fault("table", f"at most {MOST_PAIRS} pairs")
    return partial(_of_table, table, names)


def _of_table(rows: list[list[int]], names: list[str]) -> dict[str, Any]:
    table = two_readers.counts(rows)
    answer: dict[str, Any] = {"n": int(table.sum()), "counted": _ALL}
    put(answer, "percent_agreement", two_readers.percent_agreement(table))
    for weights in Weights:
        put(answer, f"kappa_{weights.value}", two_readers.kappa(table, weights))
        put(answer, f"ac_{weights.value}", two_readers.ac(table, weights))
        if weights is not Weights.UNWEIGHTED:
            put(answer, f"agreement_{weights.value}", two_readers.percent_agreement(table, weights))
    specific: dict[str, Any] = {}
    for name, found in zip(names, two_readers.specific_agreement(table), strict=True):
        put(specific, str(name), found)
    answer["specific_agreement"] = specific
    answer["bias"] = bias(two_readers.bias(table))
    return answer


def _count_matrix(entry: Entry) -> Answer:
    rows = entry.rows("counts", *_COUNT)
    faults = len(entry.faults)
    for n, row in enumerate(rows if not faults else ()):
        if sum(row) != sum(rows[0]):
            entry.fault(f"counts[{n}]", f"{sum(rows[0])} ratings are needed, as in the first row, not {sum(row)}")
    return partial(_of_counts, rows)


def _of_counts(rows: list[list[int]]) -> dict[str, Any]:
    answer: dict[str, Any] = {"n": len(rows), "readers": sum(rows[0]), "counted": "every rating; none may be missing"}
    put(answer, "fleiss_kappa", many_readers.fleiss_kappa(rows))
    return answer


def _raters_by_units(entry: Entry) -> Answer:
    units = entry.rows("ratings_units_by_raters", lambda value: value is None or is_number(value), "a number or null")
    if not entry.faults and len({value for unit in units for value in unit}) > _MOST_VALUES:
        entry.fault("ratings_units_by_raters", f"at most {_MOST_VALUES} different values")
    return partial(_of_units, units)


def _of_units(units: list[list[float | None]]) -> dict[str, Any]:
    paired = sum(1 for unit in units if sum(value is not None for value in unit) > 1)
    answer: dict[str, Any] = {"n": paired, "left_out": len(units) - paired, "counted": "what has two ratings or more; null is no rating"}
    for metric in many_readers.Metric:
        put(answer, f"alpha_{metric.value}", many_readers.krippendorff_alpha(units, metric))
    return answer


def _icc(entry: Entry) -> Answer:
    ratings = entry.rows("ratings", *_NUMBER)
    return partial(_of_ratings, ratings)


def _of_ratings(ratings: list[list[float]]) -> dict[str, Any]:
    answer: dict[str, Any] = {"n": len(ratings), "readers": len(ratings[0]), "counted": "every rating; none may be missing"}
    found = measured.icc(ratings)
    singles = (found.one_one, found.two_one, found.three_one)
    for form, (one, several) in enumerate(zip(singles, (found.one_k, found.two_k, found.three_k), strict=True), 1):
        put(answer, f"ICC({form},1)", one)
        put(answer, f"ICC({form},k)", several)
    return answer


def _bland_altman(entry: Entry) -> Answer:
    first, second = entry.row("x", *_NUMBER), entry.row("y", *_NUMBER)
    if len(first) != len(second):
        entry.fault("y", f"as many values as in x are needed ({len(first)}), not {len(second)}")
    return partial(_of_differences, first, second)


def _of_differences(first: list[float], second: list[float]) -> dict[str, Any]:
    answer: dict[str, Any] = {"n": len(first), "counted": _ALL}
    limits(answer, measured.limits_of_agreement(first, second))
    return answer


def _proportion(entry: Entry) -> Answer:
    n = entry.whole("n", 0, MOST_PAIRS)
    x = entry.whole("x", 0, n)
    return partial(_of_share, x, n)


def _of_share(x: int, n: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"n": n, "counted": "every one that is given"}
    found = proportion.proportion(x, n)
    put(answer, "proportion", found)
    answer["ci95"] = answer.pop("proportion_ci95", None)
    return answer


def _blinding(entry: Entry) -> Answer:
    guesses = entry.rows("guesses", *_COUNT)
    if guesses and (len(guesses), len(guesses[0])) != (2, 3):
        entry.fault("guesses", "2 rows (arm 1, arm 2) of 3 counts (arm 1, arm 2, do not know) are needed")
    return partial(_of_guesses, guesses)


def _of_guesses(guesses: list[list[int]]) -> dict[str, Any]:
    answer: dict[str, Any] = {"n": sum(map(sum, guesses)), "counted": "every answer, as if each were independent of the others"}
    for arm, found in enumerate(blinding.bang(guesses), 1):
        put(answer, f"bang_{arm}", found)
    put(answer, "james", blinding.james(guesses))
    return answer


def _p_chart(entry: Entry) -> Answer:
    least = entry.whole("batch_min", 1, MOST_PAIRS)
    rows = entry.objects("batches", {"name": (lambda name: isinstance(name, str), "a text"), "exams": _COUNT, "cases": _COUNT})
    for n, row in enumerate(rows if not entry.faults else ()):
        if row["cases"] > row["exams"]:
            entry.fault(f"batches[{n}].cases", f"at most the {row['exams']} exams of the batch, not {row['cases']}")
    return partial(_of_batches, rows, least)


def _of_batches(rows: list[Mapping[str, Any]], least: int) -> dict[str, Any]:
    chart = batches.p_chart((batches.Batch(row["name"], row["cases"], row["exams"]) for row in rows), least)
    counted = f"exams with two signed readings; batches of fewer than {least} have no limits, and count for those after them"
    return {"n": sum(row["exams"] for row in rows), "counted": counted, "batches": [_of_batch(each) for each in chart]}


def _of_batch(charted: batches.Charted) -> dict[str, Any]:
    said: dict[str, Any] = {"batch": charted.batch.name, "cases": charted.batch.cases, "exams": charted.batch.exams}
    said["share"] = None if charted.share is None else number(charted.share)
    said["centre"] = None if charted.centre is None else number(charted.centre)
    said["limits"] = None if charted.limits is None else interval(charted.limits)
    if charted.reason is not None:
        said[NOT_ESTIMABLE] = dict.fromkeys(("centre", "limits"), reason(charted.reason))
    return {**said, "signal": charted.signal}


KINDS: Mapping[str, Callable[[Entry], Answer]] = MappingProxyType(
    {
        "two_rater_table": _two_rater_table,
        "count_matrix": _count_matrix,
        "raters_by_units": _raters_by_units,
        "icc": _icc,
        "bland_altman": _bland_altman,
        "proportion": _proportion,
        "graded_pairs": graded_pairs,
        "measured_pairs": measured_pairs,
        "blinding": _blinding,
        "p_chart": _p_chart,
    }
)
"""By the word in ``kind``."""
