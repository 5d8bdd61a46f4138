"""Small clips in every compression that intake takes, so that a test says only what matters."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from pydicom.encaps import encapsulate

from corelab.imaging.container import run_lengths
from tests.dicom_builders import a_dataset, file_bytes
from tests.picture_files import a_picture

NATIVE, RLE, JPEG, LOSSLESS, LS, LS_NEAR, J2K, J2K_LOSSY, HT = (
    "1.2.840.10008.1.2" + end for end in (".1", ".5", ".4.50", ".4.70", ".4.80", ".4.81", ".4.90", ".4.91", ".4.201")
)
Picture = NDArray[np.uint8]


def _jpeg(picture: Picture) -> bytes:
    if picture.ndim == 3:
        return bytes(simplejpeg.encode_jpeg(picture, 90, "RGB"))
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(picture)[..., None], 90, "GRAY"))


_CODERS: dict[str, Callable[[Picture], Any]] = {
    RLE: run_lengths,
    JPEG: _jpeg,
    LOSSLESS: imagecodecs.ljpeg_encode,
    LS: imagecodecs.jpegls_encode,
    LS_NEAR: partial(imagecodecs.jpegls_encode, level=2),
    J2K: partial(imagecodecs.jpeg2k_encode, level=0, codecformat="j2k"),
    J2K_LOSSY: partial(imagecodecs.jpeg2k_encode, level=45, codecformat="j2k", reversible=False),
    HT: imagecodecs.htj2k_encode,
}


def coded(picture: Picture, syntax: str) -> bytes:
    return bytes(_CODERS[syntax](picture))


def a_clip(path: Path, syntax: str, *, grey: bool = True, streams: list[bytes] | None = None, photometric: str = "") -> Path:
    """Three frames of a picture in a syntax."""
    frames = [a_picture(n, 64, 96)[..., 0] if grey else a_picture(n, 64, 96) for n in range(3)]
    made = a_dataset(np.stack(frames))
    made.PhotometricInterpretation = photometric or made.PhotometricInterpretation
    made.PixelData = encapsulate(streams or [coded(frame, syntax) for frame in frames])
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    path.write_bytes(file_bytes(made, syntax))
    return path


def streams(syntax: str) -> list[bytes]:
    """The three frames of the grey clip."""
    return [coded(a_picture(n, 64, 96)[..., 0], syntax) for n in range(3)]
