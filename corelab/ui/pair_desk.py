"""The compression pair side by side: both viewports on one clip, at the same scale, with what remains under pressure in words."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject

from corelab.domain.clip import Clip
from corelab.domain.measurement import Measurement
from corelab.ui.caliper import Caliper
from corelab.ui.commands import key_of, with_keys
from corelab.ui.curve_desk import CurveDesk, Keys
from corelab.ui.drawing import Tool
from corelab.ui.exam_desk import ExamDesk
from corelab.ui.measuring import Shown, measured
from corelab.ui.page import Page
from corelab.ui.pair import Diameter, Pair, is_calibrated, measured_on, measured_words, proposed_caliper, residual_percent
from corelab.ui.pair_proof import PairShown
from corelab.ui.pair_stage import PairStage
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Layout

_NO_PAIR: Final = (
    "Mark both frames first: {evidence} without pressure, {evidence_pair} under pressure. Or {curve} follows the vein and proposes them."
)
_NOTHING_PROPOSED: Final = "Nothing is proposed: {curve}, then one click inside the vein, follows it."
_NO_DIAMETER: Final = "There is no caliper on this side yet: {caliper}, then two clicks."
_NOT_OPEN: Final = "The pair is not on screen: {pair} shows it."
_SAME: Final = "Both sides show the same frame. Go to the one under pressure."
SIDES: Final = ("Rest", "Compressed")


class PairUser(Protocol):
    """What the page with the grades knows and does about a pair."""

    def pair_marked(self) -> Pair | None:
        """The pair that proves the grade on screen."""

    def pair_taken(self, clip: Clip, frames: tuple[int, int]) -> Pair | None:
        """These frames as one's own evidence; None where they are none."""

    def take_pair(self, pair: Pair) -> bool:
        """Bind it to the grade on screen; false where that cannot be."""

    def take_diameter(self, clip: Clip, diameter: Diameter) -> bool:
        """It is the answer to the measured question on screen; false where none is asked."""

    def diameter_asked(self) -> str:
        """The name of the measured question on screen; empty where none is asked."""

    def drawn_on(self, clip: Clip) -> tuple[Caliper, ...]:
        """The lengths that were measured on this clip, in the order they were drawn."""

    def keep(self, found: Measurement) -> str:
        """It is kept beside the answers; why not, in words, or nothing."""

    def tell(self, words: str) -> None:
        """Words for a moment."""


@dataclass(frozen=True, slots=True)
class OfSide:
    """The key of a diameter that stands on a side of the pair and answers nothing yet."""

    clip: str
    frame: int


class PairDesk(QObject):
    """Opens and closes it; the viewports stay what they are, so every key of cine, image and caliper works on both sides."""

    def __init__(self, page: Page, clips: ExamDesk, curves: CurveDesk, user: PairUser) -> None:
        super().__init__(page)
        self._clips, self._viewports, self._curves, self._user = clips, clips.viewports, curves, user
        self._pair: Pair | None = None
        self._stage = PairStage(self, clips)
        self._drawn: dict[tuple[str, int], Caliper] = {}
        """Diameters that are kept nowhere else, by clip and frame."""
        for viewport in self._viewports.all:
            viewport.view.measured.connect(partial(self._on_drawn, viewport))
        curves.grew.connect(self.show)
        page.bind("pair", self.toggle)
        page.bind("take_proposal", self._on_take)
        page.bind("take_diameter", self._on_diameter)

    # -- what is there -----------------------------------------------------------------------------------------------------------

    @property
    def pair(self) -> Pair | None:
        """The pair on screen; None while it is closed."""
        return self._pair

    @property
    def on_screen(self) -> Pair | None:
        """The pair as it stands on screen: each side may have been stepped to another frame. It is a method's only while unchanged."""
        if self._pair is None or not self._stage.sides:
            return None
        pair, (rest, under) = self._pair, self._stage.frames
        if pair.whose and (rest, under) == pair.frames:
            return pair
        taken = self._user.pair_taken(pair.clip, (rest, under))
        method = pair.method if (rest, under) == pair.frames else None
        return taken or replace(pair, rest=rest, compressed=under, method=method, taken=False, whose="")

    def diameter(self, frame: int) -> Diameter | None:
        """The caliper on a frame of the pair's clip: the last upright one; else, once it was taken, what its method followed."""
        return self.diameter_of(self.on_screen, frame)

    def diameter_of(self, pair: Pair | None, frame: int) -> Diameter | None:
        """The same of a pair that need not be on screen."""
        if pair is None:
            return None
        drawn = self._drawn.get((pair.clip.sha256, frame))
        drawn = drawn or measured_on(frame, self._user.drawn_on(pair.clip))
        if drawn is not None:
            return Diameter(drawn)
        curve = self._curves.of(pair.clip)
        if not pair.taken or pair.method is None or curve is None or curve.followed is None:
            return None
        proposed = proposed_caliper(curve.frames.get(frame))
        return Diameter(proposed, pair.method) if proposed is not None else None

    def calipers(self, viewport: Viewport) -> tuple[Caliper, ...]:
        """The diameter in force on a side."""
        pair = self.on_screen
        if pair is None or viewport not in self._stage.sides:
            return ()
        found = self.diameter(viewport.player.cine.frame)
        return (found.drawn,) if found is not None else ()

    def sides_shown(self, viewport: Viewport, *, fixed: bool) -> tuple[Shown, ...]:
        """What is drawn on a side and kept nowhere else: a proposed diameter, which can be dragged, or one drawn without calibration."""
        pair = self.on_screen
        if pair is None or viewport not in self._stage.sides:
            return ()
        frame = viewport.player.cine.frame
        found = self.diameter(frame)
        if found is None or (found.method is None and (pair.clip.sha256, frame) not in self._drawn):
            return ()
        drawn = replace(found.drawn, dashed=found.method is not None)
        return (Shown(frame, (drawn,), measured_words(pair.clip, found), None if fixed else OfSide(pair.clip.sha256, frame)),)

    def dragged(self, clip: Clip, drawn: Caliper) -> str:
        """A proposed diameter was moved: from now on it is measured by whoever moved it. Why not, in words, or nothing."""
        found = measured(clip, drawn, Tool.LINE)
        if isinstance(found, Measurement):
            return self._user.keep(found)
        self._keep_drawn(clip, drawn)
        return ""

    def _keep_drawn(self, clip: Clip, drawn: Caliper) -> None:
        """A diameter was drawn on an image that is not calibrated: nothing keeps it but the pair."""
        self._drawn[(clip.sha256, drawn.frame)] = replace(drawn, dashed=False)
        self._clips.changed.emit()

    # -- words -------------------------------------------------------------------------------------------------------------------

    @property
    def found(self) -> tuple[str, Keys]:
        """What the pair on screen says, and the keys that go on from it."""
        pair = self.on_screen
        if pair is None:
            return "", ()
        keys: Keys = (("back", key_of("pair")),)
        if self.diameter(self._viewports.active.player.cine.frame) is not None and (asked := self._user.diameter_asked()):
            keys = ((f"take for {asked}", key_of("take_diameter")), *keys)
        take = key_of("take_proposal")
        if not pair.taken and not pair.whose:
            return f"{self._proposal_words(pair)} {take} takes it as evidence.", (("take as evidence", take), *keys)
        whose = f"Frames of {pair.whose[0].lower()}{pair.whose[1:]}: " if pair.whose else ""
        return f"{whose}{self._words(pair)}", keys

    def _proposal_words(self, pair: Pair) -> str:
        proposal = self._curves.proposal(pair.clip)
        return self._curves.found[0] if proposal is not None and proposal.frames == pair.frames else self._words(pair)

    def _words(self, pair: Pair) -> str:
        sides = [self.diameter(frame) for frame in pair.frames]
        said = [
            f"{word} frame {frame + 1}{f', {measured_words(pair.clip, side)}' if side is not None else ''}"
            for word, frame, side in zip(("rest", "compressed"), pair.frames, sides, strict=True)
        ]
        frames, residual = f"{said[0].capitalize()}; {said[1]}", self._residual(pair, sides)
        return f"{residual}. {frames}." if all(sides) else f"{frames}. {residual}."

    def shown(self, pair: Pair) -> PairShown:
        """The pair as it stands under its grade."""
        sides = [self.diameter_of(pair, frame) for frame in pair.frames]
        captions = [
            f"{word} {measured_words(pair.clip, replace(side, method=None)) if side else ''}".strip()
            for word, side in zip(SIDES, sides, strict=True)
        ]
        pictures = [self._clips.pictures.picture(pair.clip, frame) for frame in pair.frames]
        known = sides[0] is not None and sides[1] is not None
        how = _proposed_words(sides) if known else ""
        return PairShown(
            (pictures[0], pictures[1]),
            (captions[0], captions[1]),
            f"{self._residual(pair, sides)}{how}" if known else with_keys("Residual: a caliper on each, {caliper}"),
            f"frames {pair.rest + 1} and {pair.compressed + 1}",
        )

    def _residual(self, pair: Pair, sides: list[Diameter | None]) -> str:
        if sides[0] is None or sides[1] is None:
            return with_keys("A caliper on each gives the residual: {caliper}")
        found = residual_percent(pair.clip, sides[0], sides[1])
        if found is None:
            return "The caliper at rest has no length"
        percent, calibrated = found
        return f"Residual {percent:.0f} %{'' if calibrated else ' (of pixels: this clip is not calibrated)'}"

    # -- opening and closing -----------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """The pair that is marked; where none is, the one that is proposed; again: back to what was on screen before."""
        if self._pair is not None:
            self.close()
            return
        pair = self._user.pair_marked() or self._curves.proposal(self._clips.clip)
        if pair is None:
            self._user.tell(with_keys(_NO_PAIR))
        else:
            self.open(pair)

    def open(self, pair: Pair) -> None:
        """Side by side; a pair that is on screen already gives way."""
        self._pair = pair
        self._stage.open(pair.clip, pair.frames, self._middle(pair))
        self._clips.changed.emit()

    def _middle(self, pair: Pair) -> tuple[float, float]:
        """Of the vein at rest; where nobody measured or followed it, of the image."""
        curve, side = self._curves.of(pair.clip), self.diameter_of(pair, pair.rest)
        drawn = side.drawn if side is not None else proposed_caliper(curve.frames.get(pair.rest)) if curve is not None else None
        if drawn is None:
            return pair.clip.columns / 2, pair.clip.rows / 2
        return (drawn.start[0] + drawn.end[0]) / 2, (drawn.start[1] + drawn.end[1]) / 2

    def close(self) -> bool:
        """Back to the clips that were on screen; whether there was a pair."""
        if self._pair is None:
            return False
        self._pair = None
        self._stage.close()
        self._clips.changed.emit()
        return True

    def show(self) -> None:
        """What is on screen may have changed: a pair whose clip has gone is no longer shown as one. The strip's words follow."""
        if self._stage.busy:
            return
        if self._pair is not None and not self._stage.stands:
            self._pair = None
            self._stage.drop(layout=self._viewports.layout_shown is Layout.TWO)
        self._serve_sides()
        for viewport, word in zip(self._stage.sides, SIDES, strict=False):
            viewport.tell(word)
        words, keys = self.found if self._pair is not None else self._curves.found
        self._curves.tell(words, keys)

    def forget(self) -> None:
        """The exam is left."""
        self._pair = None
        self._drawn.clear()
        self._stage.drop(layout=True)
        self._serve_sides()

    def _serve_sides(self) -> None:
        for viewport in self._viewports.all:
            viewport.measures.serve_pair(on=viewport in self._stage.sides)

    # -- hands -------------------------------------------------------------------------------------------------------------------

    def _on_take(self) -> None:
        """First the proposal comes on screen, so that nobody takes frames unseen; the key again takes what is on screen."""
        pair = self.on_screen
        if pair is None or pair.whose:
            proposal = self._curves.proposal(self._clips.clip)
            if proposal is None:
                self._user.tell(with_keys(_NOTHING_PROPOSED))
            else:
                self.open(proposal)
        elif pair.rest == pair.compressed:
            self._user.tell(_SAME)
        elif self._user.take_pair(pair):
            self._pair = pair
            self._clips.changed.emit()

    def _on_diameter(self) -> None:
        pair = self.on_screen
        if pair is None:
            self._user.tell(with_keys(_NOT_OPEN))
            return
        side = self._viewports.active
        found = self.diameter(side.player.cine.frame)
        if found is None:
            self._user.tell(with_keys(_NO_DIAMETER))
        elif self._user.take_diameter(pair.clip, found) and self._user.diameter_asked():
            self._viewports.activate_next()

    def _on_drawn(self, viewport: Viewport, drawn: Caliper) -> None:
        """A line on a clip that is calibrated is kept by the page; on one that is not, it still serves for the ratio."""
        if self._pair is None or viewport not in self._stage.sides:
            return
        if is_calibrated(self._pair.clip, drawn):
            self._drawn.pop((self._pair.clip.sha256, drawn.frame), None)
        else:
            self._keep_drawn(self._pair.clip, drawn)


def _proposed_words(sides: list[Diameter | None]) -> str:
    """Which of the two diameters nobody drew."""
    proposed = [word for word, side in zip(SIDES, sides, strict=True) if side is not None and side.method]
    if len(proposed) == len(SIDES):
        return " (proposed)"
    return f" ({proposed[0].lower()} proposed)" if proposed else ""
