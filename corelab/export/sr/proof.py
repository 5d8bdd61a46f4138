"""What an answer rests on, as nodes below it: frames of clips, and where a caliper was drawn on them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from corelab.domain.measurement import HUNDREDTHS, Point, Quantity
from corelab.domain.vocabulary import Binding
from corelab.export.reread_proof import points_of
from corelab.export.sr import elements, nodes
from corelab.export.sr.codes import shipped
from corelab.export.writers import Row

_REFERENCED = 0x00081199
_CLASS, _INSTANCE, _FRAMES = 0x00081150, 0x00081155, 0x00081160


class Clips:
    """The clips that a report refers to, each told where it lies."""

    def __init__(self, known: Mapping[str, Row]) -> None:
        self._known = known
        self._used: dict[str, Row] = {}

    def image(self, relation: str, clip: str, frames: Sequence[str]) -> bytes:
        """A node for these frames of a clip, counted from 1. Raises LookupError or UnfitError."""
        name = shipped("X_PAIR" if len(frames) > 1 else "S_SOURCE")
        return nodes.image(relation, name, self._reference(clip, frames)).whole()

    def _reference(self, clip: str, frames: Sequence[str]) -> bytes:
        row = self._used.setdefault(clip, self._known[clip])
        if any(not 1 <= int(frame) <= int(row["FRAMES"]) for frame in frames):
            raise elements.UnfitError("IS", f"frame {', '.join(frames)} of a clip of {row['FRAMES']}")
        return elements.sequence(_REFERENCED, [elements.item(_instance(row) + _frames(row, frames))])

    def evidence(self) -> bytes:
        """Every clip that was referred to, by study and series (PS3.3, table C.17-2); empty where none was.

        A clip whose study clips.csv does not know is referred to by its own identifier only: none is made up for it.
        """
        studies: dict[str, dict[str, list[Row]]] = {}
        known = (row for row in self._used.values() if row["STDYUID"] and row["SERUID"])
        for row in sorted(known, key=lambda row: (row["STDYUID"], row["SERUID"], row["SOPUID"])):
            studies.setdefault(row["STDYUID"], {}).setdefault(row["SERUID"], []).append(row)
        items = [elements.item(_study(uid, series)) for uid, series in studies.items()]
        return elements.sequence(0x0040A375, items) if items else b""


def _instance(row: Row) -> bytes:
    return instance_of(row["SOPCLASS"], row["SOPUID"])


def _frames(row: Row, frames: Sequence[str]) -> bytes:
    """A still has no numbers: they stand only where not all frames are meant (PS3.3, table 10-3)."""
    return elements.several(_FRAMES, "IS", frames) if row["FRAMES"] != "1" else b""


def _drawn(points: Iterable[Point]) -> list[tuple[float, float]]:
    """Points are counted from the centre of the first pixel, coordinates of a report from its corner.

    One that was drawn beyond the edge stands where it was drawn: the report tells what was signed.
    """
    half = HUNDREDTHS // 2
    return [((x + half) / HUNDREDTHS, (y + half) / HUNDREDTHS) for x, y in points]


def _study(uid: str, series: Mapping[str, Sequence[Row]]) -> bytes:
    return reference(uid, {one: [_instance(row) for row in rows] for one, rows in series.items()})


def reference(study: str, series: Mapping[str, Sequence[bytes]]) -> bytes:
    """Instances by series, and the study they are in."""
    listed = [elements.item(_series(uid, instances)) for uid, instances in series.items()]
    return elements.sequence(0x00081115, listed) + elements.text(0x0020000D, "UI", study)


def _series(uid: str, instances: Sequence[bytes]) -> bytes:
    return elements.sequence(_REFERENCED, map(elements.item, instances)) + elements.text(0x0020000E, "UI", uid)


@lru_cache(maxsize=1024)
def instance_of(sop_class: str, uid: str) -> bytes:
    return elements.text(_CLASS, "UI", sop_class) + elements.text(_INSTANCE, "UI", uid)


def below(clips: Clips, evidence: Iterable[Row], calipers: Iterable[Row]) -> Iterator[bytes]:
    """Every piece of evidence of an answer in its order; one that is a caliper by where it was drawn. Raises LookupError or UnfitError."""
    drawn = iter(calipers)
    for row in evidence:
        caliper = next(drawn, None) if row["BOUND"] == Binding.CALIPER.value else None
        if caliper is not None:
            yield from coordinates(clips, caliper)
        else:
            frames = [frame for frame in (row["FRAMEA"], row["FRAMEB"]) if frame]
            yield clips.image(nodes.INFERRED, row["CLIPID"], frames)


def coordinates(clips: Clips, row: Row) -> Iterator[bytes]:
    """The lines of a measurement, each on its frame. Raises LookupError or UnfitError."""
    image = clips.image(nodes.SELECTED, row["CLIPID"], [row["FRAME"]])
    for line in _lines(Quantity(row["QUANTITY"]), _drawn(points_of(row["POINTS"]))):
        yield nodes.polyline(nodes.INFERRED, shipped("S_SOURCE"), line).whole([image])


def _lines(quantity: Quantity, points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """An outline comes back to its first point; a ratio has two lines."""
    match quantity:
        case Quantity.AREA:
            return [[*points, points[0]]]
        case Quantity.RATIO:
            return [points[:2], points[2:]]
        case _:
            return [points]
