"""Where released clips lie, on a page: whether the archive answers, whether every clip is there, and how another one is filled and used."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from corelab.domain.archives import SAFE_ORTHANC, ArchiveAddressRefusedError, archive_address
from corelab.domain.values import counted
from corelab.services import archive_changes
from corelab.services.accounts import Session
from corelab.services.archive_changes import FOLDER, ArchiveShown, Checked, Progress
from corelab.services.labs import OpenLab
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card, Working
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.fields import field
from corelab.ui.parts import text_label, tint
from corelab.ui.theme import GRID, Colour, Size, Weight
from corelab.ui.words import words_for

T = TypeVar("T")

_WORDS = "Released clips lie in the folder of the lab, or in an archive on a server where several workstations read them."
_GIB = 1 << 30


class ArchiveCard(Card):
    """For those who keep the lab."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titled("Archive of clips", _WORDS)
        self._desk = desk
        self.look, self.check = Button("Look"), Button("Check every clip")
        self.change = Button("Use another...", writes=True)
        self.working = Working()
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True)
        self.told.hide()
        line = QHBoxLayout()
        line.setSpacing(GRID)
        for button, work in ((self.look, self.ask), (self.check, self.check_all), (self.change, self.ask_change)):
            button.clicked.connect(work)
            line.addWidget(button)
        line.addStretch(1)
        self.lines.addLayout(line)
        for widget in (self.working, self.told):
            self.lines.addWidget(widget)

    def ask(self) -> None:
        """Which archive is in use, and whether it answers."""
        self._begin("Asking the archive...", partial(archive_changes.shown, self._desk.lab, self._desk.session), self._on_shown)

    def check_all(self) -> None:
        """Every clip is read and compared."""
        told = self._desk.jobs.relay(self.working, self.working.tell)
        work = partial(archive_changes.check, self._desk.lab, self._desk.session, told)
        self._begin("Reading the clips...", work, self._on_checked)

    def ask_change(self) -> None:
        ArchiveDialog(self, self.change_to).open()

    def change_to(self, address: str, reason: str) -> None:
        """All clips go there and are read back; then it is used."""
        told = self._desk.jobs.relay(self.working, self.working.tell)
        work = partial(_filled_and_chosen, self._desk.lab, self._desk.session, address, reason, told)
        self._begin("Copying the clips...", work, self._on_changed)

    def _begin(self, words: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self.working.begin(words, can_stop=False)
        self._free(free=False)
        self._desk.jobs.fetch(self, work, done, self._on_failed)

    def _free(self, *, free: bool) -> None:
        for button in (self.look, self.check, self.change):
            button.setEnabled(free)

    def _end(self, words: str, *, attention: bool = False) -> None:
        self.working.end()
        self._free(free=True)
        tint(self.told, Colour.ATTENTION if attention else Colour.TEXT)
        self.told.setText(words)
        self.told.show()

    def _on_shown(self, found: ArchiveShown) -> None:
        self._end(shown_words(found), attention=found.away is not None or found.old)

    def _on_checked(self, found: Checked) -> None:
        self._end(checked_words(found), attention=not found.ok)

    def _on_changed(self, done: Checked) -> None:
        self._end(f"Another archive is in use now; copied and read back: {counted(done.clips, 'clip')}.")

    def _on_failed(self, error: Exception) -> None:
        self._end("")
        self.told.hide()
        dialogs.show_error(self, error)


def _filled_and_chosen(lab: OpenLab, session: Session, address: str, reason: str, told: Progress) -> Checked:
    archive_changes.copy(lab, session, address, told)
    return archive_changes.choose(lab, session, address, reason, told)


def shown_words(found: ArchiveShown) -> str:
    if not found.address:
        return f"{counted(found.clips, 'released clip')} in the folder of the lab."
    if found.away is not None:
        return words_for(found.away).all
    version = f" (Orthanc {found.version})" if found.version else ""
    kept = f"{found.cached / _GIB:.1f} of at most {found.limit / _GIB:.0f} GiB are kept on this workstation."
    old = f" Orthanc should be {'.'.join(map(str, SAFE_ORTHANC))} or later: have it renewed." if found.old else ""
    return f"{counted(found.clips, 'released clip')} in {found.address}{version}, which answers. {kept}{old}"


def checked_words(found: Checked) -> str:
    if found.ok:
        return f"{counted(found.clips, 'clip')} checked: all as they were released."
    return f"Of {counted(found.clips, 'clip')} {len(found.missing)} are not there and {len(found.altered)} are not as released."


class ArchiveDialog(Dialog):
    """``chosen`` hears the address ("" for the folder of the lab) and the reason."""

    def __init__(self, parent: QWidget, chosen: Callable[[str, str], object]) -> None:
        super().__init__(parent, "Use another archive", width=560)
        self._chosen = chosen
        self.add_words("Every released clip is copied there, read back and compared. Only then the other archive is used.")
        self.address, self.reason = QLineEdit(), QLineEdit()
        hint = "Such as https://archive.example/dicom-web; empty for the folder of the lab."
        self.lines.addWidget(field("Address", self.address, hint))
        self.lines.addWidget(field("Reason", self.reason, "It stands in the audit trail."))
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.ATTENTION, wrap=True)
        self.lines.addWidget(self.told)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Copy and use", self._on_do, primary=True, cap="Enter")
        for each in (self.address, self.reason):
            each.textChanged.connect(self._on_typed)
            each.returnPressed.connect(self.do.click)
        self._on_typed()
        self.address.setFocus()

    def _on_typed(self) -> None:
        text, fault = self.address.text().strip(), ""
        try:
            if text:
                archive_address(text)
        except ArchiveAddressRefusedError as refused:
            fault = f"No address of an archive: {refused.what.value}."
        self.told.setText(fault)
        self.do.setEnabled(not fault and bool(self.reason.text().strip()))

    def _on_do(self) -> None:
        self.accept()
        self._chosen(self.address.text().strip() or FOLDER, self.reason.text())
