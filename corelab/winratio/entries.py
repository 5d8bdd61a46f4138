"""--data: examples with known answers, each with its subjects by arm, or with published counts only."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from corelab.domain.winratio import Better, Estimates, Figure, NotEstimable, Stratum, Tier, Values, compare, ratio_of_counts
from corelab.winratio.answers import LABEL, compared, figures
from corelab.winratio.faults import Fault, FilesFaultyError
from corelab.winratio.numbers import NoNumberError, number
from corelab.winratio.tiers import faults_of_entry, tier_of

_ARMS = ("arm_A", "arm_B")
_COUNTS = ("wins_by_tier", "losses_by_tier")


def answers_of(path: Path) -> list[dict[str, Any]]:
    """One document for each entry of the file. Raises FilesFaultyError."""
    entries = _entries(path)
    faults = [Fault(str(path), None, f"{_name(place, entry)}: {what}") for place, entry in enumerate(entries) for what in _faults(entry)]
    if faults:
        raise FilesFaultyError(faults)
    return [{"name": _name(place, entry), **_answer(entry)} for place, entry in enumerate(entries)]


def _entries(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"), parse_float=str)  # numbers stay as they were written
    except OSError as error:
        raise FilesFaultyError((Fault(str(path), None, f"cannot be read ({error.strerror or type(error).__name__})"),)) from error
    except json.JSONDecodeError as error:
        raise FilesFaultyError((Fault(str(path), error.lineno, f"is no JSON ({error.msg})"),)) from error
    except (ValueError, RecursionError) as error:
        raise FilesFaultyError((Fault(str(path), None, f"is no JSON ({type(error).__name__})"),)) from error
    entries = found.get("entries", [found]) if isinstance(found, dict) else None
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise FilesFaultyError((Fault(str(path), None, "holds neither an entry nor a list of entries"),))
    return entries


def _name(place: int, entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or f"entry {place + 1}")


def _faults(entry: Mapping[str, Any]) -> Iterator[str]:
    if all(key in entry for key in _ARMS):
        yield from _arm_faults(entry)
    elif all(key in entry for key in _COUNTS):
        yield from _count_faults(entry)
    else:
        yield f"has neither {' and '.join(_ARMS)} nor {' and '.join(_COUNTS)}"


def _arm_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    tiers = entry.get("tiers")
    if not isinstance(tiers, list) or not tiers:
        yield "has no tiers"
        return
    for place, tier in enumerate(tiers, 1):
        yield from (f"tier {place}: {what}" for what in _tier_faults(tier))
    for arm in _ARMS:
        rows = entry[arm]
        if not isinstance(rows, list):
            yield f"{arm} is no list of subjects"
            continue
        for place, row in enumerate(rows, 1):
            if not isinstance(row, list) or len(row) != len(tiers) or not all(_is_value(value) for value in row):
                yield f"{arm} subject {place} is not a list of {len(tiers)} numbers (null: missing)"


def _tier_faults(tier: object) -> Iterator[str]:
    if isinstance(tier, dict):
        yield from (what for _, what in faults_of_entry(tier, placed=False))
    elif not isinstance(tier, str) or not tier.endswith((" higher better", " lower better")):
        yield "write 'NAME higher better' or 'NAME lower better', or a table as in a tiers file"


def _count_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    lists = [entry[key] for key in _COUNTS]
    for key, counts in zip(_COUNTS, lists, strict=True):
        if not isinstance(counts, list) or not counts or not all(type(count) is int and count >= 0 for count in counts):
            yield f"{key} is no list of counts"
            return
    if len(lists[0]) != len(lists[1]):
        yield "has not as many counts of wins as of losses"


def _is_value(value: object) -> bool:
    try:
        return value is None or (type(value) in (int, str) and number(str(value)) is not None)
    except NoNumberError:
        return False


def _answer(entry: Mapping[str, Any]) -> dict[str, Any]:
    if _ARMS[0] in entry:
        tiers = tuple(tier_of(tier) if isinstance(tier, dict) else _tier(tier) for tier in entry["tiers"])
        one, other = (tuple(_values(row) for row in entry[arm]) for arm in _ARMS)
        return compared(tiers, compare(tiers, (Stratum("", one, other),)))
    return _published(entry["wins_by_tier"], entry["losses_by_tier"])


def _tier(text: str) -> Tier:
    name, better, _ = text.rsplit(" ", 2)
    return Tier(name, Better(better))


def _values(row: Sequence[int | str | None]) -> Values:
    return tuple(None if value is None else Decimal(str(value)) for value in row)


def _published(wins: Sequence[int], losses: Sequence[int]) -> dict[str, Any]:
    """Published counts tell no ties, so nothing but the ratio follows from them."""
    counts = {"wins": sum(wins), "losses": sum(losses), "ties": None}
    unknown = Figure.without(NotEstimable.COUNTS_ONLY)
    estimates = Estimates(ratio_of_counts(sum(wins), sum(losses)), unknown, unknown, NotEstimable.COUNTS_ONLY)
    tiers = [
        {"name": f"tier {place}", "wins": won, "losses": lost, "ties": None} for place, (won, lost) in enumerate(_both(wins, losses), 1)
    ]
    return {"label": LABEL, **counts, **figures(estimates, counts), "by_tier": [list(each) for each in _both(wins, losses)], "tiers": tiers}


def _both(wins: Sequence[int], losses: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(wins, losses, strict=True))
