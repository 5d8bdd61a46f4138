"""The reading page with the compression pair and the compression curve: what they bind is the reader's own, and only when taken."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from corelab.domain.charter.model_item import NumberItem
from corelab.domain.clip import Clip
from corelab.domain.measurement import Quantity
from corelab.domain.vocabulary import Binding, Evidence
from corelab.ui.caliper import Caliper, Shape
from corelab.ui.capture import captured, drawn_again
from corelab.ui.cine import Stopwatch
from corelab.ui.curve_desk import CurveDesk
from corelab.ui.desk import Desk
from corelab.ui.entry import EntryRefusedError
from corelab.ui.measuring import Shown, shapes_of
from corelab.ui.pair import Diameter, Pair, pair_of
from corelab.ui.pair_desk import OfSide, PairDesk
from corelab.ui.pair_proof import PairShown
from corelab.ui.reading_measuring import MeasuringHands
from corelab.ui.reading_shown import strip_marks
from corelab.ui.segment_words import answer_words, lowered
from corelab.ui.viewport import Viewport


class PairingHands(MeasuringHands):
    """Keys of the pair and of the curve."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self.curves = CurveDesk(self, self.clips, self.strip, self.tell)
        self.pairs = PairDesk(self, self.clips, self.curves, self)
        self.curves.changed.connect(self._show_clips)
        self.form.questions.pair_shown = self._pair_shown
        self.clips.pictures.made.connect(self.form.questions.refresh_pairs)
        self.form.evidence_followed.disconnect(self.clips.show_evidence)
        self.form.evidence_followed.connect(self._on_evidence)

    # -- what the pair asks of the page ------------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        self.form.say(words)

    def pair_marked(self) -> Pair | None:
        """Of the frames kept for the next answer, of the question on screen, of the one answered last, of any of the segment."""
        return next(iter(self._pairs_marked), None)

    @property
    def _pairs_marked(self) -> tuple[Pair, ...]:
        grading = self._grading
        if grading is None:
            return ()
        cells = [cell for cell in (grading.cell, grading.last, *grading.cells) if cell is not None and cell.segment == grading.segment]
        answers = (grading.reading.answers.get(cell) for cell in cells)
        proofs = (*((grading.kept,) if grading.kept else ()), *(one for answer in answers if answer for one in answer.evidence))
        return tuple(pair for one in proofs if (pair := pair_of(one, self.clips.exam)) is not None)

    def pair_taken(self, clip: Clip, frames: tuple[int, int]) -> Pair | None:
        return next((pair for pair in self._pairs_marked if (pair.clip, pair.frames) == (clip, frames)), None)

    def take_pair(self, pair: Pair) -> bool:
        grading = self._may_change()
        if grading is None:
            return False
        evidence = Evidence(pair.clip.sha256, *pair.frames, bound=Binding.MARKED, method=pair.method)
        after = grading.proved(evidence)
        kept = after.reading is grading.reading
        words = "the next answer" if kept else answer_words(after.reading, after.last) if after.last else ""
        self._change(after, f"Frames {pair.rest + 1} and {pair.compressed + 1} taken for {words}")
        return True

    def take_diameter(self, clip: Clip, diameter: Diameter) -> bool:
        grading = self._may_grade()
        if grading is None or grading.item is None:
            return False
        if not self.diameter_asked():
            self.tell("No diameter is asked now; the question on screen is another one.")
            return False
        try:
            evidence = captured(grading.item, clip, diameter.drawn)
        except EntryRefusedError as error:
            self._refuse("", error)
            return False
        self._on_graded(grading, grading.measured(replace(evidence, method=diameter.method)))
        return True

    def diameter_asked(self) -> str:
        item = self._grading.item if self._grading is not None and not self._signed else None
        return lowered(item.label) if isinstance(item, NumberItem) and item.measure == "length" else ""

    def drawn_on(self, clip: Clip) -> tuple[Caliper, ...]:
        if self._grading is None:
            return ()
        kept = (one for one in self._grading.reading.measurements if one.clip == clip.sha256 and one.quantity is Quantity.LENGTH)
        loose = [shape for one in kept for shape in shapes_of(one) if isinstance(shape, Caliper)]
        form, answers = self._grading.reading.form, self._grading.reading.answers.values()
        lengths = (one for one in answers if isinstance(item := form.item(one.cell.item), NumberItem) and item.measure == "length")
        proofs = (evidence for answer in lengths for evidence in answer.evidence if evidence.clip == clip.sha256)
        return (*loose, *(drawn for one in proofs if (drawn := drawn_again(one)) is not None))

    def others_shown(self, viewport: Viewport, clip: Clip) -> tuple[Shown, ...]:
        return (*super().others_shown(viewport, clip), *self.pairs.sides_shown(viewport, fixed=self._signed))

    def move_other(self, key: object, clip: Clip, shape: Shape) -> str:
        if isinstance(key, OfSide) and isinstance(shape, Caliper):
            return self.pairs.dragged(clip, shape)
        return super().move_other(key, clip, shape)

    def _pair_shown(self, evidence: Evidence) -> PairShown | None:
        pair = pair_of(evidence, self.clips.exam)
        return self.pairs.shown(pair) if pair is not None else None

    # -- showing and leaving -----------------------------------------------------------------------------------------------------

    def _show_clips(self) -> None:
        super()._show_clips()
        if self._grading is None:
            return
        self.strip.show_marks(self.curves.marks(self.clips.clip, strip_marks(self._grading, self.clips.clip)))
        self.curves.show()
        self.pairs.show()
        self.form.questions.refresh_pairs()

    def _forget(self) -> None:
        super()._forget()
        self.pairs.forget()
        self.curves.forget()

    def _on_leave(self) -> None:
        if self.viewports.active.view.measuring or not (self.curves.leave() or self.pairs.close()):
            super()._on_leave()

    def _on_evidence(self, evidence: Evidence) -> None:
        """A pair is shown as a pair, a single frame where it is."""
        pair = pair_of(evidence, self.clips.exam)
        if pair is None:
            self.pairs.close()
            self.clips.show_evidence(evidence)
        else:
            self.pairs.open(pair)
