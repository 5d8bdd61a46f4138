"""Window and level of an 8-bit image: which grey values spread over black to white. What is stored never changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FULL: Final = 255.0


@dataclass(frozen=True, slots=True)
class Windowing:
    """``width`` grey values around ``level`` are spread over the whole range; 255 around 127.5 leaves the image as it is."""

    width: float = _FULL
    level: float = _FULL / 2

    @property
    def plain(self) -> bool:
        return self == Windowing()

    def dragged(self, dx: float, dy: float) -> Self:
        """A drag to the right widens the window, a drag up brightens the image; a logical pixel is one grey value."""
        width = max(2.0, min(self.width + dx, 2 * _FULL))
        return type(self)(width, max(0.0, min(self.level + dy, _FULL)))

    def table(self) -> "NDArray[np.uint8]":
        """256 grey values, by grey value."""
        low = self.level - self.width / 2
        spread = (np.arange(256, dtype=np.float64) - low) * (_FULL / self.width)
        return np.clip(np.rint(spread), 0, _FULL).astype(np.uint8)

    def applied(self, pixels: "memoryview[int]") -> "NDArray[np.uint8]":
        """The bytes of an image through the table. Shape: as many as came in, flat."""
        return np.take(self.table(), np.frombuffer(pixels, dtype=np.uint8))
