"""Where the words of marks stand on the time line, so that none lies over another."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

_BESIDE = 10.0
"""From the middle of a mark to its word."""
_HEIGHT = 18.0


def places(centre: QPointF, width: float, levels: Sequence[float], *, before: bool) -> tuple[QRectF, ...]:
    """Where a word may stand, the best place first: on either side of its mark, at each of the ``levels`` (tops)."""
    sides = (centre.x() + _BESIDE, centre.x() - _BESIDE - width)
    return tuple(QRectF(left, top, width, _HEIGHT) for top in levels for left in (sides[::-1] if before else sides))


def apart(wanted: Sequence[Sequence[QRectF]], left: float, right: float) -> tuple[QRectF | None, ...]:
    """For each word in turn the first of its places that is free, from ``left`` to ``right``; None where it has none."""
    taken: list[QRectF] = []
    found: list[QRectF | None] = []
    for each in wanted:
        free = (box for box in each if box.left() >= left and box.right() <= right and not any(box.intersects(one) for one in taken))
        found.append(next(free, None))
        taken += [box for box in found[-1:] if box is not None]
    return tuple(found)
