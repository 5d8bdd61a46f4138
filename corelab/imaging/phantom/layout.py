"""The screens of invented machines: where the picture lies, what stands round it. All text is outside the regions."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.kinds import Mode

Colour = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels; the last two are outside."""


_LEGIBLE = 400
"""Rows from which on the small print is drawn; on smaller screens it would run into the picture."""


class Layout(Enum):
    GENERIC = "generic"
    WIDE = "wide"
    COMPACT = "compact"
    CART = "cart"
    CLASSIC = "classic"


@dataclass(frozen=True, slots=True)
class _Plan:
    """Shares of the frame: the picture, the picture above a strip, the strip; where banner, settings and bars stand; the model's name.

    ``band`` lies behind the banner; ``ecg`` is where the heart's trace runs; ``stretch`` is how much wider than high a square millimetre
    is drawn; ``mark`` shows which side of the probe is left, a dot where it is empty.
    """

    picture: tuple[float, float, float, float]
    upper: tuple[float, float, float, float]
    strip: tuple[float, float, float, float]
    model: str
    banner_top: bool
    settings_x: float
    bar_x: float
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    band: tuple[int, int, int] | None = None
    ecg: tuple[float, float, float, float] | None = None
    stretch: float = 1.0
    mark: str = ""
    ticks_left: bool = False


_PLANS = {
    Layout.GENERIC: _Plan(
        picture=(0.140, 0.115, 0.890, 0.950),
        upper=(0.230, 0.115, 0.720, 0.575),
        strip=(0.030, 0.620, 0.885, 0.950),
        model="CL-1 Duplex",
        banner_top=True,
        settings_x=0.012,
        bar_x=0.945,
    ),
    Layout.WIDE: _Plan(
        picture=(0.020, 0.045, 0.800, 0.885),
        upper=(0.160, 0.045, 0.640, 0.500),
        strip=(0.020, 0.550, 0.800, 0.870),
        model="WV-20",
        banner_top=False,
        settings_x=0.895,
        bar_x=0.855,
        tint=(0.94, 0.98, 1.0),
    ),
    Layout.COMPACT: _Plan(
        picture=(0.100, 0.095, 0.930, 0.975),
        upper=(0.250, 0.095, 0.750, 0.560),
        strip=(0.100, 0.605, 0.900, 0.960),
        model="Pocket C",
        banner_top=True,
        settings_x=0.008,
        bar_x=0.972,
    ),
    Layout.CART: _Plan(
        picture=(0.150, 0.120, 0.860, 0.870),
        upper=(0.200, 0.120, 0.700, 0.540),
        strip=(0.090, 0.590, 0.860, 0.880),
        model="Trolley 7",
        banner_top=True,
        settings_x=0.010,
        bar_x=0.930,
        tint=(1.0, 0.97, 0.90),
        band=(38, 58, 92),
        ecg=(0.150, 0.920, 0.860, 0.985),
        mark="V",
    ),
    Layout.CLASSIC: _Plan(
        picture=(0.170, 0.130, 0.915, 0.910),
        upper=(0.300, 0.130, 0.780, 0.560),
        strip=(0.170, 0.600, 0.880, 0.910),
        model="DX-88",
        banner_top=True,
        settings_x=0.008,
        bar_x=0.945,
        stretch=1.25,
        mark="M",
        ticks_left=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Screen:
    """One machine's screen at one size. ``strip`` is None unless the mode is spectral."""

    layout: Layout
    size: tuple[int, int]
    mode: Mode
    picture: Box
    strip: Box | None
    ecg: Box | None = None

    @property
    def stretch(self) -> float:
        return _PLANS[self.layout].stretch

    @property
    def model(self) -> str:
        return _PLANS[self.layout].model

    @property
    def grey_only(self) -> bool:
        """Whether the machine stores this clip with one sample per pixel."""
        return self.layout is Layout.COMPACT and self.mode is Mode.GREY

    @property
    def tint(self) -> tuple[float, float, float]:
        return _PLANS[self.layout].tint


def screen(layout: Layout, size: tuple[int, int], mode: Mode) -> Screen:
    plan = _PLANS[layout]
    spectral = mode is Mode.SPECTRAL
    return Screen(
        layout,
        size,
        mode,
        picture=_scaled(plan.upper if spectral else plan.picture, size),
        strip=_scaled(plan.strip, size) if spectral else None,
        ecg=_scaled(plan.ecg, size) if plan.ecg else None,
    )


def _scaled(shares: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    """On whole multiples of 2, so that 4:2:2 colour does not bleed over the edge."""
    width, height = size
    x0, y0, x1, y1 = shares
    return (int(x0 * width) & ~1, int(y0 * height) & ~1, int(x1 * width) & ~1, int(y1 * height) & ~1)


@dataclass(frozen=True, slots=True)
class Labels:
    """What the machine writes: banner, ``settings`` by line, depth in mm, ``focus`` as a share of it, scale of colour in cm/s or None."""

    patient: str
    when: str
    settings: tuple[str, ...]
    depth_mm: float
    focus: float = 0.5
    colour_scale: float | None = None


@dataclass(frozen=True, slots=True)
class SpeedScale:
    """The axis beside the spectral strip: cm/s per row, row of the baseline, seconds per column."""

    per_row: float
    baseline: int
    per_column: float


def backdrop(on: Screen, labels: Labels, ramp: Colour | None = None, speeds: SpeedScale | None = None) -> Colour:
    """(rows, columns, 3) RGB of everything that stays: banner, settings, ticks, bars (``ramp`` of the colour bar: (n, 3), top first)."""
    width, height = on.size
    canvas = np.zeros((height, width, 3), dtype=np.uint8)
    plan = _PLANS[on.layout]
    _banner(canvas, on, plan, labels)
    step = max(9, int(height * 0.036))
    x = int(plan.settings_x * width)
    for row, text in enumerate(labels.settings if height >= _LEGIBLE else ()):
        _write(canvas, text, (x, on.picture[1] + step * (row + 3)), height, 0.80, (165, 175, 180))
    _ticks(canvas, on, plan, labels)
    _bars(canvas, on, plan, labels, ramp)
    if on.strip is not None and speeds is not None:
        _axes(canvas, on.strip, speeds)
    return canvas


def _axes(canvas: Colour, strip: Box, speeds: SpeedScale) -> None:
    """Velocity right of the strip (towards the probe is up), seconds below it."""
    x0, y0, x1, y1 = strip
    height, grey = canvas.shape[0], (150, 155, 155)
    for speed in range(-60, 61, 10):
        y = int(y0 + speeds.baseline - speed / speeds.per_row)
        if not y0 <= y < y1:
            continue
        cv2.line(canvas, (x1 + 2, y), (x1 + (7 if speed % 20 == 0 else 4), y), grey, 1)
        if speed % 20 == 0 and height >= _LEGIBLE:
            _write(canvas, str(speed) if speed else "0 cm/s", (x1 + 10, y + 4), height, 0.72, grey)
    for second in range(int((x1 - x0) * speeds.per_column) + 1):
        x = int(x0 + second / speeds.per_column)
        cv2.line(canvas, (x, y1 + 2), (x, y1 + 6), grey, 1)


def _banner(canvas: Colour, on: Screen, plan: _Plan, labels: Labels) -> None:
    width, height = on.size
    line = int(height * 0.042)
    base = line if plan.banner_top else int(height * 0.935)
    if plan.band is not None:
        canvas[: int(height * 0.095)] = plan.band
    _write(canvas, labels.patient, (int(0.015 * width), base), height, 1.0, (235, 235, 225))
    if height >= _LEGIBLE:
        _write(canvas, labels.when, (int(0.70 * width), base), height, 0.85, (200, 205, 205))
        _write(canvas, f"{plan.model}   SYNTHETIC, NO PATIENT", (int(0.015 * width), base + int(line * 0.9)), height, 0.8, (150, 160, 165))
    radius = max(1, width // 180)
    if plan.mark and height >= _LEGIBLE:
        _write(canvas, plan.mark, (on.picture[0] - 16, on.picture[1] + 12), height, 1.1, (90, 200, 210))
    else:
        cv2.circle(canvas, (on.picture[0] - radius - 3, on.picture[1] + radius + 2), radius, (90, 200, 210), -1, cv2.LINE_AA)


def _ticks(canvas: Colour, on: Screen, plan: _Plan, labels: Labels) -> None:
    """Depth beside the picture, every 5 mm, or every cm where it is deep; a triangle at the focus."""
    x0, y0, x1, y1 = on.picture
    scale, out = (y1 - y0) / labels.depth_mm, -1 if plan.ticks_left else 1
    start = (x0 if plan.ticks_left else x1) + 3 * out
    for millimetre in range(0, int(labels.depth_mm) + 1, 5 if labels.depth_mm < 60 else 10):
        y = int(y0 + millimetre * scale)
        long = millimetre % 10 == 0
        cv2.line(canvas, (start, y), (start + out * (7 if long else 4), y), (150, 155, 155), 1)
        if millimetre and long and (millimetre % 20 == 0 or labels.depth_mm < 60) and on.size[1] >= _LEGIBLE:
            text = str(millimetre // 10)
            at = start + 10 if out > 0 else start - 11 - 7 * len(text)
            _write(canvas, text, (at, y + 4), on.size[1], 0.75, (150, 155, 155))
    focus = int(y0 + labels.focus * (y1 - y0))
    if on.size[1] >= _LEGIBLE:
        side = x1 + 2 if plan.ticks_left else x0 - 2
        corner = np.array([[side, focus], [side + 6 * -out, focus - 4], [side + 6 * -out, focus + 4]], dtype=np.int32)
        cv2.fillPoly(canvas, [corner], (200, 190, 90))


def _bars(canvas: Colour, on: Screen, plan: _Plan, labels: Labels, ramp: Colour | None) -> None:
    width, height = on.size
    x, wide, tall = int(plan.bar_x * width), max(4, width // 70), int(height * 0.2)
    top = on.picture[1] + int(height * 0.02)
    grey = np.linspace(255, 0, tall).astype(np.uint8)
    canvas[top : top + tall, x : x + wide] = grey[:, None, None]
    if ramp is None or labels.colour_scale is None:
        return
    top += tall + int(height * 0.06)
    rows = np.linspace(0, len(ramp) - 1, tall).astype(int)
    canvas[top : top + tall, x : x + wide] = ramp[rows][:, None, :]
    if height >= _LEGIBLE:
        _write(canvas, f"+{labels.colour_scale:.1f}", (x - 6, top - 4), height, 0.7, (190, 195, 195))
        _write(canvas, f"-{labels.colour_scale:.1f}", (x - 6, top + tall + int(height * 0.026)), height, 0.7, (190, 195, 195))
        _write(canvas, "cm/s", (x - 6, top + tall + int(height * 0.055)), height, 0.7, (190, 195, 195))


def _write(canvas: Colour, text: str, at: tuple[int, int], height: int, size: float, colour: tuple[int, int, int]) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, max(0.30, 0.42 * height / 480) * size, colour, 1, cv2.LINE_AA)
