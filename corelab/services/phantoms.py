"""One synthetic clip on disk, and its truth beside it."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corelab.imaging.phantom import (
    SYNTAXES,
    Clocking,
    Hard,
    Identity,
    Kind,
    Layout,
    Level,
    Phantom,
    PhantomClockingError,
    PhantomHardError,
    PhantomKindError,
    PhantomLayoutError,
    PhantomLevelError,
    PhantomRefluxError,
    PhantomSizeError,
    SyntaxUnsupportedError,
    another,
    identity,
    make_phantom,
    rewrap,
)

__all__ = [
    "CLOCKINGS",
    "HARD",
    "KINDS",
    "LAYOUTS",
    "LEVELS",
    "SYNTAXES",
    "Identity",
    "Options",
    "Phantom",
    "PhantomClockingError",
    "PhantomHardError",
    "PhantomKindError",
    "PhantomLayoutError",
    "PhantomLevelError",
    "PhantomRefluxError",
    "PhantomSizeError",
    "SyntaxUnsupportedError",
    "another",
    "identity",
    "make_phantom",
    "rewrap",
    "write_phantom",
]

KINDS = tuple(kind.value for kind in Kind)
CLOCKINGS = tuple(clocking.value for clocking in Clocking)
HARD = tuple(hard.value for hard in Hard)
LAYOUTS = tuple(layout.value for layout in Layout)
LEVELS = tuple(level.value for level in Level)
_ANSWERED = ("kind", "point", "frames", "residual_ap_percent")


@dataclass(frozen=True, slots=True)
class Options:
    """How a phantom may be asked for beside kind and seed: see ``make_phantom``. None: as it is by default."""

    syntax: str | None = None
    layout: str | None = None
    hard: str | None = None
    rest_start: bool = True
    psf: int | None = None
    level: str | None = None
    clocking: str | None = None
    reflux_s: float | None = None


def write_phantom(out: Path, kind: str, seed: int, options: Options = Options(), *, truth: Path | None = None) -> dict[str, Any]:
    """Writes the clip to ``out`` and, where asked, all that is known about it to ``truth`` (JSON).

    Answers kind, point, frames, residual_ap_percent. Raises what ``make_phantom`` raises before anything is written, OSError where the
    place cannot be written.
    """
    given = {name: value for name, value in asdict(options).items() if value is not None}
    phantom = make_phantom(kind, seed, **given)
    _put(out, phantom.dicom)
    if truth is not None:
        _put(truth, _as_json(phantom.truth))
    return {key: phantom.truth[key] for key in _ANSWERED}


def _as_json(truth: Mapping[str, Any]) -> bytes:
    return (json.dumps(dict(truth), ensure_ascii=False) + "\n").encode()


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader of the folder never meets half a file."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)  # noqa: PTH105 - replaces on every system, Path.rename does not
    finally:
        part.unlink(missing_ok=True)
