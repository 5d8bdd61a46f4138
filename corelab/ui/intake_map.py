"""The charter's segments as a drop target: a clip dragged onto a vein shows that vein; so does a click for a clip without label."""

from collections import Counter
from collections.abc import Collection, Mapping

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from corelab.domain.charter import Charter
from corelab.domain.completeness import Receipt
from corelab.domain.vocabulary import Missing, SegmentId, Side
from corelab.services.intake import ExamOverview, WaitingClip
from corelab.ui.intake_table import CLIPS
from corelab.ui.intake_words import placed_words
from corelab.ui.vein_map import MapSegment, VeinMap
from corelab.ui.vein_paths import tree_of

_LIMBS = (Side.RIGHT, Side.LEFT)
_DRAWN: Mapping[Receipt, int | Missing] = {
    Receipt.RECEIVED: 0,
    Receipt.NOT_IMAGED: Missing.NOT_IMAGED,
    Receipt.ABSENT: Missing.NOT_APPLICABLE,
}


class ClipMap(VeinMap):
    """Shows which segments have clips; the page says what a drop means.

    Signals:
        dropped: clips were dropped on a vein or its label; carries the segment's id on the map.
    """

    dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName("Veins: drop a clip on the one it shows")
        self.setAcceptDrops(True)
        self._shown: tuple[MapSegment, ...] = ()
        self._at: SegmentId | None = None

    def show_charter(self, charter: Charter, segments: tuple[MapSegment, ...], current: SegmentId | None) -> bool:
        """Whether the charter's segments lie on one of the drawings."""
        tree = tree_of(each.map or each.id for each in charter.segments)
        self.setVisible(tree is not None)
        if tree is not None:
            self.show_tree(tree)
            self._shown, self._at = segments, current
            self.show_segments(segments, current)
        return tree is not None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(CLIPS):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """The vein under the pointer is lit; elsewhere nothing can be dropped."""
        under = self.segment_at(QPointF(event.position()))
        self.show_segments(self._shown, under.id if under else self._at)
        event.setAccepted(under is not None and event.mimeData().hasFormat(CLIPS))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.show_segments(self._shown, self._at)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        under = self.segment_at(QPointF(event.position()))
        self.show_segments(self._shown, self._at)
        if under is not None and event.mimeData().hasFormat(CLIPS):
            event.acceptProposedAction()
            self.dropped.emit(under.id)


def map_segments(charter: Charter, exam: ExamOverview | None, clips: Collection[WaitingClip]) -> tuple[MapSegment, ...]:
    """Every segment of the charter, of both limbs while the one under study is not known. The line is solid where there is a clip.

    The id names the side too (``R:CFV``), as people type it.
    """
    waiting = Counter((each.segment, each.side) for each in clips if each.segment)
    told = {each.segment: each for each in exam.completeness.segments} if exam else {}
    found = []
    for segment in charter.segments:
        for side in _LIMBS if segment.side != "unpaired" else (Side.UNPAIRED,):
            run_time = SegmentId(f"{segment.id}.{side.letter}" if segment.side == "both" else segment.id)
            receipt = told.get(run_time)
            if receipt is not None and receipt.side is not None and receipt.side is not side:
                continue
            count = (receipt.clips if receipt else 0) + waiting[run_time, side]
            place = SegmentId(f"{side.letter}:{segment.id}" if side.letter else segment.id)
            words = f"{placed_words(segment.id, side)}, {segment.name}: {_words(count, receipt.receipt if receipt else None)}"
            grade = 0 if count else _DRAWN.get(receipt.receipt) if receipt else None
            found.append(MapSegment(place, segment.map or segment.id, side, placed_words(segment.id, None), words, grade))
    return tuple(found)


def _words(count: int, receipt: Receipt | None) -> str:
    if count:
        return "1 clip" if count == 1 else f"{count} clips"
    return receipt.value if receipt else "no clip"


def placed_at(place: str) -> tuple[SegmentId, Side | None]:
    """Segment and side of an id on the map."""
    letter, _, code = place.rpartition(":")
    return SegmentId(code), {"R": Side.RIGHT, "L": Side.LEFT}.get(letter)
