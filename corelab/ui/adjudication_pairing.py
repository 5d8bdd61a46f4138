"""The adjudication page with the compression pair of each read, and a compression curve of the adjudicator's own, when asked for."""

from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QWidget

from corelab.domain.adjudication import Take
from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Binding, Evidence
from corelab.ui.caliper import Caliper, Shape
from corelab.ui.capture import captured
from corelab.ui.case_measuring import MeasuringCase
from corelab.ui.case_shown import Drawn, answer_of, case_marks, drawn_of, is_length, lengths_of, lines_of, own_evidence
from corelab.ui.case_words import NO_OWN_GRADE
from corelab.ui.cine import Stopwatch
from corelab.ui.curve_desk import CurveDesk
from corelab.ui.deciding import Deciding
from corelab.ui.desk import Desk
from corelab.ui.entry import EntryRefusedError
from corelab.ui.measuring import Shown, shown
from corelab.ui.pair import Diameter, Pair, pair_of
from corelab.ui.pair_desk import OfSide, PairDesk
from corelab.ui.segment_words import lowered
from corelab.ui.viewport import Viewport

_READ: Final = {Take.A: "Read A", Take.B: "Read B"}


class CasePairing(MeasuringCase):
    """Keys of the pair and of the curve."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self.curves = CurveDesk(self, self.clips, self.strip, self.tell)
        self.pairs = PairDesk(self, self.clips, self.curves, self)
        self.curves.changed.connect(self._show_marks)

    # -- what the pair asks of the page ------------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        self.rail.foot.say(words)

    def pair_marked(self) -> Pair | None:
        """Of the read whose viewport is the active one, of the other read, or of the own grade."""
        if self._deciding is None:
            return None
        first = Take.B if self.viewports.active is self.viewports.all[1] else Take.A
        found = (self._pair_of(take) for take in (first, Take.A, Take.B))
        own = (pair_of(one, self.clips.exam) for one in own_evidence(self._deciding))
        return next((pair for pair in (*found, *own) if pair is not None), None)

    def _pair_of(self, take: Take) -> Pair | None:
        """The pair on which a read rests here; None where reads are hidden, or it marked none."""
        deciding = self._deciding
        answer = answer_of(deciding, take) if deciding is not None and deciding.draft.case.shows_sides else None
        pairs = (pair_of(one, self.clips.exam, _READ[take]) for one in answer.evidence) if answer is not None else ()
        return next((pair for pair in pairs if pair is not None), None)

    def pair_taken(self, clip: Clip, frames: tuple[int, int]) -> Pair | None:
        own = (pair_of(one, self.clips.exam) for one in own_evidence(self._deciding)) if self._deciding is not None else ()
        return next((pair for pair in own if pair is not None and (pair.clip, pair.frames) == (clip, frames)), None)

    def take_pair(self, pair: Pair) -> bool:
        deciding = self._may_change()
        if deciding is None:
            return False
        if not deciding.may_own:
            self.tell(NO_OWN_GRADE)
            return False
        evidence = Evidence(pair.clip.sha256, *pair.frames, bound=Binding.MARKED, method=pair.method)
        self._on_marked(deciding, deciding.proved(evidence), f"Frames {pair.rest + 1} and {pair.compressed + 1}")
        return True

    def take_diameter(self, clip: Clip, diameter: Diameter) -> bool:
        deciding = self._may_change()
        if deciding is None:
            return False
        if not self.diameter_asked():
            self.tell("No diameter is asked now; the question on screen is another one.")
            return False
        try:
            evidence = captured(deciding.item, clip, diameter.drawn)
        except EntryRefusedError as error:
            self._refuse("", error)
            return False
        self._decide(deciding, deciding.measured(replace(evidence, method=diameter.method)))
        return True

    def diameter_asked(self) -> str:
        deciding = self._deciding
        if deciding is None or self._signed or not deciding.measures:
            return ""
        return lowered(deciding.item.label) if is_length(deciding.item) else ""

    def drawn_on(self, clip: Clip) -> tuple[Caliper, ...]:
        """Of the read whose pair is on screen; of the own grades where it is an own pair."""
        deciding, pair = self._deciding, self.pairs.pair
        if deciding is None or pair is None:
            return ()
        return tuple(drawn for of, drawn in _lengths(deciding, pair.whose) if of == clip.sha256)

    def others_shown(self, viewport: Viewport, clip: Clip) -> tuple[Shown, ...]:
        """On both sides of a pair what the read measured whose pair it is; of an own pair its own diameters."""
        pair, deciding = self.pairs.pair, self._deciding
        if pair is None or deciding is None or viewport not in self.viewports.laid:
            return super().others_shown(viewport, clip)
        sides = deciding.draft.case.measured.get(deciding.cell.segment, ((), ()))
        read = sides[0 if pair.whose == _READ[Take.A] else 1] if pair.whose else ()
        theirs = (shown(one, of=f"{pair.whose}: ") for one in read if one.clip == clip.sha256)
        return (*theirs, *self.pairs.sides_shown(viewport, fixed=self._signed))

    def move_other(self, key: object, clip: Clip, shape: Shape) -> str:
        if isinstance(key, OfSide) and isinstance(shape, Caliper):
            return self.pairs.dragged(clip, shape)
        return super().move_other(key, clip, shape)

    # -- showing and leaving -----------------------------------------------------------------------------------------------------

    def _show_marks(self) -> None:
        super()._show_marks()
        if self._deciding is None:
            return
        self.strip.show_marks(self.curves.marks(self.clips.clip, case_marks(self._deciding, self.clips.clip)))
        self.curves.show()
        self.pairs.show()
        if self.pairs.pair is not None:
            for viewport in self.viewports.laid:
                viewport.show_kept(self.pairs.calipers(viewport))

    def _forget(self) -> None:
        super()._forget()
        self.pairs.forget()
        self.curves.forget()

    def _on_leave(self) -> None:
        if self.viewports.active.view.measuring or not (self.curves.leave() or self.pairs.close()):
            super()._on_leave()

    def _go_to(self, take: Take) -> None:
        """While a pair is on screen the same keys go from the pair of one read to that of the other."""
        pair = self._pair_of(take) if self.pairs.pair is not None else None
        if pair is not None:
            self.pairs.open(pair)
        else:
            self.pairs.close()
            super()._go_to(take)


def _lengths(deciding: Deciding, whose: str) -> tuple[Drawn, ...]:
    """The lengths that a read measured in the segment on screen, or the adjudicator."""
    own_lines = lines_of(deciding.draft.measurements)
    if whose:  # where the read measured nothing, what the adjudicator draws on its frames counts
        return (*own_lines, *lengths_of(deciding, next(take for take, name in _READ.items() if name == whose)))
    own = (one for one in deciding.draft.decisions.values() if one.take is Take.OWN and one.cell.segment == deciding.cell.segment)
    form = deciding.draft.case.form
    proofs = (proof for one in own if is_length(form.item(one.cell.item)) for proof in one.evidence)
    return (*own_lines, *drawn_of(proofs))
