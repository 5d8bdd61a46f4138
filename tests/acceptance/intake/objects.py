"""Ultrasound objects of made-up patients: every field that names somebody holds the words of one case."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from tests.acceptance.intake.case import COLUMNS, REGION, ROWS, Box, Maker, Seed
from tests.dicom_builders import a_dataset, a_region, file_bytes, speckle

Frames = NDArray[np.uint8]
Change = Callable[[Seed, Dataset], object]
SOURCE_DATE, BIRTH_DATE = "20260112", "19580317"
CONTENT: Box = (32, 32, 95, 63)
"""Where a JPEG that needs no mask shows anything: a block away from the border of its region, so that none of it rings over."""


def frames(seed: Seed, *, count: int = 3, samples: int = 1) -> Frames:
    """Speckle of its own for each case, so that no two objects are duplicates."""
    return speckle(count, samples=samples, rows=ROWS, columns=COLUMNS, seed=seed.short)


def framed(pixels: Frames, box: Box = REGION) -> Frames:
    """Black outside ``box``: nothing is left to be masked."""
    x0, y0, x1, y1 = box
    kept = np.zeros_like(pixels)
    kept[:, y0 : y1 + 1, x0 : x1 + 1] = pixels[:, y0 : y1 + 1, x0 : x1 + 1]
    return kept


def smooth(seed: Seed, *, count: int = 2, samples: int = 3) -> Frames:
    """Soft colours inside CONTENT, black elsewhere: a picture whose JPEG does not ring into the next block."""
    noise = np.random.default_rng(seed.short).integers(60, 200, (count, 4, 4, samples), dtype=np.uint8)
    large = [cv2.resize(frame, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC).reshape(ROWS, COLUMNS, samples) for frame in noise]
    made = framed(np.stack(large), CONTENT)
    return made if samples > 1 else made[..., 0]


def painted(pixels: Frames, text: str, at: tuple[int, int], *, level: int = 255, only: int | None = None) -> Box:
    """Writes ``text`` into every frame (or one), its lower left corner at ``at``; answers the box that it fills."""
    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
    for number, frame in enumerate(pixels):
        if only is None or number == only:
            colour = level if frame.ndim == 2 else (level,) * 3
            pixels[number] = cv2.putText(frame.copy(), text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1)
    return at[0], at[1] - height, min(at[0] + width, COLUMNS - 1), min(at[1] + below, ROWS - 1)


def an_object(seed: Seed, pixels: Frames | None = None, *, regions: Sequence[Dataset] | None = None) -> Dataset:
    made = a_dataset(frames(seed) if pixels is None else pixels, regions=[a_region(REGION)] if regions is None else regions)
    made.SOPInstanceUID, made.StudyInstanceUID, made.SeriesInstanceUID = (f"1.2.3.{seed.number}.{n}" for n in (1, 2, 3))
    made.PatientName, made.PatientID, made.PatientBirthDate = seed.name, seed.number, BIRTH_DATE
    made.AccessionNumber, made.StudyID = f"A{seed.number}", f"S{seed.number}"
    made.ReferringPhysicianName, made.OperatorsName = f"{seed.word}^DOCTOR", f"{seed.word}^OPERATOR"
    made.InstitutionName, made.StationName = f"{seed.word} CLINIC", f"{seed.word}1"
    return made


@contextmanager
def as_sites_write() -> Iterator[None]:
    """Whatever a library thinks of a value, sites send it."""
    settings = pydicom.config.settings
    before = settings.writing_validation_mode, settings.reading_validation_mode
    settings.writing_validation_mode = settings.reading_validation_mode = pydicom.config.IGNORE
    try:
        yield
    finally:
        settings.writing_validation_mode, settings.reading_validation_mode = before


def native(*changes: Change, syntax: str = ExplicitVRLittleEndian, samples: int = 1) -> Maker:
    """A native object after ``changes``."""

    def make(seed: Seed, path: Path) -> None:
        made = an_object(seed, frames(seed, samples=samples))
        for change in changes:
            change(seed, made)
        path.write_bytes(file_bytes(made, syntax))

    return make


def encapsulated(made: Dataset, streams: Sequence[bytes], syntax: str, *, photometric: str) -> bytes:
    """The whole file of ``made`` with these streams as its frames."""
    made.NumberOfFrames = str(len(streams))
    made.SamplesPerPixel = 1 if photometric in {"MONOCHROME2", "PALETTE COLOR"} else 3
    made.PhotometricInterpretation = photometric
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = 0
    made.PixelData = encapsulate(list(streams))
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    return file_bytes(made, syntax)


def jpeg(frame: Frames, **how: object) -> bytes:
    """One frame as JPEG by a library that the program does not use for it."""
    out = BytesIO()
    Image.fromarray(frame).save(out, "JPEG", quality=92, **how)
    return out.getvalue()


def jpeg_object(
    change: Callable[[Seed, int, bytes], bytes] | None = None,
    *,
    mask: bool = False,
    colour: bool = False,
    syntax: str = JPEGBaseline8Bit,
    encode: Callable[[Frames], bytes] | None = None,
    photometric: str | None = None,
) -> Maker:
    """A JPEG clip; ``change`` alters the stream of a frame. With ``mask`` there is speckle outside the region, to be masked."""

    def make(seed: Seed, path: Path) -> None:
        pixels = frames(seed, count=2, samples=3 if colour else 1) if mask else smooth(seed, samples=3 if colour else 1)
        streams = [(encode or jpeg)(frame) for frame in pixels]
        changed = [change(seed, number, stream) if change else stream for number, stream in enumerate(streams)]
        made = an_object(seed, pixels)
        made.LossyImageCompression = "01"
        path.write_bytes(encapsulated(made, changed, syntax, photometric=photometric or ("YBR_FULL_422" if colour else "MONOCHROME2")))

    return make
