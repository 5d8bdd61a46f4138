"""Clips to measure speed with, and the same work done by this program and by pydicom."""

from pathlib import Path
from tempfile import TemporaryDirectory

import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit, JPEGLosslessSV1, UltrasoundMultiFrameImageStorage

from corelab.imaging.frames import FrameFile
from corelab.imaging.phantom import make_phantom

DIFFERENT = 6
"""So many different frames are made and repeated."""


def jpeg_clip(path: Path, frames: int, size: tuple[int, int]) -> None:
    """A colour clip of ``frames`` frames, ``size`` (columns, rows), as scanners send them: JPEG baseline 4:2:2."""
    streams = [simplejpeg.encode_jpeg(picture, 90, "RGB", "422") for picture in _pictures(size)]
    _write(path, [streams[n % DIFFERENT] for n in range(frames)], size, JPEGBaseline8Bit, "YBR_FULL_422")


def lossless_clip(path: Path, frames: int, size: tuple[int, int]) -> None:
    """A colour clip in lossless JPEG (SV1)."""
    streams = [
        bytes(imagecodecs.jpeg8_encode(picture, colorspace="rgb", outcolorspace="rgb", lossless=True, predictor=1))
        for picture in _pictures(size)
    ]
    _write(path, [streams[n % DIFFERENT] for n in range(frames)], size, JPEGLosslessSV1, "RGB")


def pydicom_reads_lossless() -> bool:
    """Whether pydicom has a decoder for lossless JPEG on this machine; by itself it has none."""
    return get_decoder(JPEGLosslessSV1).is_available


def open_first_frame(path: Path) -> None:
    with FrameFile.open(path) as file:
        file.decode(0)


def decode_all(path: Path) -> None:
    """Every frame into one buffer, as a player does."""
    with FrameFile.open(path) as file:
        buffer = np.empty(file.shape, np.uint8)
        for index in range(file.frames):
            file.decode(index, buffer)


def pydicom_first_frame(path: Path) -> None:
    pixel_array(path, index=0)


def pydicom_all(path: Path) -> None:
    _ = dcmread(path).pixel_array


def _pictures(size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Frames of a synthetic duplex clip: as hard to code as a scanner's, where plain noise would be much harder."""
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        path = Path(folder) / "phantom.dcm"
        path.write_bytes(make_phantom("colour_patent", 1, frames=DIFFERENT, size=size, syntax=ExplicitVRLittleEndian).dicom)
        with FrameFile.open(path) as file:
            return [file.rgb(index) for index in range(file.frames)]


def _write(path: Path, streams: list[bytes], size: tuple[int, int], syntax: UID, photometric: str) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = UID("2.25.1")
    clip = Dataset()
    clip.file_meta = meta
    clip.SOPClassUID, clip.SOPInstanceUID = UltrasoundMultiFrameImageStorage, UID("2.25.1")
    clip.SamplesPerPixel, clip.PlanarConfiguration, clip.PhotometricInterpretation = 3, 0, photometric
    clip.NumberOfFrames, clip.FrameTime = len(streams), 33.333
    clip.Columns, clip.Rows = size
    clip.BitsAllocated, clip.BitsStored, clip.HighBit, clip.PixelRepresentation = 8, 8, 7, 0
    clip.PixelData = encapsulate(streams)
    clip["PixelData"].VR = "OB"
    clip["PixelData"].is_undefined_length = True
    clip.save_as(path, enforce_file_format=True)
