"""Entries that hold the pairs themselves, each with its subject: figures with an interval by subject, and what NE, NI and NA became."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from corelab.domain.agreement import measured
from corelab.domain.agreement.bootstrap import LEAST_REPETITIONS, MOST_REPETITIONS, Chance, resampled_measures, with_resampling
from corelab.domain.agreement.graded_pairs import NA, NE, NI, GradedPair, agreement, coverage, drift
from corelab.domain.agreement.two_readers import MOST_CATEGORIES, Weights
from corelab.export.agreement.figures import chance, coverage_shown, drift_shown, figures_shown, limits, put, put_by_subject
from corelab.services.agreement.entry import Answer, Entry, is_number, short

MOST_SUBJECTS = 10_000
_MISSING = (NA, NE, NI)
_REPETITIONS = 2000
_GRADED = "pairs that both readers graded; NE is left out of without_ne and is a category of its own in with_ne; NA and NI never enter"
_MEASURED = "pairs that both readers measured; NA, NE and NI are left out"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


_TEXT = (_is_text, "a text")


def graded_pairs(entry: Entry) -> Answer:
    """Pairs of grades of one item."""
    categories = entry.row("categories", _is_text, "a text")
    if not 1 < len(categories) < MOST_CATEGORIES:
        entry.fault("categories", f"2 to {MOST_CATEGORIES - 1} are needed, not {len(categories)}")
    if twice := [each for each, times in Counter(map(str, categories)).items() if times > 1]:
        entry.fault("categories", f"each stands once, not {', '.join(map(short, twice))}")
    if taken := [each for each in categories if each in _MISSING]:
        entry.fault("categories", f"{', '.join(taken)} cannot be a category")
    known = [each for each in (*categories, *_MISSING) if isinstance(each, str)]
    grade = (lambda value: value in known, f"one of {', '.join(dict.fromkeys(known))}")
    rows = _pairs(entry, {"subject": _TEXT, "reader_1": grade, "reader_2": grade})
    for n, row in enumerate(rows):
        if isinstance(row, dict) and not isinstance(row.get("batch", ""), str):
            entry.fault(f"pairs[{n}].batch", f"a text is needed, not {short(row['batch'])}")
    weights = Weights(entry.one_of("weights", [each.value for each in Weights], Weights.LINEAR.value))
    return partial(_of_graded, rows, categories, weights, _chance(entry))


def _of_graded(rows: Sequence[Mapping[str, str]], categories: Sequence[str], weights: Weights, by: Chance) -> dict[str, Any]:
    pairs = [GradedPair(row["subject"], row["reader_1"], row["reader_2"], row.get("batch", "")) for row in rows]
    found = agreement(pairs, categories, by)
    answer = {
        "n": found.coverage.graded,
        "counted": _GRADED,
        "coverage": coverage_shown(found.coverage),
        "bootstrap": chance(by),
        "without_ne": figures_shown(found.without_ne),
        "with_ne": figures_shown(found.with_ne),
    }
    if any(pair.batch for pair in pairs):
        answer["drift_weights"] = weights.value
        answer["batches"] = [drift_shown(each, categories) for each in drift(pairs, categories, weights)]
    return answer


def measured_pairs(entry: Entry) -> Answer:
    """Pairs of measured values of one item, in its unit."""
    value = (lambda held: held in _MISSING if isinstance(held, str) else is_number(held), f"a number or one of {', '.join(_MISSING)}")
    rows = _pairs(entry, {"subject": _TEXT, "reader_1": value, "reader_2": value})
    return partial(_of_measured, rows, _chance(entry))


def _of_measured(rows: Sequence[Mapping[str, Any]], by: Chance) -> dict[str, Any]:
    held: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if not {row["reader_1"], row["reader_2"]} & set(_MISSING):
            held.setdefault(row["subject"], []).append((row["reader_1"], row["reader_2"]))
    pairs = [pair for each in held.values() for pair in each]
    met = coverage(GradedPair(row["subject"], _code(row["reader_1"]), _code(row["reader_2"])) for row in rows)
    answer: dict[str, Any] = {"n": len(pairs), "counted": _MEASURED, "coverage": coverage_shown(met), "bootstrap": chance(by)}
    found = measured.icc(pairs)
    differences = measured.limits_of_agreement([a for a, _ in pairs], [b for _, b in pairs])
    again = resampled_measures(held, by)
    put(answer, "ICC(2,1)", found.two_one)
    put_by_subject(answer, "ICC(2,1)", with_resampling(found.two_one, again.two_one))
    limits(answer, differences)
    put_by_subject(answer, "mean_diff", with_resampling(differences.mean, again.mean))
    put_by_subject(answer, "loa_1.96_low", with_resampling(differences.low, again.low))
    put_by_subject(answer, "loa_1.96_high", with_resampling(differences.high, again.high))
    return answer


def _code(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _pairs(entry: Entry, fits: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = entry.objects("pairs", fits)
    subjects = {str(row.get("subject")) for row in rows if isinstance(row, dict)}
    if len(subjects) > MOST_SUBJECTS:
        entry.fault("pairs", f"at most {MOST_SUBJECTS} subjects, not {len(subjects)}")
    return rows


def _chance(entry: Entry) -> Chance:
    seed = entry.whole("seed", 0, 2**63 - 1)
    return Chance(seed, entry.whole("repetitions", LEAST_REPETITIONS, MOST_REPETITIONS, otherwise=_REPETITIONS))
