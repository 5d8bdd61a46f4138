"""What reading and adjudicating have in common: an assignment with its clips, a draft saved at every change, one signature."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.content import Draft
from corelab.domain.reading_errors import DraftChangedError
from corelab.domain.vocabulary import AssignmentId
from corelab.services import offline
from corelab.services.adjudication import OpenCase
from corelab.services.offline import Drawer, KeptHereError, OnVersion, Save
from corelab.services.reading import OpenReading, Saved, Signed
from corelab.ui.active_time import ActiveTime
from corelab.ui.away import LEFT_AWAY, BothKeptDialog
from corelab.ui.cine import Stopwatch
from corelab.ui.desk import Desk
from corelab.ui.draft_saver import DraftSaver
from corelab.ui.exam_desk import ExamDesk
from corelab.ui.page import Page
from corelab.ui.sign_flow import SignFlow
from corelab.ui.times import clock_time
from corelab.ui.viewports import Layout

NOTE_PAUSE_MS: Final = 800

Work = OpenReading | OpenCase


class ExamPage(Page):
    """Opened with the id of an assignment; without one it shows again what was left for another page."""

    meaning: Meaning
    layout_at_first = Layout.ONE

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent)
        self._assignment: AssignmentId | None = None
        self._awaited: AssignmentId | None = None
        """The assignment that is being opened; an answer for one that was left meanwhile is dropped."""
        self._signed, self._submit, self._leaving = False, "", False
        self._saver = DraftSaver(desk.jobs, desk.lab.clock, self)
        self._saver.state.connect(self.saved)
        self._saver.overtaken.connect(self._on_overtaken)
        self._saver.away.connect(self.away)
        self._drawer: Drawer | None = None
        self._signing = SignFlow(self, desk, self.meaning)
        self._signing.signed.connect(self._on_signed)
        self._note_pause = QTimer(self)
        self._note_pause.setSingleShot(True)
        self._note_pause.setInterval(NOTE_PAUSE_MS)
        self._note_pause.timeout.connect(self._save)
        self.clips = ExamDesk(self, desk, self.layout_at_first, in_step=self.layout_at_first is Layout.TWO, stopwatch=stopwatch)
        self.viewports = self.clips.viewports
        self._time = ActiveTime(self, self._plays, stopwatch)
        self._time.passed.connect(self.clips.stayed)
        self.clips.changed.connect(self._on_other_clips)

    # -- what differs ------------------------------------------------------------------------------------------------------------

    @abstractmethod
    def _ask(self, assignment: AssignmentId) -> Callable[[], object]:
        """The work that opens an assignment; ``_on_opened`` hears its answer."""

    @abstractmethod
    def _on_opened(self, opened: object) -> None:
        """What the work answered."""

    @abstractmethod
    def _save(self) -> None:
        """Keep the draft as it stands."""

    @abstractmethod
    def _forget(self) -> None:
        """Nothing of the exam stays in memory while the page is not on screen."""

    @abstractmethod
    def _show_signed(self) -> None:
        """Whether it is signed has changed, or is known now."""

    # -- opening and leaving -----------------------------------------------------------------------------------------------------

    def opened(self, argument: object = None) -> None:
        if isinstance(argument, str):
            self._assignment = AssignmentId(argument)
        if self._assignment is None:
            self.go.emit("worklist", None)
        else:
            self._awaited = of = self._assignment
            self.desk.jobs.query(self, self._ask(of), partial(self._on_answer, of), partial(self._on_not_opened, of))

    def closing(self) -> bool:
        if self._leaving:
            return False  # asked a second time while the draft is being saved
        self._leaving = True
        try:
            return self._left()
        finally:
            self._leaving = False

    def _left(self) -> bool:
        self.viewports.pause()
        if self._note_pause.isActive():
            self._save()
        error = self._saver.flush()
        if isinstance(error, KeptHereError):
            self.away.emit(LEFT_AWAY)
        elif error is not None:
            self.show_error(error)
            if not isinstance(error, DraftChangedError):
                return False
        self._note_pause.stop()
        self._awaited = None
        self._saver.forget()
        self._signing.forget()
        self._forget()
        self.clips.forget()
        return True

    def _on_answer(self, of: AssignmentId, opened: object) -> None:
        if of == self._awaited:
            self._awaited = None
            self._on_opened(opened)

    def _on_not_opened(self, of: AssignmentId, error: Exception) -> None:
        if of != self._awaited:
            return
        self._assignment = self._awaited = None
        self.show_error(error)
        self.go.emit("worklist", None)

    def _on_overtaken(self, error: DraftChangedError) -> None:
        """Another window saved it: no key can be kept here any more. Whoever is leaving hears it from there."""
        if not self._leaving:
            self._note_pause.stop()
            self._saver.forget()
            self.show_error(error)
            self.go.emit("worklist", None)

    def _begin(self, signed_at: datetime | None, submit: str | None, version: int, drawer: Drawer | None) -> None:
        """An assignment is on screen; nothing of it is unsaved. ``submit`` is the id of a signature begun before."""
        self._drawer = drawer
        self._signed, self._submit = signed_at is not None, submit or str(uuid4())
        self._saver.begin(version)
        self.saved.emit(f"Signed {clock_time(signed_at, self.desk.lab.clock)}" if signed_at else "Saved")
        self._show_signed()

    # -- while a server is away --------------------------------------------------------------------------------------------------

    def _keep(self, save: OnVersion[Saved], draft: Callable[[], Draft]) -> None:
        """Save it; while the server is away ``draft`` is kept on this machine."""
        self._saver.save(Save(self._drawer, save, draft))

    def _signer(self, sign: Callable[..., Signed], draft: Callable[[], Draft]) -> Callable[[str], Signed]:
        """Work that signs what was saved last, with a password; while the server is away ``draft`` is kept on this machine."""
        return self._saver.signing(partial(offline.sign, self._drawer, sign, draft))

    def answered(self) -> None:
        if self._saver.unsaved:
            self._saver.retry()
        else:
            self.away.emit("")

    def _resume(self, opened: Work, resumed: Work) -> None:
        """Answers were kept on this machine and never reached the server. Where nothing was saved there since, they go on."""
        if opened.aside is not None and opened.aside.version == opened.version:
            self._go_on(resumed)
            return
        dialog = BothKeptDialog(self, here=partial(self._go_on, resumed), there=partial(self._lay_aside, opened))
        dialog.rejected.connect(partial(self.go.emit, "worklist", None))
        dialog.open()

    def _go_on(self, resumed: Work) -> None:
        self._on_opened(resumed)
        self._save()

    def _lay_aside(self, opened: Work) -> None:
        def done(_nothing: object) -> None:
            self._on_opened(replace(opened, aside=None))

        self.desk.jobs.query(self, partial(offline.lay_aside, opened.drawer, opened.aside), done, self.show_error)

    def hideEvent(self, event: QHideEvent) -> None:
        self.viewports.pause()
        super().hideEvent(event)

    def _plays(self) -> bool:
        return self.viewports.playing

    def _on_other_clips(self) -> None:
        self._time.turn()
        self.clips.look()

    # -- note and signature ------------------------------------------------------------------------------------------------------

    def _wait_with_note(self) -> None:
        """Words are being typed: they are kept when the hands rest, or when the field is left."""
        self.saved.emit("Not saved yet")
        self._note_pause.start()

    def _on_note_left(self) -> None:
        if self._note_pause.isActive():
            self._save()
        self.setFocus()

    def _on_signed(self, signed: Signed) -> None:
        self._signed = True
        self._saver.forget()
        self.saved.emit(f"Signed {clock_time(signed.at, self.desk.lab.clock)}")
        self._show_signed()
        self.setFocus()
