"""The compression pair with real keys and clicks: marked, side by side, measured on both sides, and of either read at adjudication."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import Take
from corelab.domain.compression import Followed, FollowStoppedError
from corelab.domain.vocabulary import Binding, Evidence
from corelab.services import assignment, comparison, reading
from corelab.services.accounts import Session
from corelab.ui.caliper import Caliper
from corelab.ui.jobs import ThreadJobs
from corelab.ui.pair import Diameter, proposed_caliper, residual_percent
from corelab.ui.viewports import Layout
from tests.builders import PASSWORD, Lab, a_lab
from tests.charter_builders import DVT
from tests.exam_builders import grade
from tests.gui.adjudicator import Adjudicator, at_the_case
from tests.gui.deciders import at_a_case, reads
from tests.gui.exam_labs import a_clip_file, an_exam_with
from tests.gui.exams import a_cell
from tests.gui.full_labs import a_full_lab
from tests.gui.reader import CONTROL, SHIFT, Key, Reader, at_the_page
from tests.gui.test_curve import COMP, HEIGHTS, PLAIN, asks, click, found, leg
from tests.gui.test_full_adjudication import a_leg_lab
from tests.gui.veins import a_lumen, answering, followed

__all__ = ["leg"]

Told = Callable[..., None]
Stop = Callable[[], bool]

REST, COMPRESSED = a_cell("FV_MID", "D_REST"), a_cell("FV_MID", "D_COMP")


def marks_a_pair(reader: Reader) -> None:
    """Frame 1 at rest, frame 4 under pressure."""
    reader.press(Key.Key_2, Key.Key_K, Key.Key_Right, Key.Key_Right, Key.Key_Right)
    reader.press(Key.Key_K, modifiers=SHIFT)


def frames(reader: Reader) -> list[int | None]:
    return [viewport.frame_on_screen for viewport in reader.page.viewports.laid]


def draws(reader: Reader, x: float, top: float, bottom: float) -> None:
    if not reader.page.viewports.active.view.measuring:
        reader.press(Key.Key_M)
    click(reader, x, top)
    click(reader, x, bottom)


# ---------------------------------------------------------------- by hand


def test_p_shows_the_marked_pair_side_by_side_and_goes_back(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P)
    assert frames(leg) == [0, 3]
    assert {viewport.clip for viewport in leg.page.viewports.laid} == {leg.page.clips.clip}
    scales = {viewport.view.zoom for viewport in leg.page.viewports.laid}
    assert len(scales) == 1
    assert found(leg) == "Rest frame 1; compressed frame 4. A caliper on each gives the residual: M."
    leg.press(Key.Key_P)
    assert leg.page.viewports.layout_shown is Layout.ONE
    assert leg.page.viewports.active.frame_on_screen == 3
    assert found(leg) == ""


def test_escape_closes_the_pair_as_well(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P, Key.Key_Escape)
    assert leg.page.viewports.layout_shown is Layout.ONE


def test_without_a_pair_p_says_how_to_mark_one(leg: Reader) -> None:
    leg.press(Key.Key_P)
    assert leg.page.pairs.pair is None
    assert "Mark both frames first" in leg.page.form.foot.words.text()


def test_zoom_and_place_of_both_sides_move_together(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P)
    left, right = (viewport.view for viewport in leg.page.viewports.laid)
    before = left.zoom
    at = QPointF(right.width() / 3, right.height() / 3)
    control, none = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.NoButton
    where = (at, right.mapToGlobal(at), QPoint(), QPoint(0, 240))
    turned = QWheelEvent(*where, none, control, Qt.ScrollPhase.NoScrollPhase, False)  # noqa: FBT003 - Qt takes it by place
    QApplication.sendEvent(right, turned)
    assert left.zoom == right.zoom
    assert left.zoom > before
    assert left.placement.centre == right.placement.centre
    leg.press(Key.Key_R)
    assert (left.placement.zoom, right.placement.zoom) == (None, None)


def test_the_sides_are_apart_even_where_viewports_were_to_play_in_step(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_F4, Key.Key_S, Key.Key_F3, Key.Key_P)
    assert frames(leg) == [0, 3]
    leg.press(Key.Key_Right)
    assert frames(leg) == [1, 3]
    leg.press(Key.Key_P, Key.Key_F4)
    assert leg.page.viewports.in_step


def test_another_clip_is_no_pair_any_more(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P, Key.Key_PageDown)
    assert leg.page.pairs.pair is None
    assert leg.page.viewports.layout_shown is Layout.ONE
    assert leg.page.viewports.active.status.words[0] == "Clip 2 of 2"


def test_calipers_on_both_sides_answer_what_is_asked_and_give_the_residual(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P)
    leg.page.form.question_chosen.emit(REST)
    draws(leg, 160, 100, 140)
    leg.press(Key.Key_Tab)
    draws(leg, 160, 110, 126)
    rest, under = (leg.stored.answers[cell] for cell in (REST, COMPRESSED))
    assert (rest.evidence[0].frame_a, under.evidence[0].frame_a) == (0, 3)
    assert (rest.evidence[0].method, under.evidence[0].method) == (None, None)
    expected = 100 * float(under.grade.value or 0) / float(rest.grade.value or 1)
    (said,) = [words for words in leg.page.form.questions.texts if words.startswith("Rest ")]
    words = found(leg)
    percent = float(words.split("Residual ")[1].split(" %")[0])
    assert abs(percent - expected) <= 1.5
    assert f"Residual {percent:.0f} %" in said


def test_calipers_for_the_eye_answer_nothing_until_they_are_taken(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P)
    draws(leg, 160, 100, 140)
    leg.press(Key.Key_M, Key.Key_Tab)
    draws(leg, 160, 110, 130)
    leg.press(Key.Key_M)
    assert "Residual 50 %." in found(leg)
    assert REST not in leg.stored.answers
    leg.press(Key.Key_D)
    assert "No diameter is asked now" in leg.page.form.foot.words.text()
    leg.press(Key.Key_Tab)
    leg.page.form.question_chosen.emit(REST)
    leg.press(Key.Key_D, Key.Key_D)
    assert [leg.stored.answers[cell].evidence[0].frame_a for cell in (REST, COMPRESSED)] == [0, 3]


def test_a_width_on_a_side_is_not_its_diameter(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P)
    draws(leg, 160, 100, 140)
    click(leg, 100, 120)
    click(leg, 200, 122)
    leg.press(Key.Key_M, Key.Key_Tab)
    draws(leg, 160, 110, 130)
    assert "Residual 50 %." in found(leg)


def test_the_ratio_needs_no_calibration_but_says_so(leg: Reader) -> None:
    clip = leg.page.clips.clip
    assert clip is not None
    bare = type(clip)(clip.sha256, clip.rows, clip.columns, clip.timing)
    rest, under = (Diameter(leg_caliper(10, 10 + height)) for height in (40, 18))
    assert residual_percent(bare, rest, under) == (45.0, False)
    assert residual_percent(bare, under, Diameter(leg_caliper(10, 10))) == (0.0, False)
    assert residual_percent(bare, Diameter(leg_caliper(10, 10)), under) is None


def leg_caliper(top: float, bottom: float) -> Caliper:
    return Caliper(0, (50.0, top), (50.0, bottom))


# ---------------------------------------------------------------- on a thread


@pytest.fixture
def threaded(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    jobs = ThreadJobs()
    lab = a_full_lab(tmp_path, DVT, {"FV_MID": [a_clip_file("partial", seed=3)]}, *PLAIN, visit="D10")
    with at_the_page(lab, qtbot, jobs) as somebody:
        until(lambda: somebody.page.grading is not None and somebody.page.viewports.active.frame_on_screen is not None)
        somebody.press(Key.Key_Space)
        yield somebody
    jobs.close()


def until(reached: Callable[[], bool]) -> None:
    """Lets other threads work until it is so."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if reached() else None)
    timer.start(5)
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(loop.quit)
    late.start(60_000)
    loop.exec()
    assert reached()


def test_the_curve_grows_while_it_is_followed_and_escape_gives_it_up(threaded: Reader) -> None:
    stopped = Event()

    def endless(_clip: object, _frame: int, _point: object, told: Told, stop: Stop, grown: Told) -> Followed:
        for lumen in followed(*HEIGHTS).frames[:3]:
            grown(lumen)
        told(3, 8)
        while not stop():
            stopped.wait(0.005)
        stopped.set()
        raise FollowStoppedError

    threaded.page.clips.curves.follow = endless
    asks(threaded)
    until(lambda: found(threaded) == "Following the vein: 37 %")
    shown = threaded.page.strip.line._curve
    assert shown is not None
    assert [frame for frame, _ in shown.ap[0]] == [0, 1, 2]
    assert shown.share == 3 / 8
    threaded.press(Key.Key_Right)
    until(lambda: threaded.page.viewports.active.frame_on_screen == 1)  # frames come while the vein is followed
    threaded.press(Key.Key_Escape)
    assert found(threaded) == ""
    until(stopped.is_set)


def test_a_vein_followed_before_stays_when_another_try_is_given_up(threaded: Reader) -> None:
    curves = threaded.page.clips.curves
    curves.follow = answering(followed(*HEIGHTS))
    asks(threaded)
    until(lambda: "residual 40 %" in found(threaded))
    begun = Event()

    def endless(_clip: object, _frame: int, _point: object, _told: Told, stop: Stop, _grown: Told) -> Followed:
        begun.set()
        while not stop():
            Event().wait(0.005)
        raise FollowStoppedError

    curves.follow = endless
    asks(threaded)
    until(begun.is_set)
    threaded.press(Key.Key_Escape)
    assert "residual 40 %" in found(threaded)


# ---------------------------------------------------------------- sealed and signed


def test_a_confirmed_proposal_is_in_the_signed_reading_with_its_method(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y, Key.Key_Y)
    kept = reading.open_reading(leg.lab.open, leg.lab.reader_1, leg.assignment).reading
    (proof,) = kept.answers[COMP].evidence
    assert (proof.frame_a, proof.frame_b, proof.bound, proof.method) == (1, 4, Binding.MARKED, "walls test")


# ---------------------------------------------------------------- adjudication


def signs_a_pair(lab: Lab, session: Session, pair: tuple[int, int], rank: int) -> None:
    row = reading.worklist(lab.open, session).next
    assert row is not None
    opened = reading.open_reading(lab.open, session, row.assignment)
    made = opened.reading
    for cell in made.form.cells:
        if cell not in made.form.prefilled:
            clip = next(clip for clip in opened.clips if clip.segment == cell.segment)
            proof = Evidence(clip.sha256, *pair, bound=Binding.MARKED)
            made = made.answered(cell, grade(cell.item, rank if cell.item == "COMP" else 0), [proof])
    reading.sign(lab.open, session, made, PASSWORD)


@pytest.fixture
def case(tmp_path: Path, qtbot: QtBot) -> Iterator[Adjudicator]:
    made = a_lab(tmp_path)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    an_exam_with(made, {"CFV": [a_clip_file(seed=1)]})
    assignment.assign(made.open, made.coordinator)
    signs_a_pair(made, made.reader_1, (0, 3), 2)
    signs_a_pair(made, made.reader_2, (1, 5), 0)
    assert comparison.release_and_compare(made.open, made.coordinator).cases == 1
    with at_the_case(made, qtbot) as somebody:
        yield somebody


def pair_of(case: Adjudicator, take: Take) -> list[int]:
    one = case.deciding.draft.case.disputes[0]
    assert one.sides is not None
    (proof,) = one.sides[0 if take is Take.A else 1].evidence
    assert proof.frame_b is not None
    return [proof.frame_a, proof.frame_b]


def laid(case: Adjudicator) -> list[int | None]:
    return [viewport.frame_on_screen for viewport in case.page.viewports.laid]


def test_the_adjudicator_sees_the_pair_of_each_read_by_its_own_keys(case: Adjudicator) -> None:
    before = laid(case)
    case.press(Key.Key_P)
    assert laid(case) == pair_of(case, Take.A)
    assert case.page.strip.found.words.startswith("Frames of read A: Rest frame")
    scale = case.page.viewports.active.view.zoom
    case.press(Key.Key_B, modifiers=SHIFT)
    assert laid(case) == pair_of(case, Take.B)
    assert case.page.strip.found.words.startswith("Frames of read B: Rest frame")
    assert case.page.viewports.active.view.zoom == scale
    case.press(Key.Key_A, modifiers=SHIFT)
    assert laid(case) == pair_of(case, Take.A)
    case.press(Key.Key_P)
    assert laid(case) == before
    assert case.page.viewports.in_step


def test_another_layout_ends_the_pair_and_clips_in_step_stay_in_step(case: Adjudicator) -> None:
    case.press(Key.Key_P)
    assert not case.page.viewports.in_step
    case.press(Key.Key_F5)
    assert case.page.strip.found.words == ""
    assert case.page.viewports.in_step


def test_the_card_and_the_pair_of_a_read_say_what_remained(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_leg_lab(tmp_path)
    details = {"THR": "3", "FLOW": "1", "D_REST": "40@0", "D_COMP": "18@1"}
    reads(lab, lab.reader_1, qtbot, {"COMP.CFV": "3", **details})
    reads(lab, lab.reader_2, qtbot, details)
    assert comparison.release_and_compare(lab.open, lab.coordinator).cases == 1
    with at_a_case(lab, lab.adjudicator, qtbot) as decider:
        decider.at("COMP.CFV")
        bad = decider.side("none")
        said = decider.page.cards[bad].accessibleName()
        assert "Residual 45 %" in said
        decider.press(Key.Key_P)
        assert decider.page.strip.found.words.startswith(f"Frames of read {bad.value}: Residual 45 %. Rest frame 1, ")
        assert [viewport.frame_on_screen for viewport in decider.page.viewports.laid] == [0, 1]


def test_the_adjudicator_meets_no_curve_before_asking_and_may_take_the_own_proposal(case: Adjudicator) -> None:
    assert case.page.strip.line._curve is None
    assert case.page.strip.found.words == ""
    case.press(Key.Key_Y)
    assert "Nothing is proposed" in case.page.rail.foot.words.text()
    case.page.clips.curves.follow = answering(followed(*HEIGHTS))
    case.press(Key.Key_V)
    view = case.page.viewports.active.view
    at = view.placement.to_view(110, 80)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0]), round(at[1])))
    assert "residual 40 %" in case.page.strip.found.words
    case.press(Key.Key_Y, Key.Key_Y)
    kept = case.deciding.kept
    assert kept is not None
    assert (kept.frame_a, kept.frame_b, kept.method) == (1, 4, "walls test")
    case.press(Key.Key_2)
    (proof,) = case.stored.decisions[case.deciding.cell].evidence
    assert proof.method == "walls test"


def test_a_closed_lumen_has_a_caliper_without_length() -> None:
    drawn = proposed_caliper(a_lumen(2, 0.0))
    assert drawn is not None
    assert drawn.start == drawn.end
    assert proposed_caliper(a_lumen(2, None)) is None
    assert proposed_caliper(None) is None


def test_a_proposed_diameter_that_was_moved_is_kept_with_the_reading(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y, Key.Key_Y)
    assert not leg.stored.measurements
    leg.press(Key.Key_H)
    leg.press(Key.Key_Up, modifiers=Qt.KeyboardModifier.AltModifier)
    (kept,) = leg.stored.measurements
    assert kept.frame == leg.page.viewports.active.frame_on_screen
    assert f"{kept.value} mm" in found(leg)
    pair = leg.page.pairs.on_screen
    assert pair is not None
    assert leg.page.pairs.shown(pair).residual.endswith(" (compressed proposed)")
    leg.press(Key.Key_Z, modifiers=CONTROL)
    assert leg.stored.measurements == ()


def test_undo_takes_the_whole_pair_back(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y, Key.Key_Y)
    assert "Y takes it as evidence" not in found(leg)
    leg.press(Key.Key_Z, modifiers=CONTROL)
    assert [one.frame_b for one in leg.stored.answers[COMP].evidence] == [None]
    assert "Y takes it as evidence" in found(leg)


def test_a_side_that_was_stepped_is_marked_with_k_and_is_the_pair_then(leg: Reader) -> None:
    marks_a_pair(leg)
    leg.press(Key.Key_P, Key.Key_Right)
    leg.page.form.question_chosen.emit(COMP)
    assert "Y takes it as evidence" in found(leg)
    leg.press(Key.Key_K)
    (proof,) = leg.stored.answers[COMP].evidence
    assert (proof.frame_a, proof.frame_b) == (1, 3)
    assert "Y takes it as evidence" not in found(leg)
