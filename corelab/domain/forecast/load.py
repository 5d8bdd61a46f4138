"""How many exams would become cases: readings by chance through the comparison that the trial runs, counted by class and by rule."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from corelab.domain.agreement.estimate import Estimate
from corelab.domain.agreement.proportion import proportion
from corelab.domain.charter import Charter, Fault
from corelab.domain.discordance import Comparison, compare, same
from corelab.domain.forecast.exam import Drawn, Exams
from corelab.domain.forecast.rates import Rates
from corelab.domain.vocabulary import Missing

EXAMS: Final = 10_000
"""So many exams that the interval of a share is at most 1 % wide to either side."""
MOST: Final = 0.6
"""More cases than in this share of exams is worth a warning (charter format, section 15)."""
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ClassLoad:
    """``exams``: share of exams with a cell in this class, whether it adjudicates or not."""

    id: str
    label: str
    action: str
    exams: Estimate


@dataclass(frozen=True, slots=True)
class RuleLoad:
    """What one rule that adjudicates does (``B.1`` = first rule of class B). ``exams``: share with a case that it takes part in.

    ``without``: share of exams that would have a case if this rule were not there.
    """

    rule: str
    exams: Estimate
    without: Estimate


@dataclass(frozen=True, slots=True)
class Forecast:
    """Shares of exams with 95 % Wilson intervals. ``hours``: of adjudication in the planned exams.

    ``agreement``: share of cells that both readers answer alike, among the cells that either answers. ``different``: share of exams
    with any difference. ``cells_per_case``: cells to decide, closure included. ``assumed``: compared items without rates.
    """

    charter: str
    exams: int
    with_case: Estimate
    different: Estimate
    agreement: Estimate
    cells_per_case: float
    planned_exams: int
    minutes_per_case: float
    classes: tuple[ClassLoad, ...]
    rules: tuple[RuleLoad, ...]
    assumed: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of exams with a case."""
        return self.with_case.value or 0.0

    @property
    def hours(self) -> float:
        return self.share * self.planned_exams * self.minutes_per_case / 60


def too_many(forecast: Forecast) -> Fault | None:
    """The warning W09, where more than 60 % of the exams are expected to have a case."""
    if forecast.share <= MOST:
        return None
    return Fault("W09", "class", f"a case is expected in {forecast.share:.1%} of exams", f"{forecast.share:.3f}", (f"at most {MOST}",))


@dataclass(slots=True)
class _Counts:
    cases: int = 0
    different: int = 0
    cells: int = 0
    alike: int = 0
    to_decide: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    needed: Counter[str] = field(default_factory=Counter)
    """Exams that would have no case without this rule."""


def foretold(charter: Charter, rates: Rates, exams: int = EXAMS, told: Told = lambda _done, _of: None) -> Forecast:
    """The forecast from so many exams by chance. The same rates give the same forecast. ``told`` hears (done, of)."""
    drawn, counts = Exams(charter, rates), _Counts()
    rules = _rules_that_adjudicate(charter)
    for number in range(exams):
        _count(charter, counts, list(drawn.exam(number)), frozenset(rules))
        if number % 100 == 99:
            told(number + 1, exams)
    return Forecast(
        charter=charter.hash,
        exams=exams,
        with_case=proportion(counts.cases, exams),
        different=proportion(counts.different, exams),
        agreement=proportion(counts.alike, counts.cells),
        cells_per_case=counts.to_decide / counts.cases if counts.cases else 0.0,
        planned_exams=rates.planned_exams,
        minutes_per_case=rates.minutes_per_case,
        classes=tuple(ClassLoad(one.id, one.label, one.action, proportion(counts.classes[one.id], exams)) for one in charter.classes),
        rules=tuple(RuleLoad(one, proportion(counts.rules[one], exams), _without(counts, one, exams)) for one in rules),
        assumed=drawn.assumed,
    )


def _without(counts: _Counts, rule: str, exams: int) -> Estimate:
    return proportion(counts.cases - counts.needed[rule], exams)


def _rules_that_adjudicate(charter: Charter) -> tuple[str, ...]:
    return tuple(f"{one.id}.{n}" for one in charter.classes if one.action == "adjudicate" for n in range(1, len(one.rules) + 1))


def _count(charter: Charter, counts: _Counts, readings: list[Drawn], adjudicating: frozenset[str]) -> None:
    """One exam with all its reading types. A class or rule counts once per exam."""
    compared = [_compared(charter, reading) for reading in readings]
    counts.different += any(_agreement(counts, reading) for reading in readings)
    disputed = [set(one.rules) & adjudicating for comparison in compared for one in comparison.disputed]
    counts.classes.update({letter for comparison in compared for letter in _classes(comparison)})
    counts.rules.update(set().union(*disputed))
    counts.cases += bool(disputed)
    counts.to_decide += sum(len(comparison.to_decide) for comparison in compared)
    if disputed:
        counts.needed.update(set.intersection(*disputed) if all(len(rules) == 1 for rules in disputed) else set())


def _agreement(counts: _Counts, reading: Drawn) -> bool:
    """Counts the cells that either reader answered; whether any differs."""
    pairs = [(one, reading.two[cell]) for cell, one in reading.one.items()]
    asked = [(one, two) for one, two in pairs if not {one.missing, two.missing} <= {Missing.NOT_APPLICABLE, Missing.NOT_IMAGED}]
    alike = sum(same(one, two) for one, two in asked)
    counts.cells += len(asked)
    counts.alike += alike
    return alike < len(asked)


def _classes(comparison: Comparison) -> set[str]:
    return {letter for one in (*comparison.disputed, *comparison.results) for letter in one.classes}


def _compared(charter: Charter, reading: Drawn) -> Comparison:
    return compare(charter, reading.visit, reading.one, reading.two, 1)
