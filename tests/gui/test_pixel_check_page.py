"""The pixel check by keys: one a clean clip, every flagged frame before a pass, boxes, machines, and who may do what after whom."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from corelab.domain.intake import ClipState
from corelab.services import accounts, intake
from corelab.services.accounts import Session
from corelab.services.intake import WaitingClip
from corelab.ui.dialogs import ReasonDialog
from corelab.ui.masks_dialog import MasksDialog
from corelab.ui.pixel_check import PixelCheckPage
from tests.dicom_builders import Frames, a_file, speckle
from tests.gui.desktop import PASSWORD, Desktop

WHY = "Protocol of the lab"


def session(desktop: Desktop, user: str = "coordinator-1") -> Session:
    return accounts.sign_in(desktop.lab, user, PASSWORD)


def waiting(desktop: Desktop) -> tuple[WaitingClip, ...]:
    looking = session(desktop)
    found = intake.waiting(desktop.lab, looking)
    accounts.sign_out(desktop.lab, looking)
    return found


def named(number: int) -> Callable[[Dataset], None]:
    """Each file is an image of its own."""

    def change(dataset: Dataset) -> None:
        dataset.SOPInstanceUID = f"1.2.3.71300456.9.{number}"

    return change


def quiet(number: int) -> Frames:
    """Nothing that could be text."""
    return speckle(6, rows=120, columns=160, seed=number) // 16


def lettered(*frames: int) -> Frames:
    """Strokes as of letters on some frames."""
    pixels = speckle(8, rows=240, columns=320) // 64
    for column in range(60, 130, 10):
        pixels[list(frames), 100:112, column : column + 6] = 255
    return pixels


def delivered(desktop: Desktop, tmp_path: Path, *pictures: Frames, held: bool = False) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    regions: list[Dataset] | None = [] if held else None
    files = [a_file(folder / f"{n}.dcm", named(n), pixels=each, regions=regions) for n, each in enumerate(pictures)]
    intake.take_in(desktop.lab, session(desktop), files, subject="S001", visit="D10")


def at_the_page(desktop: Desktop, user: str = "coordinator-1") -> PixelCheckPage:
    desktop.sign_in(user)
    desktop.window.open_page("pixels")
    page = desktop.window.current
    assert isinstance(page, PixelCheckPage)
    QApplication.processEvents()
    return page


def second_person(desktop: Desktop) -> PixelCheckPage:
    first = session(desktop)
    second = next(each for each in accounts.people(desktop.lab, first) if each.user_name == "coordinator-2")
    accounts.grant_custody(desktop.lab, first, second.account)
    accounts.sign_out(desktop.lab, first)
    assert desktop.window.end()
    return at_the_page(desktop, "coordinator-2")


def clip_of(page: PixelCheckPage) -> WaitingClip:
    clip = page.clip
    assert clip is not None
    return clip


def test_one_key_passes_a_clean_clip_and_the_next_is_there(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1), quiet(2), quiet(3))
    page = at_the_page(desktop)
    seen = []
    for _ in range(3):
        seen.append(clip_of(page).number)
        desktop.press("p")
        QApplication.processEvents()
    assert seen == [1, 2, 3]
    assert {clip.state for clip in waiting(desktop)} == {ClipState.PASSED}
    assert page.rail.texts() == [f"Clip {n}, Passed by you" for n in (1, 2, 3)]
    assert "0 of 3 wait for you" in desktop.words(page)


def test_enter_and_page_up_go_through_the_clips(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1), quiet(2))
    page = at_the_page(desktop)
    desktop.press(Qt.Key.Key_Return)
    assert clip_of(page).number == 2
    desktop.press(Qt.Key.Key_PageUp)
    assert clip_of(page).number == 1
    desktop.press("n")
    assert clip_of(page).number == 2


def test_every_flagged_frame_stands_in_the_column_and_is_said_to_be_seen(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, lettered(2, 5), held=True)
    page = at_the_page(desktop)
    desktop.press("c", Qt.Key.Key_Return)
    QApplication.processEvents()
    assert clip_of(page).flagged == (2, 5)
    assert page.view.flagged.texts() == ["Frame 3, flagged, seen", "Frame 6, flagged, to see"]
    desktop.press("p")
    assert clip_of(page).state is ClipState.CHECKED, "one frame was not on screen"
    desktop.press("f")
    QApplication.processEvents()
    assert page.view.flagged.texts()[1].endswith(", seen")
    desktop.press("p")
    assert waiting(desktop)[0].state is ClipState.PASSED


def test_frames_that_only_play_by_are_not_seen(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, lettered(2, 5), held=True)
    page = at_the_page(desktop)
    QApplication.processEvents()
    desktop.press(Qt.Key.Key_Space)
    desktop.qtbot.waitUntil(lambda: page.bench._frame == 6, timeout=20_000)
    assert page.bench.seen[clip_of(page).clip] == {2}
    desktop.press(Qt.Key.Key_Space)
    QApplication.processEvents()
    stopped = page.bench._frame
    page.large.grab()
    assert stopped in page.bench.seen[clip_of(page).clip], "what it stopped at is looked at"
    desktop.press(Qt.Key.Key_Left)
    assert page.bench._frame == max(0, stopped - 1)


def test_one_key_puts_boxes_over_all_text_that_was_found(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, lettered(2), held=True)
    page = at_the_page(desktop)
    hits = clip_of(page).hits
    assert hits
    desktop.press("t")
    assert all(any(box[0] <= x0 and box[1] <= y0 and box[2] >= x1 and box[3] >= y1 for box in page.bench.boxes) for x0, y0, x1, y1 in hits)
    assert clip_of(page).state is ClipState.HELD, "drawn, not yet black"
    desktop.press("x")
    assert waiting(desktop)[0].state is ClipState.CHECKED
    assert clip_of(page).boxes == page.bench.boxes


def test_a_box_of_the_second_person_goes_back_until_the_first_one_has_passed_again(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1))
    at_the_page(desktop)
    desktop.press("p")
    page = second_person(desktop)
    desktop.press("x", "x")
    assert page.rail.texts() == ["Clip 1, Sent back by you"]
    desktop.press("p")
    assert waiting(desktop)[0].state is ClipState.CHECKED
    (back,) = waiting(desktop)
    intake.pass_pixels(desktop.lab, session(desktop), [back.clip], {back.clip: back.flagged})
    desktop.press(Qt.Key.Key_R, modifier=Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    desktop.press("p")
    assert waiting(desktop) == ()


def test_where_one_person_is_enough_a_pass_releases(desktop: Desktop, tmp_path: Path) -> None:
    intake.set_pixel_rule(desktop.lab, accounts.sign_in(desktop.lab, "administrator", PASSWORD), "one", WHY)
    delivered(desktop, tmp_path, quiet(1), quiet(2))
    page = at_the_page(desktop)
    desktop.press("p")
    assert page.rail.texts()[0] == "Clip 1, Released"
    desktop.press("p")
    assert waiting(desktop) == ()
    assert "No clip waits for the pixel check." in desktop.words(page)


def test_the_mask_is_kept_for_the_machine_after_it_was_asked(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1), quiet(2))
    page = at_the_page(desktop)
    desktop.press("m")
    assert intake.templates(desktop.lab, session(desktop)) == (), "nobody has decided the mask yet"
    desktop.press("x", "x")
    assert page.facts.commands["keep_template"].isVisible()
    desktop.press("m")
    desktop.press(Qt.Key.Key_Return)
    (kept,) = intake.templates(desktop.lab, session(desktop))
    assert kept.active
    assert kept.boxes == clip_of(page).boxes


def test_the_masks_of_machines_are_listed_and_one_is_retired_with_a_reason(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1), quiet(2))
    page = at_the_page(desktop)
    desktop.press("l")
    dialog = desktop.dialog()
    assert isinstance(dialog, MasksDialog)
    assert "No mask is kept for a machine." in desktop.words(dialog)
    assert not dialog.retire.isEnabled()
    dialog.reject()
    desktop.press("x", "x", "m", Qt.Key.Key_Return)
    page.facts.machines.click()
    dialog = desktop.dialog()
    assert [(row[2], row[3], row[5]) for row in dialog.rows.texts()] == [("160 x 120", "1", "In use")]
    dialog.retire.click()
    (asked,) = [each for each in dialog.findChildren(ReasonDialog) if each.isVisible()]
    assert not asked.do.isEnabled(), "no reason, nothing is retired"
    QTest.keyClicks(asked.words, "a new layout of the screen")
    asked.do.click()
    assert [row[5] for row in dialog.rows.texts()] == ["Retired"]
    assert not dialog.retire.isEnabled()
    (kept,) = intake.templates(desktop.lab, session(desktop))
    assert not kept.active


def test_a_held_clip_says_why_and_what_to_do_and_is_rejected_by_one_key_and_a_reason(desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1), quiet(2), held=True)
    page = at_the_page(desktop)
    assert "does not say which part of the picture is ultrasound" in desktop.words(page)
    assert not page.facts.commands["pass"].isEnabled()
    desktop.press("r")
    dialog = desktop.dialog()
    QTest.keyClicks(dialog.words, "a name over the vein")
    dialog.do.click()
    assert [clip.number for clip in waiting(desktop)] == [2]
    assert page.rail.texts()[0] == "Clip 1, Rejected"
    assert clip_of(page).number == 2


@pytest.mark.parametrize("command", ["pass", "mask_box", "reject", "check_next", "check_play", "flagged_next"])
def test_every_command_of_the_check_is_offered_in_the_palette(command: str, desktop: Desktop, tmp_path: Path) -> None:
    delivered(desktop, tmp_path, quiet(1))
    page = at_the_page(desktop)
    assert any(getattr(each, "command", "") == command and each.isEnabled() for each in page.actions())
