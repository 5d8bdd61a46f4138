"""Frames of videos: as many as there are, each the same whichever way one comes to it, and none that the decoder made up."""

import random
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frames import FrameFile
from corelab.imaging.inspection import inspect
from corelab.imaging.video import complaints, film
from tests.picture_files import saved
from tests.video_files import COLUMNS, FRAMES, H264, HEVC, MPEG2, ROWS, SYNTAX, number, repeating, stream, video

ALL = sorted(SYNTAX)
SEVERAL_SEGMENTS = ("h264_closed.mp4", "hevc_radl.hevc", "mpeg2_open.mpg")


def opened(folder: Path, name: str, **values: Any) -> FrameFile:
    return FrameFile.open(saved(folder, video(stream(name), SYNTAX[name], **values)))


def digest(file: FrameFile, index: int) -> str | None:
    try:
        return sha256(file.rgb(index).data).hexdigest()
    except FrameUnreadableError:
        return None


def digests(file: FrameFile) -> list[str | None]:
    return [digest(file, index) for index in range(file.frames)]


@pytest.mark.parametrize("name", ALL)
def test_every_frame_is_there_and_is_the_one_it_is_called(tmp_path: Path, name: str) -> None:
    with opened(tmp_path, name) as file:
        assert (file.frames, file.faults[:-1]) == (FRAMES, ())
        assert [number(file.rgb(index)) for index in range(FRAMES)] == list(range(FRAMES))


@pytest.mark.parametrize("name", ALL)
def test_a_frame_is_the_same_played_stepped_back_to_and_jumped_to(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film, "KEPT_BYTES", 0)  # four frames are kept: stepping back decodes again and again
    with opened(tmp_path, name) as file:
        played = digests(file)
        stepped = [digest(file, index) for index in reversed(range(FRAMES))]
        order = random.Random(1).choices(range(FRAMES), k=60)  # noqa: S311 - the same jumps each time
        jumped = [digest(file, index) for index in order]
    assert None not in played
    assert stepped == played[::-1]
    assert jumped == [played[index] for index in order]


@pytest.mark.parametrize("name", [name for name in ALL if "interlaced" not in name])  # it takes colours from each field by itself
def test_frames_equal_those_of_another_decoder(tmp_path: Path, name: str) -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(saved(tmp_path, stream(name), name))) as container:
        theirs = [frame.to_ndarray(format="rgb24", interpolation="BICUBIC") for frame in container.decode(video=0)]
    with opened(tmp_path, name) as file:
        np.testing.assert_array_equal(np.stack([file.rgb(index) for index in range(FRAMES)]), np.stack(theirs))


def test_frames_are_the_same_from_several_threads(tmp_path: Path) -> None:
    with opened(tmp_path, "mpeg2_open.mpg") as file:
        alone = digests(file)
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda index: digest(file, index), list(range(FRAMES)) * 3))
    assert together == alone * 3


def test_fragments_are_joined(tmp_path: Path) -> None:
    name = "h264_closed.mp4"
    whole, parts = saved(tmp_path, video(stream(name), H264)), saved(tmp_path, video(stream(name), H264 + ".1", 3), "parts.dcm")
    with FrameFile.open(whole) as one, FrameFile.open(parts) as three:
        assert len(three.header.spans[0]) == 3
        assert digests(three) == digests(one)


def test_few_decoded_frames_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path, "h264_open.ts") as file:
        assert file._film is not None
        file._film._room = 4
        digests(file)
        assert len(file._film._kept) == 4


def test_the_unpacked_video_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    file = opened(tmp_path, "mpeg2_open.mpg")
    file.decode(20)
    (folder,) = (tmp_path / "temporary").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    file.close()
    assert list((tmp_path / "temporary").iterdir()) == []
    with pytest.raises(FrameUnreadableError):
        file.decode(0)


def test_what_is_refused_leaves_nothing_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with pytest.raises(FileRefusedError):
        FrameFile.open(saved(tmp_path, video(b"\0\0\1\xb3" + bytes(5000), MPEG2)))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_container_that_names_the_same_bytes_for_every_picture_does_not_fill_the_disk(tmp_path: Path) -> None:
    with FrameFile.open(saved(tmp_path, video(repeating(100), H264))) as file:
        assert file.frames == FRAMES
    with pytest.raises(FileRefusedError) as refused:
        FrameFile.open(saved(tmp_path, video(repeating(200_000), H264)))
    assert refused.value.code == "hostile"


@pytest.mark.parametrize("content", [b"#EXTM3U\n/etc/passwd\n" * 40, bytes(400), b"ffconcat version 1.0\nfile /etc/passwd\n" * 9])
def test_what_is_no_video_is_never_given_to_the_decoder(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film, "unpack", lambda *_: pytest.fail("it was given to FFmpeg"))
    answer = inspect(saved(tmp_path, video(content, H264)), frames=True)
    assert (answer["readable"], answer["frame_sha256"]) == (False, [])
    assert "header_stream_mismatch" in {fault["code"] for fault in answer["faults"]}


def test_a_wrong_number_of_frames_is_told_and_those_that_are_there_are_shown(tmp_path: Path) -> None:
    answer = inspect(saved(tmp_path, video(stream("mpeg2_open.mpg"), MPEG2, NumberOfFrames=30)), frames=True)
    assert (answer["frames_declared"], answer["frames_found"], answer["frames_readable"]) == (30, FRAMES, FRAMES)
    assert len(answer["timing"]["frame_times_ms"]) == FRAMES
    assert "frame_count_mismatch" in {fault["code"] for fault in answer["faults"]}


def test_another_size_than_the_header_says_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, "h264_closed.mp4", Rows=ROWS * 2) as file:
        assert "header_stream_mismatch" in {fault.code for fault in file.faults}
        with pytest.raises(FrameUnreadableError, match=f"{COLUMNS} x {ROWS} pixels, the header says"):
            file.decode(0)


def test_another_codec_than_the_header_says_is_shown_and_told(tmp_path: Path) -> None:
    with FrameFile.open(saved(tmp_path, video(stream("mpeg2_open.mpg"), HEVC))) as file:
        assert "header_stream_mismatch" in {fault.code for fault in file.faults}
        assert number(file.rgb(7)) == 7


def test_pictures_of_two_fields_are_refused_and_not_shown_black(tmp_path: Path) -> None:
    answer = inspect(saved(tmp_path, video(stream("h264_two_fields.mp4"), H264)), frames=True)
    assert (answer["frames_found"], answer["frame_sha256"]) == (FRAMES, [None] * FRAMES)
    assert "two fields" in str(answer["faults"])


@pytest.mark.parametrize("name", SEVERAL_SEGMENTS)
def test_what_damage_reaches_is_not_shown(tmp_path: Path, name: str) -> None:
    """Twelve zeros among the coded pictures: what is shown is what it was, and the last frames are shown."""
    sound, damaged = bytearray(stream(name)), bytearray(stream(name))
    at = len(damaged) * 2 // 5
    damaged[at : at + 12] = bytes(12)
    with FrameFile.open(saved(tmp_path, video(bytes(sound), SYNTAX[name]))) as file:
        were = digests(file)
    with FrameFile.open(saved(tmp_path, video(bytes(damaged), SYNTAX[name]), "damaged.dcm")) as file:
        are = digests(file)
    assert None in are
    assert [(n, found) for n, found in enumerate(are) if found not in {None, were[n]}] == []
    assert are[-2:] == were[-2:]


def test_a_video_that_is_cut_off_shows_what_is_there(tmp_path: Path) -> None:
    whole = video(stream("mpeg2_open.mpg"), MPEG2)
    answer = inspect(saved(tmp_path, whole[: len(whole) * 2 // 3]), frames=True)
    with opened(tmp_path, "mpeg2_open.mpg") as file:
        were = digests(file)
    codes = {fault["code"] for fault in answer["faults"]}
    assert codes >= {"truncated", "frame_count_mismatch"}
    assert 8 <= answer["frames_readable"] < FRAMES
    assert all(found in {None, were[n]} for n, found in enumerate(answer["frame_sha256"]))


@pytest.mark.parametrize("name", ALL)
def test_wherever_a_video_is_cut_off_no_frame_takes_the_place_of_another(tmp_path: Path, name: str) -> None:
    """Pictures are stored in another order than they are shown: the last ones that are there may be shown after some that are missing."""
    whole = video(stream(name), SYNTAX[name])
    for end in range(len(whole) // 3, len(whole) - 8, len(whole) // 30):
        try:
            file = FrameFile.open(saved(tmp_path, whole[:end]))
        except FileRefusedError:
            continue
        with file:
            shown = {index: number(file.rgb(index)) for index in range(file.frames) if digest(file, index)}
            assert shown == {index: index for index in shown}


def test_video_is_not_shown_where_the_decoder_cannot_be_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaints, "_library", lambda: None)
    complaints._hook.cache_clear()
    try:
        with pytest.raises(FileRefusedError) as refused:
            opened(tmp_path, "h264_closed.mp4")
        assert refused.value.code == "syntax_unsupported"
    finally:
        complaints._hook.cache_clear()
