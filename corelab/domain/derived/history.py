"""The earlier exams of a subject: what an endpoint that looks back may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, Grade, Source

_NO_SOURCES: Mapping[Cell, Source] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EarlierExam:
    """An earlier exam with its final grades; ``days`` from it to the exam that looks back, None where a date is not known.

    An exam that is there but not final has no grades: what looks back to it stays open. Its endpoints are derived anew from its grades.
    """

    visit: str
    grades: Mapping[Cell, Grade]
    days: int | None
    sources: Mapping[Cell, Source] = field(default_factory=lambda: _NO_SOURCES)

    @classmethod
    def of(cls, visit: str, results: Iterable[Result], days: int | None) -> Self:
        final = tuple(results)
        grades = MappingProxyType({one.cell: one.grade for one in final})
        return cls(visit, grades, days, MappingProxyType({one.cell: one.source for one in final}))


@dataclass(frozen=True, slots=True)
class History:
    """The earlier exams of one subject, in the order of time."""

    exams: tuple[EarlierExam, ...] = ()

    def before(self, exam: EarlierExam) -> Self:
        """The history as it was at an earlier exam, days counted to that exam."""
        earlier = self.exams[: next(n for n, one in enumerate(self.exams) if one is exam)]
        return replace(self, exams=tuple(replace(one, days=_between(one.days, exam.days)) for one in earlier))


def _between(first: int | None, then: int | None) -> int | None:
    return None if first is None or then is None else first - then
