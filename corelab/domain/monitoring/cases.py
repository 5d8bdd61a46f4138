"""How often two readings become a case: the charter's rate with its interval, and batch by batch on a p-chart."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from corelab.domain.agreement.batches import Batch, Charted, p_chart
from corelab.domain.agreement.estimate import Estimate
from corelab.domain.agreement.proportion import proportion
from corelab.domain.charter import Charter
from corelab.domain.monitoring.observed import Compared, ExamName, Observed
from corelab.domain.vocabulary import Missing


@dataclass(frozen=True, slots=True)
class CaseRate:
    """Of exams, or of cells, as the charter fixes it. ``with_case`` and ``without`` are exams; ``part`` of ``whole`` is what is counted."""

    unit: str
    classes: tuple[str, ...]
    part: int
    whole: int
    share: Estimate
    with_case: tuple[ExamName, ...]
    without: tuple[ExamName, ...]


@dataclass(frozen=True, slots=True)
class BatchShare:
    """One point of the p-chart with the exams behind it."""

    charted: Charted
    with_case: tuple[ExamName, ...]
    without: tuple[ExamName, ...]


def classes_counted(charter: Charter) -> frozenset[str]:
    """The charter's classes of its rate; where it names none, every class that is adjudicated."""
    named = charter.monitoring.adjudication_rate.classes
    return frozenset(named or (one.id for one in charter.classes if one.action == "adjudicate"))


def case_rate(observed: Observed) -> CaseRate:
    """Over every exam with two signed readings, released or not."""
    counted, unit = classes_counted(observed.charter), observed.charter.monitoring.adjudication_rate.unit
    with_case, without = _split(observed.compared, counted)
    part, whole = len(with_case), len(with_case) + len(without)
    if unit == "cell":
        part = sum(len(_disputed(each, counted)) for each in observed.compared)
        whole = sum(_cells(each) for each in observed.compared)
    return CaseRate(unit, tuple(sorted(counted)), part, whole, proportion(part, whole), with_case, without)


def by_batch(observed: Observed) -> tuple[BatchShare, ...]:
    """The released batches in their order. The chart counts exams whatever the unit of the rate: its limits are those of exams."""
    counted, least = classes_counted(observed.charter), observed.charter.monitoring.p_chart_batch_min
    split = {name: _split([each for each in observed.compared if each.batch == name], counted) for name in observed.batches}
    batches = [Batch(name, len(cases), len(cases) + len(rest)) for name, (cases, rest) in split.items() if cases or rest]
    return tuple(BatchShare(charted, *split[charted.batch.name]) for charted in p_chart(batches, least))


def by_signing(observed: Observed) -> tuple[BatchShare, ...]:
    """The exams in the order in which their second reading was signed, in groups of the least size that has limits.

    A package does not tell batches of release; this order it does. The chart is read from left to right like that of batches.
    """
    ends = sorted((max(each.one.signed_at, each.two.signed_at), each.exam) for each in observed.compared)
    ordered = tuple(reversed(dict.fromkeys(exam for _, exam in reversed(ends))))  # of an exam of several reading types the last counts
    cases = set(_split(observed.compared, classes_counted(observed.charter))[0])
    least = max(1, observed.charter.monitoring.p_chart_batch_min)
    groups = [ordered[begin : begin + least] for begin in range(0, len(ordered), least)]
    split = [(tuple(exam for exam in group if exam in cases), tuple(exam for exam in group if exam not in cases)) for group in groups]
    names = [f"{n * least + 1} to {n * least + len(group)}" for n, group in enumerate(groups)]
    batches = [Batch(name, len(part), len(group)) for name, group, (part, _rest) in zip(names, groups, split, strict=True)]
    return tuple(BatchShare(charted, *part) for charted, part in zip(p_chart(batches, least), split, strict=True))


def _split(compared: Sequence[Compared], counted: Collection[str]) -> tuple[tuple[ExamName, ...], tuple[ExamName, ...]]:
    """An exam has a case if one of its reading types has one."""
    exams = dict.fromkeys(each.exam for each in compared)
    cases = {each.exam for each in compared if _disputed(each, counted)}
    return tuple(exam for exam in exams if exam in cases), tuple(exam for exam in exams if exam not in cases)


def _disputed(each: Compared, counted: Collection[str]) -> tuple[object, ...]:
    return tuple(cell for cell, classes in each.classes.items() if not set(counted).isdisjoint(classes))


def _cells(each: Compared) -> int:
    return sum(1 for _ in comparable_cells(each))


def comparable_cells(each: Compared) -> Iterator[object]:
    """The cells that both readings graded, or called not evaluable: those that a comparison can find different."""
    for cell, one in each.one.grades.items():
        two = each.two.grades.get(cell)
        if two is not None and not {one.missing, two.missing} & {Missing.NOT_APPLICABLE, Missing.NOT_IMAGED}:
            yield cell
