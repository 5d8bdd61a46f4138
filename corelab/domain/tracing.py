"""From a row of a package to the frame that it rests on, and back: the names of rows, and what a chain shows."""

import re
from dataclasses import dataclass
from typing import Literal

from corelab.domain.charter.model_item import Item
from corelab.domain.trail import SignatureFacts
from corelab.domain.vocabulary import Grade, Sha256

NO_SEGMENT = "-"
"""Stands in the name of a row for the segment of a question about the whole exam."""
_BETWEEN = re.compile(r"[\s/]+")
_TRANSFER = re.compile(r"T(\d{3,6})", re.ASCII)
_RECORD = re.compile(r"[0-9a-f-]{6,36}", re.ASCII)
_RESULT_PARTS, _READING_PARTS = 4, 3


class RowUnknownError(LookupError):
    """No row has this name: what was given is no name of a row, or nothing of it is released (``named``)."""

    def __init__(self, text: str, *, named: bool = False) -> None:
        super().__init__(text)
        self.text, self.named = text, named


class PackageForeignError(Exception):
    """The package is not one that this lab signed."""


class RowDiffersError(Exception):
    """The row of the package is not the record that the lab holds; ``column`` differs."""

    def __init__(self, text: str, column: str) -> None:
        super().__init__(text, column)
        self.text, self.column = text, column


class FrameUnknownError(LookupError):
    """No released clip of this lab begins so, more than one does, or it has no such frame."""


@dataclass(frozen=True, slots=True)
class RowId:
    """A row of results.csv, by what it is about: ``S01/D10/CFV/VNCOMPR``. ``transfer``: as it stood in that package.

    ``segment`` is the id at run time, with ``.L`` or ``.R`` where the charter has it on both sides; empty for the whole exam.
    """

    subject: str
    visit: str
    segment: str
    testcd: str
    transfer: int | None = None

    @property
    def text(self) -> str:
        named = "/".join((self.subject, self.visit, self.segment or NO_SEGMENT, self.testcd))
        return named if self.transfer is None else f"T{self.transfer:03d}/{named}"


@dataclass(frozen=True, slots=True)
class RecordRowId:
    """A row of readings.csv: ``RECID/CFV/VNCOMPR``, with the first characters of the record's id at least."""

    record: str
    segment: str
    testcd: str

    @property
    def text(self) -> str:
        return "/".join((self.record, self.segment or NO_SEGMENT, self.testcd))


def row_named(text: str) -> RowId | RecordRowId:
    """A row by its name, its parts apart by strokes or blanks. Raises RowUnknownError."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    transfer = _TRANSFER.fullmatch(parts[0]) if len(parts) == _RESULT_PARTS + 1 else None
    named = parts[1:] if transfer else parts
    if len(named) == _RESULT_PARTS:
        subject, visit, segment, testcd = named
        return RowId(subject, visit, _segment(segment), testcd.upper(), int(transfer[1]) if transfer else None)
    if len(named) == _READING_PARTS and _RECORD.fullmatch(named[0].lower()):
        return RecordRowId(named[0].lower(), _segment(named[1]), named[2].upper())
    raise RowUnknownError(text)


def _segment(word: str) -> str:
    return "" if word == NO_SEGMENT else word


@dataclass(frozen=True, slots=True)
class Piece:
    """One frame, or a pair of them, that a grade rests on. Frames count from 0."""

    clip: Sha256
    frame_a: int
    frame_b: int | None

    @property
    def frames(self) -> tuple[int, ...]:
        return (self.frame_a,) if self.frame_b is None else (self.frame_a, self.frame_b)


Role = Literal["reader", "second reading", "adjudicator"]


@dataclass(frozen=True, slots=True)
class TracedRecord:
    """A signed record beside the result: who, in what role, what it says of this question, on which frames.

    ``accepted``: the result is its grade. ``counts``: neither superseded nor invalidated. ``seq`` is the event of its signature.
    """

    record: str
    role: Role
    slot: int
    pseudonym: str
    revision: int
    counts: bool
    accepted: bool
    grade: Grade
    signature: SignatureFacts
    seq: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class TracedResult:
    """A result: its row, the question in words, its grade, where it comes from, and the event that wrote it.

    ``latest``: no later one stands in its place.
    """

    row: RowId
    question: str
    item: Item
    grade: Grade
    source: str
    seq: int
    latest: bool = True


@dataclass(frozen=True, slots=True)
class Trace:
    """A chain from a row to its frames. ``records``: the one that was accepted first. ``chosen``: the record that was asked for."""

    result: TracedResult
    records: tuple[TracedRecord, ...]
    chosen: str

    @property
    def record(self) -> TracedRecord:
        return next(one for one in self.records if one.record == self.chosen)

    @property
    def first(self) -> Piece | None:
        """What to look at first: the evidence of the chosen record, else of any other."""
        ordered = sorted(self.records, key=lambda one: one.record != self.chosen)
        return next((piece for one in ordered for piece in one.pieces), None)


@dataclass(frozen=True, slots=True)
class Resting:
    """A result that rests on a frame, by the record that bound the frame to its grade."""

    result: TracedResult
    record: TracedRecord
