"""Each reader alone: discordance index, side taken, time, drift; and what two readers have suspiciously alike. Never by treatment."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from statistics import fmean, stdev

from corelab.domain.agreement.estimate import Estimate
from corelab.domain.agreement.graded_pairs import Drift, drift
from corelab.domain.agreement.proportion import proportion
from corelab.domain.monitoring.cases import comparable_cells
from corelab.domain.monitoring.items import categories_of, graded_pairs, weights_of
from corelab.domain.monitoring.observed import Compared, Decided, ExamName, Observed, Purpose, Read
from corelab.domain.monitoring.pairing import CellPair, between
from corelab.domain.vocabulary import Cell

_LEAST_READERS = 3
_LEAST_PAUSES = 10
_LEAST_NOTE = 4
"""Shorter notes, such as "ok", say nothing when two readers write them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decided cell of one reader: what the reader said and what was decided."""

    exam: ExamName
    cell: Cell
    said: str
    decided: str

    @property
    def adverse(self) -> bool:
        return self.said != self.decided


@dataclass(frozen=True, slots=True)
class Took:
    """How long one reading took: days from when it could be read to its signature, and active minutes; None where it is not known."""

    exam: ExamName
    days: float | None
    minutes: float | None


@dataclass(frozen=True, slots=True)
class ReaderDrift:
    """One reader and item: agreement with the results, batch by batch, with the pairs behind each batch."""

    item: str
    label: str
    labels: tuple[str, ...]
    batches: tuple[Drift, ...]
    pairs: tuple[CellPair, ...]


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """One reader. ``rdi``: adverse decisions per 100 cells that could have been compared; None where there are none.

    ``alarm``: above the mean of all readers by more than the charter's number of standard deviations.
    """

    reader: str
    exams: tuple[ExamName, ...]
    comparable: int
    verdicts: tuple[Verdict, ...]
    rdi: float | None
    alarm: bool
    side: Estimate
    took: tuple[Took, ...]
    drift: tuple[ReaderDrift, ...]

    @property
    def adverse(self) -> int:
        return sum(one.adverse for one in self.verdicts)


@dataclass(frozen=True, slots=True)
class RdiLimit:
    """Mean and standard deviation (n - 1) of all readers, and above what a reader is signalled; None with fewer than three readers."""

    mean: float
    deviation: float
    limit: float


@dataclass(frozen=True, slots=True)
class Alike:
    """Two readings by different readers with the same note, or with pauses between answers in the same order of length."""

    what: str
    readers: tuple[str, str]
    exams: tuple[ExamName, ExamName]


def readers(observed: Observed) -> tuple[ReaderFigures, ...]:
    """Every reader with a signed primary reading, by name."""
    primary = [read for read in observed.reads if read.purpose is Purpose.PRIMARY]
    names = sorted({read.reader for read in primary})
    found = [_reader(observed, name, [read for read in primary if read.reader == name]) for name in names]
    limit = rdi_limit(observed.charter.monitoring.rdi_alarm_sd, [one.rdi for one in found])
    return tuple(replace(one, alarm=limit is not None and one.rdi is not None and one.rdi > limit.limit) for one in found)


def rdi(adverse: int, comparable: int) -> float | None:
    """Adverse decisions per 100 comparable cells."""
    return 100 * adverse / comparable if comparable else None


def rdi_limit(alarm_sd: float, found: Iterable[float | None]) -> RdiLimit | None:
    """None where the charter asks for no alarm, or fewer than three readers have an index."""
    known = [one for one in found if one is not None]
    if len(known) < _LEAST_READERS or not alarm_sd:
        return None
    mean, deviation = fmean(known), stdev(known)
    return RdiLimit(mean, deviation, mean + alarm_sd * deviation)


def _reader(observed: Observed, name: str, reads: Sequence[Read]) -> ReaderFigures:
    own = [each for each in observed.compared if name in (each.one.reader, each.two.reader)]
    comparable = sum(1 for each in own for _ in comparable_cells(each))
    verdicts = tuple(_verdicts(own, observed.decided, name))
    adverse = sum(one.adverse for one in verdicts)
    return ReaderFigures(
        reader=name,
        exams=tuple(sorted({read.exam for read in reads})),
        comparable=comparable,
        verdicts=verdicts,
        rdi=rdi(adverse, comparable),
        alarm=False,
        side=proportion(len(verdicts) - adverse, len(verdicts)),
        took=tuple(Took(read.exam, _days(read), None if read.seconds is None else read.seconds / 60) for read in reads),
        drift=tuple(_drifts(observed, own, name)),
    )


def _verdicts(own: Iterable[Compared], decided: Iterable[Decided], name: str) -> Iterator[Verdict]:
    """Of cells that could be compared alone: a detail that comes or goes with a decision is none against whoever was not asked it."""
    decisions = {(one.exam, one.reading_type): one.grades for one in decided}
    for each in own:
        said, comparable = _of(each, name).grades, set(comparable_cells(each))
        for cell, grade in decisions.get((each.exam, each.reading_type), {}).items():
            if cell in comparable:
                yield Verdict(each.exam, cell, said[cell].code, grade.code)


def _of(each: Compared, name: str) -> Read:
    return each.one if each.one.reader == name else each.two


def _days(read: Read) -> float | None:
    return None if read.readable is None else max(0.0, (read.signed_at - read.readable).total_seconds()) / 86_400


def _drifts(observed: Observed, own: Sequence[Compared], name: str) -> Iterator[ReaderDrift]:
    """Agreement with the results, in the order of the batches; an exam without results has no place yet."""
    place = {batch: n for n, batch in enumerate(observed.batches)}
    final = sorted((each for each in own if each.results and each.batch in place), key=lambda each: place[each.batch])
    pairs = [pair for each in final for pair in between(each.exam, _of(each, name).first, each.results, (name, ""), batch=each.batch)]
    for item_id in observed.charter.monitoring.agreement_items:
        item, held = observed.charter.item(item_id), tuple(pair for pair in pairs if pair.cell.item == item_id)
        categories = categories_of(item, held)
        found = drift(graded_pairs(held, categories), categories, weights_of(observed.charter, item))
        labels = tuple(option.label for option in getattr(item, "options", ())) or categories
        yield ReaderDrift(item.id, item.label, labels, found, held)


# ---------------------------------------------------------------- what is alike


def alike(observed: Observed) -> tuple[Alike, ...]:
    """Between two readers: notes of the same words, and answers whose pauses, longest to shortest, follow in the same order."""
    notes = ((_plain(read.note), read) for read in observed.reads if len(_plain(read.note)) >= _LEAST_NOTE)
    pauses = ((order, read) for read in observed.reads if (order := _order(read.pauses)) is not None)
    return (*_same("note", notes), *_same("times", pauses))


def _plain(note: str) -> str:
    return " ".join(note.split()).casefold()


def _order(pauses: Sequence[int]) -> tuple[int, ...] | None:
    """The places of the pauses from longest to shortest; None for few, or where two are equal: chance would find those alike."""
    if len(pauses) < _LEAST_PAUSES or len(set(pauses)) < len(pauses):
        return None
    return tuple(sorted(range(len(pauses)), key=lambda place: -pauses[place]))


def _same(what: str, held: Iterable[tuple[object, Read]]) -> Iterator[Alike]:
    groups: Mapping[object, list[Read]] = defaultdict(list)
    for key, read in held:
        groups[key].append(read)
    for reads in groups.values():
        for one, two in combinations(reads, 2):
            if one.reader != two.reader:
                yield Alike(what, (one.reader, two.reader), (one.exam, two.exam))


def overdue_days(at: datetime, due: datetime) -> float:
    return (at - due).total_seconds() / 86_400
