"""Cases 29 to 33, 35 and 36: words in values that tools keep: descriptions, numbers, devices, other scripts, dates."""

import base64
import hashlib
import struct
import uuid
from collections.abc import Callable
from pathlib import Path

from pydicom.dataset import Dataset

from tests.acceptance.intake.case import Case, End, Maker, Person, Seed
from tests.acceptance.intake.objects import BIRTH_DATE, SOURCE_DATE, Change, an_object, native
from tests.dicom_builders import file_bytes

C, EITHER = End.CLEANED, End.EITHER
ARM = ("post thrombectomy", "thrombectomy", "10d post")
KANA = "\uff94\uff8f\uff80\uff9e"
TARO = "\u5c71\u7530^\u592a\u90ce"


def _texts(seed: Seed, made: Dataset) -> None:
    made.SeriesDescription = f"{seed.word} R CFV 10d post thrombectomy"
    made.StudyDescription, made.ProtocolName, made.ImageComments = f"{seed.word} thrombectomy", f"{seed.word} 10d post", seed.word
    made.ViewName, made.StageName, made.ProcessingFunction, made.ImageType = (
        "10d post",
        seed.word,
        seed.word,
        ["DERIVED", "PRIMARY", seed.word],
    )
    made.ClinicalTrialTimePointID, made.ClinicalTrialSiteID, made.RequestedProcedureDescription = "10d post", seed.number, seed.word
    made.ClinicalTrialSubjectReadingID, made.PatientComments, made.AdditionalPatientHistory = seed.number, seed.word, seed.word


def _forms(*words: str) -> tuple[bytes, ...]:
    return tuple(form for word in words for text in (word, word.lower()) for form in (text.encode(), text.encode("utf-16-le")))


def _gone(*words: str) -> Callable[[Seed], tuple[bytes, ...]]:
    return lambda _seed: _forms(*words)


def _counts(seed: Seed, made: Dataset) -> None:
    made.SeriesNumber, made.InstanceNumber, made.AcquisitionNumber = str(seed.short), BIRTH_DATE, str(seed.short)
    made.StartTrim, made.StopTrim, made.RecommendedDisplayFrameRate = str(seed.short), str(seed.short), str(seed.short)
    made.CineRate, made.HeartRate, made.DepthOfScanField, made.ActualFrameDuration = (str(seed.short) for _ in range(4))
    made.PixelAspectRatio = [str(seed.short), "1"]


def _decimals(seed: Seed, made: Dataset) -> None:
    number = seed.number
    made.FrameTime, made.FrameDelay, made.MechanicalIndex, made.FocusDepth = number, number, f"0.{number}", [f"3.{number}", "4"]
    made.SoftTissueThermalIndex, made.LossyImageCompression, made.LossyImageCompressionRatio = f"1.{number}", "01", f"2.{number}"
    made.PatientWeight, made.PatientSize = f"6.{number}", f"1.{number}"


def _frame_times(seed: Seed, made: Dataset) -> None:
    del made.FrameTime
    made.FrameIncrementPointer = 0x00181065
    made.FrameTimeVector = ["0", f"33.{seed.number}", f"33.{seed.number}"]


def _calibration(seed: Seed, made: Dataset) -> None:
    item = made.SequenceOfUltrasoundRegions[0]
    item.RegionFlags, item.TransducerFrequency, item.PulseRepetitionFrequency = seed.short, seed.short, seed.short
    item.ReferencePixelX0, item.ReferencePixelY0 = seed.short, -seed.short
    item.ReferencePixelPhysicalValueX, item.ReferencePixelPhysicalValueY = float(seed.short), float(seed.number)
    item.DopplerCorrectionAngle, item.SteeringAngle = float(seed.short), float(seed.short)
    item.TMLinePositionX0, item.DopplerSampleVolumeXPosition = seed.short, seed.short
    made.UltrasoundColorDataPresent = 1


def _six_digits(seed: Seed, made: Dataset) -> None:
    """A shorter number, as many hospitals give: it fits everywhere where a depth or a frequency does."""
    number = seed.short % 900_000 + 100_000
    made.PatientID = str(number)
    item = made.SequenceOfUltrasoundRegions[0]
    item.TransducerFrequency, item.ReferencePixelX0, item.ReferencePixelPhysicalValueX = number, number, float(number)
    made.SeriesNumber, made.FrameTime = str(number), f"{number / 10000}"


def _letters_in_doubles(seed: Seed, made: Dataset) -> None:
    """Eight letters of the word as one floating point number between 0 and 10,000."""
    item = made.SequenceOfUltrasoundRegions[0]
    item.PhysicalDeltaX = item.PhysicalDeltaY = item.ReferencePixelPhysicalValueX = _double(seed)


def _double(seed: Seed) -> float:
    value: float = struct.unpack("<d", seed.word[:6].encode() + b"?@")[0]
    assert 0 < value < 100
    return value


def _six_letters(seed: Seed) -> tuple[bytes, ...]:
    return (seed.word[:6].encode(), seed.word[:6].lower().encode())


def _devices(seed: Seed, made: Dataset) -> None:
    made.Manufacturer, made.ManufacturerModelName = f"{seed.word} Hospital", f"{seed.word} model"
    made.SoftwareVersions, made.DeviceSerialNumber, made.StationName = [f"{seed.word}-1.0", "x"], seed.number, seed.word
    made.TransducerData, made.DeviceUID, made.GantryID = [seed.word, seed.number], f"1.2.{seed.number}", seed.word
    made.DetectorID, made.DeviceID, made.DeviceDescription, made.PlateID = seed.word, seed.number, seed.word, seed.word
    item = Dataset()
    item.UniqueDeviceIdentifier, item.DeviceDescription = f"(01){seed.number}", seed.word
    made.UDISequence = [item]


def _known_device_with_words(seed: Seed, made: Dataset) -> None:
    made.Manufacturer, made.ManufacturerModelName = "SIEMENS", f"S2000 {seed.word}"
    made.SoftwareVersions, made.TransducerType = [f"VB21 {seed.word}", seed.number], f"LINEAR {seed.word}"[:16]


# ---------------------------------------------------------------- scripts


def _script(charset: list[str], name: str) -> Maker:
    """The name in this character set where the patient's stands, in texts, and in a code that is kept."""

    def make(seed: Seed, path: Path) -> None:
        made = an_object(seed)
        made.SpecificCharacterSet = charset
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "56849005", "SCT", name.replace("=", " ").replace("^", " ")[:60]
        made.AnatomicRegionSequence = [item]
        made.PatientName = name
        made.PatientComments, made.Manufacturer, made.SeriesDescription = (name.replace("^", " ").replace("=", " ") for _ in range(3))
        path.write_bytes(file_bytes(made))

    return make


def _kana(seed: Seed, path: Path) -> None:
    """The library cannot write these texts: they are put in as bytes."""
    made = an_object(seed)
    held = "K" * len(KANA.encode("shift_jis"))
    made.PatientComments = made.SeriesDescription = made.Manufacturer = held
    made.PatientName = f"{held}^ANNA"
    data = file_bytes(made).replace(b"ISO_IR 100", b"ISO_IR 13 ").replace(held.encode(), KANA.encode("shift_jis"))
    assert data.count(KANA.encode("shift_jis")) == 4
    path.write_bytes(data)


def _bytes_of(*names: str) -> Callable[[Seed], tuple[bytes, ...]]:
    def forms(_seed: Seed) -> tuple[bytes, ...]:
        found: set[bytes] = set()
        for name in names:
            for codec in _CODECS:
                for part in {name, *name.replace("=", "^").split("^")}:
                    stored = part.encode(codec, "ignore").removesuffix(b"\x1b(B").removeprefix(b"\x1b$B").removeprefix(b"\x1b$)C")
                    if len(stored) >= 4:
                        found.add(stored)
                        found.add(stored.decode("latin-1").encode())
        return tuple(found)

    return forms


_CODECS = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "iso2022_jp_2",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "iso2022_kr",
    "gb18030",
    "gbk",
    "latin-1",
    "cp1252",
)


def _wrong_charset(seed: Seed, path: Path) -> None:
    """UTF-8 bytes that call themselves Latin."""
    made = an_object(seed)
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName, made.PatientComments = f"M\u00fc{seed.word}\u00e9^J\u00f6rg", f"M\u00fc{seed.word}"
    path.write_bytes(file_bytes(made).replace(b"ISO_IR 192", b"ISO_IR 100"))


def _in_an_item(seed: Seed, made: Dataset) -> None:
    item = Dataset()
    item.SpecificCharacterSet = "ISO_IR 144"
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "56849005", "SCT", "\u0418\u0432\u0430\u043d\u043e\u0432\u0430"
    item.PatientName = "\u0418\u0432\u0430\u043d\u043e\u0432\u0430"
    made.AnatomicRegionSequence = [item]


# ---------------------------------------------------------------- dates


def _dates(*values: str) -> Change:
    def change(_seed: Seed, made: Dataset) -> None:
        made.StudyDate, made.SeriesDate, made.ContentDate, made.AcquisitionDate = (values * 4)[:4]
        made.AcquisitionDateTime = values[-1]
        made.SeriesDescription = made.ImageComments = " ".join(values)

    return change


def _zones(_seed: Seed, made: Dataset) -> None:
    made.AcquisitionDateTime, made.TimezoneOffsetFromUTC = "20240331023000.123456+0200", "+0200"
    made.StudyDate = made.ContentDate = "20240331"
    made.StudyTime, made.ContentTime, made.InstanceCreationTime = "023000.123", "030000", "023001"


def _unmodified(word: str) -> Change:
    def change(_seed: Seed, made: Dataset) -> None:
        made.LongitudinalTemporalInformationModified = word
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "113106", "DCM", "Retain Longitudinal Full Dates"
        made.PatientIdentityRemoved, made.DeidentificationMethodCodeSequence = "YES", [item]
        made.BurnedInAnnotation = "NO"

    return change


def _digests(seed: Seed) -> tuple[bytes, ...]:
    """What anybody can compute from the patient number without the lab's key."""
    found: list[bytes] = []
    for value in (seed.number, seed.word, seed.name, f"1.2.3.{seed.number}.1", f"1.2.3.{seed.number}.2", f"1.2.3.{seed.number}.3"):
        for name in ("md5", "sha1", "sha224", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, value.encode()).digest()
            text = digest.hex()
            found += [digest[:12], text[:16].encode(), text[:16].upper().encode(), base64.b64encode(digest)[:16]]
            found.append(str(int.from_bytes(digest[:16])).encode())
        for space in (uuid.NAMESPACE_OID, uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL):
            found += [str(maker(space, value).int).encode() for maker in (uuid.uuid3, uuid.uuid5)]
    return tuple(found)


CASES = (
    Case("29", "descriptions that name the patient and the treatment", C, native(_texts), more=_gone(*ARM)),
    Case("30a", "whole numbers that are a patient number or a birth date", C, native(_counts), more=_gone(BIRTH_DATE)),
    Case(
        "30b",
        "decimals that are the patient number; without a believable rate a person accepts the clip",
        C,
        native(_decimals),
        person=Person.ACCEPTS,
    ),
    Case("30c", "frame times that hold the patient number", C, native(_frame_times)),
    Case("30d", "numbers of the calibration that are the patient number", C, native(_calibration)),
    Case("30e", "a patient number of six digits as a frequency or a place", EITHER, native(_six_digits), frozenset({"TOKEN_FOUND"})),
    Case("30f", "letters of the name as a floating point number", C, native(_letters_in_doubles), more=_six_letters),
    Case("31a", "device names, numbers, stations, unique device identifiers", C, native(_devices)),
    Case("31b", "known device with the hospital in model and software", C, native(_known_device_with_words)),
    *(
        Case(f"32{letter}", what, C, _script(charset, name), more=_bytes_of(name))
        for letter, what, charset, name in (
            ("a", "Japanese, ISO 2022 IR 87", ["", "ISO 2022 IR 87"], f"Yamada^Tarou={TARO}=\u3084\u307e\u3060^\u305f\u308d\u3046"),
            ("b", "Japanese, ISO 2022 IR 159", ["", "ISO 2022 IR 87", "ISO 2022 IR 159"], "\u9dd7^\u9d0e\u9f75"),
            ("c", "Korean, ISO 2022 IR 149", ["", "ISO 2022 IR 149"], "\uae40\ud76c\uc911^\ud64d\uae38\ub3d9"),
            ("d", "Chinese, ISO 2022 IR 58", ["", "ISO 2022 IR 58"], "\u738b\u5c0f\u4e1c^\u5f20\u4f1f"),
            ("e", "Chinese, GB18030", ["GB18030"], "\u738b\u5c0f\u4e1c^\u5f20\u4f1f"),
            ("f", "Chinese, GBK", ["GBK"], "\u738b\u5c0f\u4e1c^\u5f20\u4f1f"),
            ("g", "Greek, ISO_IR 192", ["ISO_IR 192"], "\u03a0\u03b1\u03c0\u03b1\u03b4\u03cc\u03c0\u03bf\u03c5\u03bb\u03bf\u03c2"),
            ("i", "ideographic and phonetic groups", ["ISO_IR 192"], f"={TARO}=\u3084\u307e\u3060^\u305f\u308d\u3046"),
        )
    ),
    Case("32h", "half-width kana, ISO_IR 13", C, _kana, more=_bytes_of(KANA)),
    Case("32j", "UTF-8 that calls itself Latin", C, _wrong_charset, more=_bytes_of("M\u00fcXX", "J\u00f6rg")),
    Case(
        "32k", "another character set inside an item", C, native(_in_an_item), more=_bytes_of("\u0418\u0432\u0430\u043d\u043e\u0432\u0430")
    ),
    *(
        Case(f"33{letter}", what, C, native(_dates(*values)), more=_gone(*gone))
        for letter, what, values, gone in (
            (
                "a",
                "dates in text",
                ("20240317", "17/03/24", "March 17", "17.03.2024"),
                ("20240317", "17/03/24", "march 17", "17.03.2024", "2024-03-17"),
            ),
            ("b", "date ranges", ("20240317-20240319", "20240319"), ("20240317", "20240319")),
            ("c", "no date in zeros", ("00000000",), ("00000000",)),
            ("d", "a day that does not exist", ("20240230",), ("20240230",)),
            ("e", "the old form with points", ("2024.03.17",), ("2024.03.17", "20240317")),
            ("f", "the edge of the century", ("20000101", "19991231"), ("20000101", "19991231")),
            ("g", "a day that would move before the year 1", ("00010105",), ("00010105",)),
        )
    ),
    Case("33h", "time zone and the hour that summer time takes", C, native(_zones), more=_gone("20240331", "023000", "+0200")),
    Case("35", "nothing that can be computed from the patient number", C, native(), more=_digests),
    Case("36a", "source claims that its dates are the real ones", C, native(_unmodified("UNMODIFIED")), more=_gone("113106")),
    Case(
        "36b",
        "source claims that its dates were removed",
        C,
        native(_unmodified("REMOVED")),
        more=_gone("113106", SOURCE_DATE),
    ),
)
