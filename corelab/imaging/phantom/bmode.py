"""Grey pictures of an anatomy, frame by frame: speckle, blood, shadows, noise, persistence, the machine's grey curve."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.manoeuvre import Pose
from corelab.imaging.phantom.motion import moved
from corelab.imaging.phantom.speckle import LOOKS, Beam, Scatterers, cut, decibels, field_of_look, noise_pool, power
from corelab.imaging.phantom.truth import Lumen
from corelab.imaging.phantom.vessel import Field

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Machine:
    """Settings of the invented scanner: dynamic range and level in dB, grey curve, noise and side-lobe levels in dB against tissue."""

    range_db: float
    lowest_db: float
    gamma: float
    floor: float
    noise_db: float
    clutter_db: float
    blood_db: float
    loss_db: float
    contact: float
    persistence: float = 0.25
    shadow: tuple[float, float, float] | None = None
    """From the skin down over a part of the vein: x and half width in mm, dB."""


def draw_machine(rng: np.random.Generator) -> Machine:
    return Machine(
        range_db=float(rng.uniform(54, 62)),
        lowest_db=float(rng.uniform(-33, -29)),
        gamma=float(rng.uniform(1.3, 1.6)),
        floor=float(rng.uniform(4, 22)),
        noise_db=float(rng.uniform(-42, -36)),
        clutter_db=float(rng.uniform(-26, -19)),
        blood_db=float(rng.uniform(-34, -28)),
        loss_db=float(rng.uniform(13, 21)),
        contact=float(rng.uniform(0.06, 0.16)) if rng.random() < 0.25 else 0.0,
    )


def draw_shadow(anatomy: Anatomy, rng: np.random.Generator) -> tuple[float, float, float]:
    """Across a part of the vein, on one side of its middle."""
    vein = anatomy.vein
    aside = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 0.9))
    return vein.x + aside * vein.half_width, float(rng.uniform(1.0, 2.0)), float(rng.uniform(9, 15))


class Camera:
    """Takes grey pictures of one anatomy in one clip; each picture needs the one before it (persistence)."""

    def __init__(self, anatomy: Anatomy, scatterers: Scatterers, beam: Beam, machine: Machine, rng: np.random.Generator) -> None:
        self._anatomy, self._points, self._beam, self._machine, self._rng = anatomy, scatterers, beam, machine, rng
        self._noise = noise_pool(beam, rng)
        self._haze = cut(self._noise, beam, rng)
        self._gain = _gain_map(anatomy, beam, machine)
        self._hiss = _hiss(beam, machine)
        self._curve = _grey_curve(machine)
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
        return self._grey(np.asarray(cv2.GaussianBlur(level, (0, 0), sigmaX=0.8, sigmaY=0.55), dtype=np.float32))

    def _echoes(self, pose: Pose) -> list[Field]:
        points = self._points
        at = moved(self._anatomy, pose, points.x, points.y)
        amplitude = points.amplitude * np.float32(np.cos(pose.drift)) + points.beside * np.float32(np.sin(pose.drift))
        return [field_of_look(self._beam, at, amplitude, points.offset, angle) for angle in LOOKS]

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


def _grey_curve(machine: Machine) -> Grey:
    share = np.linspace(0, 1, 1024)
    return (machine.floor + (255 - machine.floor) * share**machine.gamma).astype(np.uint8)


def _hiss(beam: Beam, machine: Machine) -> Field:
    """Electronic noise, growing with depth because the machine amplifies what comes late."""
    depth = np.linspace(0, 1, beam.rows, dtype=np.float32)[:, None]
    return np.asarray(np.float32(beam.density) * np.power(np.float32(10), (machine.noise_db + 10 * depth * depth) / 10), dtype=np.float32)


def _gain_map(anatomy: Anatomy, beam: Beam, machine: Machine) -> Field:
    """Power gain that does not change through the clip: probe face, loss with depth, weak sides, missing contact, shadow of bone."""
    y = (np.arange(beam.rows, dtype=np.float32)[:, None] + np.float32(0.5)) / np.float32(beam.scale)
    x = (np.arange(beam.columns, dtype=np.float32)[None, :] + np.float32(0.5)) / np.float32(beam.scale)
    start = anatomy.vein.y - anatomy.vein.half_height
    level = -np.float32(machine.loss_db) * np.square(np.maximum(y - start, 0) / np.float32(anatomy.depth - start))
    level = (
        level
        + np.float32(16) * np.exp(-y / np.float32(0.35))
        + np.float32(5) * np.exp(-np.square((y - np.float32(1.1)) / np.float32(0.25)))
    )
    level = level - np.float32(4) * np.exp(-x / np.float32(1.5)) - np.float32(4) * np.exp((x - np.float32(anatomy.width)) / np.float32(1.5))
    if machine.contact:
        lost = np.clip((np.float32(machine.contact * anatomy.width) - x + y * np.float32(0.06)) / np.float32(6), 0, 1)
        level = level - np.float32(34) * lost * np.clip((y - np.float32(1.5)) / np.float32(2.0), 0, 1)
    if machine.shadow is not None:
        middle, half, decibel = machine.shadow
        dark = np.clip((np.float32(half) - np.abs(x - np.float32(middle))) / np.float32(0.8) + np.float32(0.5), 0, 1)
        level = level - np.float32(decibel) * dark * np.clip((y - np.float32(3.0)) / np.float32(1.5), 0, 1)
    if anatomy.bone is not None:
        surface = np.float32(anatomy.bone[1]) + np.square(x - np.float32(anatomy.bone[0])) * np.float32(0.055)
        beside = np.clip((np.float32(7.5) - np.abs(x - np.float32(anatomy.bone[0]))) / np.float32(1.5), 0, 1)
        level = level - np.float32(22) * beside * np.clip((y - surface - np.float32(0.4)) / np.float32(0.9), 0, 1)
    return _power_of(level)


def _power_of(level_db: Field) -> Field:
    return np.asarray(cv2.exp(np.ascontiguousarray(level_db, dtype=np.float32) * np.float32(np.log(10) / 10)), dtype=np.float32)


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
    artery = anatomy.artery
    bodies = (
        (
            float(low[0] + high[0]) / 2,
            float(high[0] - low[0]) / 2,
            float(low[1] + high[1]) / 2,
            3.5 * free * openness,
            0.8 + 1.6 * openness,
        ),
        (artery.x, artery.half_width, artery.y, 2.5, 2.2),
    )
    for middle, half, depth, gain, rim in bodies:
        across = np.abs(x - np.float32(middle)) / np.float32(half)
        profile = np.float32(gain) * np.clip((1 - across) * 3, 0, 1) - np.float32(rim) * np.exp(-np.square((across - 1) * np.float32(3.5)))
        total += np.clip((y - np.float32(depth)) / np.float32(2.5), 0, 1)[:, None] * profile[None, :]
    return _power_of(total)


def _mask(outline: Field, beam: Beam) -> Field:
    """1 inside, soft edge."""
    mask = np.zeros((beam.rows, beam.columns), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(outline * np.float32(beam.scale * 16)).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, dtype=np.float32) * np.float32(1 / 255)


def quieter(machine: Machine, decibel: float) -> Machine:
    """The same machine with less grey gain, as colour and spectral modes use it."""
    return replace(machine, lowest_db=machine.lowest_db + decibel)
