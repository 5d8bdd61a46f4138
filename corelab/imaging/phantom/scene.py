"""A scene holds everything a clip is drawn from; its pictures, its calibrated regions and its truth follow from it."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from corelab.domain.clip import Region, RegionKind
from corelab.imaging.phantom import colour, leg, liver, spectral
from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.bmode import Camera
from corelab.imaging.phantom.hard import Hard
from corelab.imaging.phantom.kinds import Kind, Level, Mode, Traits, traits_at
from corelab.imaging.phantom.layout import Labels, Screen, SpeedScale, backdrop
from corelab.imaging.phantom.machine import draw_machine, draw_shadow, quieter
from corelab.imaging.phantom.manoeuvre import Manoeuvre, Pose, draw_manoeuvre, harder, poses
from corelab.imaging.phantom.speckle import Beam, draw_beam
from corelab.imaging.phantom.tissue import scatter
from corelab.imaging.phantom.truth import Lumen, lumen, residual_percent, rest_frames

Pixels = npt.NDArray[np.uint8]

_SECONDS = {Mode.GREY: 2.4, Mode.COLOUR: 3.0, Mode.SPECTRAL: 4.8}
"""How long a clip lasts however many frames it has."""
_SPECTRAL_START = 0.3
"""Share of the strip that is drawn in frame 0."""


_DEPTH = {Level.GROIN: (37.0, 43.0), Level.THIGH: (37.0, 43.0), Level.CALF: (31.0, 36.0), Level.LIVER: (105.0, 130.0)}
"""How deep the picture goes in mm, least and most."""
_ISOECHOIC_DB = (-6.0, -2.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller wants beside kind and seed; ``psf`` is the number from which the point spread is drawn, by default the seed."""

    hard: Hard | None = None
    rest_start: bool = True
    psf: int | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a clip is drawn from; ``flow`` only in colour, ``strip`` only in spectral mode."""

    kind: Kind
    seed: int
    asked: Asked
    traits: Traits
    screen: Screen
    beam: Beam
    anatomy: Anatomy
    manoeuvre: Manoeuvre
    poses: tuple[Pose, ...]
    lumens: tuple[Lumen, ...]
    frame_ms: float
    strip: spectral.Strip | None
    rng: np.random.Generator


def draw_scene(kind: Kind, seed: int, frames: int, on: Screen, asked: Asked = Asked()) -> Scene:
    level = asked.level or _usual_level(seed)
    traits = traits_at(kind, level)
    if asked.hard is Hard.ISOECHOIC_THROMBUS:
        traits = replace(traits, echo_db=_ISOECHOIC_DB)
    rng = _chance(seed, kind.value)
    x0, y0, x1, y1 = on.picture
    depth = float(rng.uniform(*_DEPTH[level])) * (0.88 if traits.mode is Mode.SPECTRAL else 1.0)
    scale = (y1 - y0) / depth
    beam = draw_beam(scale, y1 - y0, x1 - x0, _chance(seed if asked.psf is None else asked.psf, "point spread"))
    width = (x1 - x0) / scale
    anatomy = liver.draw(traits, rng, width, depth) if level is Level.LIVER else leg.draw(level, traits, rng, width, depth)
    manoeuvre = harder(draw_manoeuvre(traits, rng), asked.hard, _chance(seed, "difficulty"), rest_start=asked.rest_start)
    frame_ms = round(1000 * _SECONDS[traits.mode] / max(frames, 4), 3)
    clip_poses = poses(manoeuvre, frames, frame_ms)
    return Scene(
        kind=kind,
        seed=seed,
        asked=asked,
        traits=traits,
        screen=on,
        beam=beam,
        anatomy=anatomy,
        manoeuvre=manoeuvre,
        poses=clip_poses,
        lumens=tuple(lumen(anatomy, pose) for pose in clip_poses),
        frame_ms=frame_ms,
        strip=_strip(kind, on, frames * frame_ms / 1000, rng),
        rng=rng,
    )


def _usual_level(seed: int) -> Level:
    """Groin and thigh; calf and liver are drawn for those who ask for them."""
    return Level.GROIN if _chance(seed, "level").random() < 0.4 else Level.THIGH


def _chance(seed: int, what: str) -> np.random.Generator:
    """One stream of chance for each matter: asking for a difficulty or another point spread leaves the anatomy as it is."""
    return np.random.default_rng([abs(seed), int(seed < 0), zlib.crc32(what.encode())])


def _strip(kind: Kind, on: Screen, seconds: float, rng: np.random.Generator) -> spectral.Strip | None:
    if on.strip is None:
        return None
    x0, y0, x1, y1 = on.strip
    return spectral.draw_strip(kind, y1 - y0, x1 - x0, seconds / (1 - _SPECTRAL_START), rng)


def pictures(scene: Scene) -> Iterator[Pixels]:
    """(rows, columns, 3) RGB, frame by frame."""
    rng, on, beam = scene.rng, scene.screen, scene.beam
    machine = draw_machine(rng) if scene.traits.mode is Mode.GREY else quieter(draw_machine(rng), 3.0)
    if scene.asked.hard is Hard.SHADOW:
        machine = replace(machine, shadow=draw_shadow(scene.anatomy, _chance(scene.seed, "shadow")))
    camera = Camera(scene.anatomy, scatter(scene.anatomy, beam, rng), beam, machine, rng)
    flow = colour.flow_map(scene.anatomy, beam, scene.traits.filling, rng) if scene.traits.mode is Mode.COLOUR else None
    table = colour.ramp()
    strip = scene.strip
    speeds = SpeedScale(strip.speed_per_pixel, strip.baseline, strip.seconds_per_pixel) if strip else None
    stage = backdrop(on, _labels(scene), table if flow else None, speeds)
    tint = _tint(on)
    x0, y0, x1, y1 = on.picture
    for index, (pose, vein) in enumerate(zip(scene.poses, scene.lumens, strict=True)):
        share = index / max(1, len(scene.poses) - 1)
        frame = stage.copy()
        picture = tint[camera.picture(pose, vein)]
        if flow is not None:
            colour.painted(picture, flow, colour.velocities(flow, pose, share, rng), colour.flash(flow, share, rng), table)
        if scene.strip is not None and on.strip is not None:
            _sample_gate(picture, scene)
            sx0, sy0, sx1, sy1 = on.strip
            frame[sy0:sy1, sx0:sx1] = spectral.swept(scene.strip, _SPECTRAL_START + (1 - _SPECTRAL_START) * share)
        frame[y0:y1, x0:x1] = picture
        yield frame


def _tint(on: Screen) -> Pixels:
    grey = np.arange(256)[:, None] * np.array(on.tint)[None, :]
    return np.asarray(np.clip(grey, 0, 255), dtype=np.uint8)


def _sample_gate(picture: Pixels, scene: Scene) -> None:
    """The Doppler line and the sample volume in the middle of the vein."""
    vein, scale = scene.anatomy.vein, scene.beam.scale
    x, y = vein.x * scale, vein.y * scale
    lean = 0.30
    cv2.line(picture, _at(x - lean * y, 0), _at(x + lean * (scene.beam.rows - y), scene.beam.rows), (150, 165, 150), 1, cv2.LINE_AA)
    for side in (-1, 1):
        gate = side * vein.half_height * scale * 0.35
        cv2.line(picture, _at(x + lean * gate - 5, y + gate), _at(x + lean * gate + 5, y + gate), (225, 230, 180), 1, cv2.LINE_AA)
    cv2.line(picture, _at(x - 14, y - 14 * vein.tilt), _at(x + 14, y + 14 * vein.tilt), (225, 230, 180), 1, cv2.LINE_AA)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x), round(y)


def _labels(scene: Scene) -> Labels:
    rate = 1000 / scene.frame_ms
    settings = ["L9-3 demo", f"{rate:.0f} Hz", f"{scene.anatomy.depth / 10:.1f} cm", "", "2D", "Gn 58", "DR 60", "Map B"]
    if scene.traits.mode is Mode.COLOUR:
        settings += ["", "CF", "1.5 kHz", "WF low"]
    if scene.traits.mode is Mode.SPECTRAL:
        settings += ["", "PW", "60 deg", "SV 2 mm"]
    scale = colour.SCALE if scene.traits.mode is Mode.COLOUR else None
    return Labels("DEMO^PHANTOM  ID 000-DEMO", "2000-01-01 08:00", tuple(settings), scene.anatomy.depth, scale)


def regions(scene: Scene) -> tuple[Region, ...]:
    x0, y0, x1, y1 = scene.screen.picture
    spacing = 0.1 / scene.beam.scale
    found = [Region(RegionKind.TISSUE, (x0, y0, x1 - 1, y1 - 1), spacing, spacing, "cm", "cm", usable=True)]
    if scene.traits.mode is Mode.COLOUR:
        cx0, cy0, cx1, cy1 = colour.box(scene.anatomy, scene.beam)
        found.append(Region(RegionKind.COLOUR, (x0 + cx0, y0 + cy0, x0 + cx1 - 1, y0 + cy1 - 1), spacing, spacing, "cm", "cm", usable=True))
    if scene.strip is not None and scene.screen.strip is not None:
        sx0, sy0, sx1, sy1 = scene.screen.strip
        strip = scene.strip
        found.append(
            Region(
                RegionKind.SPECTRAL,
                (sx0, sy0, sx1 - 1, sy1 - 1),
                strip.seconds_per_pixel,
                -strip.speed_per_pixel,
                "s",
                "cm/s",
                usable=True,
                reference=(0, strip.baseline),
            )
        )
    return tuple(found)


def truth(scene: Scene) -> MappingProxyType[str, Any]:
    x0, y0, _, _ = scene.screen.picture
    scale = scene.beam.scale
    pressed = scene.manoeuvre.residual is not None
    shapes, rest = scene.lumens, rest_frames(scene.poses)
    return MappingProxyType(
        {
            "kind": scene.kind.value,
            "seed": scene.seed,
            "level": scene.anatomy.level.value,
            "hard": scene.asked.hard.value if scene.asked.hard else None,
            "point": _point(scene),
            "frames": [{"frame": n, "ap_mm": round(each.ap_mm, 3), "area_mm2": round(each.area_mm2, 3)} for n, each in enumerate(shapes)],
            "residual_ap_percent": round(residual_percent(shapes, rest), 2) if pressed else None,
            "rest_frame": rest[0],
            "compressed_frame": int(np.argmin([each.ap_mm for each in shapes])) if pressed else None,
            "spacing_mm": round(1 / scale, 6),
            "point_spread": {"axial_mm": round(scene.beam.axial / scale, 4), "lateral_mm": round(scene.beam.narrow / scale, 4)},
            "grades": dict(scene.traits.grades),
            "reflux_s": None if scene.strip is None else round(scene.strip.reflux_seconds, 3),
            "outlines": [[[round(x0 + float(x) * scale, 2), round(y0 + float(y) * scale, 2)] for x, y in each.outline] for each in shapes],
        }
    )


def _point(scene: Scene) -> list[float]:
    """A point of the picture inside the vein in frame 0; beside the sample volume where there is one."""
    x0, y0, _, _ = scene.screen.picture
    vein, outline = scene.anatomy.vein, scene.lumens[0].outline
    x, y = float(outline[:, 0].mean()), float(outline[:, 1].mean())
    if vein.lengthwise:
        aside = -0.25 * scene.anatomy.width
        x, y = x + aside, y + aside * vein.tilt
    return [round(x0 + x * scene.beam.scale, 1), round(y0 + y * scene.beam.scale, 1)]
