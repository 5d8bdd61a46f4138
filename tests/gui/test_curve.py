"""The compression curve at the reading page, with real keys and clicks: asked for, grown, given up, refused, taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.compression import FollowRefusedError, Lost, LostReason, RefusalReason
from corelab.domain.vocabulary import Binding
from corelab.ui.curve_words import CLICK
from tests.charter_builders import DVT
from tests.gui.exam_labs import a_clip_file
from tests.gui.exams import a_cell
from tests.gui.full_labs import a_full_lab
from tests.gui.reader import CONTROL, SHIFT, Key, Reader, at_the_page
from tests.gui.veins import REST, UNDER, answering, followed

PLAIN = (("min_seconds = 60", "min_seconds = 0"), ('unplayed_clips = "soft"', 'unplayed_clips = "off"'))
HEIGHTS = (40.0, 40.0, 30.0, 20.0, 16.0, 20.0, 30.0, 40.0)
COMP = a_cell("FV_MID", "COMP")


@pytest.fixture
def leg(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    """One segment with two clips that can be measured."""
    files = {"FV_MID": [a_clip_file("partial", seed=3), a_clip_file("compressible", seed=4)]}
    with at_the_page(a_full_lab(tmp_path, DVT, files, *PLAIN, visit="D10"), qtbot) as somebody:
        somebody.page.clips.curves.follow = answering(followed(*HEIGHTS))
        somebody.press(Key.Key_Space)
        yield somebody


def click(reader: Reader, x: float, y: float) -> None:
    view = reader.page.viewports.active.view
    at, ratio = view.placement.to_view(x, y), view.devicePixelRatioF()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0] / ratio), round(at[1] / ratio)))


def asks(reader: Reader) -> None:
    reader.press(Key.Key_V)
    click(reader, 110, 80)


def marks(reader: Reader) -> str:
    return reader.page.strip.line.accessibleDescription()


def found(reader: Reader) -> str:
    return reader.page.strip.found.words


def curve_shown(reader: Reader) -> bool:
    return reader.page.strip.line._curve is not None


def stored_proof(reader: Reader) -> list[tuple[int, int | None, str | None]]:
    return [(one.frame_a, one.frame_b, one.method) for one in reader.stored.answers[COMP].evidence]


# ---------------------------------------------------------------- asked, and only then


def test_no_curve_is_shown_before_it_was_asked_for(leg: Reader) -> None:
    assert not curve_shown(leg)
    assert (found(leg), marks(leg)) == ("", "")
    assert leg.page.viewports.active.walls.isHidden()
    leg.press(Key.Key_J)
    assert "No curve of this clip yet" in leg.page.form.foot.words.text()
    leg.press(Key.Key_Y)
    assert "Nothing is proposed" in leg.page.form.foot.words.text()


def test_one_click_inside_the_vein_shows_curve_walls_and_what_is_proposed(leg: Reader) -> None:
    leg.press(Key.Key_V)
    assert CLICK in leg.page.viewports.active.status.words
    click(leg, 110, 80)
    assert CLICK not in leg.page.viewports.active.status.words
    assert curve_shown(leg)
    clip = leg.page.clips.clip
    assert clip is not None
    mm = 10 * abs(clip.regions[0].dy)
    sizes = [f"{HEIGHTS[frame] * mm:.1f} mm" for frame in (REST, UNDER)]
    assert found(leg) == f"Proposed, no grade: residual 40 %; rest frame 2, {sizes[0]}; compressed frame 5, {sizes[1]}."
    assert marks(leg) == "rest?: frame 2; compressed?: frame 5"
    assert not leg.page.viewports.active.walls.isHidden()
    leg.press(Key.Key_I)
    assert leg.page.viewports.active.walls.isHidden()


def test_a_curve_is_no_answer_and_nothing_of_it_is_kept_in_the_lab(leg: Reader) -> None:
    before = leg.stored
    asks(leg)
    assert leg.stored == before


def test_a_curve_belongs_to_its_clip_and_is_computed_once(leg: Reader) -> None:
    asks(leg)
    leg.page.clips.curves.follow = answering(RuntimeError("asked a second time"))
    leg.press(Key.Key_PageDown)
    assert not curve_shown(leg)
    assert marks(leg) == ""
    leg.press(Key.Key_PageUp)
    assert curve_shown(leg)
    assert "residual 40 %" in found(leg)


def test_a_curve_goes_when_the_exam_is_left_and_nobody_meets_it_after(leg: Reader) -> None:
    asks(leg)
    leg.page.closing()
    leg.page.opened(leg.assignment)
    assert not curve_shown(leg)
    assert found(leg) == ""
    assert leg.page.viewports.active.walls.isHidden()


def test_j_goes_to_the_proposed_frames(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_J, modifiers=SHIFT)
    assert leg.page.viewports.active.frame_on_screen == UNDER
    leg.press(Key.Key_J)
    assert leg.page.viewports.active.frame_on_screen == REST


# ---------------------------------------------------------------- refused, lost, doubtful


def test_a_tool_taken_in_hand_ends_the_question_for_a_point(leg: Reader) -> None:
    leg.press(Key.Key_V, Key.Key_M)
    assert leg.page.viewports.active.view.cursor().shape() is Qt.CursorShape.CrossCursor
    assert not any("inside the vein" in fact for fact in leg.page.viewports.active.status.words)
    click(leg, 110, 60)
    click(leg, 110, 95)
    assert not curve_shown(leg)
    (kept,) = leg.stored.measurements
    assert kept.unit == "mm"


def test_a_refusal_is_told_in_the_status_line_until_the_next_try(leg: Reader) -> None:
    leg.page.clips.curves.follow = answering(FollowRefusedError(RefusalReason.COLOUR))
    asks(leg)
    assert not curve_shown(leg)
    words = "Not followed. Colour lies over the vein. Only grey-scale clips are followed."
    assert words in leg.page.viewports.active.status.words
    leg.press(Key.Key_V)
    assert words not in leg.page.viewports.active.status.words


def test_escape_takes_the_words_of_a_refusal_away(leg: Reader) -> None:
    leg.page.clips.curves.follow = answering(FollowRefusedError(RefusalReason.COLOUR))
    asks(leg)
    leg.press(Key.Key_Escape)
    assert not any(words.startswith("Not followed.") for words in leg.page.viewports.active.status.words)


def test_every_refusal_and_every_reason_of_a_loss_has_words(leg: Reader) -> None:
    for reason in RefusalReason:
        leg.page.clips.curves.follow = answering(FollowRefusedError(reason))
        asks(leg)
        assert any(words.startswith("Not followed. ") for words in leg.page.viewports.active.status.words)
    for lost in LostReason:
        gap = Lost(2, 3, lost, 1)
        leg.page.clips.curves.follow = answering(followed(40, 40, None, None, 16, 20, 30, 40, lost=(gap,)))
        asks(leg)
        assert "Lost in frames 3 to 4 (last good frame 2): " in found(leg)


def test_a_clip_that_is_lost_at_once_proposes_nothing(leg: Reader) -> None:
    gap = Lost(1, 7, LostReason.BORDER, 0)
    leg.page.clips.curves.follow = answering(followed(40, *(None,) * 7, lost=(gap,), proposes=False))
    asks(leg)
    assert found(leg).startswith("No pair is proposed: mark the frames yourself")
    assert "the vein leaves the picture" in found(leg)
    leg.press(Key.Key_Y)
    assert leg.page.pairs.pair is None


def test_a_closed_vein_says_the_limit_of_what_can_be_seen(leg: Reader) -> None:
    leg.page.clips.curves.follow = answering(followed(40, 40, 20, 0, 0, 0, 20, 40))
    asks(leg)
    assert "residual 0 % (no lumen visible; limit about 0.5 mm)" in found(leg)


def test_doubts_are_told_and_the_artery_is_a_question(leg: Reader) -> None:
    leg.page.clips.curves.follow = answering(followed(40, 40, 39, 38, 38, 38, 39, 39, one_sided=True, pulsates=True))
    asks(leg)
    assert found(leg).startswith("This vessel pulsates and keeps its calibre. Is it the artery? Proposed")
    assert "One-sided" in found(leg)


def test_escape_leaves_the_question_for_a_point(leg: Reader) -> None:
    leg.press(Key.Key_V, Key.Key_Escape)
    assert CLICK not in leg.page.viewports.active.status.words
    click(leg, 110, 80)
    assert not curve_shown(leg)


# ---------------------------------------------------------------- taken


def test_the_proposal_is_seen_side_by_side_before_it_is_taken(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y)
    assert [viewport.frame_on_screen for viewport in leg.page.viewports.laid] == [REST, UNDER]
    assert stored_proof(leg) == [(0, None, None)]
    assert "Y takes it as evidence" in found(leg)
    leg.press(Key.Key_Y)
    assert stored_proof(leg) == [(REST, UNDER, "walls test")]
    assert leg.stored.answers[COMP].evidence[0].bound is Binding.MARKED
    assert marks(leg) == "rest: frame 2; compressed: frame 5"
    leg.press(Key.Key_Z, modifiers=CONTROL)
    assert stored_proof(leg) == [(0, None, None)]


def test_a_proposal_stepped_to_another_frame_is_the_readers_own(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y, Key.Key_Left, Key.Key_Y)
    assert stored_proof(leg) == [(REST - 1, UNDER, None)]


def test_a_frame_marked_by_hand_afterwards_is_no_longer_the_methods(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y, Key.Key_Y, Key.Key_P)
    leg.page.form.question_chosen.emit(COMP)
    leg.page.viewports.active.player.cine.seek(6)
    leg.press(Key.Key_K, modifiers=SHIFT)
    assert stored_proof(leg) == [(REST, 6, None)]


def test_diameters_answer_measured_questions_only_after_the_pair_was_taken(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_D)
    assert a_cell("FV_MID", "D_REST") not in leg.stored.answers
    leg.page.form.question_chosen.emit(COMP)
    leg.press(Key.Key_Y)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    assert "rest frame 2, " in found(leg).casefold()
    assert "Residual 40 %." in found(leg)
    leg.press(Key.Key_D, Key.Key_D)
    rest, under = (leg.stored.answers[a_cell("FV_MID", item)] for item in ("D_REST", "D_COMP"))
    assert (rest.evidence[0].frame_a, under.evidence[0].frame_a) == (REST, UNDER)
    assert (rest.evidence[0].method, under.evidence[0].method) == ("walls test", "walls test")
    assert abs(float(under.grade.value or 0) / float(rest.grade.value or 0) - 0.4) < 0.02


def test_a_caliper_drawn_over_the_proposed_one_is_the_readers_own(leg: Reader) -> None:
    asks(leg)
    leg.press(Key.Key_2, Key.Key_Y, Key.Key_Y)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_M)
    click(leg, 110, 60)
    click(leg, 110, 95)
    assert leg.stored.answers[a_cell("FV_MID", "D_REST")].evidence[0].method is None
