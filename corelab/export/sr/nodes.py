"""The nodes of a report's content tree as bytes (DICOM PS3.3, C.17.3), the children of a node inside it."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from corelab.export.sr import elements
from corelab.export.sr.codes import Coded, in_sequence

CONTAINS, CONTEXT, MODIFIES, INFERRED, SELECTED, HAS = (
    "CONTAINS",
    "HAS OBS CONTEXT",
    "HAS CONCEPT MOD",
    "INFERRED FROM",
    "SELECTED FROM",
    "HAS PROPERTIES",
)
_CHILDREN = 0x0040A730


class Node(NamedTuple):
    """A node without its children: the bytes before them and behind them, in the order of tags."""

    before: bytes
    behind: bytes = b""

    def whole(self, children: Sequence[bytes] = ()) -> bytes:
        below = elements.sequence(_CHILDREN, children) if children else b""
        return elements.item(self.before + below + self.behind)


@cache
def _before(relation: str, kind: str, name: Coded) -> bytes:
    what = elements.text(0x0040A010, "CS", relation) + elements.text(0x0040A040, "CS", kind)
    return what + in_sequence(0x0040A043, name)


def code(relation: str, name: Coded, value: Coded) -> Node:
    return Node(_before(relation, "CODE", name) + in_sequence(0x0040A168, value))


def text(relation: str, name: Coded, value: str) -> Node:
    return Node(_before(relation, "TEXT", name) + elements.text(0x0040A160, "UT", value))


def person(relation: str, name: Coded, value: str) -> Node:
    return Node(_before(relation, "PNAME", name) + elements.text(0x0040A123, "PN", value))


def uid(relation: str, name: Coded, value: str) -> Node:
    return Node(_before(relation, "UIDREF", name) + elements.text(0x0040A124, "UI", value))


def number(relation: str, name: Coded, value: str, unit: Coded) -> Node:
    """``value``: decimal text, to the digit that was entered."""
    measured = in_sequence(0x004008EA, unit) + elements.text(0x0040A30A, "DS", value)
    return Node(_before(relation, "NUM", name) + elements.sequence(0x0040A300, [elements.item(measured)]))


def container(relation: str, name: Coded, template: str = "") -> Node:
    continuity = elements.text(0x0040A050, "CS", "SEPARATE")
    return Node(_before(relation, "CONTAINER", name) + continuity + (template_of(template) if template else b""))


def image(relation: str, name: Coded, referenced: bytes) -> Node:
    """``referenced``: the sequence with the image and its frames, whose tag comes first."""
    return Node(referenced + _before(relation, "IMAGE", name))


def polyline(relation: str, name: Coded, points: Iterable[tuple[float, float]]) -> Node:
    """Points (across, down) in pixels from the upper left corner of the upper left pixel (PS3.3, C.18.6)."""
    drawn = elements.floats(0x00700022, (number for point in points for number in point))
    return Node(_before(relation, "SCOORD", name), drawn + elements.text(0x00700023, "CS", "POLYLINE"))


def template_of(identifier: str) -> bytes:
    body = elements.text(0x00080105, "CS", "DCMR") + elements.text(0x0040DB00, "CS", identifier)
    return elements.sequence(0x0040A504, [elements.item(body)])
