"""Colour flow: where blood moves, how fast in which direction, and the colours a machine lays over the grey picture."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.kinds import Filling
from corelab.imaging.phantom.manoeuvre import Pose
from corelab.imaging.phantom.speckle import Beam
from corelab.imaging.phantom.vessel import Field

Colour = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

SCALE = 12.0
"""cm/s at the ends of the colour bar."""


_SQUEEZED_AT = 0.62
"""Share of a colour clip at which the leg is squeezed."""


def ramp() -> Colour:
    """(256, 3) RGB from +scale (top, red to yellow) through black to -scale (blue to cyan): venous flow runs away from the probe."""
    share = np.linspace(1, -1, 256)
    strong = np.abs(share)
    main = np.clip(70 + 185 * strong / 0.55, 0, 255)
    second = np.clip((strong - 0.28) / 0.72, 0, 1) * 225
    towards = np.stack([main, second, np.zeros(256)], axis=1)
    away = np.stack([np.zeros(256), second, main], axis=1)
    table = np.where(share[:, None] > 0, towards, away)
    table[strong < 0.05] = 0
    return table.astype(np.uint8)


@dataclass(frozen=True, slots=True)
class FlowMap:
    """Share of the peak velocity, per pixel of the picture, for vein and artery; ``box`` is the colour box in picture pixels."""

    vein: Field
    artery: Field
    grain: Field
    box: Box
    direction: float
    """1 where venous flow runs away from the probe, -1 where it comes to it."""


def flow_map(anatomy: Anatomy, beam: Beam, filling: Filling, rng: np.random.Generator) -> FlowMap:
    y, x = np.mgrid[0 : beam.rows, 0 : beam.columns].astype(np.float32) / np.float32(beam.scale)
    vein = _profile(anatomy.vein.relative(x, y))
    if filling is Filling.OCCLUDED:
        vein[:] = 0
    elif anatomy.clot is not None:
        held = anatomy.clot.holds(anatomy.vein, x, y).astype(np.float32)
        vein *= 1 - np.clip(cv2.GaussianBlur(held, (0, 0), 0.45 * beam.scale) * 1.5, 0, 1)
    artery = np.max([_profile(each.relative(x, y)) for each in anatomy.arteries], axis=0)
    extra = 64
    noise = rng.standard_normal((beam.rows + extra, beam.columns + extra), dtype=np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), sigmaX=max(1.5, 0.5 * beam.scale), sigmaY=max(1.0, 0.28 * beam.scale))
    return FlowMap(vein, artery, np.asarray(grain / np.std(grain), dtype=np.float32), box(anatomy, beam), -1.0 if anatomy.towards else 1.0)


def _profile(radius: Field) -> Field:
    """Blunted parabola; the colour ends a little outside the wall, as it does on real machines."""
    return np.asarray(np.clip(1 - (radius / np.float32(1.04)) ** 3, 0, 1), dtype=np.float32)


def box(anatomy: Anatomy, beam: Beam) -> Box:
    vessels = (anatomy.vein, *anatomy.arteries)
    x0 = min(v.x - v.half_width for v in vessels) - 3.5
    x1 = max(v.x + v.half_width for v in vessels) + 3.5
    y0 = min(v.y - v.half_height for v in vessels) - 3.0
    y1 = max(v.y + v.half_height for v in vessels) + 3.5
    x0, x1 = max(0.8, x0), min(anatomy.width - 0.8, x1)
    y1 = min(anatomy.depth - 0.8, y1)
    return (int(x0 * beam.scale), int(y0 * beam.scale), int(x1 * beam.scale), int(y1 * beam.scale))


def velocities(flow: FlowMap, pose: Pose, share: float, rng: np.random.Generator) -> Field:
    """cm/s per pixel: phasic venous flow, squeezed once from further down the leg half-way through, pulsed arterial flow the other way."""
    vein = -flow.direction * venous(pose, share)
    artery = 3.2 + 8.0 * np.exp(-(((pose.heart - 0.18) / 0.11) ** 2))
    rows, columns = flow.vein.shape
    row, column = (int(rng.integers(0, flow.grain.shape[axis] - size)) for axis, size in ((0, rows), (1, columns)))
    grain = flow.grain[row : row + rows, column : column + columns]
    speed = flow.vein * np.float32(vein) + flow.artery * np.float32(artery)
    return np.asarray(speed * (1 + np.float32(0.11) * grain) + np.float32(0.35) * grain, dtype=np.float32)


def venous(pose: Pose, share: float) -> float:
    """cm/s in the middle of the vein."""
    return float(5.2 + 1.8 * np.sin(2 * np.pi * pose.breath) + 9.5 * squeeze(share))


def squeeze(share: float) -> float:
    """How strongly the leg is squeezed, 0..1; ``share`` of the clip."""
    return float(np.exp(-(((share - _SQUEEZED_AT) / 0.08) ** 2)))


def flash(flow: FlowMap, share: float, rng: np.random.Generator) -> Field:
    """cm/s of tissue that the squeezing hand moves: patches over the whole box, gone after some frames."""
    strength = np.float32(7.0 * np.exp(-(((share - _SQUEEZED_AT + 0.05) / 0.025) ** 2)))
    rows, columns = flow.vein.shape
    if strength < 0.01:
        return np.zeros((rows, columns), dtype=np.float32)
    coarse = rng.standard_normal((max(2, rows // 40), max(2, columns // 60)), dtype=np.float32)
    patches = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(strength * (patches + np.float32(0.25) * flow.grain[:rows, :columns]), dtype=np.float32)


def painted(picture: Colour, flow: FlowMap, speed: Field, moved_tissue: Field, table: Colour) -> None:
    """Lays colour over ``picture`` (rows, columns, 3), in place, inside the colour box, and draws the box.

    What is faster than the scale comes in again at its other end, as aliasing does.
    """
    x0, y0, x1, y1 = flow.box
    inside = np.maximum(flow.vein, flow.artery)[y0:y1, x0:x1] > 0.02
    within = np.where(inside, speed[y0:y1, x0:x1], 0) + moved_tissue[y0:y1, x0:x1]
    aliased = np.mod(within + np.float32(SCALE), np.float32(2 * SCALE)) - np.float32(SCALE)
    index = np.clip((1 - aliased / np.float32(SCALE)) * np.float32(127.5), 0, 255).astype(np.uint8)
    moving = np.abs(within) > np.where(inside, np.float32(0.9), np.float32(3.0))
    target = picture[y0:y1, x0:x1]
    target[moving] = table[index[moving]]
    cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), (190, 205, 190), 1)
