"""The view of one frame: exact pixels where exact is possible, zoom at the cursor, window and level, calipers."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.services.clips import Frame
from corelab.ui.caliper import Caliper
from corelab.ui.clip_view import ClipView
from corelab.ui.placement import Placement
from corelab.ui.windowing import Windowing


@dataclass(frozen=True)
class AFrame(Frame):
    """A frame that keeps its pixels as an array beside, to compare with what was painted."""

    array: NDArray[np.uint8]

    @classmethod
    def of(cls, index: int, array: NDArray[np.uint8]) -> Self:
        return cls(index, memoryview(array.tobytes()), array.shape[1], array.shape[0], array.strides[0], array)


def a_frame(index: int = 0, width: int = 160, height: int = 120, seed: int = 1) -> AFrame:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    noise[..., 3] = 255
    return AFrame.of(index, noise)


def pixels_of(view: ClipView) -> NDArray[np.uint8]:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), :3].copy()


@pytest.fixture
def view(qtbot: QtBot) -> ClipView:
    shown = ClipView()
    qtbot.addWidget(shown)
    shown.resize(400, 300)
    shown.show()
    return shown


def wheel(view: ClipView, notches: int, at: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - Qt's own signature
    )
    QApplication.sendEvent(view, event)


def test_at_one_to_one_the_screen_shows_the_decoded_pixels(view: ClipView) -> None:
    frame = a_frame()
    view.show_frame(frame)
    view.one_to_one()
    left, top, width, height = view.placement.rect
    assert (width, height) == (160, 120)
    assert np.array_equal(pixels_of(view)[top : top + height, left : left + width], frame.array[..., :3])


def test_at_twice_the_size_each_pixel_is_four(view: ClipView) -> None:
    frame = a_frame()
    view.show_frame(frame)
    view.one_to_one()
    wheel(view, 5, QPoint(200, 150), Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == 2.0
    left, top, width, height = view.placement.rect
    grabbed = pixels_of(view)[top : top + height, left : left + width]
    assert np.array_equal(grabbed, frame.array[..., :3].repeat(2, 0).repeat(2, 1))


def test_a_new_image_fits_the_view_and_reset_brings_that_back(view: ClipView) -> None:
    view.show_frame(a_frame())
    assert view.zoom == pytest.approx(2.5)
    view.zoom_by(3)
    assert view.zoom > 3
    view.reset()
    assert view.placement.rect == (0, 0, 400, 300)


def test_zoom_keeps_the_point_under_the_cursor(view: ClipView) -> None:
    view.show_frame(a_frame())
    cursor = QPoint(90, 220)
    before = view.placement.to_image(90, 220)
    wheel(view, 4, cursor, Qt.KeyboardModifier.ControlModifier)
    after = view.placement.to_image(90, 220)
    assert after == pytest.approx(before, abs=0.5)


def test_the_wheel_turns_frames_and_with_shift_clips(view: ClipView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.stepped) as frames:
        wheel(view, -1, QPoint(50, 50))
    with qtbot.waitSignal(view.clip_stepped) as clips:
        wheel(view, 1, QPoint(50, 50), Qt.KeyboardModifier.ShiftModifier)
    assert (frames.args, clips.args) == ([1], [-1])


def test_a_middle_drag_moves_the_image(view: ClipView, qtbot: QtBot) -> None:
    view.show_frame(a_frame())
    view.zoom_by(5)
    left, top, *_ = view.placement.rect
    QTest.mousePress(view, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(130, 80))
    QTest.mouseRelease(view, Qt.MouseButton.MiddleButton, pos=QPoint(130, 80))
    assert view.placement.rect[:2] == (left + 30, top - 20)


def test_a_right_drag_changes_window_and_level_and_reset_takes_it_back(view: ClipView, qtbot: QtBot) -> None:
    frame = a_frame()
    view.show_frame(frame)
    view.one_to_one()
    plain = pixels_of(view)
    QTest.mousePress(view, Qt.MouseButton.RightButton, pos=QPoint(200, 100))
    QTest.mouseMove(view, QPoint(140, 120))
    QTest.mouseRelease(view, Qt.MouseButton.RightButton, pos=QPoint(140, 120))
    assert view.windowing == Windowing(195.0, 147.5)
    assert not np.array_equal(pixels_of(view), plain)
    view.reset()
    view.one_to_one()
    assert np.array_equal(pixels_of(view), plain)


def test_a_window_maps_its_ends_to_black_and_white() -> None:
    table = Windowing(100.0, 100.0).table()
    assert (table[50], table[100], table[150], table[0], table[255]) == (0, 127, 255, 0, 255)
    assert list(Windowing().table()) == list(range(256))


def test_two_clicks_draw_a_caliper_on_the_image(view: ClipView, qtbot: QtBot) -> None:
    view.show_frame(a_frame(index=7))
    view.one_to_one()
    view.measure(on=True)
    left, top, *_ = view.placement.rect
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(left + 20, top + 30))
    with qtbot.waitSignal(view.measured) as measured:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(left + 20, top + 90))
    assert measured.args == [Caliper(7, (20.0, 30.0), (20.0, 90.0))]


def test_a_caliper_stands_on_its_own_frame_only(view: ClipView) -> None:
    view.show_frame(a_frame(index=7))
    plain = pixels_of(view)
    view.show_calipers((Caliper(7, (20.0, 30.0), (20.0, 90.0)),))
    assert not np.array_equal(pixels_of(view), plain)
    view.show_frame(AFrame.of(8, a_frame().array))
    assert np.array_equal(pixels_of(view), plain)


def test_a_click_beside_the_image_sets_no_point(view: ClipView, qtbot: QtBot) -> None:
    view.show_frame(a_frame())
    view.one_to_one()
    view.measure(on=True)
    with qtbot.assertNotEmitted(view.measured):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))


def test_words_stand_where_there_is_no_picture(view: ClipView) -> None:
    view.show_words("Frame 10 cannot be read.")
    assert view.frame is None
    assert pixels_of(view).max() > 60


def test_what_was_painted_is_told(view: ClipView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.painted) as painted:
        view.show_frame(a_frame(index=3))
    assert painted.args == [3]


@pytest.mark.parametrize(("scale", "exact"), [(1.0, True), (3.0, True), (1.5, False), (0.5, False)])
def test_only_whole_sizes_are_exact(scale: float, *, exact: bool) -> None:
    assert Placement((100, 80), (400, 300), scale).exact is exact
