"""What a reader measured although no question asked for it: kept with where it was drawn, and computed from that alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from corelab.domain.vocabulary import Evidence, Sha256

MOST: Final = 16
"""So many measurements a reading keeps at most: the envelope of every reading has room for them, whether they were made or not."""
MOST_POINTS: Final = 20
"""So many points an outline has at most."""
HUNDREDTHS: Final = 100
"""Points are kept in hundredths of a pixel, counted from the centre of the upper left one."""

Point = tuple[int, int]
Spacing = tuple[str, str]
"""The size of a pixel across and down as decimal text, in the units of the region: cm and cm, or s and cm/s. It may be negative."""


class Quantity(Enum):
    """What a measurement is of. A ratio is the second of two lines in percent of the first, where nothing is calibrated."""

    LENGTH = "length"
    AREA = "area"
    DURATION = "duration"
    VELOCITY = "velocity"
    RATIO = "ratio"


UNITS: Final[Mapping[Quantity, str]] = {
    Quantity.LENGTH: "mm",
    Quantity.AREA: "mm2",
    Quantity.DURATION: "s",
    Quantity.VELOCITY: "cm/s",
    Quantity.RATIO: "percent",
}
_DIGITS: Final[Mapping[Quantity, str]] = {
    Quantity.LENGTH: "0.1",
    Quantity.AREA: "0.1",
    Quantity.DURATION: "0.001",
    Quantity.VELOCITY: "0.1",
    Quantity.RATIO: "0.1",
}
PER_UNIT: Final[Mapping[Quantity, Mapping[str, Decimal]]] = {
    Quantity.LENGTH: {"mm": Decimal(1), "cm": Decimal("0.1"), "um": Decimal(1000)},
    Quantity.AREA: {"mm2": Decimal(1), "cm2": Decimal("0.01")},
    Quantity.DURATION: {"s": Decimal(1), "ms": Decimal(1000)},
    Quantity.VELOCITY: {"cm/s": Decimal(1), "m/s": Decimal("0.01"), "mm/s": Decimal(10)},
    Quantity.RATIO: {"percent": Decimal(1)},
}
"""What one of the quantity's own unit is in each unit that a question may ask for."""
QUANTITIES: Final[Mapping[str, Quantity]] = {"length": Quantity.LENGTH, "time": Quantity.DURATION, "velocity": Quantity.VELOCITY}
"""What a question measures, by the charter's word."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """``points`` as in ``HUNDREDTHS``: the two ends of a line, the corners of an outline, or of a ratio the ends of both lines.

    ``region`` is the number of the calibrated region, from 0; it and ``spacing`` are None for a ratio. ``value`` is decimal text.
    """

    clip: Sha256
    frame: int
    quantity: Quantity
    points: tuple[Point, ...]
    region: int | None
    spacing: Spacing | None
    value: str
    unit: str

    def to_json(self) -> dict[str, Any]:
        return {
            "clip": self.clip,
            "frame": self.frame,
            "points": [list(point) for point in self.points],
            "quantity": self.quantity.value,
            "region": self.region,
            "spacing": None if self.spacing is None else list(self.spacing),
            "unit": self.unit,
            "value": self.value,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Measurement":
        spacing = value["spacing"]
        return cls(
            Sha256(value["clip"]),
            value["frame"],
            Quantity(value["quantity"]),
            tuple((x, y) for x, y in value["points"]),
            value["region"],
            None if spacing is None else (spacing[0], spacing[1]),
            value["value"],
            value["unit"],
        )

    @property
    def follows(self) -> bool:
        """Whether the value is what the points give with the spacing, in the unit and to the digits it stands in."""
        found, factor = exact(self.quantity, self.points, self.spacing), PER_UNIT[self.quantity].get(self.unit)
        digits = len(self.value.partition(".")[2])
        return found is not None and factor is not None and self.value == f"{found * factor:.{digits}f}"


def of_caliper(evidence: Evidence, measure: str) -> Measurement | None:
    """What the caliper of an answer measured, by the charter's word for what its question measures; None where none was drawn."""
    kept, quantity = evidence.caliper, QUANTITIES.get(measure, Quantity.LENGTH)
    if kept is None:
        return None
    return Measurement(evidence.clip, evidence.frame_a, quantity, kept.points, kept.region, kept.spacing, kept.value, kept.unit)


def exact(quantity: Quantity, points: Sequence[Point], spacing: Spacing | None) -> Decimal | None:
    """What these points measure, in the unit of the quantity; None where they cannot: too few, no spacing, a first line of no length."""
    if quantity is Quantity.RATIO:
        return _ratio(points)
    if spacing is None or len(points) < (3 if quantity is Quantity.AREA else 2):
        return None
    across, down = (Decimal(one) / HUNDREDTHS for one in spacing)
    if quantity is Quantity.AREA:
        return _shoelace(points) * abs(across * down) * 100
    dx, dy = (points[1][0] - points[0][0]) * across, (points[1][1] - points[0][1]) * down
    match quantity:
        case Quantity.LENGTH:
            return (dx * dx + dy * dy).sqrt() * 10
        case Quantity.DURATION:
            return abs(dx)
        case Quantity.VELOCITY:
            return abs(dy)


def value_text(quantity: Quantity, value: Decimal) -> str:
    """With the digits of the quantity, the half rounded to even: millimetres and square millimetres to 0.1, seconds to 0.001."""
    return str(value.quantize(Decimal(_DIGITS[quantity])))


def pixels(points: Sequence[Point]) -> Decimal:
    """The length of the line between the first two points."""
    dx, dy = (Decimal(points[1][axis] - points[0][axis]) / HUNDREDTHS for axis in (0, 1))
    return (dx * dx + dy * dy).sqrt()


def crosses_itself(points: Sequence[Point]) -> bool:
    """Whether two edges of an outline that are not neighbours meet: then it has no inside."""
    edges = list(zip(points, (*points[1:], points[0]), strict=True))
    last = len(edges) - 1
    pairs = ((a, b) for n, a in enumerate(edges) for m, b in enumerate(edges) if n + 1 < m and (n, m) != (0, last))
    return any(_meet(*a, *b) for a, b in pairs)


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    turns = (_turn(a, b, c) * _turn(a, b, d), _turn(c, d, a) * _turn(c, d, b))
    return turns[0] <= 0 and turns[1] <= 0 and _overlap(a, b, c, d)


def _turn(a: Point, b: Point, c: Point) -> int:
    """1, 0 or -1: to which side of the line from ``a`` to ``b`` the point ``c`` lies."""
    side = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (side > 0) - (side < 0)


def _overlap(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the boxes around two edges meet: edges in one line cross only then."""
    return all(max(min(a[axis], b[axis]), min(c[axis], d[axis])) <= min(max(a[axis], b[axis]), max(c[axis], d[axis])) for axis in (0, 1))


def _ratio(points: Sequence[Point]) -> Decimal | None:
    if len(points) != 4 or points[0] == points[1]:
        return None
    return pixels(points[2:]) / pixels(points[:2]) * 100


def _shoelace(points: Sequence[Point]) -> Decimal:
    """The area within an outline that does not cross itself, in hundredths of a pixel, squared."""
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    return Decimal(abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs))) / 2
