"""How many exams would become cases: readings by chance through the comparison that the trial runs, counted by class and by rule."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from corelab.domain.agreement.estimate import Estimate
from corelab.domain.agreement.proportion import proportion
from corelab.domain.charter import Charter, Fault
from corelab.domain.discordance import Comparison, compare, same
from corelab.domain.forecast.exam import Drawn, Exams
from corelab.domain.forecast.rates import Rates
from corelab.domain.vocabulary import Missing

EXAMS: Final = 10_000
_STEP: Final = 500
_REACH: Final = 0.01
"""Exams are drawn until the interval of the share with a case reaches no more than 1 % to either side; 10,000 are always enough."""
MOST: Final = 0.6
"""More cases than in this share of exams is worth a warning (charter format, section 15)."""
_NOT_ASKED: Final = frozenset({Missing.NOT_APPLICABLE, Missing.NOT_IMAGED})
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

    ``agreement``: share of cells that both readers answer alike, among the cells that either answers; ``agreement_of`` the same by
    item, where the rates say something of it. ``different``: share of exams with any difference. ``cells_per_case``: cells to decide,
    closure included. ``assumed``: compared items without rates.
    """

    charter: str
    exams: int
    with_case: Estimate
    different: Estimate
    agreement: Estimate
    agreement_of: Mapping[str, Estimate]
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
    exams: int = 0
    cases: int = 0
    different: int = 0
    to_decide: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    needed: Counter[str] = field(default_factory=Counter)
    """Exams that would have no case without this rule."""


def foretold(charter: Charter, rates: Rates, exams: int | None = None, told: Told = lambda _done, _of: None) -> Forecast:
    """The forecast from so many exams by chance; None: enough for 1 % to either side.

    The same rates give the same forecast. ``told`` hears (done, of).
    """
    drawn, counts, most = Exams(charter, rates), _Counts(), exams or EXAMS
    rules = _rules_that_adjudicate(charter)
    while counts.exams < most and not (exams is None and _enough(counts)):
        _count(charter, counts, list(drawn.exam(counts.exams)), frozenset(rules))
        if counts.exams % 100 == 0:
            told(counts.exams, most)
    return _forecast(charter, rates, drawn, counts, rules)


def _enough(counts: _Counts) -> bool:
    """Looked at now and then, so that a lucky moment does not end it."""
    interval = proportion(counts.cases, counts.exams).interval
    return counts.exams > 0 and counts.exams % _STEP == 0 and interval is not None and interval.high - interval.low <= 2 * _REACH


def _forecast(charter: Charter, rates: Rates, drawn: Exams, counts: _Counts, rules: tuple[str, ...]) -> Forecast:
    exams = counts.exams
    return Forecast(
        charter=charter.hash,
        exams=exams,
        with_case=proportion(counts.cases, exams),
        different=proportion(counts.different, exams),
        agreement=proportion(counts.alike.total(), counts.cells.total()),
        agreement_of=MappingProxyType(
            {item: proportion(counts.alike[item], counts.cells[item]) for item in rates.told if counts.cells[item]}
        ),
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
    counts.exams += 1
    differing = [reading for reading in readings if _agreement(counts, reading)]
    counts.different += bool(differing)
    compared = [_compared(charter, reading) for reading in differing]
    disputed = [set(one.rules) & adjudicating for comparison in compared for one in comparison.disputed]
    counts.classes.update({letter for comparison in compared for letter in _classes(comparison)})
    counts.rules.update(set().union(*disputed))
    counts.cases += bool(disputed)
    counts.to_decide += sum(len(comparison.to_decide) for comparison in compared)
    if disputed:
        counts.needed.update(set.intersection(*disputed) if all(len(rules) == 1 for rules in disputed) else set())


def _agreement(counts: _Counts, reading: Drawn) -> bool:
    """Counts the cells that either reader answered; whether any differs. Two readings that do not differ need no comparison."""
    before = counts.cells.total() - counts.alike.total()
    for cell in reading.form.questions:
        one, two = reading.one[cell], reading.two[cell]
        if not {one.missing, two.missing} <= _NOT_ASKED:
            counts.cells[cell.item] += 1
            counts.alike[cell.item] += same(one, two)
    return counts.cells.total() - counts.alike.total() > before


def _classes(comparison: Comparison) -> set[str]:
    disputed = {letter for one in comparison.disputed for letter in one.classes}
    return disputed | {letter for result in comparison.results for letter in result.classes}


def _compared(charter: Charter, reading: Drawn) -> Comparison:
    return compare(charter, reading.visit, reading.one, reading.two, 1, attributes=reading.attributes)
