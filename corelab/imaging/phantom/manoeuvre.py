"""What the hand, the heart and the breath do through a clip: the pose of each frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corelab.imaging.phantom.hard import Hard
from corelab.imaging.phantom.kinds import Mode, Traits


@dataclass(frozen=True, slots=True)
class Pose:
    """One frame: the vein's ``height`` and ``width`` against rest, tissue shortened by ``press``, ``slip`` sideways, arterial ``pulse``.

    ``time`` in s; ``slip`` in mm; ``drift`` out of the plane in rad; ``heart`` and ``breath`` are phases in turns; ``gain_db`` is what
    the whole picture loses; ``pressing`` 0 at rest, 1 at full pressure.
    """

    time: float
    height: float = 1.0
    width: float = 1.0
    press: float = 0.0
    slip: float = 0.0
    pulse: float = 0.0
    drift: float = 0.0
    heart: float = 0.0
    breath: float = 0.0
    gain_db: float = 0.0
    pressing: float = 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """When, in shares of the clip, pressure begins and is let go, and how long each takes. It may begin before the clip or end after it."""

    press_from: float = 0.22
    press_for: float = 0.20
    release_from: float = 0.62
    release_for: float = 0.20

    def pressing(self, share: float) -> float:
        """0 at rest, 1 at full pressure; ``share`` of the clip 0..1."""
        return _smooth((share - self.press_from) / self.press_for) - _smooth((share - self.release_from) / self.release_for)


@dataclass(frozen=True, slots=True)
class Manoeuvre:
    """``residual``: AP under pressure / AP at rest, 0..1, None without pressure; ``deepest`` tissue shortening; periods in s.

    ``tremble`` in mm; ``leaving`` out of the plane in rad and ``swelling`` of the calibre in shares, both by the end of the pressure and
    for good; ``lost_db`` of gain at full pressure.
    """

    residual: float | None
    deepest: float
    widening: float
    slip: float
    heart_period: float
    heart_phase: float
    breath_period: float
    swing: float
    restless: float
    course: Course = Course()
    tremble: float = 0.0
    tremble_hz: float = 4.0
    leaving: float = 0.0
    swelling: float = 0.0
    lost_db: float = 0.0


def draw_manoeuvre(traits: Traits, rng: np.random.Generator) -> Manoeuvre:
    pressed = traits.residual is not None
    free = traits.residual is None or traits.residual[0] == 0
    return Manoeuvre(
        residual=float(rng.uniform(*traits.residual)) / 100 if traits.residual else None,
        deepest=float(rng.uniform(0.06, 0.11)) if pressed else 0.0,
        widening=float(rng.uniform(0.12, 0.3)),
        slip=float(rng.uniform(-0.7, 0.7)) if pressed else 0.0,
        heart_period=float(rng.uniform(0.75, 1.0)),
        heart_phase=float(rng.uniform()),
        breath_period=float(rng.uniform(2.8, 3.6)),
        swing=0.02 if free and not traits.stented and traits.mode is Mode.GREY else 0.0,
        restless=float(rng.uniform(0.05, 0.16)),
    )


def harder(manoeuvre: Manoeuvre, hard: Hard | None, rng: np.random.Generator, *, rest_start: bool) -> Manoeuvre:
    """The same manoeuvre with one difficulty, and with pressure already on in the first frame unless ``rest_start``."""
    course = Course() if rest_start else _pressed_at_first(rng)
    strong, sign = float(rng.uniform()), float(rng.choice([-1.0, 1.0]))
    changed = replace(manoeuvre, course=course)
    match hard:
        case Hard.OUT_OF_PLANE:
            changed = replace(changed, leaving=0.8 + 0.5 * strong, swelling=sign * (0.05 + 0.05 * strong))
        case Hard.JITTER:
            changed = replace(changed, tremble=0.25 + 0.25 * strong, tremble_hz=float(rng.uniform(3, 6)))
        case Hard.SLIP:
            changed = replace(changed, slip=sign * (2.5 + 2.0 * strong))
        case Hard.ENDS_COMPRESSED:
            changed = replace(changed, course=Course(0.35, 0.35, 2.0))
        case Hard.FAST:
            changed = replace(changed, course=replace(course, press_for=0.085 + 0.04 * strong))
        case Hard.GAIN_DROP:
            changed = replace(changed, lost_db=4.0 + 7.0 * strong)
        case Hard.SHADOW | Hard.ISOECHOIC_THROMBUS | None:
            pass
    return changed


def _pressed_at_first(rng: np.random.Generator) -> Course:
    """Frame 0 shows a vein at about a third to a half of the way: it can still be pointed at."""
    press_for = 0.28
    return Course(-press_for * float(rng.uniform(0.38, 0.5)), press_for, 0.42, 0.20)


def poses(manoeuvre: Manoeuvre, starts_ms: Sequence[float]) -> tuple[Pose, ...]:
    """The pose of every frame: rest, press, hold, let go, rest, spread over the clip however few its frames are."""
    last = max(starts_ms[-1], 1e-6)
    return tuple(_pose(manoeuvre, start / 1000, start / last) for start in starts_ms)


def _pose(manoeuvre: Manoeuvre, time: float, share: float) -> Pose:
    course = manoeuvre.course
    pressed = manoeuvre.residual is not None
    pressing = course.pressing(share) if pressed else 0.0
    gone = _smooth((share - course.press_from) / course.press_for) if pressed else 0.0
    heart = (manoeuvre.heart_phase + time / manoeuvre.heart_period) % 1.0
    breath = time / manoeuvre.breath_period % 1.0
    shake = _shake(time * manoeuvre.tremble_hz)
    press = manoeuvre.deepest * pressing + 0.04 * manoeuvre.tremble * shake[1]
    residual = 1.0 if manoeuvre.residual is None else manoeuvre.residual
    # pressing shortens the vein with everything else; the squeeze of the vein itself brings it to the residual asked for
    height = (1 + (residual - 1) * pressing) / (1 - manoeuvre.deepest * pressing)
    height *= 1 + manoeuvre.swing * (1 - pressing) * float(np.sin(2 * np.pi * breath))
    return Pose(
        time=time,
        height=height * (1 + manoeuvre.swelling * gone),
        width=(1 + manoeuvre.widening * max(0.0, 1 - height)) * (1 + manoeuvre.swelling * gone),
        press=press,
        slip=manoeuvre.slip * pressing + 0.05 * float(np.sin(2 * np.pi * time / 1.9)) + manoeuvre.tremble * shake[0],
        pulse=0.05 * _beat(heart),
        drift=manoeuvre.restless * pressing + manoeuvre.leaving * gone + 0.04 * float(np.sin(2 * np.pi * time / 2.3)),
        heart=heart,
        breath=breath,
        gain_db=manoeuvre.lost_db * pressing,
        pressing=pressing,
    )


def _shake(turns: float) -> tuple[float, float]:
    """Sideways and along the beam, -1..1: two tones each, so that it does not repeat."""
    across = 0.65 * np.sin(2 * np.pi * turns) + 0.35 * np.sin(2 * np.pi * 1.37 * turns + 1.1)
    along = 0.65 * np.sin(2 * np.pi * 0.83 * turns + 2.0) + 0.35 * np.sin(2 * np.pi * 1.21 * turns)
    return float(across), float(along)


def _smooth(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def _beat(phase: float) -> float:
    """The arterial pulse: a half wave, then a smaller one."""
    return (
        max(0.0, float(np.sin(2 * np.pi * phase / 0.7)))
        if phase < 0.35
        else 0.25 * max(0.0, float(np.sin(2 * np.pi * (phase - 0.4) / 0.6)))
    )
