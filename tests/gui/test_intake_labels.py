"""What clips show is said on the intake page by keys, by a drop on a vein, and of several at once; by real events."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from corelab.domain.intake import ClipState
from corelab.domain.queries import QueryKind
from corelab.domain.vocabulary import Side
from corelab.services import accounts, intake, queries
from corelab.services.accounts import Session
from corelab.services.intake import Mode, Quality, QualityReason, View, WaitingClip
from corelab.ui.form_parts import OptionButton
from corelab.ui.intake_layout import Side as Part
from corelab.ui.intake_page import IntakePage
from corelab.ui.intake_table import CLIPS
from corelab.ui.intake_words import typed_label
from corelab.ui.quality_dialog import QualityDialog
from tests.dicom_builders import a_file, a_jpeg_file, speckle
from tests.gui.desktop import PASSWORD, Desktop

ALT, CTRL, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SEGMENT = 6


def session(desktop: Desktop) -> Session:
    return accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)


def waiting(desktop: Desktop) -> tuple[WaitingClip, ...]:
    return intake.waiting(desktop.lab, session(desktop))


def named(number: int) -> Callable[[Dataset], None]:
    """Each file is an image of its own."""

    def change(dataset: Dataset) -> None:
        dataset.SOPInstanceUID = f"1.2.3.71300456.9.{number}"

    return change


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "sent").mkdir()
    return [a_file(tmp_path / "sent" / f"{seed}.dcm", named(seed), pixels=speckle(seed=seed)) for seed in (1, 2, 3)]


@pytest.fixture
def shown(desktop: Desktop, files: list[Path]) -> IntakePage:
    intake.take_in(desktop.lab, session(desktop), files, subject="S001", visit="D10")
    return at_the_page(desktop)


def at_the_page(desktop: Desktop) -> IntakePage:
    desktop.sign_in("coordinator-1")
    desktop.window.open_page("intake")
    page = desktop.window.current
    assert isinstance(page, IntakePage)
    QApplication.processEvents()
    return page


def typed(desktop: Desktop, words: str) -> None:
    desktop.press(words[0])
    editor: Any = QApplication.focusWidget()
    QTest.keyClicks(editor, words[1:])
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settled()


def settled() -> None:
    """What was typed is told after the editor has closed."""
    for _ in range(5):
        QApplication.processEvents()


def dropped_on(widget: QWidget, data: QMimeData, at: QPointF) -> None:
    """As a drag ends: it enters, moves, and is let go."""
    given = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(at.toPoint(), *given), QDragMoveEvent(at.toPoint(), *given), QDropEvent(at, *given)):
        QApplication.sendEvent(widget, event)


def labels(page: IntakePage) -> list[str]:
    return [row[SEGMENT] for row in page.rows.texts()]


def test_after_a_label_the_next_clip_without_one_is_current_and_its_proposal_takes_one_key(desktop: Desktop, shown: IntakePage) -> None:
    typed(desktop, "r cfv")
    assert labels(shown)[0] == "R CFV"
    assert shown.rows.current == 1
    assert labels(shown)[1] == "R CFV ?"
    desktop.press(Qt.Key.Key_Return)
    assert labels(shown)[:2] == ["R CFV", "R CFV"]
    assert shown.rows.current == 2


def test_enter_begins_to_type_where_nothing_is_proposed(desktop: Desktop, shown: IntakePage) -> None:
    desktop.press(Qt.Key.Key_Return)
    editor: Any = QApplication.focusWidget()
    assert editor is not shown.rows
    QTest.keyClicks(editor, "r popv")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settled()
    assert labels(shown)[0] == "R POPV"


def test_what_the_clip_shows_may_follow_the_code(desktop: Desktop, shown: IntakePage) -> None:
    typed(desktop, "r cfv comp col")
    clip = waiting(desktop)[0]
    assert (clip.segment, clip.side, clip.view, clip.mode) == ("CFV", Side.RIGHT, View.COMPRESSION, Mode.COLOUR)
    charter = desktop.lab.charter
    assert typed_label("r cfv co", charter) is None, "compression or colour: not said"
    assert typed_label("r cfv nonsense", charter) is None


def test_several_rows_get_one_label_at_once(desktop: Desktop, shown: IntakePage) -> None:
    desktop.press(Qt.Key.Key_Down, Qt.Key.Key_Down, modifier=SHIFT)
    assert len(shown.rows.chosen_clips) == 3
    assert "3 clips chosen" in desktop.words(shown)
    typed(desktop, "l popv")
    assert labels(shown) == ["L POPV"] * 3
    with desktop.lab.store.read() as snapshot:
        assert len({row["event_seq"] for row in snapshot.all("clip_label")}) == 3
    assert {clip.side for clip in waiting(desktop)} == {Side.LEFT}


def test_view_mode_and_quality_have_a_key_each(desktop: Desktop, shown: IntakePage) -> None:
    typed(desktop, "r cfv")
    shown.rows.choose(0)
    for place, view in enumerate(View):
        desktop.press(str(place + 1), modifier=ALT)
        assert waiting(desktop)[0].view is view
    for place, mode in enumerate(Mode):
        desktop.press(str(place + 4), modifier=ALT)
        assert waiting(desktop)[0].mode is mode
    assert shown.clip.views.chosen == len(View) - 1
    assert shown.clip.modes.chosen == len(Mode) - 1
    assert shown.rows.current == 0, "there may be more to say of this one"


def test_a_lesser_quality_wants_reasons_by_digits(desktop: Desktop, shown: IntakePage) -> None:
    typed(desktop, "r cfv")
    shown.rows.choose(0)
    desktop.press("9", modifier=ALT)
    dialog = desktop.dialog()
    assert isinstance(dialog, QualityDialog)
    assert not dialog.do.isEnabled()
    desktop.press(Qt.Key.Key_Return)
    assert dialog.isVisible(), "no reason, no grade"
    desktop.press("1", "6", "0", "0", Qt.Key.Key_Return)
    quality = waiting(desktop)[0].quality
    assert quality is not None
    assert (quality.grade, quality.reasons) == (Quality.NON_DIAGNOSTIC, (QualityReason.DEPTH, QualityReason.SHORT_CLIP))
    desktop.press("8", modifier=ALT)
    assert desktop.dialog().chosen == {QualityReason.DEPTH, QualityReason.SHORT_CLIP}
    desktop.press(Qt.Key.Key_Escape)
    desktop.press("7", modifier=ALT)
    assert waiting(desktop)[0].quality == intake.ClipQuality(Quality.DIAGNOSTIC)


def test_nothing_is_said_of_a_clip_whose_segment_nobody_said(desktop: Desktop, shown: IntakePage) -> None:
    desktop.press("2", modifier=ALT)
    assert waiting(desktop)[0].view is None
    assert "Say the segment first" in shown.fault.text()


def on_the_map(page: IntakePage, place: str) -> QPoint:
    drawn = next(each for each in page.clip.map._drawn() if each.segment.id == place)
    return drawn.path.pointAtPercent(0.5).toPoint()


def dropped(page: IntakePage, place: str) -> None:
    data = QMimeData()
    data.setData(CLIPS, b"chosen")
    dropped_on(page.clip.map, data, QPointF(on_the_map(page, place)))


def test_a_clip_dropped_on_a_vein_of_either_limb_shows_it(desktop: Desktop, shown: IntakePage) -> None:
    assert {each.id for each in shown.clip.map._shown} >= {"R:CFV", "L:CFV"}
    dropped(shown, "L:POPV")
    clip = waiting(desktop)[0]
    assert (clip.segment, clip.side) == ("POPV", Side.LEFT)
    assert "R:CFV" not in {each.id for each in shown.clip.map._shown}, "the limb under study is known now"


def test_what_is_dragged_from_the_list_carries_no_name_of_a_clip(desktop: Desktop, shown: IntakePage) -> None:
    data = shown.rows.model().mimeData([shown.rows.model().index(0, 0)])
    assert data.formats() == [CLIPS]
    assert bytes(data.data(CLIPS).data()) == b"chosen"
    assert waiting(desktop)[0].clip.encode() not in bytes(data.data(CLIPS).data())


def test_a_click_on_a_vein_labels_a_clip_without_label_and_no_other(desktop: Desktop, shown: IntakePage) -> None:
    QTest.mouseClick(shown.clip.map, Qt.MouseButton.LeftButton, pos=on_the_map(shown, "R:POPV"))
    assert labels(shown)[0] == "R POPV"
    shown.rows.choose(0)
    QTest.mouseClick(shown.clip.map, Qt.MouseButton.LeftButton, pos=on_the_map(shown, "R:CFV"))
    assert labels(shown)[0] == "R POPV"
    assert "Drag it onto the vein" in shown.fault.text()


def test_filters_list_what_needs_a_label_and_count_it(desktop: Desktop, shown: IntakePage) -> None:
    typed(desktop, "r cfv")
    desktop.press("f", modifier=ALT)
    assert shown.parts.filter.name == "Needs label"
    assert len(shown.rows.texts()) == 2
    typed(desktop, "r cfv")
    assert len(shown.rows.texts()) == 1, "what is done leaves the list"
    desktop.press("f", modifier=ALT)
    assert shown.rows.isHidden()
    assert "No clip passes this filter." in desktop.words(shown)
    desktop.press("f", "f", "f", modifier=ALT)
    desktop.press("/")
    QTest.keyClicks(shown.parts.filter.words, "d10 cfv")
    assert len(shown.rows.texts()) == 2
    QTest.keyClicks(shown.parts.filter.words, " s009")
    assert shown.rows.texts() == [] or shown.rows.isHidden()


def test_files_dropped_anywhere_on_the_page_are_taken_in(desktop: Desktop, files: list[Path]) -> None:
    page = at_the_page(desktop)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(each)) for each in files])
    dropped_on(page, data, QPointF(9, 9))
    assert "3 files and folders: not yet taken in." in desktop.words(page)
    assert page.parts.side is Part.TAKE_IN
    desktop.press("t", modifier=CTRL)
    assert page.form.subject.hasFocus()
    QTest.keyClicks(page.form.subject, "S001")
    page.form.visit.setCurrentIndex(page.form.visit.findData("D10"))
    dropped_on(page, data, QPointF(9, 9))
    assert len(waiting(desktop)) == 3
    assert page.form.fault.text() == ""


def test_files_dropped_before_the_subject_is_named_are_kept_until_enter(desktop: Desktop, files: list[Path]) -> None:
    page = at_the_page(desktop)
    page.form.take((files[0],))
    page.form.take((files[1],))
    assert waiting(desktop) == ()
    assert page.form.subject.hasFocus()
    QTest.keyClicks(page.form.subject, "S001")
    page.form.visit.setCurrentIndex(page.form.visit.findData("D10"))
    page.form.take((files[2],))
    assert len(waiting(desktop)) == 1, "what waited may be another subject's: it is not joined to a later delivery"
    assert "2 files and folders: not yet taken in." in page.form.fault.text()
    page.form.subject.selectAll()
    QTest.keyClicks(page.form.subject, "S002")
    QTest.keyClick(page.form.subject, Qt.Key.Key_Return)
    assert sorted(each.subject for each in waiting(desktop)) == ["S001", "S002", "S002"]
    assert page.form.fault.text() == ""


def test_every_reason_wears_the_key_that_chooses_it(desktop: Desktop, shown: IntakePage) -> None:
    asked = QualityDialog(shown, Quality.LIMITED, 1)
    buttons = asked.findChildren(OptionButton)
    assert [each.accessibleName().split()[0] for each in buttons] == list("1234567890-")
    QTest.keyClicks(asked, "0-")
    assert asked.chosen == set(tuple(QualityReason)[9:11])
    asked.reject()


def test_a_later_version_takes_the_place_of_the_earlier_clip_by_keys(desktop: Desktop, tmp_path: Path) -> None:
    for seed in (1, 2):
        source = a_file(tmp_path / f"{seed}.dcm", named(1), pixels=speckle(seed=seed))
        intake.take_in(desktop.lab, session(desktop), [source], subject="S001", visit="D10")
    page = at_the_page(desktop)
    later = next(at for at, each in enumerate(page.rows.clips) if each.earlier is not None)
    page.rows.choose(later)
    assert page.clip.commands["replace_clip"].isVisible()
    desktop.press("e", modifier=ALT)
    dialog = desktop.dialog()
    QTest.keyClicks(dialog.words, "the site mended it")
    dialog.do.click()
    assert "takes the place of the earlier one" in page.delivery.report.text()


def test_a_transmittal_dropped_with_its_files_names_subject_and_visit_itself(desktop: Desktop, files: list[Path]) -> None:
    sheet = files[0].parent / "transmittal.csv"
    rows = "".join(f"S007,BL,R,CFV,{each.name}\n" for each in files)
    sheet.write_text(f"subject,visit,side,segment,path_or_study_uid\n{rows}", encoding="utf-8")
    page = at_the_page(desktop)
    page.form.take((sheet,))
    found = waiting(desktop)
    assert {(each.subject, each.visit) for each in found} == {("S007", "BL")}
    assert labels(page) == ["R CFV ?"] * 3
    desktop.press(Qt.Key.Key_A, modifier=CTRL)
    desktop.press(Qt.Key.Key_Return)
    assert labels(page) == ["R CFV"] * 3


def test_a_damaged_clip_says_how_many_frames_are_whole_and_is_accepted_with_a_reason(desktop: Desktop, tmp_path: Path) -> None:
    source = a_jpeg_file(tmp_path / "x", speckle(5), damage=lambda n, stream: stream[:200] if n == 1 else stream)
    intake.take_in(desktop.lab, session(desktop), [source], subject="S001", visit="D10")
    page = at_the_page(desktop)
    assert page.rows.texts()[0][3] == "4 of 5"
    assert page.clip.commands["accept_held"].text() == "Accept 4 of 5 frames"
    desktop.press("w", modifier=ALT)
    dialog = desktop.dialog()
    assert not dialog.do.isEnabled()
    QTest.keyClicks(dialog.words, "cannot be repeated")
    dialog.do.click()
    assert waiting(desktop)[0].frames == 4
    assert page.rows.texts()[0][3].startswith("4 of 5"), "the site sent five"


def test_a_clip_of_another_patient_is_said_to_be_of_the_same_one_by_one_key_and_a_reason(desktop: Desktop, tmp_path: Path) -> None:
    def another(dataset: Dataset) -> None:
        named(2)(dataset)
        dataset.PatientID = "99999999"

    clips = [a_file(tmp_path / "1", named(1), pixels=speckle(seed=1)), a_file(tmp_path / "2", another, pixels=speckle(seed=2))]
    intake.take_in(desktop.lab, session(desktop), clips, subject="S001", visit="D10")
    page = at_the_page(desktop)
    page.rows.choose(1)
    assert page.rows.texts()[1][9] == "Another patient?"
    assert page.clip.commands["accept_held"].text() == "It is the same patient"
    assert "names another patient" in desktop.words(page.clip)
    desktop.press("w", modifier=ALT)
    dialog = desktop.dialog()
    assert dialog.accessibleName().startswith("Is clip 2 of the same patient?")
    assert not dialog.do.isEnabled(), "a reason is needed"
    QTest.keyClicks(dialog.words, "the site corrected the number")
    dialog.do.click()
    assert [each.state for each in waiting(desktop)] == [ClipState.CHECKED, ClipState.CHECKED]
    assert page.rows.texts()[1][9] == "Pixel check"
    assert not page.clip.commands["accept_held"].isVisible()


def test_the_site_is_asked_by_one_key_about_a_damaged_clip_and_not_twice(desktop: Desktop, tmp_path: Path) -> None:
    source = a_jpeg_file(tmp_path / "x", speckle(5), damage=lambda n, stream: stream[:200] if n == 1 else stream)
    intake.take_in(desktop.lab, session(desktop), [source], subject="S001", visit="D10")
    page = at_the_page(desktop)
    desktop.press("q", modifier=ALT)
    (asked,) = [each for each in queries.queries(desktop.lab, session(desktop)) if each.kind is QueryKind.DAMAGED_CLIP]
    assert "Of 5 frames 4 can be read." in (asked.text or "")
    assert "waits to be sent" in page.delivery.report.text()
    desktop.press("q", modifier=ALT)
    desktop.dialog().close()
    assert len([each for each in queries.queries(desktop.lab, session(desktop)) if each.kind is QueryKind.DAMAGED_CLIP]) == 1


def test_what_is_asked_of_no_known_kind_is_asked_in_words(desktop: Desktop, shown: IntakePage) -> None:
    desktop.press("q", modifier=ALT)
    dialog = desktop.dialog()
    QTest.keyClicks(dialog.words, "Is this the vein of the other leg?")
    dialog.do.click()
    (asked,) = queries.queries(desktop.lab, session(desktop))
    assert asked.kind is QueryKind.OTHER
    assert asked.messages[0].words == "Is this the vein of the other leg?"
    assert shown.rows.current == 0


def test_all_that_is_missing_is_asked_by_one_key_and_a_yes(desktop: Desktop, shown: IntakePage) -> None:
    typed(desktop, "r cfv")
    (exam,) = intake.exams(desktop.lab, session(desktop))
    desktop.press("m", modifier=CTRL)
    assert QApplication.focusWidget() is shown.matrix
    desktop.press("m", modifier=ALT)
    question = desktop.dialog()
    assert f"Raise {len(exam.completeness.missing)} queries to the site about {exam.subject} {exam.visit}?" in desktop.words(question)
    question.reject()
    assert queries.queries(desktop.lab, session(desktop)) == ()
    desktop.press("m", modifier=ALT)
    desktop.dialog().accept()
    asked = queries.queries(desktop.lab, session(desktop))
    assert len(asked) == len(exam.completeness.missing) > 5
    assert {each.facts["segment"] for each in asked} == set(exam.completeness.missing)
    desktop.press("m", modifier=ALT)
    desktop.dialog().accept()
    desktop.dialog().close()
    assert len(queries.queries(desktop.lab, session(desktop))) == len(asked)


def test_a_clip_is_rejected_from_the_list_with_a_reason(desktop: Desktop, shown: IntakePage) -> None:
    desktop.press(Qt.Key.Key_Down, modifier=SHIFT)
    desktop.press("r", modifier=ALT)
    dialog = desktop.dialog()
    QTest.keyClicks(dialog.words, "of another trial")
    dialog.do.click()
    assert len(waiting(desktop)) == 1
    assert len(shown.rows.texts()) == 1
