"""The portal vein in the liver, drawn from a seed: even parenchyma, portal walls bright, hepatic veins without walls, diaphragm."""

import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy, Band, Fan, Surface, clot, waves
from corelab.imaging.phantom.kinds import Level, Mode, Traits
from corelab.imaging.phantom.vessel import Vessel, lengthwise

_TONES = (-6.0, -13.0, -9.0, -7.0, -5.0)
"""dB of skin, fat, belly wall, liver, what lies behind the diaphragm."""


def draw(traits: Traits, rng: np.random.Generator, width: float, depth: float) -> Anatomy:
    side = float(rng.choice([-1.0, 1.0]))
    half = float(rng.uniform(5.5, 7.0))
    middle = float(depth * rng.uniform(0.50, 0.58))
    if traits.mode is Mode.SPECTRAL:
        vein = lengthwise(middle, half, float(rng.uniform(-0.2, 0.2)), width / 2)
        artery = lengthwise(vein.y - half - rng.uniform(3.5, 5.0), 1.8, vein.tilt, vein.x)
    else:
        harmonics = tuple((n, float(rng.uniform(0.02, 0.05) * 2 / n), float(rng.uniform(0, 2 * np.pi))) for n in (2, 3, 4))
        wide = half * float(rng.uniform(1.25, 1.7))
        x, tilt = float(width / 2 + side * rng.uniform(0.0, 0.08) * width), float(rng.uniform(-0.3, 0.3))
        vein = Vessel(x, middle, wide, half, tilt, harmonics)
        artery = Vessel(vein.x - side * vein.half_width * 0.5, vein.y - half - float(rng.uniform(3.5, 4.5)), 1.9, 1.9)
    fan = Fan(width / 2, float(rng.uniform(48, 58)), 0.46)
    surfaces = _surfaces(rng, depth, fan)
    return Anatomy(
        level=Level.LIVER,
        width=width,
        depth=depth,
        surfaces=surfaces,
        tones=_TONES,
        bands=_bands(rng, surfaces, depth),
        vein=vein,
        arteries=(artery,),
        companions=() if vein.lengthwise else _hepatic_veins(rng, vein, side, depth),
        clot=clot(traits, rng),
        bellies=(),
        bones=(),
        nerve=None,
        scarred=traits.scarred,
        stented=traits.stented,
        wall_db=(17.0, 12.0),
        patches=0.45,
        bed_db=4.0,
        towards=True,
        fan=fan,
    )


def _surfaces(rng: np.random.Generator, depth: float, fan: Fan) -> tuple[Surface, ...]:
    """Skin, fascia, capsule of the liver, diaphragm; the first three follow the face of the probe."""
    dome = ((float(rng.uniform(4, 8)), float(rng.uniform(160, 220)), float(rng.uniform(-2.2, -1.0))), (0.5, 34.0, float(rng.uniform(0, 6))))
    return (
        Surface(2.0, 0.0, waves(rng, 0.2), 9.0, fan=fan),
        Surface(float(rng.uniform(8, 11)), 0.0, waves(rng, 0.5), 17.0, 2, 0.6, fan),
        Surface(float(rng.uniform(16, 20)), float(rng.uniform(-0.03, 0.03)), waves(rng, 0.6), 15.0, 2, 0.5, fan),
        Surface(float(depth * rng.uniform(0.84, 0.91)), float(rng.uniform(-0.12, 0.12)), dome, 24.0, 2, 1.1),
    )


def _bands(rng: np.random.Generator, surfaces: tuple[Surface, ...], depth: float) -> tuple[Band, ...]:
    skin, fascia, capsule, diaphragm = (surface.depth for surface in surfaces)
    return (
        Band(14, (skin, fascia), (6.0, 30.0), (2.0, 16.0)),
        Band(60, (fascia, capsule), (4.0, 20.0), (0.0, 16.0), float(rng.uniform(-0.05, 0.05))),
        Band(90, (capsule + 4, diaphragm), (1.0, 6.0), (2.0, 18.0), float(rng.uniform(-0.3, 0.3))),
        Band(15, (diaphragm, depth * 1.05), (3.0, 10.0), (-4.0, 10.0)),
    )


def _hepatic_veins(rng: np.random.Generator, vein: Vessel, side: float, depth: float) -> tuple[Vessel, ...]:
    """Dark, slanting, without a bright wall."""
    return tuple(
        Vessel(
            float(vein.x + aside * side * (vein.half_width + rng.uniform(13, 20))),
            float(vein.y + depth * rng.uniform(-0.20, 0.06)),
            float(rng.uniform(7, 12)),
            float(rng.uniform(2.2, 3.4)),
            float(aside * side * rng.uniform(0.15, 0.4)),
            ((2, 0.05, float(rng.uniform(0, 6))), (3, 0.06, float(rng.uniform(0, 6)))),
        )
        for aside in (-1.0, 1.0)
    )
