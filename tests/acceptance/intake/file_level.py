"""Cases 15 to 18: words in the file around the data set, and files that are no DICOM."""

import struct
from io import BytesIO
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import Dataset

from tests.acceptance.intake.case import Case, End, Maker, Seed
from tests.acceptance.intake.objects import an_object, framed, frames
from tests.dicom_builders import file_bytes

C, R = End.CLEANED, End.REFUSED
_NO_DICOM = frozenset({"NOT_DICOM"})


def _preamble(head: bytes) -> Maker:
    def make(seed: Seed, path: Path) -> None:
        path.write_bytes(file_bytes(an_object(seed), preamble=(head + seed.word.encode()).ljust(128, b" ")))

    return make


def _meta(seed: Seed, path: Path) -> None:
    made = file_bytes(
        an_object(seed),
        SourceApplicationEntityTitle=seed.word,
        PrivateInformationCreatorUID=f"1.2.{seed.number}",
        PrivateInformation=seed.number.encode(),
        ImplementationVersionName=seed.word,
    )
    path.write_bytes(made)


def _directory(seed: Seed, path: Path) -> None:
    record, made = Dataset(), Dataset()
    record.DirectoryRecordType, record.PatientName, record.PatientID = "PATIENT", seed.name, seed.number
    made.SOPClassUID, made.SOPInstanceUID, made.FileSetID = "1.2.840.10008.1.3.10", f"1.2.3.{seed.number}", seed.word
    made.DirectoryRecordSequence = [record]
    path.write_bytes(file_bytes(made))


def _picture(kind: str) -> Maker:
    def make(seed: Seed, path: Path) -> None:
        out, text = BytesIO(), PngInfo()
        text.add_text("Patient", seed.word)
        exif = Image.Exif()
        exif[0x010E] = seed.word
        more = {"pnginfo": text} if kind == "PNG" else {"exif": exif, "comment": seed.number}
        Image.fromarray(framed(frames(seed))[0]).save(out, kind, **more)
        path.write_bytes(out.getvalue())

    return make


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def _mp4(seed: Seed, path: Path) -> None:
    title = _box(b"udta", _box(b"meta", b"\0\0\0\0" + _box(b"ilst", _box(b"\xa9nam", seed.word.encode()))))
    path.write_bytes(_box(b"ftyp", b"mp42\0\0\0\0mp42isom") + _box(b"moov", title) + _box(b"mdat", seed.number.encode()))


def _avi(seed: Seed, path: Path) -> None:
    body = b"AVI LIST" + struct.pack("<I", 20) + b"INFOINAM" + seed.word.encode()
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


CASES = (
    Case("15a", "words in the preamble", C, _preamble(b"")),
    Case("15b", "preamble that makes the file a TIFF", C, _preamble(b"II*\0")),
    Case("15c", "preamble that makes the file a Windows program", C, _preamble(b"MZ")),
    Case("15d", "preamble that makes the file a Unix program", C, _preamble(b"\x7fELF")),
    Case("16", "old object number, application names and private words in the file meta", C, _meta),
    Case("17", "directory of a disc, with its patients", R, _directory, frozenset({"SOP_CLASS"})),
    Case("18a", "JPEG export with EXIF", R, _picture("JPEG"), _NO_DICOM),
    Case("18b", "PNG export with text", R, _picture("PNG"), _NO_DICOM),
    Case("18c", "MP4 export with a title", R, _mp4, _NO_DICOM),
    Case("18d", "AVI export with a title", R, _avi, _NO_DICOM),
)
