"""Which questions of a segment stand on the form, and in which order: details under what asks for them, optional ones folded away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from corelab.domain.asking import Standing
from corelab.domain.conditions import cells_of, truth
from corelab.domain.form import Form, FormSegment, Use
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Cell, SegmentId


@dataclass(frozen=True, slots=True)
class Row:
    """One question on the form. ``depth`` is 0, or how deep a detail stands under other questions."""

    cell: Cell
    standing: Standing
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """The questions of one segment from top to bottom; ``folded`` are optional ones that nobody answered and nobody asked to see."""

    rows: tuple[Row, ...]
    folded: tuple[Cell, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(row.cell for row in self.rows)


def segments_asked(form: Form) -> tuple[FormSegment, ...]:
    """The segments that a reader walks over: all of the form, or the whole exam alone where nothing is asked of any segment."""
    if any(item.scope == "segment" for item in form.items.values()):
        return form.segments
    return tuple(segment for segment in form.segments if segment.is_exam) or form.segments


def rows_of(reading: Reading, segment: SegmentId, *, unfolded: bool = False) -> Rows:
    """Core questions in form order, each with its details right below it; then the optional ones, where they are answered or unfolded."""
    standing = {cell: stands for cell, stands in reading.settled.standing.items() if cell.segment == segment and stands.shown}
    optional = [cell for cell in standing if reading.form.questions[cell].use is Use.OPTIONAL]
    folded = () if unfolded else tuple(cell for cell in optional if cell not in reading.answers)
    there = [*(cell for cell in standing if cell not in optional), *(cell for cell in optional if cell not in folded)]
    above = {cell: parent for cell in there if (parent := _parent(reading, cell)) in there}
    tops = [cell for cell in there if cell not in above]
    return Rows(tuple(row for cell in tops for row in _under(cell, 0, there, above, standing)), folded)


def _under(
    cell: Cell, depth: int, there: list[Cell], above: Mapping[Cell, Cell | None], standing: Mapping[Cell, Standing]
) -> Iterator[Row]:
    yield Row(cell, standing[cell], depth)
    for other in there:
        if above.get(other) == cell:
            yield from _under(other, depth + 1, there, above, standing)


def _parent(reading: Reading, cell: Cell) -> Cell | None:
    """The question under which a detail stands: the first of its segment whose answer alone asks for it, else the last that decides."""
    test = reading.form.questions[cell].when
    if test is None:
        return None
    deciding = [other for other in dict.fromkeys(cells_of(test)) if other.segment == cell.segment]
    known = ((other, reading.grades.get(other)) for other in deciding)
    alone = (other for other, grade in known if grade is not None and truth(test, {other: grade}))
    return next(alone, deciding[-1] if deciding else None)
