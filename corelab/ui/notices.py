"""Shows what a person is to be told right after signing in."""

from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.notice_words import notices


def tell(window: QWidget, desk: Desk) -> None:
    """Over the first page, where there is anything to tell."""
    desk.jobs.query(window, partial(notices, desk.lab, desk.session), partial(_show, window), _nothing)


def _show(window: QWidget, told: tuple[str, ...]) -> None:
    if not told:
        return
    dialog = Dialog(window, "Before you go on")
    for words in told:
        dialog.add_words(words, strong=True)
    dialog.add_button("I have read it", dialog.accept, primary=True, cap="Enter").setFocus()
    dialog.open()


def _nothing(_error: Exception) -> None:
    """A lab that cannot be read says so on its first page."""
