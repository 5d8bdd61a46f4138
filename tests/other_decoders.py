"""The pictures of a DICOM file as programs of others decode them: pydicom with GDCM, Pillow, FFmpeg's own Python door, OpenJPEG."""

import io
import warnings
from pathlib import Path

import av
import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from pydicom.pixels.processing import apply_color_lut

Pictures = NDArray[np.uint8]
_LOSSY_JPEG = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"})
_HIGH_THROUGHPUT = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203))
_VIDEO = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in range(100, 109))


def pictures(path: Path) -> Pictures:
    """frames x rows x columns x 3 of 8 bits, by other decoders than this program's."""
    syntax = dcmread(path, stop_before_pixels=True, force=True).file_meta.TransferSyntaxUID
    if syntax in _LOSSY_JPEG:
        return np.stack([np.asarray(Image.open(io.BytesIO(stream)).convert("RGB")) for stream in _streams(path)])
    if syntax in _HIGH_THROUGHPUT:  # this program decodes them by OpenJPH
        return np.stack([_colour(imagecodecs.jpeg2k_decode(stream)) for stream in _streams(path)])
    return by_ffmpeg(path) if syntax in _VIDEO else by_pydicom(path)


def _streams(path: Path) -> list[bytes]:
    data = dcmread(path)
    return list(generate_frames(data.PixelData, number_of_frames=int(data.get("NumberOfFrames") or 1)))


def _colour(picture: NDArray[np.uint8]) -> Pictures:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=-1)


def by_ffmpeg(path: Path) -> Pictures:
    with av.open(io.BytesIO(_streams_joined(path)), mode="r") as found:
        return np.stack(
            [np.asarray(frame.to_ndarray(format="rgb24", interpolation="BICUBIC"), np.uint8) for frame in found.decode(video=0)]
        )


def _streams_joined(path: Path) -> bytes:
    return b"".join(generate_frames(dcmread(path).PixelData, number_of_frames=1))


def by_pydicom(path: Path) -> Pictures:
    """frames x rows x columns x 3 of 8 bits, by the rules of this program: highest 8 bits, palettes by their high byte."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom tells of the faults that these files were made for
        data = dcmread(path, force=True)
        pixels = data.pixel_array
        if data.PhotometricInterpretation == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, data)[..., :3]
    single = (data.get("NumberOfFrames") or 1) == 1
    return _eight_bits(data, pixels[None] if single else pixels)


def _eight_bits(data: Dataset, pixels: NDArray[np.integer]) -> Pictures:
    wide = pixels.astype(np.int64)
    if pixels.ndim == 3:
        wide += 1 << (data.BitsStored - 1) if data.PixelRepresentation else 0
        wide >>= max(0, data.BitsStored - 8)
        wide = np.repeat(wide[..., None], 3, axis=-1)
        return (255 - wide if data.PhotometricInterpretation == "MONOCHROME1" else wide).astype(np.uint8)
    return (wide >> 8 if pixels.dtype.itemsize == 2 else wide).astype(np.uint8)
