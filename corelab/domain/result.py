"""Final grades and derived endpoints as they stand: what each holds, where it comes from, what it was made from."""

from dataclasses import dataclass, field
from fractions import Fraction

from corelab.domain.vocabulary import WHOLE_EXAM, Cell, DerivationId, Grade, Missing, SegmentId, Source, VisitId


@dataclass(frozen=True, slots=True)
class Result:
    """The final grade of a cell: where it comes from, what each reading and the decision said, and the rules that looked at it.

    ``classes`` are the classes of difference the cell fell in, most severe first; ``rules`` name each (``B.1`` = first rule of class B,
    ``CLOSURE`` = adjudicated because an endpoint rests on it).
    """

    cell: Cell
    grade: Grade
    source: Source
    reading_1: str
    reading_2: str
    decision: str | None = None
    classes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return self.reading_1 != self.reading_2


@dataclass(frozen=True, slots=True)
class Value:
    """What a derivation gives: a value, one kind of missing, or neither while a cell that matters is still open.

    ``number`` is the exact number behind a value that is one, for what is derived from it; ``parts`` how many parts a score used.
    Two values are the same when they say the same.
    """

    value: str | None = None
    missing: Missing | None = None
    number: Fraction | None = field(default=None, compare=False, repr=False)
    parts: int | None = field(default=None, compare=False, repr=False)

    @property
    def code(self) -> str:
        return self.value if self.value is not None else self.missing.value if self.missing is not None else ""


@dataclass(frozen=True, slots=True)
class EarlierInput:
    """A cell of an earlier exam of the subject that a value looks back to."""

    visit: VisitId
    cell: Cell


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived endpoint of the exam, or of one segment of it, with what it was made from and the weakest source among that.

    ``inputs`` are cells of this exam, ``earlier`` those of the exam that it looks back to, both without the ones that do not apply.
    """

    id: DerivationId
    value: str | None
    missing: Missing | None
    source: Source
    inputs: tuple[Cell, ...]
    segment: SegmentId = WHOLE_EXAM
    earlier: tuple[EarlierInput, ...] = ()
    parts: int | None = None

    @property
    def code(self) -> str:
        """The value, or NA, NE, NI; empty while a cell that matters is open."""
        return Value(self.value, self.missing).code

    @property
    def input_count(self) -> int:
        return len(self.inputs) + len(self.earlier)
