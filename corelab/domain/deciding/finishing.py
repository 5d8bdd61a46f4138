"""The final grades of an exam: what both say, what was decided, what the reference says where the charter does not adjudicate."""

from collections.abc import Iterable, Mapping

from corelab.domain.class_rules import letters, same
from corelab.domain.deciding.decision import Decision, DecisionRefusedError, Mode
from corelab.domain.deciding.third_read import ThirdRead
from corelab.domain.discordance import Comparison
from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, Grade, Source


def finish(comparison: Comparison, decisions: Iterable[Decision]) -> tuple[Result, ...]:
    """The result of every cell, in form order.

    Raises DecisionRefusedError where a disputed cell or a waiting detail is not decided, and where a decision stands for any other cell
    than these and the details that hang on them.
    """
    decided = {decision.cell: decision for decision in decisions}
    to_decide = {dispute.cell for dispute in comparison.to_decide}
    required = to_decide | set(comparison.waiting)
    allowed = required | {detail.cell for detail in comparison.details}
    for cell in [*(required - decided.keys()), *(decided.keys() - allowed)]:
        raise DecisionRefusedError(cell)
    results = results_so_far(comparison, decided.values())
    if len(results) != len(comparison.grades_1):
        open_cells = comparison.grades_1.keys() - {result.cell for result in results}
        raise DecisionRefusedError(min(open_cells))
    return results


def results_so_far(comparison: Comparison, decisions: Iterable[Decision]) -> tuple[Result, ...]:
    """The result of every cell that is certain with these decisions, in form order; an open or waiting cell has none."""
    own = {decision.cell: decision.grade for decision in decisions}
    if not own:
        return comparison.results
    final = ThirdRead(comparison, own).decisions if _is_third_read(comparison) else own
    settled = {result.cell: result for result in comparison.results}
    for cell, grade in final.items():
        agreed = settled.get(cell)
        if agreed is None or agreed.source is not Source.CONCORDANT or not same(agreed.grade, grade):
            settled[cell] = _adjudicated(comparison, cell, grade, own)
    return tuple(settled[cell] for cell in comparison.grades_1 if cell in settled)


def _is_third_read(comparison: Comparison) -> bool:
    return Mode(comparison.charter.adjudication.mode) is Mode.INDEPENDENT


def _adjudicated(comparison: Comparison, cell: Cell, grade: Grade, own: Mapping[Cell, Grade]) -> Result:
    """``decision`` is what the adjudicator said, which need not be what stands after an independent third read."""
    one, two = (grades[cell].code if cell in grades else "" for grades in (comparison.grades_1, comparison.grades_2))
    said = own[cell].code if cell in own else None
    rules = next((dispute.rules for dispute in comparison.to_decide if dispute.cell == cell), comparison.rules.get(cell, ()))
    classes = next((dispute.classes for dispute in comparison.to_decide if dispute.cell == cell), letters(rules))
    return Result(cell, grade, Source.ADJUDICATED, one, two, said, classes, rules)
