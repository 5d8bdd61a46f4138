"""What lies under the probe: layers, fascia, vessels, thrombus, muscle, bone, all in millimetres."""

from dataclasses import dataclass

import numpy as np

from corelab.imaging.phantom.kinds import Filling, Level, Traits
from corelab.imaging.phantom.vessel import Field, Vessel


@dataclass(frozen=True, slots=True)
class Fan:
    """What a curved probe sees: its face has this ``radius`` (mm) round ``x``, above the picture; ``half`` the angle in rad."""

    x: float
    radius: float
    half: float

    def depth_of(self, depth: float, x: Field) -> Field:
        """Y of the points that lie ``depth`` mm from the face."""
        aside = np.minimum(np.square(x - np.float32(self.x)), np.float32((self.radius + depth) ** 2))
        return np.asarray(np.sqrt(np.float32((self.radius + depth) ** 2) - aside) - np.float32(self.radius), dtype=np.float32)

    def from_face(self, x: Field, y: Field) -> Field:
        """Distance from the face in mm."""
        return np.asarray(np.hypot(x - np.float32(self.x), y + np.float32(self.radius)) - np.float32(self.radius), dtype=np.float32)

    def angle(self, x: Field, y: Field) -> Field:
        return np.asarray(np.arctan2(x - np.float32(self.x), y + np.float32(self.radius)), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Surface:
    """A layer boundary: depth in mm over x, gently bowed; ``strength_db`` above tissue, ``thick`` mm for fascia, ``lines`` of it."""

    depth: float
    slope: float
    waves: tuple[tuple[float, float, float], ...]
    strength_db: float
    lines: int = 1
    thick: float = 0.0
    fan: "Fan | None" = None
    """Under a curved probe a layer follows its face."""

    def at(self, x: Field) -> Field:
        y = self.depth + self.slope * (x - 22.0)
        if self.fan is not None:
            y = y + self.fan.depth_of(self.depth, x) - self.depth
        for amplitude, length, phase in self.waves:
            y = y + amplitude * np.sin(x * (2 * np.pi / length) + phase)
        return np.asarray(y, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Clot:
    """Thrombus: the part of the lumen on one side of a wavy line (``direction`` in rad, ``offset`` in radii) and inside ``reach`` radii."""

    echo_db: float
    direction: float
    offset: float
    reach: float

    def holds(self, vein: Vessel, x: Field, y: Field) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        across, down = vein.offsets(x, y)
        along = across * np.cos(self.direction) + down * np.sin(self.direction)
        beside = down * np.cos(self.direction) - across * np.sin(self.direction)
        front = self.offset + 0.10 * np.sin(4.1 * beside + self.direction) + 0.05 * np.sin(9.7 * beside)
        held: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (along > front) & (vein.relative(x, y) < self.reach)
        return held


@dataclass(frozen=True, slots=True)
class Band:
    """Short bright dashes between two depths (mm): how many, how long (mm), how bright (dB)."""

    count: int
    depths: tuple[float, float]
    lengths: tuple[float, float]
    strengths: tuple[float, float]
    lean: float = 0.0


@dataclass(frozen=True, slots=True)
class Bone:
    """A bright arc: its top (mm), half its width, how it bows (mm per mm squared); ``shadow_db`` is lost behind it."""

    x: float
    y: float
    half_width: float
    bow: float
    shadow_db: float = 30.0

    def surface(self, x: Field) -> Field:
        return np.asarray(np.float32(self.y) + np.square(x - np.float32(self.x)) * np.float32(self.bow), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One place of a body, ``width`` x ``depth`` mm.

    ``tones``: dB of the layers, one more than ``surfaces``. ``companions``: veins beside the one that the clip is about. ``wall_db``:
    walls of the veins and of the arteries. ``patches``: how unevenly the tissue scatters, dB. ``towards``: venous flow runs to the probe.
    """

    level: Level
    width: float
    depth: float
    surfaces: tuple[Surface, ...]
    tones: tuple[float, ...]
    bands: tuple[Band, ...]
    vein: Vessel
    arteries: tuple[Vessel, ...]
    companions: tuple[Vessel, ...]
    clot: Clot | None
    bellies: tuple[Vessel, ...]
    bones: tuple[Bone, ...]
    nerve: tuple[float, float] | None
    scarred: bool
    stented: bool
    wall_db: tuple[float, float] = (11.0, 14.0)
    patches: float = 1.0
    bed_db: float = 6.5
    towards: bool = False
    fan: Fan | None = None

    @property
    def vessels(self) -> tuple[Vessel, ...]:
        return (self.vein, *self.arteries, *self.companions)

    def outside(self, x: Field, y: Field, margin: float = 1.15) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which points lie in no vessel nor its wall."""
        clear = self.vein.radius(x, y) > margin
        for vessel in (*self.arteries, *self.companions):
            clear &= vessel.radius(x, y) > margin
        return clear


def waves(rng: np.random.Generator, amplitude: float) -> tuple[tuple[float, float, float], ...]:
    """What bows a layer: three lengths, the longest strongest."""
    return tuple(
        (float(amplitude * rng.uniform(0.4, 1.0) * share), float(length * rng.uniform(0.8, 1.25)), float(rng.uniform(0, 2 * np.pi)))
        for share, length in ((1.0, 48.0), (0.35, 17.0), (0.12, 7.0))
    )


def clot(traits: Traits, rng: np.random.Generator) -> Clot | None:
    echo = float(rng.uniform(*traits.echo_db))
    direction = float(rng.uniform(0.2, np.pi - 0.2))
    if traits.filling is Filling.PARTIAL:
        return Clot(echo, direction, float(rng.uniform(-0.15, 0.2)), 0.86 if rng.random() < 0.5 else 1.0)
    if traits.filling is Filling.OCCLUDED:
        return Clot(echo, direction, -2.0, 1.0)
    return None
