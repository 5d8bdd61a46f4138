"""Grey pictures of an anatomy, frame by frame: speckle, blood, shadows, noise, persistence, speckle reduction."""

import cv2
import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.machine import Grey, Machine, gain_map, grey_curve, hiss, power_of
from corelab.imaging.phantom.manoeuvre import Pose
from corelab.imaging.phantom.motion import Motion
from corelab.imaging.phantom.speckle import LOOKS, Beam, Scatterers, cells_of, cut, decibels, field_of_look, noise_pool, power
from corelab.imaging.phantom.truth import Lumen
from corelab.imaging.phantom.vessel import Field

_EDGE_DB = 9.0
"""From this difference to its surroundings on, a place counts as an edge."""


class Camera:
    """Takes grey pictures of one anatomy in one clip; each picture needs the one before it (persistence)."""

    def __init__(self, anatomy: Anatomy, scatterers: Scatterers, beam: Beam, machine: Machine, rng: np.random.Generator) -> None:
        self._anatomy, self._points, self._beam, self._machine, self._rng = anatomy, scatterers, beam, machine, rng
        self._motion = Motion(anatomy, scatterers.x, scatterers.y)
        self._noise = noise_pool(beam, rng)
        self._haze = cut(self._noise, beam, rng)
        self._gain = gain_map(anatomy, beam, machine, rng)
        self._hiss = hiss(beam, machine)
        self._curve = grey_curve(machine)
        self._seen = _seen(anatomy, beam)
        self._last: Field | None = None

    def picture(self, pose: Pose, lumen: Lumen) -> Grey:
        """(rows, columns) uint8."""
        gain = self._gain * _cast(self._anatomy, self._beam, lumen) * np.float32(10 ** (-pose.gain_db / 10))
        looks = [power(echo) * gain for echo in self._echoes(pose)]
        rest = self._unwanted(looks[1], gain, lumen)
        level = decibels([look + rest for look in looks])
        if self._last is not None:
            keep = self._machine.persistence
            level = np.asarray(cv2.addWeighted(level, 1 - keep, self._last, keep, 0), dtype=np.float32)
        self._last = level
        return np.asarray(self._grey(_calmed(level, self._machine.smoothing)) * self._seen, dtype=np.uint8)

    def _echoes(self, pose: Pose) -> list[Field]:
        points = self._points
        at = self._motion.at(pose)
        cells = cells_of(self._beam, at)
        amplitude = points.amplitude * np.float32(np.cos(pose.drift)) + points.beside * np.float32(np.sin(pose.drift))
        return [field_of_look(self._beam, at, amplitude, points.offset, angle, cells) for angle in LOOKS]

    def _unwanted(self, look: Field, gain: Field, lumen: Lumen) -> Field:
        """Noise and blood, new in every frame, and the haze that side lobes and echoes between the layers lay over dark places."""
        beam, machine = self._beam, self._machine
        blood = _mask(lumen.outline, beam) * np.float32(beam.density * 10 ** (machine.blood_db / 10))
        small = cv2.resize(look, (max(8, beam.columns // 4), max(8, beam.rows // 4)), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigmaX=5.0, sigmaY=2.5)
        haze = cv2.resize(small, (beam.columns, beam.rows), interpolation=cv2.INTER_LINEAR) * np.float32(10 ** (machine.clutter_db / 10))
        total = (self._hiss + blood * gain) * cut(self._noise, beam, self._rng) + haze * self._haze
        return np.asarray(total, dtype=np.float32)

    def _grey(self, level: Field) -> Grey:
        machine = self._machine
        tissue = 10 * np.log10(self._beam.density) - 2.5
        share = (level - np.float32(tissue + machine.lowest_db)) * np.float32(1023 / machine.range_db)
        index = np.clip(share, 0, 1023).astype(np.uint16)
        return np.asarray(self._curve[index], dtype=np.uint8)


def _seen(anatomy: Anatomy, beam: Beam) -> Grey:
    """1 where the probe sees: everywhere under a straight one, a sector under a curved one."""
    seen = np.ones((beam.rows, beam.columns), dtype=np.uint8)
    if anatomy.fan is not None:
        y, x = np.mgrid[0 : beam.rows, 0 : beam.columns].astype(np.float32) / np.float32(beam.scale)
        away = anatomy.fan.from_face(x, y)
        seen &= (np.abs(anatomy.fan.angle(x, y)) < anatomy.fan.half) & (away > 0) & (away < anatomy.depth)
    return seen


def _calmed(level: Field, share: float) -> Field:
    """Speckle reduction: what differs little from its surroundings comes closer to them; edges and bright lines stay as they are."""
    smooth = cv2.GaussianBlur(level, (0, 0), sigmaX=0.8, sigmaY=0.55)
    # on a small picture the same blur would reach from one wall of a vein to the other
    wide, tall = max(1, level.shape[0] // 100), max(1, level.shape[0] // 200)
    broad = cv2.blur(cv2.blur(level, (2 * wide + 1, 2 * tall + 1)), (2 * wide - 1, 2 * tall - 1))
    apart = cv2.subtract(smooth, broad)
    # a dark speck is speckle, a bright one may be a fibre
    size = np.maximum(apart, apart * np.float32(-0.45))
    kept = np.minimum(np.float32(1), np.float32(1 - share) + size * np.float32(share / _EDGE_DB))
    return np.asarray(broad + apart * kept, dtype=np.float32)


def _cast(anatomy: Anatomy, beam: Beam, lumen: Lumen) -> Field:
    """Brighter below free lumen, darker below the rims, following the vein of this frame; the artery likewise."""
    total = np.zeros((beam.rows, beam.columns), dtype=np.float32)
    if anatomy.vein.lengthwise:
        return np.ones_like(total)
    x = np.arange(beam.columns, dtype=np.float32) / np.float32(beam.scale)
    y = np.arange(beam.rows, dtype=np.float32) / np.float32(beam.scale)
    low, high = lumen.outline.min(axis=0), lumen.outline.max(axis=0)
    free = 0.3 if anatomy.clot is not None else 1.0
    openness = min(1.0, lumen.ap_mm / (2 * anatomy.vein.half_height))
    bodies = (
        (
            float(low[0] + high[0]) / 2,
            float(high[0] - low[0]) / 2,
            float(low[1] + high[1]) / 2,
            3.5 * free * openness,
            0.8 + 1.6 * openness,
        ),
        *((artery.x, artery.half_width, artery.y, 2.5, 2.2) for artery in anatomy.arteries),
    )
    for middle, half, depth, gain, rim in bodies:
        across = np.abs(x - np.float32(middle)) / np.float32(half)
        profile = np.float32(gain) * np.clip((1 - across) * 3, 0, 1) - np.float32(rim) * np.exp(-np.square((across - 1) * np.float32(3.5)))
        total += np.clip((y - np.float32(depth)) / np.float32(2.5), 0, 1)[:, None] * profile[None, :]
    return power_of(total)


def _mask(outline: Field, beam: Beam) -> Field:
    """1 inside, soft edge."""
    mask = np.zeros((beam.rows, beam.columns), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(outline * np.float32(beam.scale * 16)).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, dtype=np.float32) * np.float32(1 / 255)
