"""Small ultrasound files with seeded words in them, so that a test says only what matters."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit

TOKEN = "QUORLIMAX"
NUMBER = "71300456"
ROWS, COLUMNS = 64, 96
REGION = (10, 20, 85, 55)
US_MULTI = "1.2.840.10008.5.1.4.1.1.3.1"

Frames = NDArray[np.uint8]
Change = Callable[[Dataset], object]


def speckle(frames: int = 3, *, samples: int = 1, rows: int = ROWS, columns: int = COLUMNS, seed: int = 1) -> Frames:
    """Grey or colour frames without a black pixel anywhere, banner included."""
    shape = (frames, rows, columns) if samples == 1 else (frames, rows, columns, 3)
    return np.random.default_rng(seed).integers(30, 220, shape, dtype=np.uint8)


def a_region(box: Sequence[int] = REGION, data_type: int = 1) -> Dataset:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, data_type, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0, region.RegionLocationMaxX1, region.RegionLocationMaxY1 = box
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.02
    return region


def a_dataset(pixels: Frames | None = None, *, regions: Sequence[Dataset] | None = None) -> Dataset:
    """A native multi-frame ultrasound object of a made-up patient whose name, number and dates are the seeded words."""
    pixels = speckle() if pixels is None else pixels
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 100"
    made.ImageType = ["ORIGINAL", "PRIMARY"]
    made.SOPClassUID = US_MULTI
    made.SOPInstanceUID, made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3.71300456.1", "1.2.3.71300456.2", "1.2.3.71300456.3"
    made.StudyDate, made.ContentDate, made.StudyTime, made.ContentTime = "20260112", "20260112", "101112", "101113"
    made.Modality, made.Manufacturer, made.ManufacturerModelName = "US", "SIEMENS", "S2000"
    made.PatientName, made.PatientID, made.PatientBirthDate, made.PatientSex = f"{TOKEN}^ANNA", NUMBER, "19580317", "F"
    made.AccessionNumber, made.ReferringPhysicianName, made.StudyID = f"A{NUMBER}", f"{TOKEN}^DOCTOR", NUMBER
    made.InstitutionName, made.StationName = f"{TOKEN} CLINIC", f"{TOKEN}US1"
    made.SeriesNumber, made.InstanceNumber, made.FrameTime = "7", "9", "33.3"
    made.FrameIncrementPointer = 0x00181063
    made.SequenceOfUltrasoundRegions = [a_region()] if regions is None else list(regions)
    made.SamplesPerPixel = 1 if pixels.ndim == 3 else 3
    made.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 3 else "RGB"
    if pixels.ndim == 4:
        made.PlanarConfiguration = 0
    made.NumberOfFrames, made.Rows, made.Columns = str(pixels.shape[0]), pixels.shape[1], pixels.shape[2]
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation = 7, 0
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OB"
    return made


def file_bytes(dataset: Dataset, syntax: str = ExplicitVRLittleEndian, *, preamble: bytes = b"\0" * 128, **meta: Any) -> bytes:
    """A whole file; ``meta`` changes its file meta."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.ImplementationClassUID = UID("1.2.3.4")
    for name, value in meta.items():
        setattr(dataset.file_meta, name, value)
    dataset.preamble = preamble
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True, implicit_vr=UID(syntax).is_implicit_VR, little_endian=UID(syntax).is_little_endian)
    return out.getvalue()


def a_file(path: Path, *changes: Change, pixels: Frames | None = None, regions: Sequence[Dataset] | None = None) -> Path:
    """A native file at ``path`` after ``changes`` to its data set."""
    dataset = a_dataset(pixels, regions=regions)
    for change in changes:
        change(dataset)
    path.write_bytes(file_bytes(dataset))
    return path


def a_jpeg_dataset(
    pixels: Frames, *, regions: Sequence[Dataset] | None = None, damage: Callable[[int, bytes], bytes] | None = None
) -> Dataset:
    """The same as JPEG baseline; ``damage`` changes the stream of a frame by its number."""
    streams = [simplejpeg.encode_jpeg(np.ascontiguousarray(frame[..., None]), colorspace="GRAY", quality=92) for frame in pixels]
    made = a_dataset(pixels, regions=regions)
    made.PixelData = encapsulate([damage(n, stream) if damage else stream for n, stream in enumerate(streams)])
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    made.LossyImageCompression = "01"
    return made


def a_jpeg_file(path: Path, pixels: Frames | None = None, **changes: Any) -> Path:
    path.write_bytes(file_bytes(a_jpeg_dataset(speckle() if pixels is None else pixels, **changes), JPEGBaseline8Bit))
    return path
