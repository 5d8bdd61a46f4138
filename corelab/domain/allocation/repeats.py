"""Which exams come back to their reader as hidden repeats."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from corelab.domain.allocation.chance import Purpose, ranked


def chosen_repeats(  # noqa: PLR0913 - what the choice depends on
    seed: str, reader: str, signed: Mapping[str, datetime], *, repeated: Collection[str], due: int, now: datetime, min_days: int
) -> tuple[str, ...]:
    """At most ``due`` of the exams that this reader signed at least ``min_days`` ago and that never came back: the smallest keys.

    ``signed``: when each exam was signed first.
    """
    latest = now - timedelta(days=min_days)
    able = [exam for exam, at in signed.items() if at <= latest and exam not in repeated]
    return ranked(seed, Purpose.REPEAT, (reader,), able)[: max(0, due)]
