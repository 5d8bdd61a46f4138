"""Three places of a leg, drawn from a seed: groin with the femoral bifurcation, thigh, calf with paired veins and bone."""

from dataclasses import replace

import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy, Band, Bone, Surface, clot, waves
from corelab.imaging.phantom.kinds import Filling, Level, Mode, Traits
from corelab.imaging.phantom.vessel import Vessel, lengthwise

_HALF = {Level.GROIN: (4.4, 5.8), Level.THIGH: (3.6, 5.0), Level.CALF: (2.0, 2.9)}
"""Half the height of the vein in mm, lowest and highest."""
_TONES = (-4.0, -15.0, -9.5, -7.5, -13.0)
"""dB of skin, fat, muscle, the layer of the vessels, what lies below."""


def draw(level: Level, traits: Traits, rng: np.random.Generator, width: float, depth: float) -> Anatomy:
    """A leg of a kind, another one for every state of ``rng``."""
    side = float(rng.choice([-1.0, 1.0]))
    vein = _vein(level, traits, rng, (width, depth), side)
    surfaces = _surfaces(level, rng, vein)
    artery = _artery(level, rng, vein, side)
    anatomy = Anatomy(
        level=level,
        width=width,
        depth=depth,
        surfaces=surfaces,
        tones=tuple(float(tone + rng.uniform(-1.5, 1.5)) for tone in _TONES),
        bands=_bands(rng, surfaces, depth),
        vein=vein,
        arteries=(artery,),
        companions=(),
        clot=clot(traits, rng),
        bellies=(),
        bones=(),
        nerve=None,
        scarred=traits.scarred,
        stented=traits.stented,
        wall_db=(float(rng.uniform(6, 12)), float(rng.uniform(9, 14))),
    )
    return anatomy if vein.lengthwise else _furnished(anatomy, rng, side)


def _furnished(anatomy: Anatomy, rng: np.random.Generator, side: float) -> Anatomy:
    """What stands round the vessels at each level, seen across."""
    vein, width, depth = anatomy.vein, anatomy.width, anatomy.depth
    bellies, nerve = _bellies(anatomy.level, rng, vein, width, side), None
    if rng.random() < 0.6:
        nerve = (float(vein.x + side * rng.uniform(-2.0, 5.0)), float(vein.y - vein.half_height - rng.uniform(3.0, 4.5)))
    match anatomy.level:
        case Level.GROIN:
            return replace(
                anatomy, bellies=bellies, nerve=nerve, arteries=_bifurcation(anatomy, rng, side), companions=_saphenous(vein, rng, side)
            )
        case Level.CALF:
            bones = (_tibia(rng, width, depth, side),)
            return replace(anatomy, bellies=bellies, companions=(_paired(anatomy, rng, side),), bones=bones)
        case _:
            femur = Bone(float(vein.x + side * rng.uniform(11.0, 17.0)), float(depth * rng.uniform(0.78, 0.88)), 7.5, 0.055)
            return replace(anatomy, bellies=bellies, nerve=nerve, bones=(femur,) if rng.random() < 0.5 else ())


def _vein(level: Level, traits: Traits, rng: np.random.Generator, picture: tuple[float, float], side: float) -> Vessel:
    width, depth = picture
    half = float(rng.uniform(*_HALF[level]))
    if traits.mode is Mode.SPECTRAL:
        return lengthwise(depth * rng.uniform(0.42, 0.5), half * 0.85, float(rng.uniform(-0.09, 0.09)), width / 2)
    if traits.scarred:
        half *= 0.8
    distended = traits.filling is Filling.OCCLUDED and traits.echo_db[0] < -19
    x = width / 2 - side * rng.uniform(0.02, 0.10) * width
    y = min(depth * rng.uniform(0.42, 0.52), depth - half - 8.0)
    # fresh thrombus distends a vein until it is round
    wide = half * (1.0 if traits.stented else rng.uniform(1.0, 1.08) if distended else rng.uniform(1.08, 1.35))
    bump = 0.4 if traits.stented else 2.0 if traits.scarred else 1.0
    harmonics = tuple((n, float(bump * rng.uniform(0.02, 0.055) * 2 / n), float(rng.uniform(0, 2 * np.pi))) for n in (2, 3, 4, 5))
    tilt = 0.0 if traits.stented else float(rng.uniform(-0.14, 0.14))
    return Vessel(float(x), float(y), float(wide), half, tilt, harmonics)


def _artery(level: Level, rng: np.random.Generator, vein: Vessel, side: float) -> Vessel:
    radius = float(rng.uniform(1.1, 1.5) if level is Level.CALF else rng.uniform(2.8, 3.6))
    if vein.lengthwise:
        return lengthwise(vein.y + vein.half_height + radius + rng.uniform(1.6, 3.0), radius, vein.tilt * 0.8, vein.x)
    # in the groin the artery lies beside the vein, further down it lies on or under it
    angle = float(rng.uniform(-0.15, 0.35) if level is Level.GROIN else rng.uniform(-0.1, 1.35))
    return _beside(vein, radius, angle, side, 1.3, rng)


def _beside(vein: Vessel, radius: float, angle: float, side: float, gap: float, rng: np.random.Generator) -> Vessel:
    across, down = vein.half_width + radius + gap, vein.half_height + radius + gap
    harmonics = ((2, 0.015, float(rng.uniform(0, 6))), (3, 0.012, float(rng.uniform(0, 6))))
    x, y = vein.x + across * np.cos(angle) * side, vein.y + down * np.sin(angle)
    return Vessel(float(x), float(y), radius, radius, 0.0, harmonics)


def _bifurcation(anatomy: Anatomy, rng: np.random.Generator, side: float) -> tuple[Vessel, ...]:
    """Superficial femoral artery beside the vein, deep femoral artery behind it."""
    first = anatomy.arteries[0]
    deep = _beside(first, first.half_width * float(rng.uniform(0.72, 0.9)), float(rng.uniform(0.75, 1.25)), side, 1.0, rng)
    return first, deep


def _saphenous(vein: Vessel, rng: np.random.Generator, side: float) -> tuple[Vessel, ...]:
    """The great saphenous vein comes in in front, on the side away from the artery; not every picture catches it."""
    half = float(rng.uniform(1.3, 1.9))
    x = vein.x - side * (vein.half_width * 0.9 + half + rng.uniform(1.5, 3.0))
    y = vein.y - vein.half_height - rng.uniform(1.0, 2.5)
    found = Vessel(float(x), float(y), half * 1.25, half, 0.0, ((2, 0.05, float(rng.uniform(0, 6))),))
    return (found,) if rng.random() < 0.5 else ()


def _paired(anatomy: Anatomy, rng: np.random.Generator, side: float) -> Vessel:
    """The second of two veins that go with one artery, on its other side."""
    vein, artery = anatomy.vein, anatomy.arteries[0]
    half = vein.half_height * float(rng.uniform(0.7, 1.0))
    gap = artery.half_width + half * 1.15 + 1.0
    away = np.array([artery.x - vein.x, artery.y - vein.y])
    away = away / np.hypot(*away) if abs(away[0]) > 0.5 * vein.half_width else np.array([side, 0.2])
    return Vessel(float(artery.x + away[0] * gap), float(artery.y + away[1] * gap), half * 1.15, half, 0.0, ((3, 0.04, 1.0),))


def _tibia(rng: np.random.Generator, width: float, depth: float, side: float) -> Bone:
    """At the edge of the picture, with everything behind it in its shadow."""
    x = width * (0.5 - side * rng.uniform(0.40, 0.47))
    return Bone(float(x), float(depth * rng.uniform(0.5, 0.62)), float(rng.uniform(7.0, 10.0)), float(rng.uniform(0.03, 0.06)), 34.0)


def _surfaces(level: Level, rng: np.random.Generator, vein: Vessel) -> tuple[Surface, ...]:
    roof = vein.y - vein.half_height
    fat = {Level.GROIN: (0.38, 0.54), Level.THIGH: (0.36, 0.52), Level.CALF: (0.26, 0.42)}.get(level, (0.36, 0.52))
    shares = (0.12, float(rng.uniform(*fat)), float(rng.uniform(0.66, 0.84)))
    slopes = (0.0, float(rng.uniform(-0.09, 0.09)), float(rng.uniform(-0.16, 0.16)))
    strengths = (11.0, float(rng.uniform(23, 28)), float(rng.uniform(11, 22)))
    lines = (1, int(rng.integers(1, 3)), int(rng.integers(1, 4)))
    thick = (0.0, float(rng.uniform(0.25, 0.6)), float(rng.uniform(0.1, 0.35)))
    upper = tuple(
        Surface(roof * share, slope, waves(rng, 0.12 + 0.55 * order), strengths[order], lines[order], thick[order])
        for order, (share, slope) in enumerate(zip(shares, slopes, strict=True))
    )
    floor = vein.y + vein.half_height + float(rng.uniform(6.0, 11.0))
    lowest = Surface(floor, float(rng.uniform(-0.14, 0.14)), waves(rng, 1.2), float(rng.uniform(10, 18)), int(rng.integers(1, 3)), 0.2)
    return (*upper, lowest)


def _bands(rng: np.random.Generator, surfaces: tuple[Surface, ...], depth: float) -> tuple[Band, ...]:
    """Septa of fat, muscle fibres, connective tissue round the vessels, what is left below."""
    skin, fascia, muscle, deep = (surface.depth for surface in surfaces)
    share = rng.uniform(0.4, 1.0, 4)
    lean = rng.uniform(-0.16, 0.16, 4)
    return (
        Band(int(22 * share[0]), (skin + 0.5, fascia), (4.0, 18.0), (7.0, 28.0), float(lean[0])),
        Band(int(120 * share[1]), (fascia + 0.8, muscle), (2.0, 10.0), (2.0, 22.0), float(lean[1])),
        Band(int(190 * share[2]), (muscle - 1.0, deep), (1.0, 9.0), (2.0, 27.0), float(lean[2])),
        Band(int(70 * share[3]), (deep, depth * 1.05), (2.0, 8.0), (-2.0, 25.0), float(lean[3])),
    )


def _bellies(level: Level, rng: np.random.Generator, vein: Vessel, width: float, side: float) -> tuple[Vessel, ...]:
    """Muscle bellies beside, below and before the vessels: dark, in a bright sheath."""
    roof, floor = vein.y - vein.half_height, vein.y + vein.half_height
    high = 0.3 * roof
    places = (
        (vein.x - side * rng.uniform(14, 19), vein.y + rng.uniform(-1, 4), rng.uniform(7, 10), rng.uniform(3.6, 6.0)),
        (width * rng.uniform(0.2, 0.8), floor + rng.uniform(9, 13), rng.uniform(11, 17), rng.uniform(3.8, 5.5)),
        (vein.x + side * rng.uniform(14, 20), roof + rng.uniform(0, 5), rng.uniform(7, 11), rng.uniform(3.5, 5.0)),
        (vein.x + side * rng.uniform(-5, 5), roof - high * 0.62, rng.uniform(8, 13), high * rng.uniform(0.35, 0.5)),
    )
    wanted = {Level.GROIN: (0.55, 0.6, 0.7, 0.25), Level.THIGH: (0.8, 0.7, 0.6, 0.7)}.get(level, (0.9, 0.9, 0.3, 0.8))
    return tuple(_belly(*place, rng) for place, chance in zip(places, wanted, strict=True) if rng.random() < chance)


def _belly(x: float, y: float, wide: float, tall: float, rng: np.random.Generator) -> Vessel:
    harmonics = ((2, 0.06, 1.0), (3, 0.07, float(rng.uniform(0, 6))))
    return Vessel(float(x), float(y), float(wide), float(tall), float(rng.uniform(-0.2, 0.2)), harmonics)
