"""An exam of the calibration set whose truth people agreed on, as its author writes it: a JSON document, told in full what is wrong."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.completeness import Fact, unknown_facts
from corelab.domain.form import Form, form_for, run_time_ids
from corelab.domain.rehearsal.written import CaseFault, CaseRefusedError, read_case
from corelab.domain.vocabulary import Cell, Grade, ReadingTypeId, SegmentId, Side, VisitId

_OF_THE_CASE: Final = ("attributes", "segment_attributes", "visit")
_KEYS: Final = (*_OF_THE_CASE, "agreed", "clips", "not_imaged", "truth")
_LONGEST: Final = 400
"""Characters of what says where the agreement is on record."""


@dataclass(frozen=True, slots=True)
class AgreedExam:
    """``clips``: file, beside the document, and the segment it shows. ``agreed`` says who agreed, or where that is on record.

    ``covers`` are the reading types that are asked something whose truth is known; nobody is dealt the exam for another one.
    """

    visit: VisitId
    side: Side | None
    facts: Mapping[Fact, str]
    clips: tuple[tuple[str, SegmentId], ...]
    not_imaged: Mapping[SegmentId, str]
    truth: Mapping[Cell, str]
    covers: tuple[ReadingTypeId, ...]
    agreed: str


def read_agreed(document: object, charter: Charter) -> AgreedExam:
    """The exam that a JSON document describes. Raises CaseRefusedError with everything that is wrong."""
    if not isinstance(document, dict):
        raise CaseRefusedError(CaseFault("(file)", "an object is needed"))
    faults = [CaseFault(key, "unknown key", _KEYS) for key in document if key not in _KEYS]
    clips, closed = _named(document, "clips", faults), _named(document, "not_imaged", faults)
    agreed = _agreed(document, faults)
    try:
        case = read_case({**{key: document[key] for key in _OF_THE_CASE if key in document}, "reading_1": document.get("truth")}, charter)
    except CaseRefusedError as error:
        raise CaseRefusedError(*faults, *(CaseFault(_of_truth(one.path), one.message, one.allowed) for one in error.faults)) from error
    segments = run_time_ids(charter, [one.id for one in charter.segments])
    faults += _strangers("clips", clips.items(), segments)
    faults += _strangers("not_imaged", ((one, one) for one in closed), segments)
    faults += [CaseFault("clips", "a clip at least is needed")] if not clips and isinstance(document.get("clips", {}), dict) else []
    faults += [_unknown(fact) for fact in unknown_facts(charter, case.attributes)]
    visit, shown = VisitId(case.visit), {SegmentId(one) for one in clips.values()}
    forms = [] if faults else [*_forms(charter, visit, case.attributes, shown)]
    truth = case.readings[1]
    faults += [] if faults else _not_true(truth, forms)
    if faults:
        raise CaseRefusedError(*faults)
    return AgreedExam(
        visit=visit,
        side=_side(charter, case.attributes),
        facts=_facts(charter, case.attributes),
        clips=tuple((name, SegmentId(segment)) for name, segment in clips.items()),
        not_imaged={SegmentId(segment): reason for segment, reason in closed.items()},
        truth={cell: grade.value or "" for cell, grade in truth.items()},
        covers=tuple(form.reading_type for form in forms if not truth.keys().isdisjoint(form.questions)),
        agreed=agreed,
    )


def _of_truth(path: str) -> str:
    return f"truth{path.removeprefix('reading_1')}" if path.startswith("reading_1") else path


def _named(document: Mapping[str, Any], key: str, faults: list[CaseFault]) -> dict[str, str]:
    """An object of texts; what is none is told once."""
    table = document.get(key, {})
    if isinstance(table, dict) and all(isinstance(value, str) for value in table.values()):
        return table
    faults.append(CaseFault(key, "an object with a text for each name is needed"))
    return {}


def _agreed(document: Mapping[str, Any], faults: list[CaseFault]) -> str:
    said = document.get("agreed")
    words = said.strip() if isinstance(said, str) else ""
    if not 0 < len(words) <= _LONGEST:
        faults.append(CaseFault("agreed", f"say in 1 to {_LONGEST} characters who agreed on the truth, or where that is on record"))
    return words


def _strangers(key: str, named: Collection[tuple[str, str]] | Iterator[tuple[str, str]], segments: Collection[str]) -> list[CaseFault]:
    return [
        CaseFault(f"{key}.{name}", f"{segment} is not a segment", tuple(segments)) for name, segment in named if segment not in segments
    ]


def _unknown(fact: Fact) -> CaseFault:
    path = f"segment_attributes.{fact.segment}.{fact.attribute}" if fact.segment else f"attributes.{fact.attribute}"
    return CaseFault(path, "the charter needs a value")


def _forms(charter: Charter, visit: VisitId, attributes: Attributes, shown: Collection[SegmentId]) -> Iterator[Form]:
    for kind in charter.types_at(visit):
        yield form_for(charter, kind.id, visit=visit, attributes=attributes, received=shown, not_imaged={})


def _not_true(truth: Mapping[Cell, Grade], forms: Collection[Form]) -> list[CaseFault]:
    """Truth is a value of something that is asked. "Not evaluable" is an answer of a reader, never the truth of a vein."""
    asked = {cell for form in forms for cell in form.questions}
    places = {cell: f"truth.{cell.segment}.{cell.item}" for cell in truth}
    faults = [CaseFault(places[cell], "it is not asked at this visit") for cell in truth if cell not in asked]
    faults += [CaseFault(places[cell], "the truth is a value") for cell, grade in truth.items() if grade.value is None]
    return faults if truth else [CaseFault("truth", "nothing is known of the exam")]


def _side(charter: Charter, attributes: Attributes) -> Side | None:
    attribute = charter.exam.side_attribute
    return Side(attributes.subject[attribute]) if attribute else None


def _facts(charter: Charter, attributes: Attributes) -> dict[Fact, str]:
    """But for the side, which comes with the files."""
    subject = {Fact(name): value for name, value in attributes.subject.items() if name != charter.exam.side_attribute}
    return subject | {Fact(name, segment): value for (name, segment), value in attributes.segments.items()}
