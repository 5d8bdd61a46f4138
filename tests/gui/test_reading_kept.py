"""What a reader has answered is kept, whatever happens to disk, page and window."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from corelab.services import reading
from tests.gui.exams import a_cell
from tests.gui.reader import COMP_CFV, Key, Reader, SlowJobs


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

    def save(self, *facts: object, **named: int) -> reading.Saved:
        if self.full:
            raise OSError(28, "No space left on device")
        return self._save(*facts, **named)


def test_p11_43_a_grade_that_cannot_be_saved_stays_on_screen_and_says_so(disk: Disk, reader: Reader) -> None:
    disk.full = True
    reader.press(Key.Key_1)
    assert reader.saved[-1].startswith("Not saved: ")
    assert reader.grading.reading.answers[COMP_CFV].grade.value == "full"
    disk.full = False
    reader.press(Key.Key_1)
    assert reader.saved[-1].startswith("Saved ")
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_p11_43_saved_is_said_when_the_commit_is_done_and_not_before(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = SlowJobs()
    monkeypatch.setattr(reader.page._saver, "_jobs", jobs)
    reader.press(Key.Key_1)
    assert reader.saved[-1] == "Saving", "the commit is delayed"
    dialect = cast("Any", reader.lab.open.store)._engine.dialect
    committed: list[str] = []

    def commit(connection: Any) -> None:
        committed.append(reader.saved[-1])
        connection.commit()

    monkeypatch.setattr(dialect, "do_commit", commit)
    jobs.go_on()
    assert committed[0] == "Saving", "during the commit nothing is saved yet"
    assert reader.saved[-1].startswith("Saved ")
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_p11_43_a_commit_that_fails_is_told_and_nothing_is_said_to_be_saved(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = cast("Any", reader.lab.open.store)._engine.dialect

    def commit(_connection: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(dialect, "do_commit", commit)
        reader.press(Key.Key_1)
        assert reader.saved[-1].startswith("Not saved: ")
        assert not any(words.startswith("Saved ") for words in reader.saved)
    assert COMP_CFV not in reader.stored.answers, "nothing of it is on disk"
    reader.page._saver.retry()
    assert reader.saved[-1].startswith("Saved ")


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


def test_how_long_how_often_and_how_fast_a_clip_was_watched_is_kept_and_goes_on(reader: Reader) -> None:
    clip = reader.page.viewports.active.clip
    assert clip is not None
    for _ in range(2):
        reader.play_to_the_end()
    reader.page._time.tick()
    reader.press(Key.Key_Comma, Key.Key_1)
    first = reader.stored.watched[clip.sha256]
    assert (first.passes >= 1, first.speeds) == (True, (100,))
    reader.page.closing()
    reader.page.opened(reader.assignment)
    reader.page.clips.show_clip(clip)
    for _ in range(2):  # slower now
        reader.play_to_the_end()
    reader.press(Key.Key_2)
    again = reader.stored.watched[clip.sha256]
    assert (again.passes > first.passes, again.speeds) == (True, (75, 100))
    assert again.seconds >= first.seconds
