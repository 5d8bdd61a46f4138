"""The cine strip on narrow screens: what has no room goes whole, and words have lines enough."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from corelab.domain.clip import Timing, TimingSource
from corelab.ui.cine import Cine
from corelab.ui.cine_strip import CineStrip
from corelab.ui.theme import Size, Weight, font
from tests.gui.test_cine import FakeStopwatch


@pytest.fixture
def strip(qtbot: QtBot) -> CineStrip:
    timing = Timing(TimingSource.FRAME_TIME, (40.0,) * 300)
    cine = Cine(FakeStopwatch())
    cine.open(timing)
    made = CineStrip(cine)
    qtbot.addWidget(made)
    made.show_cine(cine, timing)
    made.resize(960, 184)
    made.show()
    return made


@pytest.mark.parametrize("width", [600, 700, 800, 1000, 1400])
def test_what_the_transport_row_shows_is_never_cut(strip: CineStrip, width: int) -> None:
    strip.resize(width, 184)
    strip.show_narrow(narrow=False)
    QApplication.processEvents()
    shown = [label for label in strip.findChildren(QLabel) if label.isVisible() and label.text()]
    assert len(shown) >= 6
    assert [label.text() for label in shown if label.width() < label.sizeHint().width()] == []


def test_long_words_of_the_strip_have_lines_enough(strip: CineStrip) -> None:
    strip.show_narrow(narrow=True)
    strip.resize(500, 240)
    few = strip.sizeHint().height()
    strip.show_found("Lost in frames 23 to 28: what was followed no longer looks like the vein that was clicked. " * 4, (("back", "P"),))
    QApplication.processEvents()
    metrics = QFontMetricsF(font(Size.HINT, Weight.VALUE))
    room = QRectF(0, 0, strip.found._right - 34, 10_000)
    needed = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, strip.found.words).height()
    assert strip.found.height() >= needed > 3 * metrics.height()
    assert strip.sizeHint().height() == few + strip.found.height()
