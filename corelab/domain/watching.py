"""How long, how often and how fast one clip was shown: beside the frames, what proves that it was looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Watched:
    """``seconds`` of active reading with the clip on screen; ``passes``: how often all frames that can be shown were shown.

    ``speeds`` at which it played, in percent of the file's own, in order; none where it was only stepped through.
    """

    seconds: int = 0
    passes: int = 0
    speeds: tuple[int, ...] = ()

    def at_speeds(self, speeds: Iterable[int]) -> Self:
        return replace(self, speeds=tuple(sorted({*self.speeds, *speeds})))

    def to_json(self) -> dict[str, Any]:
        return {"passes": self.passes, "seconds": self.seconds, "speeds": list(self.speeds)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(value["seconds"], value["passes"], tuple(value["speeds"]))
