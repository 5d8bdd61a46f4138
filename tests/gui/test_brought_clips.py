"""Clips of an archive on a server at the reading page: brought before they are asked for, and told where it is away."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from corelab.domain.archives import ArchiveAwayError
from corelab.domain.clip import Clip
from corelab.imaging import dicomweb
from corelab.services import archive_changes
from corelab.services.archive import archive_of
from corelab.services.clips import ClipShelf
from corelab.ui.archive_card import ArchiveCard, ArchiveDialog
from corelab.ui.bringing import Bringing
from corelab.ui.clip_player import ClipPlayer
from corelab.ui.desk import Desk
from corelab.ui.first_frames import FirstFrames
from corelab.ui.jobs import Failed, ImmediateJobs, Job
from corelab.ui.viewport import Viewport
from tests.builders import Lab, a_lab
from tests.gui.test_cine import FakeStopwatch
from tests.integration.test_archived_labs import a_released_clip
from tests.servers import DicomWebServer, archive

T = TypeVar("T")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DicomWebServer]:
    with archive() as made:
        monkeypatch.setenv(dicomweb.USER, made.user)
        monkeypatch.setenv(dicomweb.PASSWORD, made.password)
        yield made


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = a_lab(tmp_path)
    yield made
    made.open.close()


@pytest.fixture
def clips(lab: Lab, server: DicomWebServer, tmp_path: Path) -> tuple[Clip, ...]:
    archive_changes.choose(lab.open, lab.coordinator, server.url, "Ten workstations")
    return tuple(a_released_clip(lab, tmp_path, n) for n in (1, 2, 3))


def here(lab: Lab, clips: tuple[Clip, ...]) -> list[bool]:
    kept = archive_of(lab.open)
    return [kept.path(clip.sha256).exists() for clip in clips]


class CountingJobs(ImmediateJobs):
    def __init__(self) -> None:
        self.fetched = 0

    def fetch(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        self.fetched += 1
        return super().fetch(owner, work, done, failed)


def test_all_clips_of_an_exam_are_brought_one_after_the_other_and_once(qtbot: QtBot, lab: Lab, clips: tuple[Clip, ...]) -> None:
    shelf, jobs = ClipShelf(lab.open, lab.reader_1), CountingJobs()
    bringing = Bringing(jobs, shelf)
    bringing.want(clips)
    assert here(lab, clips) == [False, False, False]
    bringing.work()
    assert here(lab, clips) == [True, True, True]
    bringing.want(clips)
    bringing.work()
    assert jobs.fetched == 3


def test_the_next_clip_is_ready_before_it_is_asked_for(qtbot: QtBot, lab: Lab, clips: tuple[Clip, ...], server: DicomWebServer) -> None:
    """Its first frame at once, without its file; then it plays on when the archive is away."""
    shelf, jobs = ClipShelf(lab.open, lab.reader_1), ImmediateJobs()
    ready = FirstFrames(jobs, shelf)
    ready.want(clips[1:2])
    ready.work()
    known = shelf.opened(clips[1])
    assert known is not None
    assert known.ready(0)
    assert here(lab, clips) == [False, False, False]
    bringing = Bringing(jobs, shelf)
    bringing.want(clips[1:2])
    bringing.work()
    server.stop()
    player, shown = ClipPlayer(jobs, shelf, FakeStopwatch()), list[int]()
    player.frame_ready.connect(lambda frame: shown.append(frame.index))
    player.open(clips[1], 2)
    assert shown == [2]
    shelf.wipe()


def test_an_archive_that_is_away_is_told_and_the_clip_comes_when_it_is_back(
    qtbot: QtBot, lab: Lab, clips: tuple[Clip, ...], server: DicomWebServer
) -> None:
    shelf, failed = ClipShelf(lab.open, lab.reader_1), list[Exception]()
    viewport = Viewport(ImmediateJobs(), shelf, FakeStopwatch())
    qtbot.addWidget(viewport)
    viewport.player.failed.connect(failed.append)
    server.stop()
    viewport.show_clip(clips[0], "Clip 1 of 3")
    assert [type(each) for each in failed] == [ArchiveAwayError]
    bringing = Bringing(ImmediateJobs(), shelf)
    bringing.want(clips)
    bringing.work()
    assert here(lab, clips) == [False, False, False]
    server.start()
    viewport.show_nothing("")
    viewport.show_clip(clips[0], "Clip 1 of 3")
    assert viewport.frame_on_screen == 0
    viewport.show_nothing("")
    shelf.wipe()


def test_a_lab_with_a_folder_has_nothing_brought(qtbot: QtBot, lab: Lab, tmp_path: Path) -> None:
    clip = a_released_clip(lab, tmp_path)
    shelf, jobs = ClipShelf(lab.open, lab.reader_1), CountingJobs()
    bringing = Bringing(jobs, shelf)
    shelf.open(clip)
    bringing.want([clip])
    bringing.work()
    assert jobs.fetched == 0
    shelf.wipe()


# ---------------------------------------------------------------- the card of those who keep the lab


def test_a_coordinator_fills_an_archive_and_uses_it_on_the_card(qtbot: QtBot, lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    a_released_clip(lab, tmp_path)
    card = ArchiveCard(Desk(lab.open, lab.coordinator, ImmediateJobs()))
    qtbot.addWidget(card)
    card.ask()
    assert card.told.text() == "1 released clip in the folder of the lab."
    card.change_to(server.url, "Ten workstations")
    assert card.told.text() == "Another archive is in use now; copied and read back: 1 clip."
    assert len(server.instances()) == 1
    card.ask()
    assert server.url in card.told.text()
    assert "which answers" in card.told.text()
    card.check_all()
    assert card.told.text() == "1 clip checked: all as they were released."
    server.stop()
    card.ask()
    assert "does not answer" in card.told.text()
    assert card.look.isEnabled()


def test_the_dialog_takes_no_address_without_encryption_and_none_without_a_reason(qtbot: QtBot) -> None:
    heard = list[tuple[str, str]]()
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ArchiveDialog(parent, lambda address, reason: heard.append((address, reason)))
    assert not dialog.do.isEnabled()
    dialog.reason.setText("Ten workstations")
    assert dialog.do.isEnabled()
    dialog.address.setText("http://archive.example/dicom-web")
    assert not dialog.do.isEnabled()
    assert "not encrypted" in dialog.told.text()
    dialog.address.setText("https://archive.example/dicom-web")
    dialog.do.click()
    assert heard == [("https://archive.example/dicom-web", "Ten workstations")]
