"""What a charter names: every id by kind, and what is asked where, for the checks of meaning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from corelab.domain.charter.faults import Findings, Location
from corelab.domain.charter.tree import Node

_KINDS = ("attribute", "block", "visit", "segment", "group", "item", "ask", "reading_type", "blinding_profile", "class", "derivation")
_WORDS = {"reading_type": "a reading type", "blinding_profile": "a blinding profile", "item": "an item", "attribute": "an attribute"}


@dataclass(frozen=True)
class Names:
    """The parts of a tree by kind and id."""

    root: Node
    findings: Findings

    @cached_property
    def _by_kind(self) -> Mapping[str, Mapping[str, Node]]:
        return {kind: {node.id: node for node in self.root.children(kind) if node.id} for kind in _KINDS}

    def of(self, kind: str) -> Mapping[str, Node]:
        return self._by_kind[kind]

    @cached_property
    def ne_reasons(self) -> frozenset[str]:
        missing = self.root.child("missing")
        return frozenset(node.id for node in missing.children("ne_reason")) if missing else frozenset()

    def known(self, kind: str, place: Location, found: str | None) -> bool:
        """Whether a part of this kind has this id; a fault C04 when not."""
        if found is None:
            return False
        if found in self.of(kind):
            return True
        if self.findings.faulty(place):
            return False
        self.findings.add("C04", place, f'"{found}" is not {_WORDS.get(kind, f"a {kind}")}', found=found, allowed=self.of(kind))
        return False

    def known_all(self, kind: str, found: Iterable[tuple[Location, str]]) -> None:
        for place, name in found:
            self.known(kind, place, name)

    def reference(self, node: Node, key: str, kind: str) -> bool:
        return self.known(kind, node.at(key), node.text(key))

    def listed(self, place: Location, found: str, allowed: Iterable[str], what: str) -> bool:
        """Whether a value is among those allowed; a fault C04 when not."""
        choices = list(allowed)
        if found not in choices:
            self.findings.add("C04", place, f'"{found}" is not {what}', found=found, allowed=choices)
        return found in choices

    def item(self, name: str | None) -> Node | None:
        return self.of("item").get(name or "")

    def options(self, item: Node) -> list[str]:
        return [value for option in item.children("option") if (value := option.text("value")) is not None]

    def values_of_item(self, item: Node, found: Iterable[tuple[Location, str]]) -> None:
        for place, value in found:
            self.listed(place, value, self.options(item), f"an option of {item.id}")

    def members(self, groups: Iterable[str], segments: Iterable[str]) -> set[str]:
        """The known segments of these groups and segments."""
        grouped = {member for group in groups if group in self.of("group") for member in self.of("group")[group].words("segments")}
        return {segment for segment in (*grouped, *segments) if segment in self.of("segment")}

    def targets(self, node: Node) -> set[str]:
        return self.members(node.words("groups"), node.words("segments"))

    @cached_property
    def asked(self) -> frozenset[tuple[str, str]]:
        """(item, segment) that some rule asks; the segment is empty for items of the whole exam."""
        return frozenset(
            (item, segment) for ask in self.root.children("ask") for item in ask.words("items") for segment in self._asked_where(ask, item)
        )

    def _asked_where(self, ask: Node, name: str) -> Iterable[str]:
        item = self.item(name)
        return {""} if item is not None and item.text("scope") == "exam" else self.targets(ask)

    def where(self, node: Node) -> None:
        """Checks a ``where`` of this table: a known attribute per segment or subject, with values it has."""
        where = node.child("where")
        if where is None or not self.reference(where, "attribute", "attribute"):
            return
        attribute = self.of("attribute")[where.text("attribute") or ""]
        for place, value in where.texts("in"):
            self.listed(place, value, attribute.words("values"), f"a value of {attribute.id}")

    def target(self, node: Node) -> None:
        """Checks ``groups``, ``segments`` and ``where`` of this table."""
        self.known_all("group", node.texts("groups"))
        self.known_all("segment", node.texts("segments"))
        self.where(node)

    def selection(self, node: Node | None) -> None:
        """Checks a selection: exactly one of ``group`` and ``segments``."""
        if node is None:
            return
        if node.has("group") == node.has("segments"):
            self.findings.add("C01", node.place, "exactly one of group and segments is required", allowed=("group", "segments"))
        self.reference(node, "group", "group")
        self.known_all("segment", node.texts("segments"))
        self.where(node)
