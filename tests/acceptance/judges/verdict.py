"""What somebody else's program or library says of a package."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """``looked_at`` counts what was looked at, counted in ``of``; no ``faults``: nothing to say against it."""

    judge: str
    on: str
    looked_at: int
    of: str
    faults: tuple[str, ...] = ()
    absent: str = ""
    """Why the judge could not be asked."""

    @property
    def word(self) -> str:
        return f"not asked: {self.absent}" if self.absent else f"{len(self.faults)} faults" if self.faults else "no fault"


Judge = Callable[[Path], Verdict]
