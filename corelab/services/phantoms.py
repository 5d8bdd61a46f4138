"""One synthetic clip on disk, and its truth beside it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corelab.imaging.phantom import (
    SYNTAXES,
    Identity,
    Kind,
    Layout,
    Phantom,
    PhantomKindError,
    PhantomLayoutError,
    PhantomSizeError,
    SyntaxUnsupportedError,
    identity,
    make_phantom,
    rewrap,
)

__all__ = [
    "KINDS",
    "LAYOUTS",
    "SYNTAXES",
    "Identity",
    "Phantom",
    "PhantomKindError",
    "PhantomLayoutError",
    "PhantomSizeError",
    "SyntaxUnsupportedError",
    "identity",
    "make_phantom",
    "rewrap",
    "write_phantom",
]

KINDS = tuple(kind.value for kind in Kind)
LAYOUTS = tuple(layout.value for layout in Layout)
_ANSWERED = ("kind", "point", "frames", "residual_ap_percent")


def write_phantom(
    out: Path, kind: str, seed: int, *, syntax: str | None = None, layout: str | None = None, truth: Path | None = None
) -> dict[str, Any]:
    """Writes the clip to ``out`` and, where asked, all that is known about it to ``truth`` (JSON).

    Answers kind, point, frames, residual_ap_percent. Raises PhantomKindError, PhantomLayoutError, SyntaxUnsupportedError
    before anything is written, OSError where the place cannot be written.
    """
    phantom = make_phantom(kind, seed, layout=layout or LAYOUTS[0], syntax=syntax or SYNTAXES[0])
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
