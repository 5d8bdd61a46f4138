"""Batches of one reader: how many exams they hold, where exams stand in them, and when the reader may begin the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from math import ceil


class Wait(Enum):
    """Why a reader begins no further exam now."""

    BATCH = "batch"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Shut:
    """Nothing new is begun before ``opens``, 0:00 UTC of that day."""

    wait: Wait
    opens: date


@dataclass(frozen=True, slots=True)
class Limits:
    """How a charter paces a reader: exams per batch, days from the end of a batch to the next, exams per day of reading."""

    batch_exams: int
    batch_gap_days: int
    session_exams: int
    repeat_share: float = 0.0


def repeats_due(share: float, signed: int) -> int:
    """How many hidden repeats follow a batch of which so many exams were signed; exact on the digits of the charter."""
    return ceil(Decimal(str(share)) * signed)


def room(limits: Limits, ordinal: int) -> int:
    """How many first readings a reader's n-th batch takes: every batch but the first keeps places free for hidden repeats."""
    kept_free = repeats_due(limits.repeat_share, limits.batch_exams) if ordinal > 1 else 0
    return max(1, limits.batch_exams - kept_free)


def filled(limits: Limits, groups: Sequence[int], *, last: int, ordinal: int, holds: int, fresh: int) -> tuple[int, ...]:
    """The batch of every group of exams (given by its size), in order: the last batch is filled up first.

    ``last`` is the reader's last batch of this kind of reading, the ``ordinal``-th, with ``holds`` first readings; all are 0 where there
    is none. ``fresh`` is the number of the next new batch. A group is never divided: one larger than a batch has a batch of its own.
    """
    batch, used, found = last, holds, []
    for size in groups:
        if batch == 0 or (used and used + size > room(limits, ordinal)):
            batch, fresh, used, ordinal = fresh, fresh + 1, 0, ordinal + 1
        used += size
        found.append(batch)
    return tuple(found)


def door(limits: Limits, now: datetime, *, before: Iterable[datetime], signed: Iterable[datetime]) -> Shut | None:
    """Whether the reader has to wait before the next exam is begun; None: it may be begun.

    ``before``: when the exams of the batch before were signed first. ``signed``: when this reader signed anything first. A session is a
    day in UTC: signing out and in again is no rest.
    """
    today = now.astimezone(UTC).date()
    done = [at.astimezone(UTC).date() for at in before]
    waits = [Shut(Wait.BATCH, max(done) + timedelta(days=limits.batch_gap_days))] if done else []
    if sum(at.astimezone(UTC).date() == today for at in signed) >= limits.session_exams:
        waits.append(Shut(Wait.SESSION, today + timedelta(days=1)))
    return max((one for one in waits if one.opens > today), key=lambda one: one.opens, default=None)


# ---------------------------------------------------------------- places in an order


def order_key(batch: int, place: int, joined: int = 0) -> str:
    """Sorts as text: all of a batch before the next one; ``joined`` numbers those that came between two places later."""
    return f"{batch:06d}-{place:06d}" + (f".{joined:03d}" if joined else "")


def place_of(key: str) -> tuple[int, int, int]:
    """(batch, place, joined) of an order key."""
    batch, _, rest = key.partition("-")
    place, _, joined = rest.partition(".")
    return int(batch), int(place), int(joined or 0)
