"""What every table of a charter has in common: frozen, strict, no key that is not listed; and the small types of its values."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
OptionValue = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Table(BaseModel):
    """One table of the TOML file. Nothing is converted: a number in quotes is a fault, not a number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Code(Table):
    """A coded concept. Lengths and scheme are checked apart, so that their faults carry their own code."""

    value: str
    scheme: str
    meaning: str


class Where(Table):
    """Keeps the segments whose attribute has one of the values."""

    attribute: Id
    values: Annotated[tuple[str, ...], Field(min_length=1, alias="in")]


class Selection(Table):
    """Segments, by a group or one by one."""

    group: Id | None = None
    segments: Annotated[tuple[Id, ...], Field(min_length=1)] | None = None
    where: Where | None = None


Use = Literal["core", "detail", "optional"]
