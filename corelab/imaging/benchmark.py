"""Clips to measure speed with, and the same work done by this program and by pydicom."""

import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    MPEG2MPML,
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    UltrasoundMultiFrameImageStorage,
)

from corelab.imaging.container import JPEG_BASELINE, clean_jpeg
from corelab.imaging.dct import blackened, picture_of
from corelab.imaging.frames import FrameFile, Pixels
from corelab.imaging.phantom import make_phantom
from corelab.imaging.phantom.encoding import coding, encoded
from corelab.imaging.pixel_mask import Kept, Mask

DIFFERENT = 6
"""So many different frames are made and repeated."""


SYNTAXES: Mapping[str, str] = MappingProxyType(
    {
        "native": str(ExplicitVRLittleEndian),
        "jpeg": str(JPEGBaseline8Bit),
        "jpeg-lossless": str(JPEGLosslessSV1),
        "jpeg-ls": str(JPEGLSLossless),
        "jpeg-2000": str(JPEG2000Lossless),
        "htj2k": str(HTJ2KLossless),
        "rle": str(RLELossless),
        "mpeg2": str(MPEG2MPML),
    }
)
"""What clips can be made in, by the names of goals. MPEG-2 is the only video with an encoder here, of at most 720 x 576 pixels."""


def clip(path: Path, frames: int, size: tuple[int, int], syntax: str, *, seed: int = 1) -> None:
    """A colour clip of ``frames`` frames, ``size`` (columns, rows), in one of SYNTAXES, coded as phantoms are."""
    how, pictures = coding(syntax), _pictures(size, seed)
    repeated = [pictures[n % DIFFERENT] for n in range(frames)]
    if how.encode is None:
        _write(path, encoded(repeated, syntax), frames, size, syntax)
        return
    streams = [how.encode(picture) for picture in pictures]
    _write(path, encapsulate([streams[n % DIFFERENT] for n in range(frames)]), frames, size, syntax)


def jpeg_clip(path: Path, frames: int, size: tuple[int, int]) -> None:
    """JPEG baseline 4:2:2, as scanners send it."""
    clip(path, frames, size, SYNTAXES["jpeg"])


def lossless_clip(path: Path, frames: int, size: tuple[int, int]) -> None:
    """Lossless JPEG (SV1)."""
    clip(path, frames, size, SYNTAXES["jpeg-lossless"])


def pydicom_reads(syntax: str) -> bool:
    """Whether pydicom has a decoder for ``syntax`` on this machine; by itself it has one for RLE only, and none for video."""
    return syntax == SYNTAXES["native"] or (syntax != SYNTAXES["mpeg2"] and get_decoder(UID(syntax)).is_available)


def pydicom_reads_lossless() -> bool:
    """Whether pydicom has a decoder for lossless JPEG on this machine; by itself it has none."""
    return pydicom_reads(SYNTAXES["jpeg-lossless"])


def open_first_frame(path: Path) -> None:
    with FrameFile.open(path) as file:
        file.decode(0)


def decode_all(path: Path) -> None:
    """Every frame into one buffer, as a player does."""
    with FrameFile.open(path) as file:
        buffer = np.empty(file.shape, np.uint8)
        for index in range(file.frames):
            file.decode(index, buffer)


def decode_again(path: Path, index: int, times: int) -> None:
    """One frame over and over into one buffer."""
    with FrameFile.open(path) as file:
        buffer = np.empty(file.shape, np.uint8)
        for _ in range(times):
            file.decode(index, buffer)


def decode_on_threads(path: Path, threads: int) -> None:
    """Every frame, on so many threads at once, each with a buffer of its own."""

    def share(first: int) -> None:
        buffer = np.empty(file.shape, np.uint8)
        for index in range(first, file.frames, threads):
            file.decode(index, buffer)

    with FrameFile.open(path) as file, ThreadPoolExecutor(threads, "pixels") as pool:
        list(pool.map(share, range(threads)))


def streams(path: Path) -> list[bytes]:
    """The coded frames of a clip; a film is one stream."""
    data = dcmread(path)
    frames = 1 if data.file_meta.TransferSyntaxUID == MPEG2MPML else int(data.NumberOfFrames)
    return list(generate_frames(data.PixelData, number_of_frames=frames))


def bare_jpeg(stream: bytes, out: Pixels, times: int) -> None:
    """The C library that the program itself holds, with nothing around the call: what stands in where libjpeg-turbo's tools are not."""
    for _ in range(times):
        simplejpeg.decode_jpeg(stream, "BGRA", buffer=out)


def mask_streams(streams: Sequence[bytes], size: tuple[int, int], *, proved: bool = False) -> None:
    """Blackens a strip over the top and both sides of JPEG frames of ``size`` (columns, rows) in their coefficients, as intake does.

    ``proved``: decodes what came and what was made, and compares them. Raises ValueError where they are not what they must be.
    """
    columns, rows = size
    kept = Kept(rows, columns, ((columns // 8, rows // 8, columns - columns // 8, rows - 1),), (), picture_of(streams[0]).block)
    stays, mask = kept.stays(), Mask.of(kept, "RGB")
    for stream in streams:
        made = blackened(clean_jpeg(stream, JPEG_BASELINE)[0], stays, rgb=False)
        if proved and not mask.proves(simplejpeg.decode_jpeg(stream, "RGB"), simplejpeg.decode_jpeg(made, "RGB")):
            raise ValueError("the mask is not exact")


def openjpeg_all(path: Path) -> None:
    """JPEG 2000 of both kinds by OpenJPEG, the library that pydicom's own decoder for it is made of."""
    for stream in streams(path):
        imagecodecs.jpeg2k_decode(stream)


def pydicom_first_frame(path: Path) -> None:
    pixel_array(path, index=0)


def pydicom_all(path: Path) -> None:
    _ = dcmread(path).pixel_array


def _pictures(size: tuple[int, int], seed: int) -> list[NDArray[np.uint8]]:
    """Frames of a synthetic duplex clip: as hard to code as a scanner's, where plain noise would be much harder."""
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        path = Path(folder) / "phantom.dcm"
        path.write_bytes(make_phantom("colour_patent", seed, frames=DIFFERENT, size=size, syntax=ExplicitVRLittleEndian).dicom)
        with FrameFile.open(path) as file:
            return [file.rgb(index) for index in range(file.frames)]


def _write(path: Path, pixels: bytes, frames: int, size: tuple[int, int], syntax: str) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(syntax)
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = UID(f"2.25.1{zlib.crc32(path.name.encode())}")
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = UltrasoundMultiFrameImageStorage, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID = UID("2.25.2"), UID("2.25.3")
    data.SamplesPerPixel, data.PlanarConfiguration, data.PhotometricInterpretation = 3, 0, coding(syntax).colour
    data.NumberOfFrames, data.FrameTime = frames, 33.333
    data.Columns, data.Rows = size
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
    data.PixelData = pixels
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = not coding(syntax).native
    data.save_as(path, enforce_file_format=True)
