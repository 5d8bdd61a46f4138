"""What changes from batch to batch: the share of exams with a case, on a p-chart."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from corelab.domain.agreement.estimate import Interval, Undefined


@dataclass(frozen=True, slots=True)
class Batch:
    """Exams with two signed readings, and how many of them have a case."""

    name: str
    cases: int
    exams: int


@dataclass(frozen=True, slots=True)
class Charted:
    """A batch on the chart: its share, the centre (all exams before it) and the limits, or why it has none. ``signal``: it lies outside."""

    batch: Batch
    share: float | None
    centre: float | None
    limits: Interval | None
    reason: Undefined | None
    signal: bool


def p_chart(batches: Iterable[Batch], least: int) -> tuple[Charted, ...]:
    """The batches in order of time (Cohen 2015). A batch of fewer than ``least`` exams has no limits, yet counts for those after it."""
    charted: list[Charted] = []
    before: list[Batch] = []
    for batch in batches:
        charted.append(_charted(batch, before, least))
        before.append(batch)
    return tuple(charted)


def _charted(batch: Batch, before: Sequence[Batch], least: int) -> Charted:
    share = Fraction(batch.cases, batch.exams) if batch.exams else None
    exams = sum(each.exams for each in before)
    said = float(share) if share is not None else None
    if share is None or batch.exams < least:
        return Charted(batch, said, None, None, Undefined.BATCH_TOO_SMALL, signal=False)
    if not exams:
        return Charted(batch, said, None, None, Undefined.NOTHING_BEFORE, signal=False)
    centre = Fraction(sum(each.cases for each in before), exams)
    limits = limits_of(float(centre), batch.exams)
    return Charted(batch, said, float(centre), limits, None, signal=not limits.low <= float(share) <= limits.high)


def limits_of(centre: float, exams: int) -> Interval:
    """Centre -+ 3 sqrt(centre (1 - centre) / exams), not below 0 (Shewhart's three standard errors)."""
    reach = 3 * math.sqrt(centre * (1 - centre) / exams)
    return Interval(max(centre - reach, 0.0), centre + reach)
