"""The frame of the window: keys, palette, help, jobs, words; everything in one table."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from threading import Event, get_ident
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain import adjudication, form, intake, reading, reading_errors, record_errors
from corelab.domain.access import Duty
from corelab.domain.accounts import PasswordFault
from corelab.domain.addresses import ServerAddress
from corelab.domain.allocation import Shut, Wait
from corelab.domain.charter import CharterError
from corelab.domain.vocabulary import Missing
from corelab.domain.worklist import WorkKind
from corelab.ui import commands
from corelab.ui.desk import Desk
from corelab.ui.help_page import HelpPage
from corelab.ui.jobs import ThreadJobs
from corelab.ui.page import Page
from corelab.ui.parts import grade_style
from corelab.ui.words import words_for
from corelab.ui.work_words import WORK_WORDS
from tests.gui.desktop import Desktop


def test_the_start_of_the_program_loads_no_codec_and_no_plots() -> None:
    heavy = ("pydicom", "cv2", "imagecodecs", "simplejpeg", "alembic", "numpy")
    code = f"import sys; import corelab.ui.application, corelab.ui.worklist_page; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_key_of_the_table_is_one_that_qt_knows() -> None:
    for row in commands.ACTIONS:
        for key in row.keys:
            assert QKeySequence(key).toString(), f"{row.id}: {key}"


def test_no_key_means_two_things_in_one_group_or_everywhere() -> None:
    for group in commands.Group:
        keys = [key for row in commands.ACTIONS if row.group in (group, commands.Group.EVERYWHERE) for key in row.keys]
        assert len(keys) == len(set(keys)), group


def test_every_action_has_words_and_its_id_once() -> None:
    ids = [row.id for row in commands.ACTIONS]
    assert len(ids) == len(set(ids))
    assert all(row.text and row.text[0].isupper() for row in commands.ACTIONS)


def test_f1_opens_the_keys_and_shows_every_row_of_the_table(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Qt.Key.Key_F1)
    page = desktop.window.current
    assert isinstance(page, HelpPage)
    words = desktop.words(page)
    assert all(row.text in words for row in commands.ACTIONS if row.caps)
    assert all(gesture.text in words for gesture in commands.GESTURES)


def test_the_keys_can_be_filtered(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Qt.Key.Key_F1)
    page = desktop.window.current
    assert isinstance(page, HelpPage)
    desktop.press("/")
    QTest.keyClicks(page.filter, "mask box")
    shown = [group for group, card in page._cards.items() if card.isVisible()]
    assert shown == [commands.Group.PIXEL_CHECK]


def test_manual_and_changes_are_there_to_read(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Qt.Key.Key_F1)
    page = desktop.window.current
    assert isinstance(page, HelpPage)
    page._pills[1].click()
    manual = page._stack.currentWidget()
    assert "Pixel check" in manual.toPlainText()  # type: ignore[union-attr]  # a text browser
    page._pills[2].click()
    assert page._stack.currentWidget() is not manual


def test_ctrl_and_a_digit_goes_to_a_screen_in_the_order_of_the_header(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Qt.Key.Key_2, modifier=Qt.KeyboardModifier.ControlModifier)
    assert desktop.window.current is not None
    assert desktop.window.current.name == "help"
    desktop.press(Qt.Key.Key_1, modifier=Qt.KeyboardModifier.ControlModifier)
    assert desktop.window.current.name == "people"


def test_the_palette_finds_a_command_by_its_words_and_does_it(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Qt.Key.Key_K, modifier=Qt.KeyboardModifier.ControlModifier)
    palette = desktop.dialog()
    QTest.keyClicks(palette.words, "lock scr")
    assert [row[0] for row in palette.rows.texts()] == ["Lock the screen"]
    desktop.press(Qt.Key.Key_Return)
    assert desktop.front._lock is not None


@pytest.mark.parametrize("module", [record_errors, reading_errors])
def test_every_error_of_records_and_reading_has_its_own_words(module: object) -> None:
    bases = {record_errors.LabError, record_errors.ServerError, record_errors.RecordRefusedError, record_errors.PayloadSealedError}
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Exception) and each not in bases]
    assert len(kinds) > 5
    assert all("did not expect" not in words_for(_bare(kind)).happened for kind in kinds)


def test_an_error_says_what_happened_what_was_kept_and_what_to_do() -> None:
    for kind in (
        reading.ReadingIncompleteError,
        intake.IntakeRefusedError,
        adjudication.CaseIncompleteError,
        form.SideUnknownError,
        CharterError,
    ):
        words = words_for(_bare(kind))
        assert words.happened.endswith(".")
        assert words.kept.endswith(".")
        assert words.do.endswith(".")


def test_an_unforeseen_error_names_itself_and_what_is_kept() -> None:
    words = words_for(ZeroDivisionError())
    assert "ZeroDivisionError" in words.happened
    assert "kept" in words.kept


def test_the_words_of_work_name_errors_that_exist() -> None:
    code = """
import pkgutil, importlib, inspect, corelab
rooms = ("corelab.domain", "corelab.services", "corelab.export", "corelab.imaging", "corelab.app")
modules = [m.name for m in pkgutil.walk_packages(corelab.__path__, "corelab.") if m.name.startswith(rooms)]
print(*{n for m in modules if "bench" not in m for n, _ in inspect.getmembers(importlib.import_module(m), inspect.isclass)})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(WORK_WORDS) <= set(done.stdout.split())


FACTS: dict[str, object] = {
    "asked": True,
    "why": next(iter(reading_errors.CharterRefusal)),
    "duties": (Duty.NEW_PASSWORD,),
    "workstation": "0" * 36,
    "here": False,
    "host": "READING-ROOM",
    "pid": 4711,
    "since": datetime(2026, 1, 12, 8, tzinfo=UTC),
    "name": "password_age_days",
    "missing": (),
    "faults": (),
    "excluded": (),
    "waiting": (),
    "damaged": (),
    "refusal": intake.Refusal.SOURCE,
    "value": "",
    "expired": False,
    "until": None,
    "fault": PasswordFault.SHORT,
    "what": "taken",
    "last": datetime(2026, 1, 12, 8, tzinfo=UTC),
    "code": intake.IntakeCode.DECODE,
    "changed": True,
    "kind": WorkKind.READING,
    "shut": Shut(Wait.SESSION, date(2026, 1, 13)),
}

FACTS_OF: dict[type[Exception], dict[str, object]] = {
    record_errors.ServerError: {"address": ServerAddress("records", 5432, "trial"), "why": record_errors.ServerRefusal.NO_LAB},
    record_errors.ClockApartError: {"here": datetime(2026, 1, 12, 8, tzinfo=UTC), "server": datetime(2026, 1, 12, 9, tzinfo=UTC)},
}


def _bare(kind: type[Exception]) -> Exception:
    """An error with facts that are at least there."""
    error = kind.__new__(kind)
    special = (facts for base, facts in FACTS_OF.items() if issubclass(kind, base))
    for name, value in {**FACTS, **next(special, {})}.items():
        setattr(error, name, value)
    return error


def test_every_grade_has_a_line_of_its_own() -> None:
    grades = (0, 1, 2, Missing.NOT_EVALUABLE, Missing.NOT_IMAGED, Missing.NOT_APPLICABLE, None)
    styles = [grade_style(grade) for grade in grades]
    assert len({(each.colour.name(), each.width, each.dash) for each in styles}) == len(grades)
    assert len({(each.width, each.dash) for each in styles[:4]}) == 4, "grades differ without colour too"


def test_database_work_runs_in_order_on_one_other_thread(qtbot: QtBot) -> None:
    jobs, owner = ThreadJobs(), QObject()
    done: list[Any] = []
    threads: set[int] = set()

    def work(n: int) -> int:
        threads.add(get_ident())
        return n

    for n in range(5):
        jobs.query(owner, partial(work, n), done.append, done.append)
    qtbot.waitUntil(lambda: len(done) == 5, timeout=60_000)
    jobs.close()
    assert done == [0, 1, 2, 3, 4]
    assert threads == {next(iter(threads))}
    assert get_ident() not in threads


def test_an_answer_for_a_page_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    jobs, owner, other, gate = ThreadJobs(), QObject(), QObject(), Event()
    heard: list[Any] = []
    jobs.query(owner, gate.wait, heard.append, heard.append)
    jobs.query(other, lambda: "other", heard.append, heard.append)
    shiboken6.delete(owner)
    gate.set()
    qtbot.waitUntil(lambda: heard == ["other"], timeout=60_000)
    jobs.close()


def test_an_error_in_the_work_reaches_the_page(qtbot: QtBot) -> None:
    jobs, owner = ThreadJobs(), QObject()
    heard: list[Any] = []
    jobs.query(owner, lambda: 1 // 0, heard.append, heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=60_000)
    jobs.close()
    assert isinstance(heard[0], ZeroDivisionError)


def test_database_work_that_waits_is_done_before_the_program_ends() -> None:
    jobs, owner, gate = ThreadJobs(), QObject(), Event()
    saved: list[str] = []
    jobs.query(owner, gate.wait, print, print)
    jobs.query(owner, lambda: saved.append("draft"), print, print)
    gate.set()
    jobs.close()
    assert saved == ["draft"]


def test_esc_leads_back_from_the_keys_to_where_one_was(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.press(Qt.Key.Key_F1)
    assert desktop.window.current is not None
    assert desktop.window.current.name == "help"
    desktop.press(Qt.Key.Key_Escape)
    assert desktop.window.current.name == "people"


def test_after_a_page_could_not_be_opened_the_header_names_the_page_that_stands(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_desk: Desk) -> Page:
        raise OSError("the page cannot be made")

    desktop.sign_in("coordinator-1")
    window = desktop.window
    entries = tuple(replace(each, make=refused) if each.name == "export" else each for each in window._entries)
    monkeypatch.setattr(window, "_entries", entries)
    with desktop.qtbot.captureExceptions() as raised:
        QTest.mouseClick(window.header._buttons["export"], Qt.MouseButton.LeftButton)
    assert len(raised) == 1
    assert window.current is not None
    assert [name for name, button in window.header._buttons.items() if button.isChecked()] == [window.current.name]


def test_a_page_that_does_not_let_go_stays_the_one_underlined(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    desktop.sign_in("coordinator-1")
    page = desktop.window.current
    assert page is not None
    monkeypatch.setattr(page, "closing", lambda: False)
    QTest.mouseClick(desktop.window.header._buttons["export"], Qt.MouseButton.LeftButton)
    assert [name for name, button in desktop.window.header._buttons.items() if button.isChecked()] == [page.name]
    monkeypatch.undo()
