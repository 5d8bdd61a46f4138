"""The reading page by keys and mouse: real services, real clips, a clock of the test's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.reading import Reading
from corelab.domain.vocabulary import AssignmentId, Binding
from corelab.domain.worklist import WorkState
from corelab.services import assignment, reading
from corelab.ui.desk import Desk
from corelab.ui.dialogs import SignDialog
from corelab.ui.grading import Grading
from corelab.ui.jobs import Failed, ImmediateJobs, Job
from corelab.ui.reading_page import ReadingPage
from corelab.ui.sign_flow import MissingDialog
from tests.builders import PASSWORD, Lab, a_lab
from tests.gui.exam_labs import FRAMES, a_clip_file, an_exam_with
from tests.gui.exams import a_cell
from tests.gui.test_cine import FakeStopwatch

T = TypeVar("T")
Key, NO_KEYS = Qt.Key, Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COMP_CFV = a_cell("CFV", "COMP")


class SlowJobs(ImmediateJobs):
    """Database work that is done only when it is told to go on."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], object]] = []

    def query(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        self._waiting.append(partial(super().query, owner, work, done, failed))
        return super().query(owner, lambda: None, lambda _nothing: None, failed)

    def go_on(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()


@dataclass
class Reader:
    """Somebody at the reading page."""

    lab: Lab
    page: ReadingPage
    watch: FakeStopwatch
    assignment: AssignmentId
    saved: list[str] = field(default_factory=list)
    went: list[tuple[str, object]] = field(default_factory=list)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    @property
    def grading(self) -> Grading:
        assert self.page.grading is not None
        return self.page.grading

    @property
    def stored(self) -> Reading:
        """What the lab holds of this reading, whatever the window shows."""
        return reading.open_reading(self.lab.open, self.lab.reader_1, self.assignment).reading

    def play_to_the_end(self) -> None:
        for _ in range(FRAMES):
            self.watch.now += self.page.viewports.active.player.cine.duration_ms / FRAMES
            self.page.viewports.active.player.cine.advance()
            self.page.viewports.active.view.repaint()

    def dialog(self, kind: type[MissingDialog] | type[SignDialog]) -> MissingDialog | SignDialog:
        (found,) = self.page.findChildren(kind)
        return found

    def signs(self) -> None:
        self.press(Key.Key_Return, modifiers=CONTROL)
        dialog = self.dialog(SignDialog)
        assert isinstance(dialog, SignDialog)
        QTest.keyClicks(dialog.user, "reader-1")
        QTest.keyClicks(dialog.password, PASSWORD)
        QTest.keyClick(dialog.password, Key.Key_Return)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    files = {"CFV": [a_clip_file(seed=1), a_clip_file("colour_patent", seed=2)], "POPV": [a_clip_file("partial", seed=3)]}
    an_exam_with(made, files)
    assignment.assign(made.open, made.coordinator)
    return made


@pytest.fixture
def reader(lab: Lab, qtbot: QtBot) -> Iterator[Reader]:
    row = reading.worklist(lab.open, lab.reader_1).next
    assert row is not None
    watch = FakeStopwatch()
    page = ReadingPage(Desk(lab.open, lab.reader_1, ImmediateJobs()), stopwatch=watch)
    qtbot.addWidget(page)
    page.resize(1600, 950)
    somebody = Reader(lab, page, watch, row.assignment)
    page.saved.connect(somebody.saved.append)
    page.go.connect(lambda name, what: somebody.went.append((name, what)))
    page.show()
    page.activateWindow()
    page.opened(row.assignment)
    yield somebody
    page.closing()


def grabbed(reader: Reader) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    view = reader.page.viewports.active.view
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    left, top, width, height = view.placement.rect
    return pixels[top : top + height, left : left + width, :3].copy()


# ---------------------------------------------------------------- the moving image


def test_the_first_clip_of_the_first_open_segment_plays_on_opening(reader: Reader) -> None:
    viewport = reader.page.viewports.active
    assert viewport.clip is not None
    assert viewport.clip.segment == "CFV"
    assert viewport.player.cine.playing
    assert viewport.status.words[:2] == ("Clip 1 of 2", f"Frame 1 of {FRAMES}")


def test_the_painted_pixels_are_the_decoded_ones_at_three_instants_of_play(reader: Reader) -> None:
    reader.press(Key.Key_Z)
    viewport = reader.page.viewports.active
    assert viewport.view.zoom == 1.0
    source = viewport.player._source
    assert source is not None
    for frame in (0, 3, FRAMES - 1):
        reader.watch.now = frame * viewport.player.cine.duration_ms / FRAMES + 1
        viewport.player.cine.advance()
        decoded = source.frame(frame)
        expected = np.frombuffer(decoded.pixels, np.uint8).reshape(decoded.height, decoded.width, 4)[..., :3]
        assert viewport.frame_on_screen == frame
        assert np.array_equal(grabbed(reader), expected)


def test_space_stops_arrows_step_and_home_goes_back(reader: Reader) -> None:
    cine = reader.page.viewports.active.player.cine
    reader.press(Key.Key_Space)
    assert not cine.playing
    reader.press(Key.Key_Right, Key.Key_Right, Key.Key_Left)
    assert reader.page.viewports.active.frame_on_screen == 1
    reader.press(Key.Key_End)
    assert reader.page.viewports.active.frame_on_screen == FRAMES - 1
    reader.press(Key.Key_Home)
    assert reader.page.viewports.active.frame_on_screen == 0


def test_page_down_plays_the_next_clip_of_the_segment(reader: Reader) -> None:
    reader.press(Key.Key_PageDown)
    assert reader.page.viewports.active.status.words[0] == "Clip 2 of 2"
    reader.press(Key.Key_PageDown)
    assert "last clip" in reader.page.form.foot.words.text()


def test_a_thumbnail_brings_its_clip_on_screen(reader: Reader) -> None:
    second = reader.page.clips.exam.of(COMP_CFV.segment)[1]
    thumbnail = reader.page.rail._thumbnails[second.sha256]
    assert reader.page.rail.has_picture(second.sha256)
    QTest.mouseClick(thumbnail, Qt.MouseButton.LeftButton)
    assert reader.page.viewports.active.clip == second


def test_a_clip_seen_to_its_end_is_ticked_and_that_is_kept(reader: Reader) -> None:
    reader.play_to_the_end()
    clip = reader.page.viewports.active.clip
    assert clip is not None
    assert "seen" in reader.page.rail._thumbnails[clip.sha256].accessibleName()
    assert reader.stored.played[clip.sha256] == frozenset(range(FRAMES))


def test_two_viewports_show_two_clips_and_tab_changes_between_them(reader: Reader) -> None:
    reader.press(Key.Key_F4)
    both = reader.page.viewports.all
    assert [viewport.clip for viewport in both] == list(reader.page.clips.exam.of(COMP_CFV.segment))
    reader.press(Key.Key_Tab)
    assert reader.page.viewports.active is both[1]
    reader.press(Key.Key_F3)
    assert not both[0].isVisible()


def test_a_caliper_gives_millimetres_in_the_status_line(reader: Reader) -> None:
    viewport = reader.page.viewports.active
    clip = viewport.clip
    assert clip is not None
    x0, y0, x1, y1 = next(region.box for region in clip.regions if region.usable)
    middle = (x0 + x1) / 2
    reader.press(Key.Key_M)
    for y in (y0 + 10, y1 - 10):
        at = viewport.view.placement.to_view(middle, y)
        QTest.mouseClick(viewport.view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0]), round(at[1])))
    assert viewport.status.words[-1].endswith(" mm")


# ---------------------------------------------------------------- grading


def test_a_digit_answers_goes_on_and_is_saved(reader: Reader) -> None:
    reader.press(Key.Key_1)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"
    assert reader.grading.cell == a_cell("CFV", "FLOW")
    assert reader.saved[-1].startswith("Saved ")
    assert reader.page.form.foot.words.text() == "R CFV: compressibility full - Ctrl+Z"


def test_the_frame_on_screen_is_bound_to_the_answer(reader: Reader) -> None:
    reader.press(Key.Key_Space, Key.Key_Right, Key.Key_Right, Key.Key_1)
    (evidence,) = reader.stored.answers[COMP_CFV].evidence
    assert (evidence.frame_a, evidence.bound) == (2, Binding.AUTO)


def test_an_abnormal_grade_asks_for_its_frame_right_there(reader: Reader) -> None:
    reader.press(Key.Key_2)
    assert "mark its frame: K" in reader.page.form.foot.words.text()
    assert "Mark the frame that shows it" in reader.page.form.questions.texts
    reader.press(Key.Key_Space, Key.Key_Right, Key.Key_K)
    (evidence,) = reader.stored.answers[COMP_CFV].evidence
    assert (evidence.frame_a, evidence.bound) == (1, Binding.MARKED)
    assert "Mark the frame that shows it" not in reader.page.form.questions.texts


def test_nine_then_a_digit_says_why_it_is_not_evaluable(reader: Reader) -> None:
    reader.press(Key.Key_9)
    assert "Why is it not evaluable?" in reader.page.form.questions.texts
    reader.press(Key.Key_2)
    assert reader.stored.answers[COMP_CFV].grade.reason == "WINDOW"


def test_undo_takes_the_answer_back_on_screen_and_in_the_lab(reader: Reader) -> None:
    reader.press(Key.Key_1)
    reader.press(Key.Key_Z, modifiers=CONTROL)
    assert COMP_CFV not in reader.stored.answers
    assert reader.grading.cell == COMP_CFV
    reader.press(Key.Key_Y, modifiers=CONTROL)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_zero_clears_the_answer(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_0)
    assert COMP_CFV not in reader.stored.answers


def test_a_click_on_an_option_answers_too(reader: Reader) -> None:
    reader.page.form.picked.emit(1)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_digits_typed_into_the_note_are_words(reader: Reader) -> None:
    reader.press(Key.Key_N)
    reader.press(Key.Key_1, Key.Key_2)
    assert reader.grading.reading.note == "12"
    assert COMP_CFV not in reader.grading.reading.answers
    assert reader.saved[-1] == "Not saved yet"
    reader.press(Key.Key_Escape)
    assert reader.stored.note == "12"
    assert reader.saved[-1].startswith("Saved ")


def test_up_and_down_change_the_segment_and_one_not_imaged_says_so(reader: Reader) -> None:
    reader.press(Key.Key_Up)
    assert reader.grading.segment == "EIV"
    assert any(text.startswith("Not imaged: Segment not scanned") for text in reader.page.form.questions.texts)
    assert reader.page.viewports.active.view.words == "No clip of R EIV."
    reader.press(Key.Key_G)
    assert reader.grading.cell == COMP_CFV


def test_a_click_on_the_map_or_the_rail_goes_to_the_segment(reader: Reader) -> None:
    reader.page.form.map.segment_chosen.emit("POPV")
    assert reader.grading.segment == "POPV"
    QTest.mouseClick(reader.page.rail._rows[COMP_CFV.segment], Qt.MouseButton.LeftButton)
    assert reader.grading.segment == "CFV"


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> "Disk":
    made = Disk(reading.save)
    monkeypatch.setattr(reading, "save", made.save)
    return made


class Disk:
    """A disk that may be full."""

    def __init__(self, save: Callable[..., reading.Saved]) -> None:
        self.full = False
        self._save = save

    def save(self, *facts: object) -> reading.Saved:
        if self.full:
            raise OSError(28, "No space left on device")
        return self._save(*facts)


def test_a_grade_that_cannot_be_saved_stays_on_screen_and_says_so(disk: Disk, reader: Reader) -> None:
    disk.full = True
    reader.press(Key.Key_1)
    assert reader.saved[-1].startswith("Not saved: ")
    assert reader.grading.reading.answers[COMP_CFV].grade.value == "full"
    disk.full = False
    reader.press(Key.Key_1)
    assert reader.saved[-1].startswith("Saved ")
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_a_page_that_cannot_save_does_not_let_go(disk: Disk, reader: Reader) -> None:
    disk.full = True
    reader.press(Key.Key_1)
    assert not reader.page.closing()
    disk.full = False
    assert reader.page.closing()
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_a_reading_opens_again_as_it_was_left(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1)
    assert reader.page.closing()
    reader.page.opened(None)
    assert reader.grading.cell == a_cell("POPV", "COMP")
    assert reader.grading.reading.progress == (2, 4)


def test_a_look_at_another_page_comes_back_to_the_same_question(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1)
    reader.press(Key.Key_Up, Key.Key_Up, Key.Key_Up, Key.Key_Up)
    reader.page.rail.segment_chosen.emit("CFV")
    reader.page.closing()
    reader.page.opened(None)
    assert reader.grading.cell == COMP_CFV


def test_a_reading_that_was_left_while_it_was_being_opened_does_not_open(reader: Reader) -> None:
    jobs = SlowJobs()
    assert reader.page.closing()
    reader.page.desk = replace(reader.page.desk, jobs=jobs)
    reader.page.opened(reader.assignment)
    assert reader.page.closing()
    jobs.go_on()
    assert reader.page.grading is None
    assert reader.page.viewports.active.clip is None


def test_the_digits_of_the_number_pad_grade_too(reader: Reader) -> None:
    reader.press(Key.Key_1, modifiers=Qt.KeyboardModifier.KeypadModifier)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


# ---------------------------------------------------------------- signing


def test_what_is_missing_is_named_and_leads_there(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_2)
    reader.press(Key.Key_Return, modifiers=CONTROL)
    missing = reader.dialog(MissingDialog)
    assert isinstance(missing, MissingDialog)
    said = [missing.list.item(row).text() for row in range(missing.list.count())]
    assert said == ["R POPV compressibility: mark the frame that shows it (K)", "R POPV colour filling: no answer yet"]
    QTest.keyClick(missing.list, Key.Key_Return)
    assert reader.grading.cell == a_cell("POPV", "COMP")


def test_a_clean_exam_is_four_keys_and_the_password(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.signs()
    states = [row.state for row in reading.worklist(reader.lab.open, reader.lab.reader_1).rows]
    assert states == [WorkState.SIGNED]
    assert reader.saved[-1].startswith("Signed ")


def test_after_the_signature_nothing_changes_and_the_same_key_goes_on(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.signs()
    before = reader.grading.reading
    reader.press(Key.Key_3)
    assert reader.grading.reading == before
    reader.press(Key.Key_Return, modifiers=CONTROL)
    assert reader.went == [("worklist", "next")]


def test_a_signature_whose_dialog_was_closed_meanwhile_is_told_to_the_page(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    jobs = SlowJobs()
    reader.press(Key.Key_Return, modifiers=CONTROL)
    dialog = reader.dialog(SignDialog)
    assert isinstance(dialog, SignDialog)
    reader.page._signing._desk = replace(reader.page.desk, jobs=jobs)
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Key.Key_Return)
    dialog.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    jobs.go_on()
    assert reader.saved[-1].startswith("Signed ")
    assert reader.page._signed


def test_a_wrong_password_signs_nothing(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    reader.press(Key.Key_Return, modifiers=CONTROL)
    dialog = reader.dialog(SignDialog)
    assert isinstance(dialog, SignDialog)
    QTest.keyClicks(dialog.user, "reader-1")
    QTest.keyClicks(dialog.password, "wrong horse battery")
    QTest.keyClick(dialog.password, Key.Key_Return)
    assert dialog.isVisible()
    assert reader.stored.unanswered == ()
    dialog.reject()


# ---------------------------------------------------------------- the window


def test_a_narrow_window_keeps_half_its_width_for_the_image(reader: Reader) -> None:
    reader.page.resize(1066, 620)
    QApplication.processEvents()
    assert reader.page.rail.width() == 184
    assert reader.page.form.width() == 296
    assert reader.page.viewports.width() >= 1066 / 2
