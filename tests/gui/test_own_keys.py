"""A person's own keys: set by pressing them, at work at once, theirs alone, and never a grade's."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from corelab.domain.compression import FollowRefusedError, RefusalReason
from corelab.services.labs import OpenLab
from corelab.ui import own_keys
from corelab.ui.cine_strip import PlayButton
from corelab.ui.commands import BoundAction, action
from corelab.ui.curve_words import refused_words
from corelab.ui.desk import Desk
from corelab.ui.help_page import HelpPage
from corelab.ui.key_field import portable
from corelab.ui.key_words import nudge_keys
from corelab.ui.keymap import SCREENS
from corelab.ui.keys_dialog import KeysDialog
from corelab.ui.page import Page
from corelab.ui.parts import KeyCap
from tests.gui.adjudicator import Adjudicator
from tests.gui.desktop import Desktop
from tests.gui.reader import Reader

Key, Modifier = Qt.Key, Qt.KeyboardModifier
CONTROL, SHIFT, NONE = Modifier.ControlModifier, Modifier.ShiftModifier, Modifier.NoModifier


@pytest.fixture(autouse=True)
def the_table_again() -> Iterator[None]:
    yield
    own_keys.take_off()


def the_dialog(desktop: Desktop) -> KeysDialog:
    """Opened from the palette, as from any page."""
    desktop.press(Key.Key_K, modifier=CONTROL)
    QTest.keyClicks(desktop.dialog().words, "change your keys")
    desktop.press(Key.Key_Return)
    QApplication.processEvents()
    found: KeysDialog = desktop.window.findChildren(KeysDialog)[-1]
    assert found.isVisible()
    return found


def choose(dialog: KeysDialog, words: str) -> None:
    dialog.filter.setFocus()
    dialog.filter.clear()
    QTest.keyClicks(dialog.filter, words)
    assert dialog._chosen is not None


def press_new(desktop: Desktop, dialog: KeysDialog, words: str, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """All by keyboard: filter, Enter, the key."""
    choose(dialog, words)
    desktop.press(Key.Key_Return)
    assert dialog.key.hasFocus()
    desktop.press(key, modifier=modifier)


# ------------------------------------------------------------ the dialog


def test_a_key_is_set_by_pressing_it_and_acts_while_the_old_one_does_not(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    press_new(desktop, dialog, "lock the screen", Key.Key_F9)
    assert "Lock the screen: F9 acts now." in dialog.said.text()
    assert ["Everywhere", "Lock the screen", "F9  (yours)"] in dialog.rows.texts()
    desktop.press(Key.Key_Escape)
    desktop.press(Key.Key_L, modifier=CONTROL)
    assert desktop.front._lock is None
    desktop.press(Key.Key_F9)
    assert desktop.front._lock is not None


def test_f1_offers_it_and_shows_the_changed_key_at_once(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Key.Key_F1)
    page = desktop.window.current
    assert isinstance(page, HelpPage)
    page.change.setFocus()
    desktop.press(Key.Key_Return)
    dialog = desktop.dialog()
    press_new(desktop, dialog, "mask box", Key.Key_Q)
    desktop.press(Key.Key_Escape)
    QApplication.processEvents()
    caps = {cap.accessibleName() for cap in page.findChildren(KeyCap) if cap.isVisibleTo(page)}
    assert "Key Q" in caps
    assert "Key X" not in caps


def test_a_key_that_another_action_of_the_page_has_is_refused_in_words(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    press_new(desktop, dialog, "write the note", Key.Key_K)
    assert f"K is taken by {action('evidence').text!r} (Measure and evidence)" in dialog.said.text()
    assert dialog.key.hasFocus(), "another key can be pressed"
    assert action("note").caps == ("N",)
    desktop.press(Key.Key_Escape)
    assert dialog.isVisible(), "Esc leaves the question for the key only"
    assert own_keys.changed_keys(_desk(desktop)) == {}


@pytest.mark.parametrize("key", [Key.Key_3, Key.Key_Return, Key.Key_Tab])
def test_digits_enter_and_tab_are_refused(desktop: Desktop, key: Qt.Key) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    press_new(desktop, dialog, "write the note", key)
    assert "Press another key." in dialog.said.text()
    assert action("note").caps == ("N",)


@pytest.mark.parametrize("words", ["answer the current question", "not evaluable, then", "adjudicate take read a", "sign and write"])
def test_keys_of_grades_and_signatures_stay(desktop: Desktop, words: str) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    choose(dialog, words)
    assert not dialog.change.isEnabled()
    desktop.press(Key.Key_Return)
    assert not dialog.key.isVisible()
    assert "stay" in dialog.said.text()


def test_a_further_key_stands_beside_the_others(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    choose(dialog, "write the note")
    dialog.add.setFocus()
    desktop.press(Key.Key_Return)
    desktop.press(Key.Key_F9)
    assert action("note").caps == ("N", "F9")


def test_a_preset_is_worn_one_key_goes_back_and_then_all(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    dialog.presets["Weasis-like"].setFocus()
    desktop.press(Key.Key_Return)
    assert action("overlays").caps == ("Space", "I")
    assert action("play").caps == ("C",)
    assert dialog.presets["Weasis-like"].isChecked()
    choose(dialog, "ctrl+=")
    dialog.reset_one.click()
    assert action("zoom_in").caps == ("+",)
    assert not any(pill.isChecked() for pill in dialog.presets.values())
    dialog.reset_all.click()
    assert (action("play").caps, action("overlays").caps) == (("Space", "C"), ("I",))
    assert own_keys.changed_keys(_desk(desktop)) == {}


def test_who_takes_a_preset_is_told_of_changes_that_go(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    press_new(desktop, dialog, "write the note", Key.Key_Q)
    dialog.presets["Weasis-like"].click()
    assert dialog.said.text() == "The keys of Weasis-like act now. 1 of your own changes is gone."
    dialog.presets["Corelab"].click()
    assert dialog.said.text() == "The keys of Corelab act now."


def test_a_key_goes_back_only_after_the_action_that_has_it_now(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    dialog.presets["Weasis-like"].click()
    choose(dialog, "play or pause")
    dialog.reset_one.click()
    assert "Space is taken by 'Show or hide calipers and marks'" in dialog.said.text()
    assert action("play").caps == ("C",)


def test_where_the_note_cannot_be_kept_the_person_is_told_and_the_key_acts(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.lab.configuration.mkdir(exist_ok=True)
    (desktop.lab.configuration / "keys").write_text("in the way", encoding="utf-8")
    dialog = the_dialog(desktop)
    press_new(desktop, dialog, "write the note", Key.Key_Q)
    assert "could not be kept" in dialog.said.text()
    assert action("note").caps == ("Q",)


# ------------------------------------------------------------ whose keys


def test_another_person_at_the_same_workstation_has_other_keys(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    press_new(desktop, the_dialog(desktop), "lock the screen", Key.Key_F9)
    desktop.press(Key.Key_Escape)
    desktop.front.sign_out()
    assert action("lock").caps == ("Ctrl+L",)
    desktop.sign_in("coordinator-1")
    assert action("lock").caps == ("Ctrl+L",)
    press_new(desktop, the_dialog(desktop), "lock the screen", Key.Key_F8)
    desktop.press(Key.Key_Escape)
    desktop.front.sign_out()
    desktop.sign_in("administrator")
    assert action("lock").caps == ("F9",)
    desktop.press(Key.Key_F9)
    assert desktop.front._lock is not None


def test_nothing_of_it_reaches_the_lab_and_no_name_the_note(desktop: Desktop, open_lab: OpenLab) -> None:
    desktop.sign_in("administrator")
    dialog = the_dialog(desktop)
    before = sum(1 for _ in desktop.lab.folder.rglob("*")), (desktop.lab.folder / "corelab.db").read_bytes()
    press_new(desktop, dialog, "lock the screen", Key.Key_F9)
    (note,) = (open_lab.configuration / "keys").iterdir()
    kept = note.name + note.read_text(encoding="utf-8")
    assert "F9" in kept
    assert not any(each in kept for each in ("administrator", open_lab.lab_id, str(_desk(desktop).session.account)))
    assert before == (sum(1 for _ in desktop.lab.folder.rglob("*")), (desktop.lab.folder / "corelab.db").read_bytes())


@pytest.mark.parametrize("noted", ["", "[]", "{", '{"lock": 3}', '{"lock": ["Q"], "sign": ["Q"], "gone": ["F9"]}'])
def test_a_note_that_is_no_use_leaves_the_keys_of_the_table(desktop: Desktop, open_lab: OpenLab, noted: str) -> None:
    desktop.sign_in("administrator")
    press_new(desktop, the_dialog(desktop), "lock the screen", Key.Key_F9)
    (note,) = (open_lab.configuration / "keys").iterdir()
    note.write_text(noted, encoding="utf-8")
    desktop.press(Key.Key_Escape)
    desktop.front.sign_out()
    desktop.sign_in("administrator")
    assert (action("lock").caps, action("sign").caps) == (("Ctrl+L",), ("Ctrl+Enter",))


# ------------------------------------------------------------ at the reading


def test_at_a_reading_the_new_key_acts_the_old_does_not_and_digits_still_grade(reader: Reader) -> None:
    playing = reader.page.viewports.active.player.cine
    own_keys.wear({"play": ("Q",), "note": ("B",)})
    was = playing.playing
    reader.press(Key.Key_Space)
    reader.press(Key.Key_C)
    assert playing.playing is was
    reader.press(Key.Key_Q)
    assert playing.playing is not was
    reader.press(Key.Key_1)
    reader.press(Key.Key_9)
    assert reader.grading.reading.answers, "a digit grades whatever the other keys are"


def test_a_guarded_action_does_nothing_while_words_are_typed_whatever_its_key(reader: Reader) -> None:
    own_keys.wear({"first_unanswered": ("F9",), "undo": ("F10",)})
    reader.press(Key.Key_1)
    answered = dict(reader.grading.reading.answers)
    reader.press(Key.Key_N)
    assert reader.page.form.note.hasFocus()
    reader.press(Key.Key_F10)
    assert dict(reader.grading.reading.answers) == answered
    reader.press(Key.Key_Escape)
    reader.page.setFocus()
    reader.press(Key.Key_F10)
    assert dict(reader.grading.reading.answers) != answered


def test_words_on_a_page_that_is_open_name_the_new_key(reader: Reader) -> None:
    own_keys.wear({"evidence": ("Q",), "note": ("F9",), "undo": ("Ctrl+U",)})
    QApplication.processEvents()
    caps = {cap.accessibleName() for cap in reader.page.findChildren(KeyCap) if cap.isVisibleTo(reader.page)}
    assert {"Key Q", "Key F9"} <= caps
    assert not {"Key K", "Key N"} & caps


def test_tool_tips_and_words_for_a_moment_name_the_new_key(reader: Reader) -> None:
    own_keys.wear({"play": ("Q",), "undo": ("Ctrl+U",), "curve": ("F9",), "nudge_up": ("Shift+F9",), "layout_one": ("F12",)})
    assert reader.page.viewports.active.status._hint == "F12 1x1"
    reader.press(Key.Key_1)
    assert reader.page.form.foot.words.text().endswith(" - Ctrl+U")
    assert {button.toolTip() for button in reader.page.findChildren(PlayButton)} <= {"Pause (Q)", "Play (Q)"}
    assert refused_words(FollowRefusedError(RefusalReason.OUTSIDE_IMAGE)).endswith("Click inside the vein: F9.")
    assert nudge_keys() == "Alt+Left, Alt+Right, Shift+F9, Alt+Down"
    own_keys.take_off()
    assert nudge_keys() == "Alt+arrows"


def test_beside_longer_keys_a_hint_is_whole_or_gone(reader: Reader) -> None:
    rail = reader.page.rail
    assert rail._hint_unanswered.isVisible()
    own_keys.wear({"clip_forward": ("Shift+PgDown",), "first_unanswered": ("Ctrl+G",)})
    QApplication.processEvents()
    assert not rail._hint_unanswered.isVisible()
    assert rail._hint_next.width() >= rail._hint_next.sizeHint().width()
    own_keys.take_off()
    QApplication.processEvents()
    assert rail._hint_unanswered.isVisible()


def test_a_reading_that_was_left_hears_of_other_keys_without_harm(reader: Reader) -> None:
    assert reader.page.closing()
    own_keys.wear({"play": ("Q",)})
    reader.page.opened(reader.assignment)
    assert reader.grading.reading is not None


def test_a_case_that_was_left_hears_of_other_keys_without_harm(adjudicator: Adjudicator) -> None:
    assert adjudicator.page.closing()
    own_keys.wear({"play": ("Q",), "dispute_forward": ("F9",)})
    assert action("dispute_forward").caps == ("F9",)


# ------------------------------------------------------------ what the map knows of pages


def test_the_reading_binds_no_two_actions_that_the_map_thinks_apart(reader: Reader) -> None:
    assert _bound(reader.page) <= SCREENS["reading"]


def test_the_adjudication_binds_no_two_actions_that_the_map_thinks_apart(adjudicator: Adjudicator) -> None:
    assert _bound(adjudicator.page) <= SCREENS["adjudication"]


@pytest.mark.parametrize("user", ["coordinator-1", "administrator", "auditor-1"])
def test_no_other_page_binds_two_actions_that_the_map_thinks_apart(desktop: Desktop, user: str) -> None:
    desktop.sign_in(user)
    for entry in desktop.window._entries:
        if entry.name not in ("reading", "adjudication"):
            desktop.window.open_page(entry.name)
            page = desktop.window.current
            assert page is not None
            assert any(_bound(page) <= screen for screen in SCREENS.values()), (page, _bound(page))


def _bound(page: QWidget) -> set[str]:
    """Not those of a page within this one: that is on screen in its place."""
    return {each.command for each in page.findChildren(BoundAction) if _page_of(each) is page}


def _page_of(bound: BoundAction) -> QObject | None:
    owner = bound.parent()
    while owner is not None and not isinstance(owner, Page):
        owner = owner.parent()
    return owner


@pytest.mark.parametrize(
    ("key", "modifiers", "words"),
    [
        (Key.Key_Question, SHIFT, "?"),
        (Key.Key_Q, SHIFT, "Shift+Q"),
        (Key.Key_3, SHIFT, "3"),
        (Key.Key_Left, SHIFT, "Shift+Left"),
        (Key.Key_Plus, CONTROL | SHIFT, "Ctrl++"),
        (Key.Key_5, Modifier.KeypadModifier, "5"),
        (Key.Key_PageDown, NONE, "PgDown"),
        (Key.Key_Delete, NONE, "Del"),
    ],
)
def test_a_pressed_key_is_written_as_in_the_table(key: Qt.Key, modifiers: Qt.KeyboardModifier, words: str) -> None:
    assert portable(QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers)) == words


def _desk(desktop: Desktop) -> Desk:
    desk = desktop.front._desk
    assert desk is not None
    return desk
