"""Measurements that no question asked for: from points on a frame of a clip to what is kept, or why nothing is measured."""

from collections.abc import Sequence

from corelab.domain.clip import Clip, RegionKind
from corelab.domain.measurement import MOST_POINTS, UNITS, Measurement, Quantity, exact, value_text
from corelab.imaging.calibration import Area, Length, Point, Refusal, enclosed, hundredths, measure

__all__ = ["Point", "Refusal", "area_of", "line_of", "measured_again", "ratio_of"]


def line_of(clip: Clip, frame: int, p: Point, q: Point, *, quantity: Quantity | None = None) -> Measurement | Refusal:
    """A length; in a spectral strip the duration of a line that runs more across than down, else a difference of velocities.

    ``quantity`` where it is known before: a line that is moved stays what it was.
    """
    found = measure(clip.regions, p, q)
    if isinstance(found, Refusal):
        return found
    wanted = quantity or _quantity(found)
    value = found.shown(wanted)
    if value is None:
        where = "on the image" if wanted is Quantity.LENGTH else "on a spectral strip"
        return Refusal(f"This is measured {where}.", found.pixels)
    if found.points[0] == found.points[1]:
        return Refusal("Both ends lie on one point: nothing is measured.", found.pixels)
    return Measurement(clip.sha256, frame, wanted, found.points, found.region, found.spacing, value, UNITS[wanted])


def area_of(clip: Clip, frame: int, points: Sequence[Point]) -> Measurement | Refusal:
    """What an outline encloses."""
    if len(points) > MOST_POINTS:
        return Refusal(f"An outline has at most {MOST_POINTS} points.", 0.0)
    found = enclosed(clip.regions, points)
    if not isinstance(found, Area):
        return found
    unit = UNITS[Quantity.AREA]
    return Measurement(clip.sha256, frame, Quantity.AREA, found.points, found.region, found.spacing, found.shown, unit)


def ratio_of(clip: Clip, frame: int, points: Sequence[Point]) -> Measurement | Refusal:
    """The second of two lines in percent of the first, on an image that is not calibrated."""
    for p, q in (points[:2], points[2:]):
        found = measure(clip.regions, p, q)
        if not isinstance(found, Refusal):
            return Refusal("This part of the image is calibrated: measure it as a length.", found.pixels)
        if not found.comparable:
            return found
    kept = tuple(map(hundredths, points))
    value = exact(Quantity.RATIO, kept, None)
    if value is None:
        return Refusal("The first line has no length: nothing can be compared with it.", 0.0)
    text = value_text(Quantity.RATIO, value)
    return Measurement(clip.sha256, frame, Quantity.RATIO, kept, None, None, text, UNITS[Quantity.RATIO])


def measured_again(clip: Clip, before: Measurement, points: Sequence[Point]) -> Measurement | Refusal:
    """The same measurement after its points were moved."""
    match before.quantity:
        case Quantity.AREA:
            return area_of(clip, before.frame, points)
        case Quantity.RATIO:
            return ratio_of(clip, before.frame, points)
        case _:
            return line_of(clip, before.frame, *points, quantity=before.quantity)


def _quantity(found: Length) -> Quantity:
    if found.kind is not RegionKind.SPECTRAL:
        return Quantity.LENGTH
    (x0, y0), (x1, y1) = found.points
    return Quantity.DURATION if abs(x1 - x0) >= abs(y1 - y0) else Quantity.VELOCITY
