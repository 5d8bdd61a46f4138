"""Derived endpoints: named functions with parameters (charter format, section 12)."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from corelab.domain.charter.model_condition import Condition
from corelab.domain.charter.table import Id, Label, Number, Selection, Table

DerivationName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,7}$")]
Values = Annotated[tuple[str, ...], Field(min_length=1)]
Bounded = Literal["certain", "strict", "available", "worst_case"]
Unbounded = Literal["strict", "available", "worst_case"]
Comparator = Literal["ge", "gt", "le", "lt"]


class _AnyDerivation(Table):
    id: DerivationName
    label: Label
    scope: Literal["exam", "segment"] = "exam"
    unit: str | None = None
    blocks: Annotated[tuple[Id, ...], Field(min_length=1)]
    visits: tuple[Id, ...] | None = None
    win_ratio_tier: Annotated[int, Field(ge=1, le=100)] | None = None


class Worst(_AnyDerivation):
    function: Literal["worst"]
    item: Id
    over: Selection
    missing: Bounded


class CountOf(_AnyDerivation):
    function: Literal["count"]
    item: Id
    values: Values
    over: Selection
    missing: Unbounded


class Sum(_AnyDerivation):
    function: Literal["sum"]
    item: Id
    over: Selection
    missing: Unbounded


class Largest(_AnyDerivation):
    function: Literal["max"]
    item: Id
    over: Selection
    missing: Unbounded
    na_as: Number | None = None


class Flag(_AnyDerivation):
    function: Literal["flag"]
    true_when: Condition


_Score = int | Literal["NE"]


def _score(score: Any) -> Any:
    if score != "NE" and (not isinstance(score, int) or isinstance(score, bool)):
        raise ValueError('an integer or "NE"')
    return score


class ScoreRow(Table):
    values: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    score: Annotated[_Score, PlainValidator(_score, json_schema_input_type=_Score)]


class ScorePart(Table):
    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
    over: Selection


class LookupScore(_AnyDerivation):
    function: Literal["lookup_score"]
    items: Annotated[tuple[Id, ...], Field(min_length=1, max_length=2)]
    rows: Annotated[tuple[ScoreRow, ...], Field(min_length=1)]
    na_score: int
    parts: Annotated[tuple[ScorePart, ...], Field(min_length=1)]
    absent_part: Literal["skip", "NE"]


class Level(Table):
    level: Annotated[int, Field(ge=1, le=100)]
    over: Selection


class HighestLevel(_AnyDerivation):
    function: Literal["highest_level"]
    items: Annotated[tuple[Id, ...], Field(min_length=1)]
    involved: dict[str, Values]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    missing: Bounded


class RefluxCutoff(Table):
    over: Selection
    seconds: Annotated[Number, Field(ge=0)]


class Reflux(_AnyDerivation):
    function: Literal["reflux"]
    item: Id
    present_item: Id
    absent_values: Values
    cutoffs: Annotated[tuple[RefluxCutoff, ...], Field(min_length=1)]
    missing: Bounded


class Threshold(_AnyDerivation):
    function: Literal["threshold"]
    of: DerivationName | None = None
    of_item: Id | None = None
    op: Comparator
    cutoff: Number


class Percent(_AnyDerivation):
    function: Literal["percent"]
    part: Id
    whole: Id
    less: tuple[Id, ...]


class Change(_AnyDerivation):
    function: Literal["change"]
    of: DerivationName
    since: Annotated[Literal["baseline", "previous"], Field(alias="from")]
    kind: Literal["difference", "percent"]
    over: Selection | None = None


class Rate(_AnyDerivation):
    function: Literal["rate"]
    of: DerivationName
    per: Literal["week", "day"]


class FlowVolume(_AnyDerivation):
    function: Literal["flow_volume"]
    diameter: Id
    velocity: Id
    over: Selection


class Growth(Table):
    item: Id
    by: Number


class NewFinding(_AnyDerivation):
    function: Literal["new_finding"]
    item: Id
    values: Values
    from_values: Values
    over: Selection
    since: Annotated[Literal["baseline", "previous"], Field(alias="from")]
    grows: Growth | None = None


class Evaluable(_AnyDerivation):
    function: Literal["evaluable"]
    item: Id
    over: Selection


Derivation = Annotated[
    Worst
    | CountOf
    | Sum
    | Largest
    | Flag
    | LookupScore
    | HighestLevel
    | Reflux
    | Threshold
    | Percent
    | Change
    | Rate
    | FlowVolume
    | NewFinding
    | Evaluable,
    Field(discriminator="function"),
]
