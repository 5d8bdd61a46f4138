"""The workstations of a lab in a list: which are enrolled, whose display was checked; an administrator takes one in or out."""

from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.services import access, workstations
from corelab.services.workstations import DisplaySeen, Machine
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import ask_reason, show_error
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Mark, Rows, Shown, shown
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.times import local
from corelab.ui.writing import bar

_COLUMNS = (Column("Workstation"), Column("System", 190), Column("Id", 112), Column("Enrolled", 92), Column("Display", 170))
Known = tuple[tuple[Machine, ...], bool]


class MachinesDialog(Dialog):
    """Which machine is meant is known by its host and the first letters of its id, which the refusal at the machine shows too."""

    def __init__(self, parent: QWidget, desk: Desk, *, administers: bool) -> None:
        super().__init__(parent, "Workstations of this lab", width=840)
        self._desk = desk
        self._machines: tuple[Machine, ...] = ()
        self._rule = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self._rule)
        self.rows = Rows(_COLUMNS, "Workstations")
        self.rows.setFixedHeight(300)
        self.rows.chosen.connect(self._on_chosen)
        self.lines.addWidget(self.rows)
        self.enrol = self.add_button("Enrol", self._on_enrol)
        self.enrol.setVisible(administers)
        self.enrol.writes = True
        bar(self, desk.lab)
        self.add_button("Close", self.accept, primary=True, cap="Esc")
        self._look()

    def _look(self) -> None:
        self._desk.jobs.query(self, partial(_known, self._desk), self._on_looked, self._show_error)

    def _on_looked(self, known: Known) -> None:
        self._machines, only = known
        rule = "People get in at enrolled workstations only." if only else "People get in at any workstation; enrolling is a record only."
        self._rule.setText(f"{rule} An administrator changes that with `corelab access LAB set`.")
        self.rows.show_rows([self._cells(each) for each in self._machines], current=max(self.rows.current, 0))
        self._on_chosen(self.rows.current)
        self.rows.setFocus()

    def _cells(self, machine: Machine) -> tuple[Shown, ...]:
        here = " (this one)" if machine.id == self._desk.lab.workstation else ""
        return (
            Shown(f"{machine.host}{here}", Colour.STRONG, Weight.HEADING),
            shown(machine.os),
            shown(machine.id[:8]),
            Shown("Yes", Colour.TEXT, mark=Mark.TICK) if machine.enrolled else shown(""),
            self._display(machine),
        )

    def _display(self, machine: Machine) -> Shown:
        if machine.display_at is None:
            return shown("Not checked")
        day = f"{local(machine.display_at, self._desk.lab.clock):%Y-%m-%d}"
        if machine.display is DisplaySeen.ALL:
            return shown(f"All steps, {day}")
        return Shown(f"Not all, {day}", Colour.TEXT, mark=Mark.ATTENTION)

    @property
    def _chosen(self) -> Machine | None:
        at = self.rows.current
        return self._machines[at] if 0 <= at < len(self._machines) else None

    def _on_chosen(self, _row: int) -> None:
        machine = self._chosen
        self.enrol.setText("Take out" if machine is not None and machine.enrolled else "Enrol")
        self.enrol.setEnabled(machine is not None and not (machine.enrolled and machine.id == self._desk.lab.workstation))

    def _on_enrol(self) -> None:
        machine = self._chosen
        if machine is not None:
            do = "Take out" if machine.enrolled else "Enrol"
            ask_reason(self, f"{do} {machine.host}?", "It stands in the trail. Why?", do=do, given=partial(self._enrol, machine))

    def _enrol(self, machine: Machine, _code: str, reason: str) -> None:
        desk = self._desk
        work = partial(workstations.enrol, desk.lab, desk.session, machine.id, reason, enrolled=not machine.enrolled)
        desk.jobs.query(self, work, self._on_enrolled, self._show_error)

    def _on_enrolled(self, _answer: object) -> None:
        self._look()

    def _show_error(self, error: Exception) -> None:
        show_error(self, error)


def _known(desk: Desk) -> Known:
    return workstations.machines(desk.lab, desk.session), access.rules(desk.lab, desk.session).enrolled_only
