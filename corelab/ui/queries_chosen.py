"""The chosen query beside the list: its text as the site gets it, everything that was said, and the next steps."""

from PySide6.QtWidgets import QGridLayout, QWidget

from corelab.domain.clock import Clock
from corelab.domain.queries import Query, QueryState, QueryStep, steps_from
from corelab.ui.buttons import Button, Look, command_button
from corelab.ui.cards import Card
from corelab.ui.parts import text_label
from corelab.ui.query_words import REDACTED, message_words
from corelab.ui.theme import Colour, Size, Weight

_NEXT = {
    QueryState.OPEN: "Look at the text, print the letter, and say that it was sent.",
    QueryState.SENT: "The site has it. Type its answer, or remind it when its day is over.",
    QueryState.ANSWERED: "Close it where the answer settles it; else send it back and say what is still missing.",
    QueryState.CLOSED: "Closed; it stays on record.",
    QueryState.CANCELLED: "Cancelled; it stays on record.",
}
_SEND_WORDS = {QueryState.SENT: "Remind", QueryState.ANSWERED: "Send back"}
_SENDING = frozenset({QueryStep.SENT, QueryStep.REMINDED, QueryStep.RETURNED})


class ChosenQuery(Card):
    """One query and what can be done with it. The buttons are the page's commands."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._title = text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG, wrap=True)
        self._second = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.text = text_label("", Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True)
        self.said = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.next = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.send = command_button("query_send", "Send", look=Look.PRIMARY)
        self.answer = command_button("query_answer", "Answer")
        self.close_ = command_button("query_close", "Close")
        self.cancel = command_button("query_cancel", "Cancel")
        self.exclude = command_button("query_exclude", "Exclude")
        self.give = command_button("query_give", "Give")
        for widget in (self._title, self._second, self.text, self.said, self.next):
            self.lines.addWidget(widget)
        self.lines.addLayout(self._buttons())
        self.lines.addStretch(1)

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        for at, button in enumerate(self.buttons):
            button.writes = True
            grid.addWidget(button, at // 2, at % 2)
        grid.setColumnStretch(2, 1)
        return grid

    @property
    def buttons(self) -> tuple[Button, ...]:
        return (self.send, self.answer, self.close_, self.cancel, self.exclude, self.give)

    def show_query(self, one: Query | None, *, writes: bool) -> None:
        """``writes``: this person may do steps; else it is only read."""
        self.setVisible(one is not None)
        if one is None:
            return
        text = (one.text if one.text is not None else REDACTED).splitlines() or [""]
        self._title.setText(f"{one.name}: {text[0]}")
        kept = f" Excluded from what blocks a package: {one.excluded}" if one.excluded is not None and one.state.pending else ""
        late = ", overdue" if one.overdue(self._clock.now()) else ""
        until = f" Answer by {one.due:%Y-%m-%d}{late}." if one.due else ""
        self._second.setText(f"Number {one.number} of the lab; {one.owner} sees to it.{until}{kept}")
        self.text.setText("\n".join(text[1:]))
        self.text.setVisible(len(text) > 1)
        self.said.setText("\n".join(message_words(message, self._clock) for message in one.messages))
        self.next.setText(_NEXT[one.state])
        self._allow(one, writes=writes)

    def _allow(self, one: Query, *, writes: bool) -> None:
        steps = steps_from(one.state) if writes else frozenset[QueryStep]()
        name = _SEND_WORDS.get(one.state, "Send")
        self.send.setText(name)
        self.send.setAccessibleName(name)
        self.exclude.setText("Include" if one.excluded is not None else "Exclude")
        self.exclude.setAccessibleName(self.exclude.text())
        for button, possible in (
            (self.send, bool(steps & _SENDING)),
            (self.answer, QueryStep.ANSWERED in steps),
            (self.close_, QueryStep.CLOSED in steps),
            (self.cancel, QueryStep.CANCELLED in steps),
            (self.exclude, QueryStep.EXCLUDED in steps),
            (self.give, QueryStep.GIVEN in steps),
        ):
            button.setEnabled(possible)
            button.setVisible(writes)
            button.updateGeometry()
