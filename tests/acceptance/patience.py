"""Waiting for something to become so: looked at again and again, with a limit that only a broken program reaches."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT_S = 60.0


def soon(what: str, look: Callable[[], T | None], *, limit_s: float = LIMIT_S, every_s: float = 0.05) -> T:
    """The first answer of ``look`` that is true; fails with ``what`` when there is none in time."""
    end = time.monotonic() + limit_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit_s:.0f} s: {what}")
        time.sleep(every_s)
