"""The adjudication page: one dispute at a time, both readers' frames side by side, three equal choices, one signature."""

from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.domain.adjudication import DecisionFault
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

    def _on_sign(self) -> None:
        if self._signed:
            self.go.emit("worklist", "next")
            return
        if self._deciding is None or self._assignment is None:
            return
        self.viewports.pause()
        self._save()
        draft = self._deciding.draft
        lab, session, of, played = self.desk.lab, self.desk.session, self._assignment, self.clips.log.played
        sign = self._saver.signing(partial(adjudication.sign, lab, session, of, draft, submit=self._submit, played=played))
        check = partial(draft.faults_among, self.clips.exam.clips)
        self._signing.begin(f"adjudication {self._pseudonym}", check, partial(fault_words, draft), sign)

    def _on_fault(self, fault: DecisionFault) -> None:
        if self._deciding is None:
            return
        if fault.cell is None:
            self.rail.note.setFocus()
        else:
            self._change(self._deciding.at_cell(fault.cell))
