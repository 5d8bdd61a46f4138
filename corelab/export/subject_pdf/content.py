"""What the document of one subject says, in words, before anything is drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corelab.domain.charter import Charter
from corelab.domain.measurement import Point
from corelab.domain.vocabulary import Missing, Sha256
from corelab.export.transfer_words import folder_name

Drawn = int | Missing | None
"""How a segment is drawn: 0 best, 1 between, 2 worst; a kind of missing; or None where nothing is drawn of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question on one segment with every answer that was signed, in words; empty where nobody gave one.

    ``basis`` says where the result comes from; ``differs``: the two readings do.
    """

    item: str
    one: str
    two: str
    adjudicator: str
    result: str
    basis: str
    differs: bool
    adjudicated: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """The lines of one segment; ``code`` is empty for the questions of the whole exam. ``lies`` is its place on the map."""

    name: str
    code: str
    side: str
    lies: str
    drawn: Drawn
    drawn_words: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A derived endpoint; ``value`` is empty where it is missing or open, ``segment`` where it is of the whole exam."""

    label: str
    code: str
    segment: str
    value: str
    unit: str
    why_missing: str
    inputs: str
    source: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """What was measured on a frame: its points in hundredths of a pixel; ``closed`` joins the last to the first."""

    points: tuple[Point, ...]
    closed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, counted from 0, with what was measured on it."""

    index: int
    words: str
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPicture:
    """One frame, or the two of a compression pair, with the grades that rest on it. ``size`` is columns, rows; None if not told."""

    clip: Sha256
    size: tuple[int, int] | None
    frames: tuple[Frame, ...]
    heading: str
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature in words."""

    role: str
    reader: str
    name: str
    at: str
    meaning: str
    record: str


Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VisitReport:
    """One visit. ``facts`` is None where the package holds no result of it, and ``state`` says why."""

    code: str
    label: str
    state: str
    facts: Facts = ()
    completeness: Facts = ()
    segments: tuple[Segment, ...] = ()
    not_applicable: Facts = ()
    endpoints: tuple[Endpoint, ...] = ()
    pictures: tuple[KeyPicture, ...] = ()
    pictures_left: int = 0
    others: tuple[str, ...] = ()
    signatures: tuple[Signed, ...] = ()

    @property
    def has_result(self) -> bool:
        return bool(self.segments)


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """All of one subject; ``legend`` tells what the lines of the map mean, from the best."""

    code: str
    facts: Facts
    visits: tuple[VisitReport, ...]
    legend: tuple[tuple[Drawn, str], ...]
    legend_of: str


@dataclass(frozen=True, slots=True)
class Package:
    """What stands on every page: of which package this is a part, and the head of the chain."""

    trial: str
    title: str
    transfer: str
    kind: str
    name: str
    at: str
    head: str
    head_short: str
    charters: str
    product: str

    @property
    def badge(self) -> str:
        return "" if self.kind == "PROD" else self.kind


def package_of(facts: Mapping[str, Any], charters: Iterable[Charter]) -> Package:
    """From the facts of the manifest and the charters of the package, the main one first."""
    cutoff, held = facts["cutoff"], tuple(charters)
    trial, transfer, kind = (str(facts[name]) for name in ("trial", "transfer", "kind"))
    return Package(
        trial=trial,
        title=held[0].title,
        transfer=transfer,
        kind=kind,
        name=folder_name(facts),
        at=cutoff["at"],
        head=cutoff["head"],
        head_short=f"{cutoff['seq']} {cutoff['head'][:16]}",
        charters="; ".join(f"{one.id} {one.version}, {one.hash}" for one in held),
        product=str(facts["product"]),
    )
