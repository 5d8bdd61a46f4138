"""What a load forecast is told: how grades are distributed, and how often each reader gives which answer for which truth."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from corelab.domain.charter import Charter, Fault
from corelab.domain.charter.faults import Findings, Location
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.domain.charter.structure import frozen
from corelab.domain.charter.table import Id, Number, Table

NOT_EVALUABLE = "NE"
MAX_BYTES = 1024 * 1024
_FAULT = "R01"
_TOLERANCE = 0.001
_NUMBER_TRUTH = frozenset({"mean", "sd", NOT_EVALUABLE})
_NUMBER_READER = frozenset({"bias", "sd", NOT_EVALUABLE})
_MULTI_READER = frozenset({"error", NOT_EVALUABLE})

Share = Annotated[Number, Field(ge=0, le=1)]
Row = Mapping[str, float]


class RatesError(Exception):
    """The rates cannot be used with this charter; ``faults`` are all that were found."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))
        self.faults = faults


class ItemRates(Table):
    """How the truth of an item is distributed, and what readers make of it; on some segments and at some visits only, where it says so.

    Choice: ``truth`` is value -> share, a reader is truth -> (answer -> share), a row left out is always right. Number: ``truth`` has
    ``mean`` and ``sd``, a reader ``bias`` and ``sd`` of the error. Multi: ``truth`` is value -> share of cells that have it, a reader has
    the ``error`` with which each value is judged wrongly. ``NE`` is a share everywhere. One reader stands for all; otherwise every
    pair reads as many exams.
    """

    item: Id
    groups: tuple[Id, ...] = ()
    segments: tuple[Id, ...] = ()
    visits: tuple[Id, ...] = ()
    truth: dict[str, Number]
    readers: Annotated[tuple[dict[str, Number | dict[str, Share]], ...], Field(alias="reader")] = ()


class AttributeRates(Table):
    """How often subjects, or segments of them, have which value of an attribute."""

    id: Id
    segments: tuple[Id, ...] = ()
    values: dict[str, Share]


class Rates(Table):
    """The whole of what a forecast is told. ``imaged``: segment -> share of exams that have a clip of it."""

    seed: int = 1
    planned_exams: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    minutes_per_case: Annotated[Number, Field(gt=0, le=600)]
    visits: tuple[Id, ...] = ()
    items: Annotated[tuple[ItemRates, ...], Field(alias="item", min_length=1)]
    attributes: Annotated[tuple[AttributeRates, ...], Field(alias="attribute")] = ()
    imaged: dict[str, Share] = Field(default_factory=dict)

    @property
    def told(self) -> tuple[str, ...]:
        """The items that have rates."""
        return tuple(dict.fromkeys(one.item for one in self.items))

    @property
    def readers(self) -> int:
        """How many readers have rates of their own; 1 when one stands for all."""
        return max((len(one.readers) for one in self.items), default=1) or 1


def read_rates(charter: Charter, data: bytes) -> Rates:
    """The rates in a TOML file. Raises RatesError with every fault."""
    tree = _tree(data)
    findings = Findings(tree)
    try:
        rates = Rates.model_validate(frozen(tree))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            findings.add(_FAULT, tuple(fault["loc"]), str(fault["msg"]))
        raise RatesError(findings.in_file_order()) from error
    for place, message in (*_names(charter, rates), *_shares(charter, rates)):
        findings.add(_FAULT, place, message)
    faults = findings.in_file_order()
    if faults:
        raise RatesError(faults)
    return rates


def _tree(data: bytes) -> dict[str, Any]:
    try:
        if len(data) > MAX_BYTES:
            raise RatesError((Fault(_FAULT, "", "the file is larger than 1 MiB"),))
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RatesError((Fault(_FAULT, "", f"not TOML: {error}"),)) from error


def _names(charter: Charter, rates: Rates) -> Iterator[tuple[Location, str]]:
    """What the charter does not have."""
    segments, visits = {one.id for one in charter.segments}, {one.id for one in charter.visits}
    groups, attributes = {one.id for one in charter.groups}, {one.id: one.values for one in charter.attributes}
    yield from _unknown(("visits",), rates.visits, visits, "visit")
    yield from _unknown(("imaged",), rates.imaged, segments, "segment")
    for n, one in enumerate(rates.items):
        yield from _unknown(("item", n, "item"), [one.item], {item.id for item in charter.items}, "item")
        yield from _unknown(("item", n, "groups"), one.groups, groups, "group")
        yield from _unknown(("item", n, "segments"), one.segments, segments, "segment")
        yield from _unknown(("item", n, "visits"), one.visits, visits, "visit")
    for n, attribute in enumerate(rates.attributes):
        yield from _unknown(("attribute", n, "id"), [attribute.id], attributes, "attribute")
        yield from _unknown(("attribute", n, "segments"), attribute.segments, segments, "segment")
        yield from _unknown(("attribute", n, "values"), attribute.values, attributes.get(attribute.id, attribute.values), "value of it")


def _unknown(place: Location, found: Any, known: Any, what: str) -> Iterator[tuple[Location, str]]:
    yield from ((place, f'"{name}" is no {what} of the charter') for name in found if name not in known)


def _shares(charter: Charter, rates: Rates) -> Iterator[tuple[Location, str]]:
    items = {item.id: item for item in charter.items}
    for n, one in enumerate(rates.items):
        if one.item in items:
            yield from ((("item", n, *place), message) for place, message in _of_item(items[one.item], one))
        if len(one.readers) not in {0, 1, rates.readers}:
            yield ("item", n, "reader"), f"{len(one.readers)} readers here, {rates.readers} elsewhere: one for all, or one each"
    for n, attribute in enumerate(rates.attributes):
        yield from _sum(("attribute", n, "values"), attribute.values)


def _of_item(item: Item, rates: ItemRates) -> Iterator[tuple[Location, str]]:
    match item:
        case ChoiceItem():
            yield from _of_choice(item, rates)
        case NumberItem():
            yield from _keys(("truth",), rates.truth, _NUMBER_TRUTH)
            yield from _each_reader(rates, _NUMBER_READER)
            if {"mean", "sd"} - rates.truth.keys():
                yield ("truth",), "a number has a mean and an sd"
        case MultiItem():
            yield from _keys(("truth",), rates.truth, {option.value for option in item.options} | {NOT_EVALUABLE})
            yield from _each_reader(rates, _MULTI_READER)
        case _:
            yield ("item",), f"{item.id} is a text: it is never compared"


def _of_choice(item: ChoiceItem, rates: ItemRates) -> Iterator[tuple[Location, str]]:
    allowed = {option.value for option in item.options} | ({NOT_EVALUABLE} if item.allow_ne else set())
    yield from _row(("truth",), rates.truth, allowed)
    for n, reader in enumerate(rates.readers):
        yield from _keys(("reader", n), reader, allowed)
        for truth, row in reader.items():
            if isinstance(row, dict):
                yield from _row(("reader", n, truth), row, allowed)
            else:
                yield ("reader", n, truth), "a table of answers and their shares belongs here"


def _each_reader(rates: ItemRates, allowed: frozenset[str]) -> Iterator[tuple[Location, str]]:
    for n, reader in enumerate(rates.readers):
        yield from _keys(("reader", n), reader, allowed)
        yield from ((("reader", n, key), "a number belongs here") for key, value in reader.items() if isinstance(value, dict))


def _row(place: Location, row: Row, allowed: set[str]) -> Iterator[tuple[Location, str]]:
    yield from _keys(place, row, allowed)
    yield from _sum(place, row)


def _sum(place: Location, row: Row) -> Iterator[tuple[Location, str]]:
    if abs(sum(row.values()) - 1) > _TOLERANCE or min(row.values(), default=0) < 0:
        yield place, f"shares are 0 or more and add up to 1, not to {sum(row.values()):.4g}"


def _keys(place: Location, table: Iterable[str], allowed: Collection[str]) -> Iterator[tuple[Location, str]]:
    words = ", ".join(sorted(allowed))
    yield from (((*place, key), f'"{key}" is not allowed here; allowed: {words}') for key in table if key not in allowed)
