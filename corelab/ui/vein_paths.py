"""The drawn veins: cubic curves per map id, read from resource files, so that another charter can bring its own tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QXmlStreamAttributes, QXmlStreamReader
from PySide6.QtGui import QPainterPath

from corelab.resources import resource

BOX: Final = (200.0, 318.0)
"""Width and height of the drawing of limbs, in its own units."""


@dataclass(frozen=True, slots=True)
class Vein:
    """One drawn segment, as it lies in the right limb. ``tip`` is where the line of its label ends, ``label`` the label's height.

    ``label_right``: of a single organ, the label stands at the right of the drawing.
    """

    map: str
    path: QPainterPath
    calibre: float
    section: str
    unpaired: bool
    label: float | None
    tip: QPointF | None
    label_right: bool = False


@dataclass(frozen=True, slots=True)
class VeinTree:
    """``single``: one organ, drawn once; else the right limb, which is mirrored for the left. ``box`` is the drawing's size."""

    veins: Mapping[str, Vein]
    silhouette: QPainterPath
    box: tuple[float, float] = BOX
    single: bool = False


@cache
def vein_tree() -> VeinTree:
    """The veins of the limbs."""
    return read_tree(resource("veins.svg"))


@cache
def shipped_trees() -> tuple[VeinTree, ...]:
    """Every tree that is shipped: the limbs, then single organs."""
    return vein_tree(), read_tree(resource("veins_liver.svg"))


def tree_of(maps: Iterable[str]) -> VeinTree | None:
    """The shipped tree on which most of these segments are drawn; None where that is not even half of them."""
    asked = {each for each in maps if each}
    best = max(shipped_trees(), key=lambda tree: len(asked & set(tree.veins)))
    return best if 2 * len(asked & set(best.veins)) >= len(asked) and asked else None


def read_tree(path: Path) -> VeinTree:
    """A tree from an SVG file of paths made of M and C; ValueError names what it cannot draw."""
    veins: dict[str, Vein] = {}
    silhouette, box, single = QPainterPath(), BOX, False
    for name, attributes in _elements(QXmlStreamReader(path.read_text("utf-8"))):
        if name == "svg":
            single, box = attributes.value("class") == "single", _box(attributes.value("viewBox"))
        elif attributes.value("class") == "silhouette":
            silhouette = curves(attributes.value("d"))
        elif attributes.value("id"):
            vein = _vein(attributes)
            veins[vein.map] = vein
    return VeinTree(MappingProxyType(veins), silhouette, box, single)


def curves(data: str) -> QPainterPath:
    """A path of absolute M and C commands, the letters written once per curve."""
    words = data.replace(",", " ").replace("M", " M ").replace("C", " C ").split()
    path, at = QPainterPath(), 0
    while at < len(words):
        command, count = words[at], {"M": 2, "C": 6}.get(words[at], 0)
        if not count:
            raise ValueError(f"a vein path cannot hold {command!r}")
        points = [QPointF(float(words[k]), float(words[k + 1])) for k in range(at + 1, at + count, 2)]
        path.moveTo(points[0]) if command == "M" else path.cubicTo(points[0], points[1], points[2])
        at += count + 1
    return path


def _elements(reader: QXmlStreamReader) -> Iterator[tuple[str, QXmlStreamAttributes]]:
    while not reader.atEnd():
        reader.readNext()
        if reader.isStartElement() and reader.name() in {"path", "svg"}:
            yield str(reader.name()), reader.attributes()
    if reader.hasError():
        raise ValueError(reader.errorString())


def _box(view: str) -> tuple[float, float]:
    """The size of a drawing that begins at 0 0."""
    size = view.split()
    return (float(size[2]), float(size[3])) if len(size) == 4 else BOX


def _vein(attributes: QXmlStreamAttributes) -> Vein:
    label, tip = attributes.value("data-label"), attributes.value("data-tip").split()
    return Vein(
        map=attributes.value("id"),
        path=curves(attributes.value("d")),
        calibre=float(attributes.value("data-calibre") or 1.0),
        section=attributes.value("data-section"),
        unpaired=attributes.value("class") == "unpaired",
        label=float(label) if label else None,
        tip=QPointF(float(tip[0]), float(tip[1])) if len(tip) == 2 else None,
        label_right=attributes.value("data-side") == "right",
    )
