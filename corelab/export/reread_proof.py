"""Rows of evidence and measurements back to what they were made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from corelab.domain.measurement import Measurement, Point, Quantity, Spacing
from corelab.domain.vocabulary import Binding, Caliper, Evidence, Sha256
from corelab.export.writers import Row

_Place = tuple[str, str, str, str]


class Proof:
    """The evidence and the measurements of a package by record and answer.

    A package of before these tables tells the first piece of evidence of an answer only, in its readings.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._told = "evidence" in rows
        self._evidence = _by_place(rows.get("evidence", ()), "EVSEQ")
        self._measured = _by_place(rows.get("measurements", ()), "MSEQ")

    def evidence(self, row: Row) -> tuple[Evidence, ...]:
        """What the answer of this row of readings.csv rests on. Raises ValueError."""
        if not self._told:
            return _first_piece(row)
        calipers = iter(self._measured.get(_place(row), ()))
        return tuple(_piece(one, calipers) for one in self._evidence.get(_place(row), ()))

    def measurements(self, record: str) -> tuple[Measurement, ...]:
        """What no question asked for. Raises ValueError."""
        return tuple(map(measurement_of, self._measured.get((record, "", "", ""), ())))


def _by_place(rows: Iterable[Row], number: str) -> Mapping[_Place, list[Row]]:
    found: dict[_Place, list[Row]] = {}
    for row in sorted(rows, key=lambda row: int(row[number])):
        found.setdefault(_place(row), []).append(row)
    return found


def _place(row: Row) -> _Place:
    return row["RECID"], row["SIDE"], row["SEGCD"], row["TESTCD"]


def _piece(row: Row, calipers: Iterator[Row]) -> Evidence:
    bound = Binding(row["BOUND"])
    drawn = next(calipers, None) if bound is Binding.CALIPER else None
    second = int(row["FRAMEB"]) - 1 if row["FRAMEB"] else None
    caliper = None if drawn is None else _caliper(drawn)
    return Evidence(Sha256(row["CLIPID"]), int(row["FRAMEA"]) - 1, second, bound, caliper, row["METHOD"] or None)


def _first_piece(row: Row) -> tuple[Evidence, ...]:
    if not row["CLIPID"]:
        return ()
    second = int(row["FRAMEB"]) - 1 if row["FRAMEB"] else None
    return (Evidence(Sha256(row["CLIPID"]), int(row["FRAMEA"]) - 1, second),)


def _caliper(row: Row) -> Caliper:
    return Caliper(points_of(row["POINTS"]), int(row["REGION"]) - 1, row["MVAL"], row["UNIT"], _spacing(row))


def measurement_of(row: Row) -> Measurement:
    """Raises ValueError."""
    region = int(row["REGION"]) - 1 if row["REGION"] else None
    points, quantity = points_of(row["POINTS"]), Quantity(row["QUANTITY"])
    return Measurement(Sha256(row["CLIPID"]), int(row["FRAME"]) - 1, quantity, points, region, _spacing(row), row["MVAL"], row["UNIT"])


def _spacing(row: Row) -> Spacing | None:
    return (row["SPACEX"], row["SPACEY"]) if row["SPACEX"] else None


def points_of(text: str) -> tuple[Point, ...]:
    """``(12.50 3.00) (12.50 80.00)`` back to hundredths of a pixel. Raises ValueError."""
    pairs = (pair.split(" ") for pair in text.removeprefix("(").removesuffix(")").split(") ("))
    return tuple((_hundredths(x), _hundredths(y)) for x, y in pairs)


def _hundredths(pixels: str) -> int:
    whole, _, part = pixels.partition(".")
    if len(part) != 2:
        raise ValueError(pixels)
    return int(whole + part)
