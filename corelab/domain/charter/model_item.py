"""Items: the questions of a form, their options and what proves an answer (charter format, section 5)."""

from typing import Annotated, Literal

from pydantic import Field

from corelab.domain.charter.table import Code, Id, Label, Number, OptionValue, Table

Digit = Literal["1", "2", "3", "4", "5", "6", "7", "8"]


class Option(Table):
    value: OptionValue
    label: Label
    key: Digit
    rank: int | None = None
    code: Code | None = None


class EvidenceRule(Table):
    """What proves an answer: the frame on screen by itself (``auto``), or one that the reader marked (``explicit_for``)."""

    kind: Literal["frame", "frame_pair", "measurement"]
    region: Literal["b_mode", "colour", "spectral", "any"]
    auto: bool
    explicit_for: tuple[OptionValue, ...] = ()


class ItemExport(Table):
    testcd: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]
    test: Annotated[str, Field(min_length=1, max_length=40)]


class _AnyItem(Table):
    id: Id
    label: Label
    question: Annotated[str, Field(min_length=1, max_length=120)]
    scope: Literal["segment", "exam"]
    allow_ne: bool = False
    ne_reasons: tuple[Id, ...] | None = None
    concept: Code | None = None
    evidence: EvidenceRule | None = None
    export: ItemExport

    def needs_mark(self, value: str) -> bool:
        """Whether this answer needs evidence that the reader marked."""
        return self.evidence is not None and value in self.evidence.explicit_for


_Options = Annotated[tuple[Option, ...], Field(alias="option", min_length=2, max_length=8)]


class ChoiceItem(_AnyItem):
    kind: Literal["choice"]
    scale: Literal["nominal", "ordinal"]
    options: _Options
    default: OptionValue | None = None

    def option(self, value: str) -> Option | None:
        return next((option for option in self.options if option.value == value), None)

    def rank(self, value: str) -> int | None:
        """The rank of an option of an ordinal item; None for what has no rank."""
        option = self.option(value)
        return option.rank if option else None

    @property
    def worst_rank(self) -> int:
        return len(self.options) - 1


class MultiItem(_AnyItem):
    kind: Literal["multi"]
    options: _Options


class NumberItem(_AnyItem):
    kind: Literal["number"]
    unit: Annotated[str, Field(min_length=1, max_length=32)]
    min: Number
    max: Number
    decimals: Annotated[int, Field(ge=0, le=3)]
    measure: Literal["length", "time", "velocity", "typed"]


class TextItem(_AnyItem):
    kind: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=4000)]


Item = Annotated[ChoiceItem | MultiItem | NumberItem | TextItem, Field(discriminator="kind")]
