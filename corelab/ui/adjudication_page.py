"""The adjudication page: one dispute at a time, both readers' frames side by side, three equal choices, one signature."""

from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.domain.adjudication import DecisionFault, Doubt
from corelab.services import adjudication
from corelab.ui.adjudication_pairing import CasePairing
from corelab.ui.case_words import fault_words
from corelab.ui.cine import Stopwatch
from corelab.ui.desk import Desk


class AdjudicationPage(CasePairing):
    """From the first dispute to the signature."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._signing.followed.connect(self._on_fault)
        self._signing.confirmed.connect(self._on_confirmed)

    def _on_sign(self) -> None:
        if self._signed:
            self.go.emit("worklist", "next")
            return
        if self._deciding is None or self._assignment is None:
            return
        self.viewports.pause()
        self._save()
        draft = self._deciding.draft
        lab, session, of, log = self.desk.lab, self.desk.session, self._assignment, self.clips.log
        sign = self._signer(
            partial(adjudication.sign, lab, session, of, draft, submit=self._submit, played=log.played, watched=log.watched),
            self._drafted(of, draft, self._submit),
        )
        clips = self.clips.exam.clips

        def check() -> tuple[DecisionFault | Doubt, ...]:
            """What keeps it from being signed; where nothing does, what wants a reason."""
            return draft.faults_among(clips) or draft.unconfirmed

        self._signing.begin(f"adjudication {self._pseudonym}", check, partial(fault_words, draft), sign)

    def _on_confirmed(self, given: tuple[tuple[Doubt, str], ...]) -> None:
        """Every check has its reason: they are kept, and the way to the signature goes on."""
        deciding = self._may_change()
        if deciding is None:
            return
        for doubt, reason in given:
            deciding = deciding.confirming(doubt.check, doubt.segment, reason)
        self._change(deciding)
        self._on_sign()

    def _on_fault(self, fault: DecisionFault | Doubt) -> None:
        if self._deciding is None:
            return
        if fault.cell is None:
            self.rail.note.setFocus()
        else:
            self._change(self._deciding.at_cell(fault.cell))
