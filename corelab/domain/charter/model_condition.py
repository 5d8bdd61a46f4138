"""Conditions as tables: nothing is ever evaluated as an expression (charter format, section 7)."""

import math
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PlainValidator, Tag

from corelab.domain.charter.table import Id, Number, Table, Where

Operator = Literal["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "answered", "missing"]
Scalar = str | bool | int | float
FORMS = ("all_of", "any_of", "not", "item", "attribute", "fact")


def _plain(value: Any) -> Any:
    """A text, a truth, a finite number, or an array of these."""
    parts = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(part, str | int) or (isinstance(part, float) and math.isfinite(part)) for part in parts):
        raise ValueError("text, true or false, a finite number, or an array of these")
    return value


Value = Annotated[Scalar | tuple[Scalar, ...], PlainValidator(_plain, json_schema_input_type=Scalar | tuple[Scalar, ...])]


class AllOf(Table):
    all_of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class AnyOf(Table):
    any_of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Not(Table):
    negated: Annotated["Condition", Field(alias="not")]


class ItemLeaf(Table):
    item: Id
    op: Operator
    segment: str | None = None
    group: Id | None = None
    match: Literal["any", "all"] | None = None
    where: Where | None = None
    value: Value | None = None
    other: Id | None = None
    factor: Number | None = None


class AttributeLeaf(Table):
    attribute: Id
    op: Literal["eq", "ne", "in", "not_in"]
    value: Value
    segment: str | None = None


class FactLeaf(Table):
    fact: Literal["segment", "visit", "block", "evidence_label_differs", "unplayed_clips", "reading_seconds"]
    op: Literal["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge"]
    value: Value
    segment: Literal["each"] | None = None


def form_of(table: Any) -> str | None:
    """Which form of a condition a parsed table is, by the first key that says so; None for no condition."""
    return next((form for form in FORMS if form in table), None) if isinstance(table, dict) else None


def _tag(table: Any) -> str | None:
    """The form in brackets: no key can be taken for it in the place that a fault names."""
    form = form_of(table)
    return f"<{form}>" if form else None


Condition = Annotated[
    Annotated[AllOf, Tag("<all_of>")]
    | Annotated[AnyOf, Tag("<any_of>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[ItemLeaf, Tag("<item>")]
    | Annotated[AttributeLeaf, Tag("<attribute>")]
    | Annotated[FactLeaf, Tag("<fact>")],
    Discriminator(_tag),
]

for _table in (AllOf, AnyOf, Not):
    _table.model_rebuild()
