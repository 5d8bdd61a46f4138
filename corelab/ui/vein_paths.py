"""The drawn veins: cubic curves per map id, read from a resource file, so that another charter can bring its own tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QXmlStreamAttributes, QXmlStreamReader
from PySide6.QtGui import QPainterPath

from corelab.resources import resource

BOX: Final = (200.0, 318.0)
"""Width and height of the drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class Vein:
    """One drawn segment, as it lies in the right limb. ``tip`` is where the line of its label ends, ``label`` the label's height."""

    map: str
    path: QPainterPath
    calibre: float
    section: str
    unpaired: bool
    label: float | None
    tip: QPointF | None


@dataclass(frozen=True, slots=True)
class VeinTree:
    veins: Mapping[str, Vein]
    silhouette: QPainterPath


@cache
def vein_tree() -> VeinTree:
    """The tree that is shipped."""
    return read_tree(resource("veins.svg"))


def read_tree(path: Path) -> VeinTree:
    """A tree from an SVG file of paths made of M and C; ValueError names what it cannot draw."""
    veins: dict[str, Vein] = {}
    silhouette = QPainterPath()
    for attributes in _path_elements(QXmlStreamReader(path.read_text("utf-8"))):
        if attributes.value("class") == "silhouette":
            silhouette = curves(attributes.value("d"))
        elif attributes.value("id"):
            vein = _vein(attributes)
            veins[vein.map] = vein
    return VeinTree(MappingProxyType(veins), silhouette)


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


def _path_elements(reader: QXmlStreamReader) -> Iterator[QXmlStreamAttributes]:
    while not reader.atEnd():
        reader.readNext()
        if reader.isStartElement() and reader.name() == "path":
            yield reader.attributes()
    if reader.hasError():
        raise ValueError(reader.errorString())


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
    )
