"""Checks of single values: each answers what may be written, or nothing."""

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from corelab.imaging.deid.policy import Policy, Rule

_WHOLE = frozenset({"IS", "US", "UL", "SS", "SL"})


def values_of(value: Any) -> list[Any]:
    """One or more values as a list; nothing, empty text and empty lists give an empty one."""
    if value is None or isinstance(value, str):
        return [value] if value else []
    if isinstance(value, bytes | int | float | Decimal):
        return [value]
    return list(value) if isinstance(value, Sequence) else [value]


def kept_codes(rule: Rule, value: Any) -> list[str]:
    """The leading values that stand in the rule's lists, one list per position."""
    kept = []
    for listed, word in zip(rule.argument.split("\\"), values_of(value), strict=False):
        text = str(word).strip(" \0")
        if text not in listed.split("|"):
            break
        kept.append(text)
    return kept


def kept_numbers(rule: Rule, value: Any) -> list[str | int | float]:
    """The values re-formatted; none when one is no finite number in the range, or when there are several and the rule has no ``*``."""
    low, high = (float(bound) for bound in rule.argument.rstrip("*").split(".."))
    numbers = [number_of(item) for item in values_of(value)]
    if len(numbers) > 1 and not rule.argument.endswith("*"):
        return []
    if not all(number is not None and low <= number <= high for number in numbers):
        return []
    return [_formatted(rule.vr, number) for number in numbers if number is not None]


def number_of(item: Any) -> Decimal | None:
    """A finite decimal, or None for anything else: text of a number is re-read, never copied."""
    try:
        number = Decimal(str(item).strip(" \0"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _formatted(vr: str, number: Decimal) -> str | int | float:
    if vr == "FD":
        return float(f"{float(number):.9g}")  # a whole double has room for letters behind the digits that anybody measures
    if vr in _WHOLE:
        return str(int(number)) if vr == "IS" else int(number)
    return decimal_text(float(number))


def decimal_text(number: float) -> str:
    """A DS value: at most 16 characters."""
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    text = repr(round(number, 9))
    if len(text) > 16:
        text = f"{number:.9g}"
    return text.removesuffix(".0")


def known_device(policy: Policy, manufacturer: str, model: str, software: Sequence[str]) -> tuple[str, str, tuple[str, ...]]:
    """(manufacturer, model, versions) as they may be written: OTHER or UNKNOWN for a maker that is not listed, empty for the rest."""
    if (manufacturer, "", "") not in policy.devices:
        return ("OTHER" if manufacturer else "UNKNOWN"), "", ()
    if (manufacturer, model, "") not in policy.devices:
        return manufacturer, "", ()
    return manufacturer, model, tuple(version for version in software if version and (manufacturer, model, version) in policy.devices)
