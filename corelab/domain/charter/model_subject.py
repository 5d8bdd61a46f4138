"""The trial, its missing reasons, subjects, visits, segments and groups (charter format, sections 2 to 4)."""

from typing import Annotated, Literal

from pydantic import Field

from corelab.domain.charter.table import Code, Id, Label, OptionValue, Table, Text


class Header(Table):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")]
    version: Annotated[str, Field(pattern=r"^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$")]
    supersedes: tuple[str, ...] = ()
    title: Label
    changes: Text
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    statement: str


class Trial(Table):
    id: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,16}$")]
    title: Label
    registration: str | None = None


class MissingReason(Table):
    id: Id
    label: Label
    note: bool = False


class MissingReasons(Table):
    """Why a cell has no grade: ``ne`` for what a reader cannot evaluate, ``ni`` for what was not imaged."""

    ne: Annotated[tuple[MissingReason, ...], Field(alias="ne_reason", min_length=1, max_length=9)]
    ni: Annotated[tuple[MissingReason, ...], Field(alias="ni_reason", min_length=1)]


class ExamTable(Table):
    side_attribute: Id | None = None


class Attribute(Table):
    id: Id
    label: Label
    per: Literal["subject", "segment"]
    group: Id | None = None
    values: Annotated[tuple[OptionValue, ...], Field(min_length=2, max_length=12)]
    required: bool = True
    shown_to: tuple[Id, ...] = ()


class Block(Table):
    id: Id
    label: Label


class Visit(Table):
    id: Id
    label: Label
    number: Annotated[int, Field(ge=0, le=10_000)]
    day: Annotated[int, Field(ge=-100_000, le=100_000)]
    window: Annotated[tuple[int, ...], Field(min_length=2, max_length=2)]
    blocks: Annotated[tuple[Id, ...], Field(min_length=1)]
    baseline: bool = False
    required: bool = True


class SegmentExport(Table):
    loc: Annotated[str, Field(min_length=1, max_length=60)]
    dir: str | None = None
    loc_extended: bool = False


class Segment(Table):
    id: Id
    name: Label
    side: Literal["unpaired", "study", "both"]
    presence: Literal["required", "if_received"]
    code: Code
    modifier: Code | None = None
    map: str | None = None
    export: SegmentExport


class Group(Table):
    id: Id
    label: Label
    segments: Annotated[tuple[Id, ...], Field(min_length=1)]
