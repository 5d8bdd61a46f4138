"""Where an image lies in its view: zoom, pan, and the way between points of the view and points of the image."""

from dataclasses import dataclass, replace
from typing import Final, Self

ZOOM_LEAST: Final = 0.1
ZOOM_MOST: Final = 32.0
_SNAP: Final = 0.04


@dataclass(frozen=True, slots=True)
class Placement:
    """An image of ``image`` pixels in a view of ``view`` device pixels.

    ``zoom`` is device pixels per image pixel (None: as large as fits); ``centre`` is the image point, in pixels from the upper left
    corner, that lies in the middle of the view (None: the middle of the image).
    """

    image: tuple[int, int] = (1, 1)
    view: tuple[int, int] = (1, 1)
    zoom: float | None = None
    centre: tuple[float, float] | None = None

    @property
    def scale(self) -> float:
        if self.zoom is not None:
            return self.zoom
        return max(min(self.view[0] / self.image[0], self.view[1] / self.image[1]), 1e-6)

    @property
    def exact(self) -> bool:
        """Each image pixel fills a whole number of device pixels, so nothing needs to be interpolated."""
        return self.scale >= 1 and float(self.scale).is_integer()

    @property
    def rect(self) -> tuple[int, int, int, int]:
        """Left, top, width, height of the image in device pixels of the view."""
        (width, height), (cx, cy), scale = self.image, self._middle, self.scale
        return (
            round(self.view[0] / 2 - cx * scale),
            round(self.view[1] / 2 - cy * scale),
            round(width * scale),
            round(height * scale),
        )

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """The image point (pixels from the upper left corner) under a device pixel of the view."""
        left, top, width, height = self.rect
        return (x - left) * self.image[0] / max(width, 1), (y - top) * self.image[1] / max(height, 1)

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        left, top, width, height = self.rect
        return left + x * width / self.image[0], top + y * height / self.image[1]

    def inside(self, x: float, y: float) -> bool:
        """Whether an image point lies on the image."""
        return 0 <= x < self.image[0] and 0 <= y < self.image[1]

    def clamped(self, x: float, y: float) -> tuple[float, float]:
        """The point of the image nearest to this one; of its last pixels the middle."""
        (width, height) = self.image
        return max(0.5, min(x, width - 0.5)), max(0.5, min(y, height - 0.5))

    def fitted(self) -> Self:
        return replace(self, zoom=None, centre=None)

    def zoomed(self, factor: float, x: float, y: float) -> Self:
        """Closer by ``factor``, with the image point under the device pixel ``x``, ``y`` staying where it is."""
        wanted = max(ZOOM_LEAST, min(self.scale * factor, ZOOM_MOST))
        whole = round(wanted)
        scale = float(whole) if whole and abs(wanted - whole) < _SNAP * whole else wanted
        return self._about(scale, x, y)

    def at_scale(self, scale: float) -> Self:
        """At so many device pixels per image pixel, the middle of the view staying where it is."""
        return replace(self, zoom=scale, centre=self._middle)

    def panned(self, dx: float, dy: float) -> Self:
        """Moved by device pixels; the middle of the view stays on the image."""
        (cx, cy), scale = self._middle, self.scale
        centre = (max(0.0, min(cx - dx / scale, self.image[0])), max(0.0, min(cy - dy / scale, self.image[1])))
        return replace(self, zoom=scale, centre=centre)

    @property
    def _middle(self) -> tuple[float, float]:
        return self.centre or (self.image[0] / 2, self.image[1] / 2)

    def _about(self, scale: float, x: float, y: float) -> Self:
        px, py = self.to_image(x, y)
        centre = (px - (x - self.view[0] / 2) / scale, py - (y - self.view[1] / 2) / scale)
        return replace(self, zoom=scale, centre=centre)
