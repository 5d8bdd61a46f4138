"""The whole form of the full charters at the real page, by keys: details, calipers, numbers, checks, and what follows the signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.checks import UNPLAYED_CLIPS
from corelab.domain.vocabulary import WHOLE_EXAM, Binding, Cell, ItemId, Missing
from corelab.services import guessing
from corelab.ui.after_signing import AfterSigningDialog
from corelab.ui.caliper import Caliper
from corelab.ui.confirm_checks import ConfirmChecksDialog
from corelab.ui.dialogs import SignDialog
from corelab.ui.entry_fields import NumberField, TextField
from corelab.ui.sign_flow import MissingDialog
from corelab.ui.unblinding_dialog import UnblindingDialog
from tests.builders import PASSWORD
from tests.charter_builders import DVT, PORTAL
from tests.gui.exam_labs import a_clip_file
from tests.gui.exams import REQUIRED, a_cell
from tests.gui.full_forms import charter
from tests.gui.full_labs import a_full_lab, read_next
from tests.gui.reader import CONTROL, SHIFT, Key, Reader, at_the_page

DIGITS = (Key.Key_0, Key.Key_1, Key.Key_2, Key.Key_3, Key.Key_4, Key.Key_5, Key.Key_6, Key.Key_7, Key.Key_8, Key.Key_9)
PLAIN = (("min_seconds = 60", "min_seconds = 0"), ('unplayed_clips = "soft"', 'unplayed_clips = "off"'))


@pytest.fixture
def leg(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    """One segment with a clip that can be measured; nothing but grades keeps it from being signed."""
    lab = a_full_lab(tmp_path, DVT, {"FV_MID": [a_clip_file("partial", seed=3)]}, *PLAIN, visit="D10")
    with at_the_page(lab, qtbot) as somebody:
        yield somebody


@pytest.fixture
def remnant(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    changes = (*PLAIN, ('window = [-28, 0]\nblocks = ["VESSELS", "REMNANT"]', 'window = [-28, 0]\nblocks = ["REMNANT"]'))
    files = {"PV_MAIN": [a_clip_file(seed=1)]}
    lab = a_full_lab(tmp_path, PORTAL, files, *changes, visit="BL", facts={one.id: "remnant" for one in charter(PORTAL).segments})
    with at_the_page(lab, qtbot) as somebody:
        yield somebody


def value(reader: Reader, segment: str, item: str) -> str | None:
    answer = reader.stored.answers.get(a_cell(segment, item))
    return answer.grade.value if answer else None


def click(reader: Reader, x: float, y: float) -> None:
    view = reader.page.viewports.active.view
    at = view.placement.to_view(x, y)
    ratio = view.devicePixelRatioF()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0] / ratio), round(at[1] / ratio)))


def texts(reader: Reader) -> tuple[str, ...]:
    return reader.page.form.questions.texts


# ---------------------------------------------------------------- a clean leg


def test_a_clean_leg_costs_no_more_than_25_keys_at_the_page(tmp_path: Path, qtbot: QtBot) -> None:
    clip = a_clip_file(seed=1, frames=2)
    files = {segment: [clip + bytes(2 * number)] for number, segment in enumerate(REQUIRED)}
    lab = a_full_lab(tmp_path, DVT, files, *PLAIN, visit="D10")
    with at_the_page(lab, qtbot) as reader:
        QApplication.processEvents()
        keys = 0
        while reader.grading.reading.unanswered:
            reader.press(Key.Key_1)
            keys += 1
            assert keys <= 25
        assert keys == 19
        assert reader.stored.unanswered == ()
        reader.press(Key.Key_Return, modifiers=CONTROL)
        assert isinstance(reader.dialog(SignDialog), SignDialog)


# ---------------------------------------------------------------- details, pairs, calipers


def test_details_come_as_soon_as_they_apply_and_go_when_they_do_not(leg: Reader) -> None:
    leg.press(Key.Key_2)
    assert "What fills the lumen?" in texts(leg)
    assert leg.grading.cell == a_cell("FV_MID", "THR")
    leg.press(Key.Key_Z, modifiers=CONTROL)
    assert "What fills the lumen?" not in texts(leg)


def test_a_pair_is_marked_with_k_and_shift_k(leg: Reader) -> None:
    leg.press(Key.Key_Space, Key.Key_2)
    assert "Mark the frame under pressure" in texts(leg)
    leg.press(Key.Key_K, modifiers=SHIFT)
    assert "first: K" in leg.page.form.foot.words.text()
    leg.press(Key.Key_K)
    leg.press(Key.Key_K, modifiers=SHIFT)
    assert "Go to the one under pressure" in leg.page.form.foot.words.text()
    leg.press(Key.Key_Right, Key.Key_Right)
    leg.press(Key.Key_K, modifiers=SHIFT)
    (proof,) = leg.stored.answers[a_cell("FV_MID", "COMP")].evidence
    assert (proof.frame_a, proof.frame_b, proof.bound) == (0, 2, Binding.MARKED)


def test_two_diameters_are_measured_with_one_m_and_four_clicks(leg: Reader) -> None:
    leg.press(Key.Key_Space, Key.Key_2)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_8)
    assert "M, then two clicks" in leg.page.form.foot.words.text()
    assert value(leg, "FV_MID", "D_REST") is None
    leg.press(Key.Key_M)
    click(leg, 100, 60)
    click(leg, 100, 100)
    assert leg.grading.cell == a_cell("FV_MID", "D_COMP")
    click(leg, 100, 60)
    click(leg, 100, 80)
    rest, under = (leg.stored.answers[a_cell("FV_MID", item)] for item in ("D_REST", "D_COMP"))
    assert 0 < float(under.grade.value or 0) < float(rest.grade.value or 0)
    (proof,) = rest.evidence
    assert proof.caliper is not None
    assert (proof.bound, proof.caliper.value, proof.caliper.unit) == (Binding.CALIPER, rest.grade.value, "mm")
    assert not leg.page.viewports.active.view.measuring


def test_a_kept_caliper_is_drawn_again_when_its_answer_is_selected(leg: Reader) -> None:
    leg.press(Key.Key_Space, Key.Key_2)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_M)
    click(leg, 100, 60)
    click(leg, 100, 100)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "COMP"))
    assert not leg.page.viewports.active.view.strokes.shapes
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    (drawn,) = leg.page.viewports.active.view.strokes.shapes
    assert isinstance(drawn, Caliper)
    assert drawn.frame == 0
    assert abs(drawn.end[1] - drawn.start[1] - 40) < 2


def test_a_caliper_that_cannot_answer_says_why_beside_the_question(leg: Reader) -> None:
    leg.press(Key.Key_Space, Key.Key_2)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_M)
    click(leg, 5, 5)
    click(leg, 5, 20)
    assert any("outside the calibrated regions" in words for words in texts(leg))
    assert value(leg, "FV_MID", "D_REST") is None


# ---------------------------------------------------------------- optional questions, words


def test_optional_questions_unfold_with_o_and_words_are_written(leg: Reader) -> None:
    assert any(words.endswith("optional questions") for words in texts(leg))
    leg.press(Key.Key_O)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "TXT"))
    leg.press(Key.Key_Return)
    field = leg.page.form.questions.field
    assert isinstance(field, TextField)
    QTest.keyClicks(field, "as Dr Example said")
    assert leg.page.form.questions.current is not None
    lines = [child.words for child in leg.page.form.questions.current.children() if hasattr(child, "words")]
    assert lines == ['"Dr Example" may tell who, when or where; take it out']
    QTest.keyClick(field, Key.Key_Return)
    assert value(leg, "FV_MID", "TXT") == "as Dr Example said"


def test_words_that_were_only_left_are_kept(leg: Reader) -> None:
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "TXT"))
    leg.press(Key.Key_Return)
    field = leg.page.form.questions.field
    assert field is not None
    QTest.keyClicks(field, "scar 12")
    QTest.keyClick(field, Key.Key_Escape)
    assert value(leg, "FV_MID", "TXT") == "scar 12"
    assert a_cell("FV_MID", "COMP") not in leg.stored.answers


def test_a_reason_that_needs_a_note_leads_to_the_note(leg: Reader) -> None:
    leg.press(Key.Key_9, Key.Key_8)
    assert leg.page.form.note.hasFocus()
    assert leg.stored.answers[a_cell("FV_MID", "COMP")].grade.missing is Missing.NOT_EVALUABLE


# ---------------------------------------------------------------- numbers


def test_a_number_is_typed_into_its_field_and_e_says_not_evaluable(remnant: Reader) -> None:
    assert remnant.grading.segment == WHOLE_EXAM
    assert isinstance(remnant.page.form.questions.field, NumberField)
    for digit in (1, 9, 0, 0):
        remnant.press(DIGITS[digit])
    assert remnant.grading.reading.answers == {}
    remnant.press(Key.Key_Return)
    assert value(remnant, WHOLE_EXAM, "TLV") == "1900"
    remnant.press(Key.Key_E)
    assert "Why is it not evaluable?" in texts(remnant)
    remnant.press(Key.Key_1)
    assert remnant.stored.answers[Cell(WHOLE_EXAM, ItemId("TUMV"))].grade.missing is Missing.NOT_EVALUABLE


def test_a_number_out_of_range_is_told_and_stays_to_be_mended(remnant: Reader) -> None:
    for digit in (9, 9, 9, 9, 9, 9):
        remnant.press(DIGITS[digit])
    remnant.press(Key.Key_Return)
    assert any(words.startswith("Not taken:") for words in texts(remnant))
    field = remnant.page.form.questions.field
    assert field is not None
    assert isinstance(field, NumberField)
    assert field.text() == "999999"
    assert field.hasFocus()


def test_letters_stay_commands_while_a_number_is_asked(remnant: Reader) -> None:
    remnant.press(Key.Key_1, Key.Key_N)
    assert remnant.page.form.note.hasFocus()


def test_a_profile_that_hides_the_labels_shows_all_clips_without_them(remnant: Reader) -> None:
    (clip,) = remnant.page.clips.exam.clips
    assert (clip.segment, clip.side) == (None, None)
    assert remnant.page.viewports.active.clip == clip
    assert list(remnant.page.rail._thumbnails) == [clip.sha256]
    assert remnant.page.rail._block.isVisible()


# ---------------------------------------------------------------- checks and the signature


def test_a_check_is_told_beside_the_question_and_confirmed_with_a_reason(leg: Reader) -> None:
    leg.press(Key.Key_1)
    assert "The vein compresses fully but shows no colour flow." not in texts(leg)
    leg.press(Key.Key_3)
    assert "The vein compresses fully but shows no colour flow." in texts(leg)
    leg.press(Key.Key_W)
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "very slow flow")
    QTest.keyClick(field, Key.Key_Return)
    (confirmed,) = leg.stored.confirmed
    assert (confirmed.segment, confirmed.reason) == ("FV_MID", "very slow flow")
    assert "The vein compresses fully but shows no colour flow." not in texts(leg)


def test_soft_checks_before_signing_want_their_reasons_then_the_password(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_full_lab(tmp_path, DVT, {"FV_MID": [a_clip_file(seed=3)]}, visit="D10")
    with at_the_page(lab, qtbot) as reader:
        QApplication.processEvents()
        _answer_all(reader)
        reader.press(Key.Key_Return, modifiers=CONTROL)
        (dialog,) = reader.page.findChildren(ConfirmChecksDialog)
        assert len(dialog.reasons) == 2
        QTest.keyClicks(dialog.reasons[0], "x")
        QTest.keyClick(dialog.reasons[0], Key.Key_Return)
        assert dialog.isVisible()
        for field in dialog.reasons:
            field.clear()
            QTest.keyClicks(field, "seen on the first frames")
            QTest.keyClick(field, Key.Key_Return)
        assert {one.check for one in reader.stored.confirmed} >= {UNPLAYED_CLIPS}
        _password(reader)
        assert reader.page._signed


def test_a_hard_check_is_listed_in_the_charters_words_and_leads_there(leg: Reader) -> None:
    _answer_all(leg)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "QUAL"))
    leg.press(Key.Key_3)
    leg.press(Key.Key_Return, modifiers=CONTROL)
    dialog = leg.dialog(MissingDialog)
    assert isinstance(dialog, MissingDialog)
    assert "Quality is non-diagnostic" in dialog.list.item(0).text()
    QTest.keyClick(dialog.list, Key.Key_Return)
    assert leg.grading.segment == "FV_MID"


def test_two_questions_follow_the_signature_and_two_digits_answer_them(leg: Reader) -> None:
    _answer_all(leg)
    leg.press(Key.Key_Return, modifiers=CONTROL)
    _password(leg)
    (dialog,) = leg.page.findChildren(AfterSigningDialog)
    assert dialog.arm.isHidden()
    QTest.keyClick(dialog, Key.Key_1)
    assert not dialog.arm.isHidden()
    QTest.keyClick(dialog, Key.Key_3)
    assert guessing.due(leg.lab.open, leg.lab.reader_1, leg.assignment) is None


def test_the_next_exam_opens_only_after_the_two_questions(leg: Reader) -> None:
    _answer_all(leg)
    leg.press(Key.Key_Return, modifiers=CONTROL)
    _password(leg)
    (dialog,) = leg.page.findChildren(AfterSigningDialog)
    dialog.reject()
    leg.press(Key.Key_Return, modifiers=CONTROL)
    assert leg.went == []
    again = next(one for one in leg.page.findChildren(AfterSigningDialog) if one.isVisible())
    QTest.keyClick(again, Key.Key_2)
    QTest.keyClick(again, Key.Key_1)
    assert leg.went == [("worklist", "next")]


def test_u_reports_that_the_treatment_may_be_known(leg: Reader) -> None:
    leg.press(Key.Key_U)
    (dialog,) = leg.page.findChildren(UnblindingDialog)
    QTest.keyClick(dialog, Key.Key_1)
    QTest.keyClicks(dialog.seen, "a stent in the iliac vein")
    QTest.keyClick(dialog.seen, Key.Key_Return)
    QTest.keyClicks(dialog.acted, "went on grading")
    QTest.keyClick(dialog.acted, Key.Key_Return)
    assert leg.page.form.foot.words.text().startswith("Recorded")
    with leg.lab.open.store.read() as snapshot:
        assert len(snapshot.all("unblinding")) == 1


# ---------------------------------------------------------------- time


def test_active_seconds_are_counted_and_kept_with_the_draft(leg: Reader) -> None:
    leg.press(Key.Key_Space)
    time = leg.page._time
    for _ in range(30):
        leg.watch.now += 1000
        time.tick()
    leg.press(Key.Key_1)
    assert leg.stored.seconds == 30


def test_idle_time_is_not_counted(leg: Reader) -> None:
    leg.press(Key.Key_Space)
    time = leg.page._time
    for _ in range(300):
        leg.watch.now += 1000
        time.tick()
    assert time.seconds == 60
    time.touch()
    leg.watch.now += 1000
    time.tick()
    assert time.seconds == 61


def test_a_sleeping_machine_does_not_read(leg: Reader) -> None:
    time = leg.page._time
    leg.watch.now += 50_000
    time.tick()
    assert time.seconds == 2


def test_seconds_go_on_from_where_they_stood(leg: Reader) -> None:
    for _ in range(10):
        leg.watch.now += 1000
        leg.page._time.tick()
    assert leg.page.closing()
    assert read_next(leg.lab).reading.seconds == 10


def _answer_all(reader: Reader) -> None:
    """The first answer to every question that must be answered."""
    for _ in range(40):
        if reader.grading.reading.unanswered:
            reader.press(Key.Key_1)
    assert reader.grading.reading.unanswered == ()


def _password(reader: Reader) -> None:
    dialog = next(one for one in reader.page.findChildren(SignDialog) if one.isVisible())
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
