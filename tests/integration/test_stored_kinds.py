"""Each compression in and out: clean streams stay where nothing is masked, masked ones lose nothing, and nothing rides along."""

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from corelab.domain.intake import IntakeCode, ObjectRefusedError, Outcome
from corelab.imaging.deid.candidate import Decision, Prepared, prepare
from corelab.imaging.deid.gate import finish, require_clean
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.keyed import Keyed
from tests.coded_files import HT, J2K, J2K_LOSSY, JPEG, LOSSLESS, LS, LS_NEAR, NATIVE, RLE, a_clip, streams
from tests.dicom_builders import REGION, TOKEN, a_dataset, file_bytes
from tests.other_decoders import pictures
from tests.picture_files import a_picture
from tests.video_files import SYNTAX as VIDEO
from tests.video_files import stream as video_stream
from tests.video_files import video

MARK = Mark("7K2Q9XBM", "DEMO-TRIAL", Keyed(b"\x88" * 32, "DEMO-001"), 4)
SECRET = TOKEN.encode()


def prepared(source: Path, **decision: object) -> Prepared:
    return prepare(source, source.with_suffix(".out"), MARK, Decision(**decision))  # type: ignore[arg-type]


def whole(source: Path) -> None:
    """Takes the regions out, so that a person decides that nothing is masked."""
    data = pydicom.dcmread(source)
    del data.SequenceOfUltrasoundRegions
    data.save_as(source)


def released(source: Path, **decision: object) -> Path:
    """The bytes that two people looked at, past the gate."""
    result = prepared(source, **decision)
    assert result.outcome is Outcome.CHECKED, result
    assert result.facts is not None
    final = source.with_suffix(".final")
    finish(source.with_suffix(".out"), final, checked=True)
    require_clean(final, result.identity, result.facts.kept, result.facts.drawn, result.facts.blocks)
    assert SECRET not in final.read_bytes()
    return final


def syntax_of(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID)


def errors(path: Path) -> list[str]:
    """What dciodvfy calls an error; nothing where it is not installed."""
    program = shutil.which("dciodvfy")
    if program is None:
        return []
    if syntax_of(path) == HT:  # it is older than this coding: the same file under the name of the coding that it knows
        known = pydicom.dcmread(path)
        known.file_meta.TransferSyntaxUID = UID(J2K)
        path = path.with_suffix(".known")
        known.save_as(path)
    said = subprocess.run([program, str(path)], capture_output=True, text=True, check=False).stderr
    return [line for line in said.splitlines() if line.startswith("Error")]


GREY = [RLE, JPEG, LOSSLESS, LS, LS_NEAR, J2K, J2K_LOSSY, HT]
COLOUR = [(RLE, "RGB"), (JPEG, "YBR_FULL_422"), (LS, "RGB"), (J2K, "YBR_RCT"), (J2K_LOSSY, "YBR_ICT"), (HT, "YBR_RCT")]


@pytest.mark.parametrize("syntax", GREY)
def test_a_grey_clip_in_which_nothing_is_masked_stays_as_it_is_coded(syntax: str, tmp_path: Path) -> None:
    whole(a_clip(tmp_path / "x", syntax))
    final = released(tmp_path / "x", nothing=True)
    assert syntax_of(final) == syntax
    np.testing.assert_array_equal(pictures(final), pictures(tmp_path / "x"))
    assert errors(final) == []


@pytest.mark.parametrize(("syntax", "photometric"), COLOUR)
def test_a_colour_clip_in_which_nothing_is_masked_stays_as_it_is_coded(syntax: str, photometric: str, tmp_path: Path) -> None:
    whole(a_clip(tmp_path / "x", syntax, grey=False, photometric=photometric))
    final = released(tmp_path / "x", nothing=True)
    assert syntax_of(final) == syntax
    assert pydicom.dcmread(final).PhotometricInterpretation == photometric
    np.testing.assert_array_equal(pictures(final), pictures(tmp_path / "x"))
    assert errors(final) == []


def test_the_header_says_the_colours_of_the_codestream_not_those_of_the_source(tmp_path: Path) -> None:
    whole(a_clip(tmp_path / "x", J2K, grey=False, photometric="RGB"))
    assert pydicom.dcmread(released(tmp_path / "x", nothing=True)).PhotometricInterpretation == "YBR_RCT"


@pytest.mark.parametrize("syntax", [one for one in GREY if one != JPEG])
def test_a_masked_clip_is_stored_without_loss(syntax: str, tmp_path: Path) -> None:
    final = released(a_clip(tmp_path / "x", syntax))
    assert syntax_of(final) == NATIVE
    x0, y0, x1, y1 = REGION
    inside = np.zeros((64, 96), bool)
    inside[y0 : y1 + 1, x0 : x1 + 1] = True
    after = pictures(final)
    np.testing.assert_array_equal(after[:, inside], pictures(tmp_path / "x")[:, inside])
    assert not after[:, ~inside].any()
    assert errors(final) == []


@pytest.mark.parametrize(("syntax", "method"), [(LS_NEAR, "ISO_14495_1"), (J2K_LOSSY, "ISO_15444_1"), (JPEG, "ISO_10918_1")])
def test_what_was_lost_is_said_masked_or_not(syntax: str, method: str, tmp_path: Path) -> None:
    clip = pydicom.dcmread(released(a_clip(tmp_path / "x", syntax)))
    assert (clip.LossyImageCompression, clip.LossyImageCompressionMethod) == ("01", method)
    assert float(clip.LossyImageCompressionRatio) > 1
    assert pydicom.dcmread(released(a_clip(tmp_path / "y", LS))).LossyImageCompression == "00"


# ---------------------------------------------------------------- what rides along


def with_comment(stream: bytes, syntax: str) -> bytes:
    if syntax in {LS, JPEG}:
        return stream[:2] + struct.pack(">HH", 0xFFFE, len(SECRET) + 2) + SECRET + stream[2:]
    at = stream.index(b"\xff\x52")
    return stream[:at] + struct.pack(">HHH", 0xFF64, len(SECRET) + 4, 1) + SECRET + stream[at:]


@pytest.mark.parametrize("syntax", [JPEG, LS, J2K, HT])
def test_comments_in_streams_are_gone_and_the_picture_stays(syntax: str, tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", syntax, streams=[with_comment(stream, syntax) for stream in streams(syntax)])
    whole(source)
    assert SECRET in source.read_bytes()
    final = released(source, nothing=True)
    assert syntax_of(final) == syntax
    np.testing.assert_array_equal(pictures(final), pictures(source))


@pytest.mark.parametrize("syntax", [J2K, HT])
def test_what_hides_behind_the_picture_of_a_codestream_does_not_come_along(syntax: str, tmp_path: Path) -> None:
    def behind(stream: bytes) -> bytes:
        at = stream.index(b"\xff\x90\0\x0a")
        (length,) = struct.unpack_from(">I", stream, at + 6)
        return stream[: at + 6] + struct.pack(">I", length + len(SECRET)) + stream[at + 10 : -2] + SECRET + stream[-2:]

    source = a_clip(tmp_path / "x", syntax, streams=[streams(syntax)[0], behind(streams(syntax)[1]), streams(syntax)[2]])
    whole(source)
    final = released(source, nothing=True)
    assert syntax_of(final) == NATIVE
    np.testing.assert_array_equal(pictures(final)[1, ..., 0], a_picture(1, 64, 96)[..., 0])


def test_what_hides_behind_the_runs_of_a_plane_does_not_come_along(tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", RLE, streams=[stream + SECRET + b"\0" * (len(SECRET) % 2) for stream in streams(RLE)])
    whole(source)
    final = released(source, nothing=True)
    assert syntax_of(final) == RLE
    np.testing.assert_array_equal(pictures(final)[2, ..., 0], a_picture(2, 64, 96)[..., 0])


def test_colours_that_only_a_private_segment_tells_are_stored_without_loss(tmp_path: Path) -> None:
    """CharLS undoes the colours of HP by a segment that no clean stream has."""
    plain = bytes(imagecodecs.jpegls_encode(a_picture(0, 64, 96)))
    told = plain[:2] + struct.pack(">HH", 0xFFE8, 7) + b"mrfx\1" + plain[2:]
    try:
        wanted = imagecodecs.jpegls_decode(told)
    except (RuntimeError, ValueError):
        pytest.skip("this CharLS knows no such segment")
    assert (wanted != a_picture(0, 64, 96)).any()
    source = a_clip(tmp_path / "x", LS, grey=False, streams=[told] * 3)
    whole(source)
    final = released(source, nothing=True)
    assert syntax_of(final) == NATIVE
    np.testing.assert_array_equal(pictures(final)[0], wanted)


def test_words_in_the_high_bits_of_samples_are_cleared(tmp_path: Path) -> None:
    """Eight bits of sixteen are the picture; an old overlay, or a word, may lie in the others."""
    made = a_dataset()
    low = np.frombuffer(made.PixelData, np.uint8).reshape(3, 64, 96)
    high = np.resize(np.frombuffer(SECRET, np.uint8), low.shape)
    made.PixelData = (high.astype("<u2") << 8 | low).astype("<u2").tobytes()
    made.BitsAllocated, made["PixelData"].VR = 16, "OW"
    (tmp_path / "x").write_bytes(file_bytes(made))
    assert SECRET in (tmp_path / "x").read_bytes()[1::2] or SECRET in (tmp_path / "x").read_bytes()[::2]
    clip = pydicom.dcmread(released(tmp_path / "x"))
    assert (clip.BitsAllocated, clip.BitsStored, clip.HighBit) == (8, 8, 7)
    x0, y0, x1, y1 = REGION
    np.testing.assert_array_equal(clip.pixel_array[:, y0 : y1 + 1, x0 : x1 + 1], low[:, y0 : y1 + 1, x0 : x1 + 1])


def test_samples_that_do_not_lie_in_the_lowest_bits_are_refused(tmp_path: Path) -> None:
    made = a_dataset()
    made.BitsAllocated, made.HighBit = 16, 15
    made.PixelData = bytes(2 * len(made.PixelData))
    made["PixelData"].VR = "OW"
    (tmp_path / "x").write_bytes(file_bytes(made))
    assert prepared(tmp_path / "x").code is IntakeCode.CONTAINER


# ---------------------------------------------------------------- palettes


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("segmented", [False, True])
def test_a_palette_becomes_colours_before_the_mask_and_its_tables_go(bits: int, tmp_path: Path, *, segmented: bool) -> None:
    """Two entries of one colour may hide a word: both become that colour."""
    made = a_dataset()
    low = np.frombuffer(made.PixelData, np.uint8).reshape(3, 64, 96)
    made.PhotometricInterpretation = "PALETTE COLOR"
    if bits == 16:
        made.BitsAllocated, made.BitsStored, made.HighBit, made["PixelData"].VR = 16, 16, 15, "OW"
        made.PixelData = low.astype("<u2").tobytes()
    tables = [np.linspace(0, 65535, 256).astype("<u2"), np.linspace(65535, 0, 256).astype("<u2"), np.full(256, 32768, "<u2")]
    for name, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        setattr(made, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        if segmented:
            setattr(made, f"Segmented{name}PaletteColorLookupTableData", struct.pack("<2H", 0, 256) + table.tobytes())
        else:
            setattr(made, f"{name}PaletteColorLookupTableData", table.tobytes())
    (tmp_path / "x").write_bytes(file_bytes(made))
    final = released(tmp_path / "x")
    clip = pydicom.dcmread(final)
    assert (clip.PhotometricInterpretation, clip.SamplesPerPixel, clip.BitsStored) == ("RGB", 3, 8)
    assert not [element for element in clip if "Palette" in element.keyword]
    x0, y0, x1, y1 = REGION
    wanted = np.stack([(table >> 8).astype(np.uint8)[low] for table in tables], axis=-1)
    np.testing.assert_array_equal(clip.pixel_array[:, y0 : y1 + 1, x0 : x1 + 1], wanted[:, y0 : y1 + 1, x0 : x1 + 1])
    assert errors(final) == []


# ---------------------------------------------------------------- video


@pytest.mark.parametrize("name", sorted(VIDEO))
def test_a_video_is_stored_frame_by_frame_without_loss(name: str, tmp_path: Path) -> None:
    """A stream may hold words in places that nobody can list: none of it is kept."""
    ids: dict[str, Any] = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "Modality": "US"}
    (tmp_path / "x").write_bytes(video(video_stream(name), VIDEO[name], **ids))
    final = released(tmp_path / "x", nothing=True)
    clip = pydicom.dcmread(final)
    assert syntax_of(final) == NATIVE
    assert (int(clip.NumberOfFrames), clip.PhotometricInterpretation) == (26, "RGB")
    assert (clip.LossyImageCompression, clip.LossyImageCompressionMethod[:4]) == ("01", "ISO_")
    if "interlaced" not in name:  # it takes colours from each field by itself
        np.testing.assert_array_equal(pictures(final), pictures(tmp_path / "x"))
    assert errors(final) == []


# ---------------------------------------------------------------- the gate


def gate(final: Path) -> IntakeCode:
    with pytest.raises(ObjectRefusedError) as refused:
        require_clean(final, Identity({}), ((0, 0, 95, 63),), ())
    return refused.value.code


@pytest.mark.parametrize("syntax", [JPEG, LS, J2K, HT])
def test_the_gate_refuses_a_comment_in_a_stream(syntax: str, tmp_path: Path) -> None:
    whole(a_clip(tmp_path / "x", syntax))
    final = released(tmp_path / "x", nothing=True)
    data = pydicom.dcmread(final)
    data.PixelData = encapsulate([with_comment(stream, syntax) for stream in streams(syntax)])
    data.save_as(final)
    assert gate(final) is IntakeCode.CONTAINER


@pytest.mark.parametrize("syntax", GREY)
def test_the_gate_refuses_other_frames_than_the_header_declares(syntax: str, tmp_path: Path) -> None:
    whole(a_clip(tmp_path / "x", syntax))
    final = released(tmp_path / "x", nothing=True)
    data = pydicom.dcmread(final)
    data.NumberOfFrames = "2"
    data.save_as(final)
    assert gate(final) is IntakeCode.CONTAINER
    data.NumberOfFrames, data.Rows = "3", 63
    data.save_as(final)
    assert gate(final) is IntakeCode.CONTAINER


def test_the_gate_refuses_bytes_behind_runs_padding_that_is_no_zero_and_a_wrong_table(tmp_path: Path) -> None:
    whole(a_clip(tmp_path / "x", RLE))
    final = released(tmp_path / "x", nothing=True)
    good = final.read_bytes()
    data = pydicom.dcmread(final)
    data.PixelData = encapsulate([stream + b"AB" for stream in streams(RLE)])
    data.save_as(final)
    assert gate(final) is IntakeCode.CONTAINER
    table = good.index(b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff") + 12 + 8
    final.write_bytes(good[: table + 4] + struct.pack("<I", 2) + good[table + 8 :])
    assert gate(final) is IntakeCode.CONTAINER


def test_the_gate_refuses_native_pixels_of_another_length(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(file_bytes(a_dataset(np.full((1, 63, 95), 9, np.uint8), regions=[])))
    final = released(tmp_path / "x", nothing=True)
    assert final.read_bytes()[-1] == 0
    good = final.read_bytes()
    final.write_bytes(good[:-1] + b"A")
    assert gate(final) is IntakeCode.CONTAINER
    data = pydicom.dcmread(final)
    data.PixelData = data.PixelData + SECRET + b"\0" * (len(SECRET) % 2)
    data.save_as(final)
    assert gate(final) is IntakeCode.PIXEL_LENGTH
