"""A click never waits for the database: what a dialog says was asked for before, on the database thread."""

from unittest.mock import patch

from corelab.storage.file_store import FileStore
from corelab.ui.people_page import PeoplePage
from tests.gui.desktop import Desktop


def test_recording_training_asks_without_a_look_into_the_database(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    desktop.window.open_page("people")
    page = desktop.window.current
    assert isinstance(page, PeoplePage)
    page.rows.choose(next(at for at, row in enumerate(page.rows.texts()) if row[1] == "reader-1"))
    with patch.object(FileStore, "read", side_effect=AssertionError("the database was read")):
        page.chosen.training.click()
    assert "was trained for charter" in desktop.words(desktop.dialog())
