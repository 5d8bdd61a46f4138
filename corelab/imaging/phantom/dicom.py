"""Phantom pictures as DICOM: encoded frames, a header with (fake) identity, calibrated regions. Nothing here asks a clock or chance."""

import hashlib
import io
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID, UltrasoundMultiFrameImageStorage

from corelab.domain.clip import Region, RegionKind
from corelab.imaging.phantom.clock import Clocking
from corelab.imaging.phantom.encoding import coding

_IMPLEMENTATION = "2.25.302614170551938410245087170532841947035"
_UNITS = {"none": 0, "percent": 1, "dB": 2, "cm": 3, "s": 4, "Hz": 5, "dB/s": 6, "cm/s": 7}
_FORMATS = {RegionKind.TISSUE: (1, 1), RegionKind.COLOUR: (1, 2), RegionKind.SPECTRAL: (3, 3), RegionKind.WAVEFORM: (4, 10)}
_SOUND = frozenset({RegionKind.COLOUR, RegionKind.SPECTRAL})


@dataclass(frozen=True, slots=True)
class Identity:
    """What the header says about a patient who does not exist; dates as YYYYMMDD, times as HHMMSS, ``laterality`` L, R or empty."""

    study_uid: str
    series_uid: str
    instance_uid: str
    patient_name: str = "DEMO^PHANTOM"
    patient_id: str = "000-DEMO"
    birth_date: str = "19000101"
    sex: str = "O"
    accession: str = "DEMO-ACC-0"
    study_date: str = "20000101"
    study_time: str = "080000"
    institution: str = "DEMO INSTITUTION"
    referring: str = "DEMO^REFERRER"
    operator: str = "DEMO^OPERATOR"
    study_description: str = "DEMO VENOUS DUPLEX"
    series_description: str = ""
    laterality: str = ""
    series_number: int = 1
    instance_number: int = 1


def uid(*parts: object) -> str:
    """A UID of the form 2.25.N that depends on the parts alone."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def identity(*parts: object, **fields: object) -> Identity:
    """An identity whose UIDs come from the parts; ``fields`` replace single entries of the header."""
    base = Identity(uid("study", *parts), uid("series", *parts), uid("instance", *parts))
    return replace(base, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Footage:
    """Encoded frames of one clip and what the header must say about them; ``pixels`` is the value of Pixel Data, ready to be written."""

    syntax: str
    rows: int
    columns: int
    samples: int
    durations_ms: tuple[float, ...]
    clocking: Clocking
    regions: tuple[Region, ...]
    pixels: bytes
    model: str

    @property
    def frames(self) -> int:
        return len(self.durations_ms)

    @property
    def photometric(self) -> str:
        if self.samples == 1:
            return "MONOCHROME2"
        return coding(self.syntax).colour


def written(footage: Footage, who: Identity) -> bytes:
    """The whole DICOM object. The same arguments give the same bytes."""
    header = FileDataset("", {}, file_meta=_meta(footage, who), preamble=b"\0" * 128)
    _identify(header, who)
    _describe(header, footage)
    header.SequenceOfUltrasoundRegions = DicomSequence([_region(region) for region in footage.regions])
    header.add_new(0x7FE00010, "OB", footage.pixels)
    header["PixelData"].is_undefined_length = not coding(footage.syntax).native
    out = io.BytesIO()
    dcmwrite(out, header, enforce_file_format=True)
    return out.getvalue()


def _meta(footage: Footage, who: Identity) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = UID(who.instance_uid)
    meta.TransferSyntaxUID = UID(footage.syntax)
    meta.ImplementationClassUID = UID(_IMPLEMENTATION)
    meta.ImplementationVersionName = "CORELAB_PHANTOM"
    return meta


def _identify(header: Dataset, who: Identity) -> None:
    header.SpecificCharacterSet = "ISO_IR 100"
    header.SOPClassUID = UltrasoundMultiFrameImageStorage
    header.SOPInstanceUID = who.instance_uid
    header.StudyInstanceUID, header.SeriesInstanceUID = who.study_uid, who.series_uid
    for when in ("StudyDate", "SeriesDate", "ContentDate", "AcquisitionDate"):
        setattr(header, when, who.study_date)
    for when in ("StudyTime", "SeriesTime", "ContentTime", "AcquisitionTime"):
        setattr(header, when, who.study_time)
    header.PatientName, header.PatientID = who.patient_name, who.patient_id
    header.PatientBirthDate, header.PatientSex = who.birth_date, who.sex
    header.AccessionNumber, header.StudyID = who.accession, "DEMO"
    header.ReferringPhysicianName, header.OperatorsName = who.referring, who.operator
    header.InstitutionName = who.institution
    header.StudyDescription = who.study_description
    if who.series_description:
        header.SeriesDescription = who.series_description
    header.SeriesNumber, header.InstanceNumber = who.series_number, who.instance_number
    header.Laterality, header.PatientOrientation = who.laterality, ""


def _describe(header: Dataset, footage: Footage) -> None:
    header.Modality, header.Manufacturer, header.ManufacturerModelName = "US", "corelab", footage.model
    header.SoftwareVersions = "phantom"
    header.DeviceSerialNumber = "DEMO-0"
    header.ImageType = ["ORIGINAL", "PRIMARY", "VASCULAR"]
    header.SamplesPerPixel, header.PhotometricInterpretation = footage.samples, footage.photometric
    if footage.samples == 3:
        header.PlanarConfiguration = 0
    header.Rows, header.Columns, header.NumberOfFrames = footage.rows, footage.columns, footage.frames
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 8, 8, 7, 0
    header.StartTrim, header.StopTrim = 1, footage.frames
    header.BurnedInAnnotation = "YES"
    _time(header, footage)
    _losses(header, footage)


def _time(header: Dataset, footage: Footage) -> None:
    """When frames were taken, in the one way that this machine has of saying it."""
    mean = sum(footage.durations_ms) / footage.frames
    match footage.clocking:
        case Clocking.VECTOR:
            header.FrameTimeVector = [0.0, *(float(f"{each:.6g}") for each in footage.durations_ms[:-1])]
            header.FrameIncrementPointer = 0x00181065
        case Clocking.CINE_RATE:
            header.CineRate = round(1000 / mean)
            header.FrameIncrementPointer = 0x00180040
        case Clocking.FRAME_TIME:
            header.FrameTime = f"{mean:.6g}"
            header.FrameIncrementPointer = 0x00181063
            header.CineRate = max(1, round(1000 / mean))
            header.RecommendedDisplayFrameRate = header.CineRate


def _losses(header: Dataset, footage: Footage) -> None:
    method = coding(footage.syntax).lossy
    header.LossyImageCompression = "01" if method else "00"
    if method:
        raw = footage.rows * footage.columns * footage.samples * footage.frames
        header.LossyImageCompressionRatio = f"{raw / max(1, len(footage.pixels)):.2f}"
        header.LossyImageCompressionMethod = method


def _region(region: Region) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType = _FORMATS[region.kind]
    # where colour lies over tissue, its box is the one on top
    item.RegionFlags = 3 if region.kind is RegionKind.TISSUE else 2
    x0, y0, x1, y1 = region.box
    item.RegionLocationMinX0, item.RegionLocationMinY0, item.RegionLocationMaxX1, item.RegionLocationMaxY1 = x0, y0, x1, y1
    item.PhysicalUnitsXDirection, item.PhysicalUnitsYDirection = _UNITS[region.unit_x], _UNITS[region.unit_y]
    item.PhysicalDeltaX, item.PhysicalDeltaY = region.dx, region.dy
    if region.reference is not None:
        item.ReferencePixelX0, item.ReferencePixelY0 = region.reference
        item.ReferencePixelPhysicalValueX = item.ReferencePixelPhysicalValueY = 0.0
    if region.kind is not RegionKind.WAVEFORM:
        item.TransducerFrequency = 9000 if region.kind is RegionKind.TISSUE else 5000
    if region.kind in _SOUND:
        item.PulseRepetitionFrequency = 1500 if region.kind is RegionKind.COLOUR else 3000
    if region.kind is RegionKind.SPECTRAL:
        item.DopplerCorrectionAngle = 60.0
    return item
