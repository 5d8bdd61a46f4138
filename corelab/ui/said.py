"""The three sentences of an error: what happened, what was kept, what to do now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """The first sentence stands as the title of the message."""

    happened: str
    kept: str
    do: str

    @property
    def all(self) -> str:
        return f"{self.happened} {self.kept} {self.do}"


def said(happened: str, kept: str, do: str) -> Callable[[Any], Words]:
    """The same words whatever the error carries."""
    return lambda _error: Words(happened, kept, do)
