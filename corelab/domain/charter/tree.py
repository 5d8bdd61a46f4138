"""A parsed charter read forgivingly: what has the wrong shape is skipped here, because its fault is already known."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corelab.domain.charter.faults import Location


@dataclass(frozen=True, slots=True)
class Node:
    """A table of the tree with its place in it."""

    place: Location
    table: dict[str, Any]

    def has(self, key: str) -> bool:
        return key in self.table

    def at(self, *steps: str | int) -> Location:
        return (*self.place, *steps)

    def text(self, key: str) -> str | None:
        value = self.table.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> float | None:
        value = self.table.get(key)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.table.get(key)
        return value if isinstance(value, bool) else default

    def texts(self, key: str) -> Iterator[tuple[Location, str]]:
        """The texts of an array, with their places."""
        value = self.table.get(key)
        if isinstance(value, list):
            yield from ((self.at(key, n), part) for n, part in enumerate(value) if isinstance(part, str))

    def words(self, key: str) -> list[str]:
        return [text for _, text in self.texts(key)]

    def child(self, key: str) -> "Node | None":
        value = self.table.get(key)
        return Node(self.at(key), value) if isinstance(value, dict) else None

    def children(self, key: str) -> list["Node"]:
        """The tables of an array."""
        value = self.table.get(key)
        if not isinstance(value, list):
            return []
        return [Node(self.at(key, n), part) for n, part in enumerate(value) if isinstance(part, dict)]

    @property
    def id(self) -> str:
        return self.text("id") or ""

    def walk(self) -> Iterator["Node"]:
        """The table itself and every table below it."""
        yield self
        for key, value in self.table.items():
            inner = [Node(self.at(key), value)] if isinstance(value, dict) else self.children(key)
            for node in inner:
                yield from node.walk()
