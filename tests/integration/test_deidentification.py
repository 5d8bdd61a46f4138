"""Whatever a site hides in a file, the released clip does not hold it; what is diagnostic stays to the last bit."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from corelab.domain.intake import IntakeCode, ObjectRefusedError, Outcome
from corelab.imaging.deid.candidate import Decision, Prepared, prepare
from corelab.imaging.deid.gate import finish, require_clean
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import Keyed
from corelab.imaging.deid.policy import load_policy
from corelab.imaging.raw_walk import walk
from tests.dicom_builders import (
    NUMBER,
    REGION,
    TOKEN,
    a_dataset,
    a_file,
    a_jpeg_dataset,
    a_jpeg_file,
    a_region,
    file_bytes,
    speckle,
)

MARK = Mark("7K2Q9XBM", "DEMO-TRIAL", Keyed(b"\x88" * 32, "DEMO-001"), 4)
SEEDED = tuple(
    form
    for word in (TOKEN, NUMBER, "19580317", "20260112")
    for text in {word, word.lower(), word.title()}
    for form in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
)
X0, Y0, X1, Y1 = REGION


def prepared(source: Path, **decision: object) -> Prepared:
    return prepare(source, source.with_suffix(".out"), MARK, Decision(**decision))  # type: ignore[arg-type]


def cleaned(source: Path, *, checked: bool = False) -> bytes:
    """The bytes that would be released. The scan below is its own: it trusts nothing of the program."""
    result = prepared(source)
    if result.code is IntakeCode.TIMING:
        result = prepared(source, accepted=True)
    assert result.outcome is Outcome.CHECKED, result
    assert result.facts is not None
    final = source.with_suffix(".final")
    finish(source.with_suffix(".out"), final, checked=checked)
    require_clean(final, result.identity, result.facts.kept, result.facts.blackened, result.facts.blocks)
    data = final.read_bytes()
    assert [form for form in SEEDED if form in data] == []
    return data


def held_item(name: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "56849005", "SCT", f"{TOKEN} vein"
    setattr(item, name, f"{TOKEN}^X")
    return item


def name_in_a_kept_sequence(made: Dataset) -> None:
    made.AnatomicRegionSequence = [held_item("PatientName")]


def original_attributes(made: Dataset) -> None:
    inner, outer = Dataset(), Dataset()
    inner.PatientID = NUMBER
    outer.ModifiedAttributesSequence = [inner]
    made.OriginalAttributesSequence = [outer]


def private_block(made: Dataset) -> None:
    item = Dataset()
    item.PatientName = f"{TOKEN}^X"
    block = made.private_block(0x7FE1, "GEMS_Ultrasound_MovieGroup_001", create=True)
    block.add_new(0x01, "SQ", [item])
    block.add_new(0x02, "UN", TOKEN.encode() + b" ")


def private_without_creator(made: Dataset) -> None:
    made.add_new(0x00091001, "LO", TOKEN)


def unknown_even_group(made: Dataset) -> None:
    made.add_new(0x001899FE, "UN", TOKEN.encode() + b" ")


def overlays(made: Dataset) -> None:
    for group in (0x6000, 0x6002, 0x601E):
        made.add_new(group << 16 | 0x0022, "LO", TOKEN)
        made.add_new(group << 16 | 0x1500, "LO", TOKEN)
        made.add_new(group << 16 | 0x3000, "OW", TOKEN.encode() + b" ")
        made.add_new(group << 16 | 0x4000, "LT", TOKEN)


def encapsulated_document(made: Dataset) -> None:
    made.EncapsulatedDocument = b"%PDF-1.4 " + TOKEN.encode()


def trailing_padding(made: Dataset) -> None:
    made.add_new(0xFFFCFFFC, "OB", TOKEN.encode() + b" ")


def free_text(made: Dataset) -> None:
    made.SeriesDescription = f"{TOKEN} R CFV 10d post thrombectomy"
    made.StudyDescription, made.ProtocolName, made.ImageComments = f"{TOKEN} study", f"{TOKEN} protocol", TOKEN
    made.ViewName, made.StageName, made.ProcessingFunction = TOKEN, TOKEN, TOKEN


def numbers_that_name(made: Dataset) -> None:
    made.SeriesNumber, made.InstanceNumber, made.AcquisitionNumber = NUMBER, "19580317", NUMBER
    made.FrameTime, made.HeartRate, made.DepthOfScanField = NUMBER, NUMBER, NUMBER


def devices_that_name(made: Dataset) -> None:
    made.Manufacturer, made.ManufacturerModelName = f"{TOKEN} Hospital", f"{TOKEN} model"
    made.SoftwareVersions, made.DeviceSerialNumber = [f"{TOKEN}-1.0", "x"], NUMBER
    made.TransducerData, made.DeviceUID = [TOKEN, TOKEN], f"1.2.{NUMBER}"


def dates_in_text(made: Dataset) -> None:
    made.AcquisitionDateTime = "20260112101112.5+0100"
    made.add(DataElement(0x00080021, "DA", "2026.01.12", validation_mode=IGNORE))  # as before the standard of 1993
    made.InstanceCreationDate, made.TimezoneOffsetFromUTC = "20260112", "+0100"


def names_in_other_scripts(made: Dataset) -> None:
    made.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    made.PatientName = f"{TOKEN}^Taro=\u5c71\u7530^\u592a\u90ce="


def a_group_2_instance_that_is_old(made: Dataset) -> None:
    made.SOPInstanceUID = f"1.2.3.{NUMBER}.77"


def palette_lookalikes(made: Dataset) -> None:
    made.PixelPaddingValue = 0
    made.IconImageSequence = [a_dataset()]


PLACES = (
    name_in_a_kept_sequence,
    original_attributes,
    private_block,
    private_without_creator,
    unknown_even_group,
    overlays,
    encapsulated_document,
    trailing_padding,
    free_text,
    numbers_that_name,
    devices_that_name,
    dates_in_text,
    names_in_other_scripts,
    a_group_2_instance_that_is_old,
    palette_lookalikes,
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_seeded_word_is_gone_from_the_clip(place: Callable[[Dataset], None], tmp_path: Path) -> None:
    cleaned(a_file(tmp_path / "x", place))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_the_control_the_same_word_is_in_the_source(place: Callable[[Dataset], None], tmp_path: Path) -> None:
    data = a_file(tmp_path / "x", place).read_bytes()
    assert sum(form in data for form in SEEDED) >= 3


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_encodings_are_rebuilt_too(syntax: str, tmp_path: Path) -> None:
    source = tmp_path / "x"
    made = a_dataset()
    private_block(made)
    free_text(made)
    source.write_bytes(file_bytes(made, syntax))
    found = pydicom.dcmread(tmp_path / "x.final") if cleaned(source) else None
    assert found is not None
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


@pytest.mark.parametrize("head", [TOKEN.encode(), b"II*\0" + TOKEN.encode(), b"MZ" + TOKEN.encode(), b"\x7fELF" + TOKEN.encode()])
def test_the_preamble_is_zero(head: bytes, tmp_path: Path) -> None:
    source = tmp_path / "x"
    source.write_bytes(file_bytes(a_dataset(), preamble=head.ljust(128, b" ")))
    assert cleaned(source)[:132] == b"\0" * 128 + b"DICM"


def test_the_file_meta_is_ours(tmp_path: Path) -> None:
    source = tmp_path / "x"
    source.write_bytes(
        file_bytes(
            a_dataset(),
            SourceApplicationEntityTitle=TOKEN,
            PrivateInformationCreatorUID=f"1.2.{NUMBER}",
            PrivateInformation=TOKEN.encode() + b" ",
        )
    )
    cleaned(source)
    meta = pydicom.dcmread(source.with_suffix(".final")).file_meta
    assert meta.ImplementationClassUID == "2.25.236851217458112043905418309219547011402"
    assert meta.MediaStorageSOPInstanceUID == MARK.keyed.uid(f"1.2.3.{NUMBER}.1")
    assert "SourceApplicationEntityTitle" not in meta
    assert "PrivateInformation" not in meta


def test_words_in_the_streams_are_gone(tmp_path: Path) -> None:
    def hide(_: int, stream: bytes) -> bytes:
        comment = TOKEN.encode()
        return stream[:2] + struct.pack(">BBH", 0xFF, 0xFE, len(comment) + 2) + comment + stream[2:] + b"\0" + TOKEN.encode()

    pixels = speckle()
    pixels[:, : Y0 - 2] = pixels[:, Y1 + 2 :] = 0
    source = a_jpeg_file(tmp_path / "x", pixels, damage=hide, regions=[a_region((0, Y0 - 10, 95, Y1 + 6))])
    assert TOKEN.encode() in source.read_bytes()
    cleaned(source)


# ---------------------------------------------------------------- what the clip says


def test_the_header_says_whose_it_is_not(tmp_path: Path) -> None:
    cleaned(a_file(tmp_path / "x"))
    clip = pydicom.dcmread(tmp_path / "x.final")
    assert clip.PatientName == clip.PatientID == clip.ClinicalTrialSubjectID == "7K2Q9XBM"
    assert clip.ClinicalTrialProtocolID == "DEMO-TRIAL"
    assert clip.PatientBirthDate == clip.PatientSex == ""
    assert "StudyDescription" not in clip
    assert clip.PatientIdentityRemoved == "YES"
    assert clip.LongitudinalTemporalInformationModified == "MODIFIED"
    assert clip.DeidentificationMethod == f"corelab {load_policy().version}"
    assert clip.StudyDate == clip.ContentDate == "20240408"
    assert (clip.SeriesNumber, clip.InstanceNumber) == (1, 4)
    assert (clip.Manufacturer, clip.ManufacturerModelName) == ("SIEMENS", "S2000")
    assert float(clip.FrameTime) == 33.3


def test_only_what_was_done_is_claimed(tmp_path: Path) -> None:
    source = a_file(tmp_path / "x")
    cleaned(source)
    plain = pydicom.dcmread(tmp_path / "x.final")
    assert [item.CodeValue for item in plain.DeidentificationMethodCodeSequence] == ["113100", "113107", "113109"]
    assert "BurnedInAnnotation" not in plain
    cleaned(source, checked=True)
    looked_at = pydicom.dcmread(tmp_path / "x.final")
    assert [item.CodeValue for item in looked_at.DeidentificationMethodCodeSequence] == ["113100", "113101", "113107", "113109"]
    assert looked_at.BurnedInAnnotation == "NO"
    assert looked_at.PixelData == plain.PixelData


def test_what_the_source_claims_about_itself_is_not_believed(tmp_path: Path) -> None:
    def claim(made: Dataset) -> None:
        made.BurnedInAnnotation, made.PatientIdentityRemoved, made.DeidentificationMethod = "NO", "YES", TOKEN

    cleaned(a_file(tmp_path / "x", claim))
    assert "BurnedInAnnotation" not in pydicom.dcmread(tmp_path / "x.final")


def test_an_unknown_machine_becomes_other(tmp_path: Path) -> None:
    cleaned(a_file(tmp_path / "x", devices_that_name))
    clip = pydicom.dcmread(tmp_path / "x.final")
    assert clip.Manufacturer == "OTHER"
    assert "ManufacturerModelName" not in clip
    assert "113109" not in [item.CodeValue for item in clip.DeidentificationMethodCodeSequence]


def test_known_codes_stay_with_our_own_words(tmp_path: Path) -> None:
    cleaned(a_file(tmp_path / "x", name_in_a_kept_sequence))
    (item,) = pydicom.dcmread(tmp_path / "x.final").AnatomicRegionSequence
    assert (item.CodeValue, item.CodeMeaning) == ("56849005", "Popliteal Vein")
    assert len(item) == 3


# ---------------------------------------------------------------- pixels


@pytest.mark.parametrize("samples", [1, 3])
def test_native_pixels_stay_to_the_last_bit_inside_and_are_black_outside(samples: int, tmp_path: Path) -> None:
    pixels = speckle(samples=samples)
    cleaned(a_file(tmp_path / "x", pixels=pixels))
    found = pydicom.dcmread(tmp_path / "x.final").pixel_array
    inside = np.zeros((64, 96), bool)
    inside[Y0 : Y1 + 1, X0 : X1 + 1] = True
    assert (found[:, inside] == pixels[:, inside]).all()
    assert not found[:, ~inside].any()


def test_inverted_grey_is_masked_to_its_highest_value(tmp_path: Path) -> None:
    pixels = speckle()

    def invert(made: Dataset) -> None:
        made.PhotometricInterpretation = "MONOCHROME1"

    cleaned(a_file(tmp_path / "x", invert, pixels=pixels))
    found = pydicom.dcmread(tmp_path / "x.final")
    assert found.PhotometricInterpretation == "MONOCHROME1"
    assert (found.pixel_array[:, 0, 0] == 255).all()
    assert (found.pixel_array[:, Y0:Y1, X0:X1] == pixels[:, Y0:Y1, X0:X1]).all()


def test_a_lossy_clip_is_not_compressed_again(tmp_path: Path) -> None:
    cleaned(a_jpeg_file(tmp_path / "x"))
    clip = pydicom.dcmread(tmp_path / "x.final")
    source = pydicom.dcmread(tmp_path / "x")
    assert clip.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert clip.LossyImageCompression == "01"
    assert (clip.pixel_array[:, Y0:Y1, X0:X1] == source.pixel_array[:, Y0:Y1, X0:X1]).all()


def test_nothing_to_mask_keeps_the_compressed_pictures(tmp_path: Path) -> None:
    source = a_jpeg_file(tmp_path / "x", regions=[])
    result = prepared(source, nothing=True)
    assert result.outcome is Outcome.CHECKED
    clip, original = pydicom.dcmread(tmp_path / "x.out"), pydicom.dcmread(source)
    assert clip.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert (clip.pixel_array == original.pixel_array).all()


def test_a_palette_becomes_colour_before_the_mask(tmp_path: Path) -> None:
    def palette(made: Dataset) -> None:
        made.PhotometricInterpretation = "PALETTE COLOR"
        for colour, table in (("Red", range(256)), ("Green", range(255, -1, -1)), ("Blue", [7] * 256)):
            setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
            setattr(made, f"{colour}PaletteColorLookupTableData", struct.pack("<256H", *(value << 8 for value in table)))

    pixels = speckle()
    cleaned(a_file(tmp_path / "x", palette, pixels=pixels))
    clip = pydicom.dcmread(tmp_path / "x.final")
    assert clip.PhotometricInterpretation == "RGB"
    assert "RedPaletteColorLookupTableData" not in clip
    inside = clip.pixel_array[:, Y0:Y1, X0:X1]
    assert (inside[..., 0] == pixels[:, Y0:Y1, X0:X1]).all()
    assert (inside[..., 1] == 255 - pixels[:, Y0:Y1, X0:X1]).all()
    assert not clip.pixel_array[:, :Y0].any()


def test_large_clips_are_stored_by_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.imaging.deid.storing._NATIVE_LIMIT", 1000)
    pixels = speckle(samples=3)
    cleaned(a_file(tmp_path / "x", pixels=pixels))
    clip = pydicom.dcmread(tmp_path / "x.final")
    assert clip.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.5"
    assert (clip.pixel_array[:, Y0:Y1, X0:X1] == pixels[:, Y0:Y1, X0:X1]).all()


# ---------------------------------------------------------------- what does not become a clip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda made: setattr(made, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"), IntakeCode.SOP_CLASS),
        (lambda made: setattr(made, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.9.4.1"), IntakeCode.SOP_CLASS),
        (lambda made: setattr(made, "StudyInstanceUID", "1.02.3"), IntakeCode.UID_INVALID),
        (lambda made: delattr(made, "SeriesInstanceUID"), IntakeCode.UID_INVALID),
        (lambda made: delattr(made, "PixelData"), IntakeCode.TYPE1_MISSING),
        (lambda made: setattr(made, "PhotometricInterpretation", "CMYK"), IntakeCode.CONTAINER),
    ],
)
def test_what_can_never_be_a_clip_is_rejected_by_code(change: Callable[[Dataset], None], code: IntakeCode, tmp_path: Path) -> None:
    result = prepared(a_file(tmp_path / "x", change))
    assert (result.outcome, result.code) == (Outcome.REJECTED, code)
    assert result.message == code.message
    assert not (tmp_path / "x.out").exists()


def test_two_identities_of_one_file_are_rejected(tmp_path: Path) -> None:
    data = file_bytes(a_dataset())
    own = f"1.2.3.{NUMBER}.1".encode()
    assert data.count(own) == 2
    (tmp_path / "x").write_bytes(data.replace(own, own[:-1] + b"9", 1))
    assert prepared(tmp_path / "x").code is IntakeCode.UID_CONFLICT


def test_two_kinds_of_one_file_are_rejected(tmp_path: Path) -> None:
    data = file_bytes(a_dataset())
    several, single = UltrasoundMultiFrameImageStorage.encode(), UltrasoundImageStorage.encode()
    assert data.count(several) == 2
    (tmp_path / "x").write_bytes(data.replace(several, single, 1))
    assert prepared(tmp_path / "x").code is IntakeCode.UID_CONFLICT


@pytest.mark.parametrize("missing", [b"\x02\0\x02\0UI", b"\x02\0\x03\0UI"])
def test_a_file_meta_that_lacks_what_it_must_repeat_is_held_and_made_anew(missing: bytes, tmp_path: Path) -> None:
    data = bytearray(file_bytes(a_dataset()))
    at = data.index(missing)
    whole = 8 + int.from_bytes(data[at + 6 : at + 8], "little")
    del data[at : at + whole]
    data[140:144] = (int.from_bytes(data[140:144], "little") - whole).to_bytes(4, "little")
    (tmp_path / "x").write_bytes(data)
    held = prepared(tmp_path / "x")
    assert (held.outcome, held.code) == (Outcome.HELD, IntakeCode.STRUCTURE)
    assert prepared(tmp_path / "x", accepted=True).outcome is Outcome.CHECKED
    made = pydicom.dcmread(tmp_path / "x.out")
    assert made.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe1 Exif", b"RIFF....AVI ", b"\0\0\0\x18ftypmp42", b"%PDF-1.4", b"\0" * 200])
def test_other_kinds_of_file_are_rejected(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    assert prepared(tmp_path / "x").code is IntakeCode.NOT_DICOM


def test_a_directory_of_a_disc_is_rejected(tmp_path: Path) -> None:
    made = Dataset()
    made.FileSetID, made.SOPClassUID, made.SOPInstanceUID = TOKEN, "1.2.840.10008.1.3.10", "1.2.3"
    (tmp_path / "DICOMDIR").write_bytes(file_bytes(made))
    assert prepared(tmp_path / "DICOMDIR").code is IntakeCode.SOP_CLASS


def test_damage_is_held_and_accepted_with_the_whole_frames_only(tmp_path: Path) -> None:
    pixels = speckle(5)
    source = a_jpeg_file(tmp_path / "x", pixels, damage=lambda n, stream: stream[: len(stream) // 2] if n in {1, 3} else stream)
    held = prepared(source)
    assert (held.outcome, held.code) == (Outcome.HELD, IntakeCode.DECODE)
    assert "3 of 5 frames are whole" in held.message
    assert held.sha256 is None
    accepted = prepared(source, accepted=True)
    assert accepted.outcome is Outcome.CHECKED
    assert accepted.facts is not None
    assert accepted.facts.left_out == (1, 3)
    clip = pydicom.dcmread(tmp_path / "x.out")
    assert clip.NumberOfFrames == 3
    assert [float(each) for each in clip.FrameTimeVector] == pytest.approx([0, 66.6, 66.6])


def run_lengths(hidden: bytes = b"") -> bytes:
    """An RLE file; ``hidden`` is put where the headers of its frames must be zero."""
    segments = [bytes(imagecodecs.packbits_encode(frame)) for frame in speckle()]
    headers = [struct.pack("<16I", 1, 64, *[0] * 14) for _ in segments]
    made = a_dataset()
    made.PixelData = encapsulate([header[: 64 - len(hidden)] + hidden + of for header, of in zip(headers, segments, strict=True)])
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    return file_bytes(made, RLELossless)


def test_run_length_headers_are_checked_on_the_way_in(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(run_lengths())
    (tmp_path / "odd").write_bytes(run_lengths(TOKEN[:8].encode()))
    cleaned(tmp_path / "sound")
    assert prepared(tmp_path / "odd").code is IntakeCode.DECODE


def test_run_length_headers_are_checked_on_the_final_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.imaging.deid.storing._NATIVE_LIMIT", 1000)
    data = bytearray(cleaned(a_file(tmp_path / "x")))
    at = data.index(struct.pack("<3I", 1, 64, 0))
    data[at + 60 : at + 64] = b"ANNA"
    (tmp_path / "x.final").write_bytes(data)
    with pytest.raises(ObjectRefusedError) as refused:
        require_clean(tmp_path / "x.final", Identity({}), (REGION,), ())
    assert refused.value.code is IntakeCode.CONTAINER


def test_a_clip_that_is_refused_leaves_no_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corelab.imaging.deid.storing.Mask.proves", lambda *_: False)
    assert prepared(a_file(tmp_path / "x")).code is IntakeCode.MASK_PROOF
    assert not (tmp_path / "x.out").exists()


def test_extra_frames_are_held(tmp_path: Path) -> None:
    def fewer(made: Dataset) -> None:
        made.NumberOfFrames = "2"

    made = a_jpeg_dataset(speckle(5))
    fewer(made)
    (tmp_path / "x").write_bytes(file_bytes(made, JPEGBaseline8Bit))
    held = prepared(tmp_path / "x")
    assert (held.outcome, held.code) == (Outcome.HELD, IntakeCode.FRAME_COUNT)


@pytest.mark.parametrize("box", [(30, 20, 10, 40), (10, 20, 500, 40), (0, 0, 95, 63)])
def test_regions_that_cannot_be_believed_are_held(box: tuple[int, int, int, int], tmp_path: Path) -> None:
    held = prepared(a_file(tmp_path / "x", regions=[a_region(box)]))
    assert (held.outcome, held.code) == (Outcome.HELD, IntakeCode.REGION_INVALID)


# ---------------------------------------------------------------- the gate, and properties


def test_the_gate_refuses_a_word_that_is_left_in_a_value(tmp_path: Path) -> None:
    source = a_file(tmp_path / "x")
    cleaned(source)
    clip = pydicom.dcmread(tmp_path / "x.final")
    clip.FrameTime = "7130.0456"
    clip.save_as(tmp_path / "x.final")
    with pytest.raises(ObjectRefusedError) as refused:
        require_clean(tmp_path / "x.final", Identity({"id": ("71300456",)}), (REGION,), ())
    assert refused.value.code is IntakeCode.TOKEN_FOUND


def test_the_gate_refuses_a_word_in_the_pixels(tmp_path: Path) -> None:
    source = a_file(tmp_path / "x")
    data = bytearray(cleaned(source))
    at = len(data) - 96 * 64 + 96 * 30 + 30
    data[at : at + len(TOKEN)] = TOKEN.encode()
    (tmp_path / "x.final").write_bytes(data)
    with pytest.raises(ObjectRefusedError) as refused:
        require_clean(tmp_path / "x.final", prepared(source).identity, (REGION,), ())
    assert refused.value.code is IntakeCode.TOKEN_FOUND


@pytest.mark.parametrize(
    ("tag", "value"),
    [("PatientComments", "x"), ("OperatorsName", "x"), ("HeartRate", "999"), ("StudyInstanceUID", "1.2.3"), ("Modality", "CT")],
)
def test_the_gate_refuses_what_the_table_does_not_allow(tag: str, value: str, tmp_path: Path) -> None:
    cleaned(a_file(tmp_path / "x"))
    clip = pydicom.dcmread(tmp_path / "x.final")
    setattr(clip, tag, value)
    clip.save_as(tmp_path / "x.final")
    with pytest.raises(ObjectRefusedError) as refused:
        require_clean(tmp_path / "x.final", Identity({}), (REGION,), ())
    assert refused.value.code is IntakeCode.STRUCTURE


def test_the_gate_refuses_a_pixel_outside_the_mask(tmp_path: Path) -> None:
    data = bytearray(cleaned(a_file(tmp_path / "x")))
    data[-1] = 1
    (tmp_path / "x.final").write_bytes(data)
    with pytest.raises(ObjectRefusedError) as refused:
        require_clean(tmp_path / "x.final", Identity({}), (REGION,), ())
    assert refused.value.code is IntakeCode.MASK_PROOF


TAGS = st.integers(0x0008_0000, 0x7FDF_FFFF).filter(lambda tag: tag >> 16 != 0xFFFE and tag & 0xFFFF != 0)
TEXT_VR = st.sampled_from(["LO", "SH", "ST", "LT", "UT", "PN", "UC"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(TAGS, TEXT_VR, max_size=12))
def test_default_deny_whatever_elements_a_file_holds(tmp_path: Path, extra: dict[int, str]) -> None:
    def add(made: Dataset) -> None:
        for tag, vr in extra.items():
            group = tag >> 16
            if tag not in made and (group % 2 == 0 or group > 8) and group >> 8 != 0x50 and group not in {0x28, 0x18, 0x02}:
                made.add_new(tag, vr, TOKEN)

    source = a_file(tmp_path / "x", add)
    (tmp_path / "x.out").unlink(missing_ok=True)
    if prepared(source).outcome is Outcome.REJECTED:
        return
    policy = load_policy()
    seen = walk(cleaned(source))
    assert all(element.tag >> 16 == 2 or policy.allows(element.path, element.tag) for element in seen.elements)


def test_every_allowed_element_satisfies_the_standards_action() -> None:
    """Table E.1-1: X must go, Z be empty or a dummy, U be replaced; what the basic profile names may not simply be kept."""
    kept_by_option = {"00080020", "00080021", "00080022", "00080023", "0008002A", "00181020"}
    ours = {"set", "uid", "date", "device", "claims", "number_again", "code", "code_seq"}
    named = _table_tags()
    for rules in load_policy().rules.values():
        for rule in rules:
            if f"{rule.tag:08X}" in named and f"{rule.tag:08X}" not in kept_by_option:
                assert rule.action in ours, rule


def _table_tags() -> set[str]:
    import json  # noqa: PLC0415 - only this test reads the table

    path = Path(__file__).parents[3] / "shared" / "data" / "ps3_15_table_e1_1.json"
    if not path.is_file():
        pytest.skip("the attribute table of the standard is not on this machine")
    return {row["id"].upper() for row in json.loads(path.read_text())}


def test_a_zip_hidden_behind_a_file_does_not_survive(tmp_path: Path) -> None:
    source = a_file(tmp_path / "x")
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr(TOKEN, TOKEN)
    held = prepared(source)
    assert held.outcome in {Outcome.HELD, Outcome.REJECTED}
    accepted = prepared(source, accepted=True)
    if accepted.outcome is Outcome.CHECKED:
        assert TOKEN.encode() not in (tmp_path / "x.out").read_bytes()
