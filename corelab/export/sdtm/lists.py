"""Code lists of the SDTM datasets: published terms with their NCI codes, and the terms of the trial's own charter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, NumberItem
from corelab.domain.controlled_terms import term_list
from corelab.domain.vocabulary import Missing, Source

NOT_DONE: Mapping[str, str] = MappingProxyType({Missing.NOT_EVALUABLE.value: "NOT EVALUABLE", Missing.NOT_IMAGED.value: "NOT IMAGED"})
CATEGORY = "VENOUS DUPLEX"
EVALUATOR = "INDEPENDENT ASSESSOR"
ULTRASOUND, DOPPLER = "ULTRASOUND", "DOPPLER ULTRASOUND"
ROLES = ("READER 1", "READER 2", "ADJUDICATOR 1")


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a list. ``nci``: its published code; a term without one in a published list is an extension of the sponsor."""

    value: str
    decode: str = ""
    nci: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of values; ``nci`` is the code of the published list that it is a part of, empty for a list of the trial."""

    id: str
    name: str
    terms: tuple[Term, ...]
    nci: str = ""

    @property
    def values(self) -> frozenset[str]:
        return frozenset(term.value for term in self.terms)

    @property
    def longest(self) -> int:
        return max(len(term.value.encode()) for term in self.terms)


def reason_of(missing: str, reason: str) -> str:
    """CVREASND of a cell that is not evaluable or not imaged: ``NOT EVALUABLE: WINDOW``."""
    return f"{NOT_DONE[missing]}: {reason}" if reason else NOT_DONE[missing]


def results_of(testcd: str) -> str:
    """The id of the list of the results of a test."""
    return f"RES.{testcd}"


def lists_of(charters: Sequence[Charter]) -> Mapping[str, CodeList]:
    """Every list by its id, in the order of the charters; a list that has no term under these charters is left out."""
    found = (*_published(charters), *_of_the_trial(charters), *_results(charters))
    return MappingProxyType({one.id: one for one in found if one.terms})


def _published(charters: Sequence[Charter]) -> Iterator[CodeList]:
    segments = [segment for charter in charters for segment in charter.segments]
    sided = any(segment.side != "unpaired" for segment in segments)
    tests = {item.export.testcd: item.export.test for charter in charters for item in charter.items if item.kind != "text"}
    yield _of("LOC", "LOC", sorted({segment.export.loc for segment in segments}))
    yield _of("LAT", "LAT", ("LEFT", "RIGHT") if sided else ())
    yield _of("DIR", "DIR", sorted({segment.export.dir for segment in segments if segment.export.dir}))
    yield _of("METHOD", "METHOD", (DOPPLER, ULTRASOUND))
    yield _of("EVAL", "EVAL", (EVALUATOR,))
    yield _of("MEDEVAL", "MEDEVAL", ROLES)
    yield _of("ND", "ND", ("NOT DONE",))
    yield _of("NY", "NY", ("N", "Y"))
    yield _of("YES", "NY", ("Y",), "only Y")
    yield _of("CVTESTCD", "CVTESTCD", tests, decodes=tests)
    yield _of("CVTEST", "CVTEST", tests.values())


def _of(name: str, short_name: str, values: Iterable[str], part: str = "", decodes: Mapping[str, str] | None = None) -> CodeList:
    published = term_list(short_name)
    title = f"{published.name} ({part})" if part else published.name
    terms = (Term(value, (decodes or {}).get(value, ""), published.terms.get(value, "")) for value in values)
    return CodeList(name, title, tuple(terms), published.code)


def _of_the_trial(charters: Sequence[Charter]) -> Iterator[CodeList]:
    visits = {visit.id: visit.label for charter in charters for visit in charter.visits}
    units = {item.unit: "" for charter in charters for item in charter.items if isinstance(item, NumberItem)}
    yield _own("DOMAIN", "Domain Abbreviation", {"CV": "Cardiovascular System Findings"})
    yield _own("CVCAT", "Category for Cardiovascular Test", {CATEGORY: ""})
    yield _own("VISIT", "Visit Name", visits)
    yield _own("UNIT", "Units, by UCUM", units)
    yield _own("REASND", "Reason Not Done", dict(_reasons(charters)))
    yield _own("SOURCE", "Source of the Final Grade", {one.value: "" for one in Source})
    yield _own("IDVAR", "Identifying Variable", {"CVSEQ": "A record of CV", "CVSPID": "All records of a reading"})
    yield _own("QORIG", "Origin of a Qualifier", {"Assigned": "", "Collected": "", "Derived": ""})
    yield _own("PURPOSE", "Purpose of the Reading", {"PRIMARY": "", "REPEAT": "", "ADJUDICATION": ""})


def _own(name: str, title: str, terms: Mapping[str, str]) -> CodeList:
    return CodeList(name, title, tuple(Term(value, decode) for value, decode in terms.items()))


def _reasons(charters: Sequence[Charter]) -> Iterator[tuple[str, str]]:
    for missing, words in NOT_DONE.items():
        yield reason_of(missing, ""), words.capitalize()
    for charter in charters:
        told = {Missing.NOT_EVALUABLE.value: charter.missing.ne, Missing.NOT_IMAGED.value: charter.missing.ni}
        for missing, reasons in told.items():
            for reason in reasons:
                yield reason_of(missing, reason.id), f"{NOT_DONE[missing].capitalize()}: {reason.label}"


def _results(charters: Sequence[Charter]) -> Iterator[CodeList]:
    items = [item for charter in charters for item in charter.items if isinstance(item, ChoiceItem)]
    for testcd in dict.fromkeys(item.export.testcd for item in items):
        same = [item for item in items if item.export.testcd == testcd]
        options = {option.value: option.label for item in reversed(same) for option in item.options}
        yield _own(results_of(testcd), f"Results of {same[0].export.test}", options)
