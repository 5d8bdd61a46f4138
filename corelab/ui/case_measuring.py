"""The adjudication page with measurements: what A and B measured lies over their own viewports, what the adjudicator measures is kept."""

from PySide6.QtWidgets import QWidget

from corelab.domain.adjudication import Take
from corelab.domain.clip import Clip
from corelab.domain.measurement import Measurement
from corelab.ui.adjudication_hands import AdjudicationHands
from corelab.ui.caliper import Shape
from corelab.ui.cine import Stopwatch
from corelab.ui.desk import Desk
from corelab.ui.measure_desk import MeasureDesk
from corelab.ui.measuring import Shown, shown
from corelab.ui.viewport import Viewport


class MeasuringCase(AdjudicationHands):
    """Keys and mouse on what is measured. A takes a read here, so an area has a key of its own."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._measures_at = MeasureDesk(self, self.viewports, self, area="area_of_case")

    # -- what the desk asks of the page ------------------------------------------------------------------------------------------

    @property
    def measured(self) -> tuple[Measurement, ...]:
        return self._deciding.draft.measurements if self._deciding is not None else ()

    def may_measure(self) -> bool:
        return self._may_change() is not None

    def keep_measured(self, measurements: tuple[Measurement, ...], words: str, *, again: bool) -> None:
        if self._deciding is None:
            return
        after = self._deciding.measuring(measurements, again=again)
        if not again:
            self._change(after, words)
            return
        self._deciding = after
        self._show()
        self.rail.foot.say(words)
        self._wait_with_note()

    def keep(self, found: Measurement) -> str:
        """One more that no question asked for; why not, in words, or nothing."""
        return self._measures_at.keep(found)

    def others_shown(self, viewport: Viewport, clip: Clip) -> tuple[Shown, ...]:
        """What A measured in the first viewport, what B measured, dashed, in the second; in one alone both."""
        deciding = self._deciding
        sides = deciding.draft.case.measured.get(deciding.cell.segment) if deciding is not None else None
        if sides is None:
            return ()
        first, second = self.viewports.all[:2]
        takes = {first: (Take.A,), second: (Take.B,)}.get(viewport, ()) if self.viewports.several else (Take.A, Take.B)
        of = {Take.A: sides[0], Take.B: sides[1]}
        return tuple(
            shown(one, of=f"{take.value}: ", dashed=take is Take.B) for take in takes for one in of[take] if one.clip == clip.sha256
        )

    def move_other(self, key: object, clip: Clip, shape: Shape) -> str:  # noqa: ARG002 - what readers measured stays as it was signed
        return ""

    # -- showing, and keys that mean something else while measuring --------------------------------------------------------------

    def _show_marks(self) -> None:
        super()._show_marks()
        if self._deciding is not None:
            self._measures_at.show(fixed=self._signed)

    def _on_clear(self) -> None:
        if not self._measures_at.delete():
            super()._on_clear()

    def _on_accept(self) -> None:
        if not self._measures_at.close():
            super()._on_accept()
