"""Every derivation of a charter for one exam, and one of them alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import Change, Derivation, NewFinding
from corelab.domain.derived.choice import count, evaluable, highest_level, total, worst
from corelab.domain.derived.findings import exam_of_finding, flag, new_finding, reflux
from corelab.domain.derived.history import EarlierExam, History
from corelab.domain.derived.inputs import source_of
from corelab.domain.derived.looking_back import change, exam_of_change, rate
from corelab.domain.derived.measured import flow_volume, largest, percent, threshold
from corelab.domain.derived.score import lookup_score
from corelab.domain.derived.setting import NOT_APPLICABLE, Setting
from corelab.domain.result import Derived, EarlierInput, Result, Value
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, DerivationId, Grade, Missing, SegmentId, Source, VisitId

_RULES: Mapping[str, Callable[[Setting, Any, SegmentId], Value]] = MappingProxyType(
    {
        "worst": worst,
        "count": count,
        "sum": total,
        "max": largest,
        "flag": flag,
        "lookup_score": lookup_score,
        "highest_level": highest_level,
        "reflux": reflux,
        "threshold": threshold,
        "percent": percent,
        "change": change,
        "rate": rate,
        "flow_volume": flow_volume,
        "new_finding": new_finding,
        "evaluable": evaluable,
    }
)
_NO_HISTORY = History()


def derive(
    charter: Charter, visit: str, results: Sequence[Result], history: History = _NO_HISTORY, attributes: Attributes = UNKNOWN
) -> tuple[Derived, ...]:
    """Every derivation from these results, in the charter's order, one per segment where it stands per segment.

    One that the visit does not have is NA. The same results in another order give the same.
    """
    exam = EarlierExam.of(visit, results, 0)
    setting = Setting(charter, visit, exam.grades, _rule, history, attributes, exam.sources)
    return tuple(_derived(setting, one, segment) for one in charter.derivations for segment in setting.plan.segments(one))


def value_of(
    charter: Charter,
    visit: str,
    derivation: Derivation,
    grades: Mapping[Cell, Grade],
    history: History = _NO_HISTORY,
    attributes: Attributes = UNKNOWN,
) -> Value:
    """A derivation of the whole exam from these grades alone. A cell without a grade is open."""
    return Setting(charter, visit, grades, _rule, history, attributes).value(derivation)


def values_of(
    charter: Charter,
    visit: str,
    derivation: Derivation,
    grades: Mapping[Cell, Grade],
    history: History = _NO_HISTORY,
    attributes: Attributes = UNKNOWN,
) -> Mapping[SegmentId, Value]:
    """A derivation of every segment it has a value for; under ``WHOLE_EXAM`` for one of the exam."""
    setting = Setting(charter, visit, grades, _rule, history, attributes)
    return MappingProxyType({segment: setting.value(derivation, segment) for segment in setting.plan.segments(derivation)})


def _rule(setting: Setting, derivation: Derivation, segment: SegmentId) -> Value:
    if not setting.plan.has(derivation):
        return NOT_APPLICABLE
    return _RULES[derivation.function](setting, derivation, segment)


def _derived(setting: Setting, derivation: Derivation, segment: SegmentId) -> Derived:
    value = setting.value(derivation, segment)
    reached = dict.fromkeys(_reached(setting, derivation, segment))
    sources = [there.sources[cell] for there, cell in reached]
    return Derived(
        id=DerivationId(derivation.id),
        value=value.value,
        missing=value.missing,
        source=_source(sources),
        inputs=tuple(cell for there, cell in reached if there is setting),
        segment=segment,
        earlier=tuple(EarlierInput(VisitId(there.visit), cell) for there, cell in reached if there is not setting),
        parts=value.parts,
    )


def _reached(setting: Setting, derivation: Derivation, segment: SegmentId) -> Iterator[tuple[Setting, Cell]]:
    """Every cell with a result that a derivation looks at, here and in the exam that it looks back to; what does not apply left out."""
    if not setting.plan.has(derivation):
        return
    there, source = _looked_back_to(setting, derivation), source_of(setting.charter, derivation)
    if source is not None:
        of = segment if source.scope == "segment" else WHOLE_EXAM
        for one in (setting, there):
            yield from _reached(one, source, of) if one is not None else ()
    else:
        cells = setting.plan.inputs(derivation, segment)
        for one in (setting, there):
            yield from ((one, cell) for cell in cells if one is not None and _applies(one, cell))


def _looked_back_to(setting: Setting, derivation: Derivation) -> Setting | None:
    exam: object = None
    if isinstance(derivation, Change):
        exam = exam_of_change(setting, derivation)
    elif isinstance(derivation, NewFinding):
        exam = exam_of_finding(setting, derivation)
    return setting.at(exam) if isinstance(exam, EarlierExam) else None


def _applies(setting: Setting, cell: Cell) -> bool:
    grade = setting.grades.get(cell)
    return cell in setting.sources and grade is not None and grade.missing is not Missing.NOT_APPLICABLE


def _source(sources: Sequence[Source]) -> Source:
    """CONCORDANT if all inputs are, ADJUDICATED if any is, else REFERENCE."""
    if all(source is Source.CONCORDANT for source in sources):
        return Source.CONCORDANT
    return Source.ADJUDICATED if Source.ADJUDICATED in sources else Source.REFERENCE
