"""Times as people read them; records keep UTC."""

from datetime import datetime, timedelta, timezone

from corelab.domain.clock import Clock


def local(at: datetime, clock: Clock) -> datetime:
    """``at`` in the local time of this workstation."""
    return at.astimezone(timezone(timedelta(minutes=clock.offset_minutes())))


def clock_time(at: datetime, clock: Clock) -> str:
    """``14:02:07``, local."""
    return local(at, clock).strftime("%H:%M:%S")


def with_zone(clock: Clock) -> str:
    """Now, with the zone, as a signature shows it: ``2026-01-12 09:00:00 (UTC+01:00)``."""
    now = local(clock.now(), clock)
    return f"{now:%Y-%m-%d %H:%M:%S} ({now.tzname()})"


def ago(at: datetime, clock: Clock) -> str:
    """``today 14:02``, ``yesterday 16:48``, ``3 days ago``: near times by the clock, far ones by the day."""
    then, now = local(at, clock), local(clock.now(), clock)
    days = (now.date() - then.date()).days
    if days <= 1:
        return f"{'today' if days <= 0 else 'yesterday'} {then:%H:%M}"
    return f"{days} days ago" if days < 60 else f"{then:%Y-%m-%d}"
