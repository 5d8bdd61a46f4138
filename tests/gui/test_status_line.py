"""The status line under a viewport: what stays where there is little room, and what is said of the rate."""

from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from pytestqt.qtbot import QtBot

from corelab.domain.clip import Timing, TimingSource
from corelab.services.clips import ClipShelf
from corelab.ui.cine import Cine
from corelab.ui.cine_strip import CineStrip, rate_words, source_words
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.theme import Colour
from corelab.ui.viewport import Viewport, fitting
from tests.builders import a_lab
from tests.gui.test_cine import FakeStopwatch
from tests.gui.test_clip_player import a_stored_clip
from tests.picture_files import a_picture, encapsulated

PLAIN = tuple((words, Colour.TEXT) for words in ("Clip 1 of 4", "Frame 3 of 60", "0.08 s", "25/s", "Zoom 1.00"))


def shown(room: int, *more: tuple[str, object]) -> list[str]:
    facts = [*PLAIN[:3], *more, *PLAIN[4:]] if more else PLAIN
    return [words for words, _ in fitting(facts, room, len)]  # type: ignore[arg-type]  # colours are only compared


def test_where_there_is_room_everything_stands() -> None:
    assert shown(1000) == [words for words, _ in PLAIN]


def test_zoom_gives_way_first_and_which_frame_it_is_never() -> None:
    assert "Zoom 1.00" not in shown(90)
    assert shown(50) == ["Clip 1 of 4", "Frame 3 of 60"]


def test_an_assumed_rate_stays_where_the_time_and_the_zoom_give_way() -> None:
    assumed = ("25/s, rate assumed", Colour.ATTENTION)
    assert shown(80, assumed) == ["Clip 1 of 4", "Frame 3 of 60", "25/s, rate assumed"]


def test_dropped_frames_give_way_like_the_zoom() -> None:
    assert shown(70, ("Dropped 4", Colour.THIRD)) == ["Clip 1 of 4", "Frame 3 of 60", "0.08 s"]


@pytest.mark.parametrize(
    ("timing", "rate", "source"),
    [
        (Timing(TimingSource.FRAME_TIME, (40.0,) * 3), "25/s", "From the file: FrameTime."),
        (
            Timing(TimingSource.FRAME_TIME_VECTOR, (10.0, 30.0)),
            "50/s",
            "From the file: FrameTimeVector. Frames have times of their own; this is the average.",
        ),
        (
            Timing(TimingSource.ASSUMED, (40.0,) * 3),
            "25/s, rate assumed",
            "The file says no rate that can be used. 25 frames a second are assumed.",
        ),
        (Timing(TimingSource.ASSUMED, (0.0,)), "still", "The file says no rate that can be used. 25 frames a second are assumed."),
    ],
)
def test_the_rate_and_where_it_comes_from(qtbot: QtBot, timing: Timing, rate: str, source: str) -> None:
    assert (rate_words(timing), source_words(timing)) == (rate, source)
    strip = CineStrip(Cine(FakeStopwatch()))
    qtbot.addWidget(strip)
    strip.show_cine(Cine(FakeStopwatch()), timing)
    assert strip._rate.value.toolTip() == source


@pytest.mark.parametrize("frames", [1, 3000])
def test_a_clip_of_one_frame_and_one_of_three_thousand_can_be_shown(qtbot: QtBot, tmp_path: Path, frames: int) -> None:
    """One picture of odd width over and over: what counts is their number."""
    lab = a_lab(tmp_path)
    stream = simplejpeg.encode_jpeg(np.ascontiguousarray(a_picture(1)[:23, :31]), 90, "RGB", "422")
    clip = a_stored_clip(lab, encapsulated([stream] * frames, NumberOfFrames=frames, FrameTime="16.7", Rows=23, Columns=31))
    assert (clip.frames, clip.columns) == (frames, 31)
    viewport = Viewport(ImmediateJobs(), ClipShelf(lab.open, lab.reader_1), FakeStopwatch())
    qtbot.addWidget(viewport)
    viewport.resize(800, 600)
    viewport.show_clip(clip, "Clip 1 of 1", play=True)
    cine = viewport.player.cine
    assert cine.playing is (frames > 1)
    cine.end()
    assert viewport.frame_on_screen == frames - 1
    assert f"Frame {frames} of {frames}" in viewport.status.words
    assert ("still" in viewport.status.words) is (frames == 1)
    viewport.player.close()
    lab.open.close()
