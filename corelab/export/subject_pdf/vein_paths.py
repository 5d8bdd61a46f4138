"""The drawn veins as cubic curves, for printing: the same files that the window draws."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lxml import etree

from corelab.resources import resource

_FILES: Final = ("veins.svg", "veins_liver.svg")
Point = tuple[float, float]
Piece = tuple[Point, ...]
"""One point: begin there. Three: a curve to the last of them."""


@dataclass(frozen=True, slots=True)
class Vein:
    """One drawn segment, as it lies in the right limb or the single organ. ``label`` is its label's height, ``tip`` where that points."""

    map: str
    pieces: tuple[Piece, ...]
    calibre: float
    unpaired: bool
    label: float | None
    tip: Point | None
    label_right: bool


@dataclass(frozen=True, slots=True)
class VeinTree:
    """``single``: one organ, drawn once; else the right limb, which is mirrored for the left. ``box`` is the drawing's size."""

    veins: Mapping[str, Vein]
    silhouette: tuple[Piece, ...]
    box: Point
    single: bool


def tree_of(maps: Iterable[str]) -> VeinTree | None:
    """The shipped tree on which most of these segments are drawn; None where that is not even half of them."""
    asked = {each for each in maps if each}
    best = max((_read(resource(name)) for name in _FILES), key=lambda tree: len(asked & set(tree.veins)))
    return best if asked and 2 * len(asked & set(best.veins)) >= len(asked) else None


@cache
def _read(path: Path) -> VeinTree:
    root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    paths = [each for each in root if isinstance(each.tag, str) and etree.QName(each).localname == "path"]
    veins = [_vein(each) for each in paths if each.get("id")]
    _, _, wide, high = map(float, root.get("viewBox", "0 0 200 318").split())
    silhouette = next((pieces(each.get("d", "")) for each in paths if each.get("class") == "silhouette"), ())
    return VeinTree(MappingProxyType({vein.map: vein for vein in veins}), silhouette, (wide, high), root.get("class") == "single")


def _vein(path: etree._Element) -> Vein:
    label, tip = path.get("data-label"), path.get("data-tip", "").split()
    return Vein(
        map=path.get("id", ""),
        pieces=pieces(path.get("d", "")),
        calibre=float(path.get("data-calibre", "1")),
        unpaired=path.get("class") == "unpaired",
        label=float(label) if label else None,
        tip=(float(tip[0]), float(tip[1])) if len(tip) == 2 else None,
        label_right=path.get("data-side") == "right",
    )


def pieces(data: str) -> tuple[Piece, ...]:
    """A path of absolute M and C commands, the letters written once per curve. Raises ValueError."""
    words = data.replace(",", " ").replace("M", " M ").replace("C", " C ").split()
    found: list[Piece] = []
    at = 0
    while at < len(words):
        count = {"M": 2, "C": 6}.get(words[at], 0)
        if not count:
            raise ValueError(f"a vein path cannot hold {words[at]!r}")
        numbers = [float(word) for word in words[at + 1 : at + 1 + count]]
        found.append(tuple(zip(numbers[::2], numbers[1::2], strict=True)))
        at += count + 1
    return tuple(found)
