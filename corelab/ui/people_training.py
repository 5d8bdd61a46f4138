"""Certification on the people page: the chosen person's verdicts, the ways to a new one, and the calibration set behind them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from corelab.domain.accounts import Person, Role
from corelab.domain.certification import Verdict
from corelab.services import agreed_exams, calibration, certification
from corelab.services.calibration import CalibrationSet
from corelab.services.certification import Certificate
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card, Working
from corelab.ui.certification_words import figure_lines, progress_words, short_words
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.parts import text_label
from corelab.ui.people_forms import FORM_WIDTH
from corelab.ui.people_known import Everybody
from corelab.ui.theme import Colour, Size, Weight

_CERTIFY = (
    "The calibration readings of this person and the truth of the set are opened with your custody key; that is on record. "
    "The verdict follows the charter."
)
_ELSEWHERE = "The person read a calibration set in another lab under this charter. Where is its record found?"


class CertificationCard(Card):
    """One person's. Signals: ``changed``: there is a new verdict. ``failed``: an error."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, *, acts: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._person: Person | None = None
        self._certificates: tuple[Certificate, ...] = ()
        self.titled("Certification")
        self.setFixedWidth(FORM_WIDTH)
        self._told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self._told)
        self.certify, self.elsewhere = Button("Certify", writes=True), Button("Certified elsewhere", writes=True)
        self.figures = Button("Show figures", writes=True)
        for button, pressed in ((self.certify, self._on_certify), (self.elsewhere, self._on_elsewhere), (self.figures, self._on_figures)):
            button.clicked.connect(pressed)
            if acts:
                self.lines.addWidget(button)
        self.hide()

    def show_person(self, person: Person, known: Everybody) -> None:
        """Nothing for a charter that asks for no calibration set, nor for people who do not read."""
        asked = known.charter is not None and known.charter.certification.calibration_exams > 0
        self.setVisible(asked and Role.READER in person.roles)
        self._person = person
        self._certificates = tuple(one for one in known.certificates if one.account == person.account)
        self._told.setText("\n".join(short_words(one) for one in self._certificates) or "Not certified for any charter.")
        untrained = "" if person.account in known.trained else "Record the training for the charter in force first."
        self.certify.allow(untrained)
        self.elsewhere.allow(untrained)
        self.figures.allow("" if self._certificates else "There is no verdict yet.")

    def _work(self, work: Callable[[], Certificate]) -> None:
        self._desk.jobs.query(self, work, self._on_done, self.failed.emit)

    def _on_done(self, one: Certificate) -> None:
        self.changed.emit()
        if self._person is not None:
            FiguresDialog(self, self._person.printed_name, one).open()

    def _on_certify(self) -> None:
        if self._person is not None:
            work = partial(certification.certify, self._desk.lab, self._desk.session, self._person.account)
            title = f"Certify {self._person.printed_name}?"
            dialogs.confirm(self, title, _CERTIFY, do="Certify", agreed=partial(self._work, work))

    def _on_elsewhere(self) -> None:
        if self._person is not None:
            title = f"Certified elsewhere: {self._person.printed_name}?"
            dialogs.ask_reason(self, title, _ELSEWHERE, do="Record", given=partial(self._record_elsewhere, self._person))

    def _record_elsewhere(self, person: Person, _code: str, words: str) -> None:
        self._work(partial(certification.certify_elsewhere, self._desk.lab, self._desk.session, person.account, words))

    def _on_figures(self) -> None:
        if self._certificates:
            last = self._certificates[-1].id
            self._work_figures(partial(certification.figures, self._desk.lab, self._desk.session, last))

    def _work_figures(self, work: Callable[[], Certificate]) -> None:
        self._desk.jobs.query(self, work, self._on_figures_known, self.failed.emit)

    def _on_figures_known(self, one: Certificate) -> None:
        if self._person is not None:
            FiguresDialog(self, self._person.printed_name, one).open()


class FiguresDialog(Dialog):
    """One verdict with what it rests on."""

    def __init__(self, parent: QWidget, name: str, one: Certificate) -> None:
        verdict = "certified" if one.verdict is Verdict.CERTIFIED else "not certified"
        super().__init__(parent, f"{name} is {verdict} for charter {one.version}", width=560)
        if one.elsewhere:
            self.add_words(f"Gained elsewhere: {one.elsewhere}")
        for line in figure_lines(one.figures):
            self.add_words(line)
        if one.verdict is not Verdict.CERTIFIED:
            self.add_words("Train the person again, have the set read again, then certify once more.", strong=True)
        self.add_button("Close", self.accept, primary=True, cap="Esc")


class SetCard(Card):
    """The calibration set of the lab. Signals: ``changed``: exams were made. ``failed``: an error."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.titled("Calibration set", "Exams with known truth; every reader reads them before those of the trial.")
        self.setFixedWidth(FORM_WIDTH)
        self._told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.working = Working()
        self.make, self.add = Button("Make the set", writes=True), Button("Add an exam with agreed truth", writes=True)
        self.make.clicked.connect(self._on_make)
        self.add.clicked.connect(self._on_add)
        for widget in (self._told, self.working, self.make, self.add):
            self.lines.addWidget(widget)
        self._shown: CalibrationSet | None = None
        self.hide()

    def show_set(self, made: CalibrationSet | None) -> None:
        self._shown = made
        self.setVisible(made is not None and (made.wanted > 0 or made.made > 0))
        if made is not None:
            self._told.setText(progress_words(made))
            self.make.allow("" if made.to_draw > 0 else "Every exam that the charter asks for and that phantoms can show is made.")

    def _on_make(self) -> None:
        words = "Phantoms are drawn and taken in like a site's files; what is true of them is sealed. It takes some minutes."
        dialogs.confirm(self, "Make the calibration set?", words, do="Make the set", agreed=self._begin)

    def _begin(self) -> None:
        show = self._desk.jobs.relay(self, self.working.tell)
        self._work("Making the set...", partial(calibration.make, self._desk.lab, self._desk.session, progress=show))

    def _on_add(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "An exam with agreed truth; its clips lie beside this file", "", "Exam (*.json)")
        if file:
            self._work("Taking the clips in...", partial(agreed_exams.add, self._desk.lab, self._desk.session, Path(file)))

    def _work(self, words: str, work: Callable[[], CalibrationSet]) -> None:
        self.make.allow("The set is being made.")
        self.add.allow("The set is being made.")
        self.working.begin(words, can_stop=False)
        self._desk.jobs.query(self, work, self._on_made, self._on_failed)

    def _on_made(self, made: CalibrationSet) -> None:
        self.working.end()
        self.add.allow("")
        self.show_set(made)
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        self.add.allow("")
        self.show_set(self._shown)
        self.failed.emit(error)
