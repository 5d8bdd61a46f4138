"""The masks that are kept for machines, in a list: which are applied to clips that come in; one is retired with a reason."""

from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.services import intake
from corelab.services.intake import MaskTemplate
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import ask_reason, show_error
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Mark, Rows, Shown
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.writing import bar

_COLUMNS = (
    Column("Machine"),
    Column("Software", 150),
    Column("Picture", 108),
    Column("Areas", 72),
    Column("Version", 80),
    Column("State", 112),
)
_APPLIED = "Every later clip of the same machine, software and picture size is blackened like this by itself."
_NONE = "No mask is kept for a machine. Keep one from a clip whose mask you decided."


class MasksDialog(Dialog):
    """Those in use come first. A retired one stays listed; clips that are under check keep the mask they have."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, "Masks of machines", width=760)
        self._desk = desk
        self._masks: tuple[MaskTemplate, ...] = ()
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self.told)
        self.rows = Rows(_COLUMNS, "Masks of machines", row_height=40)
        self.rows.setFixedHeight(280)
        self.rows.chosen.connect(self._on_chosen)
        self.lines.addWidget(self.rows)
        self.retire = self.add_button("Retire", self._on_retire)
        self.retire.writes = True
        bar(self, desk.lab)
        self.add_button("Close", self.accept, primary=True, cap="Esc")
        self._look()

    def _look(self) -> None:
        self._desk.jobs.query(self, partial(intake.templates, self._desk.lab, self._desk.session), self._on_looked, self._show_error)

    def _on_looked(self, found: tuple[MaskTemplate, ...]) -> None:
        self._masks = tuple(sorted(found, key=lambda each: not each.active))
        self.told.setText(_APPLIED if found else _NONE)
        self.rows.setVisible(bool(found))
        self.rows.show_rows([_cells(each) for each in self._masks], current=max(self.rows.current, 0))
        self._on_chosen(self.rows.current)
        self.rows.setFocus()

    @property
    def _chosen(self) -> MaskTemplate | None:
        at = self.rows.current
        return self._masks[at] if 0 <= at < len(self._masks) else None

    def _on_chosen(self, _row: int) -> None:
        mask = self._chosen
        self.retire.setEnabled(mask is not None and mask.active)

    def _on_retire(self) -> None:
        mask = self._chosen
        if mask is not None and mask.active:
            words = "It is not applied to later clips any more. Clips that have it keep it. Why?"
            ask_reason(self, f"Retire the mask of {_machine(mask)}?", words, do="Retire", given=partial(self._retire, mask))

    def _retire(self, mask: MaskTemplate, _code: str, reason: str) -> None:
        work = partial(intake.retire_template, self._desk.lab, self._desk.session, mask.id, reason)
        self._desk.jobs.query(self, work, self._on_retired, self._show_error)

    def _on_retired(self, _answer: object) -> None:
        self._look()

    def _show_error(self, error: Exception) -> None:
        show_error(self, error)


def _machine(mask: MaskTemplate) -> str:
    return f"{mask.machine.manufacturer} {mask.machine.model}".strip()


def _cells(mask: MaskTemplate) -> tuple[Shown, ...]:
    ink = Colour.TEXT if mask.active else Colour.SECOND
    return (
        Shown(_machine(mask), Colour.STRONG if mask.active else Colour.SECOND, Weight.HEADING, hint=_machine(mask)),
        Shown(mask.machine.software or "\u2013", ink, hint=mask.machine.software),
        Shown(f"{mask.columns} x {mask.rows}", ink),
        Shown(str(len(mask.boxes)), ink),
        Shown(str(mask.n), ink),
        Shown("In use", ink, mark=Mark.TICK) if mask.active else Shown("Retired", ink),
    )
