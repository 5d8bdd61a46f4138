"""Settings of an invented scanner, and what they do to every picture: gain over the picture, noise, grey curve."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.speckle import Beam
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
    smoothing: float = 0.5
    """Share of the speckle that the machine takes out, 0..1; edges and lines stay."""
    shadow: tuple[float, float, float] | None = None
    """From the skin down over a part of the vein: x and half width in mm, dB."""


def draw_machine(rng: np.random.Generator) -> Machine:
    return Machine(
        range_db=float(rng.uniform(56, 66)),
        lowest_db=float(rng.uniform(-35, -31)),
        gamma=float(rng.uniform(1.7, 2.1)),
        floor=float(rng.uniform(4, 30)),
        noise_db=float(rng.uniform(-41, -33)),
        clutter_db=float(rng.uniform(-23, -15)),
        blood_db=float(rng.uniform(-28, -21)),
        loss_db=float(rng.uniform(16, 28)),
        contact=float(rng.uniform(0.06, 0.16)) if rng.random() < 0.25 else 0.0,
        smoothing=float(rng.uniform(0.55, 0.8)),
    )


def quieter(machine: Machine, decibel: float) -> Machine:
    """The same machine with less grey gain, as colour and spectral modes use it."""
    return replace(machine, lowest_db=machine.lowest_db + decibel)


def draw_shadow(anatomy: Anatomy, rng: np.random.Generator) -> tuple[float, float, float]:
    """Across a part of the vein, on one side of its middle."""
    vein = anatomy.vein
    aside = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 0.9))
    return vein.x + aside * vein.half_width, float(rng.uniform(1.0, 2.0)), float(rng.uniform(9, 15))


def grey_curve(machine: Machine) -> Grey:
    share = np.linspace(0, 1, 1024)
    return (machine.floor + (255 - machine.floor) * share**machine.gamma).astype(np.uint8)


def hiss(beam: Beam, machine: Machine) -> Field:
    """Electronic noise, growing with depth because the machine amplifies what comes late."""
    depth = np.linspace(0, 1, beam.rows, dtype=np.float32)[:, None]
    return np.asarray(np.float32(beam.density) * np.power(np.float32(10), (machine.noise_db + 10 * depth * depth) / 10), dtype=np.float32)


def gain_map(anatomy: Anatomy, beam: Beam, machine: Machine, rng: np.random.Generator) -> Field:
    """Power gain that does not change through the clip: what is lost with depth, at the sides, without contact, behind bone."""
    y = (np.arange(beam.rows, dtype=np.float32)[:, None] + np.float32(0.5)) / np.float32(beam.scale)
    x = (np.arange(beam.columns, dtype=np.float32)[None, :] + np.float32(0.5)) / np.float32(beam.scale)
    if anatomy.fan is not None:
        y = anatomy.fan.from_face(x, y)
    start = np.float32(anatomy.vein.y)
    deep = np.maximum(y - start, 0) / (np.float32(anatomy.depth) - start)
    level = -np.float32(machine.loss_db) * np.power(deep, np.float32(1.4)) - _stripes(beam, y / np.float32(anatomy.depth), rng)
    # the face of the probe and its first echo
    level = level + np.float32(16) * np.exp(-y / np.float32(0.35))
    level = level + np.float32(5) * np.exp(-np.square((y - np.float32(1.1)) / np.float32(0.25)))
    level = level - np.float32(4) * np.exp(-x / np.float32(1.5)) - np.float32(4) * np.exp((x - np.float32(anatomy.width)) / np.float32(1.5))
    return power_of(level - _losses(anatomy, machine, x, y))


def _stripes(beam: Beam, share: Field, rng: np.random.Generator) -> Field:
    """Columns are weakened differently by what lies above them, the more the deeper, 0 dB or more."""
    total = np.zeros(beam.columns, dtype=np.float32)
    for knots, strength in ((7, 3.5), (23, 1.6)):
        coarse = rng.standard_normal((1, knots), dtype=np.float32)
        total += np.float32(strength) * cv2.resize(coarse, (beam.columns, 1), interpolation=cv2.INTER_CUBIC)[0]
    return np.asarray((total - total.min())[None, :] * np.clip(share * np.float32(1.5) - np.float32(0.2), 0, 1), dtype=np.float32)


def _losses(anatomy: Anatomy, machine: Machine, x: Field, y: Field) -> Field:
    """DB lost where the probe has no contact, in the shadow of a machine's difficulty, behind bone."""
    lost = np.zeros((y.shape[0], x.shape[1]), dtype=np.float32)
    if machine.contact:
        beside = np.clip((np.float32(machine.contact * anatomy.width) - x + y * np.float32(0.06)) / np.float32(6), 0, 1)
        lost += np.float32(34) * beside * np.clip((y - np.float32(1.5)) / np.float32(2.0), 0, 1)
    if machine.shadow is not None:
        middle, half, decibel = machine.shadow
        dark = np.clip((np.float32(half) - np.abs(x - np.float32(middle))) / np.float32(0.8) + np.float32(0.5), 0, 1)
        lost += np.float32(decibel) * dark * np.clip((y - np.float32(3.0)) / np.float32(1.5), 0, 1)
    for bone in anatomy.bones:
        beside = np.clip((np.float32(bone.half_width) - np.abs(x - np.float32(bone.x))) / np.float32(1.8), 0, 1)
        lost += np.float32(bone.shadow_db) * beside * np.clip((y - bone.surface(x) - np.float32(0.5)) / np.float32(0.7), 0, 1)
    return lost


def power_of(level_db: Field) -> Field:
    return np.asarray(cv2.exp(np.ascontiguousarray(level_db, dtype=np.float32) * np.float32(np.log(10) / 10)), dtype=np.float32)
