"""The adjudication page by keys and mouse: two readers differ, a third person decides."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import CaseDraft, DecisionReason, Take
from corelab.domain.vocabulary import AssignmentId, Binding, Cell, Evidence
from corelab.domain.worklist import WorkState
from corelab.services import adjudication, assignment, comparison, reading
from corelab.services.accounts import Session
from corelab.ui.adjudication_page import AdjudicationPage
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.desk import Desk
from corelab.ui.dialogs import SignDialog
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.sign_flow import MissingDialog
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import grade
from tests.gui.exam_labs import FRAMES, a_clip_file, an_exam_with
from tests.gui.exams import a_cell
from tests.gui.test_cine import FakeStopwatch

Key, NO_KEYS = Qt.Key, Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COMP_CFV, COMP_POPV = a_cell("CFV", "COMP"), a_cell("POPV", "COMP")


def signs(lab: Lab, session: Session, frame: int, **ranks: int) -> None:
    """Reads and signs the next exam: clean but for the ranks said, each grade proved by this frame."""
    row = reading.worklist(lab.open, session).next
    assert row is not None
    opened = reading.open_reading(lab.open, session, row.assignment)
    made = opened.reading
    for cell in made.form.cells:
        if cell not in made.form.prefilled:
            clip = next(clip for clip in opened.clips if clip.segment == cell.segment)
            rank = ranks.get(f"{cell.item}_{cell.segment}", 0)
            made = made.answered(cell, grade(cell.item, rank), [Evidence(clip.sha256, frame, bound=Binding.MARKED)])
    reading.sign(lab.open, session, made, PASSWORD)


@dataclass
class Adjudicator:
    """Somebody at the adjudication page."""

    lab: Lab
    page: AdjudicationPage
    watch: FakeStopwatch
    assignment: AssignmentId
    saved: list[str] = field(default_factory=list)
    went: list[tuple[str, object]] = field(default_factory=list)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    @property
    def deciding(self) -> Deciding:
        assert self.page.deciding is not None
        return self.page.deciding

    @property
    def stored(self) -> CaseDraft:
        return adjudication.open_case(self.lab.open, self.lab.adjudicator, self.assignment).draft

    def rank_of(self, take: Take, cell: Cell) -> str | None:
        dispute = self.deciding.draft.case.dispute(cell)
        return (dispute.a if take is Take.A else dispute.b).grade.value

    def frames(self) -> list[int | None]:
        return [viewport.frame_on_screen for viewport in self.page.viewports.all]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    an_exam_with(made, {"CFV": [a_clip_file(seed=1)], "POPV": [a_clip_file("partial", seed=3)]})
    assignment.assign(made.open, made.coordinator)
    signs(made, made.reader_1, 2, COMP_CFV=2, COMP_POPV=1)
    signs(made, made.reader_2, 5, COMP_POPV=2)
    assert comparison.release_and_compare(made.open, made.coordinator).cases == 1
    return made


@pytest.fixture
def somebody(lab: Lab, qtbot: QtBot) -> Iterator[Adjudicator]:
    row = reading.worklist(lab.open, lab.adjudicator).rows[0]
    watch = FakeStopwatch()
    page = AdjudicationPage(Desk(lab.open, lab.adjudicator, ImmediateJobs()), stopwatch=watch)
    qtbot.addWidget(page)
    page.resize(1600, 950)
    made = Adjudicator(lab, page, watch, row.assignment)
    page.saved.connect(made.saved.append)
    page.go.connect(lambda name, what: made.went.append((name, what)))
    page.show()
    page.activateWindow()
    page.opened(row.assignment)
    yield made
    page.closing()


def test_the_first_dispute_stands_with_both_frames_side_by_side(somebody: Adjudicator) -> None:
    assert somebody.deciding.cell == COMP_CFV
    assert sorted(frame for frame in somebody.frames() if frame is not None) == [2, 5]
    assert not somebody.page.viewports.active.player.cine.playing


def test_neither_read_is_chosen_beforehand(somebody: Adjudicator) -> None:
    assert somebody.deciding.decision is None
    assert all("taken" not in card.accessibleName() for card in somebody.page.cards.values())


def test_taking_b_and_a_reason_goes_on_and_is_saved(somebody: Adjudicator) -> None:
    expected = somebody.rank_of(Take.B, COMP_CFV)
    somebody.press(Key.Key_B)
    assert somebody.deciding.asked is Asked.REASON
    somebody.press(Key.Key_1)
    decision = somebody.stored.decisions[COMP_CFV]
    assert (decision.take, decision.grade.value, decision.reason) == (Take.B, expected, DecisionReason.OTHER_FRAME)
    assert somebody.deciding.cell == COMP_POPV
    assert somebody.saved[-1].startswith("Saved ")


def test_an_own_grade_carries_the_frame_on_screen(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_Right, Key.Key_2, Key.Key_3)
    decision = somebody.stored.decisions[COMP_CFV]
    frame = somebody.page.viewports.all[0]
    assert (decision.take, decision.grade.value) == (Take.OWN, "partial")
    assert decision.evidence[0].bound is Binding.AUTO
    assert decision.evidence[0].frame_a in {3, 6}
    assert frame.clip is not None


def test_a_marked_frame_proves_the_own_grade(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_Home, Key.Key_K, Key.Key_2)
    assert somebody.deciding.decision is not None
    assert somebody.deciding.decision.evidence[0].frame_a == 0
    assert somebody.deciding.decision.evidence[0].bound is Binding.MARKED


def test_not_evaluable_asks_why_then_for_the_reason_of_the_decision(somebody: Adjudicator) -> None:
    asked = []
    for key in (Key.Key_9, Key.Key_2, Key.Key_1):
        somebody.press(key)
        asked.append(somebody.deciding.asked)
    assert asked == [Asked.NE_REASON, Asked.REASON, Asked.GRADE]
    assert somebody.stored.decisions[COMP_CFV].grade.reason == "WINDOW"


def test_undo_and_zero_take_a_decision_back(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_A, Key.Key_0)
    assert somebody.stored.decisions == {}
    somebody.press(Key.Key_Z, modifiers=CONTROL)
    assert somebody.stored.decisions[COMP_CFV].take is Take.A
    somebody.press(Key.Key_Z, modifiers=CONTROL)
    assert somebody.stored.decisions == {}


def test_down_goes_to_the_next_dispute_and_shows_its_frames(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_Down)
    assert somebody.deciding.cell == COMP_POPV
    clips = [viewport.clip for viewport in somebody.page.viewports.all]
    assert all(clip is not None and clip.segment == "POPV" for clip in clips)


def test_a_key_goes_back_to_the_frame_of_each_read(somebody: Adjudicator) -> None:
    a, b = somebody.frames()
    somebody.press(Key.Key_End)
    assert somebody.frames() != [a, b]
    somebody.press(Key.Key_A, modifiers=SHIFT)
    assert somebody.frames()[0] == a
    somebody.press(Key.Key_B, modifiers=SHIFT)
    assert somebody.frames()[1] == b
    assert somebody.page.viewports.active is somebody.page.viewports.all[1]


def test_both_clips_play_in_step(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_Home, Key.Key_Space)
    cine = somebody.page.viewports.active.player.cine
    somebody.watch.now += 3 * cine.duration_ms / FRAMES + 1
    cine.advance()
    assert somebody.frames() == [3, 3]


def test_the_strip_tells_a_from_b(somebody: Adjudicator) -> None:
    marks = somebody.page.strip.line._marks
    assert {(mark.word, mark.hollow) for mark in marks} == {("A", False), ("B", True)}


def test_what_both_agree_on_is_shown_and_cannot_be_changed(somebody: Adjudicator) -> None:
    agreed = [row.accessibleName() for row in somebody.page.rail._agreed]
    assert "R CFV: colour filling complete" in agreed


def test_a_click_on_a_card_takes_it_and_a_click_on_its_picture_goes_to_the_frame(somebody: Adjudicator) -> None:
    card = somebody.page.cards[Take.A]
    somebody.press(Key.Key_End)
    (picture,) = card._picture_boxes()
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=picture.center().toPoint())
    assert somebody.deciding.decision is None
    assert somebody.frames()[0] in {2, 5}
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    assert somebody.deciding.decision is not None
    assert somebody.deciding.decision.take is Take.A


def test_the_reason_other_asks_for_a_note(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_A, Key.Key_4)
    assert somebody.page.rail.note.hasFocus()
    somebody.press(Key.Key_X)
    somebody.press(Key.Key_Escape)
    assert somebody.stored.note == "x"


def test_what_is_open_is_named_before_signing(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_A, Key.Key_1)
    somebody.press(Key.Key_Return, modifiers=CONTROL)
    (missing,) = somebody.page.findChildren(MissingDialog)
    assert [missing.list.item(row).text() for row in range(missing.list.count())] == ["R POPV compressibility: no decision yet"]
    QTest.keyClick(missing.list, Key.Key_Return)
    assert somebody.deciding.cell == COMP_POPV


def test_two_disputes_are_four_keys_and_the_password(somebody: Adjudicator) -> None:
    somebody.press(Key.Key_A, Key.Key_1, Key.Key_B, Key.Key_2)
    somebody.press(Key.Key_Return, modifiers=CONTROL)
    (dialog,) = somebody.page.findChildren(SignDialog)
    QTest.keyClicks(dialog.user, "adjudicator-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    rows = reading.worklist(somebody.lab.open, somebody.lab.adjudicator).rows
    assert [row.state for row in rows] == [WorkState.SIGNED]
    somebody.press(Key.Key_A)
    assert somebody.page.rail.foot.words.text() == "This case is signed; nothing can be changed."
    somebody.press(Key.Key_Return, modifiers=CONTROL)
    assert somebody.went == [("worklist", "next")]
