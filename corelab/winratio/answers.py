"""What the program answers: one document, and the same in words. A figure without a value says why, with the counts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from corelab.domain.winratio import Estimates, Figure, Interval, NotEstimable, Tally, Tier, TierCount, Variance, by_tier, estimates_of
from corelab.winratio.trial import Trial

LABEL = "check of the analysis, not the analysis of record"

_WHY = MappingProxyType(
    {
        NotEstimable.NO_PAIRS: "there is no pair: an arm has no subjects",
        NotEstimable.ALL_TIES: "every pair ties",
        NotEstimable.NO_WINS: "there are no wins",
        NotEstimable.NO_LOSSES: "there are no losses",
        NotEstimable.ONE_SUBJECT: "an arm has one subject only, in a stratum or in all",
        NotEstimable.NO_SPREAD: "the variance estimated from these pairs is not positive",
        NotEstimable.COUNTS_ONLY: "only counts are given, no subjects",
    }
)
_NAMES = MappingProxyType({"WR": "win ratio", "NB": "net benefit", "WO": "win odds"})


def compared(tiers: Sequence[Tier], tallies: Sequence[Tally]) -> dict[str, Any]:
    """Counts and figures of compared pairs."""
    estimates, tiered = estimates_of(tallies), by_tier(tallies)
    wins, losses = sum(each.wins for each in tiered), sum(each.losses for each in tiered)
    counts = {"wins": wins, "losses": losses, "ties": sum(tally.pairs for tally in tallies) - wins - losses}
    return {
        "label": LABEL,
        **counts,
        **figures(estimates, counts),
        "by_tier": [[each.wins, each.losses] for each in tiered],
        "tiers": [_tier(tier, count) for tier, count in zip(tiers, tiered, strict=True)],
    }


def of_trial(trial: Trial, tallies: Sequence[Tally]) -> dict[str, Any]:
    """The document of a trial: who was compared, what was missing, and what a person should know."""
    document = compared(trial.tiers, tallies)
    for tier, missing in zip(document["tiers"], trial.missing, strict=True):
        tier["missing_values"] = dict(missing)
    return {
        **document,
        "arms": {
            "treatment": {"name": trial.treatment, "subjects": sum(len(each.treatment) for each in trial.strata)},
            "control": {"name": trial.control, "subjects": sum(len(each.control) for each in trial.strata)},
        },
        "strata": [_stratum(tally) for tally in tallies] if trial.stratified else [],
        "notes": list(trial.notes),
    }


def figures(estimates: Estimates, counts: Mapping[str, Any]) -> dict[str, Any]:
    """The plain keys rest on the null variance; ``unrestricted`` holds the other interval; ``not_estimable`` says what has no value."""
    named = {"WR": estimates.ratio, "NB": estimates.benefit, "WO": estimates.odds}
    found: dict[str, Any] = {}
    for name, figure in named.items():
        found |= {name: _value(figure.value), **_interval(name, figure.interval(Variance.NULL))}
    unrestricted = {key: value for name, figure in named.items() for key, value in _interval(name, figure.unrestricted).items()}
    return {
        **found,
        "variance": Variance.NULL.value,
        Variance.UNRESTRICTED.value: unrestricted,
        "FS_z": _value(estimates.z),
        "not_estimable": dict(_reasons(named, estimates.z, counts)),
    }


def in_words(document: Mapping[str, Any], tiers: Sequence[Mapping[str, Any]], title: str) -> str:
    """The document as lines for a person."""
    arms = document.get("arms")
    head = [title, f"({LABEL})"]
    if arms:
        head.append(" against ".join(f"{arm['name']} ({arm['subjects']} subjects)" for arm in (arms["treatment"], arms["control"])))
    lines = [*head, "", f"{'tier':<32}{'wins':>10}{'losses':>10}{'ties':>10}"]
    lines += [f"{tier['name'][:30]:<32}{tier['wins']:>10}{tier['losses']:>10}{_shown(tier['ties']):>10}" for tier in tiers]
    lines += [f"{'all':<32}{document['wins']:>10}{document['losses']:>10}{_shown(document['ties']):>10}", ""]
    lines += [_figure_line(document, name) for name in _NAMES]
    z = document["FS_z"]
    lines.append(f"Finkelstein-Schoenfeld z: {document['not_estimable']['FS_z'] if z is None else f'{z:.4f}'}")
    return "\n".join((*lines, *(f"{tier['name']}: missing {_listed(tier)}" for tier in tiers if tier.get("missing_values"))))


def _figure_line(document: Mapping[str, Any], name: str) -> str:
    reasons, label = document["not_estimable"], f"{_NAMES[name]}:"
    if document[name] is None:
        return f"{label:<13}{reasons[name]}"
    why = [reasons.get(f"{name}_lo"), reasons.get(f"unrestricted.{name}_lo")]
    value = f"{label:<13}{document[name]:.5f}   95 % "
    if why[0] is not None and why[0] == why[1]:
        return f"{value}interval {why[0]}"
    null = _interval_words(document, name, Variance.NULL, why[0])
    return f"{value}{null}; {_interval_words(document[Variance.UNRESTRICTED.value], name, Variance.UNRESTRICTED, why[1])}"


def _interval_words(of: Mapping[str, Any], name: str, variance: Variance, reason: str | None) -> str:
    low, high = of[f"{name}_lo"], of[f"{name}_hi"]
    return f"{variance.value} {reason or f'{low:.5f} to {high:.5f}'}"


def _listed(tier: Mapping[str, Any]) -> str:
    return ", ".join(f"{word} {count}" for word, count in tier["missing_values"].items())


def _shown(count: int | None) -> str:
    return "-" if count is None else str(count)


def _tier(tier: Tier, count: TierCount) -> dict[str, Any]:
    rule = {"name": tier.name, "better": tier.better.value, "margin": str(tier.margin), "missing": tier.missing.value}
    return {**rule, "wins": count.wins, "losses": count.losses, "ties": count.ties}


def _stratum(tally: Tally) -> dict[str, Any]:
    subjects = {"treatment": len(tally.treatment), "control": len(tally.control)}
    return {"name": tally.name, **subjects, "wins": tally.wins, "losses": tally.losses, "ties": tally.ties}


def _value(value: float | NotEstimable) -> float | None:
    return None if isinstance(value, NotEstimable) else value


def _interval(name: str, interval: Interval | NotEstimable) -> dict[str, float | None]:
    low, high = (None, None) if isinstance(interval, NotEstimable) else (interval.low, interval.high)
    return {f"{name}_lo": low, f"{name}_hi": high}


def _reasons(named: Mapping[str, Figure], z: float | NotEstimable, counts: Mapping[str, Any]) -> dict[str, str]:
    why: dict[str, float | Interval | NotEstimable] = {"FS_z": z}
    for name, figure in named.items():
        why |= {name: figure.value, f"{name}_lo": figure.null, f"{name}_hi": figure.null}
        why |= {f"unrestricted.{name}_lo": figure.unrestricted, f"unrestricted.{name}_hi": figure.unrestricted}
    told = ", ".join(f"{key} {_shown(count)}" for key, count in counts.items())
    return {key: f"not estimable: {_WHY[each]} ({told})" for key, each in why.items() if isinstance(each, NotEstimable)}
