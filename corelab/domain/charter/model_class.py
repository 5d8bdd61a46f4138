"""Classes of difference between two readings, and how they are adjudicated (charter format, section 11)."""

from typing import Annotated, Literal

from pydantic import Field

from corelab.domain.charter.table import Id, Label, Number, Table, Where

_Percent = Annotated[Number, Field(ge=0)]
_Ids = Annotated[tuple[Id, ...], Field(min_length=1)]
_Parts = Annotated[tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...], Field(min_length=2)]


class DerivedDifference(Table):
    kind: Literal["derived_difference"]
    derivations: _Ids


class DerivedTolerance(Table):
    kind: Literal["derived_tolerance"]
    derivations: _Ids
    percent: _Percent


class _OnCells(Table):
    items: _Ids
    groups: tuple[Id, ...] = ()
    segments: tuple[Id, ...] = ()
    where: Where | None = None
    ne_vs_value: bool = False


class AnyDifference(_OnCells):
    kind: Literal["any_difference"]


class OrdinalDistance(_OnCells):
    kind: Literal["ordinal_distance"]
    min: Annotated[int, Field(ge=1, le=7)]


class Partition(_OnCells):
    kind: Literal["partition"]
    parts: _Parts
    na_as: str | None = None


class NumericTolerance(_OnCells):
    kind: Literal["numeric_tolerance"]
    absolute: _Percent | None = None
    percent: _Percent | None = None


class AcrossCutoff(_OnCells):
    kind: Literal["across_cutoff"]
    cutoff: Number


CellRule = AnyDifference | OrdinalDistance | Partition | NumericTolerance | AcrossCutoff
ClassRule = Annotated[
    DerivedDifference | DerivedTolerance | AnyDifference | OrdinalDistance | Partition | NumericTolerance | AcrossCutoff,
    Field(discriminator="kind"),
]


class DifferenceClass(Table):
    id: Literal["A", "B", "C", "D", "E"]
    label: Label
    action: Literal["adjudicate", "reference"]
    visits: tuple[Id, ...] | None = None
    rules: Annotated[tuple[ClassRule, ...], Field(alias="rule", min_length=1)]

    def applies_at(self, visit: str) -> bool:
        return self.visits is None or visit in self.visits


class Adjudication(Table):
    mode: Literal["review", "independent", "forced_choice"]
    ab_order: Literal["segment", "exam"]
    closure: bool
    reason_required: bool
    excludes: tuple[Literal["reader_of_subject", "reader_of_exam", "designator_of_exam"], ...]
