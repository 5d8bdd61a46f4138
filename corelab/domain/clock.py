"""Where times come from. Handed in by the composition root, so that rules and tests need no real time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and the local offset."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...

    def offset_minutes(self) -> int:
        """Local time minus UTC, in minutes."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place where the time is read

    def offset_minutes(self) -> int:
        offset = datetime.now(UTC).astimezone().utcoffset()  # noqa: TID251 - the same
        return int(offset.total_seconds() // 60) if offset else 0


def stamp(at: datetime) -> str:
    """``2026-01-12T08:00:00.000Z``: how a time is written in records. Refuses a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without zone cannot be recorded")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
