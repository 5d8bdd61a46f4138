"""A vessel's cross-section or longitudinal cut in millimetres: where a point lies in it, and its outline."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""An array of float32; points and maps are kept in it because double would cost twice the time and show nothing more."""

MARGIN = 3.0
"""Tissue beside the picture in mm, which moves in under pressure."""
_LONG = 400.0
"""Half width in mm of a vessel cut along its length: straight as far as the picture goes."""


@dataclass(frozen=True, slots=True)
class Vessel:
    """An ellipse (mm) with harmonics ``(order, amplitude, phase)`` on its rim, sheared by ``tilt`` mm per mm.

    Shear instead of rotation: a vertical squeeze then scales every vertical chord by the same factor.
    """

    x: float
    y: float
    half_width: float
    half_height: float
    tilt: float = 0.0
    harmonics: tuple[tuple[int, float, float], ...] = ()

    @property
    def lengthwise(self) -> bool:
        return self.half_width >= _LONG

    def offsets(self, x: Field, y: Field) -> tuple[Field, Field]:
        """Distances from the centre in half widths and half heights."""
        across = (x - np.float32(self.x)) * np.float32(1 / self.half_width)
        down = (y - np.float32(self.y) - np.float32(self.tilt) * (x - np.float32(self.x))) * np.float32(1 / self.half_height)
        return across, down

    def radius(self, x: Field, y: Field) -> Field:
        """0 in the centre, 1 on the plain ellipse."""
        across, down = self.offsets(x, y)
        return np.asarray(np.sqrt(across * across + down * down), dtype=np.float32)

    def relative(self, x: Field, y: Field) -> Field:
        """0 in the centre, 1 on the outline, harmonics included."""
        across, down = self.offsets(x, y)
        return np.asarray(np.sqrt(across * across + down * down) / self.rim(np.arctan2(down, across)), dtype=np.float32)

    def rim(self, angle: Field) -> Field:
        wave = np.ones_like(angle)
        for order, amplitude, phase in self.harmonics:
            wave += np.float32(amplitude) * np.cos(np.float32(order) * angle + np.float32(phase))
        return wave

    def outline(self, points: int, width: float, scale: float = 1.0) -> Field:
        """(n, 2) points in mm, closed; a vessel cut lengthwise ends at the picture's sides (0 and ``width``)."""
        if self.lengthwise:
            return self._band(points // 2, width, scale)
        angle = np.linspace(0, 2 * np.pi, points, endpoint=False, dtype=np.float32)
        radius = self.rim(angle) * np.float32(scale)
        across = np.float32(self.half_width) * radius * np.cos(angle)
        down = np.float32(self.half_height) * radius * np.sin(angle)
        return np.stack([self.x + across, self.y + self.tilt * across + down], axis=1).astype(np.float32)

    def _band(self, points: int, width: float, scale: float) -> Field:
        x = np.linspace(0, width, points, dtype=np.float32)
        middle = self.y + self.tilt * (x - self.x)
        top = np.stack([x, middle - self.half_height * scale], axis=1)
        bottom = np.stack([x, middle + self.half_height * scale], axis=1)
        return np.concatenate([top, bottom[::-1]]).astype(np.float32)


def lengthwise(y: float, half_height: float, tilt: float, x: float) -> Vessel:
    """A vessel cut along its length, at depth ``y`` under ``x``."""
    return Vessel(x, y, _LONG, half_height, tilt)
