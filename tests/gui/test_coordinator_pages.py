"""The coordinator's day on real pages: take in, label, check pixels by two people, assign; by keys and clicks."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from corelab.domain.accounts import Role
from corelab.domain.intake import ClipState
from corelab.domain.vocabulary import ExamState
from corelab.imaging.frames import FrameFile
from corelab.imaging.phantom import make_phantom
from corelab.services import accounts, intake
from corelab.services.intake import CheckPictures
from corelab.ui.export_page import ExportPage
from corelab.ui.intake_page import IntakePage
from corelab.ui.overview_page import OverviewPage
from corelab.ui.page import Page
from corelab.ui.pixel_check import PixelCheckPage
from corelab.ui.worklist_page import WorklistPage
from tests.gui.desktop import PASSWORD, Desktop
from tests.gui.held import held
from tests.gui.test_clip_player import WaitingJobs

P = TypeVar("P", bound=Page)


def page(desktop: Desktop, kind: type[P]) -> P:
    desktop.window.open_page(kind.name)
    found = desktop.window.current
    assert isinstance(found, kind)
    return found


@pytest.fixture
def delivery(tmp_path: Path) -> tuple[Path, ...]:
    """Two clips as a scanner writes them."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    files = (folder / "a.dcm", folder / "b.dcm")
    for seed, file in enumerate(files):
        file.write_bytes(make_phantom("compressible", seed, frames=8, size=(320, 240)).dicom)
    return files


def take_in(desktop: Desktop, files: tuple[Path, ...], subject: str = "S001") -> IntakePage:
    desktop.sign_in("coordinator-1")
    shown = page(desktop, IntakePage)
    shown.form.subject.setFocus()
    QTest.keyClicks(shown.form.subject, subject)
    shown.form.visit.setCurrentIndex(shown.form.visit.findData("D10"))
    shown.form.chosen.emit(files)
    return shown


def waiting(desktop: Desktop) -> tuple[intake.WaitingClip, ...]:
    return intake.waiting(desktop.lab, accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD))


def label_all(desktop: Desktop, shown: IntakePage, words: str) -> None:
    for row in range(len(shown.rows.texts())):
        shown.rows.choose(row)
        shown.rows.setFocus()
        desktop.press(words[0])
        editor: Any = QApplication.focusWidget()
        QTest.keyClicks(editor, words[1:])
        QTest.keyClick(editor, Qt.Key.Key_Return)
        typed = partial(lambda row: shown.rows.texts()[row][6] == words.upper(), row)
        desktop.qtbot.waitUntil(typed, timeout=60_000)


def test_a_delivery_is_listed_with_what_was_found(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    shown = take_in(desktop, delivery)
    assert len(shown.rows.texts()) == 2
    assert all(row[1] == "S001" for row in shown.rows.texts())
    assert "Taken in: 2" in desktop.words(shown)


def test_files_without_a_subject_are_not_taken_in(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    desktop.sign_in("coordinator-1")
    shown = page(desktop, IntakePage)
    shown.form._on_chosen(delivery)
    assert "not yet taken in. Type the subject" in desktop.words(shown)
    assert waiting(desktop) == ()


def test_something_that_is_no_clip_is_refused_in_words(desktop: Desktop, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("no clip", encoding="utf-8")
    shown = take_in(desktop, (file,))
    assert "1 rejected" in desktop.words(shown)
    assert "This is no DICOM file" in desktop.words(shown)


def test_typing_a_code_labels_the_clip(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    shown = take_in(desktop, delivery)
    label_all(desktop, shown, "r popv")
    assert [row[6] for row in shown.rows.texts()] == ["R POPV", "R POPV"]
    assert shown.exam.box("STUDY_LIMB").currentData() == "right"


def test_an_unknown_code_is_told_and_changes_nothing(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    shown = take_in(desktop, delivery)
    shown.rows.typed.emit(0, 6, "XYZ")
    assert "No segment of the charter is called XYZ" in desktop.words(shown)
    assert waiting(desktop)[0].segment is None


def test_missing_segments_are_closed_as_not_imaged_with_a_reason(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    shown = take_in(desktop, delivery)
    label_all(desktop, shown, "R POPV")
    shown.exam.close_missing.click()
    dialog = desktop.dialog()
    assert dialog.choice.count() == len(desktop.lab.charter.missing.ni)
    dialog.do.click()
    exam = intake.exams(desktop.lab, accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD))[0]
    assert exam.completeness.missing == ()


def see_all_flagged(desktop: Desktop, shown: PixelCheckPage) -> None:
    QApplication.processEvents()
    for _ in range(len(shown.clip.flagged) if shown.clip else 0):
        desktop.press("f")
        QApplication.processEvents()


def settle_and_pass(desktop: Desktop, shown: PixelCheckPage) -> None:
    QApplication.processEvents()
    clip = shown.clip
    assert clip is not None
    if clip.state is ClipState.HELD:
        desktop.press("c")
        desktop.press(Qt.Key.Key_Return)
    see_all_flagged(desktop, shown)
    desktop.press("p")


def give_custody(desktop: Desktop) -> None:
    first = accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)
    second = next(each for each in accounts.people(desktop.lab, first) if each.user_name == "coordinator-2")
    accounts.grant_custody(desktop.lab, first, second.account)


def checked_by_two(desktop: Desktop, clips: int) -> None:
    shown = page(desktop, PixelCheckPage)
    for _ in range(clips):
        settle_and_pass(desktop, shown)
    give_custody(desktop)
    assert desktop.window.end()
    desktop.sign_in("coordinator-2")
    shown = page(desktop, PixelCheckPage)
    for _ in range(clips):
        see_all_flagged(desktop, shown)
        desktop.press("p")


def test_one_person_cannot_pass_and_confirm(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    label_all(desktop, take_in(desktop, delivery[:1]), "R POPV")
    shown = page(desktop, PixelCheckPage)
    settle_and_pass(desktop, shown)
    assert waiting(desktop)[0].state is ClipState.PASSED
    assert "Another coordinator confirms it." in desktop.words(shown)
    see_all_flagged(desktop, shown)
    desktop.press("p")
    assert waiting(desktop)[0].state is ClipState.PASSED


def test_two_people_release_a_clip(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    label_all(desktop, take_in(desktop, delivery[:1]), "R POPV")
    checked_by_two(desktop, 1)
    assert waiting(desktop) == ()
    assert "No clip waits for the pixel check." in desktop.words(desktop.window.current)


def test_pass_waits_until_every_flagged_frame_was_on_screen(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery[:1])
    shown = page(desktop, PixelCheckPage)
    QApplication.processEvents()
    clip = shown.clip
    assert clip is not None
    flagged = (0, 3, 5)
    shown.bench.clip = replace(clip, flagged=flagged, state=ClipState.CHECKED)
    shown.bench.seen.clear()
    shown.bench.show_state()
    button = shown.facts.commands["pass"]
    for frame in flagged:
        assert not button.isEnabled()
        shown.bench.show_frame(frame)
        shown.large.grab()
    assert button.isEnabled()


def test_a_mask_box_is_drawn_moved_and_sized_by_keys_and_makes_black(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery[:1])
    shown = page(desktop, PixelCheckPage)
    QApplication.processEvents()
    desktop.press("x")
    first = shown.bench.boxes[-1]
    desktop.press(Qt.Key.Key_Down, Qt.Key.Key_Right)
    desktop.press(Qt.Key.Key_Right, modifier=Qt.KeyboardModifier.ShiftModifier)
    x0, y0, x1, y1 = shown.bench.boxes[-1]
    assert (x0, y0) == (first[0] + 4, first[1] + 4)
    assert (x1 - x0, y1 - y0) == (first[2] - first[0] + 4, first[3] - first[1])
    assert not shown.facts.commands["pass"].isEnabled()
    desktop.press("x")
    assert waiting(desktop)[0].boxes == ((x0, y0, x1, y1),)
    QApplication.processEvents()
    masked = shown.view.tiles[1]._image
    assert masked.pixelColor((x0 + x1) // 2, (y0 + y1) // 2).lightness() <= 2


def test_a_mask_box_is_drawn_with_the_mouse(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery[:1])
    shown = page(desktop, PixelCheckPage)
    QApplication.processEvents()
    desktop.press("x")
    middle = shown.large.rect().center()
    QTest.mousePress(shown.large, Qt.MouseButton.LeftButton, pos=middle - QPoint(40, 30))
    QTest.mouseMove(shown.large, middle + QPoint(40, 30))
    QTest.mouseRelease(shown.large, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 30))
    assert len(shown.bench.boxes) == 1
    desktop.press(Qt.Key.Key_Delete)
    assert not shown.bench.boxes


def test_no_original_picture_stays_when_the_pixel_check_is_left(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery)
    shown = page(desktop, PixelCheckPage)
    desktop.press("n")
    QApplication.processEvents()
    second = shown.clip
    assert held(shown, QImage, CheckPictures)
    desktop.window.open_page("intake")
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert held(shown, QImage, CheckPictures) == []
    desktop.window.open_page("pixels")
    assert shown.clip == second
    assert held(shown, QImage, CheckPictures)


def test_pictures_that_come_after_the_pixel_check_was_left_are_not_decoded(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery)
    shown = page(desktop, PixelCheckPage)
    jobs = WaitingJobs()
    object.__setattr__(shown.desk, "jobs", jobs)
    desktop.press("n")
    QApplication.processEvents()
    assert jobs.waiting
    assert shown.closing()
    with patch.object(FrameFile, "open", side_effect=AssertionError("opened again")):
        jobs.do_all()
    assert held(shown, QImage, CheckPictures) == []


def test_a_clip_is_rejected_with_a_reason(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery)
    page(desktop, PixelCheckPage)
    QApplication.processEvents()
    desktop.press("r")
    dialog = desktop.dialog()
    assert not dialog.do.isEnabled()
    QTest.keyClicks(dialog.words, "name readable over the vein")
    dialog.do.click()
    assert len(waiting(desktop)) == 1


def test_from_delivery_to_the_worklist_of_a_reader(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    shown = take_in(desktop, delivery)
    label_all(desktop, shown, "R POPV")
    shown.exam.close_missing.click()
    desktop.dialog().do.click()
    checked_by_two(desktop, 2)
    train(desktop)
    overview = page(desktop, OverviewPage)
    assert overview.counts[ExamState.READY]._number == "1"
    desktop.press("a")
    assert "2 readings assigned." in desktop.words(overview)
    assert desktop.window.end()
    desktop.sign_in("reader-1")
    worklist = desktop.window.current
    assert isinstance(worklist, WorklistPage)
    assert [row[1] for row in worklist.rows.texts()] == ["Reading"]
    assert "Next in your order" in worklist.rows.texts()[0]


def test_a_reader_sees_no_subject_visit_or_site_anywhere(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    test_from_delivery_to_the_worklist_of_a_reader(desktop, delivery)
    seen = desktop.words() + str(desktop.window.current.rows.texts())  # type: ignore[union-attr]  # the worklist, as shown above
    assert "S001" not in seen
    assert "D10" not in seen
    assert "Day 10" not in seen


def train(desktop: Desktop) -> None:
    coordinator = accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)
    for each in accounts.people(desktop.lab, coordinator):
        if each.roles & {Role.READER, Role.ADJUDICATOR}:
            accounts.record_training(desktop.lab, coordinator, each.account, desktop.lab.charter.hash)


def test_an_empty_worklist_says_what_to_do(desktop: Desktop) -> None:
    desktop.sign_in("reader-1")
    assert "Nothing needs you." in desktop.words(desktop.window.current)


def test_an_empty_overview_leads_to_intake(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    overview = page(desktop, OverviewPage)
    assert not overview.assign.isEnabled()
    overview.empty._offer.click()
    assert isinstance(desktop.window.current, IntakePage)


def test_export_says_what_is_left_out_and_why_and_offers_no_signature(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    take_in(desktop, delivery)
    shown = page(desktop, ExportPage)
    assert shown.rows.texts()[0][0] == "S001"
    assert shown.rows.texts()[0][3]
    assert not shown.write.isEnabled()


def test_enter_continues_the_reading_in_progress(desktop: Desktop, delivery: tuple[Path, ...]) -> None:
    test_from_delivery_to_the_worklist_of_a_reader(desktop, delivery)
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None
    assert desktop.window.current.name == "reading"
    desktop.press(Qt.Key.Key_1, modifier=Qt.KeyboardModifier.ControlModifier)
    worklist = desktop.window.current
    assert isinstance(worklist, WorklistPage)
    assert "In progress" in desktop.words(worklist)
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current.name == "reading"
