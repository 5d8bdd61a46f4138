"""A phantom clip as a caller asks for it: checked arguments, encoded pictures, DICOM, truth."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from corelab.imaging.phantom.dicom import JPEG, SYNTAXES, Footage, Identity, SyntaxUnsupportedError, encoded, identity, written
from corelab.imaging.phantom.hard import Hard, PhantomHardError, possible
from corelab.imaging.phantom.kinds import TRAITS, Kind, Level, Traits, traits_at
from corelab.imaging.phantom.layout import Layout, screen
from corelab.imaging.phantom.scene import Asked, draw_scene, pictures, regions, truth

SMALLEST = (160, 120)
"""Columns and rows under which no machine's screen can be told from another."""


class PhantomKindError(ValueError):
    """No phantom of this kind; ``known`` are the kinds there are."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no phantom kind {kind!r}")
        self.kind, self.known = kind, tuple(each.value for each in Kind)


class PhantomLayoutError(ValueError):
    """No screen layout of this name; ``known`` are those there are."""

    def __init__(self, layout: str) -> None:
        super().__init__(f"no phantom layout {layout!r}")
        self.layout, self.known = layout, tuple(each.value for each in Layout)


class PhantomLevelError(ValueError):
    """No place of the body of this name; ``known`` are those there are."""

    def __init__(self, level: str) -> None:
        super().__init__(f"no phantom level {level!r}")
        self.level, self.known = level, tuple(each.value for each in Level)


class PhantomSizeError(ValueError):
    """Too few frames or pixels for a picture, or an odd size."""


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


def make_phantom(  # noqa: PLR0913 - one call says all that a clip is; all but two have defaults
    kind: str | Kind,
    seed: int,
    *,
    frames: int = 60,
    size: tuple[int, int] = (640, 480),
    layout: str | Layout = "generic",
    syntax: str = JPEG,
    identifiers: Identity | None = None,
    hard: str | Hard | None = None,
    rest_start: bool = True,
    psf: int | None = None,
    level: str | Level | None = None,
) -> Phantom:
    """A clip of ``frames`` frames, ``size`` = (columns, rows) pixels. The same arguments give the same bytes.

    ``hard``: one difficulty for those who follow the vein. ``rest_start``: whether frame 0 is at rest, or pressure is already on.
    ``psf``: the number from which the point spread is drawn, by default ``seed``. ``level``: groin, thigh, calf or liver; by default the
    seed chooses groin or thigh. Raises PhantomKindError, PhantomLayoutError, PhantomHardError, PhantomLevelError, PhantomSizeError,
    SyntaxUnsupportedError before anything is drawn.
    """
    shown, machine = _kind(kind), _layout(layout)
    _check(frames, size, syntax)
    place = _level(level)
    asked = Asked(_hard(hard, traits_at(shown, place), rest_start=rest_start), rest_start, psf, place)
    scene = draw_scene(shown, seed, frames, screen(machine, size, TRAITS[shown].mode), asked)
    who = identifiers or identity("phantom", shown.value, seed, frames, size, machine.value, syntax, *_named(asked))
    shots = [np.ascontiguousarray(each[:, :, 0]) if scene.screen.grey_only else each for each in pictures(scene)]
    footage = Footage(
        syntax=syntax,
        rows=size[1],
        columns=size[0],
        samples=1 if scene.screen.grey_only else 3,
        frames=frames,
        frame_ms=scene.frame_ms,
        regions=regions(scene),
        pixels=encoded(shots, syntax),
        model=scene.screen.model,
    )
    return Phantom(written(footage, who), truth(scene), footage, who)


def _kind(kind: str | Kind) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise PhantomKindError(str(kind)) from None


def _layout(layout: str | Layout) -> Layout:
    try:
        return Layout(layout)
    except ValueError:
        raise PhantomLayoutError(str(layout)) from None


def _level(level: str | Level | None) -> Level | None:
    try:
        return None if level is None else Level(level)
    except ValueError:
        raise PhantomLevelError(str(level)) from None


def _hard(hard: str | Hard | None, traits: Traits, *, rest_start: bool) -> Hard | None:
    """A clip that begins under pressure and also ends so would hold no rest at all: refused too."""
    known = possible(traits)
    words = {each.value: each for each in known if rest_start or each is not Hard.ENDS_COMPRESSED}
    if not rest_start and not known:
        raise PhantomHardError("rest_start=False", ())
    wanted = hard.value if isinstance(hard, Hard) else hard
    if wanted is not None and wanted not in words:
        raise PhantomHardError(wanted, tuple(words))
    return None if wanted is None else words[wanted]


def _named(asked: Asked) -> tuple[object, ...]:
    """What tells this object from the plain one of the same kind and seed."""
    told = {
        "hard": asked.hard and asked.hard.value,
        "pressed": None if asked.rest_start else True,
        "psf": asked.psf,
        "level": asked.level and asked.level.value,
    }
    return tuple(f"{name}={value}" for name, value in told.items() if value is not None)


def _check(frames: int, size: tuple[int, int], syntax: str) -> None:
    if frames < 1 or size[0] < SMALLEST[0] or size[1] < SMALLEST[1] or size[0] % 2 or size[1] % 2:
        raise PhantomSizeError(f"{frames} frames of {size[0]}x{size[1]}: at least one frame of {SMALLEST[0]}x{SMALLEST[1]}, even numbers")
    if syntax not in SYNTAXES:
        raise SyntaxUnsupportedError(syntax)
