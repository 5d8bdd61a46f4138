"""The reading page: clips, cine and grades of one exam, from the first moving image to the signature."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.domain.checks import CheckFault, Firing
from corelab.domain.content import Draft
from corelab.domain.reasons import Change
from corelab.services import reading as readings
from corelab.services.reading import Signed
from corelab.ui.after_signing import AfterSigningFlow
from corelab.ui.check_words import fault_words, firing_line
from corelab.ui.cine import Stopwatch
from corelab.ui.desk import Desk
from corelab.ui.reading_pairing import PairingHands
from corelab.ui.segment_state import places_of
from corelab.ui.sign_flow import Revise


class ReadingPage(PairingHands):
    """What a reader does at the end: what is missing, what wants a reason, the password, and two questions after it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._after = AfterSigningFlow(self, desk)
        self._after.done.connect(self._on_next)
        self._signing.followed.connect(self._on_followed)
        self._signing.confirmed.connect(self._on_confirmed)

    def _on_sign(self) -> None:
        if self._signed:
            self._after.begin(self._grading.reading.assignment if self._grading else None)
            return
        reading = self._reading_with_viewing()
        if reading is None:
            return
        self.viewports.pause()
        lab, session, clips = self.desk.lab, self.desk.session, self.clips.exam.clips

        def check() -> tuple[CheckFault | Firing, ...]:
            """What keeps it from being signed; where nothing does, what wants a reason."""
            return readings.faults(lab, session, reading, clips) or readings.to_confirm(lab, session, reading, clips)

        def words_of(found: CheckFault | Firing) -> str:
            return firing_line(reading, found) if isinstance(found, Firing) else fault_words(reading, self.clips.exam, found)

        sign = partial(readings.sign, lab, session, reading, submit=self._submit)
        draft = partial(readings.draft_of, reading, clips, self._submit)
        signing = Revise(partial(self._revising, sign, draft)) if self._given_back else self._signer(sign, draft)
        self._signing.begin(f"reading {self._pseudonym}", check, words_of, signing)

    def _revising(self, sign: Callable[..., Signed], draft: Callable[[], Draft], change: Change) -> Callable[[str], Signed]:
        return self._signer(partial(sign, change=change), draft)

    def _on_signed(self, signed: Signed) -> None:
        super()._on_signed(signed)
        self._after.ask(self._grading.reading.assignment if self._grading else None)

    def _on_next(self) -> None:
        self.go.emit("worklist", "next")

    def _on_confirmed(self, given: tuple[tuple[Firing, str], ...]) -> None:
        """Every check has its reason: they are kept, and the way to the signature goes on."""
        grading = self._may_change()
        if grading is None:
            return
        for firing, reason in given:
            grading = grading.confirming(firing.check, firing.segment, reason)
        self._change(grading)
        self._on_sign()

    def _on_followed(self, found: CheckFault | Firing) -> None:
        clip = self.clips.exam.clip(found.clip) if isinstance(found, CheckFault) and found.clip else None
        if self._grading is None:
            return
        cell = found.cell if isinstance(found, CheckFault) else None
        segment = found.segment if found.segment is not None else clip.segment if clip else None
        if isinstance(found, Firing) and not found.segment:
            segment = min(places_of(self._grading.reading.form, found), default=segment)
        if cell is not None:
            self._go(self._grading.at_cell(cell))
        elif segment is not None and any(one.id == segment for one in self._grading.reading.form.segments):
            self._go(self._grading.at_segment(segment))
        else:
            self.form.note.setFocus()
