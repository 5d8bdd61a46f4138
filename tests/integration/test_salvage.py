"""A damaged clip may be the only one there is: it is held, told by its frames, and released with those that are proven and no others."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate

from corelab.domain.intake import IntakeCode, Outcome
from corelab.imaging.deid.candidate import Decision, Prepared, prepare
from corelab.imaging.deid.gate import finish, require_clean
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.keyed import Keyed
from corelab.imaging.frames import FrameFile
from corelab.imaging.raw_walk import walk
from tests.coded_files import HT, J2K, LOSSLESS, LS, RLE, a_clip, streams
from tests.dicom_builders import REGION, TOKEN, a_dataset, file_bytes
from tests.other_decoders import pictures
from tests.picture_files import a_picture
from tests.video_files import SYNTAX as VIDEO
from tests.video_files import number, video
from tests.video_files import stream as video_stream

MARK = Mark("7K2Q9XBM", "DEMO-TRIAL", Keyed(b"\x88" * 32, "DEMO-001"), 4)
X0, Y0, X1, Y1 = REGION
STRAY = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
SYNTAXES = [RLE, LOSSLESS, LS, J2K, HT]


def prepared(source: Path, **decision: object) -> Prepared:
    return prepare(source, source.with_suffix(".out"), MARK, Decision(**decision))  # type: ignore[arg-type]


def held(source: Path, code: IntakeCode, words: str) -> None:
    """Held with a proposal, and nothing is written."""
    result = prepared(source)
    assert (result.outcome, result.code, result.sha256) == (Outcome.HELD, code, None)
    assert result.message.endswith(words)
    assert not source.with_suffix(".out").exists()


def released(source: Path, **decision: object) -> Path:
    result = prepared(source, accepted=True, **decision)
    assert result.outcome is Outcome.CHECKED, result
    assert result.facts is not None
    final = source.with_suffix(".final")
    finish(source.with_suffix(".out"), final, checked=True)
    require_clean(final, result.identity, result.facts.kept, result.facts.drawn, result.facts.blocks)
    return final


def same_frames(final: Path, numbers: list[int]) -> None:
    after = pictures(final)
    assert len(after) == len(numbers) == int(pydicom.dcmread(final).NumberOfFrames)
    for frame, wanted in zip(after, numbers, strict=True):
        np.testing.assert_array_equal(frame[Y0 : Y1 + 1, X0 : X1 + 1, 0], a_picture(wanted, 64, 96)[Y0 : Y1 + 1, X0 : X1 + 1, 0])


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_file_that_is_cut_off_keeps_the_frames_that_end(syntax: str, tmp_path: Path) -> None:
    whole = a_clip(tmp_path / "whole", syntax).read_bytes()
    (tmp_path / "x").write_bytes(whole[: len(whole) - 8 - len(streams(syntax)[2]) // 2])
    held(tmp_path / "x", IntakeCode.TRUNCATED, "2 of 3 frames are whole.")
    same_frames(released(tmp_path / "x"), [0, 1])


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_frame_that_is_damaged_is_left_out_and_its_time_stays(syntax: str, tmp_path: Path) -> None:
    one = streams(syntax)
    source = a_clip(tmp_path / "x", syntax, streams=[one[0], one[1][: len(one[1]) // 2], one[2]])
    held(source, IntakeCode.DECODE, "2 of 3 frames are whole.")
    final = released(source)
    same_frames(final, [0, 2])
    assert [float(time) for time in pydicom.dcmread(final).FrameTimeVector] == [0.0, 66.6]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_missing_end_mark_and_bytes_behind_it_are_told(syntax: str, tmp_path: Path) -> None:
    whole = a_clip(tmp_path / "whole", syntax).read_bytes()
    (tmp_path / "x").write_bytes(whole[:-8])
    held(tmp_path / "x", IntakeCode.TRUNCATED, "3 of 3 frames are whole.")
    same_frames(released(tmp_path / "x"), [0, 1, 2])
    (tmp_path / "y").write_bytes(whole + b"\0" * 100 + TOKEN.encode() * 9)
    held(tmp_path / "y", IntakeCode.TRAILING_BYTES, "3 of 3 frames are whole.")
    final = released(tmp_path / "y")
    same_frames(final, [0, 1, 2])
    assert TOKEN.encode() not in final.read_bytes()


@pytest.mark.parametrize("syntax", [*SYNTAXES])
def test_a_wrong_table_of_offsets_is_told_and_made_anew(syntax: str, tmp_path: Path) -> None:
    whole = bytearray(a_clip(tmp_path / "x", syntax).read_bytes())
    at = whole.index(b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff") + 12 + 8
    whole[at + 4 : at + 8] = struct.pack("<I", 6)
    (tmp_path / "x").write_bytes(whole)
    held(tmp_path / "x", IntakeCode.CONTAINER, "3 of 3 frames are whole.")
    same_frames(released(tmp_path / "x"), [0, 1, 2])


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_frame_more_than_declared_is_held(syntax: str, tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", syntax)
    data = pydicom.dcmread(source)
    data.NumberOfFrames = "2"
    data.save_as(source)
    held(source, IntakeCode.FRAME_COUNT, "3 frames are whole; the file says that it holds 2.")


def test_a_frame_in_several_fragments_is_one(tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", J2K)
    data = pydicom.dcmread(source)
    data.PixelData = encapsulate(streams(J2K), fragments_per_frame=3)
    data.save_as(source)
    assert prepared(source).outcome is Outcome.CHECKED
    same_frames(released(source), [0, 1, 2])


# ---------------------------------------------------------------- beginnings, strays, times


def _native(_: int) -> bytes:
    return file_bytes(a_dataset())


@pytest.mark.parametrize("damage", [lambda data: data[132:], lambda data: data[walk(data).data_set :]], ids=["preamble", "file meta"])
def test_a_file_that_lost_its_beginning_is_held(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    whole = file_bytes(a_dataset())
    (tmp_path / "whole").write_bytes(whole)
    (tmp_path / "x").write_bytes(damage(whole))
    held(tmp_path / "x", IntakeCode.STRUCTURE, "3 of 3 frames are whole.")
    np.testing.assert_array_equal(pictures(released(tmp_path / "x")), pictures(released(tmp_path / "whole")))


@pytest.mark.parametrize("where", ["header", "end"])
def test_a_stray_mark_is_told_and_dropped(where: str, tmp_path: Path) -> None:
    whole = file_bytes(a_dataset())
    at = whole.index(struct.pack("<HH", 0x0028, 0x0010)) if where == "header" else len(whole)
    (tmp_path / "x").write_bytes(whole[:at] + STRAY + whole[at:])
    held(tmp_path / "x", IntakeCode.STRUCTURE, "3 of 3 frames are whole.")
    (tmp_path / "whole").write_bytes(whole)
    np.testing.assert_array_equal(pictures(released(tmp_path / "x")), pictures(released(tmp_path / "whole")))


@pytest.mark.parametrize("time", ["0", "-1", "1e9", "", "x"])
def test_a_clip_without_a_usable_time_is_held_and_never_gets_a_made_up_one(time: str, tmp_path: Path) -> None:
    source = a_clip(tmp_path / "x", RLE)
    data = source.read_bytes()
    at = data.index(struct.pack("<HH", 0x0018, 0x1063)) + 8
    source.write_bytes(data[:at] + time.encode().ljust(4) + data[at + 4 :])
    held(source, IntakeCode.TIMING, "3 of 3 frames are whole.")
    assert "FrameTime" not in pydicom.dcmread(released(source))
    with FrameFile.open(source.with_suffix(".final")) as file:
        assert file.header.timing.source.value == "assumed"


# ---------------------------------------------------------------- video


@pytest.mark.parametrize("name", ["mpeg2_open.mpg", "h264_intra.h264", "hevc_radl.hevc"])
def test_a_video_that_is_cut_off_keeps_the_frames_before_the_cut(name: str, tmp_path: Path) -> None:
    ids = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "Modality": "US"}
    whole = video(video_stream(name), VIDEO[name], 1, **ids)
    (tmp_path / "x").write_bytes(whole[: len(whole) * 2 // 3])
    result = prepared(tmp_path / "x")
    assert (result.outcome, result.code) == (Outcome.HELD, IntakeCode.TRUNCATED)
    final = released(tmp_path / "x", nothing=True)
    with FrameFile.open(final) as file:
        numbers = [number(file.rgb(index)) for index in range(file.frames)]
    assert 3 <= len(numbers) < 26
    assert numbers == sorted(set(numbers))
    assert result.message.endswith(f"{len(numbers)} of 26 frames are whole.")
