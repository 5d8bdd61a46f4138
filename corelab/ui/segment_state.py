"""How far a segment is, at a glance: begun and not done, or with a check that asks for a reason."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from corelab.domain.asking import Standing
from corelab.domain.checks import Firing
from corelab.domain.form import Form, Use
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import WHOLE_EXAM, SegmentId


@dataclass(frozen=True, slots=True)
class SegmentState:
    """``open_details``: details that apply and are not answered; ``checks``: soft checks that ask for a reason; ``lacking``: frames."""

    open_details: int = 0
    checks: int = 0
    lacking: bool = False

    @property
    def words(self) -> str:
        """``2 details open, 1 check to confirm``; empty where there is nothing to say."""
        said = (
            f"{self.open_details} detail{'s' if self.open_details > 1 else ''} open" if self.open_details else "",
            "a frame to mark" if self.lacking else "",
            f"{self.checks} check{'s' if self.checks > 1 else ''} to confirm" if self.checks else "",
        )
        return ", ".join(words for words in said if words)


NOTHING_OPEN: Final = SegmentState()


def states_of(reading: Reading, firings: Iterable[Firing], lacking: Collection[SegmentId]) -> Mapping[SegmentId, SegmentState]:
    """The state of every segment of the form."""
    details: dict[SegmentId, int] = {}
    for cell, stands in reading.settled.standing.items():
        if stands is Standing.REQUIRED and cell not in reading.grades and reading.form.questions[cell].use is Use.DETAIL:
            details[cell.segment] = details.get(cell.segment, 0) + 1
    checks = [segment for firing in firings for segment in places_of(reading.form, firing)]
    ids = (segment.id for segment in reading.form.segments)
    return {one: SegmentState(details.get(one, 0), checks.count(one), one in lacking) for one in ids}


def places_of(form: Form, firing: Firing) -> frozenset[SegmentId]:
    """The segments where a check is told: its own, or those at which a check of the exam looks; else the whole exam."""
    if firing.segment != WHOLE_EXAM:
        return frozenset({firing.segment})
    cells = (cell for check in form.checks if check.id == firing.check for cell in check.cells)
    present = {segment.id for segment in form.segments}
    return frozenset({cell.segment for cell in cells} & present) or frozenset({WHOLE_EXAM})
