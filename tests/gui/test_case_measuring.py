"""Measuring at the adjudication page: A's and B's measurements over their own clips, one's own kept; no key means two things."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import Take
from corelab.domain.measurement import Measurement, Quantity
from corelab.domain.vocabulary import Binding, Evidence
from corelab.services import assignment, comparison, reading
from corelab.services.accounts import Session
from corelab.services.measuring import line_of
from corelab.ui.viewport import Viewport
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import grade
from tests.gui.adjudicator import Adjudicator, at_the_case
from tests.gui.exam_labs import a_clip_file, an_exam_with

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FRAME = 3


def signs(lab: Lab, session: Session, rank: int, length: float) -> Measurement:
    """Reads and signs with one line of so many pixels, down from the same point."""
    row = reading.worklist(lab.open, session).next
    assert row is not None
    opened = reading.open_reading(lab.open, session, row.assignment)
    made, clip = opened.reading, opened.clips[0]
    for cell in made.form.cells:
        if cell not in made.form.prefilled:
            proof = [Evidence(clip.sha256, FRAME, bound=Binding.MARKED)]
            made = made.answered(cell, grade(cell.item, rank if cell.item == "COMP" else 0), proof)
    drawn = line_of(clip, FRAME, (100, 60), (100, 60 + length))
    assert isinstance(drawn, Measurement)
    reading.sign(lab.open, session, made.measuring([drawn]), PASSWORD)
    return drawn


@pytest.fixture
def case(tmp_path: Path, qtbot: QtBot) -> Iterator[tuple[Adjudicator, Measurement, Measurement]]:
    """The adjudicator before a case, what stands as A, and what stands as B."""
    lab = a_lab(tmp_path)
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    an_exam_with(lab, {"CFV": [a_clip_file(seed=1)]})
    assignment.assign(lab.open, lab.coordinator)
    one, two = signs(lab, lab.reader_1, 2, 40), signs(lab, lab.reader_2, 1, 60)
    assert comparison.release_and_compare(lab.open, lab.coordinator).cases == 1
    with at_the_case(lab, qtbot) as adjudicator:
        QApplication.processEvents()
        first_is_a = adjudicator.rank_of(Take.A, adjudicator.deciding.cell) == "none"
        yield (adjudicator, one, two) if first_is_a else (adjudicator, two, one)


def click(viewport: Viewport, *points: tuple[float, float]) -> None:
    for x, y in points:
        at = QPointF(*viewport.view.placement.to_view(x + 0.5, y + 0.5)) / viewport.view.devicePixelRatioF()
        for kind, held in (
            (QMouseEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
            (QMouseEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
        ):
            where = viewport.view.mapToGlobal(at)
            QApplication.sendEvent(
                viewport.view, QMouseEvent(kind, at, where, Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier)
            )


def test_a_lies_over_the_first_clip_and_b_dashed_over_the_second(case: tuple[Adjudicator, Measurement, Measurement]) -> None:
    adjudicator, a, b = case
    left, right = adjudicator.page.viewports.laid
    assert left.status.words[-1] == f"A: {a.value} mm"
    assert right.status.words[-1] == f"B: {b.value} mm"
    assert [shape.dashed for shape in left.view.strokes.shapes] == [False]
    assert [shape.dashed for shape in right.view.strokes.shapes] == [True]


def test_what_readers_measured_can_be_looked_at_only(case: tuple[Adjudicator, Measurement, Measurement]) -> None:
    adjudicator, a, _ = case
    adjudicator.press(Key.Key_H)
    assert "Nothing is measured on this frame" in adjudicator.page.viewports.active.status.words[-1]
    adjudicator.press(Key.Key_Delete)
    assert f"A: {a.value} mm" in adjudicator.page.viewports.laid[0].status.words


def test_an_area_is_drawn_with_shift_m_since_a_takes_a_read(case: tuple[Adjudicator, Measurement, Measurement]) -> None:
    adjudicator, _, _ = case
    adjudicator.press(Key.Key_M, modifiers=SHIFT)
    click(adjudicator.page.viewports.active, (120, 60), (160, 60), (160, 100))
    adjudicator.press(Key.Key_Return)
    assert [one.quantity for one in adjudicator.stored.measurements] == [Quantity.AREA]
    assert adjudicator.stored.decisions == {}
    adjudicator.press(Key.Key_Z, modifiers=CONTROL)
    assert adjudicator.stored.measurements == ()
    adjudicator.press(Key.Key_Y, modifiers=CONTROL)
    adjudicator.press(Key.Key_Escape, Key.Key_H, Key.Key_Delete)
    assert adjudicator.stored.measurements == ()


def test_a_takes_a_read_and_shift_a_goes_to_its_frame_as_ever(case: tuple[Adjudicator, Measurement, Measurement]) -> None:
    adjudicator, _, _ = case
    adjudicator.press(Key.Key_Right)
    adjudicator.press(Key.Key_A, modifiers=SHIFT)
    assert not adjudicator.page.viewports.active.view.measuring
    cell = adjudicator.deciding.cell
    adjudicator.press(Key.Key_A, Key.Key_1)
    assert adjudicator.stored.decisions[cell].take is Take.A
