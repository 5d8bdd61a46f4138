"""Trace: from a row of results to its readings, signatures, clip and frame, with the picture; and from that frame back to its rows."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from corelab.domain.tracing import Resting, Trace
from corelab.services import tracing
from corelab.services.clips import Frame
from corelab.ui.buttons import Look, command_button
from corelab.ui.cards import EmptyState, scrolled
from corelab.ui.clip_view import ClipView
from corelab.ui.desk import Desk
from corelab.ui.key_parts import command_hint
from corelab.ui.page import Page
from corelab.ui.parts import key_hint, text_label
from corelab.ui.rows import Column, Mark, Rows, Shown
from corelab.ui.said import Words
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.trace_cards import Chain
from corelab.ui.trace_words import counted_words, record_grade, role_words
from corelab.ui.words import words_for

T = TypeVar("T")

_CHAIN, _CHAIN_NARROW = 400, 356
_RESTING = 232
_COLUMNS = (Column("Row", 250), Column("Question"), Column("Grade", 190), Column("By", 190))
_HOW = (
    "A row of results.csv is named USUBJID/VISIT/SEGCD/TESTCD, as its columns say; one of readings.csv RECID/SEGCD/TESTCD. "
    "You see the readings it rests on, their signatures and the frame; and from the frame all rows that rest on it."
)
_PLACEHOLDER = "S01/D10/CFV/VNCOMPR"


class TracePage(Page):
    name = "trace"
    title = "Trace"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._turn = 0
        """Counts what was asked: an answer to an earlier question is not shown."""
        self._trace: Trace | None = None
        self._resting: tuple[Resting, ...] = ()
        self.at: tuple[str, int] | None = None
        """Clip and frame (from 0) on screen."""
        self.row = QLineEdit()
        self.row.setPlaceholderText(_PLACEHOLDER)
        self.row.setAccessibleName("Row of results.csv: USUBJID/VISIT/SEGCD/TESTCD")
        self.row.setMinimumHeight(36)
        self.row.returnPressed.connect(self.ask)
        self.show_row = command_button("trace_row", "Show", look=Look.PRIMARY)
        self.show_row.clicked.connect(self.ask)
        self.chain = Chain()
        self.chain.frame_chosen.connect(self.show_frame)
        self.view = ClipView()
        self.status = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT)
        self.others = text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG)
        self.counted = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        self.rows = Rows(_COLUMNS, "Results that rest on this frame", row_height=36)
        self.rows.keep_widths(least=0.6, rest=200)
        self.rows.opened.connect(self._on_row)
        self.empty = EmptyState()
        self._lay_out()
        self.bind("trace_row", self.ask)
        self.bind("filter", self.row.setFocus)
        self.view.enlarged.connect(self.view.one_to_one)
        self._show_nothing()

    def _lay_out(self) -> None:
        self._outer = outer = QVBoxLayout(self)
        outer.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(text_label("Trace", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self.row, 1)
        head.addWidget(self.show_row)
        head.addWidget(command_hint("another row", "filter"))
        outer.addLayout(head)
        self._body = QWidget()
        body = QHBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(16)
        self._left = scrolled(self.chain)
        body.addWidget(self._left)
        body.addLayout(self._picture(), 1)
        outer.addWidget(self._body, 1)
        outer.addWidget(self.empty, 1)

    def _picture(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(12)
        lines.addWidget(self.view, 1)
        lines.addWidget(self.status)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.others)
        foot.addWidget(self.counted)
        foot.addStretch(1)
        foot.addWidget(key_hint("its own chain", ("Enter",)))
        lines.addLayout(foot)
        self.rows.setFixedHeight(_RESTING)
        lines.addWidget(self.rows)
        return lines

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < NARROW_BELOW
        self._outer.setContentsMargins(*((16, 16, 16, 12) if narrow else (32, 24, 32, 20)))
        self._left.setFixedWidth(_CHAIN_NARROW if narrow else _CHAIN)
        super().resizeEvent(event)

    # ------------------------------------------------------------ what is asked

    def opened(self, argument: object = None) -> None:
        """``argument``: a row, or a row with the folder of its package."""
        row, package = argument if isinstance(argument, tuple) else (argument, None)
        if isinstance(row, str):
            self.row.setText(row)
            self._ask(row, package)
        else:
            self.row.setFocus()
            self.row.selectAll()

    def ask(self) -> None:
        """The row that stands in the field."""
        if self.row.text().strip():
            self._ask(self.row.text(), None)

    def _ask(self, row: str, package: Path | None) -> None:
        self._turn += 1
        work = partial(tracing.trace, self.desk.lab, self.desk.session, row, package)
        self._query(work, partial(self._on_trace, self._turn), self._refuse)

    def _query(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        self.desk.jobs.query(self, work, done, failed)

    def _on_trace(self, turn: int, trace: Trace) -> None:
        if turn != self._turn:
            return
        self._trace = trace
        self.row.setText(trace.result.row.text)
        self.empty.hide()
        self._body.show()
        self.chain.show_trace(trace)
        first = trace.first
        if first is not None:
            self.show_frame(first.clip, first.frames[-1])
        else:
            self._show_no_frame("No frame is bound to this grade, nor to any other of this question.")
        self.rows.setFocus()

    def _refuse(self, error: Exception) -> None:
        """What is wrong with the row stands where the chain would."""
        said = words_for(error)
        self._show_nothing(said)

    # ------------------------------------------------------------ the frame

    def show_frame(self, clip: str, frame: int) -> None:
        """One frame of a clip, and all that rests on it. That it was looked at is an event."""
        self.at = (clip, frame)
        self.chain.show_current(clip, frame)
        self._turn += 1
        row = self._trace.result.row.text if self._trace else ""
        work = partial(tracing.picture, self.desk.lab, self.desk.session, clip, frame, row)
        self._query(work, partial(self._on_frame, self._turn), self._on_no_frame)
        work_back = partial(tracing.results_on, self.desk.lab, self.desk.session, clip, frame)
        self._query(work_back, partial(self._on_resting, self._turn), self.show_error)

    def _on_frame(self, turn: int, frame: Frame) -> None:
        if turn == self._turn and self.at is not None:
            self.view.forget_view()
            self.view.show_frame(frame)
            self.status.setText(f"Clip {self.at[0][:12]}\u2026, frame {frame.index + 1}")
            self.view.setAccessibleName(self.status.text())

    def _on_no_frame(self, error: Exception) -> None:
        self.view.show_words(words_for(error).all)
        self.status.setText("")

    def _on_resting(self, turn: int, found: tuple[Resting, ...]) -> None:
        if turn != self._turn:
            return
        self._resting = found
        self.others.setText("What rests on this frame" if found else "No released result rests on this frame")
        self.counted.setText(counted_words(found))
        here = replace(self._trace.result.row, transfer=None) if self._trace else None
        current = next((at for at, one in enumerate(found) if one.result.row == here), 0)
        self.rows.show_rows([_shown(one) for one in found], current=current)

    def _on_row(self, number: int) -> None:
        """Enter on a result that rests on the frame: its own chain."""
        if 0 <= number < len(self._resting):
            self._ask(self._resting[number].result.row.text, None)

    # ------------------------------------------------------------ nothing

    def _show_no_frame(self, words: str) -> None:
        self.at, self._resting = None, ()
        self.view.show_words(words)
        self.status.setText("")
        self.others.setText("")
        self.counted.setText("")
        self.rows.show_rows([])

    def _show_nothing(self, said: Words | None = None) -> None:
        self._trace = None
        self._show_no_frame("")
        self.chain.empty()
        self._body.hide()
        if said is None:
            self.empty.show_words("Type the name of a row.", _HOW)
        else:
            self.empty.show_words(said.happened, said.do)
        self.empty.show()
        self.row.setFocus()


def _shown(one: Resting) -> tuple[Shown, ...]:
    accepted = one.record.accepted
    grade = record_grade(one.result, one.record)
    return (
        Shown(one.result.row.text, Colour.STRONG if accepted else Colour.TEXT, hint=one.result.row.text),
        Shown(one.result.question, Colour.TEXT, hint=one.result.question),
        Shown(
            grade, Colour.STRONG, Weight.VALUE, mark=Mark.TICK if accepted else None, hint="The result is this grade" if accepted else ""
        ),
        Shown(role_words(one.record), Colour.TEXT),
    )
