"""A scene holds everything a clip is drawn from; its pictures follow from it."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom import colour, ecg, leg, liver, spectral
from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.bmode import Camera
from corelab.imaging.phantom.clock import Clocking, durations
from corelab.imaging.phantom.encoding import VIDEO_MS
from corelab.imaging.phantom.hard import Hard
from corelab.imaging.phantom.kinds import Kind, Level, Mode, Traits, traits_at
from corelab.imaging.phantom.layout import Labels, Screen, SpeedScale, backdrop
from corelab.imaging.phantom.machine import draw_machine, draw_shadow, quieter
from corelab.imaging.phantom.manoeuvre import Manoeuvre, Pose, draw_manoeuvre, harder, poses
from corelab.imaging.phantom.speckle import Beam, draw_beam
from corelab.imaging.phantom.tissue import scatter
from corelab.imaging.phantom.truth import Lumen, lumens

Pixels = npt.NDArray[np.uint8]

_SECONDS = {Mode.GREY: 2.4, Mode.COLOUR: 3.0, Mode.SPECTRAL: 4.8}
"""How long a clip lasts however many frames it has."""
_SWEEP = 6.8
"""What the whole spectral strip shows, in s: longer than the clip, in whose last frame it is full."""


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
    clocking: Clocking = Clocking.FRAME_TIME
    reflux_s: float | None = None
    film: bool = False
    """A stream of television: its rate is fixed."""


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
    durations_ms: tuple[float, ...]
    strip: spectral.Strip | None
    rng: np.random.Generator

    @property
    def scales(self) -> tuple[float, float]:
        """Pixels of the screen per mm, across and along the beam: not every machine has square pixels."""
        x0, _, x1, _ = self.screen.picture
        return self.beam.scale * (x1 - x0) / self.beam.columns, self.beam.scale

    def on_screen(self, x: float, y: float) -> tuple[float, float]:
        """A place in mm as pixels of the frame, counted from the centre of its upper left pixel."""
        across, along = self.scales
        x0, y0, _, _ = self.screen.picture
        return x0 + x * across - 0.5, y0 + y * along - 0.5


def draw_scene(kind: Kind, seed: int, frames: int, on: Screen, asked: Asked = Asked()) -> Scene:
    level = asked.level or _usual_level(seed)
    traits = traits_at(kind, level)
    if asked.hard is Hard.ISOECHOIC_THROMBUS:
        traits = replace(traits, echo_db=_ISOECHOIC_DB)
    rng = _chance(seed, kind.value)
    x0, y0, x1, y1 = on.picture
    depth = float(rng.uniform(*_DEPTH[level])) * (0.88 if traits.mode is Mode.SPECTRAL else 1.0)
    scale = (y1 - y0) / depth
    columns = round((x1 - x0) / on.stretch)
    beam = draw_beam(scale, y1 - y0, columns, _chance(seed if asked.psf is None else asked.psf, "point spread"))
    width = columns / scale
    anatomy = liver.draw(traits, rng, width, depth) if level is Level.LIVER else leg.draw(level, traits, rng, width, depth)
    manoeuvre = harder(draw_manoeuvre(traits, rng), asked.hard, _chance(seed, "difficulty"), rest_start=asked.rest_start)
    lasting = _durations(traits.mode, frames, asked, seed)
    starts = tuple(sum(lasting[:frame]) for frame in range(frames))
    clip_poses = poses(manoeuvre, starts)
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
        lumens=lumens(anatomy, clip_poses),
        durations_ms=lasting,
        strip=_strip(kind, on, rng, asked.reflux_s),
        rng=rng,
    )


def _durations(mode: Mode, frames: int, asked: Asked, seed: int) -> tuple[float, ...]:
    if asked.film:
        return (VIDEO_MS,) * frames
    return durations(asked.clocking, frames, _SECONDS[mode], _chance(seed, "clock"))


def _usual_level(seed: int) -> Level:
    """Groin and thigh; calf and liver are drawn for those who ask for them."""
    return Level.GROIN if _chance(seed, "level").random() < 0.4 else Level.THIGH


def _chance(seed: int, what: str) -> np.random.Generator:
    """One stream of chance for each matter: asking for a difficulty or another point spread leaves the anatomy as it is."""
    return np.random.default_rng([abs(seed), int(seed < 0), zlib.crc32(what.encode())])


def _strip(kind: Kind, on: Screen, rng: np.random.Generator, reflux_s: float | None) -> spectral.Strip | None:
    if on.strip is None:
        return None
    x0, y0, x1, y1 = on.strip
    return spectral.draw_strip(kind, (x1 - x0, y1 - y0), _SWEEP, rng, reflux_s)


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
    for pose, vein in zip(scene.poses, scene.lumens, strict=True):
        share = pose.time / max(scene.poses[-1].time, 1e-9)
        frame = stage.copy()
        picture = tint[camera.picture(pose, vein)]
        if flow is not None:
            colour.painted(picture, flow, colour.velocities(flow, pose, share, rng), colour.flash(flow, share, rng), table)
        if scene.strip is not None and on.strip is not None:
            _sample_gate(picture, scene)
            sx0, sy0, sx1, sy1 = on.strip
            to_come = (scene.poses[-1].time - pose.time) / _SWEEP
            frame[sy0:sy1, sx0:sx1] = spectral.swept(scene.strip, 1 - to_come)
        frame[y0:y1, x0:x1] = picture if beam.columns == x1 - x0 else cv2.resize(picture, (x1 - x0, y1 - y0))
        if on.ecg is not None:
            ecg.draw(frame, on.ecg, scene.manoeuvre, pose.time)
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
    rate = 1000 * len(scene.durations_ms) / sum(scene.durations_ms)
    settings = ["L9-3 demo", f"{rate:.0f} Hz", f"{scene.anatomy.depth / 10:.1f} cm", "", "2D", "Gn 58", "DR 60", "Map B"]
    if scene.traits.mode is Mode.COLOUR:
        settings += ["", "CF", "1.5 kHz", "WF low"]
    if scene.traits.mode is Mode.SPECTRAL:
        settings += ["", "PW", "60 deg", "SV 2 mm"]
    scale = colour.SCALE if scene.traits.mode is Mode.COLOUR else None
    return Labels("DEMO^PHANTOM  ID 000-DEMO", "2000-01-01 08:00", tuple(settings), scene.anatomy.depth, scene.beam.focus, scale)
