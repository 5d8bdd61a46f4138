"""Before somebody signed in, the window shows no page and no word of the trial."""

import pytest
from PySide6.QtCore import Qt

from corelab.ui.pages import PAGES
from tests.gui.desktop import PEOPLE, Desktop


@pytest.mark.parametrize("page", [entry.name for entry in PAGES])
def test_p11_11_no_page_opens_before_sign_in(desktop: Desktop, page: str) -> None:
    desktop.window.open_page(page)
    assert desktop.window.current is None
    words = desktop.words()
    for word in (desktop.lab.trial_id, desktop.lab.lab_id, *PEOPLE):
        assert word not in words


def test_p11_11_no_key_opens_a_page_or_the_palette_before_sign_in(desktop: Desktop) -> None:
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_6, Qt.Key.Key_K, Qt.Key.Key_L):
        desktop.press(key, modifier=Qt.KeyboardModifier.ControlModifier)
        assert desktop.window.current is None


def test_p11_11_after_sign_out_nothing_of_the_pages_is_left(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    desktop.window.open_page("people")
    desktop.front.sign_out()
    assert desktop.window.current is None
    assert "reader-1" not in desktop.words()
