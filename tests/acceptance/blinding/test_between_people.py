"""What one person leaves in the program is gone for the next; what is released changes no more; what a case envelope holds."""

import gc
import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.reading_errors import AlreadySignedError
from corelab.imaging.frame_cache import FrameCache
from corelab.services import reading
from corelab.settings import last_lab, load_settings, remember_lab
from tests.acceptance.blinding.graph import leaves
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.walk import texts_on_screen
from tests.acceptance.blinding.world import HIDDEN_FROM_READER, ME, OTHER, World
from tests.acceptance.leaks import files_under
from tests.builders import PASSWORD
from tests.exam_builders import reduced
from tests.gui.desktop import Desktop

MY_NOTE = Mark("note of the person before", "marzipan-tuba-3318")
MY_WORK = (MY_NOTE, Mark("name of the person before", "Wexford plume"), Mark("user name of the person before", ME))
CONTROL = Qt.KeyboardModifier.ControlModifier


def seated(world: World, qtbot: QtBot) -> Desktop:
    """The first reader opens a reading in this window, plays a clip, and answers."""
    desktop = Desktop(qtbot, world.lab.open)
    desktop.sign_in(ME, PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None
    assert desktop.window.current.name == "reading"
    desktop.press(Qt.Key.Key_Down, Qt.Key.Key_Up)
    QApplication.processEvents()
    return desktop


@pytest.fixture
def noted(world: World) -> World:
    """Both readers have opened a reading; the first wrote a note into it."""
    world.reads(world.me, MY_NOTE.words, sign=False)
    world.leave()
    return world


def test_u11_the_next_person_takes_back_and_sees_nothing_of_the_one_before(noted: World, qtbot: QtBot, probes: Probes) -> None:
    desktop = seated(noted, qtbot)
    assert MY_NOTE.words in "\n".join(texts_on_screen())
    QGuiApplication.clipboard().setText(MY_NOTE.words)
    desktop.press(Qt.Key.Key_L, modifier=CONTROL)
    probes.look("clipboard", "locked", QGuiApplication.clipboard().text(), MY_WORK)
    desktop.front.sign_out()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    probes.look("between two people", "signed out", "\n".join(texts_on_screen()), MY_WORK)
    noted.leave()
    desktop.sign_in(OTHER, PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None
    for step in ("z", "y"):
        desktop.press(*[Qt.Key.Key_Z if step == "z" else Qt.Key.Key_Y] * 6, modifier=CONTROL)
        probes.look("between two people", f"{step}: the next person", "\n".join(texts_on_screen()), MY_WORK)


def test_u13_no_frame_of_one_person_is_there_for_the_next(world: World, qtbot: QtBot, probes: Probes) -> None:
    world.leave()
    desktop = seated(world, qtbot)
    desktop.window.grab()
    assert any(each.used_bytes for each in caches()), [(each.used_bytes, len(each._frames)) for each in caches()]
    desktop.front.sign_out()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    for each in caches():
        probes.hold("cached frames", "after sign-out", fine=each.used_bytes == 0 and not each._frames)
    probes.hold("cached frames", "looked", fine=True)


def caches() -> list[FrameCache]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, FrameCache)]


def test_u9_settings_hold_the_folder_of_the_lab_and_nothing_of_the_trial(sealed: World, probes: Probes) -> None:
    settings = load_settings()
    remember_lab(settings, str(sealed.lab.open.folder.resolve()))
    assert last_lab(settings) == str(sealed.lab.open.folder.resolve())
    for file in (*files_under([settings.configuration]), *files_under([sealed.lab.open.configuration])):
        probes.look_in_bytes("settings", file.name, file.read_bytes(), HIDDEN_FROM_READER)


def test_u9_no_other_store_of_settings_is_used(probes: Probes) -> None:
    """Qt would keep its own in a place that nothing cleans."""
    sources = Path(__file__).parent.parent.parent.parent / "corelab"
    for file in sources.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for word in ("QSettings", "QFileSystemModel", "addRecent", "keyring"):
            probes.hold("settings", f"{word} in {file.name}", fine=word not in text)


def test_u20_after_release_no_reader_changes_a_reading(released: World, probes: Probes) -> None:
    lab, me = released.lab.open, released.me
    for row in reading.worklist(lab, me).rows:
        opened = reading.open_reading(lab, me, row.assignment)
        assert opened.signed_at is not None
        for change in (
            lambda made: reading.save(lab, me, made),
            lambda made: reading.sign(lab, me, made, PASSWORD),
        ):
            with pytest.raises(AlreadySignedError):
                change(opened.reading)
            probes.hold("a second look", row.pseudonym, fine=True)


# ---------------------------------------------------------------- the envelope of a case


FIELDS_OF_A_CASE = {"agreed", "closure", "details", "disputed", "mode", "segments", "stands"}
FIELDS_INSIDE = FIELDS_OF_A_CASE | {"value", "missing", "reason", "prefilled", "evidence", "clip", "frames", "bound"}


def vocabulary() -> set[str]:
    """Every word that the charter knows, of questions, options, reasons and segments, and the few of a case itself."""
    known = set(re.findall(r"[A-Za-z_]+", reduced().model_dump_json()))
    return known | {"A", "B", "NE", "NI", "NA", "marked", "auto", "caliper", "CHARTER", "CONDITION", "OPTIONAL", "ABSENT"}


def envelopes(world: World) -> list[dict[str, Any]]:
    with world.lab.open.store.read() as snapshot:
        return [snapshot.opening_of(event["seq"], world.third.box) for event in snapshot.events(kind="case.opened")]


def test_u23_a_case_holds_no_id_time_name_or_free_text(released: World, probes: Probes) -> None:
    """Whatever text stands in the envelope is a word of the charter or the digest of a clip; its fields are on a short list."""
    known = vocabulary()
    cases = envelopes(released)
    assert len(cases) == 2
    for case in cases:
        assert set(case) == FIELDS_OF_A_CASE
        assert case["mode"] == reduced().adjudication.mode
        for path, text in leaves(case):
            digest = re.fullmatch(r"[0-9a-f]{64}", text) and ".clip" in path
            number = re.fullmatch(r"\d{1,6}", text)
            probes.hold("case envelope", f"{path}: {text}", fine=bool(digest or number) or text in known | FIELDS_INSIDE)


def test_a_time_or_a_note_in_a_case_would_be_found() -> None:
    known = vocabulary()
    assert not {"2026-01-12T08:00:00.000Z", MY_NOTE.words, "marzipan", ME} & known
