"""One exam beside the matrix: facts the charter asks of the subject, and what was not imaged."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from corelab.domain.charter.model_subject import Attribute
from corelab.ui.buttons import Button, command_button
from corelab.ui.cards import Card
from corelab.ui.fields import field
from corelab.ui.parts import text_label, tint
from corelab.ui.theme import Colour, Size, Weight


class ExamCard(Card):
    """What one exam still needs, with the means to give it.

    Signals:
        fact_set: carries the attribute and its value.
        close_requested: every missing segment is to be closed as not imaged.
        facts_requested: the facts of the subject's segments are to be entered.
    """

    fact_set = Signal(str, str)
    close_requested = Signal()
    facts_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG)
        self._second = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self._facts: dict[str, QComboBox] = {}
        self.close_missing = Button("Close missing as not imaged", writes=True)
        self.close_missing.clicked.connect(self.close_requested)
        self.segments = command_button("facts", "Facts of segments")
        self.segments.clicked.connect(self.facts_requested)
        self.segments.hide()
        for widget in (self._title, self._second, self.segments, self.close_missing):
            self.lines.addWidget(widget)
        self.hide()

    def ask_for(self, attributes: Sequence[Attribute]) -> None:
        """One box of choices per fact of the subject; made once."""
        for each in attributes if not self._facts else ():
            box = QComboBox()
            box.addItem("not known yet", "")
            for value in each.values:
                box.addItem(str(value), str(value))
            box.activated.connect(self._on_activated)
            self._facts[each.id] = box
            self.lines.insertWidget(self.lines.count() - 2, field(each.label, box))

    def ask_for_segments(self, missing: int) -> None:
        """``missing``: how many facts of segments are not known yet."""
        self.segments.setText(f"Facts of segments: {missing} missing" if missing else "Facts of segments")
        self.segments.show()

    def show_exam(self, title: str, needs: str, facts: Mapping[str, str], missing: int) -> None:
        self._title.setText(title)
        self._second.setText(needs)
        tint(self._second, Colour.ATTENTION if missing else Colour.SECOND)
        for attribute, box in self._facts.items():
            box.setCurrentIndex(max(0, box.findData(facts.get(attribute, ""))))
        self.close_missing.setEnabled(missing > 0)
        self.show()

    def box(self, attribute: str) -> QComboBox:
        return self._facts[attribute]

    def _on_activated(self) -> None:
        box = self.sender()
        attribute = next((each for each, known in self._facts.items() if known is box), None)
        if attribute is not None and self._facts[attribute].currentData():
            self.fact_set.emit(attribute, self._facts[attribute].currentData())
