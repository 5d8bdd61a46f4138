"""Cases 1 to 14: words in places of the data set that tools forget, and data sets that tools read differently."""

import struct
from collections.abc import Callable
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests.acceptance.intake.case import Case, End, Maker, Seed
from tests.acceptance.intake.objects import Change, an_object, native
from tests.dicom_builders import file_bytes

C, R, EITHER = End.CLEANED, End.REFUSED, End.EITHER
_REFUSED = frozenset({"STRUCTURE"})
_DEEP = frozenset({"LIMIT_DEPTH", "LIMIT_MEMORY", "LIMIT_TIME"})


def _item(seed: Seed, **more: object) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "56849005", "SCT", f"{seed.word} vein"
    for name, value in more.items():
        setattr(item, name, value)
    return item


def _in_view(seed: Seed, made: Dataset) -> None:
    made.ViewCodeSequence = [_item(seed, PatientName=seed.name, PatientID=seed.number)]


def _in_region(seed: Seed, made: Dataset) -> None:
    made.AnatomicRegionSequence = [_item(seed, PatientName=seed.name, PatientID=seed.number)]


def _in_modifier(seed: Seed, made: Dataset) -> None:
    modifier = Dataset()
    modifier.CodeValue, modifier.CodingSchemeDesignator, modifier.CodeMeaning = "7771000", "SCT", seed.word
    modifier.PatientName, modifier.LongCodeValue, modifier.CodingSchemeVersion = seed.name, seed.number, seed.word
    made.AnatomicRegionSequence = [_item(seed, AnatomicRegionModifierSequence=[modifier], ContextIdentifier=seed.number)]


def _in_calibration(seed: Seed, made: Dataset) -> None:
    item = made.SequenceOfUltrasoundRegions[0]
    item.PatientName, item.PatientID, item.ImageComments = seed.name, seed.number, seed.word
    item.add_new(0x00186050, "UL", seed.short)
    item.private_block(0x0019, f"{seed.word} REGION", create=True).add_new(0x01, "LO", seed.word)


def _own_code(seed: Seed, made: Dataset) -> None:
    made.AnatomicRegionSequence = [_item(seed, CodeValue=seed.word[:12], CodingSchemeDesignator="99LOCAL")]


def _original_attributes(seed: Seed, made: Dataset) -> None:
    inner, outer = Dataset(), Dataset()
    inner.PatientID, inner.PatientName = seed.number, seed.name
    outer.ModifiedAttributesSequence, outer.ModifyingSystem = [inner], seed.word
    made.OriginalAttributesSequence = [outer]


def _private(seed: Seed, made: Dataset) -> None:
    item = Dataset()
    item.PatientName = seed.name
    block = made.private_block(0x7FE1, "GEMS_Ultrasound_MovieGroup_001", create=True)
    block.add_new(0x01, "SQ", [item])
    block.add_new(0x02, "UN", seed.word.encode() + b" " * (len(seed.word) % 2))


def _without_creator(seed: Seed, made: Dataset) -> None:
    made.add_new(0x00091001, "LO", seed.word)
    made.add_new(0x00290010, "LO", seed.word)


def _unknown(seed: Seed, made: Dataset) -> None:
    made.add_new(0x001899FE, "UN", seed.number.encode())
    made.add_new(0x00089999, "LO", seed.word)


def _overlays(*groups: int) -> Change:
    def add(seed: Seed, made: Dataset) -> None:
        word = seed.number.encode()
        for group in groups:
            made.add_new(group << 16 | 0x0010, "US", 8)
            made.add_new(group << 16 | 0x0022, "LO", seed.word)
            made.add_new(group << 16 | 0x1500, "LO", seed.word)
            made.add_new(group << 16 | 0x3000, "OW", word)
            made.add_new(group << 16 | 0x4000, "LT", seed.word)

    return add


def _waveform(seed: Seed, made: Dataset) -> None:
    item = Dataset()
    item.MultiplexGroupLabel, item.WaveformBitsAllocated = seed.word, 8
    item.add_new(0x54001010, "OB", seed.number.encode())
    made.WaveformSequence = [item]


def _document(seed: Seed, made: Dataset) -> None:
    made.EncapsulatedDocument, made.MIMETypeOfEncapsulatedDocument = b"%PDF-1.4 " + seed.number.encode() + b" ", "application/pdf"
    made.DocumentTitle = seed.word


def _padding(seed: Seed, made: Dataset) -> None:
    made.add_new(0xFFFCFFFC, "OB", seed.number.encode())


def _class(uid: str) -> Change:
    def change(seed: Seed, made: Dataset) -> None:
        made.SOPClassUID = uid
        _waveform(seed, made)

    return change


def _private_implicit(seed: Seed, made: Dataset) -> None:
    made.add_new(0x00110010, "LO", f"{seed.word} MAKER")
    made.add_new(0x00111001, "UN", seed.number.encode())


def _well_known(_seed: Seed, made: Dataset) -> None:
    made.FrameOfReferenceUID = "1.2.840.10008.1.4.1.1"
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "56849005", "SCT", "Popliteal Vein"
    item.CodingSchemeUID = "2.16.840.1.113883.6.96"
    made.AnatomicRegionSequence = [item]


def _below_the_root(seed: Seed, made: Dataset) -> None:
    made.StudyInstanceUID = made.FrameOfReferenceUID = f"1.2.840.10008.{seed.number}.1"


# ---------------------------------------------------------------- bytes that no library writes


def _at(tag: int) -> bytes:
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF)


def _short(tag: int, vr: bytes, value: bytes) -> bytes:
    value += b" " * (len(value) % 2)
    return _at(tag) + vr + struct.pack("<H", len(value)) + value


def _long(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    return _at(tag) + vr + b"\0\0" + struct.pack("<I", len(value) if length is None else length) + value


def _with(before: int, extra: Callable[[Seed], bytes]) -> Maker:
    """Puts bytes in front of the first top-level element of this tag."""

    def make(seed: Seed, path: Path) -> None:
        data = file_bytes(an_object(seed))
        at = data.index(_at(before))
        path.write_bytes(data[:at] + extra(seed) + data[at:])

    return make


def _illegal(group: int) -> Maker:
    def make(seed: Seed, path: Path) -> None:
        data = file_bytes(an_object(seed))
        word = _short(group << 16 | 0x1001, b"LO", seed.word.encode())
        at = data.index(_at(0x00080005)) if group < 8 else len(data)
        path.write_bytes(data[:at] + word + data[at:])

    return make


def _twice(seed: Seed, path: Path) -> None:
    data = file_bytes(an_object(seed))
    at = data.index(_at(0x00100020))
    path.write_bytes(data[:at] + _short(0x00100020, b"LO", b"COVER") + data[at:])


def _deep(seed: Seed, path: Path) -> None:
    body = _short(0x00100020, b"LO", seed.number.encode())
    for _ in range(1000):
        item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(body)) + body
        body = _long(0x00081140, b"SQ", item)
    data = file_bytes(an_object(seed))
    at = data.index(_at(0x00100010))
    path.write_bytes(data[:at] + body + data[at:])


def _tricks(seed: Seed) -> bytes:
    end = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return _long(0x00081140, b"SQ", b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + end + end + seed.word.encode(), 0xFFFFFFFF)


def _meta_differs(seed: Seed, path: Path) -> None:
    data, own = file_bytes(an_object(seed)), f"1.2.3.{seed.number}.1".encode()
    assert data.count(own) == 2
    path.write_bytes(data.replace(own, own[:-1] + b"9", 1))


CASES = (
    Case("1a", "patient in an item of a coded view", C, native(_in_view)),
    Case("1b", "patient in an item of a coded anatomic region that is kept", C, native(_in_region)),
    Case("1c", "patient two levels deep in a kept sequence, with a code of its own", C, native(_in_modifier)),
    Case("1d", "patient in an item of the calibration that is kept", C, native(_in_calibration)),
    Case("1e", "word used as a local code", C, native(_own_code)),
    Case("2", "former identity in Original Attributes", C, native(_original_attributes)),
    Case("3", "patient in a private sequence of a manufacturer", C, native(_private)),
    Case("4a", "private elements without a creator", EITHER, native(_without_creator)),
    *(
        Case(f"4{letter}", f"element in the illegal group {group:04X}", EITHER, _illegal(group), _REFUSED | {"TRAILING_BYTES"})
        for letter, group in zip("bcdef", (1, 3, 5, 7, 0xFFFF), strict=True)
    ),
    Case("5", "text in an element that no dictionary knows", C, native(_unknown)),
    Case("6a", "overlay with text, label and description", C, native(_overlays(0x6000))),
    Case("6b", "overlays at all further offsets, and curves", C, native(_overlays(*range(0x6002, 0x6020, 2), 0x5000))),
    Case("7a", "sound recording", R, native(_class("1.2.840.10008.5.1.4.1.1.9.4.1")), frozenset({"SOP_CLASS"})),
    Case("7b", "electrocardiogram", R, native(_class("1.2.840.10008.5.1.4.1.1.9.1.1")), frozenset({"SOP_CLASS"})),
    Case("7c", "waveform inside an ultrasound object", EITHER, native(_waveform)),
    Case("8", "PDF hidden inside an ultrasound object", C, native(_document)),
    Case("9", "patient number twice, two parsers read two patients", R, _twice, _REFUSED),
    Case("10", "text in the padding behind the pixels", C, native(_padding)),
    Case(
        "11a",
        "private bytes of unknown length",
        R,
        _with(0x00100010, lambda seed: _long(0x00091001, b"OB", seed.word.encode(), 0xFFFFFFFF)),
        _REFUSED | {"TRUNCATED"},
    ),
    Case("11b", "delimiters that end what they did not begin", R, _with(0x00100010, _tricks), _REFUSED | {"TRUNCATED", "TYPE1_MISSING"}),
    Case(
        "11c",
        "element that claims two gigabytes",
        R,
        _with(0x00100010, lambda seed: _long(0x00091001, b"OB", seed.word.encode(), 0x7FFFFFFE)),
        frozenset({"TRUNCATED"}),
    ),
    Case("11d", "a thousand sequences inside each other", R, _deep, _DEEP),
    Case("12a", "big endian, with private elements", C, native(_private, syntax=ExplicitVRBigEndian)),
    Case("12b", "implicit, with private elements of unknown type", C, native(_private_implicit, syntax=ImplicitVRLittleEndian)),
    Case("13", "file meta names another object than the data set", R, _meta_differs, frozenset({"UID_CONFLICT"})),
    Case("14a", "UIDs of the standard stay as they are", C, native(_well_known)),
    Case("14b", "patient number in a UID under the root of the standard", C, native(_below_the_root)),
)
