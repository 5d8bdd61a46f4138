"""Every fact the charter wants of a subject and of its segments, entered in one go by digits and kept in one step."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.completeness import Fact, facts_of
from corelab.domain.reasons import SHORTEST_REASON
from corelab.ui.cards import scrolled
from corelab.ui.dialog import Dialog
from corelab.ui.fact_grid import FactGrid, FactLine
from corelab.ui.fields import field
from corelab.ui.parts import key_hint, text_label
from corelab.ui.theme import Colour, Size, Weight

_WIDTH, _MOST, _LEAST = 880, 440, 128
_AROUND = 340
"""What stands above and below the lines, and the frame of the window: on a low screen the lines give way and scroll."""


class FactsDialog(Dialog):
    """Asks for a reason where readers have an exam of the subject already.

    Signals:
        given: carries the facts that were changed, and the reason.
    """

    given = Signal(object, str)

    def __init__(self, parent: QWidget, subject: str, charter: Charter, known: Attributes, *, with_reason: bool) -> None:
        super().__init__(parent, f"Facts of {subject}", width=_WIDTH)
        lines = fact_lines(charter)
        self.grid = FactGrid(lines, known_facts(known))
        self.grid.given.connect(self._on_given)
        labels = dict.fromkeys(each.label for each in charter.attributes if each.per == "segment")
        if labels:
            self.add_words(", ".join(labels))
        self._area = scrolled(self.grid)
        room = max(_LEAST, self.screen().availableGeometry().height() - _AROUND)
        self._area.setFixedHeight(min(self.grid.sizeHint().height() + 4, _MOST, room))
        self.grid.moved.connect(self._on_moved)
        self.lines.addWidget(self._area)
        most = max((len(line.values) for line in lines), default=1)
        self.lines.addWidget(key_hint("gives the value and goes on", tuple(str(digit) for digit in range(1, most + 1))))
        self.lines.addWidget(key_hint("gives all of the kind that are still unknown the value of this line", ("F",)))
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self.told)
        self.reason = QLineEdit()
        self.reason.setVisible(with_reason)
        self._with_reason = with_reason
        if with_reason:
            self.lines.addWidget(field("Readers have an exam of this subject: why is it changed?", self.reason))
            self.reason.textChanged.connect(self._on_given)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.keep = self.add_button("Keep", self._on_keep, primary=True, cap="Enter")
        self.grid.setFocus()
        self._on_given()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.keep.isEnabled():
                self._on_keep()
        else:
            super().keyPressEvent(event)

    def _on_moved(self, middle: int) -> None:
        self._area.ensureVisible(0, middle, 0, 32)

    def _on_given(self) -> None:
        unknown, changed = self.grid.unknown, self.grid.changed
        missing = f"{unknown} missing: the exams of this subject go to no reader before." if unknown else "All that is required is known."
        self.told.setText(missing)
        said = sum(each.isalnum() for each in self.reason.text()) >= SHORTEST_REASON
        self.keep.setEnabled(bool(changed) and (said or not self._with_reason))

    def _on_keep(self) -> None:
        self.given.emit(self.grid.changed, self.reason.text().strip())
        self.accept()


def known_facts(known: Attributes) -> Mapping[Fact, str]:
    whole = {Fact(attribute): value for attribute, value in known.subject.items()}
    return {**whole, **{Fact(attribute, segment): value for (attribute, segment), value in known.segments.items()}}


def fact_lines(charter: Charter) -> tuple[FactLine, ...]:
    """In the order of the form. A charter with one attribute per segment says the segment only."""
    of = {each.id: each for each in charter.attributes}
    names = {segment.id: segment.name for segment in charter.segments}
    several = sum(each.per == "segment" for each in charter.attributes) > 1
    asked = tuple((fact, of[fact.attribute]) for fact in facts_of(charter))
    return tuple(FactLine(fact, _words(fact, each.label, names, several=several), each.values, each.required) for fact, each in asked)


def _words(fact: Fact, label: str, names: Mapping[str, str], *, several: bool) -> str:
    if fact.segment is None:
        return label
    base, _, side = fact.segment.partition(".")
    place = f"{side} {names[base]}".strip()
    return f"{place}: {label}" if several else place
