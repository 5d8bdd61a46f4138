"""Which two grades of a cell are held against each other: two readers, a reading and its hidden repeat, a reading and the known truth."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from corelab.domain.monitoring.observed import Compared, ExamName, Observed, Purpose, Read
from corelab.domain.vocabulary import Cell, Grade, Missing


class Kind(Enum):
    """Whose grades a pair holds."""

    READERS = "two readers"
    REPEATS = "a reading and its repeat"
    CALIBRATION = "a reading and the calibration set"


@dataclass(frozen=True, slots=True)
class CellPair:
    """One cell with the two grades (value, NE or NI) it was given. A cell that was not applicable to either is no pair."""

    exam: ExamName
    cell: Cell
    one: str
    other: str
    readers: tuple[str, str]
    batch: str = ""
    sealed: bool = False


def pairs_of(observed: Observed, kind: Kind) -> tuple[CellPair, ...]:
    """Every pair of this kind, by exam and then in form order."""
    made = {Kind.READERS: _of_readers, Kind.REPEATS: _of_repeats, Kind.CALIBRATION: _of_calibration}[kind](observed)
    return tuple(sorted(made, key=lambda pair: pair.exam))


def between(
    exam: ExamName,
    first: Mapping[Cell, Grade],
    second: Mapping[Cell, Grade],
    readers: tuple[str, str],
    *,
    batch: str = "",
    sealed: bool = False,
) -> Iterator[CellPair]:
    """The cells that both hold and that are applicable to both."""
    for cell, one in first.items():
        other = second.get(cell)
        if other is not None and Missing.NOT_APPLICABLE not in (one.missing, other.missing):
            yield CellPair(exam, cell, one.code, other.code, readers, batch, sealed)


def _of_readers(observed: Observed) -> Iterator[CellPair]:
    for each in observed.compared:
        yield from of_compared(each)


def of_compared(each: Compared) -> Iterator[CellPair]:
    one, two = each.one, each.two
    yield from between(each.exam, one.first, two.first, (one.reader, two.reader), batch=each.batch, sealed=one.sealed or two.sealed)


def _of_repeats(observed: Observed) -> Iterator[CellPair]:
    """A repeat and what the same reader said of the same exam before."""
    before = {(read.exam, read.reading_type, read.reader): read for read in observed.reads if read.purpose is Purpose.PRIMARY}
    for again in observed.reads:
        read = before.get((again.exam, again.reading_type, again.reader))
        if again.purpose is Purpose.REPEAT and read is not None:
            who = (read.reader, again.reader)
            yield from between(read.exam, read.first, again.first, who, batch=read.batch, sealed=read.sealed or again.sealed)
    yield from _of_set_read_again(observed)


def _of_set_read_again(observed: Observed) -> Iterator[CellPair]:
    """The calibration set comes back from time to time: each reading of an exam of it and the next by the same reader."""
    before: dict[tuple[ExamName, str, str], Read] = {}
    for read in sorted((one for one in observed.reads if one.purpose is Purpose.CALIBRATION), key=lambda one: one.signed_at):
        who = (read.exam, read.reading_type, read.reader)
        if who in before:
            yield from between(read.exam, before[who].first, read.first, (read.reader, read.reader), sealed=True)
        before[who] = read


def _of_calibration(observed: Observed) -> Iterator[CellPair]:
    by_exam: dict[ExamName, list[Read]] = defaultdict(list)
    for read in observed.reads:
        if read.purpose is Purpose.CALIBRATION:
            by_exam[read.exam].append(read)
    for exam, reads in by_exam.items():
        known = observed.truth.get(exam)
        for read in reads:
            truth = known if known is not None else consensus([other for other in reads if other.reader != read.reader])
            yield from between(exam, read.first, truth, (read.reader, ""))


def consensus(reads: Sequence[Read]) -> Mapping[Cell, Grade]:
    """What most of these readings say of each cell; a cell without one most frequent grade has none."""
    said: dict[Cell, list[Grade]] = defaultdict(list)
    for read in reads:
        for cell, grade in read.first.items():
            said[cell].append(grade)
    most = ((cell, _most(grades)) for cell, grades in said.items())
    return {cell: grade for cell, grade in most if grade is not None}


def _most(grades: Iterable[Grade]) -> Grade | None:
    held = list(grades)
    ranked = Counter(grade.code for grade in held).most_common(2)
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return None
    return next(grade for grade in held if grade.code == ranked[0][0])
