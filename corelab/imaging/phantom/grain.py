"""A grain of its own for each copy of a phantom: no two recordings of a made-up trial have the very same pictures."""

import hashlib

import numpy as np
from pydicom.encaps import encapsulate, generate_frames

from corelab.imaging.phantom.dicom import Footage
from corelab.imaging.phantom.encoding import Pixels, decoded_jpeg, encoded_jpeg, is_jpeg

_SIDE = 16
_DEPTH = 12
"""Grey levels by which a point of the patch may differ: far less than the speckle around it."""


def grained(footage: Footage, *parts: object) -> bytes:
    """Pixel Data with other noise in a small patch of the last frame, as ``parts`` say; JPEG baseline alone, others stay as they are.

    The patch lies at the lower edge of the first region, where no vein is shown.
    """
    if not is_jpeg(footage.syntax) or not footage.regions:
        return footage.pixels
    frames = list(generate_frames(footage.pixels, number_of_frames=footage.frames))
    last = decoded_jpeg(frames[-1], grey=footage.samples == 1)
    return bytes(encapsulate([*frames[:-1], encoded_jpeg(_with_patch(last, footage, parts))]))


def _with_patch(frame: Pixels, footage: Footage, parts: tuple[object, ...]) -> Pixels:
    x0, _, x1, y1 = footage.regions[0].box
    left, top = (x0 + x1 - _SIDE) // 2, y1 - _SIDE
    place = (slice(top, top + _SIDE), slice(left, left + _SIDE))
    seed = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    noise = np.random.default_rng(list(seed)).integers(-_DEPTH, _DEPTH + 1, (_SIDE, _SIDE))
    changed = frame.copy()
    patch = changed[place].astype(np.int16)
    changed[place] = np.clip(patch + (noise if frame.ndim == 2 else noise[..., None]), 0, 255).astype(np.uint8)
    return changed
