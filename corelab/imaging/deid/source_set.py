"""The values of a walked data set, read place by place with the types of our own table: what nobody asks for is never built."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from corelab.imaging.raw_walk import EXPLICIT_BIG, Buffer, Element, Walk

BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_Key = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class SourceSet:
    """The elements of one file by (sequence tags, item numbers) and tag."""

    data: Buffer = field(repr=False)
    big: bool
    places: Mapping[_Key, Mapping[int, Element]] = field(repr=False)

    @classmethod
    def of(cls, data: Buffer, walk: Walk) -> "SourceSet":
        places: dict[_Key, dict[int, Element]] = {}
        for element in walk.elements:
            places.setdefault((element.path, element.items), {})[element.tag] = element
        return cls(data, walk.syntax == EXPLICIT_BIG, places)

    def element(self, tag: int, path: tuple[int, ...] = (), items: tuple[int, ...] = ()) -> Element | None:
        return self.places.get((path, items), {}).get(tag)

    def items(self, tag: int, path: tuple[int, ...] = (), items: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
        """The item numbers under a sequence, as ``items`` of its elements."""
        number, inner = 0, (*path, tag)
        while (inner, (*items, number)) in self.places:
            yield (*items, number)
            number += 1

    def raw(self, element: Element) -> bytes:
        return self.data[element.offset : element.offset + element.length]

    def values(self, tag: int, vr: str, path: tuple[int, ...] = (), items: tuple[int, ...] = ()) -> list[Any]:
        """All values of one element; text is split at backslashes and stripped. Empty when it is absent or not of that kind."""
        element = self.element(tag, path, items)
        if element is None or element.length > 1 << 20:
            return []
        stored = element.vr if element.vr not in {"", "UN"} else vr
        if stored in BINARY:
            return self._numbers(self.raw(element), BINARY[stored])
        if stored == "AT":
            return self._numbers(self.raw(element), "H")
        parts = self.raw(element).decode("latin-1").split("\\")
        return [text for part in parts if (text := part.strip(" \0"))]

    def text(self, tag: int, vr: str = "LO", path: tuple[int, ...] = (), items: tuple[int, ...] = ()) -> str:
        values = self.values(tag, vr, path, items)
        return str(values[0]) if values else ""

    def whole(self, tag: int, vr: str = "US") -> int | None:
        """The first value as a whole number, or None."""
        try:
            return int(self.values(tag, vr)[0])
        except (IndexError, ValueError, OverflowError):
            return None

    def _numbers(self, raw: bytes, code: str) -> list[Any]:
        order, size = (">" if self.big else "<"), struct.calcsize("<" + code)
        count = len(raw) // size
        return list(struct.unpack_from(f"{order}{count}{code}", raw))
