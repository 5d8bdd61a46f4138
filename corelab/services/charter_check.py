"""What is wrong in a charter file, what changed since another one, and how many cases it would make: needs no lab."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corelab.domain.charter import CharterError, Fault, Level, check_charter, content_hash, load_charter
from corelab.domain.charter.step import Change, Step, changes, step_between, successor_faults
from corelab.domain.forecast.load import Forecast, foretold, too_many
from corelab.domain.forecast.rates import Rates, read_rates

_TOP = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True)
class Compared:
    """A charter beside an earlier version. ``needed``: the step that the changes need, ``given``: the one that the numbers make."""

    version: str
    sha256: str
    changes: tuple[Change, ...]
    needed: Step
    given: Step


@dataclass(frozen=True, slots=True)
class Report:
    """All that is to be told of a charter file, in file order. ``version`` and the others are None where the file does not say them."""

    format: int | None
    charter: str | None
    version: str | None
    sha256: str | None
    faults: tuple[Fault, ...]
    against: Compared | None = None
    forecast: Forecast | None = None

    @property
    def errors(self) -> int:
        return sum(fault.level is Level.ERROR for fault in self.faults)

    @property
    def warnings(self) -> int:
        return len(self.faults) - self.errors

    @property
    def ok(self) -> bool:
        return not self.errors


def check(
    data: bytes,
    *,
    against: bytes | None = None,
    rates: bytes | None = None,
    exams: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Report:
    """Everything that is found, at once. ``rates`` are only used with a charter that has no error.

    Raises CharterError when ``against`` is no sound charter itself, RatesError when the rates do not fit.
    """
    checked = check_charter(data)
    tree = _tree(data)
    faults = list(checked.faults)
    before = load_charter(against) if against is not None else None
    compared = None
    if against is not None and before is not None and _header_sound(tree, checked.faults):
        faults += successor_faults(_tree(against), tree)
        compared = _compared(_tree(against), tree, before.hash)
    forecast = None
    if rates is not None and checked.charter is not None:
        known: Rates = read_rates(checked.charter, rates)
        forecast = foretold(checked.charter, known, exams, told or (lambda _done, _of: None))
        faults += [warning] if (warning := too_many(forecast)) else []
    order = {key: n for n, key in enumerate(tree)}
    faults.sort(key=lambda fault: order.get(_TOP.split(fault.path)[0], len(order)))
    header = tree.get("charter")
    return Report(
        format=_whole(tree.get("format")),
        charter=_said(header, "id"),
        version=_said(header, "version"),
        sha256=_hash(data),
        faults=tuple(faults),
        against=compared,
        forecast=forecast,
    )


def _compared(old: dict[str, Any], new: dict[str, Any], sha256: str) -> Compared:
    version, found = str(old["charter"]["version"]), changes(old, new)
    needed = max((change.step for change in found), default=Step.NONE)
    return Compared(version, sha256, found, needed, step_between(version, new["charter"]["version"]))


def _header_sound(tree: dict[str, Any], faults: tuple[Fault, ...]) -> bool:
    """Whether the file says which charter and version it is, so that it can be compared with another."""
    wrong = any(fault.path.startswith("charter") or fault.code == "C00" for fault in faults if fault.level is Level.ERROR)
    return bool(tree) and not wrong


def _tree(data: bytes) -> dict[str, Any]:
    """Nothing where the file is no charter at all; its fault is known."""
    try:
        content_hash(data)
    except CharterError:
        return {}
    return tomllib.loads(data.decode("utf-8"))


def _hash(data: bytes) -> str | None:
    try:
        return content_hash(data)
    except CharterError:
        return None


def _said(header: Any, key: str) -> str | None:
    value = header.get(key) if isinstance(header, dict) else None
    return value if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None
