"""What is said about a scene: its calibrated regions for the header, its truth for those who test against it."""

from types import MappingProxyType
from typing import Any

import numpy as np

from corelab.domain.clip import Region, RegionKind
from corelab.imaging.phantom import colour, ecg
from corelab.imaging.phantom.kinds import Filling, Mode
from corelab.imaging.phantom.scene import Scene
from corelab.imaging.phantom.truth import Lumen, residual_percent, rest_frames


def regions(scene: Scene) -> tuple[Region, ...]:
    x0, y0, x1, y1 = scene.screen.picture
    dx, dy = (0.1 / scale for scale in scene.scales)
    found = [Region(RegionKind.TISSUE, (x0, y0, x1 - 1, y1 - 1), dx, dy, "cm", "cm", usable=True)]
    if scene.traits.mode is Mode.COLOUR:
        cx0, cy0, cx1, cy1 = colour.box(scene.anatomy, scene.beam)
        wider = scene.scales[0] / scene.scales[1]
        box = (x0 + round(cx0 * wider), y0 + cy0, x0 + round(cx1 * wider) - 1, y0 + cy1 - 1)
        found.append(Region(RegionKind.COLOUR, box, dx, dy, "cm", "cm", usable=True))
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
    if scene.screen.ecg is not None:
        ex0, ey0, ex1, ey1 = scene.screen.ecg
        seconds = ecg.SECONDS / (ex1 - ex0)
        found.append(Region(RegionKind.WAVEFORM, (ex0, ey0, ex1 - 1, ey1 - 1), seconds, 0.0, "s", "none", usable=False))
    return tuple(found)


def truth(scene: Scene) -> MappingProxyType[str, Any]:
    across, along = scene.scales
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
            "spacing_mm": round(1 / along, 6),
            "spacing_x_mm": round(1 / across, 6),
            "point_spread": {"axial_mm": round(scene.beam.axial / along, 4), "lateral_mm": round(scene.beam.narrow / along, 4)},
            "grades": dict(scene.traits.grades),
            "reflux_s": None if scene.strip is None else round(scene.strip.reflux_seconds, 3),
            "velocities": _velocities(scene),
            "outlines": [_rounded(scene, each, 2) for each in shapes],
        }
    )


def _velocities(scene: Scene) -> dict[str, float | list[float] | None] | None:
    """cm/s and where they stand in the frame (pixels): in a strip the envelope, in colour the highest speeds of the vein."""
    strip, box = scene.strip, scene.screen.strip
    if strip is not None and box is not None:
        reflux = None if strip.reflux is None else [round(box[0] + column, 2) for column in strip.reflux]
        return {
            "forward_peak": round(strip.fastest[0], 2),
            "back_peak": round(strip.fastest[1], 2),
            "baseline_y": float(box[1] + strip.baseline),
            "reflux_x": reflux,
        }
    if scene.traits.mode is Mode.COLOUR:
        free = scene.traits.filling is not Filling.OCCLUDED
        speeds = [colour.venous(pose, pose.time / max(scene.poses[-1].time, 1e-9)) for pose in scene.poses]
        return {"scale": colour.SCALE, "vein_peak": round(max(speeds), 2) if free else 0.0}
    return None


def _rounded(scene: Scene, shape: Lumen, digits: int) -> list[list[float]]:
    return [[round(value, digits) for value in scene.on_screen(float(x), float(y))] for x, y in shape.outline]


def _point(scene: Scene) -> list[float]:
    """A point of the picture inside the vein in frame 0; beside the sample volume where there is one."""
    vein, outline = scene.anatomy.vein, scene.lumens[0].outline
    x, y = float(outline[:, 0].mean()), float(outline[:, 1].mean())
    if vein.lengthwise:
        aside = -0.25 * scene.anatomy.width
        x, y = x + aside, y + aside * vein.tilt
    return [round(value, 1) for value in scene.on_screen(x, y)]
