"""The pictures of a clip under check: as delivered, as it would be released, and what any frame shows over time."""

from dataclasses import dataclass

import numpy as np

from corelab.domain.accounts import Command
from corelab.domain.intake import Box
from corelab.domain.vocabulary import ClipId
from corelab.imaging.child import extreme_pictures, picture
from corelab.imaging.frame_cache import Frame, frame_of
from corelab.imaging.frames import Pixels
from corelab.imaging.sheet import contact_sheet as drawn_sheet
from corelab.imaging.sheet import covered
from corelab.services.accounts import Session, permit
from corelab.services.intake.checks import Check, check_of
from corelab.services.labs import OpenLab


@dataclass(frozen=True, slots=True)
class CheckPictures:
    """Gives frames when they are asked for; numbers from 0 are those of the clip as it would be released."""

    clip: ClipId
    frames: int
    flagged: tuple[int, ...]
    hits: tuple[Box, ...]
    _check: Check
    _lab: OpenLab

    def original(self, index: int) -> Frame:
        """As the site sent it."""
        return frame_of(index, self._decoded(self._source_index(index)))

    def masked(self, index: int) -> Frame:
        """As it would be released; while no mask is decided, as the site sent it without the boxes drawn so far."""
        if self._check.found.candidate:
            return frame_of(index, picture(self._check.place(self._lab).candidate(self._check.found.candidate), index))
        facts = self._check.facts
        return frame_of(index, covered(self._decoded(self._source_index(index)), facts.kept, facts.blackened))

    def maximum(self) -> Frame:
        """The brightest value of each pixel over all frames of the original: text of any frame shows."""
        return frame_of(0, self._extremes()[1])

    def minimum(self) -> Frame:
        """The darkest value of each pixel over all frames: what stands still shows."""
        return frame_of(0, self._extremes()[0])

    def over_time(self) -> tuple[Frame, Frame]:
        """Maximum and minimum, for which all frames are decoded once."""
        low, high = self._extremes()
        return frame_of(0, high), frame_of(0, low)

    def sheet(self) -> bytes:
        """Original, masked, maximum and minimum of the first flagged frame, and the other flagged frames, as PNG."""
        first = self.flagged[0] if self.flagged else 0
        low, high = self._extremes()
        tiles = [self._decoded(self._source_index(first)), _pixels(self.masked(first)), high, low]
        return drawn_sheet(tiles, [self._decoded(self._source_index(frame)) for frame in self.flagged[1:13]])

    def _source_index(self, index: int) -> int:
        """The frame's number in the source, where damaged frames were left out."""
        whole = [n for n in range(index + len(self._check.facts.left_out) + 1) if n not in self._check.facts.left_out]
        return whole[index] if self._check.found.candidate else index

    def _decoded(self, index: int) -> Pixels:
        return picture(self._check.place(self._lab).source, index)

    def _extremes(self) -> tuple[Pixels, Pixels]:
        return extreme_pictures(self._check.place(self._lab).source)


def _pixels(frame: Frame) -> Pixels:
    return np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 4)


def pictures(lab: OpenLab, session: Session, clip: ClipId) -> CheckPictures:
    """The pictures of a clip that waits. Only coordinators see them: the original may name the patient."""
    permit(session, Command.PIXELS)
    with lab.store.read(session.account) as snapshot:
        check = check_of(snapshot, clip)
    return CheckPictures(clip, check.facts.frames, check.facts.flagged, check.facts.hits, check, lab)


def contact_sheet(lab: OpenLab, session: Session, clip: ClipId) -> bytes:
    """The contact sheet of a clip as PNG. It shows what the site sent."""
    return pictures(lab, session, clip).sheet()
