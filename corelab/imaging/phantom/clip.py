"""A phantom clip as a caller asks for it: checked arguments, encoded pictures, DICOM, truth."""

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from corelab.imaging.phantom.asking import check_size, clocking_of, hard_of, kind_of, layout_of, level_of
from corelab.imaging.phantom.clock import Clocking
from corelab.imaging.phantom.dicom import Footage, Identity, identity, written
from corelab.imaging.phantom.encoding import SYNTAXES, coding, encoded
from corelab.imaging.phantom.grain import grained
from corelab.imaging.phantom.hard import Hard
from corelab.imaging.phantom.kinds import Kind, Level, traits_at
from corelab.imaging.phantom.layout import Layout, screen
from corelab.imaging.phantom.scene import Asked, Scene, draw_scene, pictures
from corelab.imaging.phantom.spectral import check_reflux
from corelab.imaging.phantom.told import regions, truth


@dataclass(frozen=True, slots=True)
class Phantom:
    """One clip. ``dicom``: the file; ``truth``: what is really in it (interface of ``corelab phantom``, and outlines, spacing, grades)."""

    dicom: bytes = field(repr=False)
    truth: MappingProxyType[str, Any] = field(repr=False)
    footage: Footage = field(repr=False)
    identity: Identity = field(repr=False)

    def with_identity(self, who: Identity) -> "Phantom":
        """The same pictures as another DICOM object; nothing is drawn or encoded again."""
        return Phantom(written(self.footage, who), self.truth, self.footage, who)


def rewrap(phantom: Phantom, *parts: object, **fields: Any) -> Phantom:
    """The same pictures under UIDs that follow from ``parts``; ``fields`` replace entries of the identity (patient_id="...")."""
    return phantom.with_identity(identity(*parts, **fields))


def another(phantom: Phantom, *parts: object, **fields: Any) -> Phantom:
    """As good as the same pictures, with a grain of their own, under other UIDs: another recording of the same vein."""
    footage, who = replace(phantom.footage, pixels=grained(phantom.footage, *parts)), identity(*parts, **fields)
    return Phantom(written(footage, who), phantom.truth, footage, who)


def make_phantom(  # noqa: PLR0913 - one call says all that a clip is; all but two have defaults
    kind: str | Kind,
    seed: int,
    *,
    frames: int = 60,
    size: tuple[int, int] = (640, 480),
    layout: str | Layout = "generic",
    syntax: str = SYNTAXES[0],
    identifiers: Identity | None = None,
    hard: str | Hard | None = None,
    rest_start: bool = True,
    psf: int | None = None,
    level: str | Level | None = None,
    clocking: str | Clocking = Clocking.FRAME_TIME,
    reflux_s: float | None = None,
) -> Phantom:
    """A clip of ``frames`` frames, ``size`` = (columns, rows) pixels. The same arguments give the same bytes.

    ``hard``: one difficulty for those who follow the vein. ``rest_start``: whether frame 0 is at rest, or pressure is already on.
    ``psf``: the number from which the point spread is drawn, by default ``seed``. ``level``: groin, thigh, calf or liver; by default the
    seed chooses groin or thigh. ``clocking``: how the header says when frames were taken. ``reflux_s``: how long blood runs back in the
    kind that shows it. Raises PhantomKindError, PhantomLayoutError, PhantomHardError, PhantomLevelError, PhantomClockingError,
    PhantomRefluxError, PhantomSizeError, SyntaxUnsupportedError before anything is drawn.
    """
    shown, machine, place = kind_of(kind), layout_of(layout), level_of(level)
    check_size(frames, size, syntax)
    check_reflux(shown, reflux_s)
    traits = traits_at(shown, place)
    film, clock = coding(syntax).film, clocking_of(clocking, syntax)
    asked = Asked(hard_of(hard, traits, rest_start=rest_start), rest_start, psf, place, clock, reflux_s, film)
    scene = draw_scene(shown, seed, frames, screen(machine, size, traits.mode), asked)
    who = identifiers or identity("phantom", shown.value, seed, frames, size, machine.value, syntax, *_named(asked))
    footage = _filmed(scene, syntax)
    return Phantom(written(footage, who), truth(scene), footage, who)


def _filmed(scene: Scene, syntax: str) -> Footage:
    """A film has colour even where the machine stores grey."""
    grey = scene.screen.grey_only and not scene.asked.film
    shots = [np.ascontiguousarray(each[:, :, 0]) if grey else each for each in pictures(scene)]
    columns, rows = scene.screen.size
    return Footage(
        syntax=syntax,
        rows=rows,
        columns=columns,
        samples=1 if grey else 3,
        durations_ms=scene.durations_ms,
        clocking=scene.asked.clocking,
        regions=regions(scene),
        pixels=encoded(shots, syntax),
        model=scene.screen.model,
    )


def _named(asked: Asked) -> tuple[object, ...]:
    """What tells this object from the plain one of the same kind and seed."""
    told = {
        "hard": asked.hard and asked.hard.value,
        "pressed": None if asked.rest_start else True,
        "psf": asked.psf,
        "level": asked.level and asked.level.value,
        "reflux": asked.reflux_s,
        "clocking": None if asked.clocking is Clocking.FRAME_TIME else asked.clocking.value,
    }
    return tuple(f"{name}={value}" for name, value in told.items() if value is not None)
