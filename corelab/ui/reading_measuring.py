"""The reading page with measurements: those that no question asked for are kept in the reading, those of answers change their answer."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from corelab.domain.clip import Clip
from corelab.domain.measurement import Measurement
from corelab.domain.vocabulary import Cell
from corelab.ui.caliper import Caliper, Shape
from corelab.ui.capture import caliper_words, captured, drawn_again
from corelab.ui.cine import Stopwatch
from corelab.ui.commands import key_of
from corelab.ui.desk import Desk
from corelab.ui.entry import EntryRefusedError
from corelab.ui.measure_desk import MeasureDesk
from corelab.ui.measuring import Shown
from corelab.ui.reading_hands import ReadingHands
from corelab.ui.segment_words import answer_words
from corelab.ui.viewport import Viewport


@dataclass(frozen=True, slots=True)
class OfAnswer:
    """The key of a caliper that answers a question: its cell, and its place in the evidence there."""

    cell: Cell
    place: int


class MeasuringHands(ReadingHands):
    """Keys and mouse on what is measured."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._measures_at = MeasureDesk(self, self.viewports, self)
        self._moved_last: OfAnswer | None = None

    # -- what the desk asks of the page ------------------------------------------------------------------------------------------

    @property
    def measured(self) -> tuple[Measurement, ...]:
        return self._grading.reading.measurements if self._grading is not None else ()

    def may_measure(self) -> bool:
        return self._may_change() is not None

    def keep_measured(self, measurements: tuple[Measurement, ...], words: str, *, again: bool) -> None:
        if self._grading is None:
            return
        after = self._grading.measuring(measurements, again=again)
        self._moved_last = None
        if not again:
            self._change(after, words)
            return
        self._grading = after
        self._show()
        self.form.say(words)
        self._wait_with_note()  # a key that is held moves a point many times: it is kept when the hand rests

    def keep(self, found: Measurement) -> str:
        """One more that no question asked for; why not, in words, or nothing."""
        return self._measures_at.keep(found)

    def others_shown(self, viewport: Viewport, clip: Clip) -> tuple[Shown, ...]:  # noqa: ARG002 - the same in every viewport
        """The calipers of the selected answer, with its value."""
        grading = self._grading
        answer = grading.reading.answers.get(grading.cell) if grading is not None and grading.cell is not None else None
        if grading is None or answer is None:
            return ()
        label, own = grading.reading.form.item(answer.cell.item).label, []
        for place, one in enumerate(answer.evidence):
            drawn = drawn_again(one) if one.clip == clip.sha256 else None
            if drawn is not None and one.caliper is not None:
                key = None if self._signed else OfAnswer(answer.cell, place)
                own.append(Shown(one.frame_a, (drawn,), f"{label}: {caliper_words(one.caliper)}", key))
        return tuple(own)

    def move_other(self, key: object, clip: Clip, shape: Shape) -> str:
        grading = self._grading
        if grading is None or not isinstance(key, OfAnswer) or not isinstance(shape, Caliper):
            return ""
        try:
            evidence = captured(grading.reading.form.item(key.cell.item), clip, shape)
        except EntryRefusedError as error:
            return error.words
        again, self._moved_last = key == self._moved_last, key
        after = grading.remeasured(key.cell, key.place, evidence, again=again)
        self._change(after, f"{answer_words(after.reading, key.cell)} - {key_of('undo')}")
        return ""

    # -- showing, and keys that mean something else while measuring --------------------------------------------------------------

    def _show_clips(self) -> None:
        super()._show_clips()
        self._measures_at.show(fixed=self._signed)

    def _on_clear(self) -> None:
        if not self._measures_at.delete():
            super()._on_clear()

    def _on_accept(self) -> None:
        if not self._measures_at.close():
            super()._on_accept()
