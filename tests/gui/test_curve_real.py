"""The curve of a synthetic clip, followed by the real service from a real click, up to the diameters in the lab."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.imaging.phantom import Phantom, make_phantom
from tests.charter_builders import DVT
from tests.gui.exams import a_cell
from tests.gui.full_labs import a_full_lab
from tests.gui.reader import Key, Reader, at_the_page
from tests.gui.test_curve import PLAIN, found

COMP, REST, UNDER = (a_cell("FV_MID", item) for item in ("COMP", "D_REST", "D_COMP"))


@cache
def a_vein() -> Phantom:
    return make_phantom("partial", 3, frames=16, size=(320, 240))


@cache
def in_colour() -> Phantom:
    return make_phantom("colour_patent", 4, frames=8, size=(320, 240))


@pytest.fixture
def reader(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    lab = a_full_lab(tmp_path, DVT, {"FV_MID": [a_vein().dicom, in_colour().dicom]}, *PLAIN, visit="D10")
    with at_the_page(lab, qtbot) as somebody:
        yield somebody


def follows(reader: Reader, frames: int, point: tuple[float, float]) -> None:
    """V, and a click there on the first frame of the clip with so many frames."""
    if reader.page.viewports.active.player.cine.frames != frames:
        reader.press(Key.Key_PageDown if reader.page.viewports.active.status.words[0] == "Clip 1 of 2" else Key.Key_PageUp)
    assert reader.page.viewports.active.player.cine.frames == frames
    reader.press(Key.Key_Space, Key.Key_Home, Key.Key_V)
    view = reader.page.viewports.active.view
    at, ratio = view.placement.to_view(point[0] + 0.5, point[1] + 0.5), view.devicePixelRatioF()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0] / ratio), round(at[1] / ratio)))


def test_a_vein_is_followed_its_pair_taken_and_both_diameters_answered(reader: Reader) -> None:
    truth = a_vein().truth
    follows(reader, 16, truth["point"])
    reader.press(Key.Key_2, Key.Key_Y, Key.Key_Y)
    (proof,) = reader.stored.answers[COMP].evidence
    assert proof.frame_b is not None
    assert proof.method
    reader.page.form.question_chosen.emit(REST)
    reader.press(Key.Key_D, Key.Key_D)
    rest, under = (reader.stored.answers[cell] for cell in (REST, UNDER))
    assert [one.evidence[0].frame_a for one in (rest, under)] == [proof.frame_a, proof.frame_b]
    assert {one.evidence[0].method for one in (rest, under)} == {proof.method}
    percent = 100 * float(under.grade.value or 0) / float(rest.grade.value or 1)
    assert abs(percent - truth["residual_ap_percent"]) < 10
    assert found(reader).startswith("Residual ")


def test_colour_is_refused_in_words_and_nothing_is_shown(reader: Reader) -> None:
    follows(reader, 8, in_colour().truth["point"])
    assert any(words.startswith("Not followed. ") for words in reader.page.viewports.active.status.words)
    assert reader.page.strip.line._curve is None


def test_a_click_on_the_banner_is_refused(reader: Reader) -> None:
    follows(reader, 16, (10.0, 4.0))
    assert "Not followed. The point lies outside the tissue picture. Click inside the vein: V." in reader.page.viewports.active.status.words
