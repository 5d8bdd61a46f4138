"""A coordinator at the pages of intake sees nothing of the patients of what a site sent: no text, no title, no setting."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.services import accounts
from corelab.ui.theme import apply_theme
from tests.acceptance.blinding.walk import texts_on_screen
from tests.acceptance.intake.case import Seed
from tests.acceptance.intake.everywhere import known_words, places, words_in
from tests.acceptance.intake.run import World, a_world
from tests.acceptance.intake.values import CASES
from tests.acceptance.intake.work import quiet
from tests.builders import PASSWORD
from tests.gui.desktop import Desktop

SENT = [case for case in CASES if case.id in {"29", "30a", "31a", "32j", "33a"}]
KNOWN = known_words({case.id: case.seed for case in SENT})


@pytest.fixture
def world(tmp_path: Path, qapp: QApplication) -> Iterator[World]:
    """What was sent waits for a coordinator; one object is no clip at all."""
    apply_theme(qapp)
    with a_world(tmp_path / "world") as made:
        with quiet():
            for case in SENT:
                case.make(case.seed, made.site / f"{case.seed.word} {case.seed.number}.dcm")
        (made.site / f"{SENT[0].seed.word}.jpg").write_bytes(b"\xff\xd8" + SENT[0].seed.word.encode())
        yield made


def seen_on(desktop: Desktop) -> frozenset[str]:
    QApplication.processEvents()
    return words_in("\n".join(texts_on_screen()).encode(), KNOWN)


def test_the_coordinators_window_shows_no_word_of_a_patient_and_keeps_none(world: World, qtbot: QtBot) -> None:
    from corelab.services import intake  # noqa: PLC0415 - the page comes after what it shows

    lab = world.lab
    intake.take_in(lab.open, lab.coordinator, [world.site], subject="S-1", visit="D10")
    assert len(intake.waiting(lab.open, lab.coordinator)) == len(SENT)
    accounts.sign_out(lab.open, lab._sessions.pop("coordinator"))
    desktop = Desktop(qtbot, lab.open)
    desktop.sign_in("coordinator", PASSWORD)
    listed = desktop.window._listed()
    for number, _entry in enumerate(listed, 1):
        if number <= 9:
            desktop.press(Qt.Key(Qt.Key.Key_0 + number), modifier=Qt.KeyboardModifier.ControlModifier)
        assert seen_on(desktop) == frozenset()
    for name in ("intake", "pixels", "queries"):
        if name in {entry.name for entry in listed}:
            desktop.window.open_page(name)
            assert seen_on(desktop) == frozenset()
    delivered = [*world.delivered(), world.site]
    assert places(world.folder, delivered, KNOWN) == {}


def test_a_planted_word_is_seen(world: World, qtbot: QtBot) -> None:
    desktop = Desktop(qtbot, world.lab.open)
    desktop.window.setToolTip(f"last opened: {Seed.of('29').word.title()}.dcm")
    assert seen_on(desktop) == {"29"}
