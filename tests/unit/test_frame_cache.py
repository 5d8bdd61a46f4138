"""The cache keeps within its budget, drops what is needed last, and never writes into a frame that is shown."""

import gc
import weakref

import pytest

from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.frame_cache import IDLE_BUFFERS, BufferPool, Frame, FrameCache
from corelab.imaging.frames import Pixels
from corelab.imaging.frames.colour import scratch

SHAPE = (2, 4, 4)
SIZE = 32


def fetch(cache: FrameCache, index: int, clip: str = "a") -> Frame:
    def decode(out: Pixels) -> None:
        out[...] = index

    return cache.fetch(clip, index, SHAPE, decode)


def look(cache: FrameCache, index: int, clip: str = "a") -> Frame:
    cache.look_at(clip, index)
    return fetch(cache, index, clip)


def kept(cache: FrameCache, clip: str = "a") -> list[int]:
    return [index for index in range(50) if cache.ready(clip, index)]


def test_a_frame_says_how_its_bytes_lie() -> None:
    frame = look(FrameCache(1000), 3)
    assert (frame.index, frame.width, frame.height, frame.stride, frame.pixels.tobytes()) == (3, 4, 2, 16, b"\3" * SIZE)


def test_a_frame_is_decoded_once() -> None:
    cache = FrameCache(10 * SIZE)
    assert look(cache, 1) is look(cache, 1)


def test_what_lies_farthest_behind_is_dropped_first() -> None:
    cache = FrameCache(3 * SIZE)
    for index in range(5):
        look(cache, index)
    assert kept(cache) == [2, 3, 4]
    assert cache.used_bytes == 3 * SIZE


def test_frames_behind_go_before_frames_ahead() -> None:
    cache = FrameCache(4 * SIZE)
    look(cache, 10)
    for index in (11, 12, 13):
        fetch(cache, index)
    look(cache, 12)
    fetch(cache, 14)
    assert kept(cache) == [11, 12, 13, 14]


def test_reading_ahead_never_drops_what_is_needed_sooner() -> None:
    cache = FrameCache(3 * SIZE)
    look(cache, 0)
    for index in range(1, 8):
        fetch(cache, index)
    assert kept(cache) == [0, 1, 2]


def test_clips_that_left_the_screen_go_first() -> None:
    cache = FrameCache(6 * SIZE)
    for clip in "abcde":
        look(cache, 0, clip)
    fetch(cache, 1, "e")
    fetch(cache, 2, "e")
    assert [kept(cache, clip) for clip in "abcde"] == [[], [0], [0], [0], [0, 1, 2]]


def test_what_plays_next_is_kept_before_what_lies_ahead_in_the_file() -> None:
    """A bounce on its way back, and the start of a loop at its end, lie behind the head."""
    cache = FrameCache(4 * SIZE)
    for index in range(10, 14):
        look(cache, index)
    cache.look_at("a", 13, (12, 11, 10, 9))
    fetch(cache, 14)
    assert kept(cache) == [10, 11, 12, 13]
    cache.look_at("a", 13, (12, 3, 4))
    fetch(cache, 3)
    assert kept(cache) == [3, 11, 12, 13]


def test_a_frame_that_is_held_stays_while_another_clip_fills_the_cache() -> None:
    cache = FrameCache(4 * SIZE)
    fetch(cache, 0, "next")
    cache.hold([("next", 0)])
    for index in range(9):
        look(cache, index)
    assert (kept(cache, "next"), cache.used_bytes) == ([0], 4 * SIZE)
    cache.hold([])
    for index in range(9, 13):
        look(cache, index)
    assert kept(cache, "next") == []


def test_room_is_made_for_several_frames_at_once() -> None:
    cache = FrameCache(64 * SIZE)
    for index in range(65):
        look(cache, index)
    assert cache.used_bytes == 61 * SIZE
    assert kept(cache) == list(range(4, 50))


def test_frames_of_many_sizes_leave_no_more_idle_bytes_than_those_of_two() -> None:
    cache = FrameCache(1)
    for rows in range(1, 9):
        lent = [cache.fetch("a", index, (rows, 4, 4), lambda out: out.fill(0)) for index in range(IDLE_BUFFERS)]
        del lent
        gc.collect()
        assert cache.bytes_held <= 2 * IDLE_BUFFERS * rows * 16


def test_a_frame_larger_than_the_budget_is_shown_but_not_kept() -> None:
    cache = FrameCache(SIZE - 1)
    assert look(cache, 5).index == 5
    assert (kept(cache), cache.used_bytes) == ([], 0)


def test_a_shown_frame_keeps_its_pixels_whatever_is_decoded_after_it() -> None:
    cache = FrameCache(SIZE)
    shown = look(cache, 1).pixels
    for index in range(2, 40):
        look(cache, index)
    assert shown.tobytes() == b"\1" * SIZE


def test_a_buffer_is_used_again_once_nobody_shows_it() -> None:
    pool = BufferPool()
    first = pool.lend(SHAPE)
    address = first.ctypes.data
    held = memoryview(first.data)
    del first
    gc.collect()
    assert pool.lend(SHAPE).ctypes.data != address
    del held
    gc.collect()
    assert address in {lent.ctypes.data for lent in [pool.lend(SHAPE) for _ in range(IDLE_BUFFERS)]}


def test_a_buffer_that_was_shown_at_a_wipe_is_never_used_again() -> None:
    pool = BufferPool()
    lent = pool.lend(SHAPE)
    lent[...] = 7
    pool.wipe()
    del lent
    gc.collect()
    assert pool._idle == {}


def test_an_unreadable_frame_is_told_each_time_and_holds_nothing_up() -> None:
    cache = FrameCache(10 * SIZE)

    def broken(_out: Pixels) -> None:
        raise FrameUnreadableError(4, "the stream is cut off")

    for _ in range(2):
        with pytest.raises(FrameUnreadableError):
            cache.fetch("a", 4, SHAPE, broken)
    assert fetch(cache, 4).index == 4


def test_nothing_is_left_after_a_wipe() -> None:
    cache = FrameCache(10 * SIZE)
    look(cache, 1)
    cache.wipe()
    assert (kept(cache), cache.used_bytes, cache.head("a")) == ([], 0, None)


def test_a_frame_that_was_being_decoded_at_a_wipe_is_not_kept() -> None:
    cache = FrameCache(10 * SIZE)

    def decode(out: Pixels) -> None:
        out[...] = 1
        cache.wipe()

    assert cache.fetch("a", 1, SHAPE, decode).pixels.tobytes() == b"\1" * SIZE
    assert kept(cache) == []
    assert cache.used_bytes == 0


def test_a_picture_on_its_way_to_the_cache_does_not_outlive_a_wipe() -> None:
    passed_through = weakref.ref(scratch((3, 5, 3)))
    assert passed_through() is scratch((3, 5, 3)), "kept for the next frame of this size"
    FrameCache(SIZE).wipe()
    gc.collect()
    assert passed_through() is None
