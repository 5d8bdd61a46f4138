"""The clips that a signed-in person may look at: proven to be the released ones, decoded once, wiped at sign-out."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from unittest.mock import patch

import numpy as np
import pytest
import simplejpeg

from corelab.domain.clip import Clip, Region, RegionKind, Timing, TimingSource
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import FolderArchive
from corelab.imaging.frame_cache import IDLE_BUFFERS
from corelab.imaging.frames import FrameFile
from corelab.services.clips import ClipMissingError, ClipShelf, FrameUnreadableError, Length, Refusal, ShelfWipedError, caliper, open_clip
from tests.builders import Lab, a_lab
from tests.picture_files import a_picture, encapsulated, jpeg, saved, with_items

FRAME_BYTES = 24 * 32 * 4


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = a_lab(tmp_path)
    yield lab
    lab.open.close()


def released(lab: Lab, content: bytes, frames: int = 12) -> Clip:
    sha256 = FolderArchive(lab.open.clips).put(saved(lab.open.folder, content, "candidate"))
    return Clip(sha256, 24, 32, Timing(TimingSource.FRAME_TIME, (40.0,) * frames))


def test_a_reader_sees_the_decoded_frames(lab: Lab) -> None:
    clip = released(lab, jpeg(12))
    shelf = ClipShelf(lab.open, lab.reader_1)
    frame = shelf.open(clip).frame(7)
    with FrameFile.open(FolderArchive(lab.open.clips).path(clip.sha256)) as file:
        assert frame.pixels.tobytes() == file.decode(7).tobytes()
    assert (frame.index, frame.width, frame.height, frame.stride) == (7, 32, 24, 128)
    shelf.wipe()


def test_an_adjudicator_may_look_and_a_coordinator_may_not(lab: Lab) -> None:
    clip = released(lab, jpeg(12))
    assert open_clip(lab.open, lab.adjudicator, clip).frame(0).index == 0
    for other in (lab.coordinator, lab.administrator, lab.auditor):
        with pytest.raises(NotPermittedError):
            open_clip(lab.open, other, clip)


def test_p11_44_a_clip_of_which_one_byte_was_changed_is_refused(lab: Lab) -> None:
    clip = released(lab, jpeg(12))
    place = FolderArchive(lab.open.clips).path(clip.sha256)
    place.chmod(0o644)
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    with pytest.raises(ClipMissingError) as refused:
        open_clip(lab.open, lab.reader_1, clip)
    assert (refused.value.sha256, refused.value.changed) == (clip.sha256, True)


def test_a_clip_that_is_gone_is_refused(lab: Lab) -> None:
    clip = replace(released(lab, jpeg(12)), sha256=Sha256("0" * 64))
    with pytest.raises(ClipMissingError) as refused:
        open_clip(lab.open, lab.reader_1, clip)
    assert not refused.value.changed


def test_a_frame_that_is_prepared_is_at_hand_and_the_head_stays(lab: Lab) -> None:
    opened = open_clip(lab.open, lab.reader_1, released(lab, jpeg(12)))
    opened.frame(3)
    assert opened.prepare(9)
    assert [index for index in range(12) if opened.ready(index)] == [3, 9]
    frame = opened.at_hand(9, (10, 11))
    assert frame is not None
    assert frame.index == 9


def test_an_unreadable_frame_is_told_and_passed_over_ahead(lab: Lab) -> None:
    whole = jpeg(3)
    with FrameFile.open(saved(lab.open.folder, whole, "whole")) as file:
        streams = [file.encoded(index) for index in range(3)]
    opened = open_clip(lab.open, lab.reader_1, released(lab, with_items(whole, [b"", streams[1], streams[2]]), 3))
    with pytest.raises(FrameUnreadableError):
        opened.frame(0)
    assert (opened.prepare(0), opened.prepare(1)) == (False, True)
    assert opened.thumbnail(16).index == 1


def test_a_thumbnail_keeps_the_shape_of_the_picture(lab: Lab) -> None:
    thumbnail = open_clip(lab.open, lab.reader_1, released(lab, jpeg(12))).thumbnail(16)
    assert (thumbnail.width, thumbnail.height, thumbnail.pixels.nbytes) == (16, 12, 16 * 12 * 4)


def test_a_thumbnail_takes_no_room_from_the_frames_that_play(lab: Lab) -> None:
    shelf = ClipShelf(lab.open, lab.reader_1)
    opened = shelf.open(released(lab, jpeg(12)))
    opened.thumbnail(16)
    assert (opened.ready(0), shelf.bytes_held) == (False, 0)


def test_clips_are_opened_beside_each_other_and_a_wipe_waits_for_none(lab: Lab) -> None:
    """While one file is being hashed."""
    slow, quick = released(lab, jpeg(12)), released(lab, jpeg(13), 13)
    shelf, begun, go_on = ClipShelf(lab.open, lab.reader_1), Event(), Event()
    digest = FrameFile.digest

    def hashed(file: FrameFile) -> Sha256:
        if file.frames == slow.frames:
            begun.set()
            go_on.wait(30)
        return digest(file)

    with patch.object(FrameFile, "digest", hashed), ThreadPoolExecutor(1) as threads:
        waits = threads.submit(shelf.open, slow)
        assert begun.wait(30)
        assert shelf.open(quick).frame(0).index == 0
        assert shelf.opened(slow) is None
        shelf.wipe()
        go_on.set()
        with pytest.raises(ShelfWipedError):
            waits.result(30)
    assert shelf.opened(slow) is None


def test_memory_stays_within_the_budget_however_long_the_clip(lab: Lab) -> None:
    shelf = ClipShelf(lab.open, lab.reader_1, budget_bytes=5 * FRAME_BYTES)
    opened = shelf.open(released(lab, jpeg(40), 40))
    for index in range(40):
        opened.frame(index)
    assert [index for index in range(40) if opened.ready(index)] == [35, 36, 37, 38, 39]


def test_an_exam_of_many_clips_holds_no_more_than_the_budget_and_two_kinds_of_idle_buffers(lab: Lab) -> None:
    """Bytes of pixels are counted, not the memory of the process: clips of several sizes, their neighbours held, pictures made."""
    budget, largest = 9 * FRAME_BYTES, 40 * 48 * 4
    shelf = ClipShelf(lab.open, lab.reader_1, budget_bytes=budget)
    before: list[Clip] = []
    for number in range(24):
        rows, columns = (24, 32) if number % 2 else (40, 48)
        larger = ((0, rows - 24), (0, columns - 32), (0, 0))
        streams = [simplejpeg.encode_jpeg(np.pad(a_picture(n), larger), 90, "RGB", "422") for n in range(30 + number)]
        data = encapsulated(streams, NumberOfFrames=30 + number, Rows=rows, Columns=columns)
        clip = replace(released(lab, data, 30 + number), rows=rows, columns=columns)
        opened = shelf.open(clip)
        before = [*before[-2:], clip]
        shelf.hold(before)
        opened.thumbnail(16)
        for index in range(clip.frames):
            opened.at_hand(index, tuple(range(index + 1, index + 5)))
            opened.frame(index)
            opened.prepare((index + 1) % clip.frames)
            assert shelf.bytes_held <= budget + 2 * IDLE_BUFFERS * largest
    gc.collect()
    assert shelf.bytes_held <= budget + 2 * IDLE_BUFFERS * largest
    shelf.wipe()
    assert shelf.bytes_held == 0


def test_nothing_is_left_at_sign_out_and_shown_frames_stay_whole(lab: Lab) -> None:
    shelf = ClipShelf(lab.open, lab.reader_1)
    opened = shelf.open(released(lab, jpeg(12)))
    shown = opened.frame(3)
    before = shown.pixels.tobytes()
    shelf.wipe()
    assert not opened.ready(3)
    assert shown.pixels.tobytes() == before
    with pytest.raises(FrameUnreadableError):
        opened.frame(4)


def test_the_caliper_answers_in_mm_or_in_words() -> None:
    region = Region(RegionKind.TISSUE, (0, 0, 31, 23), 0.1, 0.1, "cm", "cm", usable=True)
    clip = Clip(Sha256("a" * 64), 24, 32, Timing(TimingSource.ASSUMED, (40.0,)), (region,))
    length = caliper(clip, (1, 1), (4, 5))
    assert isinstance(length, Length)
    assert np.isclose(length.millimetres or 0, 5.0)
    assert isinstance(caliper(replace(clip, regions=()), (1, 1), (4, 5)), Refusal)
