"""The adjudication page by keys and mouse: two readers differ, a third person decides."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.vocabulary import AssignmentId, Binding
from corelab.domain.worklist import WorkState
from corelab.services import adjudication, reading
from corelab.ui.deciding import Asked
from corelab.ui.dialogs import SignDialog
from corelab.ui.sign_flow import MissingDialog
from tests.builders import PASSWORD
from tests.gui.adjudicator import Adjudicator
from tests.gui.exam_labs import FRAMES
from tests.gui.exams import a_cell

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COMP_CFV, COMP_POPV = a_cell("CFV", "COMP"), a_cell("POPV", "COMP")


def test_the_first_dispute_stands_with_both_frames_side_by_side(adjudicator: Adjudicator) -> None:
    assert adjudicator.deciding.cell == COMP_CFV
    assert sorted(frame for frame in adjudicator.frames() if frame is not None) == [2, 5]
    assert not adjudicator.page.viewports.active.player.cine.playing


def test_neither_read_is_chosen_beforehand(adjudicator: Adjudicator) -> None:
    assert adjudicator.deciding.decision is None
    assert all("taken" not in card.accessibleName() for card in adjudicator.page.cards.values())


def test_taking_b_and_a_reason_goes_on_and_is_saved(adjudicator: Adjudicator) -> None:
    expected = adjudicator.rank_of(Take.B, COMP_CFV)
    adjudicator.press(Key.Key_B)
    assert adjudicator.deciding.asked is Asked.REASON
    adjudicator.press(Key.Key_1)
    decision = adjudicator.stored.decisions[COMP_CFV]
    assert (decision.take, decision.grade.value, decision.reason) == (Take.B, expected, DecisionReason.OTHER_FRAME)
    assert adjudicator.deciding.cell == COMP_POPV
    assert adjudicator.saved[-1].startswith("Saved ")


def test_an_own_grade_carries_the_frame_on_screen(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_Right, Key.Key_2, Key.Key_3)
    decision = adjudicator.stored.decisions[COMP_CFV]
    frame = adjudicator.page.viewports.all[0]
    assert (decision.take, decision.grade.value) == (Take.OWN, "partial")
    assert decision.evidence[0].bound is Binding.AUTO
    assert decision.evidence[0].frame_a in {3, 6}
    assert frame.clip is not None


def test_a_marked_frame_proves_the_own_grade(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_Home, Key.Key_K, Key.Key_2)
    assert adjudicator.deciding.decision is not None
    assert adjudicator.deciding.decision.evidence[0].frame_a == 0
    assert adjudicator.deciding.decision.evidence[0].bound is Binding.MARKED


def test_not_evaluable_asks_why_then_for_the_reason_of_the_decision(adjudicator: Adjudicator) -> None:
    asked = []
    for key in (Key.Key_9, Key.Key_2, Key.Key_1):
        adjudicator.press(key)
        asked.append(adjudicator.deciding.asked)
    assert asked == [Asked.NE_REASON, Asked.REASON, Asked.GRADE]
    assert adjudicator.stored.decisions[COMP_CFV].grade.reason == "WINDOW"


def test_undo_and_zero_take_a_decision_back(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_A, Key.Key_0)
    assert adjudicator.stored.decisions == {}
    adjudicator.press(Key.Key_Z, modifiers=CONTROL)
    assert adjudicator.stored.decisions[COMP_CFV].take is Take.A
    adjudicator.press(Key.Key_Z, modifiers=CONTROL)
    assert adjudicator.stored.decisions == {}


def test_down_goes_to_the_next_dispute_and_shows_its_frames(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_Down)
    assert adjudicator.deciding.cell == COMP_POPV
    clips = [viewport.clip for viewport in adjudicator.page.viewports.laid]
    assert all(clip is not None and clip.segment == "POPV" for clip in clips)


def test_a_key_goes_back_to_the_frame_of_each_read(adjudicator: Adjudicator) -> None:
    a, b = adjudicator.frames()
    adjudicator.press(Key.Key_End)
    assert adjudicator.frames() != [a, b]
    adjudicator.press(Key.Key_A, modifiers=SHIFT)
    assert adjudicator.frames()[0] == a
    adjudicator.press(Key.Key_B, modifiers=SHIFT)
    assert adjudicator.frames()[1] == b
    assert adjudicator.page.viewports.active is adjudicator.page.viewports.all[1]


def test_both_clips_play_in_step(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_Home, Key.Key_Space)
    cine = adjudicator.page.viewports.active.player.cine
    adjudicator.watch.now += 3 * cine.duration_ms / FRAMES + 1
    cine.advance()
    assert adjudicator.frames() == [3, 3]


def test_the_strip_tells_a_from_b(adjudicator: Adjudicator) -> None:
    marks = adjudicator.page.strip.line._marks
    assert {(mark.word, mark.hollow) for mark in marks} == {("A", False), ("B", True)}


def test_what_both_agree_on_is_shown_and_cannot_be_changed(adjudicator: Adjudicator) -> None:
    agreed = [row.accessibleName() for row in adjudicator.page.rail._agreed]
    assert "R CFV: colour filling complete" in agreed


def test_a_click_on_a_card_takes_it_and_a_click_on_its_picture_goes_to_the_frame(adjudicator: Adjudicator) -> None:
    card = adjudicator.page.cards[Take.A]
    adjudicator.press(Key.Key_End)
    (picture,) = card._picture_boxes()
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=picture.center().toPoint())
    assert adjudicator.deciding.decision is None
    assert adjudicator.frames()[0] in {2, 5}
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    assert adjudicator.deciding.decision is not None
    assert adjudicator.deciding.decision.take is Take.A


def test_the_reason_other_asks_for_a_note(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_A, Key.Key_4)
    assert adjudicator.page.rail.note.hasFocus()
    adjudicator.press(Key.Key_X)
    adjudicator.press(Key.Key_Escape)
    assert adjudicator.stored.note == "x"


def test_what_is_open_is_named_before_signing(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_A, Key.Key_1)
    adjudicator.press(Key.Key_Return, modifiers=CONTROL)
    (missing,) = adjudicator.page.findChildren(MissingDialog)
    assert [missing.list.item(row).text() for row in range(missing.list.count())] == ["R POPV compressibility: no decision yet"]
    QTest.keyClick(missing.list, Key.Key_Return)
    assert adjudicator.deciding.cell == COMP_POPV


def test_two_disputes_are_four_keys_and_the_password(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_A, Key.Key_1, Key.Key_B, Key.Key_2)
    adjudicator.press(Key.Key_Return, modifiers=CONTROL)
    (dialog,) = adjudicator.page.findChildren(SignDialog)
    QTest.keyClicks(dialog.user, "adjudicator-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    rows = reading.worklist(adjudicator.lab.open, adjudicator.lab.adjudicator).rows
    assert [row.state for row in rows] == [WorkState.SIGNED]
    adjudicator.press(Key.Key_A)
    assert adjudicator.page.rail.foot.words.text() == "This case is signed; nothing can be changed."
    adjudicator.press(Key.Key_Return, modifiers=CONTROL)
    assert adjudicator.went == [("worklist", "next")]


def test_how_the_clips_were_watched_is_kept_with_the_case(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_Home, Key.Key_Space)
    page, cine = adjudicator.page, adjudicator.page.viewports.active.player.cine
    for _ in range(FRAMES):
        adjudicator.watch.now += 1000
        cine.advance()
        page._time.tick()
        for viewport in page.viewports.laid:
            viewport.view.repaint()
    adjudicator.press(Key.Key_A)
    (clip,) = {viewport.clip.sha256 for viewport in page.viewports.laid if viewport.clip is not None}
    opened = adjudication.open_case(adjudicator.lab.open, adjudicator.lab.adjudicator, page._assignment or AssignmentId(""))
    assert (opened.watched[clip].seconds, opened.watched[clip].speeds) == (FRAMES, (100,))
