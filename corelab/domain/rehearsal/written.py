"""A made-up exam as its author writes it: a JSON document with two readings, told in full what is wrong in it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from corelab.domain.allocation import Slot
from corelab.domain.attributes import NOT_PRESENT, Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem
from corelab.domain.places import segments_of
from corelab.domain.values import JOINT, NumberRefusedError, fits, joined, typed_number
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, ItemId, SegmentId, not_evaluable

CLEAN: Final = "clean"
_KEYS: Final = (
    *("attributes", "days", "decisions", "not_imaged", "previous", "reading_1", "reading_2", "reference"),
    *("segment_attributes", "start", "visit"),
)
_NE: Final = "NE"


@dataclass(frozen=True, slots=True)
class CaseFault:
    """One thing that is wrong in a made-up exam: where it stands, what is wrong, what is allowed there."""

    path: str
    message: str
    allowed: tuple[str, ...] = ()


class CaseRefusedError(Exception):
    """The made-up exam is not one of this charter; ``faults`` are all that were found."""

    def __init__(self, *faults: CaseFault) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))
        self.faults = faults


Stated = Mapping[Cell, Grade]


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A made-up exam. ``blank`` are cells left open on purpose, by reading; ``decisions`` are A, B, or an own grade.

    ``received`` are segments that are there whatever the charter says of them; ``days`` lie between the ``previous`` exam and this one.
    """

    visit: str
    attributes: Attributes
    clean: bool
    readings: Mapping[Slot, Stated]
    blank: Mapping[Slot, Collection[Cell]]
    received: frozenset[SegmentId]
    not_imaged: Mapping[Cell, str]
    reference: Slot
    decisions: Mapping[Cell, Grade | str]
    previous: "WrittenCase | None" = None
    days: int | None = None


def read_case(document: object, charter: Charter) -> WrittenCase:
    """The made-up exam that a JSON document describes. Raises CaseRefusedError with all faults."""
    reading = _Reading(charter, [])
    case = reading.case(document, "")
    if case is None or reading.faults:
        raise CaseRefusedError(*reading.faults)
    return case


@dataclass(slots=True)
class _Reading:
    """Reads one document and gathers what is wrong in it."""

    charter: Charter
    faults: list[CaseFault] = field(default_factory=list)

    def case(self, document: object, path: str) -> WrittenCase | None:
        if not isinstance(document, dict):
            self._fault(path or "(file)", "an object is needed")
            return None
        for key in document.keys() - set(_KEYS):
            self._fault(_under(path, key), "unknown key", _KEYS)
        visits = tuple(visit.id for visit in self.charter.visits)
        if document.get("visit") not in visits:
            self._fault(_under(path, "visit"), f"{_shown(document.get('visit'))} is not a visit", visits)
            return None
        attributes = self._attributes(document, path)
        known = self._segments(attributes)
        stated = {slot: dict(self._cells(document, _under(path, f"reading_{slot}"), f"reading_{slot}", known)) for slot in (1, 2)}
        closed = dict(self._not_imaged(document, _under(path, "not_imaged"), known))
        named = {segment for key in ("reading_1", "reading_2", "not_imaged") for segment in self._table(document, key, path)}
        return WrittenCase(
            visit=document["visit"],
            attributes=attributes,
            clean=self._start(document, path),
            readings={1: _answered(stated[1]), 2: _answered(stated[2])},
            blank={1: _left_open(stated[1]), 2: _left_open(stated[2])},
            received=frozenset(SegmentId(one) for one in {*named, *_there(attributes)} if one in known and one != WHOLE_EXAM),
            not_imaged=closed,
            reference=self._reference(document, path),
            decisions=dict(self._decisions(document, _under(path, "decisions"), known)),
            previous=self._previous(document, path),
            days=self._days(document, path),
        )

    # ------------------------------------------------------------ parts

    def _start(self, document: Mapping[str, Any], path: str) -> bool:
        start = document.get("start")
        if start not in {CLEAN, None}:
            self._fault(_under(path, "start"), f"{_shown(start)} is no start", (CLEAN,))
        return start == CLEAN

    def _reference(self, document: Mapping[str, Any], path: str) -> Slot:
        slot = document.get("reference", 1)
        if slot not in (1, 2) or isinstance(slot, bool):
            self._fault(_under(path, "reference"), f"{_shown(slot)} is not a reading", ("1", "2"))
        return 2 if slot == 2 else 1

    def _days(self, document: Mapping[str, Any], path: str) -> int | None:
        days = document.get("days")
        if days is not None and (isinstance(days, bool) or not isinstance(days, int)):
            self._fault(_under(path, "days"), f"{_shown(days)} is not a number of days")
            return None
        return days

    def _previous(self, document: Mapping[str, Any], path: str) -> WrittenCase | None:
        if document.get("previous") is None:
            return None
        earlier = self.case(document["previous"], _under(path, "previous"))
        numbers = {visit.id: visit.number for visit in self.charter.visits}
        if earlier is not None and numbers[earlier.visit] >= numbers[document["visit"]]:
            self._fault(_under(path, "previous.visit"), f"{earlier.visit} is not before {document['visit']}")
        return earlier

    def _attributes(self, document: Mapping[str, Any], path: str) -> Attributes:
        subject = dict(self._values(self._table(document, "attributes", path), _under(path, "attributes"), "subject"))
        side = self.charter.exam.side_attribute
        if side is not None:
            subject.setdefault(side, "left")  # which side it is changes nothing in what a charter makes of it
        found: dict[tuple[str, SegmentId], str] = {}
        for segment, values in self._table(document, "segment_attributes", path).items():
            place = _under(path, f"segment_attributes.{segment}")
            if not isinstance(values, dict):
                self._fault(place, "an object is needed")
                continue
            found |= {(name, SegmentId(segment)): value for name, value in self._values(values, place, "segment")}
        attributes = Attributes(subject, found)
        for segment in {segment for _, segment in found} - self._segments(attributes):
            self._fault(_under(path, f"segment_attributes.{segment}"), f"{segment} is not a segment")
        return attributes

    def _values(self, table: Mapping[str, Any], path: str, per: str) -> Iterator[tuple[str, str]]:
        allowed = {one.id: one.values for one in self.charter.attributes if one.per == per}
        for name, value in table.items():
            if name not in allowed:
                self._fault(f"{path}.{name}", f"{name} is no attribute of a {per}", tuple(allowed))
            elif value not in allowed[name]:
                self._fault(f"{path}.{name}", f"{_shown(value)} is not one of its values", allowed[name])
            else:
                yield name, value

    def _segments(self, attributes: Attributes) -> set[str]:
        return {WHOLE_EXAM, *(place.id for place in segments_of(self.charter, attributes))}

    # ------------------------------------------------------------ cells

    def _cells(self, document: Mapping[str, Any], path: str, key: str, known: Collection[str]) -> Iterator[tuple[Cell, Grade | None]]:
        for cell, item, place, value in self._places(self._by_segment(document, path, key, known), path):
            if value is None:
                yield cell, None
            elif (grade := self._grade(item, value, place)) is not None:
                yield cell, grade

    def _decisions(self, document: Mapping[str, Any], path: str, known: Collection[str]) -> Iterator[tuple[Cell, Grade | str]]:
        for cell, item, place, value in self._places(self._by_segment(document, path, "decisions", known), path):
            if value in ("A", "B"):
                yield cell, value
            elif value is not None and (grade := self._grade(item, value, place)) is not None:
                yield cell, grade

    def _not_imaged(self, document: Mapping[str, Any], path: str, known: Collection[str]) -> Iterator[tuple[Cell, str]]:
        reason = self.charter.missing.ni[0].id
        for segment, items in self._by_segment(document, path, "not_imaged", known).items():
            if not isinstance(items, list):
                self._fault(f"{path}.{segment}", "an array of items is needed")
                continue
            for cell, _item, _place, _value in self._places({segment: dict.fromkeys(map(str, items))}, path):
                yield cell, reason

    def _by_segment(self, document: Mapping[str, Any], path: str, key: str, known: Collection[str]) -> dict[str, Any]:
        table = self._table(document, key, path.rpartition(".")[0])
        for segment in table:
            if segment not in known:
                self._fault(f"{path}.{segment}", f"{segment} is not a segment", tuple(sorted(known - {WHOLE_EXAM})))  # type: ignore[operator]
        return {segment: cells for segment, cells in table.items() if segment in known}

    def _places(self, table: Mapping[str, Any], path: str) -> Iterator[tuple[Cell, Item, str, Any]]:
        items = {item.id: item for item in self.charter.items}
        for segment, cells in table.items():
            scope = "exam" if segment == WHOLE_EXAM else "segment"
            if not isinstance(cells, dict):
                self._fault(f"{path}.{segment}", "an object is needed")
                continue
            for name, value in cells.items():
                place = f"{path}.{segment}.{name}"
                item = items.get(name)
                if item is None or item.scope != scope:
                    named = tuple(one.id for one in self.charter.items if one.scope == scope)
                    self._fault(place, f"{name} is no item of {'the whole exam' if scope == 'exam' else 'a segment'}", named)
                else:
                    yield Cell(SegmentId(segment), ItemId(name)), item, place, value

    def _grade(self, item: Item, value: object, place: str) -> Grade | None:
        if isinstance(value, str) and (value == _NE or value.startswith(f"{_NE}:")):
            return self._not_evaluable(item, value, place)
        try:
            text = _text(item, value)
        except NumberRefusedError as error:
            self._fault(place, f"{_shown(value)} is not a number from {error.low} to {error.high} with {error.decimals} decimals")
            return None
        if text is None or not fits(item, text):
            options = getattr(item, "options", ())
            several = f'; several are written as "{JOINT.join(one.value for one in options[:2])}"' if isinstance(item, MultiItem) else ""
            self._fault(place, f"{_shown(value)} is not a value of {item.id}{several}", tuple(option.value for option in options))
            return None
        return Grade(text)

    def _not_evaluable(self, item: Item, value: str, place: str) -> Grade | None:
        """With its reason; ``NE`` alone takes the first that is offered."""
        offered = [one.id for one in self.charter.missing.ne if item.ne_reasons is None or one.id in item.ne_reasons]
        reason = value.partition(":")[2] or offered[0]
        if not item.allow_ne or reason not in offered:
            message = f"{reason} is no reason for it" if item.allow_ne else f"{item.id} may not be not evaluable"
            self._fault(place, message, tuple(offered) if item.allow_ne else ())
            return None
        return not_evaluable(reason)

    def _table(self, document: Mapping[str, Any], key: str, path: str) -> dict[str, Any]:
        table = document.get(key)
        if table is None or isinstance(table, dict):
            return table or {}
        place = _under(path, key)
        if all(fault.path != place for fault in self.faults):
            self._fault(place, "an object is needed")
        return {}

    def _fault(self, path: str, message: str, allowed: tuple[str, ...] = ()) -> None:
        self.faults.append(CaseFault(path, message, allowed))


def _text(item: Item, value: object) -> str | None:
    """A value as it is stored; None for one of another kind."""
    if isinstance(value, bool):
        return None
    if isinstance(item, NumberItem) and isinstance(value, int | float | str):
        return typed_number(item, value if isinstance(value, str) else f"{Decimal(str(value)).normalize():f}")
    if isinstance(item, MultiItem) and isinstance(value, list):
        return joined(item, map(str, value)) if all(one in {option.value for option in item.options} for one in value) else None
    return value if isinstance(value, str) else None


def _answered(stated: Mapping[Cell, Grade | None]) -> dict[Cell, Grade]:
    return {cell: grade for cell, grade in stated.items() if grade is not None}


def _left_open(stated: Mapping[Cell, Grade | None]) -> frozenset[Cell]:
    return frozenset(cell for cell, grade in stated.items() if grade is None)


def _there(attributes: Attributes) -> set[SegmentId]:
    return {segment for (_, segment), value in attributes.segments.items() if value != NOT_PRESENT}


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: object) -> str:
    return '""' if value == "" else str(value) if value is not None else "nothing"
